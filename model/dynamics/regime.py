"""The measures in force, as arrays that kernels read: who is under which measure, and what it does to a pair.

A pair is in the scope of measure m when one institution stands on its first side and the other on its second. Sides
are bits of 64-bit words, so that a pair without measures costs two operations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiling import part
from .state import PERSONAL

BITS = 64


class Regime(NamedTuple):
    """Measures in force between two dates: L of them, in words of 64; n institutions, F fields."""

    first_side: np.ndarray  # uint64[n, words], bit m: the institution stands on the first side of measure m
    second_side: np.ndarray  # uint64[n, words]
    meeting: np.ndarray  # float64[L], factor of the meeting rate
    passage: np.ndarray  # float64[L], share of new ties that a prohibition lets through; 1: no prohibition
    leaked: np.ndarray  # float64[L], share of these that are personal ones
    formation: np.ndarray  # float64[L], added to v
    acceptance: np.ndarray  # float64[L], factor of the probability of consent
    maintenance: np.ndarray  # float64[L], added to m
    official: np.ndarray  # bool[L], touches official partnerships only
    fields: np.ndarray  # float64[L, F], 1 where a field is in scope, else 0
    lift: np.ndarray  # float64[n], upper bound >= 1 of the factor that measures put on a proposal of the institution
    ease: np.ndarray  # float64[n], upper bound >= 1 of the factor that they put on ending


def no_measures(n: int, fields: int) -> Regime:
    """The regime without any measure."""
    return Regime(
        first_side=np.zeros((n, 0), np.uint64),
        second_side=np.zeros((n, 0), np.uint64),
        meeting=np.ones(0),
        passage=np.ones(0),
        leaked=np.zeros(0),
        formation=np.zeros(0),
        acceptance=np.ones(0),
        maintenance=np.zeros(0),
        official=np.zeros(0, np.bool_),
        fields=np.ones((0, fields)),
        lift=np.ones(n),
        ease=np.ones(n),
    )


@part
def common_measures(regime, i, j, word):
    """Bits of the measures whose scope holds the pair, of one word."""
    return (regime.first_side[i, word] & regime.second_side[j, word]) | (
        regime.second_side[i, word] & regime.first_side[j, word]
    )


@part
def untouched(regime, i, j):
    """Whether no measure in force has the pair in its scope."""
    for word in range(regime.first_side.shape[1]):
        if common_measures(regime, i, j, word) != np.uint64(0):
            return False
    return True


@part
def field_factor(regime, i, j, field):
    """Factor that measures put on the rate of proposals of a pair in one field: on meeting, and exp of formation."""
    factor = 1.0
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        m = word * BITS
        while bits != np.uint64(0):
            if bits & np.uint64(1) and regime.fields[m, field] > 0.0:
                factor *= regime.meeting[m] * regime.passage[m] * np.exp(regime.formation[m])
            bits >>= np.uint64(1)
            m += 1
    return factor


@part
def proposal_factor(world, regime, i, j):
    """The same over all fields, each weighted by phi_if phi_jf, in proportion to which the field is drawn."""
    if untouched(regime, i, j):
        return 1.0
    inside, total = 0.0, 0.0
    for f in range(world.profile.shape[1]):
        weight = world.profile[i, f] * world.profile[j, f]
        total += weight
        inside += weight * field_factor(regime, i, j, f)
    return inside / total if total > 0.0 else 1.0


@part
def drawn_field(world, regime, i, j, u):
    """Field of a proposal: probability proportional to phi_if phi_jf times the factor of the measures (MODEL 3)."""
    total = 0.0
    for f in range(world.profile.shape[1]):
        total += world.profile[i, f] * world.profile[j, f] * field_factor(regime, i, j, f)
    target = u * total
    last = 0
    for f in range(world.profile.shape[1]):
        weight = world.profile[i, f] * world.profile[j, f] * field_factor(regime, i, j, f)
        if weight > 0.0:
            last = f
        target -= weight
        if target < 0.0:
            return f
    return last


@part
def answer_effect(regime, i, j, field):
    """What measures do to the consent of a pair in a field: (added to v, factor of the probability)."""
    added, factor = 0.0, 1.0
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        m = word * BITS
        while bits != np.uint64(0):
            if bits & np.uint64(1) and regime.fields[m, field] > 0.0:
                added += regime.formation[m]
                factor *= regime.acceptance[m]
            bits >>= np.uint64(1)
            m += 1
    return added, factor


@part
def maintenance_effect(regime, i, j, field, channel):
    """What measures add to the maintenance value of a partnership in its field and channel."""
    added = 0.0
    for word in range(regime.first_side.shape[1]):
        bits = common_measures(regime, i, j, word)
        m = word * BITS
        while bits != np.uint64(0):
            if bits & np.uint64(1) and not (regime.official[m] and channel == PERSONAL):
                added += regime.fields[m, field] * regime.maintenance[m]
            bits >>= np.uint64(1)
            m += 1
    return added


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
