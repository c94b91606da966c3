"""The dataset: parts of `PART` runs as Parquet, each written whole or not at all, with its checksum.

A part holds results and nothing else, so that it has the same bytes however often its sweep was interrupted and whoever ran it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.sources import sha256

from ..results.folder import sync
from ..results.frames import write_parquet
from .runs import FAILED, Finished

if TYPE_CHECKING:
    import pyarrow as pa

PART = 256
"""Runs of a part: part k has the runs from 256 k on."""
DATA, LOG = "data", "log"
CHECKSUMS = f"{LOG}/parts.jsonl"
"""Names and checksums of parts, a line of JSON each, written before the part has its name."""
NAME = re.compile(r"part-(\d{6,})-(\d{6,})\.parquet")
UNFINISHED = ".unfinished"
"""End of the name of a part that is being written."""


@dataclass(frozen=True)
class Span:
    """Runs of a sweep from ``first`` to before ``end``."""

    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first

    def parts(self) -> Iterator[Span]:
        """What of each part lies within."""
        for start in range(self.first - self.first % PART, self.end, PART):
            yield Span(max(start, self.first), min(start + PART, self.end))

    def part_of(self, run: int) -> Span:
        """What of the part of a run lies within."""
        start = run - run % PART
        return Span(max(start, self.first), min(start + PART, self.end))

    @property
    def name(self) -> str:
        """Name of the file of a part."""
        return f"part-{self.first:06}-{self.end - 1:06}.parquet"


def schema(labels: Sequence[str]) -> pa.Schema:
    """Columns of a part: what run it is, how it ended, and a number for each outcome."""
    import pyarrow as pa

    whole = [pa.field(name, pa.int64()) for name in ("run", "point", "replicate", "seed")]
    said = [pa.field("status", pa.string()), pa.field("reason", pa.string())]
    return pa.schema([*whole, *said, *(pa.field(label, pa.float64()) for label in labels)])


def table(runs: Sequence[Finished], labels: Sequence[str], replicates: int, seed: int) -> pa.Table:
    """Runs in their order as a table."""
    import pyarrow as pa

    numbers = [run.number for run in runs]
    columns: list[list[Any]] = [
        numbers,
        [number // replicates for number in numbers],
        [number % replicates for number in numbers],
        [seed] * len(runs),
        [run.status for run in runs],
        [run.reason for run in runs],
        *([run.values[place] for run in runs] for place in range(len(labels))),
    ]
    fields = schema(labels)
    return pa.table([pa.array(values, kind) for values, kind in zip(columns, fields.types, strict=True)], fields)


def write_part(folder: Path, span: Span, content: pa.Table) -> None:
    """Write a part of a sweep's folder: beside its place, on disk, its checksum kept, then under its name.

    Raises `OSError`.
    """
    path = folder / DATA / span.name
    fresh = path.with_name(f"{path.name}{UNFINISHED}")
    write_parquet(content, fresh)
    sync(fresh)
    line = {"part": path.name, "sha256": sha256(fresh), "bytes": fresh.stat().st_size}
    with (folder / CHECKSUMS).open("ab") as file:
        file.write(b"\n" + json.dumps(line).encode() + b"\n")  # apart from a line that a full disk cut short
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    sync(path.parent)


def parts(folder: Path) -> dict[Span, Path]:
    """The parts that are there, in the order of their runs."""
    found = {}
    for path in sorted((folder / DATA).glob("part-*.parquet")):
        match = NAME.fullmatch(path.name)
        if match:
            found[Span(int(match[1]), int(match[2]) + 1)] = path
    return dict(sorted(found.items(), key=lambda item: item[0].first))


def checksums(folder: Path) -> Mapping[str, set[str]]:
    """Name -> sha256 of all that was written under it.

    A part whose failed runs were run again is written again, and a kill may leave the former one in its place: it is as good.
    """
    found: dict[str, set[str]] = {}
    path = folder / CHECKSUMS
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            line = json.loads(text)
            found.setdefault(line["part"], set()).add(line["sha256"])
        except (ValueError, KeyError, TypeError):  # a line that a full disk cut short
            continue
    return found


def damaged(folder: Path) -> list[str]:
    """Names of parts that are not what was written."""
    known = checksums(folder)
    return [path.name for path in parts(folder).values() if sha256(path) not in known.get(path.name, ())]


def rows(path: Path) -> list[Finished]:
    """The runs of a part as results; where and when they were done is in the journal."""
    import pyarrow.parquet as pq

    content = pq.read_table(path)
    whose = (content.column(name).to_pylist() for name in ("run", "status", "reason"))
    values = (content.column(name).to_pylist() for name in content.column_names[len(schema(())) :])
    return [
        Finished(number, status, reason, tuple(own), 0.0, "", 0)
        for number, status, reason, *own in zip(*whose, *values, strict=True)
    ]


def failures(path: Path) -> dict[int, str]:
    """Run -> reason of the failed runs of a part."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    content = pq.read_table(path, columns=["run", "status", "reason"])
    failed = content.filter(pc.equal(content.column("status"), FAILED))
    return dict(zip(failed.column("run").to_pylist(), failed.column("reason").to_pylist(), strict=True))
