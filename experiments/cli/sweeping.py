"""`comity sweep`: a grid of settings, each run with replicates.

Contract with `experiments.sweeping` (looked up when the command runs):

- `load_sweep(path) -> Sweep`: reads and checks a sweep file (a TOML table with ``axes``); raises `InputError`.
  A `Sweep` has ``name`` and `content_hash()`.
- `run_sweep(sweep, folder, *, replicates, seed, jobs, settings, on_progress, figures) -> Outcome`: runs it and fills
  ``folder``. An `Outcome` has ``complete``, ``seed``, `to_dict()`, `table()` (headings, rows of text), `lines()`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from .comparing import print_comparison
from .output import Output
from .settings import AsJson, Force, Jobs, NoFigures, Out, Quiet, Replicates, Seed, Settings


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A sweep file.")],
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
    """Run a scenario over a grid of settings and draw what comes out."""
    from datetime import UTC, datetime

    from ..results import Staging, choose_folder
    from ..results.manifest import write_manifest
    from ..results.provenance import provenance
    from ..results.writing import times_since
    from ..sweeping import load_sweep, run_sweep

    started, output = datetime.now(UTC), Output(json, quiet)
    chosen = load_sweep(file)
    target = choose_folder(chosen.name, chosen.content_hash(), out)
    with Staging(target, force) as staging:
        with output.logging_to(staging.folder / "run.log"):
            with output.progress(chosen.name) as listener:
                outcome = run_sweep(
                    chosen, staging.folder, replicates=replicates, seed=seed, jobs=jobs, settings=list(set_ or []),
                    on_progress=listener, figures=not no_figures,
                )  # fmt: skip
            content: dict[str, Any] = {
                "kind": "sweep",
                **provenance(),
                "sweep": {"name": chosen.name, "sha256": chosen.content_hash(), "seed": outcome.seed},
                "times": times_since(started),
                "command": ["comity", *sys.argv[1:]],
            }
            write_manifest(staging.folder, content)
        staging.publish()
    if json:
        output.json({"folder": str(target), "complete": outcome.complete, "seed": outcome.seed, **outcome.to_dict()})
    else:
        print_comparison(output, outcome)
    output.say("done", f"{target} (seed {outcome.seed})", folder=str(target))
    return 0 if outcome.complete else 3
