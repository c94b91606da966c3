"""Laws of the network under any sequence of changes, against a network kept in a dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import different_arrays, law, random_case, random_world, ties

from model.dynamics import network, output
from model.dynamics.output import Publishing
from model.dynamics.regime import no_measures
from model.dynamics.state import (
    DEGREE_MAX,
    FOREVER,
    FREE,
    LAGS,
    REMEMBERED,
    SLOTS,
    SPELLS,
    State,
    new_state,
    with_room,
    without_spare_spells,
)

N = 12
WORLD = random_world(np.random.default_rng(0), N)
YEARS = 3.0
PUBLISHING = Publishing(1.0, 0.4, 0.0, np.zeros(3), 0.5, 0.5, YEARS)


@dataclass
class Ledger:
    """What must be so, kept in plain Python."""

    ties: dict[frozenset[int], tuple[int, float, float]] = field(default_factory=dict)  # initiator, start, strength
    ended: list[tuple[frozenset[int], float, float]] = field(default_factory=list)
    former: dict[int, list[tuple[int, float]]] = field(default_factory=lambda: {i: [] for i in range(N)})
    formed: int = 0

    def form(self, i: int, j: int, time: float, strength: float) -> None:
        self.ties[frozenset((i, j))] = (i, time, strength)
        self.formed += 1
        for a, b in ((i, j), (j, i)):
            self.former[a] = [entry for entry in self.former[a] if entry[0] != b]

    def dissolve(self, pair: frozenset[int], time: float) -> None:
        _, start, strength = self.ties.pop(pair)
        self.ended.append((pair, start, 1.0 - (1.0 - strength) * np.exp(-(time - start) / YEARS)))
        i, j = sorted(pair)
        for a, b in ((i, j), (j, i)):
            self.former[a] = [*self.former[a], (b, time)][-REMEMBERED:]


def check(state: State, ledger: Ledger) -> None:
    """Every law that a network obeys at every moment."""
    lists = [list(map(int, network.partners_of(state, i))) for i in range(N)]
    pairs = {frozenset((i, j)) for i in range(N) for j in lists[i]}
    assert pairs == set(ledger.ties)  # so nobody is its own partner: those pairs have two members
    for i, mine in enumerate(lists):
        assert mine == sorted(set(mine))  # ascending, no double tie
        assert i not in mine
        assert all(i in lists[j] for j in mine)  # symmetric
        assert state.degree[i] == len(mine) == sum(i in pair for pair in ledger.ties)
        for j, slot in zip(mine, state.slots[state.begins[i] :], strict=False):
            assert {int(state.first[slot]), int(state.second[slot])} == {i, j}
            assert state.first[slot] < state.second[slot]
            assert state.initiator[slot] == ledger.ties[frozenset((i, j))][0]
            assert state.end[slot] == FOREVER
            assert network.slot_of(state, i, j) == slot
        known = {(int(k), float(t)) for k, t in zip(state.former[i], state.former_since[i], strict=True) if k >= 0}
        assert known == set(ledger.former[i])
    assert sorted(map(sorted, pairs)) == sorted(map(list, ties(state)))
    assert state.counts[SPELLS] == len(ledger.ended)
    assert state.initiated.sum() == ledger.formed
    assert (state.ended == state.ended.T).all()
    free = state.free[: state.counts[FREE]]
    assert len(set(free)) == len(free) and (state.first[free] == -1).all()
    assert state.counts[SLOTS] - state.counts[FREE] >= len(ledger.ties)


steps = st.lists(
    st.tuples(
        st.sampled_from(["change", "change", "change", "room", "trim", "publish", "hub"]),
        st.integers(0, N - 1),
        st.integers(1, N - 1),
        st.floats(0.01, 2.0),
    ),
    max_size=60,
)


@law(150)
@given(steps)
def test_any_sequence_of_changes_keeps_the_laws(program: list[tuple[str, int, int, float]]) -> None:
    state, ledger, time = new_state(N, 3, width=4, room=8, spells=4), Ledger(), 2000.0
    for step, i, shift, passed in program:
        time += passed
        j = (i + shift) % N
        if step == "room":
            wider = with_room(state)
            assert different_arrays(state, wider) == []
            state = wider
        elif step == "trim":
            state = without_spare_spells(state)
        elif step == "publish":
            # nothing has been exposed, so that ended partnerships leave their slots
            output.publish(
                WORLD, PUBLISHING, no_measures(N, 4), state, np.zeros(2, np.uint64), 2000.0, output.UNTOUCHED
            )
        else:
            pairs = [(0, j)] if step == "hub" else [(i, j)]
            for a, b in pairs:
                if a == b:
                    continue
                if not network.has_room(state):
                    state = with_room(state)
                    assert network.has_room(state)
                slot, pair = network.slot_of(state, a, b), frozenset((a, b))
                assert (slot >= 0) == (pair in ledger.ties)
                if slot < 0:
                    new = network.form(WORLD, state, a, b, len(ledger.ended), 1, 0, -1, -1.0, 0.3, time)
                    assert network.slot_of(state, a, b) == new
                    ledger.form(a, b, time, 0.3)
                else:
                    network.dissolve(WORLD, state, slot, 0, time, YEARS)
                    ledger.dissolve(pair, time)
        check(state, ledger)
    for k, (pair, start, strength) in enumerate(ledger.ended):
        assert set(map(int, state.spell_whole[k, :2])) == pair
        assert state.spell_times[k, 0] == start < state.spell_times[k, 1]
        assert state.spell_times[k, 2] == pytest.approx(strength, rel=1e-12)


def test_everyone_with_everyone_fills_all_room() -> None:
    state, ledger = new_state(N, 3, width=2, room=2, spells=2), Ledger()
    for i in range(N):
        for j in range(i):
            if not network.has_room(state):
                state = with_room(state)
            assert network.has_room(state)
            network.form(WORLD, state, i, j, 0, 0, 0, -1, -1.0, 0.5, 2001.0)
            ledger.form(i, j, 2001.0, 0.5)
    check(state, ledger)
    assert state.counts[DEGREE_MAX] == N - 1 and len(ledger.ties) == N * (N - 1) // 2


def test_with_room_all_partnerships_may_end_at_once() -> None:
    """A review of terms or a termination asks for no more memory."""
    case = random_case(3, n=20, density=0.9)
    state = with_room(case.state._replace(
        spell_whole=case.state.spell_whole[: case.state.counts[SPELLS]].copy(),
        spell_times=case.state.spell_times[: case.state.counts[SPELLS]].copy(),
    ))  # fmt: skip
    before, living = int(state.counts[SPELLS]), ties(state)
    assert len(state.spell_times) >= before + len(living) > before
    for slot in living.values():
        network.dissolve(case.world, state, slot, 2, 2013.0, YEARS)
    assert state.counts[SPELLS] == before + len(living)
    assert (state.degree == 0).all() and ties(state) == {}


def test_flows_are_counted_by_country() -> None:
    state = new_state(N, 3)
    country = WORLD.country
    i, j = 0, N - 1
    assert country[i] != country[j]
    slot = network.form(WORLD, state, j, i, 0, 0, 0, -1, -1.0, 0.5, 2001.0)
    assert state.initiated[country[j], country[i]] == 1 == state.initiated.sum()
    network.dissolve(WORLD, state, slot, 0, 2002.0, YEARS)
    assert state.ended[country[j], country[i]] == state.ended[country[i], country[j]] == 1
    assert state.ended.sum() == 2


def test_a_new_partnership_takes_a_free_slot_and_nothing_of_its_past() -> None:
    state = new_state(N, 3)
    first = network.form(WORLD, state, 0, 1, 4, 2, 1, 7, 2009.0, 0.6, 2001.0)
    state.exposure[first] = 0.5
    network.dissolve(WORLD, state, first, 1, 2002.0, YEARS)
    state.exposure[first] = 0.0
    output.publish(WORLD, PUBLISHING, no_measures(N, 4), state, np.zeros(2, np.uint64), 2005.0, output.UNTOUCHED)
    assert state.counts[FREE] == 1
    state.exposure[first] = 0.7
    again = network.form(WORLD, state, 3, 2, 5, 0, 0, -1, -1.0, 0.2, 2006.0)
    assert again == first and state.counts[FREE] == 0
    assert (int(state.first[again]), int(state.second[again]), int(state.initiator[again])) == (2, 3, 3)
    assert (state.exposure[again] == np.zeros(LAGS)).all()
    assert state.end[again] == FOREVER and state.terms[again] == 1
    assert (state.field[again], state.channel[again], state.instrument[again]) == (0, 0, -1)


def test_the_oldest_of_the_remembered_gives_way() -> None:
    state = new_state(N, 3)
    for k in range(1, N):
        slot = network.form(WORLD, state, 0, k, k, 0, 0, -1, -1.0, 0.5, 2000.0 + k)
        network.dissolve(WORLD, state, slot, 0, 2000.5 + k, YEARS)
    assert sorted(map(int, state.former[0])) == list(range(N - REMEMBERED, N))
    assert network.former_strength(state, 0, 1) == 0.0 < network.former_strength(state, 0, N - 1)
    assert network.former_strength(state, 1, 0) > 0.0
