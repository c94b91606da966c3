"""`comity calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, Data, Jobs, Quiet, Settings, at_home, overrides

if TYPE_CHECKING:
    from model.scenario import Scenario

    from ..calibrating import Fitted
    from ..calibrating.resuming import Progressing


def calibrate(
    fit: Annotated[str, typer.Option("--fit", metavar="FROM:TO", help="Years to fit to.")] = "1996:2013",
    data: Data = None,
    scenario: Annotated[str, typer.Option("--scenario", help="Scenario whose measures are in force.")] = "hindcast",
    replicates: Annotated[int, typer.Option("--replicates", min=1, help="Replicates of a round.")] = 40,
    jobs: Jobs = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Table to write.")] = Path("calibration.toml"),
    ensemble: Annotated[
        Path | None,
        typer.Option("--ensemble", metavar="FILE", help="Also draw an ensemble of parameters, and write its table."),
    ] = None,
    members: Annotated[
        int | None, typer.Option("--members", min=8, help="Sets of parameters in the ensemble; default 48.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing table.")] = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Fit affinities and common weights to observed counts and write a table of calibrated values.

    A person adopts the table: it goes to model/data/calibration.toml, or beside the tables of your own folder; an ensemble
    goes to ensemble.toml beside it. Killed, the same command goes on after its last round.
    """
    from model.errors import InputError
    from model.scenario import load_scenario

    from ..calibrating import MEMBERS, Progress, packed
    from ..calibrating import calibrate as fit_to_counts
    from ..calibrating import ensemble as draw_ensemble
    from ..hindcasting import span

    for option, path in (("--out", out), ("--ensemble", ensemble)):
        if path is not None and path.exists() and not force:
            raise InputError(
                "is there already", where=f"{option} {path}", allowed=f"another {option}, or --force to replace it"
            )
    if members is not None and ensemble is None:
        raise InputError("--members without --ensemble", where="calibrate", allowed="--ensemble FILE beside it")
    output = Output(json, quiet)
    chosen = at_home(load_scenario(scenario, overrides(set_)), data, output)
    if chosen.run.seed is None:
        raise InputError("the scenario has no seed", where=scenario, allowed="--set run.seed=1")
    years = span(fit, "--fit", "1996:2013")
    progress = _progress(out, chosen, {"fit": years, "replicates": replicates, "members": members}, output)

    def tell(now: Progress) -> None:
        message = f"round {now.round} of {now.rounds}: mean absolute log error {now.error:.4f}"
        output.say("round", message, round=now.round, rounds=now.rounds, error=now.error)

    def tell_members(number: int, rounds: int) -> None:
        output.say("ensemble", f"ensemble, round {number} of {rounds}", round=number, rounds=rounds)

    fitted = fit_to_counts(chosen, years, replicates=replicates, jobs=jobs, on_round=tell, progress=progress)
    drawn = None
    if ensemble is not None:
        found = draw_ensemble(
            chosen,
            fitted,
            last=years[1],
            members=members or MEMBERS,
            jobs=jobs,
            on_round=tell_members,
            progress=progress,
        )
        drawn = packed(chosen, fitted, found)
        ensemble.write_text(drawn.to_toml(), encoding="utf-8")
    out.write_text(fitted.calibration.to_toml(), encoding="utf-8")
    progress.close()
    if json:
        output.json(as_dict(fitted, out))
        return 0
    output.text(f"{out}: mean absolute log error {fitted.error:.4f} over {len(fitted.by_pair)} pairs")
    for name, value in fitted.calibration.parameters.items():
        output.text(f"  {name} = {value:.4f}")
    if drawn is not None:
        output.text(f"{ensemble}: {len(drawn.weights)} members, worth {drawn.effective:.0f} of equal weight")
    if not fitted.converged:
        output.text(f"Note: a pair is still off by {fitted.largest:.3f} in logs; more --replicates make it settle.")
    return 0


def _progress(out: Path, scenario: Scenario, asked: dict[str, object], output: Output) -> Progressing:
    """What an earlier call of the same command has done; says so."""
    from ..calibrating.resuming import SUFFIX, Progressing
    from ..results.provenance import provenance

    made_by = provenance(scenario.world.data)
    key = {
        "scenario": scenario.content_hash(), **asked, "model": made_by["program"]["model_sha256"], "data": made_by["data"],
    }  # fmt: skip
    path = out.with_name(out.name + SUFFIX)
    progress = Progressing(path, key)
    if progress.other:
        output.say("anew", f"{path} is of another calibration: this one begins anew")
    elif progress.done("fit") is not None:
        output.say("resumed", f"goes on after the last round that is in {path}")
    return progress


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
