"""Kaplan-Meier by hand with censored partnerships, and the cohort that is watched."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from model.indicators.survival import cohort, kaplan_meier


def test_by_hand() -> None:
    """Ends after 1, 3, 3 years; seen alive at 2 and 5.

    At 1: 5 watched, 1 ends: 4/5. At 3: 3 are still watched, 2 end: 4/5 x 1/3 = 4/15. The last was seen until 5.
    """
    durations, ended = np.array([1.0, 3.0, 3.0, 2.0, 5.0]), np.array([True, True, True, False, False])
    curve = kaplan_meier(durations, ended)
    assert (curve.at(0.5), curve.at(1.0), curve.at(2.9), curve.at(3.0)) == pytest.approx((1, 4 / 5, 4 / 5, 4 / 15))
    assert curve.at(5.0) == pytest.approx(4 / 15) and np.isnan(curve.at(5.1))
    assert curve.median == 3.0


def test_where_nothing_ends_or_nothing_is_watched() -> None:
    alive = kaplan_meier(np.array([2.0, 4.0]), np.array([False, False]))
    assert alive.at(3.0) == 1.0 and np.isnan(alive.at(4.5)) and np.isnan(alive.median)
    over = kaplan_meier(np.array([2.0, 1.0]), np.array([True, False]))
    assert over.at(1.5) == 1.0 and over.at(9.0) == 0.0  # nobody is left: that is known for ever
    nobody = kaplan_meier(np.zeros(0), np.zeros(0, bool))
    assert np.isnan(nobody.at(1.0)) and np.isnan(nobody.median)


def test_the_cohort_by_hand() -> None:
    """As seen at 2010, begun from 2000: one ended in 2004, one lives (4 years so far), one ends only in 2012."""
    start = np.array([1999.0, 2000.0, 2006.0, 2005.0, 2010.0])
    end = np.array([2005.0, 2004.0, np.inf, 2012.0, np.inf])
    durations, ended = cohort(start, end, 2000.0, 2010.0)
    assert list(durations) == [4.0, 4.0, 5.0] and list(ended) == [True, False, False]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.floats(0.01, 9.0), st.booleans()), min_size=1, max_size=30))
def test_it_only_falls_and_without_censoring_it_is_the_share_that_is_left(pairs: list[tuple[float, bool]]) -> None:
    durations, ended = np.array([d for d, _ in pairs]), np.array([e for _, e in pairs])
    ages = np.linspace(0.0, durations.max(), 20)
    values = [kaplan_meier(durations, ended).at(age) for age in ages]
    assert values[0] == 1.0 and all(a >= b for a, b in pairwise(values)) and values[-1] >= 0.0
    every = kaplan_meier(durations, np.ones(len(durations), bool))
    assert [every.at(age) for age in ages] == pytest.approx([(durations > age).mean() for age in ages])


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=40))
def test_it_is_the_estimate_of_scipy_to_the_bit(pairs: list[tuple[int, bool]]) -> None:
    """Ages on a coarse grid, so that many ends and losses fall together."""
    durations, ended = np.array([d * 0.7 for d, _ in pairs]), np.array([e for _, e in pairs])
    curve = kaplan_meier(durations, ended)
    if not ended.any():
        assert len(curve.times) == 0
        return
    theirs = ecdf(CensoredData(uncensored=durations[ended], right=durations[~ended])).sf
    assert np.array_equal(curve.times, theirs.quantiles)
    assert np.array_equal(curve.surviving, theirs.probabilities)
