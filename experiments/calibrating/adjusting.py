"""The rule by which a round of a calibration moves affinities and common weights.

    residual(pair, year) = ln observed - ln mean simulated

- the mean of a pair moves its affinity (proportional adjustment), the mean of all pairs the level of output rho0;
- within pairs, the regression of residuals on ln(P_a P_b) moves gamma, the one on the year the secular term: the two
  directions that counts can tell apart; `formation.size` lies on a ridge with gamma and stays where it is (MODEL 7);
- the mean degree in the reference year moves the base of formation: a definition, not a fit (MODEL 1).

It is a Gauss-Newton step on least squares whose Jacobian is known beforehand: an affinity acts on its own pair alone,
gamma and the secular term on the two regressors. A search that learns the same from simulations (simplex, Bayesian
optimisation) would need hundreds of them for forty unknowns, and the noise of replicates would mislead it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .targets import Targets

MEAN_DEGREE = 10.0
"""Mean number of international partnerships of an institution in the reference year: assumed, 5-40 (MODEL 1)."""
GAIN = 0.5
"""Part of a residual that a first round moves the weights by: an affinity acts on the proposal and on its answer, so that
a whole residual would overshoot."""
SETTLING = 10
"""Rounds of full gain; after them it falls with the root of their number."""
WEIGHTS = ("formation.base", "formation.secular", "formation.size", "output.rho0", "output.size_exponent")
"""Common weights that the table of calibration holds."""


@dataclass(frozen=True)
class Point:
    """Where a calibration stands; P pairs."""

    affinity: np.ndarray  # float64[P], mean 0
    weights: dict[str, float]


def first_point(targets: Targets, weights: dict[str, float]) -> Point:
    """Where to begin: affinities that a gravity regression of the counts suggests, halved as `GAIN` says."""
    level = np.nanmean(targets.log - 0.5 * targets.mass, axis=0)
    return Point(GAIN * (level - level.mean()), dict(weights))


def moved(
    now: Point, residual: np.ndarray, targets: Targets, degree: float, gain: float, importance: np.ndarray | None = None
) -> Point:
    """The point after a round. residual float64[Y, P]; ``importance`` float64[P] of the pairs for the common weights."""
    weight = np.ones(len(targets.pairs)) if importance is None else importance
    by_pair = np.nanmean(residual, axis=0)
    level = float(np.average(by_pair, weights=weight))
    on_mass, on_year = within_slopes(residual, targets.mass, targets.years, weight)
    affinity = now.affinity + gain * (by_pair - level)
    mean = float(affinity.mean())
    weights = dict(now.weights)
    weights["output.rho0"] *= float(np.exp(gain * level))
    weights["output.size_exponent"] = max(0.0, weights["output.size_exponent"] + gain * on_mass)
    weights["formation.secular"] += gain * on_year
    weights["formation.base"] += gain * float(np.log(MEAN_DEGREE / degree)) + mean
    return Point(affinity - mean, weights)


def gain_of(number: int) -> float:
    """Gain of a round, from 1."""
    return GAIN * min(1.0, float((SETTLING / number) ** 0.5))


def mean_of(points: list[Point]) -> Point:
    """Affinities and weights, each its mean over rounds (Polyak and Juditsky 1992): the noise averages out."""
    weights = {name: float(np.mean([p.weights[name] for p in points])) for name in points[0].weights}
    return replace(points[-1], affinity=np.mean([p.affinity for p in points], axis=0), weights=weights)


def within_slopes(
    residual: np.ndarray, mass: np.ndarray, years: np.ndarray, importance: np.ndarray | None = None
) -> tuple[float, float]:
    """Least-squares slopes of residuals float64[Y, P] on mass and on the year, within pairs (pair means taken out).

    A direction in which the regressors do not vary gets the slope 0.
    """
    known = np.isfinite(residual) & np.isfinite(mass)
    year = np.broadcast_to(np.asarray(years, float)[:, None], residual.shape)
    columns = [np.where(known, column, np.nan) for column in (residual, mass, year)]
    y, m, t = (column - np.nanmean(column, axis=0) for column in columns)
    root = np.sqrt(np.ones(residual.shape[1]) if importance is None else importance)
    y, m, t = ((column * root)[known] for column in (y, m, t))
    slopes = np.linalg.lstsq(np.column_stack([m, t]), y, rcond=1e-10)[0]
    return float(slopes[0]), float(slopes[1])
