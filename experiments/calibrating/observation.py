"""The database's own growth and the rise of many-country papers, estimated apart from behaviour (MODEL 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from model.tables import any_foreign, observed

if TYPE_CHECKING:
    from model.tables import Tables


@dataclass(frozen=True)
class ObservationSlopes:
    """Growth of the log of counts that is the database's own, a year, with standard errors over countries or years."""

    coverage: float
    coverage_error: float
    many_country: float
    many_country_error: float


def observation_slopes(tables: Tables, fit: tuple[int, int]) -> ObservationSlopes:
    """Both slopes from the years of the fit.

    Coverage: works with a foreign author in the database of the counts over international publications in the database
    of the national totals, by country; mean of the countries' slopes. Many-country papers: works of all pairs over works
    with a foreign author of all countries; a work of k countries stands k (k - 1) / 2 times in the one, k times in the
    other. 0 where the tables have no such rows.
    """
    foreign = any_foreign(tables).loc[fit[0] : fit[1]]
    if foreign.empty:
        return ObservationSlopes(0.0, 0.0, 0.0, 0.0)
    coverage = [
        slope
        for code in foreign
        for slope in [_slope(np.log(foreign[code] / _international(tables, str(code))))]
        if slope is not None
    ]
    # a pair that misses a year (an artefact) is filled in between: the sum must not jump
    pairs = observed(tables).interpolate(limit_area="inside").loc[fit[0] : fit[1]]
    ratio = np.log(pairs.sum(axis=1) / foreign.sum(axis=1))
    many = _slope(ratio) or 0.0
    spread = float(np.std(coverage, ddof=1) / np.sqrt(len(coverage))) if len(coverage) > 1 else 0.0
    return ObservationSlopes(float(np.mean(coverage)) if coverage else 0.0, spread, many, _slope_error(ratio))


def _international(tables: Tables, code: str) -> pd.Series[float]:
    values = tables.national.get((code, "publications_international"), {})
    return pd.Series({year: value for year, value in values.items() if value > 0}, dtype=float)


def _slope(series: pd.Series[float]) -> float | None:
    """Least-squares slope a year; None with fewer than three years."""
    known = series.replace([np.inf, -np.inf], np.nan).dropna()
    return float(np.polyfit(known.index, known.to_numpy(), 1)[0]) if len(known) > 2 else None


def _slope_error(series: pd.Series[float]) -> float:
    """Standard error of the least-squares slope, residuals taken as independent."""
    known = series.replace([np.inf, -np.inf], np.nan).dropna()
    if len(known) < 4:
        return 0.0
    _, covariance = np.polyfit(known.index, known.to_numpy(), 1, cov=True)
    return float(np.sqrt(covariance[0, 0]))
