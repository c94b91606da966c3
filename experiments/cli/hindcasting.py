"""`comity hindcast`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import Output
from .settings import AsJson, Jobs, Quiet, Settings, overrides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..hindcasting import Hindcast, LeftOut

DEFAULT = "hindcast"


def hindcast(
    fit: Annotated[
        str | None, typer.Option("--fit", metavar="FROM:TO", help="Years to fit to; default 1996:2013.")
    ] = None,
    predict: Annotated[
        str | None, typer.Option("--predict", metavar="FROM:TO", help="Years to predict; default 2014:2018.")
    ] = None,
    windows: Annotated[
        bool, typer.Option("--windows", help="All seven windows of the page on trust, instead of one.")
    ] = False,
    left_out_pairs: Annotated[
        bool,
        typer.Option(
            "--left-out-pairs", help="Instead of later years, say what pairs were whose counts the fit does not see."
        ),
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Folder of your own tables; default: the packaged ones."),
    ] = None,
    unconditional: Annotated[
        bool, typer.Option("--unconditional", help="See no national inputs of the window: they drift.")
    ] = False,
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="Scenario whose measures are in force; default: hindcast.")
    ] = None,
    members: Annotated[
        int | None, typer.Option("--members", min=8, help="Sets of parameters in the ensemble; default 48.")
    ] = None,
    jobs: Jobs = None,
    set_: Settings = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write the answer to a JSON file.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Fit to some years, forecast the next ones, and hold the forecasts against what came, beside simple methods.

    Nothing of the window is seen but national inputs (and not even those with --unconditional); of the measures, dates
    and scopes are given and strengths are drawn from their ranges. Where the years to predict are not in the data,
    forecasts are made and scores left out.
    """
    from model.errors import InputError
    from model.scenario import load_scenario
    from model.tables import read_tables

    from ..hindcasting import ALL, span, window
    from ..hindcasting import hindcast as forecast

    if out is not None and out.exists() and not force:
        raise InputError("is there already", where=str(out), allowed="another --out, or --force to replace it")
    if windows and (fit or predict):
        raise InputError("--windows stands beside --fit or --predict", where="hindcast", allowed="one or the other")
    if left_out_pairs and (windows or predict or unconditional or members):
        raise InputError(
            "--left-out-pairs predicts no later years", where="hindcast",
            allowed="without --windows, --predict, --unconditional and --members",
        )  # fmt: skip
    output = Output(json, quiet)
    chosen = list(ALL) if windows else [window(fit or "1996:2013", predict or "2014:2018")]
    base = load_scenario(scenario or DEFAULT, overrides(set_))
    tables = read_tables(data if data is not None else base.world.data or None)
    elsewhere = data is not None and scenario is None
    if left_out_pairs:
        from ..hindcasting import left_out

        found = left_out(
            base, tables, span(fit or "1996:2013", "--fit", "1996:2013"), leave_out=elsewhere, jobs=jobs,
            say=lambda message: output.say("left-out", message),
        )  # fmt: skip
        if out is not None:
            _write(out, found.to_dict())
        if json:
            output.json(found.to_dict())
        else:
            _print_left_out(output, found)
        return 0
    answers: list[Hindcast] = []
    for one in chosen:

        def say(message: str, name: str = one.name) -> None:
            output.say("hindcast", f"{name}: {message}", window=name)

        answers.append(
            forecast(
                base, tables, one, conditional=not unconditional, leave_out=elsewhere,
                members=members, jobs=jobs, say=say,
            )
        )  # fmt: skip
        if out is not None:  # after every window: minutes of work each
            _write(out, _told(answers, windows))
    if json:
        output.json(_told(answers, windows))
    elif windows:
        _print_windows(output, answers)
    else:
        _print(output, answers[0])
    return 0


def _told(answers: Sequence[Hindcast], windows: bool) -> dict[str, Any]:
    """As JSON types: one window, or a list of them."""
    content = [answer.to_dict() for answer in answers]
    return {"windows": content} if windows else content[0]


def _write(path: Path, content: dict[str, Any]) -> None:
    from json import dumps

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(content, indent=1) + "\n", encoding="utf-8")


SCORES = {"mae_log": "mean absolute log error", "crps": "CRPS", "coverage90": "share within the 90 % interval"}
"""Scores of a window, in words."""


def _print_left_out(output: Output, found: LeftOut) -> None:
    """Errors of pairs that the fits did not see, by method and group."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    rows = found.scores()
    names = list(dict.fromkeys(row["group"] for row in rows))
    table = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for heading in ("mean absolute log error of unseen pairs", *names, "level", "course"):
        table.add_column(heading, justify="left" if heading.startswith("mean") else "right")
    for method in found.said:
        own = {row["group"]: row for row in rows if row["method"] == method}
        cells = [f"{own[name]['mae_log']:.3f}" for name in names]
        table.add_row(method.replace("_", " "), *cells, f"{own['all']['level']:.3f}", f"{own['all']['course']:.3f}")
    output.table(table)
    output.text("level: error of a pair's mean over the years; course: what is left about it.")


def _print_windows(output: Output, found: Sequence[Hindcast]) -> None:
    """A table of each score: windows by methods, all pairs, and the mean over windows."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    for score, words in SCORES.items():
        shown = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
        shown.add_column(words)
        methods = list(dict.fromkeys(method for own in found for method in own.scores))
        for method in methods:
            shown.add_column(method.replace("_", " "), justify="right")
        values = [[own.scores.get(method, {}).get("all", {}).get(score) for method in methods] for own in found]
        for own, row in zip(found, values, strict=True):
            shown.add_row(own.window.name, *("" if value is None else f"{value:.3f}" for value in row))
        columns = [[value for value in column if value is not None] for column in zip(*values, strict=True)]
        shown.add_row("mean of those", *(f"{sum(column) / len(column):.3f}" for column in columns))
        output.table(shown)


def _print(output: Output, found: Hindcast) -> None:
    """Scores by method and group, or the forecasts where there is nothing to hold them against."""
    from rich.table import Table

    from ..hindcasting.hindcast import EXPLAINED, OURS

    given = "conditional on national inputs" if found.conditional else "national inputs drift"
    table = Table(title=f"Fit and forecast {found.window.name}, {given}", title_justify="left")
    if found.scores:
        names = list(found.scores[OURS])
        table.add_column("mean absolute log error")
        for name in names:
            table.add_column(name, justify="right")
        table.add_column("CRPS", justify="right")
        table.add_column("in 90 %", justify="right")
        for method, by_group in sorted(found.scores.items(), key=lambda item: item[1]["all"]["mae_log"]):
            cells = [f"{by_group[name]['mae_log']:.3f}" if name in by_group else "" for name in names]
            whole = by_group["all"]
            table.add_row(method, *cells, f"{whole['crps']:.3f}", f"{100.0 * whole['coverage90']:.0f} %")
    else:
        table.add_column("joint works, median and 90 % interval")
        ours = next(forecast for forecast in found.forecasts if forecast.method == OURS)
        for year in found.window.years:
            table.add_column(str(year), justify="right")
        rows = {(f"{r['a']}-{r['b']}", r["year"]): r for r in ours.rows()}
        for pair in ours.mean:
            cells = [
                f"{r['median']:,.0f} ({r['q05']:,.0f}-{r['q95']:,.0f})" if (r := rows.get((str(pair), year))) else ""
                for year in found.window.years
            ]
            table.add_row(str(pair), *cells)
    output.table(table)
    if EXPLAINED in found.scores:
        output.text("Note: comity_explained knows strengths that were published later: explained, not predicted.")
    if found.left_out:
        output.text(f"Note: measures that name nothing of this world were left out: {', '.join(found.left_out)}.")
