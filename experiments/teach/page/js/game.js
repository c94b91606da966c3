// The class game: joins with a code, and shows the screen of its place; all that is played is kept by the server.
import { button } from "./dom.js";
import { GroupScreen } from "./game-group.js";
import { GameServer } from "./game-socket.js";
import { Wall } from "./game-wall.js";
import { codeForm } from "./join.js";
import { LANGUAGES, chooseLanguage, fill, text, tongue, useTexts } from "./texts.js";

const STORE = "comity-game-code";
const main = document.getElementById("game");
const notice = document.getElementById("notice");
const query = new URLSearchParams(location.search);
const hash = () => new URLSearchParams(location.hash.replace(/^#/, ""));

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

class Game {
  constructor(menu) {
    this.menu = menu;
    this.entries = new Map(menu.entries.map((entry) => [entry.name, entry]));
    this.screen = null;
    this.view = null;
    this.server = new GameServer((view) => this.show(view), (state) => this.connection(state));
  }

  start() {
    const code = hash().get("code") ?? sessionStorage.getItem(STORE) ?? "";
    this.languages();
    if (code) this.join(code);
    else this.askCode();
  }

  languages() {
    const select = document.getElementById("language");
    select.replaceChildren(...Object.entries(LANGUAGES).map(([tag, name]) => new Option(name, tag, false, tag === tongue())));
    select.onchange = () => speak(select.value).then(() => {
      this.screen = null;
      if (this.view) this.show(this.view);
      else this.askCode();
    });
  }

  askCode(problem = "") {
    const form = codeForm({
      title: text("game.join.title"), label: text("game.join.label"), caveat: text("game.caveat"), problem, onCode: (code) => this.join(code),
    });
    main.replaceChildren(form);
    document.getElementById("code").focus();
    document.body.dataset.ready = "join";
  }

  async join(code) {
    try {
      const { place } = await this.server.join(code);
      // The lecturer's address bar is on a wall that everyone sees; a group's address is its own.
      if (place === "lecturer") {
        sessionStorage.setItem(STORE, code);
        history.replaceState(null, "", location.pathname + location.search);
      } else {
        const given = hash();
        given.set("code", code);
        history.replaceState(null, "", `#${given}`);
      }
    } catch (error) {
      sessionStorage.removeItem(STORE);
      history.replaceState(null, "", location.pathname + location.search);
      this.askCode(error.kind === "code" ? text("game.join.wrong") : error.message);
    }
  }

  show(view) {
    const before = this.view;
    this.view = view;
    if (!this.screen || this.screen.place !== view.place) {
      this.screen = view.place === "lecturer" ? new Wall(this) : new GroupScreen(this);
      this.screen.build(main);
    }
    const focused = document.activeElement?.id;
    this.screen.update(view);
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (!before || before.moment !== view.moment || before.running !== view.running) this.say(this.screen.news(view));
    document.body.dataset.ready = view.place;
  }

  say(words) {
    document.getElementById("said").textContent = words;
  }

  connection(state) {
    notice.hidden = state === "open";
    if (state !== "open") notice.textContent = text(`connection.${state}`);
    document.body.dataset.connection = state;
  }

  // Does something; a refusal is told and changes nothing.
  async act(message) {
    try {
      return await this.server.send(message);
    } catch (error) {
      if (error.where !== "at") this.tell(error.message);
      return null;
    }
  }

  tell(words) {
    notice.textContent = words;
    notice.hidden = false;
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => { notice.hidden = document.body.dataset.connection === "open"; }, 6000);
  }

  years(round) {
    const from = this.menu.first + this.menu.years * round;
    return `${from}–${from + this.menu.years - 1}`;
  }

  cost(choices) {
    return choices.reduce((sum, [name]) => sum + this.entries.get(name).price, 0);
  }

  close() {
    return button(text("close"), () => document.getElementById("panel").close());
  }
}

async function speak(language) {
  const [words, english] = await Promise.all([`texts/${language}.json`, "texts/en.json"].map(json));
  useTexts({ en: english, [language]: words }, language);
  document.title = text("game.title");
  document.getElementById("unread").textContent = language === "en" ? "" : text("lesson.unread");
  fill(document);
}

async function start() {
  await speak(chooseLanguage(query.get("lang") ?? hash().get("lang")));
  const game = new Game(await json("game/menu.json"));
  window.comity = game; // for tests and for those who look under the bonnet
  game.start();
}

start().catch((error) => {
  notice.hidden = false;
  notice.textContent = `${text("failed")}\n${error.message}`;
});
