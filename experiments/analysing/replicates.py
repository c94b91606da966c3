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

    ``statistic`` is linear: of y float64[P, n], whose columns have NaN in the same rows, it gives float64[m, n]. Within a
    replicate all points have the same luck, so its differences are paired. Replicates in which it has no value are left out
    of the error.
    """
    found = statistic(mean[:, None])[:, 0]
    each = np.full((len(found), values.shape[1]), np.nan)
    known = np.isfinite(values)
    patterns, which = np.unique(known, axis=1, return_inverse=True)
    for number, there in enumerate(patterns.T):
        if there.any():
            columns = np.flatnonzero(which.ravel() == number)
            each[:, columns] = statistic(values[:, columns])
    estimates = []
    for value, row in zip(found, each, strict=True):
        own = row[np.isfinite(row)]
        error = float(own.std(ddof=1) / np.sqrt(len(own))) if len(own) > 1 else None
        estimates.append(estimate(float(value), error, len(own) - 1))
    return estimates
