"""Intervals of paired differences and of their ratios. Pure functions on arrays, one value a replicate.

Sources: t intervals of paired replications and the number of replications for a wanted precision, Law (2015),
Simulation Modeling and Analysis, chapters 9 and 10; ratios, Fieller (1954), J. R. Stat. Soc. B 16, 175-185.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LEVEL = 0.95
"""Confidence level of all intervals."""


@dataclass(frozen=True)
class Interval:
    """A mean or a ratio and its interval; the ends and the standard error are None where they are undefined."""

    value: float
    low: float | None
    high: float | None
    error: float | None
    count: int

    @property
    def clear_of_zero(self) -> bool:
        """Whether the interval is defined and does not hold zero."""
        return self.low is not None and self.high is not None and (self.low > 0.0 or self.high < 0.0)


def quantile_of_t(count: int, level: float = LEVEL) -> float:
    """Two-sided quantile of Student's t for the mean of ``count`` values, at least 2."""
    return _quantile(float(count - 1), level)


@lru_cache(maxsize=4096)
def _quantile(freedom: float, level: float) -> float:
    """Two-sided quantile of Student's t with so many degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 2.0))


def mean_interval(values: np.ndarray, level: float = LEVEL) -> Interval:
    """Mean of float64[n] with its t interval and its standard error, both undefined for one value."""
    count = len(values)
    mean = float(values.mean())
    if count < 2:
        return Interval(mean, None, None, None, count)
    error = float(values.std(ddof=1)) / math.sqrt(count)
    half = quantile_of_t(count, level) * error
    return Interval(mean, mean - half, mean + half, error, count)


def welch_interval(a: np.ndarray, b: np.ndarray, level: float = LEVEL) -> Interval:
    """Mean of b less mean of a for independent samples, with Welch's t interval; undefined with one value on a side.

    ``count`` is the smaller number of values. Source: Welch (1947), Biometrika 34, 28-35.
    """
    count, change = min(len(a), len(b)), float(b.mean() - a.mean())
    if count < 2:
        return Interval(change, None, None, None, count)
    parts = [float(x.var(ddof=1)) / len(x) for x in (a, b)]
    error = math.sqrt(sum(parts))
    if error == 0.0:
        return Interval(change, change, change, 0.0, count)
    freedom = sum(parts) ** 2 / sum(part**2 / (len(x) - 1) for part, x in zip(parts, (a, b), strict=True))
    half = _quantile(freedom, level) * error
    return Interval(change, change - half, change + half, error, count)


def replicates_needed(deviation: float, half_width: float, level: float = LEVEL) -> int | None:
    """Fewest replicates, from 2, whose interval of the mean is at most ``half_width`` to each side.

    ``deviation``: standard deviation between replicates, in the unit of ``half_width``. None where no number is enough,
    because ``half_width`` is 0.
    """
    from scipy.special import ndtri

    if deviation == 0.0:
        return 2
    if half_width <= 0.0:
        return None
    # the normal quantile is below that of t: a lower bound, a few replicates away
    count = max(2, math.ceil((float(ndtri(0.5 + level / 2.0)) * deviation / half_width) ** 2))
    while quantile_of_t(count, level) * deviation > half_width * math.sqrt(count):
        count += 1
    return count


def variance_reduction(a: np.ndarray, b: np.ndarray) -> float | None:
    """How much pairing saves: (var a + var b) / var(b - a), float64[n] each; above 1 where common luck helps.

    None for one replicate, and where the paired difference does not vary.
    """
    if len(a) < 2:
        return None
    paired = float((b - a).var(ddof=1))
    return float(a.var(ddof=1) + b.var(ddof=1)) / paired if paired > 0.0 else None


def ratio_interval(numerator: np.ndarray, denominator: np.ndarray, level: float = LEVEL) -> Interval | None:
    """Ratio of the means of two paired arrays, float64[n], with Fieller's interval.

    The interval is the set of ratios r for which the mean of numerator - r denominator does not differ from 0. None
    where that set is not bounded: the mean of the denominator is not clear of zero. The standard error is first-order.
    """
    import numpy as np

    count = len(numerator)
    if count < 2:
        return None
    above, below = float(numerator.mean()), float(denominator.mean())
    spread = np.cov(numerator, denominator, ddof=1) / count
    squared = quantile_of_t(count, level) ** 2
    a = below**2 - squared * spread[1, 1]
    b = above * below - squared * spread[0, 1]
    c = above**2 - squared * spread[0, 0]
    if a <= 0.0:
        return None
    root = math.sqrt(max(0.0, float(b * b - a * c)))
    ratio = above / below
    variance = float(spread[0, 0] - 2.0 * ratio * spread[0, 1] + ratio**2 * spread[1, 1])
    error = math.sqrt(max(0.0, variance)) / abs(below)
    return Interval(ratio, float(b - root) / float(a), float(b + root) / float(a), error, count)
