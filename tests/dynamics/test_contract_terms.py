"""Contract terms: their length, their review, and what measures do to running partnerships."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import QUARTER_START, Case, law, random_case, refreshed_bounds, seeds
from scipy import stats

from model.dynamics import contracts, events, fast, network, opportunity, plain
from model.dynamics.contracts import NO_TERM
from model.dynamics.regime import no_measures
from model.dynamics.state import CHOSEN, LAPSED, OFFICIAL, PERSONAL, SPELLS, TERMINATED, with_room

NOW = 2012.5
SIDE = 40
SHARES = np.array([0.2, 0.3])
NONE = np.zeros(0, np.int64)


def many_ties(seed: int = 1) -> Case:
    """Two countries of 40, everyone with everyone abroad: 1,600 official partnerships without a term, in field 0."""
    case = random_case(seed, n=2 * SIDE, countries=2, density=0.0, former=0.0)
    case.world.country[:] = np.repeat([0, 1], SIDE)
    state = case.state
    for i in range(SIDE):
        for j in range(SIDE, 2 * SIDE):
            state = with_room(state)
            a, b = (i, j) if (i + j) % 2 else (j, i)
            network.form(case.world, state, a, b, 100 * i + j, 0, OFFICIAL, -1, NO_TERM, 0.4, 2010.0)
    return Case(case.world, case.setting, no_measures(case.n, 4), with_room(state), case.key, NOW)


def under_one_measure(case: Case, *, official: bool, half: bool = False) -> Case:
    """The case under one measure about field 0 between the two countries, or the first half of one of them."""
    n = case.n
    first, second = np.zeros((n, 1), np.uint64), np.zeros((n, 1), np.uint64)
    first[: SIDE // 2 if half else SIDE], second[SIDE:] = 1, 1
    fields = np.zeros((1, 4))
    fields[0, 0] = 1.0
    regime = no_measures(n, 4)._replace(
        first_side=first, second_side=second, meeting=np.ones(1), passage=np.ones(1), formation=np.zeros(1),
        acceptance=np.ones(1), maintenance=np.zeros(1), official=np.array([official]), fields=fields,
    )  # fmt: skip
    return Case(case.world, case.setting, regime, case.state, case.key, case.time)


def review(case: Case, *, barred: bool = False, reach: float = 1.0, leakage: float = 0.0, time: float = NOW) -> None:
    unrenewable = np.zeros(1, np.int64) if barred else NONE
    contracts.review(
        case.world, case.setting, case.regime, unrenewable, np.array([reach]), np.array([leakage]), SHARES, case.state,
        case.key, time,
    )  # fmt: skip


def lives(case: Case) -> np.ndarray:
    return np.isinf(case.state.end[: SIDE * SIDE])


def of(case: Case, name: str) -> np.ndarray:
    return getattr(case.state, name)[: SIDE * SIDE]


def surprise(years: np.ndarray) -> float:
    """p-value of lengths of terms against the measured distribution."""
    return float(stats.kstest((np.log(years) - np.log(37.0 / 12.0)) / 0.358, "norm").pvalue)


def near(observed: Any, share: float, count: int) -> bool:
    """Within four standard errors of a share of ``count``."""
    return abs(float(observed) - share * count) <= 4.0 * np.sqrt(count * share * (1.0 - share)) + 1e-9


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


@pytest.mark.parametrize(("reach", "leakage"), [(1.0, 0.0), (1.0, 0.4), (0.6, 0.3), (0.0, 0.5)])
def test_no_renewal_lets_terms_in_scope_lapse_save_for_leaks(reach: float, leakage: float) -> None:
    free = many_ties()
    of(free, "term")[:] = NOW - 0.1
    barred = under_one_measure(free.copied(), official=True)
    review(free)
    review(barred, barred=True, reach=reach, leakage=leakage)
    count = SIDE * SIDE
    leaked = of(barred, "channel") == PERSONAL
    assert near(leaked.sum(), reach * leakage, count)
    assert near((~lives(barred)).sum(), reach * (1.0 - leakage) + 0.3 * (1.0 - reach * (1.0 - leakage)), count)
    # nobody lives longer for it, and whoever is not reached, or leaks, has the review that it would have had
    assert not (lives(barred) & ~lives(free)).any()
    same = lives(barred)
    assert (of(barred, "term")[same] == of(free, "term")[same]).all()


def test_no_renewal_leaves_what_is_out_of_its_scope() -> None:
    free = many_ties()
    of(free, "term")[:] = NOW - 0.1
    of(free, "field")[::2] = 1
    barred = under_one_measure(free.copied(), official=True, half=True)
    review(free)
    review(barred, barred=True)
    inside = (of(free, "first") < SIDE // 2) & (of(free, "field") == 0)
    assert 0 < inside.sum() < len(inside)
    assert not lives(barred)[inside].any()
    assert (lives(barred)[~inside] == lives(free)[~inside]).all()


@pytest.mark.parametrize("reach", [1.0, 0.5])
def test_notice_gives_open_ended_partnerships_what_is_left_of_a_median_term(reach: float) -> None:
    case = under_one_measure(many_ties(), official=True, half=True)
    of(case, "term")[::5] = NOW + 2.0
    of(case, "channel")[1::5] = PERSONAL
    before = of(case, "term").copy()
    contracts.give_notice(case.setting, case.regime, 0, reach, case.state, case.key, NOW)
    inside = of(case, "first") < SIDE // 2
    eligible = inside & (before == NO_TERM) & (of(case, "channel") == OFFICIAL)
    changed = of(case, "term") != before
    assert not changed[~eligible].any()
    assert near(changed[eligible].sum(), reach, eligible.sum())
    share = (of(case, "term")[changed] - NOW) / (37.0 / 12.0)
    assert stats.kstest(share, "uniform").pvalue > 1e-3
    assert lives(case).all()


@pytest.mark.parametrize("official", [True, False])
@pytest.mark.parametrize(("reach", "leakage"), [(1.0, 0.0), (1.0, 0.3), (0.7, 0.5)])
def test_termination_ends_what_is_in_scope_save_for_leaks(reach: float, leakage: float, official: bool) -> None:
    case = under_one_measure(many_ties(), official=official, half=True)
    of(case, "channel")[::4] = PERSONAL
    of(case, "field")[1::4] = 2
    of(case, "term")[2::4] = NOW + 1.0  # a contract does not protect
    personal = of(case, "channel") == PERSONAL
    scope = (of(case, "first") < SIDE // 2) & (of(case, "field") == 0) & ~(personal & official)
    contracts.terminate(case.world, case.setting, case.regime, 0, reach, leakage, case.state, case.key, NOW)
    assert lives(case)[~scope].all()
    assert (of(case, "channel")[~scope] == personal[~scope]).all()
    assert near((~lives(case)).sum(), reach * (1.0 - leakage), scope.sum())
    turned = (of(case, "channel") == PERSONAL) & ~personal
    assert near(turned.sum(), reach * leakage, (scope & ~personal).sum())
    assert (case.state.spell_whole[: case.state.counts[SPELLS], 6] == TERMINATED).all()


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
