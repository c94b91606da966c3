"""How size and capability of institutions move from quarter to quarter (MODEL 6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import draws
from .compiling import allocating_kernel, kernel
from .network import partner, slot_with, strength_at


class Learning(NamedTuple):
    """Numbers of the capability equation; rates a year, capability in log units."""

    rate: float  # eta
    cap: float  # largest gap that one partner teaches
    half_degree: float  # degree at which learning reaches half
    decay: float  # delta, return to the national level that inputs allow
    strength_years: float


class Growth(NamedTuple):
    """Numbers of the size equation; c countries."""

    reference: float  # s_ref, works a year
    institutions: np.ndarray  # float64[c], M_c: real institutions of a country
    drift_sd: float  # stationary sd of an institution's own log drift
    drift_years: float  # its time of return
    capacity_scale: float  # K of an institution of the reference size
    capacity_exponent: float


@kernel
def drift(growth, own, key, quarter, step):
    """Move the own log drift float64[n] of every institution: Ornstein-Uhlenbeck, exact over ``step`` years."""
    keep = np.exp(-step / growth.drift_years)
    noise = growth.drift_sd * np.sqrt(1.0 - keep * keep)
    for i in range(len(own)):
        own[i] = keep * own[i] + noise * draws.standard_normal(key, draws.DRIFT, i, quarter, 0)


@allocating_kernel
def resize(world, growth, state, own, publications):
    """Sizes s_i = q_i P_c / M_c, with an own drift that keeps the national total; ``publications`` float64[c], a year."""
    c = len(growth.institutions)
    plain, drifted = np.zeros(c), np.zeros(c)
    for i in range(len(own)):
        plain[world.country[i]] += world.size_weight[i]
        drifted[world.country[i]] += world.size_weight[i] * np.exp(own[i])
    for i in range(len(own)):
        a = world.country[i]
        mean = publications[a] / growth.institutions[a]
        share = world.size_weight[i] * np.exp(own[i]) * plain[a] / drifted[a]
        state.log_size[i] = np.log(share * mean / growth.reference)


@allocating_kernel
def learn(world, learning, state, level, offset, time, step):
    """Move capabilities over ``step`` years.

    dg/dt = eta d/(d + 10) mean_j [w min((g_j - g_i)+, cap)] absorb - delta (g - level of the country - own offset)

    ``level`` float64[c]: what the country's inputs allow, log units; ``offset`` float64[n]: standing of an institution
    within its country, to which measures add the shift that the state keeps. Capabilities are then centred: only
    differences enter the model.
    """
    n = len(state.degree)
    gain = np.zeros(n)
    for i in range(n):
        d = state.degree[i]
        if d == 0:
            continue
        taught = 0.0
        for p in range(d):
            gap = state.capability[partner(state, i, p)] - state.capability[i]
            if gap > 0.0:
                w = strength_at(state, slot_with(state, i, p), time, learning.strength_years)
                taught += w * min(gap, learning.cap)
        gain[i] = learning.rate * d / (d + learning.half_degree) * taught / d * world.absorption[i]
    total = 0.0
    for i in range(n):
        home = level[world.country[i]] + offset[i] + state.capability_shift[i]
        state.capability[i] += step * (gain[i] - learning.decay * (state.capability[i] - home))
        total += state.capability[i]
    for i in range(n):
        state.capability[i] -= total / n
