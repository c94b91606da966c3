// The socket: questions out, frames in. A text header comes first, then, if it is good, one binary frame.
import { readFrame } from "./frame.js";
import { text } from "./texts.js";

const AGAIN = 1000;
const LONGEST_WAIT = 8000;
const DOUBTS = 3; // a code that was good before is tried again: wrong ones of others can lock it out for a while

// What the server said is wrong: where, what, what is allowed, the nearest name.
export class Refusal extends Error {
  constructor({ kind, where, message, allowed, nearest }) {
    super([
      text("refusal.said", { message: where && where !== "override" ? `${where}: ${message}` : message }),
      nearest && text("refusal.nearest", { nearest }),
      allowed && text("refusal.allowed", { allowed }),
    ].filter(Boolean).join("\n"));
    Object.assign(this, { kind, where });
  }
}

// A question waits until its frame has come; those that wait when a connection is lost are asked again on the next one.
export class Server {
  // onState is told "open", "lost" or "full"; askCode resolves to another code, or to null where the code is not what lacks.
  constructor(code, onState, askCode) {
    Object.assign(this, { code, onState, askCode });
    this.waiting = new Map();
    this.number = 0;
    this.pause = AGAIN;
    this.header = null;
    this.socket = null;
    this.doubts = 0; // refusals in a row that a code may still have before another one is asked for
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = this.code ? `?code=${encodeURIComponent(this.code)}` : "";
    const socket = new WebSocket(`${scheme}://${location.host}/ws${query}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.socket = socket;
      this.doubts = DOUBTS;
      this.full = false;
      this.pause = AGAIN;
      this.header = null;
      this.onState("open");
      for (const id of this.waiting.keys()) this.transmit(id);
    };
    socket.onmessage = ({ data }) => this.take(data);
    socket.onclose = () => this.closed(this.socket === socket);
  }

  // Comes again: with another code if that is what it lacks, else after a while.
  async closed(opened) {
    this.socket = null;
    this.onState(this.full ? "full" : "lost");
    if (!opened) this.doubts -= 1;
    const code = this.doubts < 0 ? await this.askCode(this.code) : null;
    if (code !== null) {
      this.code = code;
      this.doubts = 0;
      this.connect();
      return;
    }
    setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(2 * this.pause, LONGEST_WAIT);
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
    else if (header.error.kind === "busy" && header.id === null) { // there is no room for this page: the socket closes next
      this.full = true;
      this.pause = 1000 * header.error.again;
    } else if (header.error.kind === "busy") setTimeout(() => this.transmit(header.id), 1000 * header.error.again);
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
