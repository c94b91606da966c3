"""What happens at an opportunity once the choice is made: a proposal and its answer, or an end (MODEL 3).

The engines differ in how they draw the choice; what follows from it stands here, once.
"""

from __future__ import annotations

import numpy as np

from . import draws
from .compiling import part
from .network import dissolve, form, former_strength, log, slot_of
from .regime import answer_effect, drawn_field, maintenance_effect, official_share, pair_factor
from .state import ACCEPTED, CHOSEN, ENDED, LEFT, NONE, OFFICIAL, PERSONAL, PROPOSALS, PROPOSED
from .terms import ANSWER, MAINTENANCE, value

NOTHING = -1


@part
def sigma(u):
    """1 / (1 + exp(-u))."""
    return 1.0 / (1.0 + np.exp(-u))


@part
def fading(setting, state, i, place, time):
    """How much of a former partner is remembered: 1 at the end of the partnership, 0 after `memory_years`; linear."""
    if state.former[i, place] < 0:
        return 0.0
    return max(0.0, 1.0 - (time - state.former_since[i, place]) / setting.memory_years)


@part
def memory_scale(setting, state, i, time):
    """What the fading memories of i are multiplied by, so that they sum to at most 1."""
    total = 0.0
    for place in range(state.former.shape[1]):
        total += fading(setting, state, i, place, time)
    return 1.0 / max(1.0, total)


@part
def in_term(state, slot, time):
    """Whether a partnership is inside its contract term: then it is not in the choice set."""
    return time < state.term[slot]


@part
def maintenance(world, setting, regime, state, i, j, slot, time):
    """m_ij of a partnership, measures included."""
    m = value(world, setting, state, MAINTENANCE, i, j, slot, time)
    return m + maintenance_effect(regime, state, i, j, slot)


@part
def consent_probability(world, setting, regime, state, i, j, field, time):
    """Probability that j accepts the proposal of i in a field: sigma(v_ji + offset), and what measures do to it."""
    if not setting.consent:
        return 1.0
    added, factor = answer_effect(world, setting, regime, state, i, j, field)
    v = value(world, setting, state, ANSWER, j, i, NONE, time) + added
    return min(1.0, sigma(v + setting.offset) * factor)


@part
def contract_term(setting, key, i, number):
    """Length of a contract term in years, lognormal."""
    z = draws.standard_normal(key, draws.CONTRACT, i, number, 0)
    return np.exp(setting.contract_log_median + setting.contract_log_sd * z)


@part
def begin(world, setting, regime, state, key, i, j, number, field, time):
    """The partnership of i and j, accepted, begins: with its channel, contract term and strength."""
    share = official_share(regime, i, j, field)
    channel = OFFICIAL
    if share < 1.0 and draws.uniforms(key, draws.CHANNEL, i, number, 0)[0] >= share:
        channel = PERSONAL
    end = time + contract_term(setting, key, i, number) * pair_factor(
        regime, regime.contract_term, i, j, field, channel, NONE
    )
    # a partnership that lapsed and is taken up again begins at a part (half) of its old strength (MODEL 3)
    strength = max(setting.strength_initial, setting.strength_lapse * former_strength(state, i, j))
    form(world, state, i, j, number, field, channel, NONE, end, strength, time)


@part
def propose(world, setting, regime, state, key, i, j, number, time):
    """I proposes to j; whether it was accepted."""
    state.counts[PROPOSALS] += 1
    field = drawn_field(world, setting, regime, state, i, j, draws.uniforms(key, draws.FIELD, i, number, 0)[0])
    p = consent_probability(world, setting, regime, state, i, j, field, time)
    accepted = draws.uniforms(key, draws.CONSENT, i, number, 0)[0] < p
    log(state, i, j, PROPOSED, accepted, NONE, time)
    if not accepted:
        return False
    state.counts[ACCEPTED] += 1
    begin(world, setting, regime, state, key, i, j, number, field, time)
    return True


@part
def carry_out(world, setting, regime, state, key, i, chosen, number, time):
    """Carry out the choice of i: nothing, a proposal to a stranger, or the end of a partnership."""
    if chosen == NOTHING or chosen == i:
        return
    slot = slot_of(state, i, chosen)
    if slot < 0:
        propose(world, setting, regime, state, key, i, chosen, number, time)
    else:
        state.counts[ENDED] += 1
        log(state, i, chosen, LEFT, True, state.instrument[slot], time)
        dissolve(world, state, slot, CHOSEN, time, setting.strength_years)
