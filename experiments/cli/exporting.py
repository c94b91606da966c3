"""`comity export`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .output import Output
from .settings import AsJson, Folder, Force


class Format(StrEnum):
    """What a result can be exported as."""

    graphml = "graphml"
    waves = "waves"
    ties = "ties"
    spells = "spells"
    decisions = "decisions"


def export(
    folder: Folder,
    format_: Annotated[
        Format,
        typer.Option(
            "--format", help="graphml, waves and ties (snapshots of one replicate), spells and decisions (CSV)."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write into.")],
    replicate: Annotated[int, typer.Option("--replicate", min=0, help="Replicate of a network.")] = 0,
    force: Force = False,
    json: AsJson = False,
) -> int:
    """Write the network or the event log of a result for other programs."""
    from model.errors import InputError
    from model.world import build_world

    from ..exporting import write_graphml, write_ties, write_waves
    from ..results import open_result
    from ..results.frames import write_csv

    if out.exists() and not out.is_dir():
        raise InputError("is no folder", where=str(out), allowed="--out with a folder")
    if out.is_dir() and any(out.iterdir()) and not force:
        raise InputError("is not empty", where=str(out), allowed="another --out, or --force to write into it")
    result = open_result(folder)
    out.mkdir(parents=True, exist_ok=True)
    of_network = {Format.graphml: write_graphml, Format.waves: write_waves, Format.ties: write_ties}
    if format_ in of_network:
        paths = of_network[format_](result, build_world(result.scenario), replicate, out)
    else:
        paths = [out / f"{format_.value}.csv"]
        write_csv(result.spells if format_ is Format.spells else result.decisions, paths[0])
    output = Output(json)
    if json:
        output.json({"folder": str(out), "files": [str(path) for path in paths]})
    else:
        for path in paths:
            output.text(str(path))
    return 0
