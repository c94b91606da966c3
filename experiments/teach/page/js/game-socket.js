// The game's socket: messages out, answers and views in. A lost connection is taken up again; what had no answer is sent again.
import { Refusal } from "./server.js";

const AGAIN = 500;
const LONGEST_WAIT = 5000;

export class GameServer {
  constructor(onView, onState) {
    this.onView = onView;
    this.onState = onState;
    this.waiting = new Map();
    this.number = 0;
    this.pause = AGAIN;
  }

  // Comes in with a code, now and after every lost connection. Rejects for a code that is nobody's.
  join(code) {
    this.code = code;
    return new Promise((resolve, reject) => {
      this.joining = { resolve, reject };
      this.connect();
    });
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/game/ws`);
    this.socket = socket;
    this.inside = false;
    this.full = false;
    socket.onopen = () => socket.send(JSON.stringify({ id: 0, code: this.code }));
    socket.onmessage = ({ data }) => this.take(JSON.parse(data), socket);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.inside = false;
      this.onState(this.full ? "full" : "lost");
      setTimeout(() => this.connect(), this.pause);
      this.pause = Math.min(2 * this.pause, LONGEST_WAIT);
    };
  }

  take(said, socket) {
    if (said.view) {
      this.onView(said.view);
      return;
    }
    if (said.error?.kind === "busy" && said.id === null) { // there is no room: the socket closes next
      this.full = true;
      this.pause = 1000 * said.error.again;
      return;
    }
    if (said.id === 0) {
      this.entered(said, socket);
      return;
    }
    const asked = this.waiting.get(said.id);
    if (!asked) return;
    this.waiting.delete(said.id);
    if (said.error) asked.reject(new Refusal(said.error));
    else asked.resolve(said);
  }

  entered(said, socket) {
    if (said.error) {
      this.socket = null;
      socket.close();
      this.joining?.reject(new Refusal(said.error));
      this.joining = null;
      return;
    }
    this.inside = true;
    this.pause = AGAIN;
    this.onState("open");
    this.joining?.resolve(said);
    this.joining = null;
    for (const [id, { message }] of this.waiting) socket.send(JSON.stringify({ id, ...message }));
  }

  // Each message says at which moment of the game it was meant: one that comes twice does nothing.
  send(message) {
    this.number += 1;
    const id = this.number;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { message, resolve, reject });
      if (this.inside) this.socket.send(JSON.stringify({ id, ...message }));
    });
  }
}
