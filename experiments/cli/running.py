"""`comity run`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .comparing import print_comparison
from .output import Output
from .settings import (
    Additions,
    AsJson,
    CheckpointFile,
    Data,
    Force,
    Jobs,
    NoFigures,
    Out,
    Quiet,
    Replicates,
    ScenarioName,
    Seed,
    Settings,
    Until,
    at_home,
    overrides,
)
from .shocks import measure_shocks

if TYPE_CHECKING:
    from pathlib import Path

    from model.scenario import Scenario

    from ..results.summary import Summary


def run(
    scenario: ScenarioName,
    replicates: Replicates = None,
    seed: Seed = None,
    jobs: Jobs = None,
    set_: Settings = None,
    add: Additions = None,
    out: Out = None,
    force: Force = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
    until: Until = None,
    checkpoint: CheckpointFile = None,
    data: Data = None,
) -> int:
    """Simulate a scenario, print what happened, and leave a folder with series and figures."""
    from datetime import UTC, datetime

    from model.scenario import load_scenario

    from ..results import Staging, choose_folder
    from ..results.summary import summarise
    from ..results.writing import finish, write_frames
    from ..runner import resolved, run_scenario

    started, output = datetime.now(UTC), Output(json, quiet)
    chosen = resolved(at_home(load_scenario(scenario, overrides(set_, replicates, seed), add or []), data, output))
    if until is not None or checkpoint is not None:
        return run_until(chosen, until, checkpoint, out, force, jobs, output)
    target = choose_folder(chosen.name, chosen.content_hash(), out)
    with Staging(target, force) as staging:
        with output.logging_to(staging.folder / "run.log"):
            announce(output, chosen.name, chosen.run.replicates, chosen.run.seed)
            with output.progress(chosen.name) as listener:
                simulation = run_scenario(chosen, jobs=jobs, on_progress=listener)
            output.note(f"simulated {len(simulation.series)} values, {len(simulation.spells)} ended partnerships")
            write_frames(staging.folder, simulation)
            complete = no_figures or draw(output, staging.folder)
            shocks, told = measure_shocks(output, staging.folder, [simulation], not no_figures)
            summary = summarise(chosen, simulation.series)
            for note in summary.notes:
                output.note(note)
            finish(staging.folder, chosen, started, ["comity", *sys.argv[1:]])
        staging.publish()
    seconds = round((datetime.now(UTC) - started).total_seconds(), 1)
    if json:
        output.json(
            {
                "folder": str(target),
                "scenario": chosen.name,
                "seed": chosen.run.seed,
                "replicates": chosen.run.replicates,
                "seconds": seconds,
                "complete": complete and told,
                **summary.to_dict(),
            }
        )
    else:
        print_summary(output, chosen.title or chosen.name, summary)
        if shocks is not None:
            print_comparison(output, shocks)
    output.say("done", f"{target} ({seconds:.1f} s, seed {chosen.run.seed})", folder=str(target), seconds=seconds)
    return 0 if complete and told else 3


def run_until(
    scenario: Scenario, until: str | None, path: Path | None, out: Path | None, force: bool, jobs: int | None,
    output: Output,
) -> int:  # fmt: skip
    """`run` with --until and --checkpoint: simulate up to a date and write where the replicates stand."""
    from datetime import date

    from model.checkpoint import refuse_existing, save
    from model.errors import InputError

    from ..plurals import counted
    from ..runner import run_to_checkpoint

    if until is None or path is None:
        given, other = ("--checkpoint", "--until") if until is None else ("--until", "--checkpoint")
        raise InputError(f"{given} stands there without {other}", where="run", allowed="both or neither")
    if out is not None:
        raise InputError("there is no result to put there yet", where="--out", allowed="`comity branch` makes results")
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise InputError(f"{until!r} is no date", where="--until", allowed="a date such as 2022-02-24") from None
    refuse_existing(path, force)
    announce(output, scenario.name, scenario.run.replicates, scenario.run.seed)
    with output.progress(scenario.name) as listener:
        save(path, run_to_checkpoint(scenario, day, jobs=jobs, on_progress=listener), force)
    size = path.stat().st_size
    if output.as_json:
        said = {"checkpoint": str(path), "scenario": scenario.name, "date": until, "seed": scenario.run.seed}
        output.json({**said, "replicates": scenario.run.replicates, "bytes": size})
    else:
        output.text(
            f"{path}: {scenario.name} at {day}, {counted(scenario.run.replicates, 'replicate')}, seed {scenario.run.seed}"
        )
    output.say("done", f"{path} ({size:,} bytes)", checkpoint=str(path), bytes=size)
    return 0


def announce(output: Output, name: str, replicates: int, seed: int | None) -> None:
    """Say what begins, and why it may take a while the first time."""
    from ..plurals import counted
    from .doctoring import kernels_cached

    output.say(
        "start",
        f"{name}: {counted(replicates, 'replicate')}, seed {seed}",
        scenario=name,
        replicates=replicates,
        seed=seed,
    )
    if not kernels_cached():
        output.say("compile", "compiling the kernels, once; this takes about half a minute and progress waits for it")


def draw(output: Output, folder: Path) -> bool:
    """Draw the figures of a run into its folder; a failure costs the figures, not the run."""
    try:
        from ..figures import draw_run

        draw_run(folder)
    except Exception as error:
        output.say(
            "figures",
            f"the figures failed ({type(error).__name__}: {error}); the numbers are kept, `comity plot` draws again",
        )
        return False
    return True


def print_summary(output: Output, title: str, summary: Summary) -> None:
    """The table of `comity run`: means before and after over replicates, observed beside."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=f"{title}: simulated median and 90 % interval, observed", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("joint works", no_wrap=True)
    table.add_column("")
    for heading in (*(f"{a}-{b}" for a, b in (summary.before, summary.after)), "change"):
        table.add_column(heading, justify="right")
    for row in summary.rows:
        form = _share if row.quantity == "share" else _count
        simulated = ((row.before, form), (row.after, form), (row.change, _change))
        seen = ((row.observed_before, form), (row.observed_after, form), (row.observed_change, _change))
        label = f"{row.pair}\na year" if row.quantity == "volume" else "share of all"
        skip = "\n" * label.count("\n")
        table.add_row(label, f"{skip}median", *(f"{skip}{form(estimate.median)}" for estimate, form in simulated))
        table.add_row("", "interval", *(_interval(estimate, form) for estimate, form in simulated))
        table.add_row("", "observed", *(form(value) for value, form in seen), style="dim")
    output.table(table)
    if summary.forecast is not None:
        output.text(forecast_line(summary.forecast))
    for note in summary.notes:
        output.text(f"Note: {note}.")


def forecast_line(forecast: dict[str, Any]) -> str:
    """Errors of the forecasts in one line; keys from, to, pairs, mean_absolute_log_error by method."""
    errors = ", ".join(f"{method} {error:.3f}" for method, error in forecast["mean_absolute_log_error"].items())
    return f"Forecast {forecast['from']}-{forecast['to']}, mean absolute log error over {forecast['pairs']} pairs: {errors}."


def _interval(estimate: Any, form: Any) -> str:
    """Both ends, with their unit once."""
    if estimate.low is None:
        return "-"
    return f"{form(estimate.low).removesuffix(' %')} to {form(estimate.high)}"


def _count(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _change(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:+.0f} %"
