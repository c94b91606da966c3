// The texts of the page in the reader's language; what is missing is shown by its key, and a test sees to it that none is.
export const LANGUAGES = { en: "English", ru: "Русский", zh: "中文" };

let words = {};
let english = {};
let language = "en";
let keys = new Map(); // of packaged titles of measures

export function chooseLanguage(asked) {
  const wanted = [asked, ...navigator.languages].filter(Boolean).map((tag) => tag.toLowerCase().split("-")[0]);
  return wanted.find((tag) => tag in LANGUAGES) ?? "en";
}

export function useTexts(all, tag) {
  language = tag;
  words = all[tag] ?? {};
  english = all.en ?? {};
  keys = new Map(Object.entries(english).filter(([key]) => key.startsWith("measure.")).map(([key, title]) => [title, key]));
  document.documentElement.lang = tag === "zh" ? "zh-Hans" : tag;
}

export const tongue = () => language;

export function has(name) {
  return name in words || name in english;
}

export function text(name, values = {}) {
  const found = words[name] ?? english[name] ?? name;
  return found.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}

// A text that a lesson or a control brings in several languages, or in one.
export function ours(given) {
  if (given === null || given === undefined) return "";
  if (typeof given !== "object") return String(given);
  return given[language] ?? given.en ?? Object.values(given)[0] ?? "";
}

// A measure's title in the reader's language, where it is one of the packaged ones; else as its scenario has it.
export const measureTitle = (title) => (keys.has(title) ? text(keys.get(title)) : title);

export function number(value, digits = 3) {
  if (value === null || !Number.isFinite(value)) return "–";
  return new Intl.NumberFormat(language, { maximumSignificantDigits: Math.abs(value) >= 1000 ? 3 : digits }).format(value);
}

export function share(value, digits = 1) {
  if (value === null || !Number.isFinite(value)) return "–";
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(value);
}

export function fill(root) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = text(node.dataset.text);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", text(node.dataset.label));
}

export function blocName(bloc) {
  return has(`bloc.${bloc}`) ? text(`bloc.${bloc}`) : bloc;
}

export function fieldName(field) {
  return has(`field.${field}`) ? text(`field.${field}`) : field;
}

// Who decided on a measure: countries by their names, others as the texts or the scenario call them.
export function issuerName(issuer) {
  return issuer.split(", ").map((one) => (has(`issuer.${one}`) ? text(`issuer.${one}`) : blocName(one))).join(", ");
}

// "Russia-West" as a reader says it; A>B keeps its direction.
export function pairName(pair) {
  if (pair === "World") return text("pair.world");
  const directed = pair.includes(">");
  const [a, b] = pair.split(directed ? ">" : "-").map(blocName);
  if (directed) return text("pair.directed", { a, b });
  return a === b ? text("pair.within", { a }) : text("pair.between", { a, b });
}
