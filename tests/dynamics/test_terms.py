"""Terms of the value of a partnership: every statistic against its formula, every weight against what it changes."""

from __future__ import annotations

import numpy as np
import pytest
import reference_formulas as reference
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import Case, copied, law, random_case, seeds, ties

from model.dynamics import network, terms
from model.dynamics.terms import ANSWER, MAINTENANCE, PROPOSAL, RANGES, TERMS, Term, value
from model.dynamics.twin import Twin

ROWS = (PROPOSAL, ANSWER, MAINTENANCE)
DELTA = 0.75


def kernel_value(case: Case, row: int, i: int, j: int) -> float:
    slot = network.slot_of(case.state, i, j)
    return value(case.world, case.setting, case.state, row, i, j, slot, case.time)


def twin_of(case: Case) -> Twin:
    return Twin(case.world, case.setting, case.regime, case.state)


def case_and_pair(seed: int, **keywords: object) -> tuple[Case, int, int]:
    """A random case and an ordered pair: partners as often as strangers, of one country too, the first slot often."""
    rng = np.random.default_rng([seed, 1])
    former = 0.2 * rng.integers(2)
    case = random_case(seed, unbounded=True, domestic=True, former=former, **keywords)  # type: ignore[arg-type]
    pairs = sorted(ties(case.state))
    if pairs and rng.random() < 0.5:
        i, j = pairs[rng.integers(len(pairs)) if rng.random() < 0.7 else 0]
        return (case, i, j) if rng.random() < 0.5 else (case, j, i)
    i, j = rng.choice(case.n, 2, replace=False)
    return case, int(i), int(j)


def separated(case: Case, i: int, j: int) -> Case:
    """The same case after the partnership of i and j has ended."""
    apart = case.copied()
    network.dissolve(apart.world, apart.state, network.slot_of(apart.state, i, j), 0, case.time, 3.0)
    return apart


@pytest.mark.parametrize("term", Term, ids=lambda term: term.name)
@law(15)
@given(seeds)
def test_a_statistic_is_its_formula(term: Term, seed: int) -> None:
    case, i, j = case_and_pair(seed)
    assert twin_of(case).statistics(i, j, case.time)[term] == pytest.approx(
        reference.statistic(case, term, i, j), abs=1e-12
    )


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("term", Term, ids=lambda term: term.name)
@law(16)
@given(seeds, st.booleans())
def test_a_raised_weight_changes_the_value_by_its_statistic(term: Term, row: int, seed: int, bare: bool) -> None:
    """No term is left out, has another sign, or answers to the weight of another row."""
    case, i, j = case_and_pair(seed)
    if bare:  # from weight zero, where kernels skip the work
        case.setting.weights[:] = 0.0
    before = kernel_value(case, row, i, j)
    case.setting.weights[row, term] += DELTA
    change = DELTA * reference.statistic(case, term, i, j)
    assert kernel_value(case, row, i, j) == pytest.approx(before + change, abs=1e-11)
    for other in ROWS:
        if other != row:
            case.setting.weights[other, term] += 100.0
    assert kernel_value(case, row, i, j) == pytest.approx(before + change, abs=1e-11)


@pytest.mark.parametrize("row", ROWS)
@law(25)
@given(seeds)
def test_covariates_count_with_the_weight_of_their_row(row: int, seed: int) -> None:
    case, i, j = case_and_pair(seed, covariates=2)
    before = kernel_value(case, row, i, j)
    case.setting.covariate_weights[row, 1] += DELTA
    assert kernel_value(case, row, i, j) == pytest.approx(before + DELTA * case.setting.covariates[1, i, j], abs=1e-11)


@pytest.mark.parametrize("row", ROWS)
@law(40)
@given(seeds)
def test_value_is_the_sum_of_its_terms_in_kernel_and_twin(row: int, seed: int) -> None:
    case, i, j = case_and_pair(seed)
    expected = reference.value(case, row, i, j)
    assert kernel_value(case, row, i, j) == pytest.approx(expected, abs=1e-11)
    twin = twin_of(case)
    assert twin.value(row, i, j, case.time) == pytest.approx(expected, abs=1e-11)
    assert sum(twin.contributions(row, i, j, case.time).values()) == pytest.approx(expected, abs=1e-11)


@law(60)
@given(seeds)
def test_every_statistic_is_taken_without_the_partnership(seed: int) -> None:
    case = random_case(seed, unbounded=True, density=0.4)
    for i, j in sorted(ties(case.state))[:6]:
        apart = separated(case, i, j)
        for a, b in ((i, j), (j, i)):
            with_tie, without = (twin_of(c).statistics(a, b, case.time) for c in (case, apart))
            # strength is a property of the partnership itself, and 0 where there is none
            assert with_tie.pop(Term.STRENGTH) > 0.0 == without.pop(Term.STRENGTH)
            assert with_tie == without
            case.setting.weights[:, Term.STRENGTH] = 0.0
            for row in ROWS:
                assert kernel_value(case, row, a, b) == pytest.approx(kernel_value(apart, row, a, b), abs=1e-12)


SYMMETRIC = (
    Term.BASE, Term.SECULAR, Term.PROXIMITY, Term.PROXIMITY_SQUARED, Term.FACILITY, Term.SAME_KIND, Term.SAME_BLOC,
    Term.SHARED_PARTNERS, Term.SHARED_COUNT, Term.STRENGTH,
)  # fmt: skip


def only(case: Case, term: Term) -> Case:
    """The case in which the value is one statistic."""
    weights = np.zeros((3, TERMS))
    weights[:, term] = 1.0
    return case.with_setting(weights=weights, covariate_weights=np.zeros_like(case.setting.covariate_weights))


@pytest.mark.parametrize("term", SYMMETRIC, ids=lambda term: term.name)
@law(15)
@given(seeds)
def test_what_both_see_alike(term: Term, seed: int) -> None:
    case, i, j = case_and_pair(seed)
    case = only(case, term)
    assert kernel_value(case, PROPOSAL, i, j) == pytest.approx(kernel_value(case, PROPOSAL, j, i), abs=1e-12)


@law(40)
@given(seeds)
def test_the_gap_of_capability_is_antisymmetric_and_bounded(seed: int) -> None:
    case, i, j = case_and_pair(seed)
    case = only(case, Term.CAPABILITY_GAP)
    gap = kernel_value(case, PROPOSAL, i, j)
    assert gap == -kernel_value(case, PROPOSAL, j, i)
    assert abs(gap) <= case.setting.gap_bound
    case.state.capability[j] = case.state.capability[i] + 100.0
    assert kernel_value(case, PROPOSAL, i, j) == case.setting.gap_bound == -kernel_value(case, PROPOSAL, j, i)


@law(40)
@given(seeds)
def test_complement_lies_with_the_fields_that_only_the_other_knows(seed: int) -> None:
    case, i, j = case_and_pair(seed)
    need, x, y = case.world.help_need, case.world.profile[i], case.world.profile[j]
    difference = terms.complement(case.world, i, j) - terms.complement(case.world, j, i)
    assert difference == pytest.approx(float(need @ (y - x)), abs=1e-12)
    assert terms.complement(case.world, i, i) == 0.0


@law(60)
@given(seeds)
def test_fixed_ranges_hold_every_statistic(seed: int) -> None:
    """The fast engine bounds by them."""
    case, i, j = case_and_pair(seed)
    statistics = twin_of(case).statistics(i, j, case.time)
    for term, (low, high) in RANGES.items():
        assert low <= statistics[term] <= high
    assert terms.proximity(case.world, i, i) == pytest.approx(1.0)
    assert terms.proximity(case.world, i, i) <= 1.0


def test_shared_partners_saturate() -> None:
    case = random_case(3, n=24, density=0.0, former=0.0).with_setting(decay=0.5)
    i, j = 0, 1
    seen = []
    for h in range(2, 12):
        seen.append(terms.weighted_shared_partners(case.setting, case.state, i, j))
        for end in (i, j):
            network.form(case.world, case.state, end, h, h, 0, 0, -1, -1.0, 0.5, 2010.0)
    assert seen[:4] == [0.0, 1.0, 1.5, 1.75]
    assert (np.diff(seen) > 0).all() and max(seen) < 2.0
    assert network.shared_partners(case.state, i, j) == 10


def test_strength_closes_its_gap_to_one_in_its_years() -> None:
    case = random_case(5, density=1.0)
    for slot in ties(case.state).values():
        start, w = case.state.since[slot], case.state.strength[slot]
        assert network.strength_at(case.state, slot, start, 3.0) == pytest.approx(w)
        at = [network.strength_at(case.state, slot, start + years, 3.0) for years in (1.0, 1.0 + 1e-5)]
        assert (at[1] - at[0]) / 1e-5 == pytest.approx((1.0 - at[0]) / 3.0, rel=1e-4)  # dw/dt = (1 - w) / 3 years
        assert network.strength_at(case.state, slot, start + 3.0, 3.0) == pytest.approx(1.0 - (1.0 - w) / np.e)
        assert network.strength_at(case.state, slot, start + 1000.0, 3.0) <= 1.0


def test_secular_term_stands_still_within_a_quarter() -> None:
    case = only(random_case(1), Term.SECULAR)
    i, j = 0, case.n - 1
    values = {value(case.world, case.setting, case.state, PROPOSAL, i, j, -1, time) for time in (2012.26, 2012.49)}
    assert values == {2012.25 - 2000.0}


def test_terms_of_the_reference_process_count_ego_twice() -> None:
    """Adding a tie gives (d_j + 1) + (2 d_i + 1); dropping it takes d_j + 2 d_i - 1 away."""
    case = only(random_case(8, unbounded=True, density=0.4), Term.DEGREE_PLUS)
    degree = case.state.degree
    for i in range(case.n):
        for j in range(case.n):
            if i != j:
                together = network.slot_of(case.state, i, j) >= 0
                expected = degree[j] + 2 * degree[i] + (-1 if together else 2)
                assert kernel_value(case, MAINTENANCE if together else PROPOSAL, i, j) == expected


def test_table_test_sees_a_wrong_statistic() -> None:
    """The tests above can fail: on these cases no statistic is always zero or always the same as another."""
    table = []
    for seed in range(40):
        case, i, j = case_and_pair(seed)
        table.append([reference.statistic(case, term, i, j) for term in Term])
    columns = np.array(table).T
    assert (np.abs(columns).max(axis=1) > 0.1).all()
    varying = columns[[term for term in Term if term not in (Term.BASE, Term.SECULAR)]]
    assert np.abs(np.corrcoef(varying) - np.eye(len(varying))).max() < 0.999


def test_copied_states_share_nothing() -> None:
    state = random_case(2).state
    assert not any(np.shares_memory(a, b) for a, b in zip(state, copied(state), strict=True))


def test_the_first_slot_is_a_slot_like_any_other() -> None:
    case = only(random_case(4, density=0.5, former=0.0), Term.STRENGTH)
    i, j = int(case.state.first[0]), int(case.state.second[0])
    assert network.slot_of(case.state, i, j) == 0
    assert kernel_value(case, MAINTENANCE, i, j) == pytest.approx(reference.strength(case, 0, case.time), abs=1e-12)
