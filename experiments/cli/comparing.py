"""`comity compare`: scenarios under the same luck, side by side.

Contract with `experiments.comparing` (looked up when the command runs):

- `compare(runs) -> Comparison`: ``runs`` are simulations or results (both have ``scenario`` and ``series``), the first
  is the base. A `Comparison` has `to_dict()` (JSON types), `table()` (headings, rows of text) and `lines()` (what
  is said below the table, such as the compensation ratio with its interval).

The folder gets a result of each run, comparison.json, and the figures of `experiments.figures.draw_comparison`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from .output import Output
from .settings import AsJson, Force, Jobs, NoFigures, Out, Quiet, Replicates, Seed, Settings, overrides

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from model.checkpoint import Checkpoint
    from model.scenario import Scenario
    from model.simulation import Simulation

    from ..comparing import Comparison

COMPARISON = "comparison.json"


def compare(
    scenarios: Annotated[list[str], typer.Argument(metavar="A B...", help="Scenarios; the first is the base.")],
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
    """Run scenarios with the same worlds and the same luck, and print what the others change against the first."""
    from datetime import UTC, datetime

    started, output = datetime.now(UTC), Output(json, quiet)
    chosen = paired(scenarios, overrides(set_, replicates, seed))
    return side_by_side(chosen, started, output, jobs=jobs, out=out, force=force, figures=not no_figures)


def side_by_side(
    chosen: Sequence[Scenario],
    started: datetime,
    output: Output,
    *,
    jobs: int | None,
    out: Path | None,
    force: bool,
    figures: bool,
    begun: Checkpoint | None = None,
) -> int:
    """Run scenarios of the same luck, from a checkpoint if there is one; leave the folder, print, and return the exit code."""
    from ..comparing import compare as compare_runs
    from ..results import Staging, choose_folder
    from ..results.manifest import write_manifest
    from ..results.provenance import provenance
    from ..results.writing import times_since, write_result

    target = choose_folder("-".join(s.name for s in chosen), chosen[0].content_hash(), out)
    with Staging(target, force) as staging:
        with output.logging_to(staging.folder / "run.log"):
            runs = simulate_all(chosen, jobs, output, begun)
            comparison = compare_runs(runs)
            for run in runs:
                (staging.folder / run.scenario.name).mkdir()
                write_result(
                    staging.folder / run.scenario.name,
                    run,
                    started=started,
                    command=["comity", *sys.argv[1:]],
                )
            write_comparison(staging.folder / COMPARISON, comparison)
            complete = not figures or _draw(output, staging.folder, runs)
            content: dict[str, Any] = {"kind": "comparison", **provenance(chosen[0].world.data)}
            content |= {
                "scenarios": {s.name: s.content_hash() for s in chosen},
                "run": {"seed": chosen[0].run.seed, "replicates": chosen[0].run.replicates},
                "times": times_since(started),
                "command": ["comity", *sys.argv[1:]],
            }
            write_manifest(staging.folder, content)
        staging.publish()
    if output.as_json:
        output.json({"folder": str(target), "complete": complete, "seed": chosen[0].run.seed, **comparison.to_dict()})
    else:
        print_comparison(output, comparison)
    output.say("done", f"{target} (seed {chosen[0].run.seed})", folder=str(target))
    return 0 if complete else 3


def paired(names: Sequence[str], changes: Sequence[str]) -> list[Scenario]:
    """Scenarios with one seed and one number of replicates, the base's, so that replicate k has the same luck in all."""
    from ..runner import resolved

    loaded = distinct(names, changes, "compare")
    base = resolved(loaded[0])
    return [base, *(resolved(s, base.run.replicates, base.run.seed) for s in loaded[1:])]


def distinct(names: Sequence[str], changes: Sequence[str], command: str) -> list[Scenario]:
    """Two or more scenarios with different names; ``command`` is named when they are not."""
    from model.errors import InputError
    from model.scenario import load_scenario

    if len(names) < 2:
        raise InputError("one scenario cannot be compared", where=command, allowed="two or more scenarios")
    loaded = [load_scenario(name, changes) for name in names]
    repeated = [s.name for s in loaded if sum(s.name == other.name for other in loaded) > 1]
    if repeated:
        raise InputError(f"{repeated[0]!r} stands there twice", where=command, allowed="scenarios with different names")
    return loaded


def simulate_all(
    scenarios: Sequence[Scenario], jobs: int | None, output: Output, begun: Checkpoint | None = None
) -> list[Simulation]:
    """Simulate scenarios, from a checkpoint if there is one, with progress; in the order given."""
    from ..runner import run_scenarios
    from .running import announce

    announce(output, ", ".join(s.name for s in scenarios), scenarios[0].run.replicates, scenarios[0].run.seed)
    with output.progress(" / ".join(s.name for s in scenarios)) as listener:
        done = dict(run_scenarios(scenarios, jobs=jobs, on_progress=listener, begun=begun))
    return [done[place] for place in range(len(scenarios))]


def write_comparison(path: Path, comparison: Comparison) -> None:
    """Write all differences and ratios as JSON, also those of pairs of countries, which the table leaves out."""
    from json import dumps

    path.write_text(dumps(comparison.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class Tabular(Protocol):
    """What can be printed: a comparison, or what a sweep gave."""

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of text."""

    def lines(self) -> list[str]:
        """What is said below the table."""


def print_comparison(output: Output, comparison: Tabular) -> None:
    """The table of a comparison and the lines below it."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    headings, rows = comparison.table()
    table = Table(box=SIMPLE_HEAD)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    if rows:
        output.table(table)
    for line in comparison.lines():
        output.text(line)


def _draw(output: Output, folder: Path, runs: Sequence[Simulation]) -> bool:
    try:
        from ..figures import draw_comparison

        draw_comparison(folder, runs)
    except Exception as error:
        output.say("figures", f"the figures failed ({type(error).__name__}: {error}); the numbers are kept")
        return False
    return True
