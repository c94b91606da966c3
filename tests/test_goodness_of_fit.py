"""Goodness of fit: the test by hand and as a law, statistics by hand, broken files, networks that must be refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.goodness_of_fit import (
    Kind,
    Statistic,
    Verdict,
    check,
    contracts,
    monte_carlo_test,
    networks,
    sizes,
)
from experiments.goodness_of_fit.networks import Network
from model.dynamics.state import CHOSEN, LAPSED, TERMINATED
from model.recording import ReplicateRecord, Snapshot

SMALL = (
    "world.institutions=80", "time.start=2008-01-01", "time.show_from=2012-01-01", "record.snapshots=[2016-01-01,2019-01-01]",
)  # fmt: skip

# --- the test --------------------------------------------------------------------------------------------------


def test_distance_and_p_by_hand() -> None:
    """Four replicates on the corners of a square, 2 wide; observed one unit outside it, in the middle of a side.

    Simulated mean (1, 1), covariance 4/3 on the diagonal: distance 2 / sqrt(4/3) = sqrt(3). From the mean (1.4, 1) of all
    five, covariance diag(1.8, 1), squared distances are 2.56/1.8 observed, 1.96/1.8 + 1 twice and 0.36/1.8 + 1 twice:
    two lie further out, p = 3/5.
    """
    found = monte_carlo_test(np.array([3.0, 1.0]), np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]))
    assert found.distance == pytest.approx(np.sqrt(3.0))
    assert (found.p, found.smallest) == (0.6, 0.2)


def test_what_never_varies_is_held_to_the_digit() -> None:
    same = np.full((9, 2), 0.25)
    assert monte_carlo_test(np.array([0.25, 0.25]), same).p == 1.0
    other = monte_carlo_test(np.array([0.25, 0.26]), same)
    assert (other.p, other.distance) == (0.1, np.inf)


@given(st.integers(2, 5), st.integers(12, 30), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_laws_of_the_test(k: int, replicates: int, seed: int) -> None:
    """The distance is that of the textbook; units do not matter; leaving each one out gives every rank once."""
    luck = np.random.default_rng(seed)
    simulated, observed = luck.normal(size=(replicates, k)), luck.normal(size=k)
    found = monte_carlo_test(observed, simulated)
    gap = observed - simulated.mean(axis=0)
    assert found.distance == pytest.approx(np.sqrt(gap @ np.linalg.solve(np.cov(simulated.T), gap)), rel=1e-6)
    units = np.linalg.qr(luck.normal(size=(k, k)))[0] * 10.0 ** luck.uniform(-3, 3, k)
    again = monte_carlo_test(observed @ units + 5.0, simulated @ units + 5.0)
    assert again.p == found.p
    each = [monte_carlo_test(simulated[r], np.delete(simulated, r, axis=0)).p for r in range(replicates)]
    assert sorted(each) == pytest.approx(np.arange(1, replicates + 1) / replicates)


def test_a_component_that_follows_from_the_others_changes_nothing() -> None:
    luck = np.random.default_rng(7)
    simulated, observed = luck.normal(size=(30, 3)), luck.normal(size=3)
    wider = np.column_stack([simulated, simulated.sum(axis=1)])
    assert monte_carlo_test(np.append(observed, observed.sum()), wider).p == monte_carlo_test(observed, simulated).p


@pytest.mark.statistical
@pytest.mark.parametrize("k", [1, 3, 6])
def test_p_is_uniform_where_the_model_is_true(k: int) -> None:
    """Skewed, dependent statistics, few replicates: each of the twenty values of p is as likely."""
    luck = np.random.default_rng(k)
    ranks = np.zeros(20, int)
    for _ in range(4000):
        every = np.exp(luck.normal(size=(20, k)) + luck.normal(size=(20, 1)))
        ranks[round(20 * monte_carlo_test(every[0], every[1:]).p) - 1] += 1
    assert stats.chisquare(ranks).pvalue > 1e-3


# --- checks ----------------------------------------------------------------------------------------------------


def test_a_lower_bound_that_is_exceeded_counts_as_met() -> None:
    luck = np.random.default_rng(1)
    simulated = np.column_stack([luck.normal(0.4, 0.01, 40), luck.normal(0.06, 0.01, 40)])
    bound = Statistic("r", "R", Kind.input, ("a", "b"), np.array([0.25, 0.06]), (True, False))
    assert check(bound, simulated).verdict is Verdict.fits
    exact = Statistic("r", "R", Kind.input, ("a", "b"), np.array([0.25, 0.06]))
    assert check(exact, simulated).verdict is Verdict.refused
    assert check(bound, simulated - 0.3).verdict is Verdict.refused


def test_what_is_undefined_somewhere_is_left_out_and_said() -> None:
    simulated = np.random.default_rng(2).normal(size=(25, 2))
    simulated[3, 1] = np.nan
    found = check(Statistic("s", "S", Kind.test, ("a", "b"), np.zeros(2)), simulated)
    assert [part["tested"] for part in found.to_dict()["components"]] == [True, False]
    nothing = check(Statistic("s", "S", Kind.test, ("b",), np.zeros(1), remark="r"), simulated[:, 1:])
    assert nothing.statistic.kind is Kind.not_testable
    assert (nothing.test, nothing.statistic.remark) == (None, "undefined in a replicate; r")


# --- statistics by hand ----------------------------------------------------------------------------------------


def test_a_small_network_by_hand() -> None:
    """A triangle 0-1-2 with 3 at 2, and nobody at 4."""
    of = networks.of_network(Network(np.array([0, 0, 1, 2]), np.array([1, 2, 2, 3]), 5))
    assert of["degree"] == pytest.approx([8 / 5])
    assert of["degrees"] == pytest.approx([4 / 5, 4 / 5, 3 / 5, 0.0, 0.0])
    assert of["distances"] == pytest.approx([2 / 10, 0.0, 0.0, 0.0, 4 / 10])
    assert of["triads"] == pytest.approx([2 / 5, 1 / 5])
    assert of["clustering"] == pytest.approx([3 / 5, (1 + 1 + 1 / 3) / 3])


def test_isolates_are_left_out_where_nothing_is_known_of_them() -> None:
    wave = Network(np.array([0, 0, 1, 4]), np.array([1, 4, 4, 5]), 9)
    assert wave.without_isolates().n == 4
    known, all_ = networks.of_waves([wave], False), networks.of_waves([wave], True)
    assert known["degree"] == pytest.approx([2.0])
    assert all_["degree"] == pytest.approx([8 / 9])
    assert np.isnan(known["waves"]).all()


def test_two_waves_by_hand() -> None:
    """0-1, 1-2, 3-4 become 1-0, 0-2, 2-3: one of three is kept; of two new ones 0-2 had a partner in common."""
    before = Network(np.array([0, 1, 3]), np.array([1, 2, 4]), 6)
    after = Network(np.array([1, 0, 2]), np.array([0, 2, 3]), 6)
    assert networks.between_waves(before, after) == pytest.approx([1 / 3, 1 / 2])


def _snapshot(time: float, rows: list[tuple[int, int, float, float, int, int]]) -> Snapshot:
    """Partnerships as (first, second, start, end of the term, terms, instrument)."""
    whole = np.array([(a, b, a, 0, 0, 0, of) for a, b, *_, of in rows], np.int64).reshape(-1, 7)
    numbers = np.array([(0.5, start) for _, _, start, *_ in rows]).reshape(-1, 2)
    terms = np.array([(term, count) for _, _, _, term, count, _ in rows], float).reshape(-1, 2)
    return Snapshot(time, whole, numbers, np.zeros(9), terms)


def _record(spells: list[tuple[int, int, float, float, int]]) -> ReplicateRecord:
    """Ended partnerships as (first, second, start, end, reason)."""
    whole = np.array([(a, b, a, 0, 0, -1, why) for a, b, _, _, why in spells], np.int64).reshape(-1, 7)
    times = np.array([(start, end, 0.5) for _, _, start, end, _ in spells]).reshape(-1, 3)
    nothing = np.zeros(0)
    return ReplicateRecord(0, *[nothing] * 9, whole, times)  # type: ignore[arg-type]


def test_first_terms_by_hand() -> None:
    """Only first terms of the last year, and none that a measure has placed."""
    seen = _snapshot(2015.0, [
        (0, 1, 2014.5, 2017.5, 1, -1), (0, 2, 2014.25, 2016.25, 1, -1), (0, 3, 2013.5, 2018.0, 1, -1),
        (1, 4, 2014.5, 2019.5, 2, -1), (2, 5, 2014.5, 2024.5, 1, 3),
    ])  # fmt: skip
    months = contracts.first_terms([seen])
    assert months == pytest.approx([36.0, 24.0])
    assert contracts.of_terms(months) == pytest.approx([25.2, 30.0, 30.0, 34.8])
    assert np.isnan(contracts.of_terms(np.zeros(0))).all()


def test_renewals_by_hand() -> None:
    """Of seven terms that end, one is renewed, one goes on, one lapses, one is left; the others are out of the count."""
    before = _snapshot(2015.0, [
        (0, 5, 2012.0, 2015.2, 1, -1),  # renewed
        (0, 6, 2012.0, 2015.3, 1, -1),  # goes on without a term
        (1, 5, 2012.0, 2015.4, 1, -1),  # lapses
        (1, 6, 2012.0, 2015.4, 1, -1),  # goes on, then is ended by choice, and taken up again
        (2, 5, 2012.0, 2015.5, 1, -1),  # cut off by a measure
        (2, 6, 2012.0, 2015.9, 1, -1),  # reviewed only after the next snapshot
        (3, 4, 2012.0, 2015.2, 1, -1),  # not in scope
        (3, 5, 2012.0, 2015.2, 1, 2),  # placed by a measure
    ])  # fmt: skip
    after = _snapshot(2016.0, [
        (0, 5, 2012.0, 2018.0, 2, -1), (0, 6, 2012.0, -1.0, 1, -1), (1, 6, 2015.9, 2018.0, 1, -1),
        (2, 6, 2012.0, 2015.9, 1, -1), (3, 4, 2012.0, 2019.0, 2, -1), (3, 5, 2012.0, 2019.0, 2, 2),
    ])  # fmt: skip
    record = _record(
        [(1, 5, 2012.0, 2015.5, LAPSED), (1, 6, 2012.0, 2015.7, CHOSEN), (2, 5, 2012.0, 2015.6, TERMINATED)]
    )
    one, other = np.arange(9) < 4, np.arange(9) > 4
    assert contracts.renewals(record, [before, after], one, other) == (1, 4)
    assert contracts.renewals(record, [before, after], other, one) == (1, 4)


def test_repeated_pairs_by_hand() -> None:
    """Since 2014 pairs 0-1 (again), 2-3 (first) and 4-5 (again, after one before 2014) began."""
    last = _snapshot(2020.0, [(0, 1, 2016.0, -1.0, 1, -1), (2, 3, 2015.0, -1.0, 1, -1), (4, 5, 2018.0, -1.0, 1, -1)])
    record = _record([(0, 1, 2008.0, 2010.0, CHOSEN), (4, 5, 2011.0, 2012.0, LAPSED), (6, 7, 2001.0, 2003.0, CHOSEN)])
    assert contracts.repeated(record, last, 2014.0) == pytest.approx(2 / 3)


def test_the_works_of_the_closest_countries_by_hand() -> None:
    led = np.array([[9, 6, 1, 1, 0], [0, 0, 1, 0, 1], [1, 0, 0, 0, 2], [0, 1, 0, 0, 0], [0, 0, 0, 1, 0]], float)
    works = led + led.T
    shares = [6 / 9, 6 / 9, 2 / 5, 1 / 3, 2 / 4]
    np.fill_diagonal(works, 0.0)
    assert works.sum(axis=1).tolist() == [9.0, 9.0, 5.0, 3.0, 4.0]
    assert contracts.works_of_closest(led, 0.25) == pytest.approx(np.mean(shares))


def test_the_shape_of_sizes_of_a_pareto_tail() -> None:
    """Quantiles of a Pareto distribution with exponent 2 have it as Hill's exponent; the top tenth have sqrt(0.1) of all."""
    sizes_ = (1.0 - (np.arange(100_000) + 0.5) / 100_000) ** -0.5
    shape = dict(zip(sizes.SHAPE, sizes.shape_of(sizes_), strict=True))
    assert shape["tail exponent, top 10 %"] == pytest.approx(2.0, rel=0.01)
    assert shape["share of the top 10 %"] == pytest.approx(np.sqrt(0.1), rel=0.01)
    assert shape["median / mean"] == pytest.approx(np.sqrt(2.0) / 2.0, rel=0.01)
    assert shape["sd of logs"] == pytest.approx(0.5, rel=0.01)
