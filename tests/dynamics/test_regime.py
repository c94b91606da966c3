"""What measures in force do to a pair, against plain Python, with overlapping scopes and more than one word of bits."""

from __future__ import annotations

from itertools import pairwise, product
from math import exp

import numpy as np
import pytest
import reference_formulas as reference
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import INSTRUMENTS, Case, idle_measures, law, random_case, seeds, ties

from model.dynamics import opportunity, regime
from model.dynamics.state import OFFICIAL, PERSONAL
from model.dynamics.terms import ANSWER

counts = st.sampled_from([1, 2, 5, 64, 65, 130])


def case_and_pair(seed: int, measures: int) -> tuple[Case, int, int]:
    case = random_case(seed, n=8, measures=measures)
    i, j = np.random.default_rng([seed, 2]).choice(case.n, 2, replace=False)
    return case, int(i), int(j)


def proposal_factor(case: Case, i: int, j: int) -> float:
    return regime.proposal_factor(case.world, case.setting, case.regime, case.state, i, j)


@law(80)
@given(seeds, counts)
def test_factor_of_a_field_is_the_product_over_scopes(seed: int, measures: int) -> None:
    case, i, j = case_and_pair(seed, measures)
    for field in range(case.world.profile.shape[1]):
        for a, b in ((i, j), (j, i)):
            statistics = regime.sought(case.world, case.setting, case.regime, case.state, a, b)
            factor = regime.field_factor(case.regime, case.state, a, b, field, statistics)
            assert factor == pytest.approx(reference.field_factor(case, a, b, field), rel=1e-12)
    assert proposal_factor(case, i, j) == pytest.approx(reference.proposal_factor(case, i, j), rel=1e-12)
    assert regime.untouched(case.regime, i, j) == (not reference.measures_on(case, i, j))


@law(80)
@given(seeds, counts)
def test_answers_and_maintenance_follow_their_formulas(seed: int, measures: int) -> None:
    case, i, j = case_and_pair(seed, measures)
    r, on = case.regime, reference.measures_on(case, i, j)
    for field in range(case.world.profile.shape[1]):
        inside = [m for m in on if r.fields[m, field] > 0.0]
        added, factor = regime.answer_effect(case.world, case.setting, r, case.state, i, j, field)
        expected = sum(float(r.formation[m]) for m in inside)
        expected += sum(reference.pull(case, m, j, i) for m in inside if m in reference.towards(case, j, i))
        assert added == pytest.approx(expected, abs=1e-12)
        accepts = np.prod([float(r.acceptance[m]) for m in inside]) * reference.threats(case, i, j, field)
        assert factor == pytest.approx(accepts, rel=1e-12)
        official = np.prod([1.0 - float(r.leaked[m]) for m in inside])
        assert regime.official_share(r, i, j, field) == pytest.approx(official, rel=1e-12)
        for channel, instrument in product((OFFICIAL, PERSONAL), range(-1, INSTRUMENTS)):
            state = case.state
            state.field[0], state.channel[0], state.instrument[0] = field, channel, instrument
            expected = reference.maintenance_effect(case, i, j, field, channel, instrument)
            assert regime.maintenance_effect(r, state, i, j, 0) == pytest.approx(expected, abs=1e-12)
            inside = reference.touching(case, i, j, field, channel, instrument)
            factor = np.prod([float(r.contract_term[m]) for m in inside])
            assert regime.pair_factor(r, r.contract_term, i, j, field, channel, instrument) == pytest.approx(
                factor, rel=1e-12
            )
            works = np.prod([float(r.works[m]) for m in inside])
            assert regime.pair_factor(r, r.works, i, j, field, channel, instrument) == pytest.approx(works, rel=1e-12)
            lead = sum(
                float(r.leadership[m]) * ((m in reference.towards(case, j, i)) - (m in reference.towards(case, i, j)))
                for m in inside
            )
            assert regime.lead_effect(r, i, j, field, channel, instrument) == pytest.approx(lead, abs=1e-12)
            assert regime.lead_effect(r, j, i, field, channel, instrument) == pytest.approx(-lead, abs=1e-12)


@law(60)
@given(seeds, st.sampled_from([0, 1, 5, 70]))
def test_a_field_is_drawn_in_proportion_to_portfolios_and_measures(seed: int, measures: int) -> None:
    case, i, j = case_and_pair(seed, measures)
    weights = reference.field_weights(case, i, j)
    edges = np.concatenate([[0.0], np.cumsum(weights) / sum(weights)]) if sum(weights) > 0.0 else np.zeros(1)
    for field, (low, high) in enumerate(pairwise(edges)):
        if high - low > 1e-10:  # the two ends of its stretch of the uniform draw
            for u in (low + 1e-11, high - 1e-11):
                assert regime.drawn_field(case.world, case.setting, case.regime, case.state, i, j, u) == field


@law(60)
@given(seeds, st.integers(0, 5))
def test_consent_is_the_logit_of_the_answer_and_what_measures_do_to_it(seed: int, measures: int) -> None:
    case, i, j = case_and_pair(seed, measures)
    if (min(i, j), max(i, j)) in ties(case.state):
        return
    for field in range(case.world.profile.shape[1]):
        inside = [m for m in reference.measures_on(case, i, j) if case.regime.fields[m, field] > 0.0]
        v = reference.value(case, ANSWER, j, i) + sum(float(case.regime.formation[m]) for m in inside)
        v += sum(reference.pull(case, m, j, i) for m in inside if m in reference.towards(case, j, i))
        factor = float(np.prod([case.regime.acceptance[m] for m in inside])) * reference.threats(case, i, j, field)
        expected = min(1.0, factor / (1.0 + exp(-v - case.setting.offset)))
        arguments = (case.world, case.setting, case.regime, case.state, i, j, field, case.time)
        assert opportunity.consent_probability(*arguments) == pytest.approx(expected, rel=1e-10)
        forced = case.setting._replace(consent=False)
        assert opportunity.consent_probability(case.world, forced, *arguments[2:]) == 1.0


@law(60)
@given(seeds, counts)
def test_bounds_of_the_factors_hold(seed: int, measures: int) -> None:
    """The fast engine relies on them."""
    case, i, j = case_and_pair(seed, measures)
    assert 1.0 <= case.regime.lift[i] >= proposal_factor(case, i, j) * (1.0 - 1e-12)
    for field, instrument in product(range(case.world.profile.shape[1]), range(-1, INSTRUMENTS)):
        case.state.field[0], case.state.channel[0], case.state.instrument[0] = field, OFFICIAL, instrument
        factor = exp(-regime.maintenance_effect(case.regime, case.state, i, j, 0))
        assert 1.0 <= case.regime.ease[i] >= factor * (1.0 - 1e-12)


def test_no_measures_is_no_effect() -> None:
    case = random_case(4)
    nothing = regime.no_measures(case.n, 4)
    for i in range(case.n):
        for j in range(case.n):
            assert regime.untouched(nothing, i, j)
            arguments = (case.world, case.setting, nothing, case.state, i, j)
            assert regime.sought(*arguments) == (0.0,) * 5
            assert regime.field_factor(nothing, case.state, i, j, 0, (0.0,) * 5) == 1.0
            assert regime.proposal_factor(*arguments) == 1.0
            assert regime.answer_effect(*arguments, 0) == (0.0, 1.0)
            assert regime.maintenance_effect(nothing, case.state, i, j, 0) == 0.0
            assert regime.official_share(nothing, i, j, 0) == 1.0
            assert regime.pair_factor(nothing, nothing.contract_term, i, j, 0, OFFICIAL, -1) == 1.0
            assert regime.lead_effect(nothing, i, j, 0, OFFICIAL, -1) == 0.0 and not regime.leads(nothing)


def test_sides_hold_in_both_directions_and_only_across() -> None:
    """A pair is in scope when one stands on the first side and the other on the second, not both on one."""
    case = random_case(9, n=6)
    row = np.arange(6)
    one = idle_measures(row < 2, (row == 2) | (row == 3))._replace(meeting=np.full(1, 0.25))
    touched = {(i, j) for i in range(6) for j in range(6) if not regime.untouched(one, i, j)}
    assert touched == {(a, b) for a in (0, 1) for b in (2, 3)} | {(b, a) for a in (0, 1) for b in (2, 3)}
    factors = {regime.proposal_factor(case.world, case.setting, one, case.state, i, j) for i, j in touched}
    assert factors == {0.25}


def test_without_a_common_field_a_measure_without_effect_has_factor_one() -> None:
    case = random_case(9, n=6)
    neutral = idle_measures(np.arange(6) == 0, np.arange(6) == 5)
    case.world.profile[0], case.world.profile[5] = [1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0]
    assert not regime.untouched(neutral, 0, 5)
    assert regime.proposal_factor(case.world, case.setting, neutral, case.state, 0, 5) == 1.0
