"""A weighted ensemble of parameters: which set a replicate runs with, so that a fan holds what the counts leave open.

`comity calibrate --ensemble` writes the table beside that of a calibration, and a person adopts both. Each member is a
set of affinities, of parameters that have a prior or are calibrated, and of main effects of measures within their ranges.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli_w

from .calibration import Calibration, calibration_file, read_calibration
from .errors import InputError
from .scenario.moving import with_parameters
from .scenario.ranges import main_effect, value_of, with_main_effect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .scenario import Measure, Scenario

NAME = "ensemble.toml"
GOLDEN = (5**0.5 - 1.0) / 2.0
"""Step of the sequence that hands out members: any stretch of it is spread evenly over [0, 1) (Weyl's sequence)."""
SAME = 1e-9
"""Relative difference below which a value counts as the one that the ensemble was fitted with."""
DIGITS = 6
"""Significant digits of a number in the table; what the counts leave open is wider by far."""


@dataclass(frozen=True)
class Ensemble:
    """Sets of parameters, a row each, with their weights. M members, C columns."""

    weights: NDArray[np.float64]
    """float64[M], sum 1."""
    columns: tuple[str, ...]
    """affinity.CN-RU (log units), parameters.GROUP.KEY, measures.NAME (its main effect)."""
    values: NDArray[np.float64]
    """float64[M, C]."""
    fitted: dict[str, float]
    """Value of each parameter and main effect that the fit began with: one that a scenario has changed stays as it is."""
    calibration: str
    """`fingerprint` of the calibration that the members lie around."""
    provenance: dict[str, Any] = field(default_factory=dict)

    def member_of(self, replicate: int) -> int:
        """The member that a replicate runs with: by weight, in an order that spreads any run of replicates."""
        share = (0.5 + replicate * GOLDEN) % 1.0
        return int(np.searchsorted(np.cumsum(self.weights)[:-1], share, side="right"))

    @property
    def effective(self) -> float:
        """Members that equal weights would need for the same variance (Kish 1965)."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    def of(self, member: int, group: str) -> dict[str, float]:
        """Values of a member in one group of columns, by name without the group."""
        return {
            name.removeprefix(f"{group}."): float(value)
            for name, value in zip(self.columns, self.values[member], strict=True)
            if name.startswith(f"{group}.")
        }

    def to_toml(self) -> str:
        """The table as TOML; `read_ensemble` reads it back."""
        rows = [[float(f"{value:.{DIGITS}g}") for value in row] for row in self.values]
        lines = [f"{place:02d} = [{', '.join(map(repr, row))}]" for place, row in enumerate(rows)]
        head = {
            "calibration": self.calibration,
            "columns": list(self.columns),
            "weights": [float(f"{weight:.{DIGITS}g}") for weight in self.weights],
            "provenance": self.provenance,
            "fitted": self.fitted,
        }
        return tomli_w.dumps(head) + "\n[members]\n" + "\n".join(lines) + "\n"


def fingerprint(calibration: Calibration) -> str:
    """sha256 of the numbers of a calibration."""
    numbers = {"affinity": calibration.affinity, "lead": calibration.lead, "parameters": calibration.parameters}
    return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()


def ensemble_of(scenario: Scenario) -> Ensemble | None:
    """The ensemble beside the calibration that a scenario runs with; None if there is none or the scenario wants none.

    Raises `InputError` where the two tables do not belong together.
    """
    if not scenario.run.ensemble:
        return None
    beside = calibration_file(scenario.world.data)
    path = beside.with_name(NAME)
    if not path.is_file():
        return None
    found = read_ensemble(path)
    if found.calibration != fingerprint(read_calibration(beside)):
        raise InputError(
            f"belongs to another calibration than {beside.name}", where=str(path),
            allowed="the table that `comity calibrate --ensemble` wrote with it, or run.ensemble = false",
        )  # fmt: skip
    return found


def as_member(scenario: Scenario, replicate: int) -> tuple[Scenario, Calibration | None]:
    """The scenario and the calibration that a replicate runs with: a member's, where the scenario has an ensemble.

    What the scenario has changed since the fit, a parameter or a measure, stays as it is written.
    """
    ensemble = ensemble_of(scenario)
    if ensemble is None:
        return scenario, None
    member = ensemble.member_of(replicate)
    calibration = read_calibration(calibration_file(scenario.world.data))
    own = {
        name: value
        for name, value in ensemble.of(member, "parameters").items()
        if _same(_parameter(scenario, name), ensemble.fitted[f"parameters.{name}"])
    }
    strengths = ensemble.of(member, "measures")
    measures = {
        name: _with_strength(measure, strengths[name], ensemble.fitted[f"measures.{name}"])
        if name in strengths
        else measure
        for name, measure in scenario.measures.items()
    }
    changed = with_parameters(scenario, own).model_copy(update={"measures": measures})
    return changed, replace(calibration, affinity=calibration.affinity | ensemble.of(member, "affinity"))


def _with_strength(measure: Measure, value: float, fitted: float) -> Measure:
    path = main_effect(measure)
    if path is None or not _same(value_of(measure, path), fitted):
        return measure
    return with_main_effect(measure, value)


def _parameter(scenario: Scenario, name: str) -> float:
    group, key = name.split(".")
    return float(getattr(getattr(scenario.parameters, group), key))


def _same(value: float, fitted: float) -> bool:
    return abs(value - fitted) <= SAME * max(abs(fitted), 1.0)


def read_ensemble(path: Path) -> Ensemble:
    """Read an ensemble; a file that changed is read again. Raises `InputError`."""
    return _read(path.resolve(), path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _: int) -> Ensemble:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        values = np.array([row for _, row in sorted(content["members"].items())], dtype=float)
        weights = np.array(content["weights"], dtype=float)
        columns = tuple(content["columns"])
        if values.shape != (len(weights), len(columns)):
            raise ValueError(f"{len(weights)} weights and {len(columns)} columns for members of shape {values.shape}")
        if not (np.isfinite(values).all() and (weights >= 0.0).all() and abs(weights.sum() - 1.0) < 1e-3):
            raise ValueError("numbers must be finite, and weights sum to 1")
        fitted = {name: float(value) for name, value in content["fitted"].items()}
        missing = [name for name in columns if not name.startswith("affinity.") and name not in fitted]
        if missing:
            raise ValueError(f"fitted has no {missing[0]}")
        return Ensemble(
            weights / weights.sum(), columns, values, fitted, str(content["calibration"]), content["provenance"]
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"is no ensemble: {error}", where=str(path), allowed="a table of `comity calibrate --ensemble`"
        ) from None
