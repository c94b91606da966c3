"""Main effects and interactions of designs with levels: full grids and one factor at a time.

A grid is fitted by least squares with effects that sum to zero over levels (a fixed-effects analysis of variance). With
every point there, a main effect is the mean at a level less the mean of all, and the shares of variance are those of the
functional analysis of variance over the grid (Hoeffding 1948; Saltelli and others 2008, chapter 1). With holes, the
least squares fit is made on the points that are there, and shares are of type II (each against all others of its order).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .luck import Means, point_means
from .refusal import DESIGN, Refusal
from .replicates import Estimate, over_replicates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Factor, Sample


@dataclass(frozen=True)
class Effect:
    """What a level of a factor, or a band of its values, changes against the mean of all, or against the base."""

    factor: str
    level: str
    value: float | None  # the number, or the middle of the band; None where it is no number
    effect: Estimate
    points: int  # points with a value that it rests on


@dataclass(frozen=True)
class Share:
    """Share of the variance over points of one factor, or of two together beyond what each does."""

    factors: tuple[str, ...]
    share: float
    less_noise: float | None  # with the part that luck alone would give taken off (omega squared); None: one replicate

    @property
    def shown(self) -> float:
        """The share less noise, where luck can be told."""
        return self.share if self.less_noise is None else self.less_noise


@dataclass(frozen=True)
class GridEffects:
    """Main effects by factor and level; shares of variance of factors and pairs; what higher orders hold."""

    main: tuple[Effect, ...]
    shares: tuple[Share, ...]
    higher: float | None  # share that is left; None where pairs were not fitted
    noise_share: float | None  # of the variance of means
    refused: tuple[Refusal, ...]


def grid_effects(sample: Sample, values: NDArray[np.float64]) -> GridEffects:
    """Main effects and shares of a grid, ``values`` float64[P, R]."""
    means = point_means(values)
    columns = [_coded(sample, place) for place in range(len(sample.factors))]
    varied = [place for place, block in enumerate(columns) if block.shape[1]]
    main = [columns[place] for place in varied]
    refused = []
    if _rank(main, means.there) < 1 + sum(block.shape[1] for block in main):
        reason = "holes leave no run at a level, or two factors that cannot be told apart"
        return GridEffects((), (), None, None, (Refusal("main effects", reason),))
    estimates = iter(over_replicates(values, means.mean, lambda y: _fitted_levels(main, y)))
    effects = []
    for place in varied:
        factor = sample.factors[place]
        for code in _level_codes(factor):
            points = int(((sample.codes[:, place] == code) & means.there).sum())
            number = float(code) if factor.valued else None
            effects.append(Effect(factor.name, factor.text(float(code)), number, next(estimates), points))
    pairs = {
        (a, b): np.einsum("pi,pj->pij", columns[a], columns[b]).reshape(sample.points, -1)
        for a, b in combinations(varied, 2)
    }
    needed = 1 + sum(block.shape[1] for block in [*main, *pairs.values()])
    if len(varied) > 1 and _rank([*main, *pairs.values()], means.there) < needed:
        refused.append(Refusal("interactions", "holes leave combinations of two levels without a run"))
        pairs = {}
    shares, higher = _shares(sample, means, {(place,): columns[place] for place in varied}, pairs)
    noise = means.noise_of_means()
    spread = float(np.var(means.mean[means.there], ddof=1)) if means.there.sum() > 1 else 0.0
    return GridEffects(
        tuple(effects),
        shares,
        higher if pairs else None,
        None if noise is None or spread <= 0 else min(1.0, noise / spread),
        tuple(refused),
    )


def one_at_a_time(sample: Sample, values: NDArray[np.float64]) -> tuple[tuple[Effect, ...], tuple[Refusal, ...]]:
    """Differences of points to the base in which one factor is changed; interactions cannot be seen in this design."""
    refused = [Refusal("interactions", "one factor at a time: no run has two factors changed", DESIGN)]
    base = 0  # the design begins with it
    means = point_means(values)
    if not means.there[base]:
        reason = "the base point has no run with a value: there is nothing to hold the others against"
        return (), (Refusal("main effects", reason), *refused)
    effects = []
    for place, factor in enumerate(sample.factors):
        changed = np.flatnonzero(sample.codes[:, place] != sample.codes[base, place])
        for point in changed:
            code = float(sample.codes[point, place])
            if not means.there[point]:
                refused.append(Refusal(f"effect of {factor.name} = {factor.text(code)}", "no run of it has a value"))
                continue

            def against_base(y: NDArray[np.float64], there: int = int(point)) -> NDArray[np.float64]:
                return y[there : there + 1] - y[base : base + 1]

            (estimate,) = over_replicates(values, means.mean, against_base)
            effects.append(Effect(factor.name, factor.text(code), code if factor.valued else None, estimate, 1))
    return tuple(effects), tuple(refused)


def _level_codes(factor: Factor) -> NDArray[np.float64]:
    return np.array(factor.levels, dtype=float) if factor.numeric else np.arange(len(factor.levels), dtype=float)


def _coded(sample: Sample, place: int) -> NDArray[np.float64]:
    """Columns of a factor that sum to zero over its levels, float64[P, levels - 1]."""
    levels = _level_codes(sample.factors[place])
    one_hot = (sample.codes[:, place][:, None] == levels[None, :]).astype(float)
    return one_hot[:, :-1] - one_hot[:, -1:]


def _with_constant(blocks: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.column_stack([np.ones(len(blocks[0])), *blocks])


def _rank(blocks: list[NDArray[np.float64]], there: NDArray[np.bool_]) -> int:
    return int(np.linalg.matrix_rank(_with_constant(blocks)[there])) if blocks and there.any() else 0


def _fitted_levels(blocks: list[NDArray[np.float64]], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Effects of all levels of all factors, one below the other, float64[m, n], in the additive fits to float64[P, n].

    NaN where the points that are known cannot tell the factors apart.
    """
    there = np.isfinite(y[:, 0])
    found, _, rank, _ = np.linalg.lstsq(_with_constant(blocks)[there], y[there], rcond=None)
    if rank < found.shape[0]:
        found = np.full_like(found, np.nan)
    parts, before = [], 1
    for block in blocks:
        own = found[before : before + block.shape[1]]
        parts += [own, -own.sum(axis=0, keepdims=True)]
        before += block.shape[1]
    return np.concatenate(parts)


def _unexplained(blocks: list[NDArray[np.float64]], y: NDArray[np.float64]) -> float:
    """Sum of squares that is left of y."""
    X = _with_constant(blocks) if blocks else np.ones((len(y), 1))
    return float(((y - X @ np.linalg.lstsq(X, y, rcond=None)[0]) ** 2).sum())


def _shares(
    sample: Sample,
    means: Means,
    main: dict[tuple[int, ...], NDArray[np.float64]],
    pairs: dict[tuple[int, int], NDArray[np.float64]],
) -> tuple[tuple[Share, ...], float]:
    there = means.there
    y = means.mean[there]
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 0.0:
        return (), 0.0
    noise = means.noise_of_means()
    shares = []
    left = 0.0
    for terms, beside in ((main, {}), (pairs, main)):
        blocks = {key: block[there] for key, block in terms.items()}
        others = [block[there] for block in beside.values()]
        left = _unexplained([*others, *blocks.values()], y) if blocks else left
        for key, block in blocks.items():
            rest = [other for name, other in blocks.items() if name != key]
            gained = _unexplained([*others, *rest], y) - left
            less = None
            if noise is not None:
                real = total - (len(y) - 1) * noise
                less = max(0.0, gained - block.shape[1] * noise) / real if real > 0 else None
            names = tuple(sample.factors[place].name for place in key)
            shares.append(Share(names, max(0.0, gained) / total, less))
    return tuple(shares), left / total
