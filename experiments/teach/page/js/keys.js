// The keyboard: space plays, arrows move a quarter (with shift a year), R resets, 1 to 9 choose, K keeps, P predicts, L draws lucks.
export function listenToKeys(app) {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = target.matches("input:not([type=range]), textarea, select");
    const range = target.matches("input[type=range]");
    if (typing) return;
    const act = app.keys(event);
    if (event.key === " " && !target.matches("button, summary, a")) {
      event.preventDefault();
      app.timeline.toggle();
    } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && !range && !target.matches("[role=radio]")) {
      event.preventDefault();
      app.timeline.go(app.timeline.at + (event.key === "ArrowLeft" ? -1 : 1) * (event.shiftKey ? 4 : 1), false);
    } else if (act) {
      event.preventDefault();
      act();
    }
  });
}
