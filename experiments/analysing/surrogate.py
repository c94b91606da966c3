"""How well a simple function of the factors stands in for the model, judged on points that it has not seen.

Three surrogates: a plane, a quadratic surface with all products of two factors (least squares), and a thin-plate spline
(Duchon 1977; `scipy.interpolate.RBFInterpolator`, with the smoothing that predicts best). Points are left out in ten
parts, all replicates of a point, and all points of a block or a trajectory, together. Q2 = 1 - mean squared error of
prediction / variance. Beside it stands the share of the variance that is no noise. Were the luck of different points independent, no
Q2 could pass it; with the same luck at every point a surrogate may learn some of the luck, and pass it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .luck import point_means
from .policies import states_of
from .refusal import DESIGN, Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Sample

PARTS = 10
FEWEST = 12
"""Points below which no surrogate is judged."""
SMOOTHINGS = (0.0, 0.1, 10.0)
MOST = 600
"""Points that the spline is fitted to, drawn where there are more: its work grows with their cube."""
SEED = 1

Predict = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]
Fit = Callable[["NDArray[np.float64]", "NDArray[np.float64]"], Predict]


@dataclass(frozen=True)
class Quality:
    """Errors of a surrogate on points that it has not seen."""

    name: str
    q_squared: float
    root_mean_square: float  # unit of the outcome
    largest: float  # absolute, unit of the outcome


@dataclass(frozen=True)
class Surrogates:
    """The surrogates that could be fitted, the best first, and the best fitted to all points."""

    found: tuple[Quality, ...]
    signal: float | None  # share of the variance of means that is no noise; None with one replicate
    points: int
    best: Predict  # unit codes float64[n, k] -> float64[n]


def surrogates(sample: Sample, values: NDArray[np.float64]) -> Surrogates | Refusal:
    """Fit and judge the surrogates on the means over replicates, ``values`` float64[P, R]."""
    if sample.design.kind == "one-at-a-time":
        return Refusal("surrogate", "one factor at a time says nothing of two together", DESIGN)
    means = point_means(values)
    X, y = sample.columns(sample.unit_codes[means.there]), means.mean[means.there]
    unique = np.unique(X, axis=0)
    if len(unique) < FEWEST:
        return Refusal("surrogate", f"{len(unique)} different points with a value are too few: at least {FEWEST}")
    spread = float(y.var())
    if spread <= 0.0:
        return Refusal("surrogate", "the outcome is the same at every point that has a value")
    X, y, group = _merged(X, y, _groups(sample)[means.there])
    order = np.random.default_rng(SEED).permutation(group.max() + 1)
    part = order[group] % PARTS
    judged = []
    for name, fit in _candidates(X):
        try:
            error = np.concatenate([fit(X[part != k], y[part != k])(X[part == k]) - y[part == k] for k in range(PARTS)])
        except np.linalg.LinAlgError:  # points of a part that lie in a plane
            continue
        square = float((error**2).mean())
        judged.append((Quality(name, 1.0 - square / float(y.var()), square**0.5, float(np.abs(error).max())), fit))
    if not judged:
        return Refusal("surrogate", f"{len(y)} different points are too few for {len(sample.factors)} factors", DESIGN)
    judged.sort(key=lambda pair: -pair[0].q_squared)
    noise = means.noise_of_means()
    signal = None if noise is None else max(0.0, 1.0 - noise / float(y.var()))
    best = judged[0][1](X, y)
    return Surrogates(tuple(quality for quality, _ in judged), signal, len(y), lambda at: best(sample.columns(at)))


def _groups(sample: Sample) -> NDArray[np.int64]:
    """Points that are left out together, int64[P]: those of a block, a trajectory or a state share most of their coordinates."""
    if sample.design.crossed:
        return states_of(sample)[0]
    return np.arange(sample.points) // sample.block


def _merged(
    X: NDArray[np.float64], y: NDArray[np.float64], group: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Points at the same place as one: else a point that is left out would be seen through its twin."""
    unique, first, inverse = np.unique(X, axis=0, return_index=True, return_inverse=True)
    inverse = inverse.ravel()
    return unique, np.bincount(inverse, weights=y) / np.bincount(inverse), group[first]


def _candidates(X: NDArray[np.float64]) -> list[tuple[str, Fit]]:
    k, train = X.shape[1], len(X) - -(-len(X) // PARTS)
    found: list[tuple[str, Fit]] = []
    if train > 2 * (k + 1):
        found.append(("plane", _polynomial(1)))
    if train > 1.5 * (1 + 2 * k + k * (k - 1) // 2):
        found.append(("quadratic surface", _polynomial(2)))
    if train > 2 * (k + 1):
        found += [(f"thin-plate spline, smoothing {s:g}", _spline(s)) for s in SMOOTHINGS]
    return found


def _terms(X: NDArray[np.float64], order: int) -> NDArray[np.float64]:
    columns = [np.ones(len(X)), *X.T]
    if order == 2:
        columns += [*(X**2).T, *(X[:, a] * X[:, b] for a, b in combinations(range(X.shape[1]), 2))]
    return np.column_stack(columns)


def _polynomial(order: int) -> Fit:
    def fit(X: NDArray[np.float64], y: NDArray[np.float64]) -> Predict:
        weights = np.linalg.lstsq(_terms(X, order), y, rcond=None)[0]
        return lambda at: _terms(at, order) @ weights

    return fit


def _spline(smoothing: float) -> Fit:
    def fit(X: NDArray[np.float64], y: NDArray[np.float64]) -> Predict:
        from scipy.interpolate import RBFInterpolator

        if len(y) > MOST:
            drawn = np.sort(np.random.default_rng(SEED).choice(len(y), MOST, replace=False))
            X, y = X[drawn], y[drawn]
        return RBFInterpolator(X, y, kernel="thin_plate_spline", smoothing=smoothing)

    return fit
