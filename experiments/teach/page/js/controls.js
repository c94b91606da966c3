// The few controls in sight. A control sets one path, or scales the strength of several measures.
import { has, measureTitle, ours, text } from "./texts.js";

// Controls of a scenario that brings no lesson: how strong the restrictions were, in two waves, and the luck.
export function freeControls(catalogue, run) {
  const firstBloc = run.blocs[0];
  const restrictions = catalogue.measures.filter((m) => m.group === "restriction" && m.touches.includes(firstBloc));
  const strengths = (chosen) => chosen.map((m) => `measures.${m.name}.strength`);
  const started = (m) => m.controls.find((c) => c.key === "start").value;
  const first = restrictions.filter((m) => started(m) >= "2014" && started(m) < "2022");
  const second = restrictions.filter((m) => started(m) >= "2022");
  return [
    { key: "first", label: text("control.first"), paths: strengths(first), scale: true, min: 0, max: 2, step: 0.1, unit: "×" },
    { key: "second", label: text("control.second"), paths: strengths(second), scale: true, min: 0, max: 2, step: 0.1, unit: "×" },
    { key: "seed", label: text("control.luck"), path: "seed", min: 1, max: 40, step: 1, unit: "" },
  ].filter((control) => control.path || control.paths.length);
}

// Controls of an exported page: its grid, and nothing else.
export function gridControls(grid, catalogue) {
  const titles = new Map(catalogue.measures.map((m) => [m.name, measureTitle(m.title)]));
  return grid.slice(0, 3).map(({ path, values }) => {
    const measure = titles.get(path.split(".")[1]);
    const key = path.split(".").at(-1);
    return { key: path, path, label: measure ? `${measure}: ${has(`set.${key}`) ? text(`set.${key}`).toLocaleLowerCase() : key}` : path, values, unit: "" };
  });
}

export class Controls {
  constructor(root, onChange) {
    this.root = root;
    this.onChange = onChange;
  }

  // base: path -> value in the scenario as it is; state: with what was set.
  show(controls, base, state) {
    this.controls = controls.slice(0, 3);
    this.base = base;
    this.root.replaceChildren(...this.controls.map((control, k) => this.one(control, k, state)));
  }

  value(control, state) {
    if (control.path === "seed") return state.seed;
    const path = control.path ?? control.paths[0];
    if (control.lesson) return state.set[path] ?? control.start;
    const set = state.set[path] ?? this.base.get(path);
    if (!control.scale) return typeof set === "boolean" ? Number(set) : set;
    const from = this.base.get(path);
    return from ? set / from : 1;
  }

  one(control, k, state) {
    const id = `control-${k}`;
    const box = document.createElement("div");
    box.className = "control";
    const label = document.createElement("label");
    label.htmlFor = id;
    label.textContent = ours(control.label);
    const output = document.createElement("output");
    output.htmlFor = id;
    label.title = [label.textContent, ours(control.note)].filter(Boolean).join("\n"); // where there is no room, a label is cut
    if (control.choices?.length) return this.choices(box, control, state);
    const range = document.createElement("input");
    const { values } = control;
    const now = this.value(control, state);
    if (values) Object.assign(range, { type: "range", id, min: 0, max: values.length - 1, step: 1, value: values.reduce((best, value, at) => (Math.abs(value - now) < Math.abs(values[best] - now) ? at : best), 0) });
    else Object.assign(range, { type: "range", id, min: control.min, max: control.max, step: control.step, value: now });
    const chosen = () => (values ? values[Number(range.value)] : Number(range.value));
    const tell = () => {
      output.textContent = `${new Intl.NumberFormat(document.documentElement.lang).format(chosen())}${control.unit ? ` ${ours(control.unit)}` : ""}`;
      range.setAttribute("aria-valuetext", output.textContent);
    };
    tell();
    range.addEventListener("input", () => {
      tell();
      this.onChange(this.changes(control, chosen()));
    });
    box.append(label, output, range);
    return box;
  }

  // A few values to choose from, side by side.
  choices(box, control, state) {
    const now = this.value(control, state);
    const buttons = control.choices.map((choice) => {
      const one = document.createElement("button");
      one.type = "button";
      one.textContent = ours(choice.label);
      one.setAttribute("aria-pressed", String(choice.value === now));
      one.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === one));
        this.onChange(this.changes(control, choice.value));
      });
      return one;
    });
    const name = document.createElement("span");
    name.className = "choice-name";
    name.textContent = ours(control.label);
    name.title = ours(control.note);
    const group = document.createElement("div");
    group.className = "choices";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", ours(control.label));
    group.append(...buttons);
    box.classList.add("chosen");
    box.append(name, group);
    return box;
  }

  // What a control's value means for the state: {seed} or {set}.
  changes(control, value) {
    if (control.path === "seed") return { seed: value };
    const set = {};
    if (control.lesson) {
      for (const path of control.paths) set[path] = value;
      return { set };
    }
    for (const path of control.paths ?? [control.path]) {
      const from = this.base.get(path);
      if (control.scale) set[path] = value === 1 ? undefined : Math.min(3, Math.round(1e4 * value * from) / 1e4);
      else set[path] = typeof from === "boolean" ? value >= 0.5 : value;
      if (set[path] === from) set[path] = undefined;
    }
    return { set };
  }
}

// Path -> value of everything that a catalogue can change.
export function valuesOf(catalogue) {
  const found = new Map();
  for (const measure of catalogue.measures) for (const control of measure.controls) found.set(control.path, control.value);
  for (const parameter of catalogue.parameters) found.set(parameter.path, parameter.value);
  return found;
}
