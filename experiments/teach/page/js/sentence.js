// The plain sentence below the question, made of the numbers that are on the screen; screen readers hear it.
import { sameRun } from "./state.js";
import { blocName, has, number, pairName, share, text, tongue } from "./texts.js";

// "2.5 times as many as": some languages have another form after whole numbers.
export function times(ratio, name = "change.times") {
  const shown = Number(ratio.toPrecision(2));
  const form = new Intl.PluralRules(tongue()).select(shown);
  return text(form === "one" || form === "many" ? `${name}.many` : name, { x: number(shown, 2) });
}

export function changeText(now, before, shares) {
  if (before === null || now === null || before === 0) return "";
  if (shares) {
    const points = 100 * (now - before);
    if (Math.abs(points) < 0.5) return text("change.same");
    return text(points < 0 ? "change.points.less" : "change.points.more", { x: number(Math.abs(points), 2) });
  }
  const part = now / before - 1;
  if (Math.abs(part) < 0.01) return text("change.same");
  if (part >= 1) return times(now / before);
  return text(part < 0 ? "change.less" : "change.more", { x: share(Math.abs(part), 0) });
}

function clause(line, value) {
  const [indicator, pair] = [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)];
  const name = has(`sentence.${indicator}`) ? `sentence.${indicator}` : "sentence.other";
  const shares = /\.(share|mix)$/.test(indicator);
  const values = { value: shares ? share(value) : number(value), pair: pairName(pair), indicator };
  if (pair.includes(">")) [values.a, values.b] = pair.split(">").map(blocName);
  return [text(name, values), shares];
}

// What happened to the first line up to a step, against the year before the scenario's last change, a run that was kept,
// and the mean of other lucks.
export function sentence(run, lines, step, kept, begin = null, fan = null) {
  const line = lines[0];
  const years = run.years();
  const at = run.periodAt(step);
  if (at < 0) return text("sentence.begin", { year: Math.floor(run.show_from) });
  const values = run.values(line);
  const reference = run.compare_years[1];
  const first = Math.max(0, years.indexOf(begin));
  const from = years[at] > reference && reference >= years[first] ? years.indexOf(reference) : first;
  const [told, shares] = clause(line, values[at]);
  const parts = [text("sentence.year", { year: years[at], clause: told })];
  const change = at <= from ? "" : changeText(values[at], values[from], shares);
  if (change) parts.push(text("sentence.since", { change, from: years[from] }));
  const last = kept.findLast((one) => !sameRun(one.state, run.state)); // a run is not compared with itself
  if (last && last.has(line)) {
    const there = last.years().indexOf(years[at]);
    const against = there < 0 ? "" : changeText(values[at], last.values(line)[there], shares);
    if (against) parts.push(text("sentence.kept", { change: against }));
  }
  const mean = fan?.mean(line)[at] ?? null;
  if (mean !== null) parts.push(text("sentence.lucks", { value: shares ? share(mean) : number(mean), count: number(fan.count) }));
  return `${parts.join("")}${text("sentence.end")}`;
}
