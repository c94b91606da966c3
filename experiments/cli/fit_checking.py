"""`comity fit-check`: whether simulated networks look like what is known of real ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import Output
from .settings import AsJson, Force, Jobs, NoFigures, Out, Quiet, Seed, Settings, overrides

if TYPE_CHECKING:
    from ..goodness_of_fit import Fit

FIT, SIMULATED = "fit.json", "simulated.csv"
REPLICATES, FEWEST = 40, 20
"""Replicates when nothing else is said, and fewest with which anything can be refused."""

Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or path of a scenario.")]
TiesFile = Annotated[
    Path | None,
    typer.Option(
        "--ties",
        metavar="FILE",
        help="CSV of ties between institutions at one or more dates: date, a, country_a, b, country_b.",
    ),
]
Count = Annotated[
    int | None, typer.Option("--replicates", min=FEWEST, help=f"Replicates; default: {REPLICATES}, at least {FEWEST}.")
]


def fit_check(
    scenario: Name = "hindcast",
    ties: TiesFile = None,
    replicates: Count = None,
    seed: Seed = None,
    jobs: Jobs = None,
    set_: Settings = None,
    out: Out = None,
    force: Force = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Hold sizes, contracts and networks of a scenario against published figures, and against your own with --ties."""
    from datetime import UTC, datetime
    from json import dumps

    from model.scenario import load_scenario
    from model.sources import sha256
    from model.world import build_world

    from ..goodness_of_fit import battery, plan_of, read_ties, simulated, watched
    from ..results import Staging, choose_folder
    from ..results.manifest import write_manifest
    from ..results.provenance import provenance
    from ..results.writing import times_since
    from ..runner import resolved
    from .running import announce

    started, output = datetime.now(UTC), Output(json, quiet)
    changes = overrides(set_, replicates or REPLICATES, seed)
    base = resolved(load_scenario(scenario, changes))
    world = build_world(base)
    own = None if ties is None else read_ties(ties, world.countries, base)
    plan = plan_of(base, world, own)
    resize = not any(change.replace(" ", "").startswith("world.institutions=") for change in changes)
    chosen = watched(base, plan, own, resize)
    target = choose_folder(f"{base.name}-fit", chosen.content_hash(), out)
    with Staging(target, force) as staging:
        with output.logging_to(staging.folder / "run.log"):
            announce(output, f"{base.name}, goodness of fit", chosen.run.replicates, chosen.run.seed)
            with output.progress(base.name) as listener:
                runs = simulated(chosen, plan, jobs, listener)
            fit = battery(chosen, build_world(chosen), runs, own)
            told = fit.to_dict()
            (staging.folder / FIT).write_text(dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            _write_simulated(staging.folder / SIMULATED, fit)
            (staging.folder / "scenario.resolved.toml").write_text(chosen.to_toml(), encoding="utf-8")
            complete = no_figures or _draw(output, staging.folder, fit)
            content: dict[str, Any] = {"kind": "fit check", **provenance(base.world.data)}
            content |= {"scenarios": {chosen.name: chosen.content_hash()}}
            content |= {"run": {"seed": chosen.run.seed, "replicates": chosen.run.replicates}}
            if own is not None:
                content |= {"ties": {"file": own.path.name, "sha256": sha256(own.path)}}
            write_manifest(
                staging.folder, {**content, "times": times_since(started), "command": ["comity", *sys.argv[1:]]}
            )
        staging.publish()
    if json:
        output.json({"folder": str(target), "seed": chosen.run.seed, **told})
    else:
        _print(output, fit)
    output.say("done", f"{target} (seed {chosen.run.seed})", folder=str(target))
    return 0 if complete else 3


def _write_simulated(path: Path, fit: Fit) -> None:
    """Every simulated value: check, component, replicate, value."""
    import pandas as pd

    from ..results.frames import write_csv

    rows = [
        (of.statistic.name, component, k, float(value))
        for of in fit.checks
        for place, component in enumerate(of.statistic.components)
        for k, value in enumerate(of.simulated[:, place])
    ]
    write_csv(pd.DataFrame(rows, columns=["check", "component", "replicate", "value"]), path)


def _print(output: Output, fit: Fit) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from ..goodness_of_fit.wording import HEADINGS, LEFT, lines, table

    output.text(f"{fit.title}: goodness of fit, {fit.replicates} replicates of {fit.institutions:,} institutions")
    shown = Table(box=SIMPLE_HEAD, padding=(0, 0))
    for heading in HEADINGS:
        shown.add_column(heading, justify="left" if heading in LEFT else "right", no_wrap=True)
    for row in table(fit):
        shown.add_row(*row)
    output.table(shown)
    for line in lines(fit):
        output.text(line)


def _draw(output: Output, folder: Path, fit: Fit) -> bool:
    try:
        from ..figures import draw_fit

        draw_fit(folder, fit)
    except Exception as error:
        output.say("figures", f"the figures failed ({type(error).__name__}: {error}); the numbers are kept")
        return False
    return True
