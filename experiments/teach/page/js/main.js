// Starts the page: where its numbers come from, in which language, in which state.
import { App } from "./app.js";
import { Embedded } from "./embedded.js";
import { Server } from "./server.js";
import { chooseLanguage, useTexts, text } from "./texts.js";

const query = new URLSearchParams(location.search);
const embedded = document.getElementById("frames");

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

async function start() {
  const hash = new URLSearchParams(location.hash.replace(/^#/, ""));
  const language = chooseLanguage(query.get("lang") ?? hash.get("lang"));
  const mode = query.get("mode") ?? hash.get("mode") ?? "";
  let app = null;
  const onState = (state) => app?.connection(state);
  if (embedded) {
    const source = new Embedded(embedded);
    useTexts(source.texts, language);
    app = new App(source, source.about, source.lessons, mode);
  } else {
    const [words, english, about, lessons] = await Promise.all(
      [`texts/${language}.json`, "texts/en.json", "about.json", "lessons.json"].map(json),
    );
    useTexts({ en: english, [language]: words }, language);
    const code = query.get("code") ?? "";
    const source = new Server(code, onState);
    app = new App(source, about, lessons, mode);
  }
  window.comity = app; // for tests and for those who look under the bonnet
  await app.start();
}

start().catch((error) => {
  const notice = document.getElementById("notice");
  notice.hidden = false;
  notice.textContent = `${text("failed")}\n${error.message}`;
});
