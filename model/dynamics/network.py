"""Changes of the network and looks at it: partner lists are sorted, so that nothing depends on history but the state."""

from __future__ import annotations

import numpy as np

from .compiling import part
from .state import (
    DEGREE_MAX,
    FOREVER,
    FREE,
    LISTED,
    LOGGED,
    REMEMBERED,
    SLOTS,
    SPELLS,
    State,
    grown,
    spare_room,
)


@part
def partner(state, i, p):
    """The p-th partner of ``i``."""
    return np.int64(state.partners[state.begins[i] + p])


@part
def slot_with(state, i, p):
    """Slot of the partnership of ``i`` with its p-th partner."""
    return np.int64(state.slots[state.begins[i] + p])


def partners_of(state: State, i: int) -> np.ndarray:
    """All partners of ``i``, ascending, int32[degree of i]; for readers outside the kernels."""
    return state.partners[state.begins[i] : state.begins[i] + state.degree[i]]


@part
def place_of(state, i, j):
    """Where ``j`` stands, or would stand, in the partner list of ``i``."""
    low, high = 0, state.degree[i]
    while low < high:
        middle = (low + high) // 2
        if partner(state, i, middle) < j:
            low = middle + 1
        else:
            high = middle
    return low


@part
def slot_of(state, i, j):
    """Slot of the partnership of ``i`` and ``j``; -1 if there is none."""
    place = place_of(state, i, j)
    if place < state.degree[i] and partner(state, i, place) == j:
        return slot_with(state, i, place)
    return np.int64(-1)


@part
def shared_partners(state, i, j):
    """Number of institutions that are partners of both."""
    a, b, shared = 0, 0, 0
    while a < state.degree[i] and b < state.degree[j]:
        x, y = partner(state, i, a), partner(state, j, b)
        if x == y:
            shared += 1
            a += 1
            b += 1
        elif x < y:
            a += 1
        else:
            b += 1
    return shared


@part
def strength_at(state, slot, time, growth_years):
    """Strength w of a partnership at a time: dw/dt = (1 - w) / growth_years (MODEL 3)."""
    return 1.0 - (1.0 - state.strength[slot]) * np.exp(-(time - state.since[slot]) / growth_years)


@part
def _move_list(state, i):
    """Give the full list of i twice the room, at the end of the lists; what it leaves is taken back in `with_room`."""
    old, new = state.begins[i], state.counts[LISTED]
    for p in range(state.degree[i]):
        state.partners[new + p] = state.partners[old + p]
        state.slots[new + p] = state.slots[old + p]
    state.begins[i] = new
    state.rooms[i] = grown(state.rooms[i])
    state.counts[LISTED] += state.rooms[i]


@part
def _insert(state, i, j, slot):
    if state.degree[i] == state.rooms[i]:
        _move_list(state, i)
    place, begin = place_of(state, i, j), state.begins[i]
    for p in range(begin + state.degree[i], begin + place, -1):
        state.partners[p] = state.partners[p - 1]
        state.slots[p] = state.slots[p - 1]
    state.partners[begin + place] = j
    state.slots[begin + place] = slot
    state.degree[i] += 1
    if state.degree[i] > state.counts[DEGREE_MAX]:
        state.counts[DEGREE_MAX] = state.degree[i]


@part
def _remove(state, i, j):
    place, begin = place_of(state, i, j), state.begins[i]
    state.degree[i] -= 1
    for p in range(begin + place, begin + state.degree[i]):
        state.partners[p] = state.partners[p + 1]
        state.slots[p] = state.slots[p + 1]


@part
def _remember(state, i, j, strength, time):
    """The oldest of the remembered partners gives way."""
    place = 0
    for p in range(REMEMBERED):
        if state.former[i, p] < 0 or state.former[i, p] == j:
            place = p
            break
        if state.former_since[i, p] < state.former_since[i, place]:
            place = p
    state.former[i, place] = j
    state.former_since[i, place] = time
    state.former_strength[i, place] = strength


@part
def _forget(state, i, j):
    for p in range(REMEMBERED):
        if state.former[i, p] == j:
            state.former[i, p] = -1


@part
def former_strength(state, i, j):
    """Strength at the end of the last partnership of i with j; 0 if i remembers none."""
    for p in range(REMEMBERED):
        if state.former[i, p] == j:
            return state.former_strength[i, p]
    return 0.0


@part
def has_room(state):
    """Whether one more partnership can be formed and one ended without more memory."""
    return (
        state.counts[LISTED] + spare_room(state.counts[DEGREE_MAX]) <= len(state.partners)
        and state.counts[SLOTS] - state.counts[FREE] + 2 <= len(state.first)
        and state.counts[SPELLS] + 2 <= len(state.spell_times)
        and (len(state.log_times) == 0 or state.counts[LOGGED] + 2 <= len(state.log_times))
    )


@part
def log(state, i, j, action, accepted, instrument, time):
    """Write down what i did about j, where decisions are logged."""
    if len(state.log_times) == 0:
        return
    place = state.counts[LOGGED]
    state.counts[LOGGED] += 1
    state.log_whole[place, 0] = i
    state.log_whole[place, 1] = j
    state.log_whole[place, 2] = action
    state.log_whole[place, 3] = accepted
    state.log_whole[place, 4] = instrument
    state.log_times[place] = time


@part
def form(world, state, i, j, number, field, channel, instrument, term, strength, time):
    """``i`` and ``j`` become partners on the initiative of ``i``; returns the slot."""
    if state.counts[FREE] > 0:
        state.counts[FREE] -= 1
        slot = np.int64(state.free[state.counts[FREE]])
    else:
        slot = state.counts[SLOTS]
        state.counts[SLOTS] += 1
    state.first[slot], state.second[slot] = min(i, j), max(i, j)
    state.initiator[slot] = i
    state.number[slot] = number
    state.field[slot] = field
    state.channel[slot] = channel
    state.instrument[slot] = instrument
    state.terms[slot] = 1
    state.start[slot] = time
    state.end[slot] = FOREVER
    state.term[slot] = term
    state.strength[slot] = strength
    state.since[slot] = time
    state.exposure[slot, :] = 0.0
    _insert(state, i, j, slot)
    _insert(state, j, i, slot)
    _forget(state, i, j)
    _forget(state, j, i)
    state.initiated[world.country[i], world.country[j]] += 1
    return slot


@part
def dissolve(world, state, slot, reason, time, growth_years):
    """A partnership ends; the slot stays until its last joint work has appeared."""
    i, j = np.int64(state.first[slot]), np.int64(state.second[slot])
    _remove(state, i, j)
    _remove(state, j, i)
    state.strength[slot] = strength_at(state, slot, time, growth_years)
    _remember(state, i, j, state.strength[slot], time)
    _remember(state, j, i, state.strength[slot], time)
    state.since[slot] = time
    state.end[slot] = time
    spell = state.counts[SPELLS]
    state.counts[SPELLS] += 1
    state.spell_whole[spell, 0] = i
    state.spell_whole[spell, 1] = j
    state.spell_whole[spell, 2] = state.initiator[slot]
    state.spell_whole[spell, 3] = state.field[slot]
    state.spell_whole[spell, 4] = state.channel[slot]
    state.spell_whole[spell, 5] = state.instrument[slot]
    state.spell_whole[spell, 6] = reason
    state.spell_times[spell, 0] = state.start[slot]
    state.spell_times[spell, 1] = time
    state.spell_times[spell, 2] = state.strength[slot]
    a, b = world.country[i], world.country[j]
    state.ended[a, b] += 1
    if a != b:
        state.ended[b, a] += 1
