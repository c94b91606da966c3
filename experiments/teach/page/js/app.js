// The page as a whole: one state, one run at a time, and the parts that show it.
import { Chart, chartLabel } from "./chart.js";
import { Controls, freeControls, gridControls, valuesOf } from "./controls.js";
import { pairColours } from "./colours.js";
import { openPanel } from "./dom.js";
import { Drawer } from "./drawer.js";
import { Fan } from "./fan.js";
import { Run } from "./frame.js";
import { listenToKeys } from "./keys.js";
import { Player, lessonList } from "./lesson.js";
import { askedLines, chosenLines, lineSets } from "./lines.js";
import { Network } from "./network.js";
import { Panel } from "./panel.js";
import { Prediction } from "./predict.js";
import { sentence } from "./sentence.js";
import { Share } from "./share.js";
import { asked, blankState, readAddress, sameRun, writeAddress } from "./state.js";
import { Table } from "./table.js";
import { LANGUAGES, fill, has, number, ours, pairName, text, tongue } from "./texts.js";
import { Timeline } from "./timeline.js";

const $ = (id) => document.getElementById(id);
const MOST_KEPT = 3;

export class App {
  constructor(source, about, lessons, mode) {
    const there = new Set(about.scenarios.map((one) => one.name));
    Object.assign(this, { source, about, mode, lessons: lessons.filter((one) => there.has(one.scenario)) });
    this.state = blankState();
    this.kept = [];
    this.fan = null;
    this.guess = null;
    this.aside = []; // lines that stand in the table only
    this.hidden = null; // last year that is told before a guess is laid open
    this.said = $("notice"); // it goes where it can be read: into the panel that is open
    this.refusal = null; // of what was last asked for
    this.names = new Map(); // line -> what a lesson calls it
    this.years = null; // first and last year of the chart
    this.wanted = false;
    this.catalogues = new Map();
  }

  async start() {
    document.documentElement.dataset.mode = this.mode;
    fill(document);
    $("unread").textContent = tongue() === "en" ? "" : text("lesson.unread");
    this.build();
    await this.arrive(location.hash);
    window.addEventListener("hashchange", ({ newURL }) => {
      const { hash } = new URL(newURL); // the address bar may hold the next one already
      if (hash.includes("=") && hash !== this.written) this.arrive(hash); // without "=" it is a place on the page
    });
    if (this.mode === "student" && !this.player.lesson) $("lessons-open").click();
    document.body.dataset.ready = "1";
  }

  build() {
    this.network = new Network($("network"), (k) => this.pick(k));
    this.chart = new Chart($("chart"), (year) => this.timeline.go(this.run.stepOf(year + 1), false));
    this.timeline = new Timeline(
      { step: $("step"), play: $("play"), measures: $("measures"), years: $("years"), year: $("year"), force: $("force") },
      (step, animate) => this.moved(step, animate),
    );
    this.timeline.play.setAttribute("aria-label", text("time.play"));
    this.controls = new Controls($("controls"), (change) => this.change(change));
    this.prediction = new Prediction(this);
    this.panel = new Panel(this, $("panel"));
    this.drawer = new Drawer(this, $("drawer"));
    this.share = new Share(this, $("share"));
    this.table = new Table(this, $("table"));
    this.player = new Player(this, $("lesson"));
    $("lessons-open").addEventListener("click", (event) => openPanel($("lessons"), text("tools.lessons"), lessonList(this), event.currentTarget));
    $("predict").addEventListener("click", () => this.prediction.toggle());
    $("lucks").addEventListener("click", () => this.drawLucks());
    $("lucks").hidden = Boolean(this.source.offline);
    $("lessons-open").hidden = this.lessons.length === 0;
    for (const [name, part] of [["drawer", this.drawer], ["share", this.share], ["table", this.table]]) {
      $(`${name}-open`).addEventListener("click", (event) => part.open(event.currentTarget));
    }
    for (const name of ["predict", "keep", "lucks"]) $(name).title = text(`act.${name}.hint`);
    listenToKeys(this);
    this.fillSelect($("language"), Object.entries(LANGUAGES), tongue());
    $("language").addEventListener("change", () => this.speak($("language").value));
    $("scenario").addEventListener("change", () => this.enter(this.blank($("scenario").value)));
    $("lines").addEventListener("change", () => this.choose($("lines").value));
    $("keep").addEventListener("click", () => this.keep());
    $("reset").addEventListener("click", () => this.reset());
  }

  fillSelect(select, entries, chosen) {
    select.replaceChildren(...entries.map(([value, name]) => new Option(name, value, value === chosen, value === chosen)));
  }

  // The state of a scenario to which nothing was done.
  blank(scenario) {
    return { ...blankState(), layout: this.state.layout, seed: this.about.seed ?? 1, scenario, program: this.about.program };
  }

  // Shows what an address tells, and says what of it cannot be shown as it stands there.
  async arrive(address) {
    const { about } = this;
    const strange = [];
    const [first] = about.scenarios;
    let state = readAddress(address, this.blank(first.name), strange);
    const told = strange.length ? [text("address.strange", { names: strange.join(", ") })] : [];
    if (state.program !== about.program) told.push(text("address.program", { theirs: state.program, ours: about.program }));
    if (this.lessons.some((one) => one.name === state.lesson)) {
      await this.player.begin(state.lesson, state.stage, address);
    } else {
      if (state.lesson) told.push(text("address.lesson", { name: state.lesson }));
      if (!about.scenarios.some((one) => one.name === state.scenario)) {
        told.push(text("address.scenario", { name: state.scenario, shown: first.name }));
        state = this.blank(first.name);
      }
      if (this.source.nearest?.(state)) told.push(text("address.nearest"));
      await this.enter({ ...state, lesson: "", stage: 0 });
    }
    told.push(...this.unknown(state));
    if (told.length) this.notice([...told, this.said.textContent].filter(Boolean).join("\n"));
  }

  // What of an address only the run can tell to be no line or no year of it.
  unknown({ lines, year }) {
    const { run } = this;
    if (!run) return [];
    const named = lines in lineSets(run) || lines.split(",").every((line) => !line || run.has(line)) ? [] : [`lines=${lines}`];
    if (year !== null && (year < run.show_from || year > run.end)) named.push(`year=${year}`);
    if (named.some((one) => one.startsWith("lines"))) this.state.lines = "";
    return named.length ? [text("address.strange", { names: named.join(", ") })] : [];
  }

  // Takes a whole state, from an address or a choice, and shows it; one that is refused leaves its scenario as it is.
  async enter(state) {
    this.timeline.toggle(false);
    if (this.prediction.on) this.prediction.end();
    if (this.player.lesson) this.player.leave();
    this.source.nearest?.(state);
    this.state = { ...state, program: this.about.program };
    this.kept = [];
    this.fan = null;
    await this.refresh();
    if (this.refusal) {
      await this.refused(() => this.enter(this.blank(state.scenario)));
      return;
    }
    this.timeline.go(state.year === null ? this.run.steps : this.run.stepOf(state.year), false);
    await this.describe();
  }

  // What was asked for cannot be run: shows something else once, and says why.
  async refused(instead) {
    if (this.falling) return;
    const { message } = this.refusal;
    this.falling = true;
    await instead().finally(() => { this.falling = false; });
    this.notice(message);
  }

  jump(time) {
    this.timeline.go(this.run.stepOf(time), false);
  }

  async describe() {
    const name = this.state.scenario;
    if (!this.catalogues.has(name)) this.catalogues.set(name, await this.source.describe({ scenario: name, seed: 1, set: {}, add: [] }));
    if (this.state.scenario !== name) return;
    this.catalogue = this.catalogues.get(name);
    this.base = valuesOf(this.catalogue);
    if (!this.player.lesson) this.spec = this.source.grid ? gridControls(this.source.grid, this.catalogue) : freeControls(this.catalogue, this.run);
    this.showControls();
    this.remember();
  }

  showControls() {
    if (!this.spec || !this.base) return;
    this.controls.show(this.spec, this.base, this.state);
  }

  // Something was changed: the state at once, the picture as soon as the server has it; only the last change counts.
  change({ set = {}, ...rest }) {
    Object.assign(this.state, rest);
    for (const [path, value] of Object.entries(set)) {
      if (value === undefined) delete this.state.set[path];
      else this.state.set[path] = value;
    }
    this.fan = null;
    return this.refresh().then(() => this.takeBack());
  }

  // What was refused is no part of the state: controls and link tell what is on the screen.
  takeBack() {
    if (!this.refusal || !this.run) return;
    Object.assign(this.state, structuredClone(this.asked()));
    this.showControls();
    this.remember();
  }

  async refresh() {
    this.wanted = true;
    if (this.asking) return this.asking;
    this.asking = this.follow().finally(() => { this.asking = null; });
    return this.asking;
  }

  async follow() {
    while (this.wanted) {
      this.wanted = false;
      const state = structuredClone(this.state);
      const begun = performance.now();
      try {
        const frame = await this.source.run(asked(state), askedLines([state.lines, ...this.aside].join(",")));
        this.refusal = null;
        this.take(new Run(frame, state));
        this.delay = performance.now() - begun;
        this.notice("");
      } catch (error) {
        this.refusal = error;
        this.notice(error.message);
      }
    }
  }

  showScenarios() {
    const name = (one) => (has(`scenario.${one.name}`) ? text(`scenario.${one.name}`) : one.title || one.name);
    this.fillSelect($("scenario"), this.about.scenarios.map((one) => [one.name, name(one)]), this.run.scenario);
  }

  take(run) {
    const first = this.run === undefined || this.run.scenario !== run.scenario;
    this.run = run;
    if (first && this.catalogue?.scenario !== run.scenario) this.describe();
    this.timeline.show(run);
    if (first) {
      const step = this.state.year === null ? run.steps : run.stepOf(this.state.year);
      this.timeline.step.value = step;
      this.timeline.tell();
    }
    this.show();
  }

  show() {
    const { run, state } = this;
    this.lines = chosenLines(run, state.lines);
    $("question").textContent = this.headline();
    document.title = `Comity: ${$("question").textContent}`;
    this.network.step = this.timeline.at;
    this.network.show(run, state.layout);
    this.showChart();
    this.showLines();
    this.showScenarios();
    this.moved(this.timeline.at, false);
  }

  headline() {
    if (this.player.lesson) return ours(this.player.lesson.question);
    const name = `question.${this.state.scenario}`;
    const found = text(name);
    return found === name ? this.run.question || this.run.title : found;
  }

  showChart() {
    const { run } = this;
    const { lines, kept, fan, hidden, guess, names, years } = this;
    this.chart.show({ run, lines, kept, fan, hidden, guess, names, span: years, now: this.now(), guessed: this.prediction.line });
    this.prediction.listen();
    $("caveat").textContent = text(fan ? "caveat.lucks" : "caveat");
    $("chart").setAttribute("aria-label", chartLabel(run, this.lines, this.hidden));
    const units = [...new Set(lines.map((line) => run.unitOf(line)))];
    $("unit").textContent = $("unit").title = units.length > 1 ? text("unit.two", { a: text(`unit.${units[0]}`), b: text(`unit.${units[1]}`) }) : text(`unit.${units[0]}`);
  }

  showLines() {
    const sets = Object.keys(lineSets(this.run)).map((name) => [name, text(`lines.${name}`)]);
    const own = this.state.lines && !sets.some(([name]) => name === this.state.lines);
    if (own) sets.push([this.state.lines, this.player.lesson ? ours(this.player.lesson.title) : this.lines.map((line) => this.lineName(line)).join(", ")]);
    this.fillSelect($("lines"), sets, this.state.lines || "works");
  }

  // What a lesson calls a line, else its pair.
  lineName(line) {
    return this.names.get(line) ?? pairName(line.slice(line.indexOf(":") + 1));
  }

  now() {
    return this.run.timeOf(this.timeline.at) - 1; // a year's value is drawn at the year, and is known at its end
  }

  moved(step, animate) {
    const { run } = this;
    this.network.draw(step, animate);
    this.chart.moveTo(this.now());
    const told = sentence(run, this.lines, step, this.kept, this.years?.[0] ?? null, this.hidden === null ? this.fan : null);
    if (!animate && $("sentence").textContent !== told) $("sentence").textContent = told;
    else if (animate && step % 4 === 0) $("sentence").textContent = told;
    this.showKey(step);
    this.state.year = step === run.steps && !this.player.lesson ? null : run.timeOf(step); // a lesson has an end of its own
    if (!animate) this.remember();
  }

  showKey(step) {
    const counts = this.network.kinds ? this.network.living(step) : new Map();
    const colours = pairColours(this.run.blocs);
    const within = ([name]) => name.split("-").every((bloc, _, [first]) => bloc === first);
    const shown = [...counts].filter((one) => !within(one));
    const rest = [...counts].filter(within).reduce((sum, [, count]) => sum + count, 0);
    const entry = (colour, words) => {
      const span = document.createElement("span");
      const mark = document.createElement("i");
      mark.style.borderColor = colour;
      span.append(mark, words);
      return span;
    };
    $("key").replaceChildren(
      `${text("key.scale", { count: number(this.run.omega, 2) })} `,
      ...shown.map(([name, count]) => entry(colours.get(name), `${pairName(name)} ${number(count)}`)),
      entry("#c4c0b6", text("key.rest", { count: number(rest) })),
    );
  }

  remember() {
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => {
      this.written = writeAddress(this.state);
      history.replaceState(null, "", `${location.search}${this.written}`);
    }, 120);
  }

  // What the server is asked for, for the run that is on the screen.
  asked() {
    return asked(this.run.state);
  }

  address() {
    return writeAddress(this.state);
  }

  keep() {
    if (this.kept.some((one) => sameRun(one.state, this.run.state))) return;
    this.kept = [...this.kept.slice(1 - MOST_KEPT), this.run];
    this.show();
  }

  async drawLucks() {
    const state = structuredClone(this.run.state);
    $("lucks").disabled = true;
    try {
      const frame = await this.source.lucks(asked(state), askedLines([...this.lines, ...this.aside].join(",")));
      if (sameRun(state, this.state)) this.fan = new Fan(frame);
      this.showChart();
      this.moved(this.timeline.at, false);
    } catch (error) {
      this.notice(error.message);
    } finally {
      $("lucks").disabled = false;
    }
  }

  reset() {
    if (this.player.lesson) return this.player.go(this.player.stage);
    this.kept = [];
    return this.enter({ ...this.blank(this.state.scenario), lines: this.state.lines, year: this.state.year });
  }

  choose(lines) {
    this.state.lines = lines;
    this.fan = null;
    this.show();
    this.remember();
  }

  arrange(layout) {
    this.state.layout = layout;
    this.network.show(this.run, layout);
    this.remember();
  }

  present(mode) {
    const query = new URLSearchParams(location.search);
    if (mode) query.set("mode", mode);
    else query.delete("mode");
    this.mode = mode;
    document.documentElement.dataset.mode = mode;
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${this.address()}`);
  }

  pick(k) {
    return this.panel.show(k);
  }

  // What a key does here; undefined where it does nothing.
  keys(event) {
    const letter = event.key.toLowerCase();
    if (letter === "r") return () => this.reset();
    if (letter === "k") return () => this.keep();
    if (letter === "p") return () => this.prediction.toggle();
    if (letter === "l" && !this.source.offline) return () => this.drawLucks();
    if (/^[1-9]$/.test(event.key)) return () => this.number(Number(event.key));
    return undefined;
  }

  // 1 to 9: a choice of the question that is asked, else what the chart shows.
  number(k) {
    const choices = document.querySelectorAll(".guess [data-choice], .lesson [data-choice]");
    if (choices.length) {
      choices[k - 1]?.click();
      return;
    }
    const name = Object.keys(lineSets(this.run))[k - 1];
    if (name) this.choose(name);
  }

  speak(language) {
    const query = new URLSearchParams(location.search);
    query.set("lang", language);
    location.search = query;
  }

  connection(state) {
    this.notice(state === "open" ? "" : text(`connection.${state}`));
  }

  notice(words) {
    (document.querySelector("dialog[open]") ?? document.body).append(this.said);
    this.said.hidden = !words;
    this.said.textContent = ours(words);
  }
}
