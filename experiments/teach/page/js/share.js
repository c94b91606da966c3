// What is on the screen, to take away: the link, a QR code, a picture, the numbers, the scenario file, the command.
import { button, element, openPanel, save } from "./dom.js";
import { text } from "./texts.js";

const WIDTH = 1600;
const HEIGHT = 900;

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

export function pictureOf(app) {
  const canvas = element("canvas", { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fbfaf7";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const style = getComputedStyle(document.body);
  context.fillStyle = "#262626";
  context.textBaseline = "top";
  context.font = `600 40px ${getComputedStyle(document.querySelector("h1")).fontFamily}`;
  context.fillText(document.getElementById("question").textContent, 50, 40, WIDTH - 100);
  context.font = `24px ${style.fontFamily}`;
  context.fillStyle = "#5f5d58";
  context.fillText(document.getElementById("sentence").textContent, 50, 100, WIDTH - 100);
  const fit = (source, x, y, width, height) => {
    const scale = Math.min(width / source.width, height / source.height);
    context.drawImage(source, x + 0.5 * (width - scale * source.width), y, scale * source.width, scale * source.height);
  };
  for (const layer of app.network.canvases) fit(layer, 50, 150, 900, 640);
  fit(app.chart.plot.ctx.canvas, 980, 190, 570, 520);
  context.font = `20px ${style.fontFamily}`;
  context.fillText(document.getElementById("unit").textContent, 980, 155, 570);
  context.font = `18px ${style.fontFamily}`;
  context.fillText(`${text("caveat")}  ${app.run.command}`, 50, 850, WIDTH - 100);
  context.font = `600 60px ${getComputedStyle(document.querySelector("h1")).fontFamily}`;
  context.fillStyle = "#262626";
  context.fillText(document.getElementById("year").textContent, 1400, 770);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

export class Share {
  constructor(app, dialog) {
    this.app = app;
    this.dialog = dialog;
  }

  link() {
    const { app } = this;
    const query = new URLSearchParams(location.search);
    if (app.about.code) query.set("code", app.about.code); // the lecturer's own page needs none, the class does
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
      app.source.offline || link.length > 1000 ? null : element("img", { className: "qr", alt: text("share.qr"), src: `/qr.svg?link=${encodeURIComponent(link)}` }),
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
