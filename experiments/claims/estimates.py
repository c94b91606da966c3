"""Intervals of what is computed of replicates: means, ratios of means, and anything smooth in means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..comparing.statistics import Interval, mean_interval, ratio_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray


class UntoldError(Exception):
    """Why these runs do not tell a quantity, in words."""


def ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> Interval:
    """Ratio of the means of two paired arrays, float64[R], with Fieller's interval.

    Without one for one replicate, and where the mean below the line is not clear of zero. Raises `UntoldError` where that
    mean is zero.
    """
    if float(below.mean()) == 0.0:
        raise UntoldError("the runs have none of what it is a share of")
    undefined = Interval(float(above.mean() / below.mean()), None, None, None, len(below))
    return ratio_interval(above, below) or undefined


def jackknifed(statistic: Callable[[NDArray[np.float64]], float], values: NDArray[np.float64]) -> Interval:
    """A smooth function of the means over replicates of ``values``, float64[R, k], with its interval.

    The t interval of jackknife pseudo-values (Tukey 1958; Efron and Stein 1981, Ann. Statist. 9, 586-596). Raises
    `UntoldError` where the function is not defined.
    """
    count = len(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = float(statistic(values.mean(axis=0)))
        if count < 2:
            left_out = np.array([whole])
        else:
            left_out = np.array([statistic(row) for row in (values.sum(axis=0) - values) / (count - 1)])
    if not (np.isfinite(whole) and np.isfinite(left_out).all()):
        raise UntoldError("the runs have none of what it is a share of")
    if count < 2:
        return Interval(whole, None, None, None, count)
    spread = mean_interval(count * whole - (count - 1) * left_out)
    shift = whole - spread.value  # the estimate itself, not its bias-corrected twin
    return Interval(whole, _moved(spread.low, shift), _moved(spread.high, shift), spread.error, count)


def _moved(end: float | None, by: float) -> float | None:
    return None if end is None else end + by
