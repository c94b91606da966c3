// What is on the screen, to take away: the link, a QR code, a picture, the numbers, the scenario file, the command.
import { INK } from "./colours.js";
import { button, element, openPanel, qrCode, save } from "./dom.js";
import { text } from "./texts.js";

const WIDTH = 1600;
const HEIGHT = 900;
const MARGIN = 50;
const QUIET = "#5f5d58";

// All series of the run in the columns of a result's series.csv.
export function csvOf(run) {
  const rows = ["scenario,replicate,date,pair,indicator,value,unit"];
  run.lines.forEach(([indicator, pair, unit], k) => {
    for (let period = 0; period < run.periods; period += 1) {
      const value = run.series[k * run.periods + period];
      rows.push(`${run.scenario},${run.replicate},${run.dates[period]},${pair},${indicator},${Number.isNaN(value) ? "" : value},${unit}`);
    }
  });
  return `${rows.join("\n")}\n`;
}

// The screen as a picture: question, sentence, network with its names and key, chart, year, measures in force.
export function pictureOf(app) {
  const canvas = element("canvas", { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d");
  const told = (id) => document.getElementById(id).textContent;
  const sans = getComputedStyle(document.body).fontFamily;
  const serif = getComputedStyle(document.querySelector("h1")).fontFamily;
  const write = (words, x, y, font, colour, width = WIDTH - 2 * MARGIN) => {
    context.font = font;
    context.fillStyle = colour;
    context.fillText(words, x, y, width);
  };
  context.fillStyle = "#fbfaf7";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.textBaseline = "top";
  write(told("question"), MARGIN, 40, `600 40px ${serif}`, INK);
  write(told("sentence"), MARGIN, 100, `24px ${sans}`, QUIET);
  drawNetwork(app, context, { x: MARGIN, y: 150, width: 900, height: 560 }, sans);
  drawKey(context, { x: MARGIN, y: 722, width: 900 }, sans);
  write(told("unit"), 980, 155, `20px ${sans}`, QUIET, 570);
  const chart = app.chart.plot.ctx.canvas;
  const scale = Math.min(570 / chart.width, 520 / chart.height);
  context.drawImage(chart, 980, 190, scale * chart.width, scale * chart.height);
  write(told("year"), 1400, 720, `600 60px ${serif}`, INK);
  write(told("force"), MARGIN, 808, `18px ${sans}`, QUIET);
  write([told("caveat"), told("unread")].join(" "), MARGIN, 836, `18px ${sans}`, INK);
  context.font = `16px ${sans}`; // the command where it can be read, else the hash of the scenario
  const { command, program, hash } = app.run;
  const short = context.measureText(command).width <= WIDTH - 2 * MARGIN;
  write(short ? command : text("share.same", { program, hash: hash.slice(0, 12) }), MARGIN, 864, context.font, QUIET);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function drawNetwork(app, context, box, family) {
  const [{ width, height, clientWidth }] = app.network.canvases;
  const scale = Math.min(box.width / width, box.height / height);
  const left = box.x + 0.5 * (box.width - scale * width);
  for (const layer of app.network.canvases) context.drawImage(layer, left, box.y, scale * width, scale * height);
  const grown = (scale * width) / clientWidth; // names are placed in pixels of the page
  context.save();
  context.font = `600 ${Math.round(14 * grown)}px ${family}`;
  Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 5, strokeStyle: "#fbfaf7", fillStyle: INK });
  for (const name of document.querySelectorAll(".names span")) {
    const at = [left + grown * Number.parseFloat(name.style.left), box.y + grown * Number.parseFloat(name.style.top)];
    context.strokeText(name.textContent, ...at);
    context.fillText(name.textContent, ...at);
  }
  context.restore();
}

function drawKey(context, box, family) {
  context.font = `18px ${family}`;
  let [x, y] = [box.x, box.y];
  for (const node of document.getElementById("key").childNodes) {
    const colour = node.firstElementChild?.style.borderColor;
    const words = node.textContent.trim();
    const width = (colour ? 34 : 0) + context.measureText(words).width;
    if (x + width > box.x + box.width) [x, y] = [box.x, y + 27];
    if (colour) {
      context.fillStyle = colour;
      context.fillRect(x, y + 8, 26, 4);
    }
    context.fillStyle = QUIET;
    context.fillText(words, x + (colour ? 34 : 0), y);
    x += width + 22;
  }
}

export class Share {
  constructor(app, dialog) {
    this.app = app;
    this.dialog = dialog;
  }

  link() {
    const { app } = this;
    const query = new URLSearchParams(location.search);
    if (app.about.code) { // the lecturer's own page needs no code, the class does; how it reads is its own
      query.set("code", app.about.code);
      for (const name of ["mode", "lang"]) query.delete(name);
    }
    const search = query.size ? `?${query}` : "";
    const here = `${app.about.address || `${location.origin}${location.pathname}`}${search}`;
    return app.source.offline ? location.href : `${here}${app.address()}`;
  }

  open(opener) {
    const { app } = this;
    const { run } = app;
    const link = this.link();
    const name = `comity-${run.scenario}-${run.seed}`;
    const field = element("input", { type: "text", id: "link", readOnly: true, value: link });
    const copy = async (words, told) => {
      try {
        await navigator.clipboard.writeText(words);
      } catch {
        field.select();
        document.execCommand("copy");
      }
      app.notice(text(told));
      setTimeout(() => app.notice(""), 2000);
    };
    const command = element("textarea", { id: "command", readOnly: true, rows: 4, value: run.command });
    const content = [
      element("label", { htmlFor: "link", textContent: text("share.link") }),
      field,
      element("div", { className: "row" }, button(text("share.copy"), () => copy(link, "share.copied"), { id: "copy" })),
      app.source.offline || link.length > 1000 ? null : qrCode(text("share.qr")).show(link),
      element("h3", { textContent: text("share.take") }),
      element(
        "div",
        { className: "row" },
        button(text("share.png"), async () => save(`${name}.png`, await pictureOf(app), "image/png"), { id: "save-png" }),
        button(text("share.csv"), () => save(`${name}.csv`, csvOf(run), "text/csv"), { id: "save-csv" }),
        button(text("share.toml"), () => save(`${name}.toml`, run.toml, "application/toml"), { id: "save-toml" }),
      ),
      element("label", { htmlFor: "command", textContent: text("share.command") }),
      command,
      element("div", { className: "row" }, button(text("share.copy.command"), () => copy(run.command, "share.copied"))),
      element("p", { className: "quiet", textContent: text("share.same", { program: run.program, hash: run.hash.slice(0, 12) }) }),
    ];
    openPanel(this.dialog, text("tools.share"), content.filter(Boolean), opener);
  }
}
