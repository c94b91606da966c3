"""Uncertainty that comes from luck: a statistic of each replicate by itself, which all had the same luck at every point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.95
"""Of confidence intervals."""


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error and confidence interval; None where they cannot be told."""

    value: float
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and (self.low > 0.0 or self.high < 0.0)


def estimate(value: float, error: float | None, freedom: float) -> Estimate:
    """With the interval of Student's t."""
    if error is None or freedom < 1 or not np.isfinite(error):
        return Estimate(float(value))
    half = float(stdtrit(freedom, 0.5 + LEVEL / 2.0)) * error
    return Estimate(float(value), float(error), float(value) - half, float(value) + half)


def over_replicates(
    values: NDArray[np.float64],
    mean: NDArray[np.float64],
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> list[Estimate]:
    """A statistic of the points' means, with the standard error of the statistic over replicates.

    ``statistic`` is linear in y float64[P], which may have NaN, and gives float64[m]. Within a replicate all points have
    the same luck, so its differences are paired. Replicates in which it has no value are left out of the error.
    """
    found = statistic(mean)
    each = np.array([statistic(values[:, k]) for k in range(values.shape[1]) if np.isfinite(values[:, k]).any()])
    estimates = []
    for place, value in enumerate(found):
        own = each[:, place][np.isfinite(each[:, place])]
        error = float(own.std(ddof=1) / np.sqrt(len(own))) if len(own) > 1 else None
        estimates.append(estimate(float(value), error, len(own) - 1))
    return estimates
