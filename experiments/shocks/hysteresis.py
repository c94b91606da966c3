"""Hysteresis: what is missing after restrictions were lifted, and how long it takes to come back.

Definitions are those of `model.indicators.resilience`, applied to the mean path over replicates and the mean path of the
base; the intervals are of paired replicates. Nothing here is put into a run: the gap is what two runs differ by.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.clock import year_of
from model.indicators import resilience
from model.indicators.paired import paths

from ..comparing.statistics import Interval, ratio_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..comparing.means import Run
    from .lifting import Lifting

QUANTITIES = {"partnerships.count": "partnerships", "output.volume": "joint works a year"}
"""Indicator -> what it counts. Stock and flow come back at different speeds, and are told apart."""


@dataclass(frozen=True)
class Crossing:
    """How long something takes; infinite: not within the run, NaN: undefined. Ends are None for one replicate.

    Its interval ends where those of the gap reach the level, as the interval of a median survival time does
    (Brookmeyer and Crowley 1982, Biometrics 38, 29-41).
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class GapPath:
    """The paths and their gap; T times, R replicates."""

    times: NDArray[np.float64]  # float64[T], years
    values: NDArray[np.float64]  # float64[R, T], of the scenario
    base: NDArray[np.float64]  # float64[R, T]
    gap: NDArray[np.float64]  # float64[T], share of the base that is missing
    low: NDArray[np.float64]  # float64[T], NaN where there is no interval
    high: NDArray[np.float64]  # float64[T]


@dataclass(frozen=True)
class Hysteresis:
    """The gap of one pair and quantity after lifting, as shares of what the base has at the same time."""

    lifting: Lifting
    pair: str
    quantity: str
    replicates: int
    at_lifting: Interval
    gaps: dict[int, Interval]
    """Years after lifting -> gap; those inside the run."""
    recovery_months: Crossing
    """From lifting until 90 % of the base are reached."""
    half_life: Crossing
    """Years from lifting until half of the gap is closed."""
    watched: float
    """Years from lifting to the end of the run."""
    path: GapPath

    @property
    def counted(self) -> str:
        """What the quantity counts."""
        return QUANTITIES[self.quantity]


def hysteresis_of(lifting: Lifting, base: Run, other: Run) -> list[Hysteresis]:
    """The gaps of the pairs for which restrictions are lifted: pairs in the order of blocs, partnerships before works."""
    known = set(map(str, base.series["pair"].unique()))
    return [
        _measured(lifting, pair, quantity, base, other)
        for pair in lifting.pairs
        if pair in known
        for quantity in QUANTITIES
    ]


def most_missing(found: Sequence[Hysteresis]) -> str | None:
    """The pair that misses the largest share of its partnerships at lifting, if that is clear of zero."""
    clear = [h for h in found if h.quantity == "partnerships.count" and (h.at_lifting.low or 0.0) > 0.0]
    return max(clear, key=lambda h: h.at_lifting.value).pair if clear else None


def _measured(lifting: Lifting, pair: str, quantity: str, base: Run, other: Run) -> Hysteresis:
    times, values, _ = paths(other.series, quantity, pair)
    base_times, base_values, _ = paths(base.series, quantity, pair)
    shared, in_values, in_base = np.intersect1d(times.round(6), base_times.round(6), return_indices=True)
    return measured(lifting, pair, quantity, shared, values[:, in_values], base_values[:, in_base])


def measured(
    lifting: Lifting,
    pair: str,
    quantity: str,
    times: NDArray[np.float64],
    values: NDArray[np.float64],
    base: NDArray[np.float64],
) -> Hysteresis:
    """The gap between paths ``values`` and ``base`` float64[R, T], paired by replicate, at ``times`` in years."""
    lifted = year_of(lifting.day)
    path = _gap_path(times, values, base)
    mean, plain = values.mean(axis=0), base.mean(axis=0)
    at = {years: _gap_at(times, values, base, lifted + years) for years in (0, *resilience.GAP_YEARS)}
    level = 1.0 - 0.5 * at[0].value
    half = resilience.half_life(times, mean, plain, lifted)
    return Hysteresis(
        lifting=lifting,
        pair=pair,
        quantity=quantity,
        replicates=len(values),
        at_lifting=at.pop(0),
        gaps={years: gap for years, gap in at.items() if math.isfinite(gap.value)},
        recovery_months=_crossing(
            resilience.recovery_months(times, mean, plain, lifted), path, lifted, resilience.LEVEL, 1.0
        ),
        half_life=_crossing(half, path, lifted, level, resilience.MONTHS),
        watched=float(times[-1]) - lifted,
        path=path,
    )


def _gap_path(times: NDArray[np.float64], values: NDArray[np.float64], base: NDArray[np.float64]) -> GapPath:
    found = [_gap(values[:, t], base[:, t]) for t in range(len(times))]
    ends = [[math.nan if end is None else end for end in (gap.low, gap.high)] for gap in found]
    low, high = np.array(ends, float).reshape(-1, 2).T
    return GapPath(times, values, base, np.array([gap.value for gap in found]), low, high)


def _gap_at(times: NDArray[np.float64], values: NDArray[np.float64], base: NDArray[np.float64], at: float) -> Interval:
    """The gap at a time between or at those of the paths; NaN outside."""
    if not times[0] <= at <= times[-1]:
        return Interval(math.nan, None, None, None, len(values))
    one, other = (np.array([np.interp(at, times, row) for row in rows]) for rows in (values, base))
    return _gap(one, other)


def _gap(values: NDArray[np.float64], base: NDArray[np.float64]) -> Interval:
    """1 - mean of values / mean of base, float64[R] each, with Fieller's interval; NaN where the base has nothing."""
    whole = float(base.mean())
    if whole == 0.0:
        return Interval(math.nan, None, None, None, len(values))
    found = ratio_interval(base - values, base)
    return found or Interval(1.0 - float(values.mean()) / whole, None, None, None, len(values))


def _crossing(value: float, path: GapPath, lifted: float, level: float, months: float) -> Crossing:
    """A time with its interval: from where the better end of the ratio reaches the level to where the worse one does.

    ``months`` in a unit of the time, 1 for months.
    """
    if math.isnan(value) or not np.isfinite(path.low).any():
        return Crossing(value, None, None)
    ends = []
    for gap in (path.low, path.high):
        known = np.isfinite(gap)
        ratio, times = 1.0 - gap[known], path.times[known]
        if np.interp(lifted, times, ratio) >= level:
            ends.append(0.0)
            continue
        ends.append(resilience.recovery_months(times, ratio, np.ones(len(times)), lifted, level) / months)
    return Crossing(value, ends[0], ends[1])
