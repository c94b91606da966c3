"""Puts shards of a sweep together: the folder that the whole sweep would have left."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from model.errors import InputError

from ..results.folder import whole_or_nothing
from .changed import Written, refuse_changed
from .dataset import Dataset, open_dataset
from .folder import DESIGN, write_identity
from .loading import BASE, RESOLVED
from .parts import DATA, LOG, Span, parts, write_part

ALIKE = (RESOLVED, BASE, f"{DESIGN}.parquet", f"{DESIGN}.csv")
"""Files that all shards have, and the whole has too."""


def merge_shards[Given](folders: Sequence[Path], target: Path, complete: Callable[[Path], Given]) -> Given:
    """Put shards together in ``target``, an absent or empty folder: the same parts as if one process had run all.

    ``complete`` writes what is made of the dataset into its folder, before that takes its place; what it returns is returned.
    Logs of shards go to log/ under the runs that they are of. Raises `InputError` unless the shards are whole, of one sweep,
    and have every run once, `ExperimentError` where ``target`` cannot be written: then nothing is left there.
    """
    shards = sorted((open_dataset(folder) for folder in folders), key=lambda shard: shard.span.first)
    _check(shards)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError("is there already", where=str(target), allowed="another --out")
    if target.exists():
        target.rmdir()  # empty: the whole takes its place at once
    with whole_or_nothing(target) as folder:
        for name in (DATA, LOG):
            (folder / name).mkdir()
        for name in ALIKE:
            shutil.copyfile(shards[0].folder / name, folder / name)
        for shard in shards:
            shutil.copytree(shard.folder / LOG, folder / LOG / f"runs-{shard.span.first:06}-{shard.span.end - 1:06}")
        _join(shards, folder)
        write_identity(folder, {key: value for key, value in shards[0].identity.items() if key != "subset"})
        return complete(folder)


def _check(shards: Sequence[Dataset]) -> None:
    """Raise `InputError` unless the shards make a whole."""
    first = shards[0]
    for shard in shards:
        if not shard.complete:
            raise InputError(
                "is not finished", where=str(shard.folder), allowed="shards that are whole; --resume goes on with one"
            )
        refuse_changed(
            first.identity, shard.identity, shard.folder, partial(_written, first, shard), allowed="shards of one sweep"
        )
    end = 0
    for shard in shards:
        span = shard.span
        if span.first != end:
            what = (
                f"runs {end}:{span.first} are missing"
                if span.first > end
                else f"runs {span.first}:{end} are there twice"
            )
            raise InputError(what, where=str(shard.folder), allowed="shards that have every run once")
        end = span.end
    if end != first.identity["runs"]:
        raise InputError(
            f"runs {end}:{first.identity['runs']} are missing", where=str(shards[-1].folder),
            allowed="shards that have every run once",
        )  # fmt: skip


def _written(first: Dataset, shard: Dataset) -> tuple[Written, Written]:
    return Written.beside(first.folder), Written.beside(shard.folder)


def _join(shards: Sequence[Dataset], target: Path) -> None:
    """Write the parts of the whole, reading no more than a few of the shards' at once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = Span(0, int(shards[0].identity["runs"])).parts()
    part, pieces = next(wanted), list[pa.Table]()
    for path in (path for shard in shards for path in parts(shard.folder).values()):
        pieces.append(pq.read_table(path))
        if sum(piece.num_rows for piece in pieces) == len(part):
            write_part(target, part, pa.concat_tables(pieces).combine_chunks())
            part, pieces = next(wanted, part), []
