"""Reads the folder of a sweep: its file, its design, its runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import InputError
from model.sources import sha256

from ..plurals import counted, verb
from ..results.manifest import read_manifest
from . import journal
from .folder import DESIGN, JOURNAL, read_begun, span_of, whole
from .loading import RESOLVED
from .parts import Span, damaged, parts, schema
from .runs import FAILED
from .schema import SweepFile

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Dataset:
    """What the folder of a sweep holds, also while it is still being run; frames are read when first asked for."""

    folder: Path
    identity: dict[str, Any]
    """Sweep, scenario, data, program, seed, replicates, points, runs; subset where it is a shard."""

    @cached_property
    def sweep(self) -> SweepFile:
        """The file of the sweep, resolved."""
        from model.scenario.files import read_toml

        return SweepFile.model_validate(read_toml(self.folder / RESOLVED))

    @cached_property
    def design(self) -> pd.DataFrame:
        """point, a column for each factor, scenario_sha256; in the order of the sampler."""
        import pandas as pd

        return pd.read_parquet(self.folder / f"{DESIGN}.parquet")

    @property
    def span(self) -> Span:
        """The runs that it is to hold."""
        return span_of(self.identity)

    @property
    def shard(self) -> bool:
        """Whether it is to hold a part of the runs only, for `comity merge`."""
        return "subset" in self.identity

    @property
    def complete(self) -> bool:
        """Whether all its runs are there, failed ones included."""
        return whole(self.folder)

    def table(self) -> pa.Table:
        """All runs of whole parts, in their order; see `parts.schema`."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        labels = [outcome.label for outcome in self.sweep.outcomes]
        found = [pq.read_table(path) for path in parts(self.folder).values()]
        return pa.concat_tables([schema(labels).empty_table(), *found])

    def runs(self) -> pd.DataFrame:
        """All runs of whole parts: run, point, replicate, seed, status, reason, a column for each outcome."""
        return self.table().to_pandas()

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Runs that failed: run, point, replicate, seed, reason, and the values of the factors."""
        runs = self.runs()
        failed = runs.loc[runs["status"] == FAILED, ["run", "point", "replicate", "seed", "reason"]]
        return failed.merge(self.design.drop(columns="scenario_sha256"), on="point", how="left")


def open_dataset(folder: Path | str) -> Dataset:
    """Open the folder of a sweep, finished or not. Raises `InputError` for anything else, and for one that is damaged."""
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("is no folder", where=str(folder), allowed="a folder that `comity sweep` wrote")
    dataset = Dataset(folder, read_begun(folder))
    _check_parts(dataset)
    return dataset


def refuse_empty(dataset: Dataset) -> None:
    """Raise `InputError` where no run can be read yet: what is done and in no whole part is in the journal only."""
    if parts(dataset.folder):
        return
    done = len({line["run"] for line in journal.lines(dataset.folder / JOURNAL)})
    if not done:
        raise InputError("holds no runs yet", where=str(dataset.folder), allowed="a sweep of which runs are done")
    first = len(next(dataset.span.parts()))
    raise InputError(
        f"{counted(done, 'run')} {verb(done, 'is', 'are')} done, none in a whole part of {first:,} yet", where=str(dataset.folder),
        allowed="a sweep with a whole part; `comity status` says how far it is",
    )  # fmt: skip


def _check_parts(dataset: Dataset) -> None:
    """Raise `InputError` unless parts, and the design of a sweep that is whole, are what was written."""
    folder = dataset.folder
    again = f"`comity sweep ... --resume --out {folder}`, which makes it again"
    wrong = damaged(folder)
    if wrong:
        raise InputError(f"{wrong[0]} is damaged", where=str(folder), allowed=again)
    if not dataset.complete:
        return
    there = set(parts(folder))
    absent = [part.name for part in dataset.span.parts() if part not in there]
    if absent:
        raise InputError(f"{absent[0]} is missing", where=str(folder), allowed=again)
    name = f"{DESIGN}.parquet"
    known = read_manifest(folder)["files"][name]["sha256"]
    if not (folder / name).is_file() or sha256(folder / name) != known:
        raise InputError(f"{name} is damaged", where=str(folder), allowed="the folder as `comity sweep` left it")
