// The colours of experiments/figures/style.py: a test holds the two together.
export const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#6B6B00", "#332288", "#DDCC77", "#AA4499"];
export const WITHIN = "#A6A6A6";
export const INK = "#262626";
export const KEPT = "#8C8C8C";
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];

const colour = (place) => PALETTE[place % PALETTE.length];

export const blocColour = (place) => colour(place);

// Pair of blocs -> colour: a pair of the first bloc has the colour of its partner, every other one its own.
export function pairColours(blocs) {
  const found = new Map();
  let free = blocs.length;
  for (let a = 0; a < blocs.length; a += 1) {
    found.set(`${blocs[a]}-${blocs[a]}`, WITHIN);
    for (let b = a + 1; b < blocs.length; b += 1) {
      found.set(`${blocs[a]}-${blocs[b]}`, a === 0 ? colour(b) : colour(free));
      if (a > 0) free += 1;
    }
  }
  return found;
}

// Colour and dash of each of a chart's lines: lines are told apart without colour too.
export function lineStyles(lines, blocs) {
  const ofPairs = pairColours(blocs);
  const used = new Set();
  return lines.map((line, place) => {
    const pair = line.slice(line.indexOf(":") + 1);
    const [a, b] = pair.split(pair.includes(">") ? ">" : "-");
    const known = ofPairs.get(pair) ?? ofPairs.get(`${a}-${b}`) ?? ofPairs.get(`${b}-${a}`);
    const free = PALETTE.find((one) => !used.has(one)) ?? INK;
    const chosen = known && known !== WITHIN && !used.has(known) ? known : free;
    used.add(chosen);
    return { colour: chosen, dash: DASHES[place % DASHES.length] };
  });
}
