// Where institutions stand: a function of the world and the size of the canvas only, so that they never move in a run.
const GAP = 0.16;
const COVERED = { islands: 0.15, ring: 0.05 };
const LEAST = 2.2;

function radii(sizes, area, covered) {
  const total = sizes.reduce((sum, size) => sum + size, 0) || 1;
  const scale = Math.sqrt((covered * area) / (Math.PI * total));
  return Float32Array.from(sizes, (size) => Math.max(LEAST, Math.min(0.045 * Math.sqrt(area), scale * Math.sqrt(size))));
}

// Discs side by side: they begin on a sunflower, the largest in the middle, and push each other apart.
function pack(members, radius) {
  const order = [...members].sort((a, b) => radius[b] - radius[a] || a - b);
  const mean = order.reduce((sum, k) => sum + radius[k], 0) / order.length;
  const x = new Float64Array(order.length);
  const y = new Float64Array(order.length);
  order.forEach((_, k) => {
    const turn = k * 2.399963229728653;
    x[k] = 2.2 * mean * Math.sqrt(k) * Math.cos(turn);
    y[k] = 2.2 * mean * Math.sqrt(k) * Math.sin(turn);
  });
  const weight = order.map((k) => radius[k] ** 2);
  for (let round = 0; round < 160; round += 1) {
    const pull = round < 120 ? 0.97 : 1;
    for (let a = 0; a < order.length; a += 1) {
      x[a] *= pull;
      y[a] *= pull;
      for (let b = a + 1; b < order.length; b += 1) {
        const dx = x[b] - x[a];
        const dy = y[b] - y[a];
        const near = radius[order[a]] + radius[order[b]] + 2.5;
        const far = dx * dx + dy * dy;
        if (far < near * near) {
          const gap = Math.sqrt(far) || 0.01;
          const push = (near - gap) / gap;
          const share = weight[b] / (weight[a] + weight[b]); // the lighter one gives way
          x[a] -= dx * push * share; y[a] -= dy * push * share;
          x[b] += dx * push * (1 - share); y[b] += dy * push * (1 - share);
        }
      }
    }
  }
  let reach = 0;
  order.forEach((k, place) => { reach = Math.max(reach, Math.hypot(x[place], y[place]) + radius[k]); });
  return { order, x, y, reach };
}

function islands(world, width, height) {
  const radius = radii(world.size, width * height, COVERED.islands);
  const blocs = world.blocs.length;
  const packs = world.blocs.map((_, bloc) => pack(world.members[bloc], radius));
  const at = new Float32Array(2 * world.n);
  const centres = [];
  const most = Math.max(...packs.map((one) => one.reach));
  const rx = Math.max(0.2 * width, 0.5 * width - most - 12);
  const ry = Math.max(0.2 * height, 0.5 * height - Math.max(...packs.filter((one) => one.reach < most).map((one) => one.reach), 30) - 20);
  packs.forEach((one, bloc) => {
    const turn = Math.PI + (2 * Math.PI * bloc) / blocs;
    const cx = 0.5 * width + rx * Math.cos(turn);
    const cy = 0.5 * height + ry * Math.sin(turn);
    one.order.forEach((k, place) => { at[2 * k] = cx + one.x[place]; at[2 * k + 1] = cy + one.y[place]; });
    centres.push({ x: cx, y: cy, label: [cx, Math.max(9, cy - one.reach - 11)] });
  });
  return fitted({ at, radius, centres, inner: 0.55 }, width, height);
}

function ring(world, width, height) {
  const radius = radii(world.size, width * height, COVERED.ring);
  const blocs = world.blocs.length;
  const share = world.members.map((one) => one.length ** 0.6);
  const whole = share.reduce((a, b) => a + b, 0);
  const at = new Float32Array(2 * world.n);
  const centres = [];
  const rx = 0.5 * width - 70;
  const ry = 0.5 * height - 26;
  let begin = Math.PI - (0.5 * (2 * Math.PI - GAP * blocs) * share[0]) / whole;
  for (let bloc = 0; bloc < blocs; bloc += 1) {
    const length = ((2 * Math.PI - GAP * blocs) * share[bloc]) / whole;
    const order = [...world.members[bloc]].sort((a, b) => world.country[a] - world.country[b] || radius[b] - radius[a]);
    const rows = Math.max(1, Math.round(Math.sqrt((0.12 * order.length) / length)));
    const columns = Math.ceil(order.length / rows);
    const apart = (length * 0.5 * (rx + ry)) / columns;
    order.forEach((k, place) => {
      radius[k] = Math.min(radius[k], Math.max(LEAST, 0.75 * apart));
      const turn = begin + (length * (Math.floor(place / rows) + 0.5)) / columns;
      const inwards = 1 - (0.16 * (place % rows)) / rows;
      at[2 * k] = 0.5 * width + rx * inwards * Math.cos(turn);
      at[2 * k + 1] = 0.5 * height + ry * inwards * Math.sin(turn);
    });
    const middle = begin + 0.5 * length;
    const [cx, cy] = [0.5 * width + rx * Math.cos(middle), 0.5 * height + ry * Math.sin(middle)];
    centres.push({ x: cx, y: cy, label: [0.5 * width + (rx + 40) * Math.cos(middle), 0.5 * height + (ry + 18) * Math.sin(middle)] });
    begin += length + GAP;
  }
  return { at, radius, centres, inner: 0.9 };
}

// Shrunk into the canvas where it is too large.
function fitted(layout, width, height) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < layout.radius.length; k += 1) {
    left = Math.min(left, layout.at[2 * k] - layout.radius[k]);
    right = Math.max(right, layout.at[2 * k] + layout.radius[k]);
    top = Math.min(top, layout.at[2 * k + 1] - layout.radius[k]);
    bottom = Math.max(bottom, layout.at[2 * k + 1] + layout.radius[k]);
  }
  const scale = Math.min(1, (width - 16) / (right - left), (height - 34) / (bottom - top));
  const move = (x, y) => [0.5 * width + scale * (x - 0.5 * (left + right)), 0.5 * height + 9 + scale * (y - 0.5 * (top + bottom))];
  for (let k = 0; k < layout.radius.length; k += 1) {
    [layout.at[2 * k], layout.at[2 * k + 1]] = move(layout.at[2 * k], layout.at[2 * k + 1]);
    layout.radius[k] *= scale;
  }
  for (const centre of layout.centres) {
    centre.label = move(...centre.label);
    centre.label[1] = Math.max(9, centre.label[1]);
    [centre.x, centre.y] = move(centre.x, centre.y);
  }
  return layout;
}

export const LAYOUTS = { islands, ring };

export function place(run, name, width, height) {
  const n = run.names.length;
  const members = run.blocs.map(() => []);
  for (let k = 0; k < n; k += 1) members[run.bloc[k]].push(k);
  const world = { n, blocs: run.blocs, members, size: run.size, country: run.country };
  return (LAYOUTS[name] ?? islands)(world, width, height);
}
