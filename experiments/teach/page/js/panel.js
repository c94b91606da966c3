// An institution: who it is, its partners, and why it took or refused, kept or ended a tie.
import { SVG, button, element, openPanel } from "./dom.js";
import { blocName, fieldName, has, number, share, text } from "./texts.js";

const MOST_TERMS = 7;
const WIDE = 100;

function bar(value, most) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${2 * WIDE} 12`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const long = (WIDE * Math.abs(value)) / most;
  const made = (name, attributes) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, one] of Object.entries(attributes)) node.setAttribute(key, one);
    svg.append(node);
  };
  made("rect", { x: value < 0 ? WIDE - long : WIDE, y: 1, width: Math.max(1, long), height: 10, fill: value < 0 ? "#8C8C8C" : "#005a8c" });
  made("rect", { x: WIDE - 0.5, y: 0, width: 1, height: 12, fill: "#262626" });
  return svg;
}

function termName(name) {
  return has(`term.${name}`) ? text(`term.${name}`) : name.replaceAll("_", " ");
}

// The terms of a value as bars, the largest first; small ones are put together.
export function bars(terms, measures) {
  const sorted = Object.entries(terms).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const shown = sorted.slice(0, MOST_TERMS);
  const rest = sorted.slice(MOST_TERMS).reduce((sum, [, value]) => sum + value, 0);
  const rows = shown.map(([name, value]) => [termName(name), value]);
  if (sorted.length > MOST_TERMS) rows.push([text("term.rest"), rest]);
  if (measures) rows.push([text("term.measures"), measures]);
  const most = Math.max(0.1, ...rows.map(([, value]) => Math.abs(value)));
  const total = rows.reduce((sum, [, value]) => sum + value, 0);
  return element(
    "div",
    { className: "bars" },
    ...rows.flatMap(([name, value]) => [element("span", { textContent: name }), bar(value, most), element("b", { textContent: signed(value) })]),
    element("span", { textContent: text("term.sum") }),
    element("span"),
    element("b", { textContent: signed(total) }),
  );
}

const signed = (value) => `${value < 0 ? "−" : "+"}${number(Math.abs(value), 2)}`;

export class Panel {
  constructor(app, dialog) {
    this.app = app;
    this.dialog = dialog;
  }

  async show(k) {
    const { app } = this;
    const { run } = app;
    app.network.pick(k);
    const head = element("p", { className: "quiet", textContent: this.who(k) });
    openPanel(this.dialog, run.names[k], [head, element("p", { textContent: text("panel.asking") })]);
    this.dialog.addEventListener("close", () => app.network.pick(-1), { once: true });
    if (!app.source.explain) {
      this.dialog.replaceChildren(...[...this.dialog.children].slice(0, 2), ...this.listed(k));
      return;
    }
    const time = run.timeOf(app.timeline.at);
    try {
      const told = await app.source.explain(app.asked(), k, time);
      openPanel(this.dialog, run.names[k], [head, ...this.content(told)]);
    } catch (error) {
      openPanel(this.dialog, run.names[k], [head, element("p", { textContent: error.message })]);
    }
  }

  who(k) {
    const { run } = this.app;
    const parts = [text(`kind.${run.kinds[run.kind[k]]}`), blocName(run.countries[run.country[k]]), blocName(run.blocs[run.bloc[k]])];
    const since = this.listedSince(k);
    if (since !== null) parts.push(text("panel.listed", { year: since }));
    return `${[...new Set(parts)].join(" · ")}${run.real[k] ? ` · ${text("panel.real")}` : ""}`;
  }

  // The year since which an institution is on a list of sanctions, at the date shown; null for one that is not.
  listedSince(k) {
    const { run, timeline } = this.app;
    const time = run.timeOf(timeline.at);
    const found = run.listed.find(([row, from, until]) => row === k && from <= time && (until === null || time < until));
    return found ? Math.floor(found[1]) : null;
  }

  // The heading of the partners: how many, and how many of them it began.
  partnersHead(count, began) {
    return element("h3", { textContent: text("panel.partners", { count, began }) });
  }

  // Without a server only what the picture itself holds can be told.
  listed(k) {
    const { run, timeline } = this.app;
    const partners = [];
    let began = 0;
    for (let t = 0; t < run.tie_a.length; t += 1) {
      const its = run.tie_a[t] === k || run.tie_b[t] === k;
      if (!its || timeline.at < run.tie_from[t] || run.tie_to[t] <= timeline.at) continue;
      const first = run.tie_a[t] === k;
      const own = (run.tie_by[t] === 0) === first;
      began += own;
      partners.push(text(own ? "panel.begun.own" : "panel.begun.other", { name: run.names[first ? run.tie_b[t] : run.tie_a[t]] }));
    }
    return [this.partnersHead(partners.length, began), element("ul", {}, ...partners.map((told) => element("li", { textContent: told })))];
  }

  content(told) {
    const { run } = this.app;
    const who = told.institution;
    const facts = text("panel.facts", { size: number(who.size * 100), degree: who.degree, capacity: number(who.capacity, 2) });
    const decisions = told.decisions.toReversed().map((one) => this.decision(one, who.row));
    const partners = told.partners.map((one) =>
      element(
        "details",
        {},
        element("summary", { textContent: text("panel.partner", { name: run.names[one.row], since: Math.floor(one.since), strength: share(one.strength, 0) }) }),
        element("p", { className: "quiet", textContent: `${text(one.began ? "panel.began.own" : "panel.began.other")} · ${fieldName(run.fields[one.field])} · ${text(`channel.${one.channel}`)}${one.bound_until ? ` · ${text("panel.bound", { year: number(Math.floor(one.bound_until), 4).replace(/\D/g, "") })}` : ""}` }),
        element("p", { className: "quiet", textContent: text("panel.keeps") }),
        bars(one.terms, one.measures),
        button(text("panel.open", { name: run.names[one.row] }), () => this.show(one.row)),
      ),
    );
    const ends = told.ends.map((one) => element("li", { textContent: text(`panel.end.${one.reason}`, { name: run.names[one.row], year: Math.floor(one.time) }) }));
    return [
      element("p", { textContent: facts }),
      element("h3", { textContent: text("panel.decisions") }),
      element("p", { className: "quiet", textContent: text("panel.morning") }),
      ...(decisions.length ? decisions : [element("p", { textContent: text("panel.none") })]),
      this.partnersHead(who.degree, who.began),
      ...partners,
      ...(ends.length ? [element("h3", { textContent: text("panel.ends") }), element("ul", {}, ...ends)] : []),
    ];
  }

  decision(one, row) {
    const { run } = this.app;
    const other = run.names[one.by === row ? one.other : one.by];
    const year = Math.floor(one.time);
    const name = one.action === "end" ? (one.by === row ? "ended" : "ended.by") : one.by === row ? (one.accepted ? "asked.yes" : "asked.no") : one.accepted ? "took" : "refused";
    const chance = one.chance === undefined ? null : element("p", { className: "quiet", textContent: text("panel.chance", { chance: share(one.chance, 0) }) });
    return element("details", { open: false }, element("summary", { textContent: text(`panel.${name}`, { name: other, year }) }), element("p", { className: "quiet", textContent: text(`value.${one.value}`) }), bars(one.terms, one.measures), chance);
  }
}
