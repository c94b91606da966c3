"""`comity sweep`: a grid of settings, each run with replicates.

Contract with `experiments.sweeping` (looked up when the command runs):

- `load_sweep(name, settings, replicates, seed, additions) -> Sweep`: reads a sweep file (a TOML table with ``axes``) and checks all
  of it; raises `InputError`. A `Sweep` has ``name``, ``base`` (its scenario), ``points``, `seeded()`, `content_hash()`.
- `run_sweep(sweep, folder, *, jobs, on_progress) -> SweepResult`: runs it and fills ``folder``. A `SweepResult` has
  ``seed``, ``summary`` (a frame), `to_dict()`, `table()` (headings, rows of text), `lines()`.

The figures are those of `experiments.figures.draw_sweep`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .comparing import print_comparison
from .output import Output
from .settings import Additions, AsJson, Force, Jobs, NoFigures, Out, Quiet, Replicates, Seed, Settings
from .staging import drawn, staged

if TYPE_CHECKING:
    from ..sweeping import SweepResult


def sweep(
    file: Annotated[str, typer.Argument(metavar="SWEEP", help="Name or path of a sweep file.")],
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
) -> int:
    """Run a scenario over a grid of settings and draw what comes out."""
    from datetime import UTC, datetime

    from ..results import choose_folder
    from ..sweeping import load_sweep, run_sweep
    from .running import announce

    started, output = datetime.now(UTC), Output(json, quiet)
    chosen = load_sweep(file, set_ or [], replicates, seed, add or []).seeded()
    target = choose_folder(chosen.name, chosen.content_hash(), out)
    with staged(output, target, force, kind="sweep", started=started, data=chosen.base.world.data) as (
        folder,
        manifest,
    ):
        announce(output, f"{chosen.name}, {len(chosen.points)} design points", chosen.replicates, chosen.seed)
        with output.progress(chosen.name) as listener:
            result = run_sweep(chosen, folder, jobs=jobs, on_progress=listener)
        complete = no_figures or drawn(output, lambda: _draw(folder, result))
        manifest |= {
            "sweep": {"name": chosen.name, "sha256": chosen.content_hash()},
            "run": {"seed": result.seed, "replicates": chosen.replicates, "design_points": len(chosen.points)},
        }
    if json:
        output.json({"folder": str(target), "complete": complete, "seed": result.seed, **result.to_dict()})
    else:
        print_comparison(output, result)
    output.say("done", f"{target} (seed {result.seed})", folder=str(target))
    return 0 if complete else 3


def _draw(folder: Path, result: SweepResult) -> None:
    axes = [axis.name for axis in result.sweep.axes]
    outcomes = [outcome.label for outcome in result.sweep.outcomes]
    from ..figures import draw_sweep

    draw_sweep(folder, result.summary, axes, outcomes)
