"""Substitution, lost area, recovery and hysteresis by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.indicators.resilience import area_lost, half_life, hysteresis_gap, recovery_months
from model.indicators.substitution import compensation, elasticity

# a shock in 2010 takes a path from 100 to 40; in 2014 the measure is lifted, and it comes back to 80
TIMES = np.array([2009.0, 2010.0, 2011.0, 2012.0, 2013.0, 2014.0, 2015.0, 2016.0, 2017.0])
PATH = np.array([100.0, 100.0, 60.0, 40.0, 40.0, 40.0, 60.0, 80.0, 80.0])
BASE = np.full(9, 100.0)


def test_substitution_by_hand() -> None:
    """R-W falls from 100 to 50, R-C rises from 10 to 20: ln 2 / ln 2 = 1, and 10 gained for 50 lost: 1/5."""
    assert elasticity((10.0, 20.0), (100.0, 50.0)) == pytest.approx(1.0)
    assert compensation(10.0, -50.0) == pytest.approx(1 / 5)
    assert elasticity((10.0, 5.0), (100.0, 25.0)) == pytest.approx(-1 / 2)
    assert compensation(-3.0, -30.0) == pytest.approx(-1 / 10)
    assert math.isnan(elasticity((10.0, 20.0), (100.0, 100.0))) and math.isnan(elasticity((0.0, 2.0), (9.0, 5.0)))
    assert math.isnan(compensation(10.0, 0.0))


positive = st.floats(0.1, 1e3)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(positive, positive, positive, positive)
def test_substitution_is_the_same_whichever_state_comes_first(a: float, b: float, c: float, d: float) -> None:
    if abs(c - d) < 1e-6:
        return
    assert elasticity((a, b), (c, d)) == pytest.approx(elasticity((b, a), (d, c)))
    assert compensation(b - a, d - c) == pytest.approx(compensation(a - b, c - d))


def test_area_by_hand() -> None:
    """2010 to 2012: gaps 0, 40, 60; trapezes 20 + 50 = 70 of 200."""
    assert area_lost(TIMES, PATH, BASE, 2010.0, 2012.0) == pytest.approx(70 / 200)
    assert area_lost(TIMES, PATH, BASE, 2010.5, 2011.0) == pytest.approx((20 + 40) / 2 / 100)
    assert area_lost(TIMES, BASE, BASE, 2010.0, 2017.0) == 0.0
    assert area_lost(TIMES, 1.1 * BASE, BASE, 2010.0, 2017.0) == pytest.approx(-0.1)
    assert math.isnan(area_lost(TIMES, PATH, BASE, 2008.0, 2012.0))
    assert math.isnan(area_lost(TIMES, PATH, 0.0 * BASE, 2010.0, 2012.0))


def test_recovery_by_hand() -> None:
    """70 % are reached half way from 2015 (60) to 2016 (80): 5.5 years after 2010; 90 % are never reached."""
    assert recovery_months(TIMES, PATH, BASE, 2010.0, level=0.7) == pytest.approx(66.0)
    assert recovery_months(TIMES, PATH, BASE, 2010.0) == math.inf
    assert math.isnan(recovery_months(TIMES, BASE, BASE, 2010.0))
    assert math.isnan(recovery_months(TIMES, PATH, BASE, 2030.0))


def test_half_life_by_hand() -> None:
    """At lifting, 2014, the gap is 0.6; half of it is closed at 70, in 2015.5."""
    assert half_life(TIMES, PATH, BASE, 2014.0) == pytest.approx(1.5)
    assert half_life(TIMES, np.minimum(PATH, 60.0), BASE, 2014.0) == math.inf
    assert math.isnan(half_life(TIMES, BASE, BASE, 2014.0))
    assert math.isnan(half_life(TIMES, PATH, BASE, 2018.0))


def test_gap_by_hand() -> None:
    """One year after 2014: 60 of 100, a gap of 0.4; half a year after: 50 of 100."""
    assert hysteresis_gap(TIMES, PATH, BASE, 2014.0, 1) == pytest.approx(0.4)
    assert hysteresis_gap(TIMES, PATH, BASE, 2014.0, 0.5) == pytest.approx(0.5)
    assert hysteresis_gap(TIMES, PATH, 0.5 * BASE, 2014.0, 3) == pytest.approx(-0.6)
    assert math.isnan(hysteresis_gap(TIMES, PATH, BASE, 2014.0, 5))


def test_recovery_against_a_baseline_that_moves() -> None:
    """The path stands still at 90 while the baseline falls from 200 to 100: 90 % are reached at the end only."""
    base = np.array([100.0, 200.0, 150.0, 100.0])
    months = recovery_months(np.arange(2010.0, 2014.0), np.array([100.0, 90.0, 90.0, 90.0]), base, 2010.0)
    assert months == pytest.approx(36.0)
