"""The clock: dates and times there and back, quarters exactly 0.25 long."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import law

from model.clock import QUARTER, QUARTERS_A_YEAR, date_of, is_quarter_start, quarter_of, quarter_start, year_of

days = st.dates(date(1900, 1, 1), date(2200, 12, 31))


def test_every_day_of_four_centuries_has_its_own_time_and_comes_back() -> None:
    day, last = date(1900, 1, 1), date(2200, 12, 31)
    before = year_of(day) - 1.0
    while day <= last:
        time = year_of(day)
        assert time > before
        assert date_of(time) == day
        before, day = time, day + timedelta(days=1)


@law(300)
@given(days, st.floats(0.0, 0.999))
def test_a_time_within_a_day_is_of_that_day(day: date, share: float) -> None:
    following = day + timedelta(days=1)
    assert date_of(year_of(day) + share * (year_of(following) - year_of(day))) == day


@law(300)
@given(st.integers(1900, 2200), st.integers(-20, 20))
def test_the_grid_of_quarters_is_exact(year: int, quarter: int) -> None:
    first = quarter_start(year, quarter)
    assert Fraction(year_of(first)) == Fraction(year) + Fraction(quarter, 4)
    assert is_quarter_start(first) and first.day == 1
    assert quarter_of(first) == 4 * year + quarter
    assert date_of(year + quarter * QUARTER) == first


@law(300)
@given(days)
def test_a_date_lies_in_its_quarter_at_its_share_of_the_days(day: date) -> None:
    quarter = quarter_of(day)
    first, after = quarter_start(0, quarter), quarter_start(0, quarter + 1)
    assert first <= day < after
    share = Fraction((day - first).days, (after - first).days)
    assert year_of(day) == pytest.approx(float(Fraction(quarter, 4) + share / 4), abs=1e-12)
    assert is_quarter_start(day) == (day == first)


def test_quarters_of_a_year() -> None:
    assert QUARTERS_A_YEAR * QUARTER == 1.0
    assert [year_of(date(2022, month, 1)) for month in (1, 4, 7, 10)] == [2022.0, 2022.25, 2022.5, 2022.75]
    assert year_of(date(2022, 2, 24)) == 2022.0 + 0.25 * 54 / 90
    assert date_of(2022.0 - 1e-13) == date(2022, 1, 1)  # a sum of quarters that lost its last bit
