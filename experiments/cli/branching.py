"""`comity branch`: scenarios that go on from one checkpoint, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .comparing import distinct, side_by_side
from .output import Output
from .settings import Additions, AsJson, Force, Jobs, NoFigures, Out, Quiet, Settings, overrides


def branch(
    checkpoint: Annotated[Path, typer.Argument(metavar="FILE", help="Checkpoint that `comity run --until` wrote.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[B...]", help="More scenarios, after the one of --scenarios.")
    ] = None,
    scenarios: Annotated[
        list[str] | None,
        typer.Option("--scenarios", metavar="A", help="Scenarios that go on from it; the first is the base."),
    ] = None,
    jobs: Jobs = None,
    set_: Settings = None,
    add: Additions = None,
    out: Out = None,
    force: Force = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Go on from a checkpoint under several scenarios, and print what the others change against the first."""
    from datetime import UTC, datetime

    from model.checkpoint import branch as branch_of
    from model.checkpoint import load

    from ..comparing import Replication, to_one_end

    started, output = datetime.now(UTC), Output(json, quiet)
    begun = load(checkpoint)
    loaded = distinct([*(scenarios or []), *(names or [])], overrides(set_), "branch", add or [])
    whole = [branch_of(begun, s) for s in loaded]
    chosen, notes = to_one_end(whole)
    plan = Replication(len(begun.moments))
    return side_by_side(
        chosen, started, output, plan, notes, jobs=jobs, out=out, force=force, figures=not no_figures, begun=begun
    )
