"""What happens at the end of a contract term, and what measures do to running partnerships.

Terms are reviewed at the start of a quarter: a term that ended in the quarter before is renewed, goes on without a
term, or lapses (MODEL 3). Between its end and the review a partnership can be ended, as one without a term. A measure in mode `no_renewal`
lets every term in its scope lapse, save for those that go on as personal partnerships (leakage).
"""

from __future__ import annotations

import numpy as np

from . import draws
from .compiling import kernel, part
from .network import dissolve
from .regime import pair_factor, reaches, stands
from .state import FOREVER, LAPSED, PERSONAL, SLOTS, TERMINATED

NO_TERM = -1.0
"""Value of `term` of a partnership that goes on without one: in the past at every time."""


@part
def in_scope_of(regime, m, i, j, field):
    """Whether the pair stands in the scope of measure m, in a field."""
    across = stands(regime.first_side, i, m) and stands(regime.second_side, j, m)
    back = stands(regime.second_side, i, m) and stands(regime.first_side, j, m)
    return (across or back) and regime.fields[m, field] > 0.0


@part
def luck_with_measures(key, initiator, number):
    """Two uniforms of a partnership: a measure reaches it if the first is below its reach, leaks if the second is below
    its leakage. They stay the same, so that a measure that grows reaches all that it reached before.
    """
    return draws.uniforms(key, draws.NOTICE, initiator, number, 0)


@part
def touches(regime, m, state, slot):
    """Whether a partnership is in the scope of measure m, its channel and its instrument included."""
    i, j = np.int64(state.first[slot]), np.int64(state.second[slot])
    return in_scope_of(regime, m, i, j, state.field[slot]) and reaches(
        regime, m, state.channel[slot], state.instrument[slot]
    )


@part
def fate_under_no_renewal(regime, unrenewable, reach, leakage, state, slot, u, v):
    """What the measures in mode no-renewal do at the end of a term: (lapses, goes on as a personal partnership)."""
    lapses, leaks = False, False
    for k in range(len(unrenewable)):
        m = int(unrenewable[k])
        if u < reach[m] and touches(regime, m, state, slot):
            if v < leakage[m]:
                leaks = True
            else:
                lapses = True
    return lapses, leaks and not lapses


@kernel
def review(world, setting, regime, unrenewable, reach, leakage, shares, state, key, time):
    """Review the contract terms that have ended.

    ``unrenewable`` int64[k]: measures in mode no-renewal; ``reach`` float64[L]: share of the partnerships in scope that
    a measure reaches; ``leakage`` float64[L]: share of those that go on as personal ones; ``shares`` float64[2]: shares
    renewed and lapsed; ``time``: start of the quarter.
    """
    for slot in range(state.counts[SLOTS]):
        if state.end[slot] < FOREVER or state.term[slot] < 0.0 or state.term[slot] > time:
            continue
        i, j = np.int64(state.first[slot]), np.int64(state.second[slot])
        initiator, number, terms = np.int64(state.initiator[slot]), state.number[slot], state.terms[slot]
        u, v = luck_with_measures(key, initiator, number)
        lapses, leaks = fate_under_no_renewal(regime, unrenewable, reach, leakage, state, slot, u, v)
        if leaks:
            state.channel[slot] = PERSONAL
        u, _ = draws.uniforms(key, draws.REVIEW, initiator, number, terms)
        if lapses or u >= 1.0 - shares[1]:
            dissolve(world, state, slot, LAPSED, time, setting.strength_years)
        elif u < shares[0]:
            z = draws.standard_normal(key, draws.CONTRACT, initiator, number, terms)
            length = np.exp(setting.contract_log_median + setting.contract_log_sd * z)
            channel, instrument = state.channel[slot], state.instrument[slot]
            state.term[slot] = time + length * pair_factor(
                regime, regime.contract_term, i, j, state.field[slot], channel, instrument
            )
            state.terms[slot] = terms + 1
        else:
            state.term[slot] = NO_TERM


@kernel
def give_notice(setting, regime, m, reach, state, key, time):
    """Measure m in mode no-renewal is in force: open-ended partnerships that it reaches get a term.

    They have none that could run out, so each is given what is left of a median term, uniformly (assumed). ``reach``:
    share of them that the measure reaches; where it grows, notice is given again, to those that it newly reaches.
    """
    for slot in range(state.counts[SLOTS]):
        if state.end[slot] < FOREVER or state.term[slot] > time:
            continue
        initiator, number = np.int64(state.initiator[slot]), state.number[slot]
        if luck_with_measures(key, initiator, number)[0] >= reach:
            continue
        if touches(regime, m, state, slot):
            state.terms[slot] += 1
            u, _ = draws.uniforms(key, draws.NOTICE, initiator, number, state.terms[slot])
            state.term[slot] = time + u * np.exp(setting.contract_log_median)


@kernel
def terminate(world, setting, regime, m, reach, leakage, state, key, time):
    """The wind-down of measure m is over: partnerships in scope end, save those that go on as personal ones.

    ``reach`` in [0, 1]: share of the partnerships in scope that the measure reaches; ``leakage``: share of those that
    go on as personal ones. If the measure is about every channel, personal partnerships are in scope as well.
    """
    for slot in range(state.counts[SLOTS]):
        if state.end[slot] < FOREVER:
            continue
        if not touches(regime, m, state, slot):
            continue
        u, v = draws.uniforms(key, draws.LEAKAGE, np.int64(state.initiator[slot]), state.number[slot], 0)
        if u >= reach:
            continue
        if v < leakage:
            state.channel[slot] = PERSONAL
        else:
            dissolve(world, state, slot, TERMINATED, time, setting.strength_years)
