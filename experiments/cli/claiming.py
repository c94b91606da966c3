"""`comity claims`: published figures beside the model's, and whether they agree.

The folder gets a result of each run, claims.json (every row, also of what cannot be tested), and a figure.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, Force, Jobs, NoFigures, Out, Quiet, Replicates, Seed, Settings, overrides
from .staging import drawn, staged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from model.scenario import Scenario

    from ..claims import Findings
    from ..claims.frames import ClaimRun
    from ..results import Result

CLAIMS = "claims.json"

From = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        metavar="DIR",
        help="Folder of a finished run, or of what holds runs, such as one of `comity compare`; nothing is run then. May"
        " be repeated.",
    ),
]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="CLAIM,...", help="Only these claims; may be repeated.")
]


def claims(
    from_: From = None,
    only: Only = None,
    replicates: Replicates = None,
    seed: Seed = None,
    jobs: Jobs = None,
    set_: Settings = None,
    out: Out = None,
    force: Force = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Hold the model against published claims: which of them are tests, and whether it meets them."""
    from datetime import UTC, datetime
    from json import dumps

    from ..claims import finished_runs, judge, packaged_claims, scenarios_of
    from ..results import choose_folder

    started, output = datetime.now(UTC), Output(json, quiet)
    table = packaged_claims().only(tuple(name.strip() for text in only or [] for name in text.split(",")))
    changes = overrides(set_, replicates, seed)
    finished: dict[str, Result] = {}
    if from_:
        _refuse_settings(changes, jobs)
        finished = finished_runs(table, from_)
    scenarios = {name: r.scenario for name, r in finished.items()} if from_ else scenarios_of(table, changes)
    first = next(iter(scenarios.values()), None)
    target = choose_folder("claims", first.content_hash() if first else "0" * 8, out)
    with staged(output, target, force, kind="claims", started=started, data=first.world.data if first else "") as (
        folder,
        manifest,
    ):
        runs = finished or _run(output, scenarios, folder, started, jobs)
        found = judge(table, runs)
        text = dumps(found.to_dict(), indent=1, ensure_ascii=False)
        (folder / CLAIMS).write_text(text + "\n", encoding="utf-8")
        complete = no_figures or drawn(output, lambda: _draw(folder, found))
        manifest |= {
            "scenarios": {name: scenario.content_hash() for name, scenario in scenarios.items()},
            "runs": {name: str(result.folder) for name, result in finished.items()},
            "run": {"seed": first.run.seed, "replicates": first.run.replicates} if first else {},
        }
    if json:
        output.json({"folder": str(target), **found.to_dict()})
    else:
        _print(output, found)
    output.say("done", f"{target}" + (f" (seed {first.run.seed})" if first else ""), folder=str(target))
    return 0 if complete else 3


def _refuse_settings(changes: list[str], jobs: int | None) -> None:
    from model.errors import InputError

    if changes or jobs is not None:
        raise InputError(
            "nothing is run with --from, so that --replicates, --seed, --set and --jobs change nothing", where="claims",
            allowed="--from, or these",
        )  # fmt: skip


def _run(
    output: Output, scenarios: Mapping[str, Scenario], folder: Path, started: datetime, jobs: int | None
) -> Mapping[str, ClaimRun]:
    """Simulate the worlds of claims with one luck; each leaves its result in ``folder``."""
    from ..comparing import Replication
    from ..results import open_result
    from .comparing import run_arms

    if not scenarios:
        return {}
    chosen = list(scenarios.values())
    run_arms(chosen, folder, started, Replication(chosen[0].run.replicates), jobs, output)
    return {name: open_result(folder / name) for name in scenarios}


def _print(output: Output, found: Findings) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from ..claims.wording import lines, table

    headings, rows = table(found)
    shown = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for place, heading in enumerate(headings):
        shown.add_column(heading, justify="right" if place in (2, 3, 4, 5) else "left", no_wrap=place > 0)
    for row in rows:
        shown.add_row(*row)
    if rows:
        output.table(shown)
    for line in lines(found):
        output.text(line)


def _draw(folder: Path, found: Findings) -> None:
    from ..figures.claims import draw_claims

    draw_claims(folder, found)
