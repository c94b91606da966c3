// The frames of an exported page: everything stands in the page itself, and nothing is asked of anyone.
import { readFrame } from "./frame.js";

export class Embedded {
  constructor(node) {
    Object.assign(this, JSON.parse(node.textContent)); // about, texts, lessons, grid, frames
    this.offline = true;
  }

  async frame(name) {
    const packed = Uint8Array.from(atob(this.frames[name]), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return readFrame(await new Response(stream).arrayBuffer());
  }

  // The cell of the grid that is nearest to what is asked.
  cell(state) {
    const cells = this.cells.filter((cell) => cell.scenario === state.scenario);
    const far = (cell) => this.grid.reduce((sum, { path, values }) => {
      const wanted = state.set[path] ?? cell.base[path];
      const span = Math.max(...values) - Math.min(...values) || 1;
      return sum + Math.abs(cell.values[path] - wanted) / span;
    }, 0);
    return cells.reduce((a, b) => (far(b) < far(a) ? b : a));
  }

  // Makes a state one that this file has; true where something else was asked for.
  nearest(state) {
    const { values, base } = this.cell(state);
    const same = state.seed === this.about.seed && state.add.length === 0 && Object.entries(state.set).every(([path, value]) => values[path] === value);
    Object.assign(state, { seed: this.about.seed, add: [], set: Object.fromEntries(Object.entries(values).filter(([path, value]) => value !== base[path])) });
    return !same;
  }

  run(state) {
    return this.frame(this.cell(state).frame);
  }

  describe(state) {
    return this.frame(`describe ${state.scenario}`);
  }
}
