// Twenty lucks: the band that holds nine of ten, by line and period, as the figures of a run draw it, and their mean.
import { key } from "./frame.js";

const LOW = 0.05;
const HIGH = 0.95;

// Quantile of sorted values, linear between neighbours, as numpy's default.
export function quantile(sorted, share) {
  if (!sorted.length) return null;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

export class Fan {
  constructor(frame) {
    [this.count] = frame.arrays.series.shape;
    this.periods = frame.ends.length;
    this.series = frame.series;
    this.place = new Map(frame.lines.map(([indicator, pair], k) => [key(indicator, pair), k]));
  }

  values(line, luck) {
    const k = this.place.get(line);
    if (k === undefined) return null;
    const begin = (luck * this.place.size + k) * this.periods;
    return this.series.subarray(begin, begin + this.periods);
  }

  // Sorted values of a line by period, without undefined ones.
  sorted(line) {
    return Array.from({ length: this.periods }, (_, period) => {
      const values = [];
      for (let luck = 0; luck < this.count; luck += 1) {
        const value = this.values(line, luck)?.[period];
        if (value !== undefined && !Number.isNaN(value)) values.push(value);
      }
      return values.sort((a, b) => a - b);
    });
  }

  band(line) {
    const sorted = this.sorted(line);
    return [LOW, HIGH].map((share) => sorted.map((values) => quantile(values, share)));
  }

  mean(line) {
    return this.sorted(line).map((values) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null));
  }
}
