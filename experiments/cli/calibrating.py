"""`comity calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, Data, Jobs, Quiet, Settings, at_home, overrides

if TYPE_CHECKING:
    from ..calibrating import Fitted


def calibrate(
    fit: Annotated[str, typer.Option("--fit", metavar="FROM:TO", help="Years to fit to.")] = "1996:2013",
    data: Data = None,
    scenario: Annotated[str, typer.Option("--scenario", help="Scenario whose measures are in force.")] = "hindcast",
    replicates: Annotated[int, typer.Option("--replicates", min=1, help="Replicates of a round.")] = 40,
    jobs: Jobs = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Table to write.")] = Path("calibration.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace an existing table.")] = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Fit affinities and common weights to observed counts and write a table of calibrated values.

    A person adopts the table: it goes to model/data/calibration.toml, or beside the tables of your own folder.
    """
    from model.errors import InputError
    from model.scenario import load_scenario

    from ..calibrating import Progress
    from ..calibrating import calibrate as fit_to_counts
    from ..hindcasting import span

    if out.exists() and not force:
        raise InputError("is there already", where=str(out), allowed="another --out, or --force to replace it")
    output = Output(json, quiet)
    chosen = at_home(load_scenario(scenario, overrides(set_)), data, output)
    if chosen.run.seed is None:
        raise InputError("the scenario has no seed", where=scenario, allowed="--set run.seed=1")

    def tell(progress: Progress) -> None:
        message = f"round {progress.round} of {progress.rounds}: mean absolute log error {progress.error:.4f}"
        output.say("round", message, round=progress.round, rounds=progress.rounds, error=progress.error)

    fitted = fit_to_counts(chosen, span(fit, "--fit", "1996:2013"), replicates=replicates, jobs=jobs, on_round=tell)
    out.write_text(fitted.calibration.to_toml(), encoding="utf-8")
    if json:
        output.json(as_dict(fitted, out))
    else:
        output.text(f"{out}: mean absolute log error {fitted.error:.4f} over {len(fitted.by_pair)} pairs")
        for name, value in fitted.calibration.parameters.items():
            output.text(f"  {name} = {value:.4f}")
        if not fitted.converged:
            output.text(f"Note: a pair is still off by {fitted.largest:.3f} in logs; more --replicates make it settle.")
    return 0


def as_dict(fitted: Fitted, out: Path) -> dict[str, object]:
    """As JSON types."""
    return {
        "table": str(out),
        "mean_absolute_log_error": fitted.error,
        "by_pair": fitted.by_pair,
        "largest_mean_residual": fitted.largest,
        "converged": fitted.converged,
        "parameters": fitted.calibration.parameters,
        "affinity": fitted.calibration.affinity,
        "lead": fitted.calibration.lead,
        "provenance": fitted.calibration.provenance,
    }
