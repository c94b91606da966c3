"""What a shock costs and what returns: lost area, time to recover, half-life of recovery, hysteresis gap.

All compare a path with its baseline, the path without the shock: float64[T] each, at ``times`` float64[T], ascending, in
years. Between two times both are taken to move in straight lines, and for the time of a crossing their ratio is.
"""

from __future__ import annotations

import math

import numpy as np

LEVEL = 0.9
"""Share of the baseline at which a path counts as recovered (EVIDENCE 6.1)."""
GAP_YEARS = (1, 3, 5, 10)
"""Years after lifting at which the hysteresis gap is read (MODEL 4)."""
MONTHS = 12.0


def area_lost(times: np.ndarray, path: np.ndarray, baseline: np.ndarray, since: float, until: float) -> float:
    """Resilience: what was lost between two times, as a share of what the baseline gives.

        integral of (baseline - path) dt / integral of baseline dt

    Below 0 where the path gained. Undefined (NaN) where the times do not reach that far or the baseline gives nothing.
    Source: after the resilience triangle of Bruneau et al. (2003), Earthquake Spectra 19, 733-752.
    """
    if not _reaches(times, since, until):
        return math.nan
    inside = times[(times > since) & (times < until)]
    corners = np.concatenate([[since], inside, [until]])
    base = np.interp(corners, times, baseline)
    whole = float(np.trapezoid(base, corners))
    return float(np.trapezoid(base - np.interp(corners, times, path), corners)) / whole if whole else math.nan


def recovery_months(
    times: np.ndarray, path: np.ndarray, baseline: np.ndarray, since: float, level: float = LEVEL
) -> float:
    """Months from ``since`` until the path is back at ``level`` of its baseline, after it has fallen below.

    Infinite where it is not back by the last time: it takes longer than was watched. Undefined (NaN) where it did not
    fall below, so that there is nothing to recover from, or where ``since`` is not among the times.
    """
    after, ratio = _ratio_from(times, path, baseline, since)
    below = np.flatnonzero(ratio < level)
    if not len(below):
        return math.nan
    return MONTHS * (_first_crossing(after, ratio, level, int(below[0])) - since)


def half_life(times: np.ndarray, path: np.ndarray, baseline: np.ndarray, lifted: float) -> float:
    """Years from lifting until half of the gap that was there at lifting is closed.

    The gap is 1 - path / baseline. Infinite where it is not half closed by the last time. Undefined (NaN) where there
    is no gap at lifting, or ``lifted`` is not among the times.
    """
    after, ratio = _ratio_from(times, path, baseline, lifted)
    if not len(ratio) or not ratio[0] < 1.0:
        return math.nan
    return _first_crossing(after, ratio, 0.5 * (1.0 + float(ratio[0])), 0) - lifted


def hysteresis_gap(times: np.ndarray, path: np.ndarray, baseline: np.ndarray, lifted: float, years: float) -> float:
    """What has not come back some years after a measure was lifted, as a share of the baseline.

        1 - path(lifted + years) / baseline(lifted + years)

    The baseline never had the measure. 0 where all is back, below 0 where there is more than without it. Undefined
    (NaN) where the times do not reach that far or the baseline is 0.
    """
    at = lifted + years
    if not _reaches(times, at, at):
        return math.nan
    base = float(np.interp(at, times, baseline))
    return 1.0 - float(np.interp(at, times, path)) / base if base else math.nan


def _reaches(times: np.ndarray, since: float, until: float) -> bool:
    return bool(len(times)) and bool(times[0] <= since <= until <= times[-1])


def _ratio_from(
    times: np.ndarray, path: np.ndarray, baseline: np.ndarray, since: float
) -> tuple[np.ndarray, np.ndarray]:
    """Times from ``since`` on, and path / baseline at them; empty where the times do not hold it or the baseline is 0."""
    if not _reaches(times, since, since):
        return np.zeros(0), np.zeros(0)
    after = np.concatenate([[since], times[times > since]])
    base = np.interp(after, times, baseline)
    if not (base > 0.0).all():
        return np.zeros(0), np.zeros(0)
    return after, np.interp(after, times, path) / base


def _first_crossing(times: np.ndarray, ratio: np.ndarray, level: float, start: int) -> float:
    """First time from place ``start``, which lies below, at which the ratio reaches the level; infinite if it does not."""
    back = np.flatnonzero(ratio[start:] >= level)
    if not len(back):
        return math.inf
    k = start + int(back[0])
    share = (level - ratio[k - 1]) / (ratio[k] - ratio[k - 1])
    return float(times[k - 1] + share * (times[k] - times[k - 1]))
