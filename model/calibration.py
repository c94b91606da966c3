"""What was fitted to observed counts, as a table with its provenance: affinities, leaders, the database, common weights.

The packaged table is `model/data/calibration.toml`; `comity calibrate` writes another one, and a person adopts it. A
user's own folder of tables may hold its own.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from .errors import InputError

NAME = "calibration.toml"
PACKAGED = Path(__file__).parent / "data" / NAME


@dataclass(frozen=True)
class Calibration:
    """Fitted numbers, by country code. Log units; years."""

    affinity: dict[str, float] = field(default_factory=dict)
    """Country pair "CN-RU" -> value of the pair's affinity; 0 where a pair has none."""
    lead: dict[str, float] = field(default_factory=dict)
    """Country -> a_B, intercept of leading joint works."""
    coverage: float = 0.0
    """Growth of the database itself, per year."""
    many_country: float = 0.0
    """Rise of many-country papers, which make several pairs each, per year."""
    reference_year: float = 2000.0
    """Where both observation terms are 0."""
    fitted_until: float = 2014.0
    """Both grow by their slope until here, and are damped after."""
    damping: float = 0.95
    """What is left of the slope after a year beyond the fit; chosen of 0.85, 0.9, 0.95 and 1 at rolling origins."""
    parameters: dict[str, float] = field(default_factory=dict)
    """Common weights, by their dotted name in the table of parameters."""
    provenance: dict[str, Any] = field(default_factory=dict)

    def affinity_matrix(self, countries: tuple[str, ...]) -> np.ndarray:
        """Affinities as a symmetric array float64[c, c]; 0 where a pair is not in the table."""
        matrix = np.zeros((len(countries), len(countries)))
        for a, first in enumerate(countries):
            for b, second in enumerate(countries):
                matrix[a, b] = self.affinity.get("-".join(sorted((first, second))), 0.0)
        return matrix

    def lead_intercepts(self, countries: tuple[str, ...]) -> np.ndarray:
        """Intercepts of leading, float64[c]; 0 where a country is not in the table."""
        return np.array([self.lead.get(code, 0.0) for code in countries])

    def observation(self, time: float) -> float:
        """coverage(t) + multi(t): log factor between joint works and their count in the database (MODEL 7)."""
        slope = self.coverage + self.many_country
        within = min(time, self.fitted_until) - self.reference_year
        beyond = max(0.0, time - self.fitted_until)
        # a slope that keeps `damping` of itself from year to year, summed from the end of the fit
        return slope * (within + (self.damping**beyond - 1.0) / np.log(self.damping))

    def to_toml(self) -> str:
        """The table as TOML; `read_calibration` reads it back."""
        observation = ("coverage", "many_country", "reference_year", "fitted_until", "damping")
        return tomli_w.dumps(
            {
                "provenance": self.provenance,
                "observation": {name: getattr(self, name) for name in observation},
                "parameters": self.parameters,
                "lead": self.lead,
                "affinity": self.affinity,
            }
        )


def calibration_file(data: str) -> Path:
    """The table that goes with a folder of tables: its own if it has one, else the packaged one."""
    own = Path(data) / NAME
    return own if data and own.exists() else PACKAGED


def read_calibration(path: Path = PACKAGED) -> Calibration:
    """Read a calibration table; a file that changed is read again. Raises `InputError`."""
    whole = path.resolve()
    try:
        changed = whole.stat().st_mtime_ns
    except OSError:
        raise InputError("there is no such table", where=str(path), allowed="a table of `comity calibrate`") from None
    return _read(whole, changed)


@lru_cache(maxsize=16)
def _read(path: Path, _: int) -> Calibration:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        numbers = {name: _numbers(content.get(name, {})) for name in ("affinity", "lead", "observation", "parameters")}
        return Calibration(
            affinity=numbers["affinity"],
            lead=numbers["lead"],
            parameters=numbers["parameters"],
            provenance=content.get("provenance", {}),
            **numbers["observation"],
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
        raise InputError(
            f"is no calibration table: {error}", where=str(path), allowed="a table of `comity calibrate`"
        ) from None


def _numbers(table: object) -> dict[str, float]:
    if not isinstance(table, dict):
        raise TypeError(f"{table!r} is no table")
    return {name: float(value) for name, value in table.items()}
