"""The measures in force, as arrays that kernels read: who is under which measure, and what it does to a pair.

A pair is in the scope of measure m when one institution stands on its first side and the other on its second. Sides
are bits of 64-bit words, so that a pair without measures costs two operations. Some effects have a direction: they
act on what an institution of the first side does towards one of the second.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiling import kernel, part
from .state import PERSONAL
from .terms import MOTIVES, motive_statistics

BITS = 64
MOST_THREATENED = 0.99
"""Largest rho of secondary sanctions: nobody leaves at once and for certain."""


class Regime(NamedTuple):
    """Measures in force between two dates: L of them, in words of 64; n institutions, F fields, I instruments."""

    first_side: np.ndarray  # uint64[n, words], bit m: the institution stands on the first side of measure m
    second_side: np.ndarray  # uint64[n, words]
    # new partnerships
    meeting: np.ndarray  # float64[L], factor of the meeting rate
    passage: np.ndarray  # float64[L], share of new ties that a prohibition lets through; 1: no prohibition
    leaked: np.ndarray  # float64[L], share of these that are personal ones
    formation: np.ndarray  # float64[L], added to v
    acceptance: np.ndarray  # float64[L], factor of the probability of consent
    initiative: np.ndarray  # float64[L], factor of the meeting rate where the first side proposes
    motives: np.ndarray  # float64[L, 5], added to weights of `terms.MOTIVES` in the eyes of the first side
    # running partnerships
    maintenance: np.ndarray  # float64[L], added to m
    contract_term: np.ndarray  # float64[L], factor of the length of a contract term that begins
    leadership: np.ndarray  # float64[L], added to the log odds that the first side leads
    works: np.ndarray  # float64[L], factor of the joint works that appear
    # secondary sanctions
    secondary: np.ndarray  # float64[L], s2
    exposed_to: np.ndarray  # int64[L], bloc whose weight among the partners is the exposure
    listed: np.ndarray  # bool[n], on a list at the date
    # scope
    official: np.ndarray  # bool[L], touches official partnerships only
    narrow: np.ndarray  # bool[L], touches only partnerships that came from some instruments
    instruments: np.ndarray  # bool[L, I], which ones
    fields: np.ndarray  # float64[L, F], 1 where a field is in scope, else 0
    # what there is to look at, filled in by `marked`
    seeking: np.ndarray  # uint64[words], bit m: measure m has motives
    leading: np.ndarray  # uint64[words], bit m: measure m acts on leadership
    special: np.ndarray  # bool[L], acts on proposals by direction or by the state: initiative, motives, secondary
    # bounds for the fast engine, filled in by `bound_factors`
    lift: np.ndarray  # float64[n], upper bound >= 1 of the factor that measures put on a proposal of the institution
    ease: np.ndarray  # float64[n], upper bound >= 1 of the factor that they put on ending


def idle_regime(first_side: np.ndarray, second_side: np.ndarray, count: int, fields: int, instruments: int) -> Regime:
    """``count`` measures between two sides uint64[n, words] that do nothing, on every channel and field."""
    n, words = first_side.shape
    return Regime(
        first_side=first_side,
        second_side=second_side,
        meeting=np.ones(count),
        passage=np.ones(count),
        leaked=np.zeros(count),
        formation=np.zeros(count),
        acceptance=np.ones(count),
        initiative=np.ones(count),
        motives=np.zeros((count, len(MOTIVES))),
        maintenance=np.zeros(count),
        contract_term=np.ones(count),
        leadership=np.zeros(count),
        works=np.ones(count),
        secondary=np.zeros(count),
        exposed_to=np.zeros(count, np.int64),
        listed=np.zeros(n, np.bool_),
        official=np.zeros(count, np.bool_),
        narrow=np.zeros(count, np.bool_),
        instruments=np.zeros((count, instruments), np.bool_),
        fields=np.ones((count, fields)),
        seeking=np.zeros(words, np.uint64),
        leading=np.zeros(words, np.uint64),
        special=np.zeros(count, np.bool_),
        lift=np.ones(n),
        ease=np.ones(n),
    )


def marked(regime: Regime) -> Regime:
    """The same regime with marks of what its measures do, so that kernels look no further where they do nothing."""
    motives = regime.motives.any(axis=1)
    secondary = (regime.secondary > 0.0) & ~regime.narrow
    return regime._replace(
        seeking=_bits(motives, len(regime.seeking)),
        leading=_bits(regime.leadership != 0.0, len(regime.leading)),
        special=motives | (regime.initiative != 1.0) | secondary,
    )


def _bits(of_measure: np.ndarray, words: int) -> np.ndarray:
    padded = np.zeros(words * BITS, np.bool_)
    padded[: len(of_measure)] = of_measure
    return np.packbits(padded, bitorder="little").view("<u8").astype(np.uint64)


def no_measures(n: int, fields: int) -> Regime:
    """The regime without any measure."""
    return idle_regime(np.zeros((n, 0), np.uint64), np.zeros((n, 0), np.uint64), 0, fields, 0)


# --- scope -----------------------------------------------------------------------------------------------------------


@part
def common_measures(regime, i, j, word):
    """Bits of the measures whose scope holds the pair, of one word."""
    return directed_measures(regime, i, j, word) | directed_measures(regime, j, i, word)


@part
def directed_measures(regime, i, j, word):
    """Bits of the measures of which i stands on the first side and j on the second, of one word."""
    return regime.first_side[i, word] & regime.second_side[j, word]


@part
def untouched(regime, i, j):
    """Whether no measure in force has the pair in its scope."""
    for word in range(regime.first_side.shape[1]):
        if common_measures(regime, i, j, word) != np.uint64(0):
            return False
    return True


@part
def stands(side, i, m):
    """Whether an institution stands on a side, uint64[n, words], of measure m."""
    return side[i, m // BITS] & (np.uint64(1) << np.uint64(m % BITS)) != np.uint64(0)


@part
def reaches(regime, m, channel, instrument):
    """Whether measure m touches running partnerships of a channel that came from an instrument (-1: from none)."""
    if regime.official[m] and channel == PERSONAL:
        return False
    return not regime.narrow[m] or (instrument >= 0 and regime.instruments[m, instrument])


# --- new partnerships ------------------------------------------------------------------------------------------------


@part
def sought(world, setting, regime, state, i, j):
    """Statistics of the motives of i towards j, zeros where no measure in force gives it one: a tuple of 5."""
    for word in range(regime.first_side.shape[1]):
        if directed_measures(regime, i, j, word) & regime.seeking[word] != np.uint64(0):
            return motive_statistics(world, setting, state, i, j)
    return 0.0, 0.0, 0.0, 0.0, 0.0


@part
def pull(regime, m, statistics):
    """What the motives of measure m add to a value with these ``statistics`` of the pair."""
    w = regime.motives[m]
    a, b, c, d, e = statistics
    return w[0] * a + w[1] * b + w[2] * c + w[3] * d + w[4] * e


@part
def threat(regime, state, m, i, j):
    """The rho of measure m for a pair: the threat of secondary sanctions to an unlisted partner of a listed institution.

    rho = s2 W (1 - listed), with W of the exposed end the weight of a bloc among its partners (MODEL 4).
    """
    if regime.listed[i] == regime.listed[j]:
        return 0.0
    marked, exposed = (i, j) if regime.listed[i] else (j, i)
    if stands(regime.first_side, exposed, m) and stands(regime.second_side, marked, m):
        return min(MOST_THREATENED, regime.secondary[m] * state.reliance[regime.exposed_to[m], exposed])
    return 0.0


@part
def special_factor(regime, state, m, i, j, statistics):
    """Factor of what measure m does to proposals of i to j by direction or by the state."""
    factor = 1.0
    if stands(regime.first_side, i, m) and stands(regime.second_side, j, m):
        factor *= regime.initiative[m] * np.exp(pull(regime, m, statistics))
    if regime.secondary[m] > 0.0 and not regime.narrow[m]:
        factor *= 1.0 - threat(regime, state, m, i, j)
    return factor


@part
def field_factor(regime, state, i, j, field, statistics):
    """Factor that measures put on the rate at which i proposes to j in one field: on meeting, and exp of formation.

    ``statistics``: `sought` of i and j.
    """
    factor = 1.0
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        m = word * BITS
        while bits != np.uint64(0):
            if bits & np.uint64(1) and regime.fields[m, field] > 0.0:
                factor *= regime.meeting[m] * regime.passage[m] * np.exp(regime.formation[m])
                if regime.special[m]:
                    factor *= special_factor(regime, state, m, i, j, statistics)
            bits >>= np.uint64(1)
            m += 1
    return factor


@part
def touched_factor(world, setting, regime, state, i, j):
    """The same over all fields, each weighted by phi_if phi_jf, in proportion to which the field is drawn."""
    statistics = sought(world, setting, regime, state, i, j)
    inside, total = 0.0, 0.0
    for f in range(world.profile.shape[1]):
        weight = world.profile[i, f] * world.profile[j, f]
        total += weight
        inside += weight * field_factor(regime, state, i, j, f, statistics)
    return inside / total if total > 0.0 else 1.0


@part
def proposal_factor(world, setting, regime, state, i, j):
    """Factor that measures put on the rate at which i proposes to j; 1 for a pair that no measure touches."""
    if untouched(regime, i, j):
        return 1.0
    return touched_factor(world, setting, regime, state, i, j)


@part
def drawn_field(world, setting, regime, state, i, j, u):
    """Field of a proposal: probability proportional to phi_if phi_jf times the factor of the measures (MODEL 3)."""
    statistics = sought(world, setting, regime, state, i, j)
    total = 0.0
    for f in range(world.profile.shape[1]):
        total += world.profile[i, f] * world.profile[j, f] * field_factor(regime, state, i, j, f, statistics)
    target = u * total
    last = 0
    for f in range(world.profile.shape[1]):
        weight = world.profile[i, f] * world.profile[j, f] * field_factor(regime, state, i, j, f, statistics)
        if weight > 0.0:
            last = f
        target -= weight
        if target < 0.0:
            return f
    return last


@part
def answer_effect(world, setting, regime, state, i, j, field):
    """What measures do to the answer of j to a proposal of i in a field: (added to v, factor of the probability)."""
    added, factor = 0.0, 1.0
    one = np.uint64(1)
    statistics = sought(world, setting, regime, state, j, i)
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        seeking = directed_measures(regime, j, i, word) & regime.seeking[word]
        m = word * BITS
        while bits != np.uint64(0):
            if bits & one and regime.fields[m, field] > 0.0:
                added += regime.formation[m]
                factor *= regime.acceptance[m]
                if seeking & one:
                    added += pull(regime, m, statistics)
                if regime.secondary[m] > 0.0 and not regime.narrow[m]:
                    factor *= 1.0 - threat(regime, state, m, i, j)
            bits >>= one
            seeking >>= one
            m += 1
    return added, factor


@part
def official_share(regime, i, j, field):
    """Probability that a new partnership of a field, which passed the prohibitions in force, is an official one.

    A prohibition that reaches a share r of the proposals and leaks a share l of those lets 1 - r (1 - l) pass, of which
    r l as personal partnerships.
    """
    share = 1.0
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        m = word * BITS
        while bits != np.uint64(0):
            if bits & np.uint64(1) and regime.fields[m, field] > 0.0:
                share *= 1.0 - regime.leaked[m]
            bits >>= np.uint64(1)
            m += 1
    return share


# --- running partnerships --------------------------------------------------------------------------------------------


@part
def maintenance_effect(regime, state, i, j, slot):
    """What measures add to the maintenance value of the partnership of i and j, in its field, channel and instrument."""
    added = 0.0
    field, channel, instrument = state.field[slot], state.channel[slot], state.instrument[slot]
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        m = word * BITS
        while bits != np.uint64(0):
            if bits & np.uint64(1) and reaches(regime, m, channel, instrument):
                added += regime.fields[m, field] * regime.maintenance[m]
                if regime.secondary[m] > 0.0 and regime.fields[m, field] > 0.0:
                    added += np.log(1.0 - threat(regime, state, m, i, j))
            bits >>= np.uint64(1)
            m += 1
    return added


@part
def pair_factor(regime, factors, i, j, field, channel, instrument):
    """Product of the factors float64[L] of the measures about a partnership: on its contract term, or on its works."""
    factor = 1.0
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        m = word * BITS
        while bits != np.uint64(0):
            if bits & np.uint64(1) and regime.fields[m, field] > 0.0 and reaches(regime, m, channel, instrument):
                factor *= factors[m]
            bits >>= np.uint64(1)
            m += 1
    return factor


@part
def leads(regime):
    """Whether any measure in force acts on leadership."""
    for bits in regime.leading:
        if bits != np.uint64(0):
            return True
    return False


@part
def lead_effect(regime, i, j, field, channel, instrument):
    """What measures add to the log odds that j, and not i, leads a joint work: antisymmetric in the pair."""
    added = 0.0
    one = np.uint64(1)
    for word in range(regime.first_side.shape[1]):
        forward, backward = directed_measures(regime, j, i, word), directed_measures(regime, i, j, word)
        bits = (forward ^ backward) & regime.leading[word]  # with both ends on both sides nobody is favoured
        m = word * BITS
        while bits != np.uint64(0):
            if bits & one and regime.fields[m, field] > 0.0 and reaches(regime, m, channel, instrument):
                added += regime.leadership[m] if forward & one else -regime.leadership[m]
            bits >>= one
            forward >>= one
            m += 1
    return added


# --- bounds ----------------------------------------------------------------------------------------------------------


@kernel
def bound_factors(setting, regime, state):
    """Fill ``lift`` and ``ease`` of a regime for the state; anew when capabilities or the weight of a bloc change."""
    regime.lift[:], regime.ease[:] = 1.0, 1.0
    n = len(regime.lift)
    for m in range(len(regime.meeting)):
        plain = regime.meeting[m] * regime.passage[m] * np.exp(regime.formation[m])
        keep = np.exp(-regime.maintenance[m])
        least, most, worst = np.inf, -np.inf, 0.0  # capabilities on the second side; the largest threat
        threatens = False  # whether anyone is listed whose partners could be threatened
        for j in range(n):
            if stands(regime.second_side, j, m):
                least, most = min(least, state.capability[j]), max(most, state.capability[j])
                threatens = threatens or regime.listed[j]
            worst = max(worst, _exposure(regime, state, m, j))
        for i in range(n):
            first, second = stands(regime.first_side, i, m), stands(regime.second_side, i, m)
            if first:
                directed = plain * regime.initiative[m]
                if regime.seeking[m // BITS] & (np.uint64(1) << np.uint64(m % BITS)) != np.uint64(0):
                    low, high = least - state.capability[i], most - state.capability[i]
                    directed *= np.exp(_highest_pull(regime, m, setting.gap_bound, low, high))
                regime.lift[i] *= max(1.0, plain, directed)
            elif second:
                regime.lift[i] *= max(1.0, plain)
            if first or second:
                rho = 0.0
                if threatens:
                    rho = worst if second and regime.listed[i] else _exposure(regime, state, m, i)
                regime.ease[i] *= max(1.0, keep / (1.0 - rho))


@part
def _exposure(regime, state, m, j):
    """The largest rho that measure m holds for an institution as the exposed end of a pair."""
    if regime.secondary[m] == 0.0 or regime.listed[j] or not stands(regime.first_side, j, m):
        return 0.0
    return min(MOST_THREATENED, regime.secondary[m] * state.reliance[regime.exposed_to[m], j])


@part
def _highest_pull(regime, m, gap_bound, low, high):
    """Upper bound of `pull`, for gaps of capability from ``low`` to ``high``; the other statistics lie in [0, 1]."""
    w = regime.motives[m]
    low, high = max(-gap_bound, min(gap_bound, low)), max(-gap_bound, min(gap_bound, high))
    total = max(w[0] * low, w[0] * high)
    for k in range(1, len(w)):
        total += max(0.0, w[k])
    return total
