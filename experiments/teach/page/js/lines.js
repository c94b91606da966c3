// Which lines the chart may show: sets of a few that answer one question, made of the blocs of the world.
export function lineSets(run) {
  const [first, ...rest] = run.blocs;
  const members = run.blocs.map((_, bloc) => run.bloc.reduce((sum, one) => sum + (one === bloc), 0));
  const others = rest.toSorted((a, b) => members[run.blocs.indexOf(b)] - members[run.blocs.indexOf(a)]);
  const sets = {
    works: others.map((other) => `output.volume:${first}-${other}`),
    mix: others.map((other) => `output.mix:${first}>${other}`),
    ties: others.map((other) => `partnerships.count:${first}-${other}`),
    leaders: others.slice(0, 3).map((other) => `leaders.share:${first}>${other}`),
  };
  if (rest.length > 1) {
    const [second, third] = rest;
    sets.others = [`output.volume:${second}-${third}`, `output.volume:${first}-${second}`];
    sets.led = run.blocs.filter((bloc) => bloc !== second).map((bloc) => `leaders.share:${second}>${bloc}`);
  }
  return sets;
}

// The lines that a text names: a set, or lines with commas between them.
export function chosenLines(run, asked) {
  const sets = lineSets(run);
  const named = sets[asked] ?? (asked ? asked.split(",") : []);
  const units = [...new Set(named.filter((line) => run.has(line)).map((line) => run.unitOf(line)))].slice(0, 2); // two axes
  const there = named.filter((line) => run.has(line) && units.includes(run.unitOf(line))).slice(0, 4);
  return there.length ? there : sets.works.filter((line) => run.has(line)).slice(0, 4);
}

// Lines that no run brings unless it is asked: those of countries.
export function askedLines(asked) {
  return asked.split(",").filter((line) => line.includes(":")).slice(0, 8).map((line) => line.split(/:(.*)/s).slice(0, 2));
}
