"""How large, how soon, how sure: pure functions on paired differences, a row a replicate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..comparing.statistics import mean_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLES = 2000
"""Bootstrap samples of replicates (Efron 1979, Ann. Statist. 7, 1-26)."""
IN_A_ROW = 2
"""Years that an interval must leave out 0 before an effect is said to be seen: one alone is too often luck."""


def samples(replicates: int, seed: int, count: int = SAMPLES) -> NDArray[np.float64]:
    """Weights of replicates in bootstrap samples, float64[count, replicates]; each row sums to 1."""
    drawn = np.random.default_rng([seed, replicates]).multinomial(
        replicates, np.full(replicates, 1.0 / replicates), size=count
    )
    return drawn / replicates


def seen_from(paths: NDArray[np.float64]) -> int | None:
    """The first year, from 1, from which the interval of the mean leaves out 0 in `IN_A_ROW` years, on the same side.

    ``paths`` float64[R, Y], differences by year. None where that never comes.
    """
    sides = []
    for year in range(paths.shape[1]):
        interval = mean_interval(paths[:, year])
        sides.append(int(np.sign(interval.value)) if interval.clear_of_zero else 0)
    for year in range(len(sides) - IN_A_ROW + 1):
        run = sides[year : year + IN_A_ROW]
        if run[0] != 0 and len(set(run)) == 1:
            return year + 1
    return None


def half_time(paths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Years until half of the last value is first reached, on straight lines between the ends of years, from 0 at the start.

    ``paths`` float64[..., Y], differences at the ends of years; returns float64[...], NaN where the last value is 0.
    """
    last = paths[..., -1:]
    part = np.divide(paths, last, out=np.full(paths.shape, np.nan), where=last != 0.0)
    before = np.concatenate([np.zeros((*part.shape[:-1], 1)), part[..., :-1]], axis=-1)
    reached = part >= 0.5
    year = np.argmax(reached, axis=-1)[..., None]
    low, high = (np.take_along_axis(side, year, axis=-1)[..., 0] for side in (before, part))
    share = np.divide(0.5 - low, high - low, out=np.zeros(low.shape), where=high != low)
    return np.where(reached.any(axis=-1), year[..., 0] + share, np.nan)


def percentiles(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """The middle 95 % of bootstrap values; None if any is undefined."""
    if len(values) == 0 or not np.isfinite(values).all():
        return None
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def first_shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of samples in which each is the largest, float64[n], from float64[samples, n]; ties are shared, NaN is last."""
    known = np.where(np.isnan(values), -np.inf, values)
    best = known == known.max(axis=1, keepdims=True)
    return (best / best.sum(axis=1, keepdims=True)).mean(axis=0)


def rank_ranges(values: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The middle 95 % of the ranks of each, from 1 for the largest; ``values`` float64[samples, n]."""
    known = np.where(np.isnan(values), -np.inf, values)
    ranks = 1 + (known[:, None, :] > known[:, :, None]).sum(axis=2)
    ends = np.quantile(ranks, (0.025, 0.975), axis=0, method="nearest")
    return [(int(low), int(high)) for low, high in ends.T]
