"""Samples of the unit cube: a row for each design point, a column for each factor.

Saltelli's design for Sobol indices and the trajectories of Morris are SALib's, in its order, so that its analysers can take
outcomes by design point as they are; the Latin hypercube is scipy's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .schema import MORRIS_LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .schema import Design

DEFAULT_SEED = 1
"""Seed of a sample where the file says none."""


def unit_sample(design: Design, factors: int) -> NDArray[np.float64]:
    """The sample of a sampled design, float64[points, factors], values from 0 to 1."""
    rng = np.random.default_rng(DEFAULT_SEED if design.seed is None else design.seed)
    problem = {"num_vars": factors, "names": [f"x{k}" for k in range(factors)], "bounds": [[0.0, 1.0]] * factors}
    match design.kind:
        case "latin-hypercube":
            from scipy.stats import qmc

            return qmc.LatinHypercube(factors, rng=rng).random(design.points or 0)
        case "sobol":
            from SALib.sample import sobol

            second = design.second_order is not False
            return sobol.sample(problem, design.base or 0, calc_second_order=second, seed=rng)
        case "morris":
            from SALib.sample import morris

            levels = MORRIS_LEVELS if design.levels is None else design.levels
            return morris.sample(problem, design.trajectories or 0, num_levels=levels, seed=rng)
    raise ValueError(f"{design.kind} is no sample")
