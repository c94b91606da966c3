"""Surviving partnerships per million, and the mix of kinds, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from model.indicators.efficiency import by_measure, surviving, surviving_per_million
from model.indicators.kinds import mix_of_kinds, pair_names


def test_surviving_by_hand() -> None:
    """Seen until 2020: begun 2010 and ended after 2 and after 4 years; 2016, alive; 2018, alive but too young to tell."""
    start, end = np.array([2010.0, 2010.0, 2016.0, 2018.0]), np.array([2012.0, 2014.0, np.inf, np.inf])
    assert surviving(start, end, 2020.0) == 2
    assert surviving(start, end, 2020.0, years=1.0) == 4


def test_per_million_by_hand() -> None:
    """Two survive; 3 million in 2010 and 5 in 2016 count, the 7 of 2018 do not yet: 2 / 8."""
    start, end = np.array([2010.0, 2010.0, 2016.0, 2018.0]), np.array([2012.0, 2014.0, np.inf, np.inf])
    at, money = np.array([2010.0, 2016.0, 2018.0]), np.array([3.0, 5.0, 7.0])
    assert surviving_per_million(start, end, at, money, 2020.0) == pytest.approx(2 / 8)
    assert np.isnan(surviving_per_million(start, end, at, 0.0 * money, 2020.0))
    assert np.isnan(surviving_per_million(start, end, at, money, 2012.0))
    assert surviving_per_million(start[:0], end[:0], at, money, 2020.0) == 0.0


def test_by_measure_by_hand() -> None:
    """Seen until the start of 2020; what began, or was paid, by 2017 counts.

    fund, replicate 0: a partnership of 2010 ended after 4 years, one of 2015 lives (2 surviving), one of 2012 ended after
    1 year: 2 of 3 for 4 + 6 million. The one of 2018 is too young, the one that ended in 2021 lives in the snapshot.
    Replicate 1 has none. Partnerships of no instrument do not count.
    """
    spells = pd.DataFrame({
        "replicate": [0, 0, 0, 0], "instrument": ["fund", "fund", "", "fund"],
        "start": [2010.0, 2012.0, 2010.0, 2015.0], "end": [2014.0, 2013.0, 2016.0, 2021.0],
    })  # fmt: skip
    early, late = pd.Timestamp(2014, 12, 31), pd.Timestamp(2019, 12, 31)
    snapshots = pd.DataFrame({
        "replicate": [0, 0, 0], "date": [early, late, late], "instrument": ["fund"] * 3, "since": [2013.0, 2015.0, 2018.0],
    })  # fmt: skip
    programmes = pd.DataFrame({
        "replicate": [0, 0, 0, 1], "measure": ["fund"] * 4, "awarded": [4.0, 6.0, 9.0, 5.0],
        "date": pd.to_datetime(["2010-12-31", "2016-12-31", "2017-12-31", "2010-12-31"]),
    })  # fmt: skip
    found = by_measure(spells, snapshots, programmes)
    assert found.to_dict("list") == {
        "replicate": [0, 1], "measure": ["fund", "fund"], "partnerships": [3, 0], "surviving": [2, 0],
        "awarded": [10.0, 5.0], "per_million": [2 / 10, 0.0],
    }  # fmt: skip
    assert by_measure(spells, snapshots.iloc[:0], programmes).empty
    unpaid = by_measure(spells, snapshots, programmes.assign(awarded=0.0))
    assert np.isnan(unpaid["per_million"]).all()


def test_mix_of_kinds_by_hand() -> None:
    """Universities 0, 1, institute 2, company 3; partnerships 0-1, 2-0, 1-2, 3-1: a quarter, a half, a quarter."""
    names = ("university", "institute", "company")
    assert pair_names(names)[:3] == ("university-university", "university-institute", "university-company")
    kind = np.array([0, 0, 1, 2])
    mix = mix_of_kinds(np.array([0, 2, 1, 3]), np.array([1, 0, 2, 1]), kind, 3)
    assert dict(zip(pair_names(names), mix, strict=True)) == pytest.approx(
        {"university-university": 1 / 4, "university-institute": 2 / 4, "university-company": 1 / 4,
         "institute-institute": 0, "institute-company": 0, "company-company": 0}
    )  # fmt: skip
    assert np.isnan(mix_of_kinds(np.zeros(0, int), np.zeros(0, int), kind, 3)).all()
