"""Joint works: started while a partnership lives, visible one to two years later, each with a leader (MODEL 7)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import draws
from .compiling import kernel, part
from .opportunity import sigma
from .regime import lead_effect, leads, pair_factor
from .state import FOREVER, FREE, LAGS, SLOTS

LAG_WEIGHTS = np.array([0.0, 0.0, 0.0, 0.0, 0.125, 0.25, 0.25, 0.25, 0.125])
"""Probability that a work started in a quarter appears 0..8 quarters later: lag uniform on one to two years, start
uniform within the quarter."""
UNTOUCHED = np.ones(0)
"""For `publish`: no measure acts on the works that appear."""


class Publishing(NamedTuple):
    """Numbers of the output process; c countries."""

    rate: float  # rho0, works a year of two institutions of the reference size at full strength
    size_exponent: float  # gamma
    capability_weight: float  # chi
    country_lead: np.ndarray  # float64[c], a_B: intercept of leading
    lead_capability: float  # theta
    lead_initiator: float  # psi
    strength_years: float


@kernel
def expose(state, publishing, start, end):
    """Book what every partnership was worth in a quarter [start, end): strength times the years it lived.

    Strength is taken in the middle of its life within the quarter.
    """
    place = round(start * 4.0) % LAGS
    for slot in range(state.counts[SLOTS]):
        if state.first[slot] < 0:
            continue
        a, b = max(start, state.start[slot]), min(end, state.end[slot])
        if b > a:
            middle = 0.5 * (a + b)
            w = 1.0 - (1.0 - state.strength[slot]) * np.exp(-(middle - state.since[slot]) / publishing.strength_years)
            state.exposure[slot, place] = max(w, 0.0) * (b - a)
        else:
            state.exposure[slot, place] = 0.0


@part
def lead_probability(world, publishing, state, i, j, initiator, measures):
    """Probability that j leads a work with i: antisymmetric in the pair. ``measures``: `lead_effect` of i and j."""
    sign = 1.0 if initiator == j else -1.0
    a, b = world.country[i], world.country[j]
    logit = publishing.country_lead[b] - publishing.country_lead[a] + publishing.lead_initiator * sign + measures
    return sigma(logit + publishing.lead_capability * (state.capability[j] - state.capability[i]))


@kernel
def weigh(regime, state, share, factors):
    """Add to ``factors``, float64[slots] from 1 on, what a regime that holds for a ``share`` of a quarter does to its works.

    A slot that no measure touches stays at 1 to the bit, whatever the shares.
    """
    for slot in range(state.counts[SLOTS]):
        if state.first[slot] >= 0:
            i, j = np.int64(state.first[slot]), np.int64(state.second[slot])
            own = pair_factor(
                regime, regime.works, i, j, state.field[slot], state.channel[slot], state.instrument[slot]
            )
            factors[slot] = max(0.0, factors[slot] + share * (own - 1.0))


@kernel
def publish(world, publishing, regime, state, key, start, factors):
    """Works that appear in the quarter from ``start``: Poisson, split by leader; frees slots with nothing left to show.

    Sizes and what measures do to leadership are those of the quarter of appearance, strengths those of the quarters of
    start. ``factors`` float64[slots]: what measures do to the works that appear, see `weigh`; `UNTOUCHED` for nothing.
    """
    quarter = round(start * 4.0)
    favours = leads(regime)
    for slot in range(state.counts[SLOTS]):
        if state.first[slot] < 0:
            continue
        worth = 0.0
        for lag in range(4, LAGS):
            worth += LAG_WEIGHTS[lag] * state.exposure[slot, (quarter - lag) % LAGS]
        i, j = np.int64(state.first[slot]), np.int64(state.second[slot])
        if worth > 0.0:
            mean = (
                publishing.rate
                * worth
                * np.exp(
                    publishing.size_exponent * (state.log_size[i] + state.log_size[j])
                    + 0.5 * publishing.capability_weight * (state.capability[i] + state.capability[j])
                )
            )
            if len(factors) > 0:
                mean *= factors[slot]
            favour = 0.0
            if favours:
                favour = lead_effect(regime, i, j, state.field[slot], state.channel[slot], state.instrument[slot])
            p = lead_probability(world, publishing, state, i, j, state.initiator[slot], favour)
            by_i, by_j = draws.poisson_pair(
                key, draws.OUTPUT, np.int64(state.initiator[slot]), state.number[slot], quarter % (1 << 16),
                mean * (1.0 - p), mean * p,
            )  # fmt: skip
            a, b = world.country[i], world.country[j]
            state.led[a, b] += by_i
            state.led[b, a] += by_j
        elif state.end[slot] < FOREVER and not state.exposure[slot].any():
            state.first[slot] = -1
            state.free[state.counts[FREE]] = slot
            state.counts[FREE] += 1
