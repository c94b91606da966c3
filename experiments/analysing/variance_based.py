"""Sobol indices of a Saltelli sample through SALib: first order, total and second order, with confidence intervals.

First and total order after Saltelli and others (2010, Computer Physics Communications 181), second order after Saltelli
(2002, same journal 145); intervals by bootstrap over base points, as SALib makes them. The estimators pair runs inside
blocks of the sample (a base point, its copies with one factor exchanged, its partner). A block with a hole is no block: so
a sample with holes is refused, unless the caller asks for the whole blocks only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .luck import Means, point_means
from .refusal import Refusal
from .replicates import LEVEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Sample

RESAMPLES = 1000
"""Of the bootstrap."""
SEED = 1
"""Of the bootstrap: the same intervals each time."""
FEWEST_BLOCKS = 16
"""Below it, no indices are given."""


@dataclass(frozen=True)
class Index:
    """An index with half the width of its 95 % interval."""

    factors: tuple[str, ...]
    value: float
    half_width: float
    less_noise: float | None  # of the outcome's expectation over luck; None with one replicate


@dataclass(frozen=True)
class SobolIndices:
    """Indices of every factor, and of every pair where the design has second order."""

    first: tuple[Index, ...]
    total: tuple[Index, ...]
    second: tuple[Index, ...]
    blocks: int  # that the indices rest on
    blocks_of_design: int
    noise_share: float | None  # of the variance over base points
    variance: float  # over base points


def sobol_indices(sample: Sample, values: NDArray[np.float64], whole_blocks: bool = False) -> SobolIndices | Refusal:
    """Indices of ``values`` float64[P, R]: of the means over replicates. A `Refusal` where they would be wrong."""
    step = sample.block
    if sample.points % step:
        return Refusal("Sobol indices", f"{sample.points} design points are no whole number of blocks of {step}")
    means = point_means(values)
    blocks = sample.points // step
    whole = means.there.reshape(blocks, step).all(axis=1)
    if not whole.all() and not whole_blocks:
        return Refusal(
            "Sobol indices",
            f"{int((~means.there).sum())} of {sample.points} design points have no value, which tears {int((~whole).sum())} of "
            f"{blocks} blocks of the sample; {_remedy(sample, means)}",
        )
    if whole.sum() < FEWEST_BLOCKS:
        return Refusal("Sobol indices", f"{int(whole.sum())} whole blocks are too few: at least {FEWEST_BLOCKS}")
    kept = np.repeat(whole, step)
    y = means.mean[kept]
    if np.ptp(y) <= 1e-12 * max(1e-300, float(np.abs(y).max())):
        return Refusal(
            "Sobol indices", "the outcome is the same at every design point: there is no variance to share out"
        )
    return _with_salib(sample, values[kept], y, means, int(whole.sum()), blocks)


def _remedy(sample: Sample, means: Means) -> str:
    """What can be done about points without a value: runs that failed, or are undefined, would be so again."""
    unmade = bool((~means.there & (sample.missing > 0)).any())
    return f"{'`comity sweep --resume` makes runs that are missing, ' if unmade else ''}--whole-blocks leaves torn blocks out"


def _with_salib(
    sample: Sample, runs: NDArray[np.float64], y: NDArray[np.float64], means: Means, whole: int, blocks: int
) -> SobolIndices:
    from SALib.analyze import sobol

    k, second = len(sample.factors), sample.design.second_order
    problem = {"num_vars": k, "names": list(sample.names), "bounds": [[0.0, 1.0]] * k}
    found = sobol.analyze(problem, y, calc_second_order=second, num_resamples=RESAMPLES, conf_level=LEVEL, seed=SEED)
    step = sample.block
    base = np.concatenate([y[::step], y[step - 1 :: step]])
    variance = float(base.var())
    noise = means.noise_of_means()
    share = None if noise is None else min(1.0, noise / variance)
    first, total = _without_noise(runs.reshape(whole, step, -1), y.reshape(whole, step), k, variance, noise)
    names = sample.names
    return SobolIndices(
        first=tuple(
            Index((names[i],), float(found["S1"][i]), float(found["S1_conf"][i]), first(found["S1"][i]))
            for i in range(k)
        ),
        total=tuple(Index((names[i],), float(found["ST"][i]), float(found["ST_conf"][i]), total(i)) for i in range(k)),
        second=tuple(
            Index((names[i], names[j]), float(found["S2"][i, j]), float(found["S2_conf"][i, j]), None)
            for i in range(k)
            for j in range(i + 1, k)
            if second
        ),
        blocks=whole,
        blocks_of_design=blocks,
        noise_share=share,
        variance=variance,
    )


def _without_noise(
    runs: NDArray[np.float64], means: NDArray[np.float64], factors: int, variance: float, noise: float | None
) -> tuple[Callable[[float], float | None], Callable[[int], float | None]]:
    """First and total order of the outcome's expectation over luck; ``runs`` float64[N, block, R], ``means`` [N, block].

    Luck adds its variance to that of the means and to the squared differences of the total order (not to the products of
    the first order, whose parts have luck of their own). Both are taken off: squared means of R differences are too large by their
    variance over replicates / R.
    """
    if noise is None or variance <= noise:
        return (lambda _: None), (lambda _: None)
    real = variance - noise

    def first(index: float) -> float:
        return float(index) * variance / real

    def total(factor: int) -> float:
        of_luck = runs[:, 0, :] - runs[:, 1 + factor, :]
        known = np.isfinite(of_luck).sum(axis=1)
        pairs = known > 1
        error = np.nanvar(of_luck[pairs], axis=1, ddof=1) / known[pairs]
        squares = (means[:, 0] - means[:, 1 + factor])[pairs] ** 2
        return float(max(0.0, (squares - error).mean()) / 2.0 / real) if pairs.any() else float("nan")

    return first, total
