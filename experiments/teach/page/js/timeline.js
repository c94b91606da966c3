// Time: play, pause, scrub; the measures that are in force stand on the axis.
import { SVG } from "./dom.js";
import { measureTitle, text } from "./texts.js";

const INKS = { restriction: "#262626", incentive: "#7a7568", context: "#c9c3b5" };
const A_STEP = 240; // milliseconds of a quarter while it plays

export class Timeline {
  constructor(parts, onStep) {
    Object.assign(this, parts); // step, play, measures, years, year, force
    this.onStep = onStep;
    this.playing = null;
    this.step.addEventListener("input", () => this.go(Number(this.step.value), false));
    this.play.addEventListener("click", () => this.toggle());
    this.limit = null;
  }

  show(run) {
    this.run = run;
    this.step.max = run.steps;
    this.drawMeasures();
    this.drawYears();
    this.tell();
  }

  get at() {
    return Number(this.step.value);
  }

  go(step, animate) {
    const most = this.limit ?? this.run.steps;
    this.step.value = Math.max(0, Math.min(most, step));
    this.tell();
    this.onStep(this.at, animate);
  }

  toggle(on = this.playing === null) {
    if (!on) {
      clearInterval(this.playing);
      this.playing = null;
    } else if (this.playing === null) {
      if (this.at >= (this.limit ?? this.run.steps)) this.go(0, false);
      this.playing = setInterval(() => {
        if (this.at >= (this.limit ?? this.run.steps)) this.toggle(false);
        else this.go(this.at + 1, true);
      }, A_STEP);
    }
    this.play.setAttribute("aria-pressed", String(this.playing !== null));
    this.play.setAttribute("aria-label", text(this.playing === null ? "time.play" : "time.pause"));
  }

  tell() {
    const { run } = this;
    const time = run.timeOf(this.at);
    const year = Math.max(Math.floor(run.show_from), Math.ceil(time) - 1); // the end of a year is still that year
    const quarter = Math.max(1, Math.round((time - year) * 4));
    this.year.textContent = year;
    const inForce = run.measuresAt(this.at).sort((a, b) => b.start - a.start);
    this.step.setAttribute("aria-valuetext", text("time.at", { year, quarter, count: inForce.length }));
    const restrictions = inForce.filter((m) => m.group === "restriction");
    const named = restrictions.slice(0, 2).map((m) => measureTitle(m.title)).join("; ");
    const rest = restrictions.length - 2;
    this.force.textContent = restrictions.length === 0 ? text("force.none") : rest > 0 ? text("force.some", { named, rest }) : text("force.few", { named });
    for (const bar of this.measures.querySelectorAll("rect")) bar.setAttribute("opacity", bar.dataset.from <= time && time < bar.dataset.to ? 1 : 0.28);
  }

  drawMeasures() {
    const { run } = this;
    const shown = run.measures.filter((m) => m.strength !== 0 && m.start < run.end && (m.end === null || m.end > run.show_from) && m.group !== "context");
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 1000 40");
    svg.setAttribute("preserveAspectRatio", "none");
    const whole = run.end - run.show_from;
    const x = (time) => (1000 * (Math.max(run.show_from, Math.min(run.end, time)) - run.show_from)) / whole;
    const lanes = { restriction: [], incentive: [] };
    const placed = shown.sort((a, b) => a.start - b.start).map((m) => {
      const ends = lanes[m.group];
      let lane = ends.findIndex((end) => end <= m.start);
      if (lane < 0) lane = ends.push(0) - 1;
      ends[lane] = m.end ?? Infinity;
      return [m, lane];
    });
    const most = Math.max(1, lanes.restriction.length + lanes.incentive.length);
    const height = Math.min(4, 38 / most);
    for (const [m, lane] of placed) {
      const bar = document.createElementNS(SVG, "rect");
      const row = m.group === "incentive" ? lane : lanes.incentive.length + lane;
      bar.setAttribute("x", x(m.start));
      bar.setAttribute("y", 39 - height * (most - row));
      bar.setAttribute("width", Math.max(1, x(m.end ?? run.end) - x(m.start)));
      bar.setAttribute("height", Math.max(0.8, 0.72 * height));
      bar.setAttribute("fill", INKS[m.group]);
      bar.dataset.from = m.start;
      bar.dataset.to = m.end ?? 9999;
      svg.append(bar);
    }
    this.measures.replaceChildren(svg);
  }

  drawYears() {
    const { run } = this;
    const whole = run.end - run.show_from;
    const apart = whole > 32 ? 10 : 5;
    const marks = [];
    for (let year = Math.ceil(run.show_from / apart) * apart; year <= run.end; year += apart) marks.push(year);
    this.years.replaceChildren(...marks.map((year) => {
      const span = document.createElement("span");
      span.textContent = year;
      span.style.left = `${(100 * (year - run.show_from)) / whole}%`;
      return span;
    }));
  }
}

