// A lesson, step by step: goal, what to look at, a guess, what the model shows, an exercise with its solution.
import { button, element } from "./dom.js";
import { key } from "./frame.js";
import { readAddress, sameRun } from "./state.js";
import { ours, text } from "./texts.js";

// Nested tables as dotted paths.
function flat(table, before = "") {
  const parts = Object.entries(table).map(([name, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value) ? flat(value, `${before}${name}.`) : { [`${before}${name}`]: value },
  );
  return Object.assign({}, ...parts);
}

export class Player {
  constructor(app, root) {
    this.app = app;
    this.root = root;
    this.lesson = null;
    this.stage = 0;
    this.chosen = null;
    this.solved = false;
  }

  get stages() {
    const { lesson } = this;
    return [
      { kind: "goal", state: lesson.steps[0] },
      ...lesson.steps.map((step) => ({ kind: "step", state: step })),
      { kind: "guess", state: lesson.reveal },
      { kind: "reveal", state: lesson.reveal },
      { kind: "exercise", state: { ...lesson.reveal, keep: false } }, // the solution's state is for the end
      { kind: "end", state: lesson.exercise },
    ];
  }

  // Paths and values of a state that sets some controls, with what holds throughout the lesson.
  settings(set) {
    const found = flat(this.lesson.settings ?? {});
    for (const control of this.lesson.controls) for (const path of control.paths) found[path] = set?.[control.name] ?? control.start;
    return found;
  }

  // An address that leads into a lesson may bring its own seed, settings and year.
  async begin(name, stage = 0, address = "") {
    this.lesson = this.app.lessons.find((one) => one.name === name);
    this.chosen = null;
    this.app.kept = [];
    document.body.dataset.lesson = name;
    const last = Math.max(0, Math.min(stage, this.stages.length - 1));
    const grey = this.stages.findIndex((one) => one.state.keep) - 1; // what later stages compare with is run first
    if (grey >= 0 && last > grey) {
      await this.go(grey);
      if (last > grey + 1 && this.app.run) this.app.kept = [this.app.run]; // the step that keeps it is passed over
    }
    await this.go(last, address);
  }

  async go(stage, address = "") {
    const { app, lesson } = this;
    const { kind, state } = this.stages[stage];
    const before = app.run;
    this.stage = stage;
    this.solved = kind === "end";
    app.prediction.clear();
    if (kind !== "reveal") app.guess = null;
    const [aside, shown] = [true, false].map((apart) => lesson.series.filter((one) => one.aside === apart).map((one) => key(one.indicator, one.pair)));
    app.aside = aside;
    const set = this.settings(state.set);
    const same = before && app.state.lesson === lesson.name && !app.refusal;
    if (kind === "goal") app.kept = [];
    else if (state.keep && same && app.kept.length === 0) app.kept = [before]; // the first one stays: all is compared with it
    document.body.dataset.view = state.view ?? "chart";
    document.body.dataset.stage = kind;
    app.names = new Map(lesson.series.map((one) => [key(one.indicator, one.pair), ours(one.label)]));
    app.years = lesson.years;
    app.spec = lesson.controls.map((control) => ({ ...control, lesson: true }));
    const year = kind === "guess" ? lesson.guess.years[0] : (state.year ?? lesson.years[1]) + 1;
    const own = { ...app.blank(lesson.scenario), seed: lesson.seed, set, lines: shown.join(","), year };
    app.state = { ...readAddress(address, own), scenario: lesson.scenario, lesson: lesson.name, stage, program: app.about.program };
    if (before && !sameRun(before.state, app.state)) app.fan = null;
    const time = app.state.year;
    this.draw();
    await app.refresh();
    if (this.stage !== stage || this.lesson !== lesson) return; // someone went on meanwhile
    if (!app.run || !sameRun(app.run.state, app.state)) { // the server could not: it has said why
      if (address && app.refusal) await app.refused(() => this.go(stage));
      return;
    }
    app.showControls();
    if (kind === "guess") {
      app.prediction.cover(lesson.guess.years[0] - 1, key(...this.lineOf(lesson.guess.series)), lesson.guess.kind === "draw");
    }
    if (kind === "reveal" && app.guess) this.root.querySelector(".said").prepend(element("p", { className: "result", textContent: app.prediction.verdict() }));
    app.jump(time);
    if (state.lucks) await app.drawLucks();
  }

  lineOf(name) {
    const found = this.lesson.series.find((one) => one.name === name);
    return [found.indicator, found.pair];
  }

  // Puts the lesson away; what is shown next is the app's to say.
  leave() {
    this.lesson = null;
    const { app } = this;
    app.prediction.clear();
    app.guess = null;
    app.names = new Map();
    app.aside = [];
    app.years = null;
    delete document.body.dataset.lesson;
    delete document.body.dataset.view;
    delete document.body.dataset.stage;
    this.root.hidden = true;
  }

  end() {
    const { app } = this;
    return app.enter(app.blank(app.state.scenario));
  }

  draw() {
    const { lesson, stage, stages } = this;
    const { kind } = stages[stage];
    const heading = element("h2", { textContent: ours(lesson.title), tabIndex: -1 });
    const last = stage === stages.length - 1;
    const next = button(text(kind === "guess" ? "lesson.reveal" : last ? "lesson.finish" : "lesson.next"), () => (last ? this.end() : this.go(stage + 1)), {
      className: "primary", id: "lesson-next", disabled: kind === "guess" && this.chosen === null,
    });
    this.root.hidden = false;
    const parts = [
      element("header", {}, heading, element("span", { className: "quiet", textContent: text("lesson.place", { at: stage + 1, of: stages.length }) }), button("×", () => this.end(), { aria: { label: text("lesson.leave") }, className: "close", id: "lesson-leave" })),
      element("div", { className: "said", tabIndex: 0, aria: { live: "polite", role: "group", label: text("lesson.label") } }, ...this.said(kind)),
      element("div", { className: "row" }, stage > 0 ? button(text("lesson.back"), () => this.go(stage - 1), { id: "lesson-back" }) : null, next),
    ];
    this.root.replaceChildren(...parts);
    if (stage > 0) document.getElementById(kind === "guess" ? "lesson-back" : "lesson-next").focus({ preventScroll: true });
  }

  said(kind) {
    const { lesson } = this;
    const quiet = (words) => element("p", { className: "quiet", textContent: words });
    const said = (given) => element("p", { textContent: ours(given) });
    if (kind === "goal") return [element("p", { className: "label", textContent: text("lesson.goal") }), said(lesson.goal), quiet(text("lesson.minutes", { minutes: lesson.minutes }))];
    if (kind === "step") return [said(this.stages[this.stage].state.text)];
    if (kind === "guess") return [said(lesson.guess.text), ...this.options()];
    if (kind === "reveal") return [this.verdict(), said(lesson.reveal.sentence), element("p", { className: "label", textContent: text("lesson.because") }), said(lesson.reveal.because)].filter(Boolean);
    if (kind === "exercise") return [element("p", { className: "label", textContent: text("lesson.exercise") }), said(lesson.exercise.text), quiet(text("lesson.try"))];
    const commands = (lesson.exercise.commands ?? []).map((words) => element("code", { textContent: words }));
    return [
      element("p", { className: "label", textContent: text("lesson.solution") }), said(lesson.exercise.solution),
      element("p", { className: "label", textContent: text("lesson.caution") }), said(lesson.caution),
      element("details", {}, element("summary", { textContent: text("lesson.more") }), ...commands, quiet(lesson.sources.join(" · "))),
    ];
  }

  options() {
    const { guess } = this.lesson;
    const group = (className, ...options) => element("div", { className, aria: { role: "group", label: text("predict.label") } }, ...options);
    if (guess.kind === "draw") return [element("p", { className: "quiet", textContent: text("lesson.draw") }), group("options short", ...this.app.prediction.choices(guess.picks))];
    return [group("options", ...guess.options.map((option, k) => button(ours(option.text), () => this.choose(k), { dataset: { choice: k }, aria: { pressed: String(this.chosen === k) } })))];
  }

  choose(k) {
    this.chosen = k;
    for (const one of this.root.querySelectorAll("[data-choice]")) one.setAttribute("aria-pressed", String(Number(one.dataset.choice) === k));
    document.getElementById("lesson-next").disabled = false;
  }

  // A line was drawn: the result may be shown.
  drawn() {
    if (this.lesson?.guess.kind !== "draw") return;
    this.chosen = 0;
    document.getElementById("lesson-next").disabled = false;
  }

  verdict() {
    const { guess } = this.lesson;
    if (guess.kind !== "pick" || this.chosen === null) return null;
    const right = guess.options.find((option) => option.right);
    const same = guess.options[this.chosen] === right;
    return element("p", { className: "result", textContent: text(same ? "lesson.right" : "lesson.other", { mine: ours(guess.options[this.chosen].text), right: ours(right.text) }) });
  }
}

// The list of lessons.
export function lessonList(app) {
  if (!app.lessons.length) return [element("p", { textContent: text("lesson.none") })];
  return app.lessons.map((lesson) =>
    element("section", { className: "lesson-entry" }, element("h3", { textContent: ours(lesson.title) }), element("p", { textContent: ours(lesson.question) }), element("p", { className: "quiet", textContent: text("lesson.minutes", { minutes: lesson.minutes }) }), button(text("lesson.begin"), () => { document.getElementById("lessons").close(); app.player.begin(lesson.name); }, { dataset: { begin: lesson.name } })),
  );
}
