// The colours of experiments/figures/style.py: a test holds the two together.
export const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#6B6B00", "#332288", "#DDCC77", "#AA4499"];
export const WITHIN = "#A6A6A6";
export const INK = "#262626";
export const KEPT = "#8C8C8C";
// What small type needs to be read on paper (4.5 to 1), where a line's own colour is too light.
const DARKER = { "#E69F00": "#8A5A00", "#009E73": "#00704F", "#CC79A7": "#9B4778", "#56B4E9": "#1F6F9E", "#DDCC77": "#726410", "#8C8C8C": "#696969" };
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];

const colour = (place) => PALETTE[place % PALETTE.length];

export const typeColour = (line) => DARKER[line] ?? line;

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
  const ofLines = new Map(); // two lines of one pair have its colour, and are told apart by their dashes
  return lines.map((line, place) => {
    const pair = line.slice(line.indexOf(":") + 1);
    const dash = DASHES[place % DASHES.length];
    if (ofLines.has(pair)) return { colour: ofLines.get(pair), dash };
    const [a, b] = pair.split(pair.includes(">") ? ">" : "-");
    const known = ofPairs.get(pair) ?? ofPairs.get(`${a}-${b}`) ?? ofPairs.get(`${b}-${a}`);
    const free = PALETTE.find((one) => !used.has(one)) ?? INK;
    const chosen = known && known !== WITHIN && !used.has(known) ? known : free;
    used.add(chosen);
    ofLines.set(pair, chosen);
    return { colour: chosen, dash };
  });
}
