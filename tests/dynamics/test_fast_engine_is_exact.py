"""The fast engine: component masses times acceptances equal the plain weight of every candidate."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
import reference_formulas as reference
from choice_taken_apart import Chooser
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import TIME, Case, law, random_case, refreshed_bounds, seeds, ties
from scipy import stats

from model.dynamics import bounds as fast_bounds
from model.dynamics import draws, fast, plain
from model.dynamics.fast import ENOUGH
from model.dynamics.opportunity import NOTHING
from model.dynamics.state import DEGREE_BOUND, DEGREE_MAX
from model.dynamics.terms import MAINTENANCE, PROPOSAL, SIZE, Term

cases = st.builds(
    random_case,
    seeds,
    n=st.integers(3, 12),
    countries=st.integers(2, 3),
    density=st.sampled_from([0.0, 0.2, 0.5, 0.9]),
    former=st.sampled_from([0.0, 0.3, 0.9]),
    measures=st.sampled_from([0, 1, 2, 4, 70]),
    unbounded=st.booleans(),
    domestic=st.booleans(),
    covariates=st.integers(0, 1),
    kept=st.sampled_from([None, 0, 1, 2]),
)


@law(300)
@given(cases, st.integers(0, 2))
def test_masses_times_acceptances_are_the_plain_weights(case: Case, i: int) -> None:
    Chooser(case, i).check()


@law(40)
@given(seeds, st.floats(0.1, 1.5), st.sampled_from([0.4, 0.6]))
def test_a_bare_process_of_closure_is_exact(seed: int, weight: float, density: float) -> None:
    """Everyone meets everyone at rate 1 and only shared partners count, as in the reference process."""
    case = random_case(seed, n=14, density=density, domestic=True, unbounded=True, kept=0)
    case.setting.weights[PROPOSAL, Term.SHARED_COUNT] = weight
    case.setting.search[:] = 1.0
    Chooser(case, 0).check()


@pytest.mark.statistical
@law(1500)
@given(cases, st.integers(0, 2))
def test_masses_times_acceptances_are_the_plain_weights_in_many_states(case: Case, i: int) -> None:
    Chooser(case, i).check()


@law(60)
@given(cases, st.integers(0, 2), st.integers(0, 10_000))
def test_the_compiled_choice_is_the_written_one(case: Case, i: int, number: int) -> None:
    bounds = refreshed_bounds(case)
    arguments = (case.world, case.setting, case.regime, case.state, bounds, case.key, i, number, case.time)
    assert fast.choose(*arguments) == fast.choose.py_func(*arguments)


@law(60)
@given(cases, st.integers(0, 2), st.integers(0, 10_000))
def test_after_many_rejections_the_choice_is_that_of_the_plain_engine(case: Case, i: int, number: int) -> None:
    """Which is exact: how often a draw was rejected says nothing about the next one."""
    bounds, weights = refreshed_bounds(case), Chooser(case, i).plain_weights(case)
    with patch.object(fast, "PATIENCE", 0):
        j = fast.choose.py_func(
            case.world, case.setting, case.regime, case.state, bounds, case.key, i, number, case.time
        )  # fmt: skip
    assert j == plain.chosen_from(weights, draws.uniforms(case.key, draws.CHOICE, i, number, 0)[0])


def surprise(seed: int, draws_made: int, measures: int) -> float:
    """p-value of simulated choices of one institution against the plain weights."""
    case = random_case(seed, n=16, density=0.3, former=0.4, measures=measures, unbounded=seed % 2 == 1)
    i = int(np.argmax(case.state.degree))
    weights, bounds = Chooser(case, i).plain_weights(case), refreshed_bounds(case)
    counts = np.zeros(case.n)
    for number in range(draws_made):
        j = fast.choose(case.world, case.setting, case.regime, case.state, bounds, case.key, i, number, case.time)
        counts[i if j == NOTHING else j] += 1.0
    expected = draws_made * weights / weights.sum()
    assert (counts[weights == 0.0] == 0.0).all()
    rare = expected < 8.0
    observed = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    return float(stats.chisquare(observed[expected > 0.0], expected[expected > 0.0]).pvalue)


@pytest.mark.parametrize(("seed", "measures"), [(1, 0), (2, 2), (3, 4), (4, 6)])
def test_simulated_choices_have_the_plain_distribution(seed: int, measures: int) -> None:
    assert surprise(seed, 6000, measures) > 1e-4


@pytest.mark.statistical
@pytest.mark.parametrize("measures", [0, 1, 3, 8])
def test_many_simulated_choices_have_the_plain_distribution(measures: int) -> None:
    p = [surprise(100 + seed, 20_000, measures) for seed in range(10)]
    assert min(p) > 1e-4
    assert stats.kstest(p, "uniform").pvalue > 1e-3


@law(60)
@given(cases)
def test_alias_tables_give_each_size_its_share(case: Case) -> None:
    bounds = refreshed_bounds(case)
    x = np.exp(case.setting.weights[PROPOSAL, SIZE] * case.state.log_size)
    for b in range(len(bounds.mass)):
        first, last = bounds.first[b], bounds.first[b + 1]
        members = bounds.members[first:last]
        assert (case.world.country[members] == b).all()
        chance = bounds.alias_share[first:last].copy()
        np.add.at(chance, bounds.alias_other[first:last], 1.0 - bounds.alias_share[first:last])
        assert chance / len(members) == pytest.approx(x[members] / x[members].sum(), rel=1e-11)


@law(15)
@given(cases)
def test_bounds_hold_every_value(case: Case) -> None:
    bounds = refreshed_bounds(case)
    assert case.state.counts[DEGREE_BOUND] > case.state.counts[DEGREE_MAX]
    w, country = case.setting.weights, case.world.country
    for i in range(case.n):
        for j in range(case.n):
            if i == j:
                continue
            together = int((min(i, j), max(i, j)) in ties(case.state))
            count = reference.statistic(case, Term.SHARED_COUNT, i, j)
            v = reference.value(case, PROPOSAL, i, j) - w[PROPOSAL, Term.SHARED_COUNT] * count
            v -= w[PROPOSAL, Term.STRENGTH] * reference.statistic(case, Term.STRENGTH, i, j)
            v -= fast_bounds.own_degree(case.setting, case.state, PROPOSAL, i, together)
            assert v <= bounds.pair_log[country[i], country[j]] + w[PROPOSAL, SIZE] * case.state.log_size[j] + 1e-9
            m = reference.value(case, MAINTENANCE, i, j) - w[MAINTENANCE, Term.SHARED_COUNT] * count
            assert (
                m - fast_bounds.own_degree(case.setting, case.state, MAINTENANCE, i, together)
                >= bounds.lowest[0] - 1e-9
            )


@pytest.mark.parametrize(("b1", "b2"), [(2.0, -1.5), (-2.0, 1.5), (1.0, 1.0), (-1.0, -1.0), (0.0, 2.0), (3.0, -1.0)])
def test_range_of_the_inverted_u(b1: float, b2: float) -> None:
    x = np.linspace(0.0, 1.0, 100_001)
    low, high = fast_bounds._range_of_square(b1, b2)
    assert low == pytest.approx((b1 * x + b2 * x * x).min(), abs=1e-8)
    assert high == pytest.approx((b1 * x + b2 * x * x).max(), abs=1e-8)


def test_bounds_are_renewed_before_a_degree_outgrows_them() -> None:
    case = random_case(5, n=12, density=0.5)
    bounds = refreshed_bounds(case)
    case.state.counts[DEGREE_BOUND] = case.state.counts[DEGREE_MAX] - 1
    arguments = (case.world, case.setting, case.regime, case.state, bounds, case.key, 8049, TIME + 0.1)
    before = case.state.opportunities.copy()
    assert not fast.evolve(*arguments)
    assert (case.state.opportunities == before).all()
    fast_bounds.refresh(case.world, case.setting, case.state, bounds)
    assert fast.evolve(*arguments)


def test_bounds_follow_the_capabilities_that_there_are() -> None:
    """A wide bound of the gap costs nothing where no gap is wide: else acceptances could be as small as exp(-30)."""
    case = random_case(3)
    case.setting.weights[:, Term.CAPABILITY_GAP] = 3.0
    widest = float(np.ptp(case.state.capability))
    wide, exact = (refreshed_bounds(case.with_setting(gap_bound=bound)) for bound in (10.0, widest))
    assert widest < 10.0
    assert (wide.pair_log == exact.pair_log).all() and wide.lowest == exact.lowest


def test_the_random_states_use_every_component() -> None:
    """They hold candidates of each, with and without favourable measures, and enough paths to count them."""
    seen, added, counted = set(), 0, 0
    for seed in range(30):
        case = random_case(
            seed, n=12, density=0.7, former=0.5, measures=seed % 3, unbounded=True, domestic=seed % 2 == 1
        )
        chooser = Chooser(case, 0)
        weights = chooser.plain_weights(case)
        seen |= {cell.component for cell in chooser.cells() if chooser.part(cell.component, cell.candidate) > 0.0}
        added += int((weights > chooser.plain_weights(case.without_measures()) + 1e-9).any())
        counted += case.setting.weights[PROPOSAL, Term.SHARED_COUNT] * case.state.degree[0] > ENOUGH
    assert seen == {"ending", "search", "closure", "referral", "memory"}
    assert added > 5 and counted > 0
