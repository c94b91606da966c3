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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.parameters import parameter_table

if TYPE_CHECKING:
    from .targets import Targets

MEAN_DEGREE = 10.0
"""Mean number of international partnerships of an institution in the reference year: assumed, 5-40 (MODEL 1)."""
GAIN = 0.5
"""Part of a residual that a first round moves the weights by: an affinity acts on the proposal and on its answer, so that
a whole residual would overshoot."""
SETTLING = 10
"""Rounds of full gain; after them it falls with the root of their number."""
MASS_STEP, YEAR_STEP = 0.3, 0.03
"""How far gamma and the secular term may be expected to move in a round: what keeps them in place where publications have
grown as straight as time, so that counts cannot tell the two apart."""
NOISE = 0.1
"""Standard deviation of a residual that this is weighed against, log units."""
LARGEST_STEP = 1.0
"""Most that a round moves an affinity, and the logs of level and degree."""
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
    affinity = now.affinity + gain * np.clip(by_pair - level, -LARGEST_STEP, LARGEST_STEP)
    mean = float(affinity.mean())
    weights = dict(now.weights)
    weights["output.rho0"] *= float(np.exp(gain * np.clip(level, -LARGEST_STEP, LARGEST_STEP)))
    rows = {row.name: row for row in parameter_table()}
    for name, slope in (("output.size_exponent", on_mass), ("formation.secular", on_year)):
        weights[name] = float(np.clip(weights[name] + gain * slope, rows[name].low, rows[name].high))
    wanted = np.log(MEAN_DEGREE / max(degree, 0.1))
    weights["formation.base"] += gain * float(np.clip(wanted, -LARGEST_STEP, LARGEST_STEP)) + mean
    return Point(affinity - mean, weights)


def gain_of(number: int) -> float:
    """Gain of a round, from 1."""
    return GAIN * min(1.0, float((SETTLING / number) ** 0.5))


def mean_of(points: list[Point]) -> Point:
    """Affinities and weights, each its mean over rounds (Polyak and Juditsky 1992): the noise averages out."""
    weights = {name: float(np.mean([p.weights[name] for p in points])) for name in points[0].weights}
    return Point(np.mean([p.affinity for p in points], axis=0), weights)


def within_slopes(
    residual: np.ndarray, mass: np.ndarray, years: np.ndarray, importance: np.ndarray | None = None
) -> tuple[float, float]:
    """Slopes of residuals float64[Y, P] on mass and on the year, within pairs (pair means taken out), by ridge regression.

    The penalty is that of normal priors with the standard deviations `MASS_STEP` and `YEAR_STEP`; it matters only where the
    regressors hardly vary or vary together.
    """
    known = np.isfinite(residual) & np.isfinite(mass)
    year = np.broadcast_to(np.asarray(years, float)[:, None], residual.shape)
    columns = [np.where(known, column, np.nan) for column in (residual, mass, year)]
    y, m, t = (column - np.nanmean(column, axis=0) for column in columns)
    root = np.sqrt(np.ones(residual.shape[1]) if importance is None else importance)
    y, m, t = ((column * root)[known] for column in (y, m, t))
    x = np.column_stack([m, t])
    penalty = NOISE**2 / np.array([MASS_STEP, YEAR_STEP]) ** 2
    slopes = np.linalg.solve(x.T @ x + np.diag(penalty), x.T @ y)
    return float(slopes[0]), float(slopes[1])
