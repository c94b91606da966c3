// The state of the page, and the address that holds all of it.
import { LAYOUTS } from "./layout.js";

export const FORMAT = 1;
const SHARED = /^measures\.([^.]+)\.(strength|end)$/; // settings that controls give to many measures at once

export function blankState() {
  return {
    scenario: "", seed: 1, set: {}, add: [], year: null, layout: "islands", lines: "", lesson: "", stage: 0, mode: "", lang: "",
    program: "",
  };
}

const plain = (text) => {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? text : value;
  } catch {
    return text;
  }
};

// The state that an address tells; what it leaves out is as in `state`. `strange`: what means nothing here.
export function readAddress(hash, state = blankState(), strange = []) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  for (const [name, value] of given) {
    const shared = /^(strength|end)\.(.+)$/.exec(name);
    if (shared) for (const measure of value.split(" ").filter(Boolean)) state.set[`measures.${measure}.${shared[1]}`] = plain(shared[2]);
    else if (name.startsWith("set.")) state.set[name.slice(4)] = plain(value);
    else if (name === "add") state.add.push(value);
    else if (name === "seed") state.seed = plain(value); // what is no number is the server's to refuse, in words
    else if (name === "stage") state.stage = Number.parseInt(value, 10) || 0;
    else if (name === "year" && value && Number.isFinite(Number(value))) state.year = Number(value);
    else if (name === "year" || (name === "layout" && !(value in LAYOUTS)) || (name === "v" && value !== String(FORMAT))) strange.push(`${name}=${value}`);
    else if (name in state) state[name] = value;
    else if (name !== "v") strange.push(name);
  }
  return state;
}

export function writeAddress(state) {
  const given = new URLSearchParams();
  given.set("v", FORMAT);
  given.set("scenario", state.scenario);
  given.set("seed", state.seed);
  // measures of one strength, or of one end, stand together, so that links stay short
  const together = new Map();
  for (const [path, value] of Object.entries(state.set)) {
    const [, measure, key] = SHARED.exec(path) ?? [];
    if (measure) together.set(`${key}.${value}`, [...(together.get(`${key}.${value}`) ?? []), measure]);
    else given.set(`set.${path}`, String(value));
  }
  for (const [name, measures] of together) given.set(name, measures.join(" "));
  for (const text of state.add) given.append("add", text);
  if (state.year !== null) given.set("year", state.year);
  for (const name of ["layout", "lines", "lesson", "mode", "lang", "program"]) if (state[name]) given.set(name, state[name]);
  if (state.stage) given.set("stage", state.stage);
  return `#${given}`;
}

// What the server is asked for: the part of the state that decides numbers.
export function asked(state) {
  return { scenario: state.scenario, seed: state.seed, set: state.set, add: state.add };
}

export function sameRun(a, b) {
  return JSON.stringify(asked(a)) === JSON.stringify(asked(b));
}
