// The code of a class or of a group: a form that asks for it.
import { button, element } from "./dom.js";
import { text } from "./texts.js";

// title and label: words; tried: the last code, problem: what was wrong with it.
export function codeForm({ title, label, tried = "", problem = "", caveat = text("caveat"), onCode }) {
  const input = element("input", { type: "text", id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: false, maxLength: 20, value: tried });
  const form = element(
    "form", { className: "join" },
    element("h1", { textContent: title }),
    element("label", { htmlFor: "code", textContent: label }),
    input,
    button(text("join.do"), null, { type: "submit", className: "primary", id: "join" }),
    element("p", { className: "problem", aria: { role: "alert" }, textContent: problem }),
    element("p", { className: "caveat", textContent: caveat }),
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    if (input.value.trim()) onCode(input.value.trim());
  };
  return form;
}

// Asks in front of the whole page, until something was typed.
export function askCode(words) {
  return new Promise((resolve) => {
    const dialog = element("dialog", { className: "door", aria: { label: words.title } });
    const form = codeForm({ ...words, onCode: (code) => { dialog.remove(); resolve(code); } });
    dialog.append(form);
    dialog.oncancel = (event) => event.preventDefault();
    document.body.append(dialog);
    dialog.showModal();
  });
}
