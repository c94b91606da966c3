// The network: ties below, what comes and goes above, institutions on top. Only what changes is drawn anew.
import { INK, WITHIN, blocColour, pairColours } from "./colours.js";
import { place } from "./layout.js";
import { blocName } from "./texts.js";

const FADE = 420; // milliseconds in which a tie comes or goes

export class Network {
  constructor(root, onPick) {
    this.root = root;
    this.canvases = ["lines", "moves", "dots"].map((name) => root.querySelector(`.${name}`));
    this.names = root.querySelector(".names");
    this.tip = null;
    this.step = null;
    this.picked = -1;
    this.frames = 0;
    const dots = this.canvases[2];
    dots.addEventListener("click", (event) => {
      const found = this.at(event.offsetX, event.offsetY);
      if (found >= 0) onPick(found);
    });
    dots.addEventListener("pointermove", (event) => this.hover(event));
    dots.addEventListener("pointerleave", () => this.say(-1));
    new ResizeObserver(() => this.resize()).observe(root);
  }

  show(run, layoutName) {
    const same = this.run && this.layoutName === layoutName && this.run.names.join() === run.names.join();
    this.run = run;
    this.layoutName = layoutName;
    if (!same) this.resize();
    else this.prepare();
    this.draw(this.step ?? run.steps, false);
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!this.run || !width || !height) return;
    this.size = [width, height];
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    for (const canvas of this.canvases) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.layout = place(this.run, this.layoutName, width, height);
    this.prepare();
    this.label();
    this.draw(this.step ?? this.run.steps, false);
  }

  // Curves of all ties: they bend towards the middle, bundled by pair of blocs.
  prepare() {
    if (!this.layout) return;
    const { run, layout } = this;
    const colours = pairColours(run.blocs);
    this.kinds = [...colours.keys()];
    const kindOf = new Map(this.kinds.map((name, k) => [name, k]));
    const count = run.tie_a.length;
    this.kind = new Uint8Array(count);
    this.bend = new Float32Array(2 * count);
    const [width, height] = this.size;
    for (let t = 0; t < count; t += 1) {
      const [a, b] = [run.tie_a[t], run.tie_b[t]];
      const [p, q] = run.bloc[a] <= run.bloc[b] ? [run.bloc[a], run.bloc[b]] : [run.bloc[b], run.bloc[a]];
      this.kind[t] = kindOf.get(`${run.blocs[p]}-${run.blocs[q]}`);
      const mx = 0.5 * (layout.at[2 * a] + layout.at[2 * b]);
      const my = 0.5 * (layout.at[2 * a + 1] + layout.at[2 * b + 1]);
      const [c, d] = [layout.centres[p], layout.centres[q]];
      const [gx, gy] = [0.5 * (c.x + d.x), 0.5 * (c.y + d.y)];
      if (p === q) {
        this.bend[2 * t] = mx + 0.28 * (0.5 * width - mx) * (layout.inner > 0.8 ? 1 : 0.12);
        this.bend[2 * t + 1] = my + 0.28 * (0.5 * height - my) * (layout.inner > 0.8 ? 1 : 0.12);
      } else {
        this.bend[2 * t] = 0.3 * mx + 0.4 * gx + 0.3 * 0.5 * width;
        this.bend[2 * t + 1] = 0.3 * my + 0.4 * gy + 0.3 * 0.5 * height;
      }
    }
    this.colours = this.kinds.map((name) => colours.get(name));
    this.drawDots();
  }

  living(step) {
    const { run } = this;
    const counts = new Map(this.kinds.map((name) => [name, 0]));
    for (let t = 0; t < run.tie_a.length; t += 1) {
      if (run.tie_from[t] <= step && step < run.tie_to[t]) counts.set(this.kinds[this.kind[t]], counts.get(this.kinds[this.kind[t]]) + 1);
    }
    return counts;
  }

  draw(step, animate) {
    if (!this.layout) return;
    const before = this.step;
    this.step = step;
    cancelAnimationFrame(this.waiting);
    const moves = animate && before !== null && Math.abs(step - before) === 1 && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const came = [];
    const went = [];
    if (moves) {
      const { run } = this;
      for (let t = 0; t < run.tie_a.length; t += 1) {
        const now = run.tie_from[t] <= step && step < run.tie_to[t];
        const then = run.tie_from[t] <= before && before < run.tie_to[t];
        if (now && !then) came.push(t);
        if (then && !now) went.push(t);
      }
    }
    this.drawLines(step, new Set(came));
    this.drawMoves(came, went, performance.now());
  }

  trace(context, t) {
    const { run, layout, bend } = this;
    const [a, b] = [run.tie_a[t], run.tie_b[t]];
    context.moveTo(layout.at[2 * a], layout.at[2 * a + 1]);
    context.quadraticCurveTo(bend[2 * t], bend[2 * t + 1], layout.at[2 * b], layout.at[2 * b + 1]);
  }

  drawLines(step, apart) {
    const context = this.canvases[0].getContext("2d");
    context.clearRect(0, 0, ...this.size);
    const { run } = this;
    const groups = this.kinds.map(() => []);
    for (let t = 0; t < run.tie_a.length; t += 1) {
      if (run.tie_from[t] <= step && step < run.tie_to[t] && !apart.has(t)) groups[this.kind[t]].push(t);
    }
    const order = groups.map((_, k) => k).sort((a, b) => (this.colours[b] === WITHIN) - (this.colours[a] === WITHIN) || groups[b].length - groups[a].length);
    for (const k of order) {
      const [most, share, width] = this.weights(k);
      context.strokeStyle = this.colours[k];
      context.globalAlpha = Math.max(0.05, Math.min(most, share / (groups[k].length + 1) ** 0.65));
      context.lineWidth = width;
      context.beginPath();
      for (const t of groups[k]) this.trace(context, t);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  // Ties of the first bloc are what the question is about: the others stand back.
  weights(k) {
    if (this.colours[k] === WITHIN) return [0.28, 6, 0.7];
    return this.kinds[k].startsWith(`${this.run.blocs[0]}-`) ? [0.8, 14, 1.3] : [0.4, 6, 0.8];
  }

  drawMoves(came, went, begun) {
    const context = this.canvases[1].getContext("2d");
    const paint = (now) => {
      this.frames += 1;
      const part = Math.min(1, (now - begun) / FADE);
      context.clearRect(0, 0, ...this.size);
      this.drawPicked(context);
      for (const [ties, alpha, width] of [[came, part, 2.4 - 1.2 * part], [went, 1 - part, 1.2]]) {
        if (alpha <= 0) continue;
        this.colours.forEach((colour, k) => {
          context.strokeStyle = colour;
          context.globalAlpha = 0.85 * alpha;
          context.lineWidth = width;
          context.beginPath();
          for (const t of ties) if (this.kind[t] === k) this.trace(context, t);
          context.stroke();
        });
      }
      context.globalAlpha = 1;
      if (part < 1 && came.length + went.length) this.waiting = requestAnimationFrame(paint);
      else if (came.length) this.drawLines(this.step, new Set());
    };
    paint(came.length + went.length ? begun : begun + FADE);
  }

  drawPicked(context) {
    if (this.picked < 0) return;
    const { run } = this;
    context.strokeStyle = INK;
    context.globalAlpha = 0.8;
    context.lineWidth = 1.6;
    context.beginPath();
    for (let t = 0; t < run.tie_a.length; t += 1) {
      const its = run.tie_a[t] === this.picked || run.tie_b[t] === this.picked;
      if (its && run.tie_from[t] <= this.step && this.step < run.tie_to[t]) this.trace(context, t);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  drawDots() {
    const context = this.canvases[2].getContext("2d");
    const { run, layout } = this;
    context.clearRect(0, 0, ...this.size);
    for (let k = 0; k < run.names.length; k += 1) {
      context.beginPath();
      context.arc(layout.at[2 * k], layout.at[2 * k + 1], layout.radius[k], 0, 2 * Math.PI);
      context.fillStyle = blocColour(run.bloc[k]);
      context.fill();
      context.lineWidth = k === this.picked ? 3 : 1;
      context.strokeStyle = k === this.picked ? INK : "#fbfaf7";
      context.stroke();
    }
  }

  label() {
    this.names.replaceChildren(
      ...this.run.blocs.map((bloc, k) => {
        const span = document.createElement("span");
        span.textContent = blocName(bloc);
        span.style.left = `${this.layout.centres[k].label[0]}px`;
        span.style.top = `${this.layout.centres[k].label[1]}px`;
        return span;
      }),
    );
  }

  pick(k) {
    this.picked = k;
    if (!this.layout) return;
    this.drawDots();
    this.draw(this.step ?? this.run.steps, false);
  }

  at(x, y) {
    if (!this.layout) return -1;
    let [best, nearest] = [-1, 22];
    for (let k = 0; k < this.layout.radius.length; k += 1) {
      const gap = Math.max(0, Math.hypot(this.layout.at[2 * k] - x, this.layout.at[2 * k + 1] - y) - this.layout.radius[k]);
      if (gap < nearest) [best, nearest] = [k, gap];
    }
    return best;
  }

  hover(event) {
    const found = this.at(event.offsetX, event.offsetY);
    this.say(found);
  }

  say(k) {
    this.tip?.remove();
    this.tip = null;
    if (k < 0) return;
    this.tip = document.createElement("span");
    this.tip.className = "tip";
    this.tip.textContent = this.run.names[k];
    this.tip.style.left = `${Math.max(60, Math.min(this.size[0] - 60, this.layout.at[2 * k]))}px`;
    this.tip.style.top = `${Math.max(34, this.layout.at[2 * k + 1])}px`;
    this.root.append(this.tip);
  }
}
