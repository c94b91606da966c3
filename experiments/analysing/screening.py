"""Morris's elementary effects: mu, mu* and sigma with intervals.

Morris (1991, Technometrics 33); mu* after Campolongo, Cariboni and Saltelli (2007, Environmental Modelling & Software
22). An elementary effect is the change of the outcome for one step of a factor, per whole range of it: over the step that was
really made, for a factor with levels goes from one of them to another, which is not the step of the design's grid (a switch
goes all the way). The interval of mu* is that of SALib: normal, of a bootstrap over trajectories. Each trajectory is a sample
by itself, so that one with a hole is left out, and the count says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .luck import point_means
from .refusal import DESIGN, Refusal
from .replicates import LEVEL, Estimate, estimate
from .variance_based import RESAMPLES, SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Sample

FEWEST = 4
"""Trajectories below which nothing is given."""


@dataclass(frozen=True)
class Elementary:
    """The elementary effects of a factor over trajectories."""

    factor: str
    mu: Estimate  # mean, with the interval of Student's t over trajectories
    mu_star: float  # mean of absolute values
    mu_star_half_width: float  # of its 95 % interval, bootstrap over trajectories
    sigma: float  # standard deviation: interaction, curvature, and luck
    sigma_of_luck: float | None  # what luck alone would give; None with one replicate


@dataclass(frozen=True)
class Screening:
    """All factors, the largest mu* first."""

    factors: tuple[Elementary, ...]
    trajectories: int
    trajectories_of_design: int


def elementary_effects(sample: Sample, values: NDArray[np.float64]) -> Screening | Refusal:
    """Elementary effects of the means over replicates, ``values`` float64[P, R]."""
    k = len(sample.factors)
    if sample.points % (k + 1):
        return Refusal("Morris", f"{sample.points} design points are no whole number of trajectories of {k + 1}")
    means = point_means(values)
    trajectories = sample.points // (k + 1)
    whole = means.there.reshape(trajectories, k + 1).all(axis=1)
    if whole.sum() < FEWEST:
        reason = f"{int(whole.sum())} of {trajectories} trajectories are without holes: at least {FEWEST} are needed"
        return Refusal("Morris", reason)
    steps = np.diff(_shares_of_range(sample).reshape(trajectories, k + 1, k)[whole], axis=1)
    made = steps.sum(axis=1)  # each factor moves once in a trajectory
    still = [name for name, own in zip(sample.names, made.T, strict=True) if np.any(own == 0.0)]
    if still:
        return Refusal("Morris", f"steps of the design leave {still[0]} at its level", DESIGN)
    changes = np.diff(means.mean.reshape(trajectories, k + 1)[whole], axis=1)
    effects = np.einsum("tsk,ts->tk", steps != 0.0, changes) / made  # float64[trajectories, k]
    count, noise, rng = int(whole.sum()), means.noise_of_means(), np.random.default_rng(SEED)
    found = []
    for name, own, step in zip(sample.names, effects.T, made.T, strict=True):
        sigma = float(own.std(ddof=1))
        found.append(
            Elementary(
                factor=name,
                mu=estimate(float(own.mean()), sigma / np.sqrt(count), count - 1),
                mu_star=float(np.abs(own).mean()),
                mu_star_half_width=_half_width(np.abs(own), rng),
                sigma=sigma,
                sigma_of_luck=None if noise is None else float(np.sqrt(2.0 * noise * (1.0 / step**2).mean())),
            )
        )
    return Screening(tuple(sorted(found, key=lambda e: -e.mu_star)), count, trajectories)


def _half_width(sizes: NDArray[np.float64], rng: np.random.Generator) -> float:
    """Half the width of the interval of the mean of sizes float64[n], as SALib makes it."""
    from scipy.stats import norm

    resampled = sizes[rng.integers(len(sizes), size=(RESAMPLES, len(sizes)))].mean(axis=1)
    return float(norm.ppf(0.5 + LEVEL / 2.0) * resampled.std(ddof=1))


def _shares_of_range(sample: Sample) -> NDArray[np.float64]:
    """float64[P, k]: codes from 0 to 1 over all that a factor may take, whether or not the design reaches it."""
    columns = []
    for codes, factor in zip(sample.codes.T, sample.factors, strict=True):
        own, (low, high) = (np.log(codes), np.log(factor.ends)) if factor.log else (codes, factor.ends)
        columns.append((own - low) / (high - low) if high > low else np.zeros(len(own)))
    return np.column_stack(columns)
