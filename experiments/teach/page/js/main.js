// Starts the page: where its numbers come from, in which language, in which state.
import { App } from "./app.js";
import { Embedded } from "./embedded.js";
import { askCode } from "./join.js";
import { Server } from "./server.js";
import { chooseLanguage, useTexts, text } from "./texts.js";

const query = new URLSearchParams(location.search);
const embedded = document.getElementById("frames");
const STORE = "comity-class-code";

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// The class's code as the reader types it; it is kept as long as the tab.
async function typedCode(tried) {
  const code = await askCode({ title: text("join.title"), label: text("join.label"), tried, problem: tried ? text("join.wrong") : "" });
  sessionStorage.setItem(STORE, code);
  query.delete("code"); // a wrong one in the address would come back with every reload
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  return code;
}

// Another code, where the server is there and wants one; null where the code is not what lacks.
async function anotherCode(tried) {
  const about = await json("about.json").catch(() => null);
  return about?.code_wanted ? typedCode(tried) : null;
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
    const known = query.get("code") ?? sessionStorage.getItem(STORE);
    const source = new Server(known ?? (about.code_wanted ? await typedCode("") : ""), onState, anotherCode);
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
