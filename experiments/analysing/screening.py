"""Morris's elementary effects through SALib: mu, mu* and sigma with intervals.

Morris (1991, Technometrics 33); mu* after Campolongo, Cariboni and Saltelli (2007, Environmental Modelling & Software
22). An elementary effect is the change of the outcome for one step of a factor, per unit of its whole range. Each
trajectory is a sample by itself, so that one with a hole is left out, and the count says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .luck import point_means
from .refusal import Refusal
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
    from SALib.analyze import morris

    k = len(sample.factors)
    if sample.points % (k + 1):
        return Refusal("Morris", f"{sample.points} design points are no whole number of trajectories of {k + 1}")
    means = point_means(values)
    trajectories = sample.points // (k + 1)
    whole = means.there.reshape(trajectories, k + 1).all(axis=1)
    if whole.sum() < FEWEST:
        reason = f"{int(whole.sum())} of {trajectories} trajectories are without holes: at least {FEWEST} are needed"
        return Refusal("Morris", reason)
    kept = np.repeat(whole, k + 1)
    codes, y = sample.unit_codes[kept], means.mean[kept]
    problem = {"num_vars": k, "names": list(sample.names), "bounds": [[0.0, 1.0]] * k, "groups": None}
    found = morris.analyze(
        problem, codes, y, num_resamples=RESAMPLES, conf_level=LEVEL, num_levels=sample.design.grid_levels, seed=SEED
    )
    count = int(whole.sum())
    noise = means.noise_of_means()
    step = sample.design.grid_levels / (2.0 * (sample.design.grid_levels - 1))
    effects = [
        Elementary(
            factor=sample.names[i],
            mu=estimate(float(found["mu"][i]), float(found["sigma"][i]) / np.sqrt(count), count - 1),
            mu_star=float(found["mu_star"][i]),
            mu_star_half_width=float(found["mu_star_conf"][i]),
            sigma=float(found["sigma"][i]),
            sigma_of_luck=None if noise is None else float(np.sqrt(2.0 * noise)) / step,
        )
        for i in range(k)
    ]
    return Screening(tuple(sorted(effects, key=lambda e: -e.mu_star)), count, trajectories)
