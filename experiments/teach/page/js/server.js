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

// A question waits until its frame has come; those that wait when a connection is lost are asked again on the next one.
export class Server {
  constructor(code, onState) {
    this.code = code;
    this.onState = onState;
    this.waiting = new Map();
    this.number = 0;
    this.pause = AGAIN;
    this.header = null;
    this.socket = null;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = this.code ? `?code=${encodeURIComponent(this.code)}` : "";
    const socket = new WebSocket(`${scheme}://${location.host}/ws${query}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.socket = socket;
      this.pause = AGAIN;
      this.header = null;
      this.onState("open");
      for (const id of this.waiting.keys()) this.transmit(id);
    };
    socket.onmessage = ({ data }) => this.take(data);
    socket.onclose = () => {
      this.onState(this.socket === socket ? "lost" : "refused");
      this.socket = null;
      setTimeout(() => this.connect(), this.pause);
      this.pause = Math.min(2 * this.pause, LONGEST_WAIT);
    };
  }

  transmit(id) {
    const asked = this.waiting.get(id);
    if (asked && this.socket) this.socket.send(JSON.stringify({ id, ...asked.message }));
  }

  take(data) {
    if (typeof data !== "string") {
      const { header } = this;
      this.header = null;
      this.waiting.get(header.id)?.resolve(readFrame(data));
      this.waiting.delete(header.id);
      return;
    }
    const header = JSON.parse(data);
    if (header.ok) this.header = header;
    else if (header.error.kind === "busy") setTimeout(() => this.transmit(header.id), 1000 * header.error.again);
    else if (header.error.kind === "rate") setTimeout(() => [...this.waiting.keys()].forEach((id) => this.transmit(id)), AGAIN);
    else {
      this.waiting.get(header.id)?.reject(new Refusal(header.error));
      this.waiting.delete(header.id);
    }
  }

  // The frame that answers a message; a lost connection or a busy server only delays it.
  send(message) {
    this.number += 1;
    const id = this.number;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { message, resolve, reject });
      this.transmit(id);
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
