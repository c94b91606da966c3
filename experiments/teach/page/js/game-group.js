// A ministry's screen: its goals, its budget, the menu, and what came of the rounds that are over.
import { button, element, redraw } from "./dom.js";
import { deeds, goalList, points, total } from "./game-parts.js";
import { ours, text } from "./texts.js";

const GROUPS = ["two", "incentive", "restriction", "lift"];

export class GroupScreen {
  constructor(game) {
    this.game = game;
    this.place = game.view.place;
    this.outstanding = 0;
    this.choices = [];
    this.targets = []; // of the menu: an entry, a place, and the button that directs the one at the other
    this.opened = new Set();
  }

  build(main) {
    this.head = element("div", { className: "head" });
    this.goals = element("section", { className: "part" });
    this.menu = element("section", { className: "part menu" });
    this.past = element("section", { className: "part past" });
    this.left = element("p", { id: "left" });
    this.meter = element("meter", { min: 0, max: this.budget, aria: { label: text("game.budget") } });
    this.decide = button("", () => this.send(this.choices, !this.view.ministries[this.place].decided), { id: "decide" });
    this.bar = element("div", { className: "bar", aria: { role: "group" } }, this.left, this.meter, this.decide);
    main.className = "group";
    main.replaceChildren(this.head, this.goals, this.menu, this.past, element("p", { className: "caveat", textContent: text("game.caveat") }), this.bar);
  }

  // What the page shows of a view; what was sent and not answered yet counts more than what the view says of it.
  update(view) {
    this.view = view;
    if (!this.outstanding) this.choices = view.hand?.choices ?? [];
    const { menu } = this.game;
    const name = ours(menu.places[this.place]);
    document.getElementById("where").textContent = name;
    this.head.replaceChildren(
      element("h1", { textContent: text("game.you", { name }) }),
      element("p", { className: "state", textContent: this.news(view) }),
    );
    const results = view.results;
    this.goals.replaceChildren(
      element("h2", { textContent: text("game.goals") }),
      goalList(menu, results, this.place),
      element("p", { className: "quiet", textContent: view.settled.length ? text("game.total", { points: points(total(results, this.place)) }) : text("game.goals.how") }),
    );
    this.drawMenu();
    this.drawBar();
    this.past.replaceChildren(...(view.settled.length ? [element("h2", { textContent: text("game.deeds") }), element("div", { className: "scroll", tabIndex: 0, aria: { role: "region", label: text("game.deeds") } }, deeds(this.game, view))] : []));
  }

  news(view) {
    const { rounds } = this.game.menu;
    const values = { round: Math.min(view.round + 1, rounds), rounds, years: this.game.years(view.round), last: this.game.years(view.round - 1) };
    if (view.running && view.settled.length && view.phase !== "open") return text("game.state.running");
    if (view.phase === "over") return text("game.state.over");
    if (view.phase === "waiting") return text(view.settled.length ? "game.state.shown" : "game.state.waiting", values);
    const hand = view.ministries[this.place];
    return text(hand.passed ? "game.state.passed" : hand.decided ? "game.state.decided" : "game.state.open", values);
  }

  get budget() {
    return this.game.menu.budget;
  }

  open() {
    return this.view.phase === "open" && !this.view.ministries[this.place].decided;
  }

  drawMenu() {
    this.menu.hidden = this.view.phase !== "open";
    if (this.menu.hidden) return;
    redraw(this.menu, [this.view.gone], () => this.offers());
    const left = this.budget - this.game.cost(this.choices);
    for (const { entry, target, node } of this.targets) {
      const chosen = this.choices.some(([name, at]) => name === entry.name && at === target);
      node.setAttribute("aria-pressed", String(chosen));
      node.disabled = !this.open() || (!chosen && entry.price > left);
    }
  }

  // What the menu offers this ministry, by group.
  offers() {
    this.targets = [];
    const entries = this.game.menu.entries.filter((entry) => entry.by.includes(this.place));
    const groupOf = (entry) => (entry.keys === 2 ? "two" : entry.group);
    const fieldsets = GROUPS.filter((group) => entries.some((entry) => groupOf(entry) === group)).map((group) => element(
      "fieldset", {},
      element("legend", { textContent: text(`game.group.${group}`) }),
      element("p", { className: "quiet", textContent: text(`game.group.${group}.how`) }),
      ...entries.filter((entry) => groupOf(entry) === group).map((entry) => this.entry(entry)),
    ));
    return [element("h2", { textContent: text("game.menu") }), ...fieldsets];
  }

  entry(entry) {
    const gone = this.view.gone?.includes(entry.name);
    const about = element(
      "details", { id: `about-${entry.name}`, open: this.opened.has(entry.name) },
      element("summary", { textContent: text("game.about") }),
      element("p", { className: "quiet", lang: "en", textContent: entry.about }),
      element("p", { className: "quiet", lang: "en", textContent: `${text(`status.${entry.status}`)}: ${entry.source}` }),
    );
    about.ontoggle = () => (about.open ? this.opened.add(entry.name) : this.opened.delete(entry.name));
    return element(
      "div", { className: "entry" },
      element("p", { className: "name" }, element("span", { textContent: ours(entry.title) }), element("b", { textContent: String(entry.price) })),
      gone
        ? element("p", { className: "quiet", textContent: text("game.gone") })
        : element("div", { className: "targets", aria: { role: "group", label: ours(entry.title) } }, ...entry.targets[this.place].map((target) => this.target(entry, target))),
      about,
    );
  }

  target(entry, target) {
    const words = target === this.place ? text("game.choose") : ours(this.game.menu.places[target]);
    const node = button(words, () => this.toggle(entry, target), { id: `choose-${entry.name}-${target}` });
    this.targets.push({ entry, target, node });
    return node;
  }

  toggle(entry, target) {
    const kept = this.choices.filter(([name, at]) => name !== entry.name || at !== target);
    this.send(kept.length < this.choices.length ? kept : [...this.choices, [entry.name, target]], false);
  }

  async send(choices, decided) {
    this.choices = choices;
    this.outstanding += 1;
    this.drawMenu();
    this.drawBar();
    await this.game.act({ do: "choose", at: this.view.moment, choices, decided });
    this.outstanding -= 1;
    if (!this.outstanding) this.game.show(this.game.view);
  }

  drawBar() {
    this.bar.hidden = this.view.phase !== "open";
    if (this.bar.hidden) return;
    const { decided, passed } = this.view.ministries[this.place];
    const spent = this.game.cost(this.choices);
    this.left.textContent = text("game.left", { left: this.budget - spent, budget: this.budget });
    this.meter.value = spent;
    this.decide.textContent = text(decided ? (passed ? "game.rejoin" : "game.change") : this.choices.length ? "game.decide" : "game.decide.nothing");
    this.decide.classList.toggle("primary", !decided);
  }
}
