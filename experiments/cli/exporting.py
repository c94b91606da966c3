"""`comity export`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, Folder, Force

if TYPE_CHECKING:
    from ..results import Result

FRAMES = ("series", "indicators", "spells", "snapshots", "programmes")
"""Tables of a run that --csv writes."""


class Format(StrEnum):
    """What a result can be exported as."""

    graphml = "graphml"
    waves = "waves"
    ties = "ties"
    spells = "spells"
    decisions = "decisions"


def export(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write into.")],
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Of a run: graphml, waves and ties (snapshots of one replicate), spells and decisions (CSV).",
        ),
    ] = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="All tables as CSV: of a sweep, design, runs and outcomes; of a run, its own.")
    ] = False,
    replicate: Annotated[int, typer.Option("--replicate", min=0, help="Replicate of a network.")] = 0,
    force: Force = False,
    json: AsJson = False,
) -> int:
    """Write a sweep's dataset, or the network or the event log of a run, for other programs."""
    from model.errors import InputError

    if csv == (format_ is not None):
        said = f"--csv and --format {format_.value} are both given" if format_ is not None else "no format is given"
        raise InputError(said, where="export", allowed=f"--csv, or --format with one of {', '.join(Format)}")
    if out.exists() and not out.is_dir():
        raise InputError("is no folder", where=str(out), allowed="--out with a folder")
    if out.is_dir() and any(out.iterdir()) and not force:
        raise InputError("is not empty", where=str(out), allowed="another --out, or --force to write into it")
    output = Output(json)
    sweep = _is_sweep(folder)
    if not sweep:
        _refuse_neither(folder, format_)
    paths = _of_sweep(folder, out, output, format_) if sweep else _of_run(folder, out, format_, replicate)
    if json:
        output.json({"folder": str(out), "files": [str(path) for path in paths]})
    else:
        for path in paths:
            output.text(str(path))
    return 0


def _is_sweep(folder: Path) -> bool:
    from ..sweeping.folder import begun

    return folder.is_dir() and begun(folder) is not None


def _refuse_neither(folder: Path, format_: Format | None) -> None:
    """Raise `InputError` for a folder that holds neither a sweep nor a result."""
    from model.errors import InputError

    from ..results.folder import MANIFEST

    of = "`comity run`" if format_ is not None else "`comity sweep` or `comity run`"
    if not folder.is_dir():
        raise InputError("is no folder", where=str(folder), allowed=f"a folder that {of} wrote")
    if not (folder / MANIFEST).is_file():
        what = "no run" if format_ is not None else "neither a sweep nor a run"
        raise InputError(f"holds {what}", where=str(folder), allowed=f"a folder that {of} wrote")


def _of_sweep(folder: Path, out: Path, output: Output, format_: Format | None) -> list[Path]:
    from model.errors import InputError

    from ..exporting.dataset import too_long, write_dataset
    from ..results.folder import whole_or_nothing
    from ..sweeping.dataset import open_dataset, refuse_empty
    from .sharding import tell_of_shard

    if format_ is not None:
        raise InputError(f"a sweep has no {format_.value}", where=str(folder), allowed="--csv")
    dataset = open_dataset(folder)
    refuse_empty(dataset)
    with whole_or_nothing(out) as inside:
        paths = [out / path.relative_to(inside) for path in write_dataset(dataset, inside)]
    tell_of_shard(output, dataset)
    if not dataset.complete:
        output.say("incomplete", "the sweep is not complete: these are the runs that are there")
    if too_long(dataset):
        output.say("rows", too_long(dataset))
    return paths


def _of_run(folder: Path, out: Path, format_: Format | None, replicate: int) -> list[Path]:
    from ..results import open_result
    from ..results.folder import whole_or_nothing

    result = open_result(folder)
    with whole_or_nothing(out) as inside:
        return [out / path.relative_to(inside) for path in _written(result, inside, format_, replicate)]


def _written(result: Result, out: Path, format_: Format | None, replicate: int) -> list[Path]:
    """What was asked of a run, in a folder."""
    from model.world import build_world

    from ..exporting import write_graphml, write_ties, write_waves
    from ..results.frames import write_csv

    of_network = {Format.graphml: write_graphml, Format.waves: write_waves, Format.ties: write_ties}
    if format_ is None:
        return _tables(result, out)
    if format_ in of_network:
        return of_network[format_](result, build_world(result.scenario), replicate, out)
    paths = [out / f"{format_.value}.csv"]
    write_csv(result.spells if format_ is Format.spells else result.decisions, paths[0])
    return paths


def _tables(result: Result, out: Path) -> list[Path]:
    """Every table of a run as CSV."""
    from ..results.frames import write_csv

    names = (*FRAMES, *(("decisions",) if result.scenario.record.decisions else ()))
    paths = []
    for name in names:
        paths.append(out / f"{name}.csv")
        write_csv(getattr(result, name), paths[-1])
    return paths
