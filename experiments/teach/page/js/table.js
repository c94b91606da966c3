// The same as tables: lines by year, measures with dates, institutions.
import { button, element, openPanel } from "./dom.js";
import { blocName, measureTitle, number, share, text } from "./texts.js";

const row = (cells, head = false) => element("tr", {}, ...cells.map((cell, k) => element(head ? "th" : "td", head ? { scope: "col" } : {}, cell instanceof Node ? cell : String(cell))));

export class Table {
  constructor(app, dialog) {
    this.app = app;
    this.dialog = dialog;
  }

  open(opener) {
    openPanel(this.dialog, text("tools.table"), [this.series(), this.measures(), this.institutions()], opener);
  }

  series() {
    const { run, hidden, kept, fan } = this.app;
    const [from, to] = this.app.years ?? [-Infinity, Infinity]; // those of the chart
    const lines = [...this.app.lines, ...this.app.aside];
    const years = run.years();
    const form = (line, value) => (run.unitOf(line) === "share" ? share(value) : number(value));
    const units = [...new Set(lines.map((line) => run.unitOf(line)))].map((unit) => text(`unit.${unit}`));
    const named = (line) => {
      const name = this.app.lineName(line);
      const unit = text(`unit.${run.unitOf(line)}`);
      return units.length > 1 && !name.toLowerCase().includes(unit.toLowerCase()) ? `${name} (${unit})` : name;
    };
    const columns = lines.map((line) => [named(line), line, run.values(line)]);
    kept.forEach((one, k) => columns.push(...lines.map((line) => [`${text("table.kept", { k: k + 1 })}: ${named(line)}`, line, run.years().map((year) => one.values(line)[one.years().indexOf(year)] ?? null)])));
    if (fan) columns.push(...lines.map((line) => [`${text("table.mean", { count: number(fan.count) })}: ${named(line)}`, line, fan.mean(line)]));
    const shown = years.map((year, k) => [year, k]).filter(([year]) => from <= year && year <= to && (hidden === null || year <= hidden));
    return element(
      "table",
      {},
      element("caption", { textContent: units.join("; ") }),
      element("thead", {}, row([text("table.year"), ...columns.map(([name]) => name)], true)),
      element("tbody", {}, ...shown.map(([year, k]) => row([year, ...columns.map(([, line, values]) => form(line, values[k]))]))),
    );
  }

  measures() {
    const { run } = this.app;
    const date = (time) => (time === null ? "–" : String(Math.floor(time)));
    return element(
      "table",
      {},
      element("caption", { textContent: text("table.measures") }),
      element("thead", {}, row([text("table.measure"), text("table.start"), text("table.end"), text("table.strength"), text("table.status")], true)),
      element("tbody", {}, ...run.measures.map((one) => row([measureTitle(one.title), date(one.start), date(one.end), number(one.strength, 2), text(`status.${one.status}`)]))),
    );
  }

  institutions() {
    const { run, panel, timeline } = this.app;
    const degree = new Uint16Array(run.names.length);
    for (let t = 0; t < run.tie_a.length; t += 1) {
      if (run.tie_from[t] > timeline.at || timeline.at >= run.tie_to[t]) continue;
      degree[run.tie_a[t]] += 1;
      degree[run.tie_b[t]] += 1;
    }
    const order = [...degree.keys()].sort((a, b) => degree[b] - degree[a] || a - b);
    const open = (k) => { this.dialog.close(); panel.show(k); };
    const listed = order.map((k) => panel.listedSince(k));
    const marks = listed.some((since) => since !== null);
    return element(
      "table",
      { className: "institutions" },
      element("caption", { textContent: text("table.institutions") }),
      element("thead", {}, row([text("table.name"), text("table.bloc"), text("table.partners"), ...(marks ? [text("table.listed")] : [])], true)),
      element("tbody", {}, ...order.map((k, at) => row([button(run.names[k], () => open(k)), blocName(run.blocs[run.bloc[k]]), degree[k], ...(marks ? [listed[at] ?? ""] : [])]))),
    );
  }
}
