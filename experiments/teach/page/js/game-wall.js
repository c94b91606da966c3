// The lecturer's screen, for the wall: curves, goals, what each ministry did; and what the lecturer may do.
import { Chart } from "./chart.js";
import { button, element, openPanel, qrCode, redraw, save } from "./dom.js";
import { deeds, goalList, points, total } from "./game-parts.js";
import { number, ours, pairName, share, text } from "./texts.js";

const BLOCS = ["Russia", "China", "West", "Other"];
// What the chart may show: lines of like size, so that a change can be seen.
const SETS = {
  "partnerships.russia": ["partnerships.count:Russia-China", "partnerships.count:Russia-West"],
  "partnerships.china": ["partnerships.count:China-West"],
  "works.russia": ["output.volume:Russia-China", "output.volume:Russia-West"],
  "works.china": ["output.volume:China-West"],
  leads: ["leaders.share:China>West", "leaders.share:China>Russia"],
};

// The results as the chart takes a run.
class Curves {
  constructor(results, grey) {
    this.results = results;
    this.blocs = BLOCS;
    this.which = grey ? "grey" : "now";
  }

  years() {
    return this.results.years;
  }

  values(line) {
    return this.results.lines[line][this.which];
  }

  unitOf(line) {
    return /\.share:/.test(line) ? "share" : line.slice(0, line.indexOf(":"));
  }

  band(line) {
    return [this.results.lines[line].low, this.results.lines[line].high];
  }
}

export class Wall {
  constructor(game) {
    this.game = game;
    this.place = "lecturer";
    [this.set] = Object.keys(SETS);
  }

  build(main) {
    this.title = element("h1");
    this.sentence = element("p", { id: "sentence" });
    this.acts = element("div", { className: "acts" });
    this.room = element("div", { className: "chart", aria: { role: "img" }, id: "wall-chart" });
    const lines = element("select", { id: "lines" }, ...Object.keys(SETS).map((name) => new Option(text(`game.lines.${name}`), name, false, name === this.set)));
    lines.onchange = () => {
      this.set = lines.value;
      this.drawChart();
      this.drawSentence();
    };
    const grey = element("select", { id: "grey" }, new Option(text("game.grey.all"), "all"), ...this.game.menu.ministries.map(({ place }) => new Option(text("game.grey.one", { name: ours(this.game.menu.places[place]) }), place)));
    grey.onchange = () => this.game.act({ do: "without", ministry: grey.value });
    this.grey = grey;
    this.cards = new Map(this.game.menu.ministries.map(({ place }) => [place, element("article", { className: "card", dataset: { place } })]));
    this.deeds = element("section", { className: "scroll", tabIndex: 0, aria: { role: "region", label: text("game.deeds") } });
    main.className = "wall";
    main.setAttribute("aria-label", text("game.title"));
    main.replaceChildren(
      element("div", { className: "head" }, this.title, this.acts, this.sentence),
      element(
        "section", { className: "curves", aria: { label: text("game.curves") } },
        element("div", { className: "chart-head" },
          element("label", { className: "pick wide" }, element("span", { className: "unseen", textContent: text("choose.lines") }), lines),
          element("label", { className: "pick" }, element("span", { className: "unseen", textContent: text("game.grey") }), grey)),
        this.room,
      ),
      element("section", { className: "cards", aria: { label: text("game.goals") } }, ...this.cards.values()),
      this.deeds,
      element("p", { className: "caveat", textContent: `${text("game.caveat")} ${text("game.caveat.lucks")}` }),
    );
    this.chart = new Chart(this.room, () => {});
    this.drawn = "";
  }

  update(view) {
    this.view = view;
    document.getElementById("where").textContent = text("game.title");
    this.title.textContent = this.news(view);
    document.getElementById("game").dataset.phase = view.phase;
    if (view.results && document.activeElement !== this.grey) this.grey.value = view.results.without;
    this.drawActs();
    this.drawCards();
    this.deeds.replaceChildren(view.settled.length ? deeds(this.game, view) : this.start());
    const told = JSON.stringify(view.results);
    if (view.results && told !== this.drawn) {
      this.drawn = told;
      this.drawChart();
    }
    this.drawSentence();
  }

  start() {
    return element("div", { className: "how" }, ...["one", "two", "three", "four"].map((step) => element("p", { textContent: text(`game.how.${step}`, { budget: this.game.menu.budget }) })));
  }

  news(view) {
    const { rounds } = this.game.menu;
    const values = { round: Math.min(view.round + 1, rounds), rounds, years: this.game.years(view.round), last: view.round };
    if (view.phase === "open") return text("game.wall.open", values);
    if (view.running && view.settled.length) return text("game.wall.running", { ...values, years: this.game.years(view.round - 1) });
    if (view.phase === "over") return text("game.wall.over", values);
    return text(view.settled.length ? "game.wall.shown" : "game.wall.waiting", { ...values, years: this.game.years(view.settled.length ? view.round - 1 : 0) });
  }

  drawActs() {
    const { view } = this;
    redraw(this.acts, [view.moment, view.settled.length], () => this.actsOfLecturer());
    const close = document.getElementById("close");
    if (!close) return;
    const waited = Object.values(view.ministries).filter((one) => !one.decided).length;
    close.textContent = waited ? text("game.act.wait", { waited }) : text("game.act.close", { round: view.round + 1 });
    close.disabled = waited > 0;
  }

  actsOfLecturer() {
    const { view, game } = this;
    const at = view.moment;
    const open = view.phase === "open";
    const acts = [];
    if (view.phase === "waiting") acts.push(button(text("game.act.open", { round: view.round + 1 }), () => game.act({ do: "open", at }), { id: "open", className: "primary" }));
    if (open) acts.push(button("", () => game.act({ do: "close", at }), { id: "close", className: "primary" }));
    if (open || view.settled.length) acts.push(button(text(open ? "game.act.unopen" : "game.act.back", { round: open ? view.round + 1 : view.round }), () => game.act({ do: "back", at }), { id: "back" }));
    acts.push(button(text("game.act.codes"), (event) => this.showCodes(event.currentTarget), { id: "codes" }));
    if (view.settled.length) acts.push(button(text("game.act.save"), () => this.save(), { id: "save" }));
    return acts;
  }

  drawCards() {
    const { view } = this;
    for (const [place, card] of this.cards) {
      redraw(card, [view.moment, view.ministries[place], view.results?.goals[place]], () => this.card(place));
    }
  }

  // What a ministry's card holds.
  card(place) {
    const { view, game } = this;
    const { here, decided, passed } = view.ministries[place];
    const open = view.phase === "open";
    const status = open ? text(passed ? "game.status.passed" : decided ? "game.status.decided" : here ? "game.status.choosing" : "game.status.absent") : text(here ? "game.status.here" : "game.status.absent");
    const sum = view.settled.length > 0 && view.results ? element("b", { className: "sum", textContent: points(total(view.results, place)) }) : null;
    const pass = open && !decided ? button(text("game.act.pass"), () => game.act({ do: "pass", at: view.moment, ministry: place }), { id: `pass-${place}`, aria: { label: text("game.act.pass.of", { name: ours(game.menu.places[place]) }) } }) : null;
    return [
      element("header", {}, element("h2", { textContent: ours(game.menu.places[place]) }), element("p", { className: "status", textContent: status }), sum),
      goalList(game.menu, view.results, place),
      ...(pass ? [pass] : []),
    ];
  }

  lines() {
    return SETS[this.set];
  }

  drawChart() {
    const { results } = this.view;
    if (!results) return;
    const lines = this.lines();
    const run = new Curves(results, false);
    const { first, years, rounds } = this.game.menu;
    const differs = this.view.settled.length > 0;
    this.chart.show({ run, lines, kept: differs ? [new Curves(results, true)] : [], fan: differs ? run : null, hidden: null, guess: null, names: new Map(lines.map((line) => [line, pairName(line.slice(line.indexOf(":") + 1))])), span: [results.years[0], first + years * rounds - 1], now: results.years.at(-1) });
    this.room.setAttribute("aria-label", this.words(lines));
  }

  words(lines) {
    const { results } = this.view;
    const year = results.years.at(-1);
    const form = this.set === "leads" ? (x) => share(x, 0) : number;
    const told = lines.map((line) => {
      const { now, grey, differs } = results.lines[line];
      const values = { pair: pairName(line.slice(line.indexOf(":") + 1)), value: form(now.at(-1)) };
      if (!this.view.settled.length) return text("game.clause.plain", values);
      if (!differs || now.at(-1) === null || grey.at(-1) === null) return text("game.clause.same", values);
      const change = this.set === "leads" ? now.at(-1) - grey.at(-1) : now.at(-1) / grey.at(-1) - 1;
      const x = this.set === "leads" ? text("game.clause.points", { x: number(100 * Math.abs(change), 2) }) : share(Math.abs(change), 0);
      return text(change > 0 ? "game.clause.more" : "game.clause.less", { ...values, x });
    });
    const against = results.without === "all" ? text("game.against.all") : text("game.against.one", { name: ours(this.game.menu.places[results.without]) });
    return text(this.view.settled.length ? "game.sentence" : "game.sentence.begin", { year, what: text(`game.what.${this.set.replace(/\..*/, "")}`), clauses: told.join(text("game.join.clauses")), against });
  }

  drawSentence() {
    const { view } = this;
    this.sentence.textContent = view.results ? this.words(this.lines()) : view.trouble ? text("game.trouble", { what: view.trouble }) : text("game.state.running");
  }

  showCodes(opener) {
    const { view, game } = this;
    const address = `${view.address}game.html`;
    openPanel(document.getElementById("panel"), text("game.act.codes"), [
      element("p", { textContent: text("game.codes.how") }),
      element("p", { className: "address", textContent: address }),
      /^https?:\/\/(127\.|localhost|\[::1\])/.test(address) && element("p", { className: "quiet", textContent: text("game.codes.here") }),
      ...game.menu.ministries.map(({ place }) => {
        const code = view.codes[place];
        const picture = qrCode(text("game.codes.qr"));
        const shown = element("details", {}, element("summary", { textContent: ours(game.menu.places[place]) }), element("p", { className: "code", textContent: code }), picture);
        shown.ontoggle = () => picture.show(`${address}#code=${code}`);
        return shown;
      }),
    ], opener);
  }

  async save() {
    const told = await this.game.act({ do: "scenario" });
    if (!told) return;
    save(told.file, told.toml, "application/toml");
    this.game.tell(text("game.saved", { command: told.command }));
  }
}
