"""Institutions with a rule of their own: only they change, and the twin asks them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from random_worlds import different_arrays, ties
from small_models import finished, measure, model, scenario

from model.dynamics.state import ACCEPTED, CHOSEN, PROPOSALS, SPELLS
from model.institution import Institution
from model.partnership_model import PartnershipModel

TINY = {"institutions": 36, "end": date(2011, 4, 1)}
MEASURES = {"less": measure(date(2010, 5, 20), effects={"meeting": 0.3, "maintenance": -0.5})}
LIVELY = {"formation": {"base": 0.5}, "contracts": {"median_months": 4.0}, "maintenance": {"base": 1.5}}


@pytest.fixture(scope="module")
def free() -> PartnershipModel:
    """A run of the twin without any rule of its own."""
    return finished(scenario(MEASURES, parameters=LIVELY, engine="twin", **TINY))


class Hermit(Institution):
    """Proposes to nobody and accepts nobody."""

    def propose(self, other: Institution, time: float) -> float:
        return 0.0

    def accept(self, other: Institution, field: str, time: float) -> float:
        assert field in self.model.world.fields
        return 0.0


class Faithful(Institution):
    """Ends nothing by choice."""

    def end(self, other: Institution, time: float) -> float:
        return 0.0


class Impatient(Institution):
    """Wants to end everything at once."""

    def end(self, other: Institution, time: float) -> float:
        return 100.0


class Unchanged(Institution):
    """Overrides everything by what it does anyway."""

    def propose(self, other: Institution, time: float) -> float:
        return super().propose(other, time)

    def end(self, other: Institution, time: float) -> float:
        return super().end(other, time)

    def accept(self, other: Institution, field: str, time: float) -> float:
        return super().accept(other, field, time)


def ruled(rule: type[Institution], rows: set[int], **keywords: Any) -> PartnershipModel:
    return finished(
        scenario(MEASURES, parameters=LIVELY, **TINY),
        institution_of=lambda _, r: rule if r in rows else None,
        **keywords,
    )


def test_a_rule_of_its_own_changes_only_those_institutions(free: PartnershipModel) -> None:
    rows = {0, 5, 9, 20}
    run = ruled(Hermit, rows)
    assert run.engine == "twin"
    assert {type(run.institution(row)) for row in rows} == {Hermit}
    assert type(run.institution(1)) is Institution
    spells = run.state.spell_whole[: run.state.counts[SPELLS], :2]
    ever = {int(k) for k in spells.ravel()} | {k for pair in ties(run.state) for k in pair}
    assert ever.isdisjoint(rows) and len(ever) > 20
    assert any(rows & set(pair) for pair in ties(free.state))


def test_the_first_decision_that_the_rule_changes_is_the_first_that_differs(free: PartnershipModel) -> None:
    """Up to the first partnership of a hermit, the run is the same bit for bit."""
    run = ruled(Hermit, {0, 5})
    starts = [
        (float(t), {int(a), int(b)})
        for (a, b), t in [
            *((pair, free.state.start[slot]) for pair, slot in ties(free.state).items()),
            *zip(free.state.spell_whole[: free.state.counts[SPELLS], :2], free.state.spell_times[:, 0], strict=False),
        ]
    ]
    first = min(t for t, pair in starts if pair & {0, 5})
    again = {
        float(t)
        for t in [
            *run.state.start[list(ties(run.state).values())],
            *run.state.spell_times[: run.state.counts[SPELLS], 0],
        ]
    }
    assert {t for t, _ in starts if t < first} <= again
    assert first not in again


def test_who_ends_nothing_by_choice_keeps_its_partnerships(free: PartnershipModel) -> None:
    run = ruled(Faithful, set(range(free.world.n)))
    assert CHOSEN not in run.state.spell_whole[: run.state.counts[SPELLS], 6]
    assert CHOSEN in free.state.spell_whole[: free.state.counts[SPELLS], 6]


def test_a_rule_that_repeats_the_model_s_changes_no_bit(free: PartnershipModel) -> None:
    run = ruled(Unchanged, {0, 3, 11, 30})
    assert different_arrays(run.state, free.state) == []
    assert run.state.counts[ACCEPTED] > 0 and run.state.counts[PROPOSALS] > run.state.counts[ACCEPTED]


def test_no_rule_ends_a_partnership_inside_its_contract_term() -> None:
    run = ruled(Impatient, set(range(100)))
    state = run.state
    ended = np.flatnonzero((state.first >= 0) & (state.end > 0.0) & np.isfinite(state.end))
    assert len(ended) > 20
    assert (state.term[ended] <= state.end[ended]).all()


def test_a_rule_for_nobody_leaves_the_engine() -> None:
    run = model(scenario(), institution_of=lambda _, row: None)
    assert run.engine == "fast"
