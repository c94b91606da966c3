"""Contract terms: their length, their review, and what they protect from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from many_partnerships import NOW, lives, many_ties, near, of, review, surprise
from random_worlds import QUARTER_START, law, random_case, refreshed_bounds, seeds

from model.dynamics import events, fast, network, opportunity, plain
from model.dynamics.contracts import NO_TERM
from model.dynamics.state import CHOSEN, LAPSED, OFFICIAL, SPELLS


def test_terms_are_lognormal_with_a_median_of_37_months() -> None:
    case = many_ties()
    years = np.array([opportunity.contract_term(case.setting, case.key, k % 50, k // 50) for k in range(8000)])
    assert surprise(years) > 1e-3
    assert 12.0 * np.median(years) == pytest.approx(37.0, abs=0.7)
    assert np.log(years).std() == pytest.approx(0.358, abs=0.012)


def test_terms_that_ended_are_renewed_lapse_or_go_on() -> None:
    case = many_ties()
    count = len(of(case, "term"))
    of(case, "term")[:] = NOW - 0.1
    review(case)
    renewed, open_ended = lives(case) & (of(case, "term") > NOW), lives(case) & (of(case, "term") == NO_TERM)
    assert renewed.sum() + open_ended.sum() + (~lives(case)).sum() == count
    assert near(renewed.sum(), 0.2, count) and near((~lives(case)).sum(), 0.3, count)
    assert (of(case, "terms")[renewed] == 2).all() and (of(case, "terms")[~renewed] == 1).all()
    years = of(case, "term")[renewed] - NOW
    assert surprise(years) > 1e-3
    ended = case.state.spell_whole[: case.state.counts[SPELLS], 6]
    assert len(ended) == (~lives(case)).sum() and (ended == LAPSED).all()
    assert (case.state.spell_times[: len(ended), 1] == NOW).all()


def test_only_terms_that_have_ended_are_reviewed() -> None:
    case = many_ties()
    running, without = np.arange(0, 1600, 3), np.arange(1, 1600, 3)
    of(case, "term")[:] = NOW
    of(case, "term")[running] = NOW + 1e-9
    of(case, "term")[without] = NO_TERM
    review(case)
    assert lives(case)[running].all() and lives(case)[without].all()
    assert (of(case, "term")[running] == NOW + 1e-9).all() and (of(case, "term")[without] == NO_TERM).all()
    assert not lives(case)[2::3].all()


def test_one_review_says_nothing_about_the_next() -> None:
    case = many_ties()
    of(case, "term")[:] = NOW - 0.1
    review(case)
    renewed = np.flatnonzero(lives(case) & (of(case, "term") > NOW))
    first_terms = of(case, "term")[renewed] - NOW
    of(case, "term")[renewed] = NOW + 3.9
    review(case, time=NOW + 4.0)
    again = lives(case)[renewed] & (of(case, "term")[renewed] > NOW + 4.0)
    assert near(again.sum(), 0.2, len(renewed)) and near((~lives(case)[renewed]).sum(), 0.3, len(renewed))
    second_terms = of(case, "term")[renewed][again] - NOW - 4.0
    assert abs(np.corrcoef(np.log(first_terms[again]), np.log(second_terms))[0, 1]) < 4.0 / np.sqrt(again.sum())


def test_what_lapsed_is_taken_up_again_at_half_its_strength() -> None:
    case = many_ties()
    slot = 5
    i, j = int(case.state.first[slot]), int(case.state.second[slot])
    at_end = network.strength_at(case.state, slot, NOW, case.setting.strength_years)
    network.dissolve(case.world, case.state, slot, LAPSED, NOW, case.setting.strength_years)
    for a, b in ((i, j), (j, i)):
        assert network.former_strength(case.state, a, b) == pytest.approx(at_end)
    opportunity.begin(case.world, case.setting, case.regime, case.state, case.key, j, i, 777, 0, NOW + 1.0)
    again = network.slot_of(case.state, i, j)
    assert case.state.strength[again] == pytest.approx(max(0.2, 0.5 * at_end))
    assert case.state.initiator[again] == j and case.state.number[again] == 777
    assert case.state.term[again] == NOW + 1.0 + opportunity.contract_term(case.setting, case.key, j, 777)


def test_a_new_partnership_of_strangers_begins_at_the_initial_strength() -> None:
    case = random_case(1, density=0.0, former=0.0)
    opportunity.begin(case.world, case.setting, case.regime, case.state, case.key, 0, case.n - 1, 3, 1, NOW)
    slot = network.slot_of(case.state, 0, case.n - 1)
    assert case.state.strength[slot] == case.setting.strength_initial
    assert case.state.field[slot] == 1 and case.state.channel[slot] == OFFICIAL


@pytest.mark.parametrize("engine", ["fast", "plain"])
@law(25)
@given(seeds, st.integers(0, 3))
def test_nobody_ends_a_partnership_inside_its_term(engine: str, seed: int, measures: int) -> None:
    case = random_case(seed, n=10, density=0.6, measures=measures)
    case.setting.weights[2, 0] = -4.0  # everyone wants to end what it has
    state, before = case.state, int(case.state.counts[SPELLS])
    events.open_stream(state, case.key, 8049)
    arguments = (case.world, case.setting, case.regime, state)
    if engine == "fast":
        fast.evolve(*arguments, refreshed_bounds(case), case.key, 8049, QUARTER_START + 0.25)
    else:
        plain.evolve(*arguments, case.key, 8049, QUARTER_START + 0.25)
    ended = np.flatnonzero(np.isfinite(state.end) & (state.end > case.time))
    assert (state.term[ended] <= state.end[ended]).all()
    assert (state.spell_whole[before : state.counts[SPELLS], 6] == CHOSEN).all()
    assert len(ended) == state.counts[SPELLS] - before


def test_the_test_above_sees_ends() -> None:
    case = random_case(4, n=14, density=0.6)
    case.setting.weights[2, 0] = -4.0
    before = int(case.state.counts[SPELLS])
    events.open_stream(case.state, case.key, 8049)
    plain.evolve(case.world, case.setting, case.regime, case.state, case.key, 8049, QUARTER_START + 0.25)
    assert case.state.counts[SPELLS] > before + 5
