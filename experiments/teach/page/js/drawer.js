// The drawer: all that can be changed, with unit, range, source and status.
import { button, element, openPanel } from "./dom.js";
import { LAYOUTS } from "./layout.js";
import { has, issuerName, measureTitle, number, ours, text, tongue } from "./texts.js";

const GROUPS = ["restriction", "incentive", "context"];

// A text in the reader's language, where there is one: scenarios may bring names of their own.
const told = (name) => (has(name) ? text(name) : undefined);

export class Drawer {
  constructor(app, dialog) {
    this.app = app;
    this.dialog = dialog;
  }

  open(opener) {
    const { app } = this;
    if (!app.catalogue) return;
    const few = app.source.offline || app.mode === "student"; // a student goes by the lesson, and can leave the mode
    openPanel(this.dialog, text("tools.settings"), [this.page(), ...(few ? [] : [...this.measures(), this.additions(), this.parameters()])], opener);
  }

  page() {
    const { app } = this;
    const layout = element("select", { id: "layout", onchange: () => app.arrange(layout.value) });
    layout.append(...Object.keys(LAYOUTS).map((name) => new Option(text(`layout.${name}`), name, false, name === app.state.layout)));
    const mode = element("select", { id: "mode", onchange: () => app.present(mode.value) });
    mode.append(...["", "lecture", "student", "embed"].map((name) => new Option(text(`mode.${name || "plain"}`), name, false, name === app.mode)));
    const changed = this.changes().map(({ name, value, back }) =>
      element("li", {}, text("drawer.change", { name, value }), " ", button(text("drawer.undo"), () => { app.change({ set: back }); app.showControls(); this.open(); })),
    );
    return element(
      "section",
      {},
      element("div", { className: "row" }, element("label", {}, text("drawer.layout"), " ", layout), element("label", {}, text("drawer.mode"), " ", mode)),
      tongue() === "en" ? null : element("p", { className: "quiet", textContent: text("drawer.english") }),
      changed.length ? element("h3", { textContent: text("drawer.changed") }) : null,
      changed.length ? element("ul", {}, ...changed) : null,
    );
  }

  // What differs from the scenario or the lesson as it begins: its name, its value, and what would undo it.
  changes() {
    const { app } = this;
    const set = new Map(Object.entries(app.state.set));
    const found = [];
    for (const control of (app.spec ?? []).filter((one) => one.lesson)) { // its paths go together
      const value = set.get(control.paths[0]) ?? control.start;
      for (const path of control.paths) set.delete(path);
      if (value === control.start) continue;
      const choice = control.choices?.find((one) => one.value === value);
      found.push({ name: ours(control.label), value: choice ? ours(choice.label) : number(value), back: Object.fromEntries(control.paths.map((path) => [path, control.start])) });
    }
    const own = app.player.lesson ? app.player.settings({}) : {}; // a lesson may hold settings throughout
    for (const [path, value] of set) if (own[path] !== value) found.push({ ...this.inWords(path, value), back: { [path]: own[path] } });
    return found;
  }

  // A setting and its value in the reader's words.
  inWords(path, value) {
    const { catalogue } = this.app;
    const shown = (control) => {
      if (typeof value === "boolean") return text(value ? "yes" : "no");
      return typeof value === "number" ? number(value) : (told(`set.${control?.key}.${value}`) ?? String(value));
    };
    for (const measure of catalogue.measures) {
      const control = measure.controls.find((one) => one.path === path);
      if (control) return { name: `${measureTitle(measure.title)}: ${this.nameOf(control)}`, value: shown(control) };
    }
    const parameter = catalogue.parameters.find((one) => one.path === path);
    return { name: parameter ? this.nameOf(parameter) : path, value: shown(parameter) };
  }

  nameOf(control) {
    return told(`parameter.${control.path.replace("parameters.", "")}`) ?? told(`set.${control.key}`) ?? (control.description || control.path);
  }

  measures() {
    return GROUPS.map((group) => {
      const of = this.app.catalogue.measures.filter((one) => one.group === group);
      return element("section", {}, element("h3", { textContent: text(`group.${group}`, { count: of.length }) }), ...of.map((one) => this.measure(one)));
    });
  }

  // The inner part is made when it is first opened: there are dozens.
  measure(one) {
    const began = one.controls.find((control) => control.key === "start").value.slice(0, 4);
    const box = element("details", {}, element("summary", { textContent: `${began}  ${measureTitle(one.title)}` }));
    box.addEventListener("toggle", () => {
      if (box.children.length > 1) return;
      const range = one.range ? text("drawer.range", { low: number(one.range[0]), high: number(one.range[1]) }) : "";
      box.append(
        element("p", { className: "quiet", textContent: [issuerName(one.issuer), text(`status.${one.status}`), range].filter(Boolean).join(" · ") }),
        ...one.controls.map((control) => this.control(control)),
        element("p", { className: "quiet", textContent: one.evidence }),
        element("p", { className: "quiet", textContent: one.source ? text("drawer.source", { source: one.source }) : "" }),
      );
    });
    return box;
  }

  control(control, more = "") {
    const { app } = this;
    const value = app.state.set[control.path] ?? control.value;
    const id = `set-${control.path}`;
    const name = this.nameOf(control);
    const bounds = control.low !== null && control.high !== null && control.low !== undefined ? text("drawer.range", { low: number(control.low), high: number(control.high) }) : "";
    const unit = control.unit && (told(`quantity.${control.unit}`) ?? control.unit);
    const changed = (next) => app.change({ set: { [control.path]: next === control.value || next === null ? undefined : next } }).then(() => {
      const now = app.state.set[control.path] ?? control.value; // as it was, if the change was refused
      input.value = now === null ? "" : String(now);
      app.showControls();
    });
    let input;
    if (typeof control.value === "boolean") {
      input = element("select", { id, onchange: () => changed(input.value === "true") }, ...[true, false].map((one) => new Option(text(one ? "yes" : "no"), String(one), false, one === value)));
    } else if (control.choices) {
      input = element("select", { id, onchange: () => changed(input.value) }, ...control.choices.map((one) => new Option(told(`set.${control.key}.${one}`) ?? one, one, false, one === value)));
    } else if (control.key === "start" || control.key === "end") {
      input = element("input", { type: "date", id, value: value ?? "", onchange: () => changed(input.value || null) });
    } else {
      input = element("input", { type: "number", id, value, step: "any", min: control.low ?? undefined, max: control.high ?? undefined, onchange: () => changed(input.value === "" ? null : Number(input.value)) });
    }
    return element("div", { className: "setting" }, element("label", { htmlFor: id, textContent: name }), input, element("p", { className: "quiet", textContent: [unit, bounds, more].filter(Boolean).join(" · ") }));
  }

  additions() {
    const { app } = this;
    const input = element("input", { type: "text", id: "addition", placeholder: "joint-fund,start=2010-01-01,from=Russia,to=China" });
    const add = () => {
      if (!input.value.trim()) return;
      app.change({ add: [...app.state.add, input.value.trim()] }).then(() => app.refusal || this.open());
    };
    const given = app.state.add.map((one, k) => element("li", {}, `${one} `, button(text("drawer.undo"), () => { app.change({ add: app.state.add.filter((_, at) => at !== k) }); this.open(); })));
    return element("section", {}, element("h3", { textContent: text("drawer.add") }), element("label", { htmlFor: "addition", className: "quiet", textContent: text("drawer.add.how") }), input, element("div", { className: "row" }, button(text("drawer.add.do"), add)), element("ul", {}, ...given));
  }

  parameters() {
    const groups = new Map();
    for (const one of this.app.catalogue.parameters) {
      const group = one.path.split(".")[1];
      groups.set(group, [...(groups.get(group) ?? []), one]);
    }
    const boxes = [...groups].map(([group, of]) => {
      const box = element("details", {}, element("summary", { textContent: told(`parameters.${group}`) ?? group }));
      box.addEventListener("toggle", () => {
        if (box.children.length === 1) box.append(...of.map((one) => this.control(one, [text(`status.${one.status}`), one.source].filter(Boolean).join(" · "))));
      });
      return box;
    });
    return element("section", {}, element("h3", { textContent: text("drawer.parameters") }), ...boxes);
  }
}
