"""`comity saom`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .output import Output
from .settings import AsJson, Force, Quiet


class Engine(StrEnum):
    """Engines of the process."""

    fast = "fast"
    plain = "plain"
    twin = "twin"


def saom(
    folder: Annotated[Path, typer.Argument(metavar="CASE_DIR", help="Folder of a case: case.toml, actors, start.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="CSV to write.")],
    periods: Annotated[int, typer.Option("--periods", min=1, help="Independent periods.")] = 4000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed.")] = 1,
    engine: Annotated[Engine, typer.Option("--engine", help="Engine; all sample the same process.")] = Engine.fast,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Write the choice probabilities in the start network instead.")
    ] = False,
    force: Force = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Run a bare actor-oriented case and write one row of network statistics for each period."""
    from model.errors import InputError

    from ..saom import choice_probabilities, read_case
    from ..saom.process import runs_table

    output = Output(json, quiet)
    if out.exists() and not force:
        raise InputError("is there already", where=str(out), allowed="another --out, or --force to replace it")
    if not out.parent.is_dir():
        raise InputError("there is no such folder", where=str(out.parent), allowed="a folder that exists")
    case = read_case(folder)
    if probabilities:
        rows = [",".join(f"{p:.17g}" for p in row) for row in choice_probabilities(case)]
        out.write_text("\n".join(rows) + "\n", encoding="utf-8")
    else:
        runs_table(case, periods, seed, engine.value).to_csv(out, index=False, lineterminator="\n")
    if json:
        output.json({"file": str(out), "actors": case.n, "periods": None if probabilities else periods, "seed": seed})
    else:
        output.text(str(out))
    return 0
