"""Reads a result back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import InputError

from .manifest import read_manifest
from .writing import SCENARIO

if TYPE_CHECKING:
    import pandas as pd

    from model.scenario import Scenario


def read_frame(folder: Path, name: str) -> pd.DataFrame:
    """One of the frames "series", "indicators", "spells", "snapshots" of a folder; also while its result is still being written."""
    import pandas as pd

    path = folder / f"{name}.parquet"
    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise InputError("is missing", where=str(path), allowed="a folder that `comity run` wrote") from None


def read_scenario(folder: Path) -> Scenario:
    """The resolved scenario of a folder."""
    from model.scenario import load_scenario

    return load_scenario(folder / SCENARIO)


@dataclass(frozen=True)
class Result:
    """A finished result; frames are read when first asked for."""

    folder: Path
    manifest: dict[str, Any]

    @cached_property
    def scenario(self) -> Scenario:
        """The resolved scenario."""
        return read_scenario(self.folder)

    @cached_property
    def series(self) -> pd.DataFrame:
        """scenario, replicate, date, pair, indicator, value, unit."""
        return read_frame(self.folder, "series")

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """The columns of the series: indicators of networks at the dates of snapshots, see `model.indicators`."""
        return read_frame(self.folder, "indicators")

    @cached_property
    def spells(self) -> pd.DataFrame:
        """Ended partnerships, see `model.recording`."""
        return read_frame(self.folder, "spells")

    @cached_property
    def snapshots(self) -> pd.DataFrame:
        """Networks at the dates asked for, see `model.recording`."""
        return read_frame(self.folder, "snapshots")

    @cached_property
    def programmes(self) -> pd.DataFrame:
        """Money, projects and new partnerships of measures by period, see `model.recording`."""
        return read_frame(self.folder, "programmes")

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """Proposals, answers and ends, see `model.recording`; kept where the scenario says so."""
        if not self.scenario.record.decisions:
            raise InputError(
                "keeps no decisions", where=str(self.folder), allowed="a run with --set record.decisions=true"
            )
        return read_frame(self.folder, "decisions")


def open_result(folder: Path | str) -> Result:
    """Open a finished result; `InputError` for anything else."""
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("is no folder", where=str(folder), allowed="a folder that `comity run` wrote")
    manifest = read_manifest(folder)
    if manifest.get("kind", "run") != "run":
        inside = ", ".join(sorted(str(path.parent) for path in folder.glob("*/manifest.json")))
        raise InputError(
            f"is {'an' if manifest['kind'][0] in 'aeiou' else 'a'} {manifest['kind']}, not one run",
            where=str(folder),
            allowed=inside or "a folder that `comity run` wrote",
        )
    return Result(folder, manifest)
