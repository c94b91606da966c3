// The state of the page, and the address that holds all of it.
export const FORMAT = 1;
const STRENGTH = /^measures\.([^.]+)\.strength$/;

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

// The state that an address tells; what it leaves out is as in `state`. `strange`: names that mean nothing here.
export function readAddress(hash, state = blankState(), strange = []) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  for (const [name, value] of given) {
    if (name.startsWith("strength.")) for (const measure of value.split(" ").filter(Boolean)) state.set[`measures.${measure}.strength`] = plain(name.slice(9));
    else if (name.startsWith("set.")) state.set[name.slice(4)] = plain(value);
    else if (name === "add") state.add.push(value);
    else if (name === "seed") state.seed = plain(value); // what is no number is the server's to refuse, in words
    else if (name === "stage") state.stage = Number.parseInt(value, 10) || 0;
    else if (name === "year") state.year = Number.isFinite(Number(value)) ? Number(value) : null;
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
  // measures of one strength stand together, so that links stay short
  const strengths = new Map();
  for (const [path, value] of Object.entries(state.set)) {
    const measure = STRENGTH.exec(path)?.[1];
    if (measure) strengths.set(value, [...(strengths.get(value) ?? []), measure]);
    else given.set(`set.${path}`, String(value));
  }
  for (const [value, measures] of strengths) given.set(`strength.${value}`, measures.join(" "));
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
