"""What a calibration is held against: observed counts of the years of the fit, as arrays (MODEL 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from model.errors import InputError
from model.tables import observed

from .observation import ObservationSlopes, observation_slopes

if TYPE_CHECKING:
    from model.tables import Tables

FEWEST_YEARS = 3
"""Fewest years with counts that can be fitted."""


@dataclass(frozen=True)
class Targets:
    """Counts of a fit; Y years, P country pairs."""

    pairs: tuple[str, ...]
    years: np.ndarray  # int[Y]
    log: np.ndarray  # float64[Y, P], ln works; NaN where nothing was observed
    mass: np.ndarray  # float64[Y, P], ln of the product of both countries' publications
    slopes: ObservationSlopes


def targets_of(tables: Tables, fit: tuple[int, int]) -> Targets:
    """Targets of the years of the fit. Raises `InputError` where there is nothing to fit."""
    counts = fitted_counts(tables, fit)
    return Targets(
        tuple(counts), counts.index.to_numpy(), np.log(counts.to_numpy()), mass_of(tables, counts).to_numpy(),
        observation_slopes(tables, fit),
    )  # fmt: skip


def fitted_counts(tables: Tables, fit: tuple[int, int]) -> pd.DataFrame:
    """Observed counts of the years of the fit, years x pairs; half a work where a year has none, so that its log exists."""
    counts = observed(tables).loc[fit[0] : fit[1]]
    counts = counts.loc[:, counts.notna().any()]
    if len(counts) < FEWEST_YEARS or counts.empty:
        raise InputError(
            f"has counts of {len(counts)} years between {fit[0]} and {fit[1]}",
            where=str(tables.folder / "copublications.csv"),
            allowed=f"at least {FEWEST_YEARS} years to fit",
        )
    return counts.replace(0.0, 0.5)


def mass_of(tables: Tables, counts: pd.DataFrame) -> pd.DataFrame:
    """ln(P_a P_b) in the years and for the pairs of ``counts``; filled in between and held beyond where it is missing."""
    logs = {
        code: np.log(pd.Series({y: v for y, v in tables.national[code, "publications"].items() if v > 0}))
        for code in tables.countries
    }
    frame = pd.DataFrame(logs)
    every = range(int(min(frame.index.min(), counts.index.min())), int(max(frame.index.max(), counts.index.max())) + 1)
    filled = frame.reindex(every).interpolate(limit_direction="both").reindex(counts.index)
    return pd.DataFrame({pair: filled[pair.split("-")[0]] + filled[pair.split("-")[1]] for pair in counts})
