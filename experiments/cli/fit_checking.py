"""`comity fit-check`: whether simulated networks look like what is known of real ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, Force, Jobs, NoFigures, Out, Quiet, Seed, Settings, overrides
from .staging import drawn, staged

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
    from ..results import choose_folder
    from ..runner import resolved
    from .running import announce

    started, output = datetime.now(UTC), Output(json, quiet)
    changes = overrides(set_, replicates or REPLICATES, seed)
    # as sienaGOF does: simulated at the estimates, so that what differs is luck
    base = resolved(load_scenario(scenario, ["run.ensemble=false", *changes]))
    world = build_world(base)
    own = None if ties is None else read_ties(ties, world.countries, base)
    plan = plan_of(base, world, own)
    resize = not any(change.replace(" ", "").startswith("world.institutions=") for change in changes)
    chosen = watched(base, plan, own, resize)
    target = choose_folder(f"{base.name}-fit", chosen.content_hash(), out)
    with staged(output, target, force, kind="fit check", started=started, data=base.world.data) as (folder, manifest):
        announce(output, f"{base.name}, goodness of fit", chosen.run.replicates, chosen.run.seed)
        with output.progress(base.name) as listener:
            runs = simulated(chosen, plan, jobs, listener)
        fit = battery(chosen, build_world(chosen), runs, own)
        told = fit.to_dict()
        (folder / FIT).write_text(dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        _write_simulated(folder / SIMULATED, fit)
        (folder / "scenario.resolved.toml").write_text(chosen.to_toml(), encoding="utf-8")
        complete = no_figures or drawn(output, lambda: _draw(folder, fit))
        manifest |= {
            "scenarios": {chosen.name: chosen.content_hash()},
            "run": {"seed": chosen.run.seed, "replicates": chosen.run.replicates},
        }
        if own is not None:
            manifest["ties"] = {"file": own.path.name, "sha256": sha256(own.path)}
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


def _draw(folder: Path, fit: Fit) -> None:
    from ..figures import draw_fit

    draw_fit(folder, fit)
