// Pieces that the groups' screens and the wall share: goals, and what each ministry did.
import { element } from "./dom.js";
import { number, ours, share, text } from "./texts.js";

export const points = (value) => (value === 0 ? "0" : `${value > 0 ? "+" : "−"}${number(Math.abs(value), 3)}`);

// A goal's change against the run in which nobody acted, in words.
export function changeOf(goal, reached) {
  if (!reached.clear) return text("game.change.none");
  const shares = /\.(share|mix)$/.test(goal.indicator);
  const x = shares ? number(100 * Math.abs(reached.change), 2) : share(Math.abs(reached.change), 0);
  return text(`game.change.${shares ? "points." : ""}${reached.change > 0 ? "more" : "less"}`, { x });
}

// What brings all ten points.
function fullOf(goal) {
  const shares = /\.(share|mix)$/.test(goal.indicator);
  const x = shares ? number(100 * goal.full, 2) : share(goal.full, 0);
  return text(`game.full.${shares ? "points." : ""}${goal.want}`, { x });
}

export function total(results, place) {
  const last = results?.goals[place]?.at(-1);
  return last ? last.reduce((sum, one) => sum + one.points, 0) : 0;
}

// The goals of a ministry; after a round with what was reached, as a list that reads well aloud.
export function goalList(menu, results, place) {
  const { goals } = menu.ministries.find((one) => one.place === place);
  const last = results?.goals[place]?.at(-1);
  return element(
    "ul", { className: "goals" },
    ...goals.map((goal, k) => element(
      "li", {},
      element("span", { textContent: ours(goal.title) }),
      element("small", { textContent: last ? changeOf(goal, last[k]) : fullOf(goal) }),
      last && element("b", { textContent: points(last[k].points), title: text("game.points") }),
    )),
  );
}

// An entry with the places it was directed at, those of one answer together.
function did(game, name, targets, inForce) {
  const { title, lifts } = game.entries.get(name);
  const places = targets.map((target) => ours(game.menu.places[target])).join(", ");
  const words = lifts.length ? ours(title) : text("game.did", { what: ours(title), places });
  return element("li", inForce ? {} : { className: "void" }, inForce ? words : text("game.void", { what: words }));
}

function grouped(choices) {
  const found = new Map();
  for (const [name, target, inForce] of choices) {
    const key = `${name} ${inForce}`;
    if (!found.has(key)) found.set(key, [name, [], inForce]);
    found.get(key)[1].push(target);
  }
  return [...found.values()];
}

// What each ministry did in each round, as a table: the last round first, ministries across.
export function deeds(game, view) {
  const { menu } = game;
  const names = menu.ministries.map((one) => one.place);
  const head = element("tr", {}, element("th", { scope: "col", textContent: text("game.round.column") }), ...names.map((name) => element("th", { scope: "col", textContent: ours(menu.places[name]) })));
  const rows = view.settled.map((hands, round) => element(
    "tr", {},
    element("th", { scope: "row", textContent: game.years(round) }),
    ...names.map((name) => {
      const hand = hands[name];
      const label = { name: ours(menu.places[name]) };
      if (!hand.choices.length) return element("td", { className: "quiet", dataset: label, textContent: text(hand.passed ? "game.did.pass" : "game.did.nothing") });
      return element("td", { dataset: label }, element("ul", {}, ...grouped(hand.choices).map((choice) => did(game, ...choice))), element("small", { textContent: text("game.spent", { spent: hand.spent, budget: menu.budget }) }));
    }),
  ));
  return element("table", { className: "deeds" }, element("caption", { className: "unseen", textContent: text("game.deeds") }), element("thead", {}, head), element("tbody", {}, ...rows.reverse()));
}
