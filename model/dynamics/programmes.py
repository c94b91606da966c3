"""Projects that measures make themselves: who applies, whom reviews pass, whom a plan matches, what is founded (phase 3).

Every draw is keyed by ``name``, the checksum of the measure's name, so that a measure has the same luck in two
scenarios. A pair is written with the institution of the side `from` first.
"""

from __future__ import annotations

import numpy as np

from . import draws
from .compiling import allocating_kernel, kernel, part
from .network import form, former_strength, has_room, slot_of
from .regime import BITS, common_measures
from .state import OFFICIAL, PLACED, REMEMBERED

PLANNED_PROPOSALS = 0.15
"""Proposals that an opportunity stands for when it is assigned by plan: the middle of 10 to 20 % (MODEL 1, assumed)."""
TRIES = 64
"""Rejections after which a partner is drawn by looking at everyone."""
MOST_PLANNED = 256
"""More projects a quarter the plan gives to nobody: what keeps the indices of draws apart."""
PAIRS, CLIQUE, HUB = range(3)
"""Shapes of what is founded."""
NOBODY = -1
_PROJECTS = np.uint64(1) << np.uint64(31)  # numbers of projects lie above those of opportunities


# --- whom one works with ---------------------------------------------------------------------------------------------


@part
def field_weight(world, i, j, field, planned):
    """Weight of a joint project of i with j in a field: phi_if phi_jf; by plan, what j knows and i lacks, and what j is."""
    if planned:
        lacking = max(world.profile[j, field] - world.profile[i, field], 0.0)
        return world.help_need[field] * lacking + world.profile[j, field]
    return world.profile[i, field] * world.profile[j, field]


@part
def may_join(world, state, i, j, strangers):
    """Whether i may have a project with j: another institution, abroad, and, with ``strangers``, no partner yet."""
    return world.country[i] != world.country[j] and not (strangers and slot_of(state, i, j) >= 0)


@part
def _place_in(stock, field, x):
    """Where x falls in the running sums of a field."""
    low, high = 0, stock.shape[1] - 1
    while low < high:
        middle = (low + high) // 2
        if stock[field, middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low


@part
def drawn_partner(world, state, i, second, stock, planned, strangers, key, purpose, name, number, index):
    """Partner and field of a project of i by `field_weight`: (j, field), or NOBODY where there is no one.

    ``second`` int64[b]: institutions of the other side; ``stock`` float64[F, b]: running sums of their portfolios, 0 for
    fields out of scope. Bound, then compute one; after many rejections all weights are looked at.
    """
    fields, b = stock.shape
    total = 0.0
    for f in range(fields):
        total += (1.0 + world.help_need[f] if planned else world.profile[i, f]) * stock[f, b - 1]
    for attempt in range(TRIES if total > 0.0 else 0):
        u, v = draws.uniforms(key, purpose, name, number, index * TRIES + attempt)
        x, field, bound = u * total, 0, 0.0
        for f in range(fields):
            share = (1.0 + world.help_need[f] if planned else world.profile[i, f]) * stock[f, b - 1]
            if share > 0.0:
                field, bound = f, share
                if x < share:
                    break
                x -= share
        j = second[_place_in(stock, field, v * stock[field, b - 1])]
        if may_join(world, state, i, j, strangers):
            # what is left of the first draw within the field is a draw of its own
            whole = (1.0 + world.help_need[field]) * world.profile[j, field]
            if not planned or x / bound * whole < field_weight(world, i, j, field, True):
                return j, field
    u, _ = draws.uniforms(key, purpose, name, number, index * TRIES)
    return _partner_among_all(world, state, i, second, stock, planned, strangers, u)


@part
def _partner_among_all(world, state, i, second, stock, planned, strangers, u):
    fields, b = stock.shape
    total = 0.0
    for k in range(b):
        for f in range(fields):
            if stock[f, b - 1] > 0.0 and may_join(world, state, i, second[k], strangers):
                total += field_weight(world, i, second[k], f, planned)
    target = u * total
    last, at = np.int64(NOBODY), 0
    for k in range(b):
        for f in range(fields):
            if stock[f, b - 1] > 0.0 and may_join(world, state, i, second[k], strangers):
                last, at = second[k], f
                target -= field_weight(world, i, second[k], f, planned)
                if target < 0.0:
                    return last, at
    return last, at


# --- calls -----------------------------------------------------------------------------------------------------------


@kernel
def draw_applications(
    world, state, key, name, quarter, first, second, on_first, on_second, stock, partnered, acquainted, pairs, fields
):
    """Fill ``pairs`` int64[A, 2] and ``fields`` int64[A] with the applications to a call; NOBODY where one failed.

    ``first`` int64[a] and ``second`` int64[b]: institutions of the two sides, ``on_first`` and ``on_second`` bool[n] the
    same; ``partnered`` int64[p]: slots of the present partnerships that may apply; ``acquainted``: share of theirs.
    """
    for k in range(len(pairs)):
        u, v = draws.uniforms(key, draws.CALL, name, quarter, k)
        if u < acquainted and len(partnered) > 0:
            slot = partnered[int(v * len(partnered))]
            i, j = np.int64(state.first[slot]), np.int64(state.second[slot])
            if not (on_first[i] and on_second[j]):
                i, j = j, i
            field = np.int64(state.field[slot])
        else:
            i = first[int(v * len(first))]
            j, field = drawn_partner(
                world, state, i, second, stock, False, True, key, draws.PARTNER, name, quarter, k
            )  # fmt: skip
        pairs[k, 0], pairs[k, 1], fields[k] = i, j, field


@allocating_kernel
def reviewed(state, key, name, quarter, pairs, keys, pass_share):
    """Which applications reviews pass, int64[K], in the order in which they are paid.

    Each side scores the capability of the pair, its mean, with a standard normal error of its own, and passes its best
    ``pass_share``; a part of an application is passed by chance. ``keys``: 2 both sides must pass, and the sum of the
    scores orders; 1 the side `from` does; 0 all pass in the order in which they were drawn.
    """
    count = len(pairs)
    if keys == 0:
        return np.arange(count)
    total, passes = np.zeros(count), np.ones(count, np.bool_)
    luck = draws.uniforms(key, draws.PASS, name, quarter, 0)
    for side in range(keys):
        score = np.empty(count)
        for k in range(count):
            capability = 0.5 * (state.capability[pairs[k, 0]] + state.capability[pairs[k, 1]])
            score[k] = capability + draws.standard_normal(key, draws.SCORE, name, quarter, 2 * k + side)
        kept = int(pass_share * count + luck[side])
        order = np.argsort(-score)
        passes[order[kept:]] = False
        total += score
    order = np.argsort(-total)
    return order[passes[order]]


@kernel
def recall(state, pairs, since):
    """Applicants who are no partners remember each other as if a partnership had ended at the time ``since``."""
    for k in range(len(pairs)):
        i, j = pairs[k, 0], pairs[k, 1]
        if slot_of(state, i, j) < 0:
            _recall(state, i, j, since)
            _recall(state, j, i, since)


@part
def _recall(state, i, j, since):
    """What is remembered better stays; else the oldest gives way."""
    place = 0
    for p in range(REMEMBERED):
        if state.former[i, p] == j:
            state.former_since[i, p] = max(state.former_since[i, p], since)
            return
        if state.former[i, place] >= 0 and (
            state.former[i, p] < 0 or state.former_since[i, p] < state.former_since[i, place]
        ):
            place = p
    if state.former[i, place] < 0 or state.former_since[i, place] < since:
        state.former[i, place] = j
        state.former_since[i, place] = since
        state.former_strength[i, place] = 0.0


# --- plans and foundings ---------------------------------------------------------------------------------------------


@allocating_kernel
def planned(world, state, key, name, quarter, first, second, stock, mean):
    """Projects that a plan gives to the institutions ``first``: pairs int64[K, 2] and fields int64[K].

    ``mean`` float64[n]: projects of an institution in the quarter, on average. Where nobody is left there is no project.
    """
    counts = np.empty(len(first), np.int64)
    for a in range(len(first)):
        u, _ = draws.uniforms(key, draws.PLAN, name, quarter, first[a])
        counts[a] = min(draws.poisson_from_uniform(u, mean[first[a]]), MOST_PLANNED - 1)
    pairs, fields, k = np.empty((counts.sum(), 2), np.int64), np.empty(counts.sum(), np.int64), 0
    for a in range(len(first)):
        i = first[a]
        for c in range(counts[a]):
            j, field = drawn_partner(
                world, state, i, second, stock, True, True, key, draws.PARTNER, name, quarter, i * MOST_PLANNED + c
            )
            if j != NOBODY:
                pairs[k, 0], pairs[k, 1], fields[k] = i, j, field
                k += 1
    return pairs[:k], fields[:k]


@allocating_kernel
def founded(world, state, key, name, first, second, on_first, on_second, stock, shape, chance):
    """Partnerships that are founded at once: pairs int64[K, 2] and fields int64[K].

    PAIRS: each of ``first`` with one of ``second``; HUB: each with each; CLIQUE: all pairs of either side. Each possible
    pair is kept with probability ``chance``.
    """
    room = 64
    pairs, fields, k = np.empty((room, 2), np.int64), np.empty(room, np.int64), 0
    starts = first if shape != CLIQUE else np.flatnonzero(on_first | on_second)
    ends = second if shape != CLIQUE else starts
    for a in range(len(starts)):
        i = starts[a]
        for b in range(len(ends) if shape != PAIRS else 1):
            j, field = np.int64(NOBODY), 0
            if shape == PAIRS:
                if draws.uniforms(key, draws.FOUNDING, name, i, 0)[0] < chance:
                    j, field = drawn_partner(
                        world, state, i, second, stock, False, False, key, draws.PARTNER, name, i, 0
                    )  # fmt: skip
            elif world.country[i] != world.country[ends[b]]:
                other = ends[b]
                # a pair that stands on both sides both ways is met twice, and founded once
                twice = shape == CLIQUE or (on_first[other] and on_second[i])
                u, v = draws.uniforms(key, draws.FOUNDING, name, min(i, other), max(i, other))
                if u < chance and not (twice and other < i):
                    j, field = other, _drawn_field(world, i, other, stock, v)
            if j == NOBODY:
                continue
            if k == room:
                room *= 2
                more, of_more = np.empty((room, 2), np.int64), np.empty(room, np.int64)
                for m in range(k):  # one by one: slices of slices take seconds to compile
                    more[m, 0], more[m, 1], of_more[m] = pairs[m, 0], pairs[m, 1], fields[m]
                pairs, fields = more, of_more
            pairs[k, 0], pairs[k, 1], fields[k] = i, j, field
            k += 1
    return pairs[:k], fields[:k]


@part
def _drawn_field(world, i, j, stock, u):
    """Field of a founded partnership, proportional to phi_if phi_jf over the fields in scope."""
    total = 0.0
    for f in range(len(stock)):
        total += field_weight(world, i, j, f, False) if stock[f, -1] > 0.0 else 0.0
    target = u * total
    last = 0
    for f in range(len(stock)):
        if stock[f, -1] > 0.0:
            last = f
            target -= field_weight(world, i, j, f, False)
            if target < 0.0:
                return f
    return last


# --- projects --------------------------------------------------------------------------------------------------------


@part
def passage(regime, barrier, own, instrument, i, j, field):
    """Chance that a project passes the prohibitions in force on the pair, those of its own measure left out.

    ``barrier`` float64[L]: what a prohibition lets through. One that is about some instruments bars their projects only.
    """
    share = 1.0
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        m = word * BITS
        while bits != np.uint64(0):
            concerned = m != own and (not regime.narrow[m] or regime.instruments[m, instrument])
            if bits & np.uint64(1) and concerned and regime.fields[m, field] > 0.0:
                share *= barrier[m]
            bits >>= np.uint64(1)
            m += 1
    return share


@part
def project_number(key, name, quarter, other):
    """Number of a project of an institution with another: with the initiator, the name of the partnership."""
    word, _, _, _ = draws.philox(
        np.uint64(other), np.uint64(quarter), np.uint64(name), np.uint64(draws.PROJECT), key[0], key[1]
    )
    return np.int64(word >> np.uint64(1) | _PROJECTS)


@kernel
def place(
    world, setting, regime, barrier, state, key, name, quarter, own, instrument, pairs, fields, taken, term, limit,
    by_capacity, by_coin, begin, time,
):  # fmt: skip
    """Give projects to pairs in their order; returns how far it came: to the end, or to where the state lacks room.

    Strangers become partners; partners get the contract term, ``term`` years, and the instrument. ``taken`` bool[K] is
    set where a project was made. ``limit``: projects of the instrument in all after which there is no money.
    ``by_capacity``: both must have room for a partnership; ``by_coin``: either may count as the initiator.
    """
    for k in range(begin, len(pairs)):
        if state.projects[instrument] >= limit:
            return len(pairs)
        if not has_room(state):
            return k
        i, j = pairs[k, 0], pairs[k, 1]
        slot = slot_of(state, i, j)
        field = fields[k] if slot < 0 else np.int64(state.field[slot])
        u, v = draws.uniforms(key, draws.PROJECT, i, project_number(key, name, quarter, j), 0)
        if u >= passage(regime, barrier, own, instrument, i, j, field):
            continue
        full = state.degree[i] >= state.capacity[i] or state.degree[j] >= state.capacity[j]
        if by_capacity and slot < 0 and full:
            continue
        taken[k] = True
        state.projects[instrument] += 1
        if slot >= 0:
            state.term[slot] = max(state.term[slot], time + term)
            state.terms[slot] += 1
            state.instrument[slot] = instrument
            state.channel[slot] = OFFICIAL
            continue
        if by_coin and v < 0.5:
            i, j = j, i
        strength = max(setting.strength_initial, setting.strength_lapse * former_strength(state, i, j))
        number = project_number(key, name, quarter, j)
        form(world, state, i, j, number, field, OFFICIAL, instrument, time + term, strength, time)
        state.counts[PLACED] += 1
        state.placed[instrument] += 1
    return len(pairs)
