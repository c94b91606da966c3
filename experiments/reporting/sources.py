"""What a report is about: finished runs and comparisons, opened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import InputError

from ..comparing import Comparison, Compensation, Row
from ..errors import ExperimentError
from ..results import damage, open_result, read_manifest
from ..results.manifest import FIGURES

if TYPE_CHECKING:
    from model.scenario import Scenario

    from ..results import Result

COMPARISON = "comparison.json"
REPORTED = ("run", "comparison")
"""Kinds of results that a report can be made of."""


@dataclass(frozen=True)
class Source:
    """A finished folder: one run, or a comparison with the runs in it, the base first."""

    folder: Path
    manifest: dict[str, Any]
    results: tuple[Result, ...]

    @property
    def is_comparison(self) -> bool:
        """Whether scenarios are compared."""
        return self.manifest.get("kind", "run") == "comparison"

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios, the base first."""
        return tuple(result.scenario for result in self.results)

    @cached_property
    def comparison(self) -> Comparison:
        """The comparison as it was written."""
        return read_comparison(self.folder / COMPARISON)


def open_source(folder: Path) -> Source:
    """Open a folder that `comity run`, `compare` or `branch` left; raises `InputError` for anything else."""
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("is no folder", where=str(folder), allowed="a folder that `comity run` or `compare` wrote")
    manifest = read_manifest(folder)
    kind = manifest.get("kind", "run")
    if kind not in REPORTED:
        raise InputError(f"is a {kind}", where=str(folder), allowed="a folder that `comity run` or `compare` wrote")
    wrong = [line for line in damage(folder) if not line.startswith(f"{FIGURES}/")]
    if wrong:
        raise ExperimentError(f"{folder} is damaged: {'; '.join(wrong[:3])}")
    if kind == "run":
        return Source(folder, manifest, (open_result(folder),))
    return Source(folder, manifest, tuple(open_result(folder / name) for name in _arms(folder, manifest)))


def _arms(folder: Path, manifest: dict[str, Any]) -> Sequence[str]:
    """Folders of the compared runs, in their order."""
    comparison = read_comparison(folder / COMPARISON)
    names = [comparison.baseline, *comparison.scenarios]
    return [name for name in names if name in manifest.get("scenarios", {})]


def read_comparison(path: Path) -> Comparison:
    """A comparison from its file; raises `ExperimentError` if it cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        for key in ("scenarios", "blocs", "periods", "notes"):
            content[key] = tuple(content[key])
        content["rows"] = tuple(Row(**row) for row in content["rows"])
        content["compensation"] = tuple(Compensation(**row) for row in content["compensation"])
        return Comparison(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExperimentError(f"{path} cannot be read: {error}") from None
