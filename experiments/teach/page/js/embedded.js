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
  run(state) {
    const cells = this.cells.filter((cell) => cell.scenario === state.scenario);
    const far = (cell) => this.grid.reduce((sum, { path, values }) => {
      const wanted = state.set[path] ?? cell.base[path];
      const span = Math.max(...values) - Math.min(...values) || 1;
      return sum + Math.abs(cell.values[path] - wanted) / span;
    }, 0);
    const best = cells.reduce((a, b) => (far(b) < far(a) ? b : a));
    return this.frame(best.frame);
  }

  describe(state) {
    return this.frame(`describe ${state.scenario}`);
  }
}
