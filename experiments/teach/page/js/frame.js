// Reads a frame: "CMT1", length of the header, header, arrays (see docs/teaching.md).
const VIEWS = { u1: Uint8Array, u2: Uint16Array, i2: Int16Array, f4: Float32Array, f8: Float64Array };

export function readFrame(buffer) {
  const bytes = new Uint8Array(buffer);
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "CMT1") throw new Error("no frame");
  const length = new DataView(buffer).getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const frame = { ...header };
  for (const [name, { type, shape, at }] of Object.entries(header.arrays)) {
    const count = shape.reduce((a, b) => a * b, 1);
    frame[name] = new VIEWS[type](buffer, 8 + length + at, count);
  }
  return frame;
}

export const key = (indicator, pair) => `${indicator}:${pair}`;

// One replicate as the page uses it: series by line, steps, years.
export class Run {
  constructor(frame, state) {
    Object.assign(this, frame);
    this.state = structuredClone(state);
    this.steps = Math.round((this.end - this.show_from) * 4);
    this.periods = this.ends.length;
    this.place = new Map(this.lines.map(([indicator, pair], k) => [key(indicator, pair), k]));
  }

  has(line) {
    return this.place.has(line);
  }

  // Values of a line by period; null where it is undefined.
  values(line) {
    const k = this.place.get(line);
    if (k === undefined) return new Array(this.periods).fill(null);
    return Array.from(this.series.subarray(k * this.periods, (k + 1) * this.periods), (x) => (Number.isNaN(x) ? null : x));
  }

  unitOf(line) {
    const k = this.place.get(line);
    return k === undefined ? "" : this.lines[k][2];
  }

  // The calendar year that a period ends: a period that ends at the start of 2024 is 2023.
  years() {
    return this.dates.map((day) => Number(day.slice(0, 4)));
  }

  timeOf(step) {
    return this.show_from + step / 4;
  }

  stepOf(time) {
    return Math.max(0, Math.min(this.steps, Math.round((time - this.show_from) * 4)));
  }

  // The last period that is over at a step; -1 before the first is.
  periodAt(step) {
    const time = this.timeOf(step);
    let last = -1;
    while (last + 1 < this.periods && this.ends[last + 1] <= time + 1e-9) last += 1;
    return last;
  }

  measuresAt(step) {
    const time = this.timeOf(step);
    return this.measures.filter((m) => m.strength !== 0 && m.start <= time && (m.end === null || time < m.end));
  }
}
