// The chart: two to four labelled lines by year, grey ones of runs that were kept, a fan of other lucks, a guess.
import uPlot from "../vendor/uplot/uPlot.esm.js";
import { INK, KEPT, lineStyles, typeColour } from "./colours.js";
import { sameRun } from "./state.js";
import { number, pairName, share, text } from "./texts.js";

const FAMILY = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif';
const SMALLEST = { width: 200, height: 80 }; // pixels; the height is that of the smallest screen in modes.css
const SAMPLE = { long: 20, gap: 6 }; // pixels of the dashes that stand before a name where lines share a colour
const ROWS = [[true, 0], [false, 0], [false, 1], [true, 1]]; // where the name of a line may stand: above or below, how far

// Type grows with that of the page: a lecture's is larger.
const size = () => (12 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16;

export class Chart {
  constructor(root, onYear) {
    this.root = root;
    this.onYear = onYear;
    new ResizeObserver(() => this.plot?.setSize(this.room())).observe(root);
  }

  room() {
    return { width: Math.max(SMALLEST.width, this.root.clientWidth), height: Math.max(SMALLEST.height, this.root.clientHeight) };
  }

  // run: now; lines: names; kept: earlier runs; fan: lucks or null; hidden: year after which nothing is told; guess.
  show({ run, lines, kept, fan, hidden, guess, names, span, now, guessed }) {
    this.plot?.destroy();
    const years = run.years();
    this.years = years;
    this.units = [...new Set(lines.map((line) => run.unitOf(line)))];
    this.run = run;
    this.span = span;
    const styles = lineStyles(lines, run.blocs);
    const cut = (values) => (hidden === null ? values : values.map((value, k) => (years[k] > hidden ? null : value)));
    const series = [{}];
    const data = [years];
    const bands = [];
    if (fan) {
      lines.forEach((line, k) => {
        const [low, high] = fan.band(line);
        bands.push({ series: [series.length + 1, series.length], fill: `${styles[k].colour}26` });
        for (const values of [low, high]) {
          data.push(cut(values));
          series.push({ scale: this.scaleOf(line), stroke: "transparent", width: 0, points: { show: false } });
        }
      });
      lines.forEach((line, k) => {
        if (!fan.mean) return;
        data.push(cut(fan.mean(line)));
        series.push({ scale: this.scaleOf(line), stroke: styles[k].colour, width: 1, dash: styles[k].dash, points: { show: false } });
      });
    }
    const named = []; // what is written beside a line, by its place: a line of the run always, a kept one where there is room
    for (const one of kept) {
      const hides = one.state && sameRun(one.state, run.state) ? cut : (values) => values; // what is guessed is not given away
      lines.forEach((line, k) => {
        if (one.state && one === kept.at(-1)) named.push({ at: series.length, label: text("chart.kept"), colour: typeColour(KEPT), spare: k, dash: null });
        data.push(hides(years.map((year) => { const at = one.years().indexOf(year); return at < 0 ? null : one.values(line)[at]; })));
        series.push({ scale: this.scaleOf(line), stroke: KEPT, width: 1.6, dash: styles[k].dash, points: { show: false } });
      });
    }
    this.first = series.length;
    const alike = new Set(styles.map((style) => style.colour)).size < styles.length;
    lines.forEach((line, k) => {
      data.push(cut(run.values(line)));
      named.splice(k, 0, { at: series.length, label: names.get(line) ?? pairName(line.slice(line.indexOf(":") + 1)), colour: typeColour(styles[k].colour), dash: alike ? (styles[k].dash ?? []) : null });
      series.push({ scale: this.scaleOf(line), stroke: styles[k].colour, width: 2.4, dash: styles[k].dash, points: { show: false } });
    });
    if (guess) {
      data.push(years.map((year) => guess.get(year) ?? null));
      series.push({ scale: this.scaleOf(guessed), stroke: INK, width: 2.2, dash: [2, 5], points: { show: true, size: 5 }, spanGaps: true });
    }
    this.named = named;
    this.now = now;
    this.plot = new uPlot(this.options(series, bands), data, this.root);
  }

  // Lines of another unit than the first have the axis on the right.
  scaleOf(line) {
    return this.run.unitOf(line) === this.units[0] ? "y" : "y2";
  }

  axis(unit, side) {
    const form = unit === "share" ? (value) => share(value, 0) : (value) => number(value);
    return {
      side, scale: side === 3 ? "y" : "y2", stroke: "#5f5d58", font: `${size()}px ${FAMILY}`, ticks: { show: false }, space: 34,
      grid: { show: side === 3, stroke: "#e2ded4", width: 1 },
      size: (_, values) => 14 + 0.58 * size() * Math.max(2, ...(values ?? []).map((value) => String(value).length)),
      values: (_, ticks) => ticks.map(form),
    };
  }

  options(series, bands) {
    const range = (_, low, high) => [Math.min(0, low ?? 0), (high ?? 1) * 1.06 || 1];
    const x = this.span ? { time: false, range: () => this.span } : { time: false };
    return {
      ...this.room(),
      series,
      bands,
      legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
      padding: [10, 0, 0, 0],
      scales: {
        x,
        y: { range },
        y2: { range },
      },
      axes: [
        { stroke: "#5f5d58", font: `${size()}px ${FAMILY}`, grid: { show: false }, ticks: { show: false }, size: 2 * size(), space: 4.2 * size(), values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick : "")) },
        this.axis(this.units[0], 3),
        ...(this.units.length > 1 ? [this.axis(this.units[1], 1)] : []),
      ],
      hooks: {
        draw: [(plot) => this.mark(plot)],
        ready: [(plot) => {
          plot.over.addEventListener("click", () => {
            if (plot.cursor.idx !== null && plot.cursor.idx !== undefined) this.onYear(this.years[plot.cursor.idx]);
          });
        }],
      },
    };
  }

  moveTo(now) {
    this.now = now;
    this.plot?.redraw(false);
  }

  // The line of the present year, and the name of every line where there is room for it.
  mark(plot) {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.setLineDash([]);
    ctx.strokeStyle = INK;
    ctx.globalAlpha = 0.55;
    ctx.lineWidth = ratio;
    const x = Math.round(plot.valToPos(this.now, "x", true));
    if (x >= bbox.left && x <= bbox.left + bbox.width) {
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
    ctx.font = `600 ${size() * ratio}px ${FAMILY}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "bottom";
    const taken = [];
    for (const one of this.named) this.name(plot, ctx, ratio, one, taken);
    ctx.restore();
  }

  name(plot, ctx, ratio, { at: own, label, colour, spare, dash }, taken) {
    const { bbox } = plot;
    const { scale } = plot.series[own];
    const values = plot.data[own];
    const before = dash ? (SAMPLE.long + SAMPLE.gap) * ratio : 0;
    const width = Math.min(before + ctx.measureText(label).width, bbox.width);
    const tall = 1.2 * size() * ratio;
    let best = null;
    for (let at = 0; at < values.length; at += 1) {
      if (values[at] === null) continue;
      const x = plot.valToPos(plot.data[0][at], "x", true);
      if (x < bbox.left) continue;
      if (x + width > bbox.left + bbox.width) break;
      if (spare !== undefined && this.covered(plot, values, at, scale, this.first + spare, tall)) continue;
      const until = plot.data[0].findIndex((year) => plot.valToPos(year, "x", true) >= x + width);
      for (const [above, row] of ROWS) {
        const end = until < 0 ? values.length - 1 : until;
        const edge = values.slice(at, end + 1).reduce((most, value) => (value === null ? most : above ? Math.max(most, value) : Math.min(most, value)), values[at]);
        const y = plot.valToPos(edge, scale, true) + (above ? -4 * ratio - row * tall : 4 * ratio + (row + 1) * tall);
        if (y - tall < bbox.top || y > bbox.top + bbox.height) continue;
        const box = [x, y - tall, x + width, y];
        const crossed = this.crossings(plot, box, own) + taken.filter((other) => overlap(box, other)).length * 50;
        const cost = crossed * 10 + Math.abs(at - values.length * 0.2) * 0.2 + (above ? 0 : 0.5) + 4 * row;
        if (!best || cost < best.cost) best = { x, y, box, cost };
      }
    }
    if (spare !== undefined && (!best || best.cost >= 10)) return;
    if (!best) { // nowhere beside its line: at the right end, below those that are there already
      const y = bbox.top + tall * (1 + taken.length);
      best = { x: bbox.left + bbox.width - width, y, box: [bbox.left + bbox.width - width, y - tall, bbox.left + bbox.width, y] };
    }
    taken.push(best.box);
    ctx.strokeStyle = "#fbfaf7";
    ctx.lineWidth = 4 * ratio;
    ctx.lineJoin = "round";
    ctx.strokeText(label, best.x + before, best.y, width - before);
    ctx.fillStyle = colour;
    ctx.fillText(label, best.x + before, best.y, width - before);
    if (dash) this.sample(ctx, ratio, best, tall, colour, dash);
  }

  // A piece of the line before its name.
  sample(ctx, ratio, { x, y }, tall, colour, dash) {
    const middle = y - 0.45 * tall;
    ctx.beginPath();
    ctx.moveTo(x, middle);
    ctx.lineTo(x + SAMPLE.long * ratio, middle);
    ctx.setLineDash([]);
    ctx.lineWidth = 6 * ratio; // on paper, as the name
    ctx.stroke();
    ctx.setLineDash(dash.map((one) => one * ratio));
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2.4 * ratio;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  // Whether a kept line lies so near the line of the run at a place that its name would be taken for that of the other.
  covered(plot, values, at, scale, line, near) {
    const other = plot.data[line][at];
    return other !== null && Math.abs(plot.valToPos(values[at], scale, true) - plot.valToPos(other, scale, true)) < near;
  }

  crossings(plot, box, own) {
    let found = 0;
    for (let s = this.first; s < plot.data.length; s += 1) {
      if (s === own) continue;
      plot.data[s].forEach((value, at) => {
        if (value === null) return;
        const x = plot.valToPos(plot.data[0][at], "x", true);
        const y = plot.valToPos(value, plot.series[s].scale, true);
        if (x >= box[0] - 4 && x <= box[2] + 4 && y >= box[1] - 2 && y <= box[3] + 2) found += 1;
      });
    }
    return found;
  }
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

// What a screen reader hears of the chart.
export function chartLabel(run, lines, hidden) {
  const years = run.years();
  const last = hidden === null ? years.length - 1 : years.findLastIndex((year) => year <= hidden);
  const told = lines.map((line) => {
    const values = run.values(line);
    const form = run.unitOf(line) === "share" ? share : number;
    return text("chart.line", { pair: pairName(line.slice(line.indexOf(":") + 1)), first: form(values[0]), from: years[0], last: form(values[last]), to: years[last] });
  });
  return told.join(" ");
}
