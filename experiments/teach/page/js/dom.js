// Small pieces of the page: elements, and dialogs that close as people expect.
import { text } from "./texts.js";

export const SVG = "http://www.w3.org/2000/svg";

export function element(name, properties = {}, ...children) {
  const { dataset, aria, ...plain } = properties;
  const node = Object.assign(document.createElement(name), plain);
  for (const [key, value] of Object.entries(dataset ?? {})) node.dataset[key] = value;
  for (const [key, value] of Object.entries(aria ?? {})) node.setAttribute(key === "role" ? key : `aria-${key}`, value);
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const button = (words, onclick, properties = {}) => element("button", { type: "button", textContent: words, onclick, ...properties });

// Draws what a node holds, unless it would tell the same: a press that has begun on a child is lost if the child is replaced.
export function redraw(node, told, children) {
  const drawn = JSON.stringify(told);
  if (node.drawn === drawn) return;
  node.drawn = drawn;
  node.replaceChildren(...children());
}

// Opens a panel with a title and content; the button that opened it is told.
export function openPanel(dialog, title, content, opener = null) {
  const heading = element("h2", { textContent: title, id: `${dialog.id}-title` });
  const close = button("×", () => dialog.close(), { aria: { label: text("close") }, className: "close" });
  dialog.setAttribute("aria-labelledby", heading.id);
  const said = document.getElementById("notice"); // what is told is told above the panel, else it lies beneath
  dialog.replaceChildren(element("header", {}, heading, close), ...content);
  if (said) (said.hidden ? document.body : dialog).append(said);
  opener?.setAttribute("aria-expanded", "true");
  dialog.onclose = () => {
    opener?.setAttribute("aria-expanded", "false");
    if (said) document.body.append(said);
  };
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

// A QR code of a link; a server that is busy drawing others is asked again.
export function qrCode(alt) {
  const image = element("img", { className: "qr", alt, loading: "lazy" });
  let left = 5;
  image.onerror = () => {
    const { src } = image;
    left -= 1;
    if (left > 0) setTimeout(() => { image.src = src; }, 1200);
  };
  image.show = (link) => {
    image.src = `/qr.svg?link=${encodeURIComponent(link)}`;
    return image;
  };
  return image;
}

export function save(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
