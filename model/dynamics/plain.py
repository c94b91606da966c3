"""The plain engine: compiled, and looks at every candidate at every opportunity. The judge of the fast one.

Weights of the choice of i (MODEL 3), in the order of the institutions, i itself meaning no change:

    no change        1
    propose to j     meet_ij exp(v_ij),   meet_ij = 1/N + q R_ij + q_m Mem_ij
    end {i, j}       exp(-m_ij), 0 inside the contract term
"""

from __future__ import annotations

import numpy as np

from . import draws
from .compiling import allocating_kernel, part
from .events import next_event, opportunity_due, stream_rate
from .network import has_room, partner, slot_of
from .opportunity import carry_out, fading, in_term, maintenance, memory_scale
from .regime import proposal_factor
from .state import NEXT, NONE, NOW, OPPORTUNITIES
from .terms import PROPOSAL, value


@part
def meeting_rates(world, setting, state, i, time, meet):
    """Fill ``meet`` float64[n] with meet_ij for all j: search, referral, memory."""
    for j in range(len(meet)):
        meet[j] = setting.search[world.country[i], world.country[j]]
    d = state.degree[i]
    if setting.referral > 0.0:
        for p in range(d):
            h = partner(state, i, p)
            if state.degree[h] > 1:
                share = setting.referral / (d * (state.degree[h] - 1.0))
                for r in range(state.degree[h]):
                    j = partner(state, h, r)
                    if j != i:
                        meet[j] += share
    if setting.memory > 0.0:
        scale = memory_scale(setting, state, i, time)
        for place in range(state.former.shape[1]):
            f = fading(setting, state, i, place, time)
            if f > 0.0:
                meet[state.former[i, place]] += setting.memory * f * scale


@part
def choice_weights(world, setting, regime, state, i, time, meet, weights):
    """Fill ``weights`` float64[n] with the weights of the choice of i; ``meet`` float64[n] is scratch."""
    meeting_rates(world, setting, state, i, time, meet)
    for j in range(len(weights)):
        if j == i:
            weights[j] = 1.0
            continue
        slot = slot_of(state, i, j)
        if slot >= 0:
            if in_term(state, slot, time):
                weights[j] = 0.0
            else:
                weights[j] = np.exp(-maintenance(world, setting, regime, state, i, j, slot, time))
        elif not setting.domestic and world.country[i] == world.country[j]:
            weights[j] = 0.0
        else:
            v = value(world, setting, state, PROPOSAL, i, j, NONE, time)
            weights[j] = meet[j] * np.exp(v) * proposal_factor(world, setting, regime, state, i, j)


@part
def chosen_from(weights, u):
    """The place in ``weights`` that a uniform ``u`` in [0, 1) falls on."""
    total = 0.0
    for weight in weights:
        total += weight
    target = u * total
    last = 0
    for j in range(len(weights)):
        if weights[j] > 0.0:
            last = j
        target -= weights[j]
        if target < 0.0:
            return j
    return last


@allocating_kernel
def evolve(world, setting, regime, state, key, quarter, until):
    """Form and dissolve partnerships up to the time ``until``; False when the state needs more room first."""
    n = len(state.degree)
    meet, weights, rate = np.empty(n), np.empty(n), stream_rate(state)
    while state.clock[NEXT] < until:
        if not has_room(state):
            return False
        i, number, time = next_event(state, key, quarter, rate)
        if opportunity_due(state, key, i, number, rate):
            state.counts[OPPORTUNITIES] += 1
            choice_weights(world, setting, regime, state, i, time, meet, weights)
            j = chosen_from(weights, draws.uniforms(key, draws.CHOICE, i, number, 0)[0])
            carry_out(world, setting, regime, state, key, i, j, number, time)
    state.clock[NOW] = until
    return True
