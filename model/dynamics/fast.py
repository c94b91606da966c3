"""The fast engine: the same process as the plain one, drawn exactly without looking at every candidate.

Composition and rejection. The weights of a choice (see `plain`) are split into components with known upper bounds:

    1               no change
    d e             ending: a random partner, bound e of exp(-m)
    S               search: a country by its mass, an institution of it by an alias table of sizes
    p b             closure, where the count of shared partners has a weight w > 0: one of the p paths of two
                    partnerships that begin at i. Search gives a stranger its weight without the count; each of the c
                    paths to it adds a c-th of the rest, which is exp(w c) - 1 times as much; bound b
    q r             referral: a random partner's random other partner, r the bound of exp(v) of any stranger
    q_m r           memory: one of the former partners, by how much it is remembered
    (L - 1)(S + p b + q r + q_m r) + (E - 1) d e     what favourable measures may add, L and E bounds of their factors

A component is drawn by its mass, a candidate within it, and the candidate is accepted with probability of its true
weight over its bound; if rejected, all is drawn again. For every candidate, component masses times acceptances sum to
its plain weight (`choice_weights` here; tests compare it with the plain one). Unfavourable measures only thin, and
favourable ones only add, with draws of their own: so the other draws stay common to two scenarios. After many
rejections, which only extreme numbers bring about, the choice is drawn from all plain weights.
"""

from __future__ import annotations

import numpy as np

from . import draws
from .bounds import own_degree
from .compiling import kernel, part
from .events import next_event, opportunity_due, stream_rate
from .network import has_room, partner, shared_partners, slot_of, slot_with
from .opportunity import NOTHING, carry_out, fading, in_term, memory_scale
from .plain import choice_weights, chosen_from
from .regime import maintenance_effect, proposal_factor
from .state import DEGREE_BOUND, DEGREE_MAX, NEXT, NONE, NOW, OPPORTUNITIES
from .terms import MAINTENANCE, PROPOSAL, SHARED_COUNT, SIZE, value, value_without_count

ENDING, SEARCH, CLOSURE, REFERRAL, MEMORY = range(5)
"""Components of a choice; what is left is no change."""
COMPONENTS = 5
PATIENCE = 1000
"""Rejections after which a choice is drawn by looking at everyone: as exact, since attempts are independent."""
ENOUGH = 2.0
"""Log of the largest bound of closure that is taken without counting paths."""


# --- masses ----------------------------------------------------------------------------------------------------------


@part
def paths_of_two(state, i):
    """Number of ways to go from i to a partner and on to another partner of it."""
    paths = 0
    for p in range(state.degree[i]):
        paths += state.degree[partner(state, i, p)] - 1
    return paths


@part
def most_shared(state, bounds, i):
    """Largest number of partners that i shares with anyone."""
    most = np.int32(0)
    for p in range(state.degree[i]):
        h = partner(state, i, p)
        for r in range(state.degree[h]):
            k = partner(state, h, r)
            bounds.paths[k] += 1
            if k != i:
                most = max(most, bounds.paths[k])
    for p in range(state.degree[i]):
        h = partner(state, i, p)
        for r in range(state.degree[h]):
            bounds.paths[partner(state, h, r)] = 0
    return most


@part
def closure_bound(setting, state, bounds, i):
    """Bound of what one path adds to the weight of a stranger, over exp(v) without the count: (exp(w c) - 1) / c.

    It grows with c. The degree of i bounds c; where that is too much, paths are counted.
    """
    weight = setting.weights[PROPOSAL, SHARED_COUNT]
    most = state.degree[i]
    if weight * most > ENOUGH:
        most = most_shared(state, bounds, i)
    return np.expm1(weight * most) / most if most > 0 else 0.0


@part
def masses(world, setting, state, bounds, i):
    """Masses of the components of i's choice: (ending, search, closure, referral, memory)."""
    d = state.degree[i]
    counted = setting.weights[PROPOSAL, SHARED_COUNT]
    own = np.exp(own_degree(setting, state, PROPOSAL, i, 0))
    search = own * bounds.mass[world.country[i]]
    peak = own * bounds.peak[world.country[i]]
    ending, closure = 0.0, 0.0
    if d > 0:
        low = bounds.lowest[0] + own_degree(setting, state, MAINTENANCE, i, 1)
        low += min(0.0, setting.weights[MAINTENANCE, SHARED_COUNT] * (d - 1))
        ending = d * np.exp(-low)
        if counted > 0.0:
            path = bounds.search_peak[world.country[i]] * peak * closure_bound(setting, state, bounds, i)
            closure = paths_of_two(state, i) * path
            peak *= np.exp(counted * d)
    referral = setting.referral * peak if d > 0 else 0.0
    memory = 0.0
    if setting.memory > 0.0:
        for place in range(state.former.shape[1]):
            if state.former[i, place] >= 0:
                memory = setting.memory * peak
                break
    return ending, search, closure, referral, memory


# --- candidates ------------------------------------------------------------------------------------------------------


@part
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


@part
def another_partner(state, h, i, p):
    """The p-th partner of h that is not i."""
    j = partner(state, h, p)
    # the partners of h without i: places from i's own on move up by one
    return partner(state, h, p + 1) if j >= i else j


@part
def on_a_path(state, i, u):
    """The end of one of the paths of two that begin at i, each as likely; -1 where there is none."""
    place = np.int64(u * paths_of_two(state, i))
    for p in range(state.degree[i]):
        h = partner(state, i, p)
        others = state.degree[h] - 1
        if place < others:
            return another_partner(state, h, i, place)
        place -= others
    return np.int64(NOTHING)


@part
def referred(state, i, u, v):
    """A random partner's random other partner of i; -1 where the walk ends nowhere."""
    d = state.degree[i]
    h = partner(state, i, min(int(u * d), d - 1))
    others = state.degree[h] - 1
    return another_partner(state, h, i, min(int(v * others), others - 1)) if others > 0 else np.int64(NOTHING)


@part
def remembered(setting, state, i, v, time):
    """One of the former partners of i with probability Mem_ij; -1 with the probability that is left."""
    scale = memory_scale(setting, state, i, time)
    for place in range(state.former.shape[1]):
        v -= fading(setting, state, i, place, time) * scale
        if v < 0.0:
            return np.int64(state.former[i, place])
    return np.int64(NOTHING)


@part
def eligible(world, setting, state, i, j):
    """Whether i may propose to j: another institution, abroad, and no partner yet."""
    if j < 0 or j == i or (not setting.domestic and world.country[i] == world.country[j]):
        return False
    return slot_of(state, i, j) < 0


# --- acceptance ------------------------------------------------------------------------------------------------------


@part
def share_kept(factor, bound, added):
    """Acceptance of a candidate under measures that multiply its weight: of the first 1, or of what is added to it."""
    if added:
        return max(factor - 1.0, 0.0) / (bound - 1.0)
    return min(factor, 1.0)


@part
def acceptance(world, setting, state, bounds, component, mass, i, j, time):
    """Weight of the stranger j in a component over the component's bound, without measures.

    Memory and referral bring a stranger with the chance that the meeting rate has for it; so does search, where the
    size is drawn with the institution.
    """
    v = value_without_count(world, setting, state, PROPOSAL, i, j, NONE, time)
    counted = setting.weights[PROPOSAL, SHARED_COUNT]
    own = own_degree(setting, state, PROPOSAL, i, 0)
    if component == SEARCH:
        log = bounds.pair_log[world.country[i], world.country[j]] + setting.weights[PROPOSAL, SIZE] * state.log_size[j]
        if counted < 0.0:
            v += counted * shared_partners(state, i, j)
        return np.exp(v - log - own)
    if component == CLOSURE:
        c = shared_partners(state, i, j)
        rate = setting.search[world.country[i], world.country[j]]
        return rate * np.exp(v) * np.expm1(counted * c) / c * paths_of_two(state, i) / mass
    rate = setting.referral if component == REFERRAL else setting.memory
    if counted != 0.0:
        v += counted * shared_partners(state, i, j)
    return rate * np.exp(v) / mass


@part
def ending_acceptance(world, setting, state, mass, i, j, slot, time):
    """exp(-m) of the partnership over its bound, without measures; ``mass`` is that of ending."""
    return np.exp(-value(world, setting, state, MAINTENANCE, i, j, slot, time)) * state.degree[i] / mass


# --- the choice ------------------------------------------------------------------------------------------------------


@part
def choose(world, setting, regime, state, bounds, key, i, number, time):
    """The choice of i: an institution (a partner to leave, a stranger to propose to); NOTHING or i itself: no change."""
    mass = masses(world, setting, state, bounds, i)
    ending, proposing = mass[ENDING], mass[SEARCH] + mass[CLOSURE] + mass[REFERRAL] + mass[MEMORY]
    lift, ease = regime.lift[i], regime.ease[i]
    extra = (lift - 1.0) * proposing + (ease - 1.0) * ending
    total = 1.0 + ending + proposing
    attempt = 0
    while attempt < PATIENCE:
        u, v = draws.uniforms(key, draws.CHOICE, i, number, attempt)
        added = False
        x = u * total - 1.0
        if extra > 0.0:
            y, z = draws.uniforms(key, draws.EXTRA, i, number, attempt)
            if y * (total + extra) < extra:
                added = True
                x = z * extra
                x = (
                    x / (ease - 1.0)
                    if x < (ease - 1.0) * ending
                    else ending + (x - (ease - 1.0) * ending) / (lift - 1.0)
                )
        if x < 0.0:
            return np.int64(NOTHING)
        if x < ending:
            d = state.degree[i]
            p = min(int(x / ending * d), d - 1)
            j, slot = partner(state, i, p), slot_with(state, i, p)
            if not in_term(state, slot, time):
                share = ending_acceptance(world, setting, state, ending, i, j, slot, time)
                # measures only lower a share, so most rejections need no look at them
                if v < share:
                    factor = np.exp(-maintenance_effect(regime, state, i, j, slot))
                    if v < share * share_kept(factor, ease, added):
                        return j
        else:
            w, z = draws.uniforms(key, draws.CANDIDATE, i, number, attempt)
            x -= ending
            component = SEARCH
            while component < MEMORY and x >= mass[component]:
                x -= mass[component]
                component += 1
            if component == SEARCH:
                j = searched(world, bounds, i, x / mass[SEARCH] * bounds.mass[world.country[i]], v)
            elif component == CLOSURE:
                j = on_a_path(state, i, v)
            elif component == REFERRAL:
                j = referred(state, i, v, z)
            else:
                j = remembered(setting, state, i, v, time)
            if eligible(world, setting, state, i, j):
                share = acceptance(world, setting, state, bounds, component, mass[component], i, j, time)
                if w < share:
                    factor = proposal_factor(world, setting, regime, state, i, j)
                    if w < share * share_kept(factor, lift, added):
                        return j
        attempt += 1
    choice_weights(world, setting, regime, state, i, time, bounds.meet, bounds.weights)
    return np.int64(chosen_from(bounds.weights, draws.uniforms(key, draws.CHOICE, i, number, attempt)[0]))


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
