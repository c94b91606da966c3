// The socket: questions out, frames in. A text header comes first, then, if it is good, one binary frame.
import { readFrame } from "./frame.js";

const AGAIN = 1000;
const LONGEST_WAIT = 8000;

export class Refusal extends Error {
  constructor(error) {
    super([error.where ? `${error.where}: ${error.message}` : error.message, error.allowed, error.nearest].filter(Boolean).join("\n"));
    Object.assign(this, error);
  }
}

export class Server {
  constructor(code, onState) {
    this.code = code;
    this.onState = onState;
    this.waiting = new Map();
    this.number = 0;
    this.pause = AGAIN;
    this.header = null;
    this.open = this.connect();
  }

  connect() {
    return new Promise((resolve, reject) => {
      const scheme = location.protocol === "https:" ? "wss" : "ws";
      const query = this.code ? `?code=${encodeURIComponent(this.code)}` : "";
      const socket = new WebSocket(`${scheme}://${location.host}/ws${query}`);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        this.socket = socket;
        this.pause = AGAIN;
        this.onState("open");
        resolve();
      };
      socket.onmessage = ({ data }) => this.take(data);
      socket.onclose = () => {
        this.onState(this.socket === socket ? "lost" : "refused");
        const lost = [...this.waiting.values(), ...(this.header ? [this.header] : [])];
        this.waiting.clear();
        this.header = null;
        reject(new Error("closed"));
        // at once, so that what is asked in the meantime waits for the next socket
        const wait = this.pause;
        this.open = new Promise((done) => setTimeout(done, wait)).then(() => this.connect());
        this.open.catch(() => {});
        for (const { message, resolve: done, reject: fail } of lost) this.send(message).then(done, fail);
        this.pause = Math.min(2 * this.pause, LONGEST_WAIT);
      };
    });
  }

  take(data) {
    if (typeof data !== "string") {
      const { resolve } = this.header;
      this.header = null;
      resolve(readFrame(data));
      return;
    }
    const header = JSON.parse(data);
    const asked = this.waiting.get(header.id);
    if (!asked) return;
    this.waiting.delete(header.id);
    if (header.ok) this.header = asked;
    else if (header.error.kind === "busy") setTimeout(() => this.send(asked.message).then(asked.resolve, asked.reject), 1000 * header.error.again);
    else asked.reject(new Refusal(header.error));
  }

  // The frame that answers a message; a lost connection or a busy server only delays it.
  async send(message) {
    for (;;) {
      try {
        await this.open;
        break;
      } catch {
        await new Promise((done) => setTimeout(done, 300));
      }
    }
    this.number += 1;
    const id = this.number;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { message, resolve, reject });
      // a socket that is closing loses nothing: its end asks again
      if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ id, ...message }));
    });
  }

  run(state, lines) {
    return this.send({ kind: "run", ...state, lines });
  }

  lucks(state, lines) {
    return this.send({ kind: "lucks", ...state, lines });
  }

  describe(state) {
    return this.send({ kind: "describe", ...state });
  }

  explain(state, institution, until) {
    return this.send({ kind: "explain", ...state, institution, until });
  }
}
