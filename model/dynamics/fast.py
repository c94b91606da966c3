"""The fast engine: the same process as the plain one, drawn exactly without looking at every candidate.

Composition and rejection. The weights of a choice (see `plain`) are split into components with known upper bounds:

    1               no change
    d e             ending: a random partner, bound e of exp(-m)
    S               search: a country by its mass, an institution of it by an alias table of sizes
    q p             referral: a random partner's random other partner, p the bound of exp(v) of any stranger
    q_m p           memory: one of the former partners, by how much it is remembered
    (L - 1)(S + q p + q_m p) + (E - 1) d e     what favourable measures may add, L and E bounds of their factors

A component is drawn by its mass, a candidate within it, and the candidate is accepted with probability of its true
weight over its bound; if rejected, all is drawn again. For every candidate, component masses times acceptances sum to
its plain weight (`choice_weights` here; tests compare it with the plain one). Unfavourable measures only thin, and
favourable ones only add, with draws of their own: so the other draws stay common to two scenarios.
"""

from __future__ import annotations

import numpy as np

from . import draws
from .compiling import kernel
from .events import next_event, opportunity_due, stream_rate
from .network import has_room, slot_of
from .opportunity import NOTHING, carry_out, fading, in_term, memory_scale
from .regime import maintenance_effect, proposal_factor
from .state import DEGREE_BOUND, DEGREE_MAX, NEXT, NOW, OPPORTUNITIES
from .terms import LOAD, MAINTENANCE, PROPOSAL, SIZE, load, value


@kernel
def masses(world, setting, state, bounds, i):
    """Masses of the components of i's choice: (ending, search, referral, memory)."""
    d = state.degree[i]
    own = np.exp(setting.weights[PROPOSAL, LOAD] * load(state, i, 0))
    search = own * bounds.mass[world.country[i]]
    referral = setting.referral * own * bounds.peak[world.country[i]] if d > 0 else 0.0
    memory = 0.0
    if setting.memory > 0.0:
        for place in range(state.former.shape[1]):
            if state.former[i, place] >= 0:
                memory = setting.memory * own * bounds.peak[world.country[i]]
                break
    ending = 0.0
    if d > 0:
        ending = d * np.exp(-bounds.lowest[0] - setting.weights[MAINTENANCE, LOAD] * load(state, i, 1))
    return ending, search, referral, memory


@kernel
def searched(world, bounds, i, x, v):
    """A stranger by search: ``x`` in [0, mass) picks the country, ``v`` in [0, 1) the institution."""
    a = world.country[i]
    last = 0
    for b in range(len(bounds.mass)):
        if bounds.pair_mass[a, b] > 0.0:
            last = b
            if x < bounds.pair_mass[a, b]:
                break
            x -= bounds.pair_mass[a, b]
    first, size = bounds.first[last], bounds.first[last + 1] - bounds.first[last]
    place = v * size
    k = min(int(place), size - 1)
    if place - k >= bounds.alias_share[first + k]:
        k = bounds.alias_other[first + k]
    return bounds.members[first + k]


@kernel
def referred(state, i, u, v):
    """A random partner's random other partner of i; -1 where the walk ends nowhere."""
    d = state.degree[i]
    h = state.partners[i, min(int(u * d), d - 1)]
    others = state.degree[h] - 1
    if others == 0:
        return np.int64(NOTHING)
    p = min(int(v * others), others - 1)
    j = state.partners[h, p]
    # the partners of h without i: places from i's own on move up by one
    if j >= i:
        j = state.partners[h, p + 1]
    return np.int64(j)


@kernel
def remembered(setting, state, i, v, time):
    """One of the former partners of i with probability Mem_ij; -1 with the probability that is left."""
    scale = memory_scale(setting, state, i, time)
    for place in range(state.former.shape[1]):
        v -= fading(setting, state, i, place, time) * scale
        if v < 0.0:
            return np.int64(state.former[i, place])
    return np.int64(NOTHING)


@kernel
def eligible(world, setting, state, i, j):
    """Whether i may propose to j: another institution, abroad, and no partner yet."""
    if j < 0 or j == i or (not setting.domestic and world.country[i] == world.country[j]):
        return False
    return slot_of(state, i, j) < 0


@kernel
def share_kept(factor, bound, added):
    """Acceptance of a candidate under measures that multiply its weight: of the first 1, or of what is added to it."""
    if added:
        return max(factor - 1.0, 0.0) / (bound - 1.0)
    return min(factor, 1.0)


@kernel
def choose(world, setting, regime, state, bounds, key, i, number, time):
    """The choice of i: an institution (a partner to leave, a stranger to propose to) or NOTHING."""
    ending, search, referral, memory = masses(world, setting, state, bounds, i)
    proposing = search + referral + memory
    own = setting.weights[PROPOSAL, LOAD] * load(state, i, 0)
    lift, ease = regime.lift[i], regime.ease[i]
    extra = (lift - 1.0) * proposing + (ease - 1.0) * ending
    total = 1.0 + ending + proposing
    attempt = 0
    while True:
        u, v = draws.uniforms(key, draws.CHOICE, i, number, attempt)
        added = False
        if extra > 0.0:
            x, y = draws.uniforms(key, draws.EXTRA, i, number, attempt)
            added = x * (total + extra) < extra
        if added:
            x = y * extra - (ease - 1.0) * ending
            leaving = x < 0.0
            x = (x + (ease - 1.0) * ending) / (ease - 1.0) if leaving else x / (lift - 1.0)
        else:
            x = u * total - 1.0
            if x < 0.0:
                return np.int64(NOTHING)
            leaving = x < ending
            if not leaving:
                x -= ending
        if leaving:
            d = state.degree[i]
            p = min(int(x / ending * d), d - 1)
            j, slot = np.int64(state.partners[i, p]), state.slots[i, p]
            if not in_term(state, slot, time):
                share = np.exp(-value(world, setting, state, MAINTENANCE, i, j, slot, time)) * d / ending
                factor = np.exp(-maintenance_effect(regime, i, j, state.field[slot], state.channel[slot]))
                if v < share * share_kept(factor, ease, added):
                    return j
        else:
            w, z = draws.uniforms(key, draws.CANDIDATE, i, number, attempt)
            a = world.country[i]
            if x < search:
                j = searched(world, bounds, i, x * np.exp(-own), v)
                if eligible(world, setting, state, i, j):
                    log = (
                        bounds.pair_log[a, world.country[j]] + setting.weights[PROPOSAL, SIZE] * state.log_size[j] + own
                    )
                    share = np.exp(value(world, setting, state, PROPOSAL, i, j, -1, time) - log)
                    if w < share * share_kept(proposal_factor(world, regime, i, j), lift, added):
                        return j
            else:
                j = referred(state, i, v, z) if x < search + referral else remembered(setting, state, i, v, time)
                if eligible(world, setting, state, i, j):
                    share = np.exp(value(world, setting, state, PROPOSAL, i, j, -1, time) - own) / bounds.peak[a]
                    if w < share * share_kept(proposal_factor(world, regime, i, j), lift, added):
                        return j
        attempt += 1


@kernel
def evolve(world, setting, regime, state, bounds, key, quarter, until):
    """Form and dissolve partnerships up to the time ``until``; False when room or bounds must be renewed first."""
    rate = stream_rate(state)
    while state.clock[NEXT] < until:
        if not has_room(state) or state.counts[DEGREE_MAX] > state.counts[DEGREE_BOUND]:
            return False
        i, number, time = next_event(state, key, quarter, rate)
        if opportunity_due(state, key, i, number, rate):
            state.counts[OPPORTUNITIES] += 1
            j = choose(world, setting, regime, state, bounds, key, i, number, time)
            carry_out(world, setting, regime, state, key, i, j, number, time)
    state.clock[NOW] = until
    return True
