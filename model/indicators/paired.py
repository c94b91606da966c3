"""A run against its baseline under the same luck: what a shock costs, what is made up for, what comes back.

The definitions are those of `resilience` and `substitution`; here they meet the tidy series. Replicate k is held against
replicate k of the baseline, and with ``mean`` the mean path against the mean path. Crossing times of single replicates
carry their noise: a path that wavers around 90 % crosses early. For times, tell the mean path; for gaps and areas the
replicates, whose mean and spread say more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..clock import year_of
from ..errors import InputError, as_written, nearest_name
from . import resilience, substitution
from .registry import OF_TWO_RUNS, unit_of

if TYPE_CHECKING:
    from datetime import date

    from pandas import Series

COLUMNS = ("scenario", "baseline", "replicate", "quantity", "pair", "indicator", "value", "unit")
OF_THE_MEAN = -1
"""Number that stands for the mean path in the column ``replicate``."""


def paths(series: pd.DataFrame, quantity: str, pair: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times float64[T], values float64[R, T] and numbers int64[R] of the replicates, of an indicator of a pair.

    Times are in years: the end of a period for what is there then, its middle for what flows through it (units "...
    a year"). Raises `InputError` for an indicator or a pair that the series does not have.
    """
    of_indicator = series[series["indicator"] == quantity]
    _known("indicator", quantity, series["indicator"], of_indicator)
    of_pair = of_indicator[of_indicator["pair"] == pair]
    _known(f"pair of {quantity}", pair, of_indicator["pair"], of_pair)
    table = of_pair.pivot(index="replicate", columns="date", values="value").sort_index().sort_index(axis="columns")
    times = np.array([year_of((day + timedelta(days=1)).date()) for day in table.columns])
    if unit_of(quantity).endswith("a year") and len(times) > 1:
        times -= 0.5 * np.diff(times).min()
    return times, table.to_numpy(float), table.index.to_numpy()


def _known(what: str, name: str, column: Series[str], found: pd.DataFrame) -> None:
    if found.empty:
        names = sorted(map(str, column.unique()))
        raise InputError(
            f"there is no {what} {as_written(name)} in the series", nearest=nearest_name(name, names),
            allowed=", ".join(names[:8]) + (", ..." if len(names) > 8 else ""),
        )  # fmt: skip


def recovery(
    series: pd.DataFrame,
    baseline: pd.DataFrame,
    pair: str,
    quantity: str = "partnerships.count",
    *,
    shock: date | None = None,
    lifted: date | None = None,
    until: date | None = None,
    mean: bool = False,
) -> pd.DataFrame:
    """Lost area and recovery time since a shock, and hysteresis gap and half-life since a measure was lifted.

    ``series`` and ``baseline`` are tidy series of the same replicates, the baseline without the shock. One row is
    scenario, baseline, replicate (-1: the mean path, with ``mean``), quantity, pair, indicator, value, unit. Without
    ``shock`` or ``lifted`` what depends on it is left out; ``until``, by default the end of the run, ends the area.
    Raises `InputError` where the two do not have the same times and replicates.
    """
    times, values, numbers = paths(series, quantity, pair)
    base = _matching(baseline, quantity, pair, times, numbers)
    measures: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {}
    if shock is not None:
        since, end = year_of(shock), float(times[-1]) if until is None else year_of(until)
        measures["resilience.area_lost"] = lambda path, plain: resilience.area_lost(times, path, plain, since, end)
        measures["resilience.recovery_months"] = lambda path, plain: resilience.recovery_months(
            times, path, plain, since
        )
    if lifted is not None:
        at = year_of(lifted)
        for years in resilience.GAP_YEARS:
            measures[f"hysteresis.gap_{years}"] = lambda path, plain, years=years: resilience.hysteresis_gap(  # type: ignore[misc]
                times, path, plain, at, years
            )
        measures["hysteresis.half_life"] = lambda path, plain: resilience.half_life(times, path, plain, at)
    if mean:
        values, base, numbers = values.mean(axis=0)[None], base.mean(axis=0)[None], np.array([OF_THE_MEAN])
    found = {name: [rule(a, b) for a, b in zip(values, base, strict=True)] for name, rule in measures.items()}
    return _frame(series, baseline, quantity, pair, numbers, found)


def replacement(
    series: pd.DataFrame,
    baseline: pd.DataFrame,
    gained: str,
    lost: str,
    years: tuple[int, int],
    quantity: str = "partnerships.count",
    *,
    mean: bool = False,
) -> pd.DataFrame:
    """Substitution elasticity and compensation ratio of a pair for another, means over years from..to, both included.

    ``gained`` and ``lost`` are the pairs, such as "Russia-China" and "Russia-West". Columns and errors as in `recovery`;
    with ``mean`` of the means over replicates. A ratio of one replicate has the noise of its loss below the line:
    `experiments.comparing` gives the interval of the ratio of means.
    """
    sides: list[np.ndarray] = []
    numbers = np.zeros(0, int)
    for pair in (gained, lost):
        times, values, numbers = paths(series, quantity, pair)
        base = _matching(baseline, quantity, pair, times, numbers)
        chosen = _in_years(times, years, quantity)
        sides += [base[:, chosen].mean(axis=1), values[:, chosen].mean(axis=1)]
    if mean:
        sides, numbers = [side.mean(keepdims=True) for side in sides], np.array([OF_THE_MEAN])
    rows = list(zip(*sides, strict=True))
    found = {
        "substitution.elasticity": [substitution.elasticity((a, b), (c, d)) for a, b, c, d in rows],
        "substitution.compensation": [substitution.compensation(b - a, d - c) for a, b, c, d in rows],
    }
    return _frame(series, baseline, quantity, gained, numbers, found)


def _in_years(times: np.ndarray, years: tuple[int, int], quantity: str) -> np.ndarray:
    """Which times belong to the years: a stock at the end of a year is that year's. Raises `InputError` for none."""
    chosen = (times > years[0]) & (times <= years[1] + 1)
    if not chosen.any() or times[0] > years[0] + 1 or times[-1] <= years[1]:
        raise InputError(
            f"{years[0]} to {years[1]} is not inside the run", where=quantity,
            allowed=f"years from {int(np.ceil(times[0])) - 1} to {int(np.ceil(times[-1])) - 1}",
        )  # fmt: skip
    return chosen


def _matching(frame: pd.DataFrame, quantity: str, pair: str, times: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Values float64[R, T] of the baseline at the times and for the replicates of a run."""
    own_times, values, own = paths(frame, quantity, pair)
    if not np.array_equal(own, numbers):
        raise InputError(f"the baseline has {len(own)} replicates", allowed=f"the {len(numbers)} of the run")
    if not np.isin(times, own_times).all():
        raise InputError("the baseline does not cover the times of the run", allowed="the same periods, and as long")
    return values[:, np.searchsorted(own_times, times)]


def _frame(
    series: pd.DataFrame,
    baseline: pd.DataFrame,
    quantity: str,
    pair: str,
    numbers: np.ndarray,
    found: dict[str, list[float]],
) -> pd.DataFrame:
    count = len(numbers)
    return pd.DataFrame(
        {
            "scenario": str(series["scenario"].iloc[0]),
            "baseline": str(baseline["scenario"].iloc[0]),
            "replicate": np.tile(numbers, len(found)),
            "quantity": quantity,
            "pair": pair,
            "indicator": np.repeat(list(found), count),
            "value": np.array([value for values in found.values() for value in values], float),
            "unit": np.repeat([OF_TWO_RUNS[name][0] for name in found], count),
        },
        columns=list(COLUMNS),
    )
