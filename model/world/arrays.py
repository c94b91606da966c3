"""The fixed part of a world, as arrays for the kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class WorldArrays(NamedTuple):
    """n institutions, c countries, F fields. Nothing here changes in a run."""

    country: np.ndarray  # int64[n]
    bloc: np.ndarray  # int64[n]
    kind: np.ndarray  # int64[n]
    profile: np.ndarray  # float64[n, F], field portfolio phi, sums to 1
    direction: np.ndarray  # float64[n, F], the portfolio over its norm
    size_weight: np.ndarray  # float64[n], q_i, mean 1 within a country
    facilities: np.ndarray  # uint64[n], one bit for each large facility it is a member of
    capability: np.ndarray  # float64[n], at the start, log units, mean 0
    absorption: np.ndarray  # float64[n], factor of learning
    help_need: np.ndarray  # float64[F], H_f
    country_bloc: np.ndarray  # int64[c]
    institutions_of: np.ndarray  # float64[c], M_c, real institutions
