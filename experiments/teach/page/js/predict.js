// Predict before you see: what comes after a year is covered, a guess is drawn or picked, then the result is laid over it.
import { button, element } from "./dom.js";
import { times } from "./sentence.js";
import { number, share, text } from "./texts.js";

// Changes that may be picked, as factors of the last known value; most have a name.
const PICKS = [0.5, 0.75, 1, 1.25, 2];
const NAMES = new Map([[0.5, "half"], [0.75, "less"], [1, "same"], [1.25, "more"], [2, "double"]]);

export class Prediction {
  constructor(app) {
    this.app = app;
    this.from = null;
    this.guess = new Map();
    this.drawing = false;
    this.last = null;
    this.about = null; // the line that a lesson asks for; it stays while the guess is laid over the result
    this.asked = false; // whether a lesson asks now
  }

  get on() {
    return this.from !== null;
  }

  get line() {
    return this.about ?? this.app.lines[0];
  }

  // Hides what comes after a year; with `drawing` a line may be drawn there. A lesson's own buttons do the rest.
  cover(from, line, drawing) {
    const { app } = this;
    this.from = from;
    this.about = line;
    this.asked = true;
    this.revealed = false;
    this.drawing = drawing;
    app.hidden = from;
    app.timeline.limit = app.run.stepOf(from + 1);
    app.timeline.go(app.timeline.limit, false);
    this.guess = new Map([[from, this.known()]]);
    if (drawing) app.guess = this.guess;
    app.show();
  }

  // Nothing is hidden any more; a guess that was drawn stays on the chart until the next one.
  clear() {
    const { app } = this;
    this.from = null;
    this.asked = false;
    app.hidden = null;
    app.timeline.limit = null;
    this.bare();
  }

  bare() {
    document.querySelector(".guess")?.remove();
    document.body.classList.remove("guessing");
    document.getElementById("predict").setAttribute("aria-pressed", "false");
  }

  // Covers the years after `from`; the line that is guessed is the first one.
  begin(from = this.app.run.compare_years[1]) {
    const { app } = this;
    app.timeline.toggle(false);
    this.from = Math.max(app.run.years()[0], Math.min(from, app.run.years().at(-2)));
    this.about = null;
    this.guess = new Map([[this.from, this.known()]]);
    this.revealed = false;
    this.drawing = true;
    app.guess = this.guess;
    app.hidden = this.from;
    app.timeline.limit = app.run.stepOf(this.from + 1);
    app.timeline.go(app.timeline.limit, false);
    app.show();
    this.bar();
    this.focusFirst();
  }

  known() {
    const { run } = this.app;
    return run.values(this.line)[run.years().indexOf(this.from)] ?? 0;
  }

  focusFirst() {
    document.querySelector(".guess button")?.focus();
  }

  bar() {
    const { app } = this;
    document.querySelector(".guess")?.remove();
    const reveal = button(text("predict.reveal"), () => this.reveal(), { className: "primary", id: "reveal", disabled: true });
    const box = element("div", { className: "guess", aria: { role: "group", label: text("predict.label") } }, element("p", { textContent: text("predict.ask", { from: this.from }) }), ...this.choices(), reveal);
    document.querySelector(".acts").after(box);
    document.body.classList.add("guessing");
    document.getElementById("predict").setAttribute("aria-pressed", "true");
  }

  // Buttons for those who would rather pick than draw, or who use no pointer.
  choices(factors = PICKS) {
    return factors.map((factor) => {
      const name = NAMES.get(factor);
      return button(name ? text(`predict.${name}`) : times(factor, "predict.times"), () => this.pick(factor), { dataset: { choice: factor }, aria: { pressed: "false" } });
    });
  }

  pick(factor) {
    const begin = this.known();
    const years = this.app.run.years().filter((year) => year >= this.from);
    years.forEach((year, k) => this.guess.set(year, begin * (1 + (factor - 1) * (k / (years.length - 1)))));
    for (const one of document.querySelectorAll(".guess [data-choice], .lesson [data-choice]")) one.setAttribute("aria-pressed", String(Number(one.dataset.choice) === factor));
    this.ready();
  }

  ready() {
    const reveal = document.getElementById("reveal");
    if (reveal) reveal.disabled = false;
    this.app.player.drawn();
    this.app.showChart();
  }

  // Drawing with a pointer, on the covered part of the chart; every chart that is made anew asks for it.
  listen() {
    const over = this.app.chart.plot?.over;
    if (!over || !this.on || !this.drawing || this.revealed) return;
    const draw = (event) => {
      const box = over.getBoundingClientRect();
      const { plot } = this.app.chart;
      const year = Math.round(plot.posToVal(event.clientX - box.left, "x"));
      const value = Math.max(0, plot.posToVal(event.clientY - box.top, this.app.chart.scaleOf(this.line)));
      const years = this.app.run.years();
      if (year <= this.from || !years.includes(year)) return;
      const [begin, end] = this.last === null ? [year, year] : [Math.min(this.last.year, year), Math.max(this.last.year, year)];
      for (let at = begin; at <= end; at += 1) {
        const part = this.last === null || this.last.year === year ? 1 : (at - this.last.year) / (year - this.last.year);
        this.guess.set(at, this.last === null ? value : this.last.value + part * (value - this.last.value));
      }
      this.last = { year, value };
      plot.data[plot.data.length - 1] = years.map((one) => this.guess.get(one) ?? null);
      plot.setData(plot.data, false);
    };
    over.classList.add("drawable");
    over.onpointerdown = (event) => {
      over.setPointerCapture(event.pointerId);
      this.last = null;
      draw(event);
    };
    over.onpointermove = (event) => {
      if (event.buttons) draw(event);
    };
    over.onpointerup = () => {
      if (this.last) this.ready();
      this.last = null;
    };
  }

  reveal() {
    const { app } = this;
    const { run } = app;
    this.revealed = true;
    app.hidden = null;
    app.timeline.limit = null;
    app.timeline.go(run.steps, false);
    app.show();
    document.querySelector(".guess")?.replaceChildren(element("p", { textContent: this.verdict(), className: "result" }), button(text("predict.end"), () => this.end(), { id: "predict-end" }));
    document.getElementById("predict-end")?.focus();
  }

  // The last year that was guessed, in words: the guess, and what the run has.
  verdict() {
    const { run } = this.app;
    const { line } = this;
    const [year, guess] = [...this.guess.entries()].sort((a, b) => a[0] - b[0]).at(-1);
    const form = run.unitOf(line) === "share" ? share : number;
    return text("predict.result", { year, guess: form(guess), result: form(run.values(line)[run.years().indexOf(year)]) });
  }

  end() {
    this.clear();
    this.app.guess = null;
    this.app.show();
  }

  toggle() {
    if (this.asked) return; // a lesson asks: its own button shows the result
    if (this.on) this.end();
    else this.begin();
  }
}
