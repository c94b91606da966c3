"""A run against its baseline, from tidy series: by hand, and bad input."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from experiments.comparing.statistics import ratio_interval
from model.errors import InputError
from model.indicators.paired import OF_THE_MEAN, paths, recovery, replacement
from model.indicators.registry import OF_TWO_RUNS
from model.indicators.substitution import compensation

FIRST = 2010
BASE = {"Russia-West": [[100.0] * 8, [200.0] * 8], "Russia-China": [[10.0] * 8, [20.0] * 8]}
# shocked in 2011; the measure is lifted at the start of 2014
SHOCKED = {
    "Russia-West": [[100, 60, 40, 40, 60, 70, 80, 80], [200, 100, 100, 100, 100, 150, 190, 200]],
    "Russia-China": [[10, 10, 15, 15, 15, 15, 15, 15], [20, 20, 20, 20, 20, 20, 20, 20]],
}


def series(
    name: str, values: dict[str, list[list[float]]], quantity: str = "partnerships.count", last: int = 8
) -> pd.DataFrame:
    """Stocks at the ends of the years from 2010, by pair and replicate."""
    rows = [
        (name, k, pd.Timestamp(FIRST + place, 12, 31), pair, quantity, value)
        for pair, by_replicate in values.items()
        for k, path in enumerate(by_replicate)
        for place, value in enumerate(path[:last])
    ]
    return pd.DataFrame(rows, columns=["scenario", "replicate", "date", "pair", "indicator", "value"])


def by_name(frame: pd.DataFrame) -> dict[str, list[float]]:
    return {str(name): rows["value"].tolist() for name, rows in frame.groupby("indicator", sort=False)}


def test_stocks_stand_at_ends_and_flows_in_the_middle() -> None:
    times, values, numbers = paths(series("s", SHOCKED), "partnerships.count", "Russia-West")
    assert list(times) == [2011.0 + k for k in range(8)] and list(numbers) == [0, 1]
    assert values[1].tolist() == SHOCKED["Russia-West"][1]
    times, _, _ = paths(series("s", SHOCKED, "output.works"), "output.works", "Russia-West")
    assert times[0] == 2010.5


def test_recovery_by_hand() -> None:
    """First replicate, at 2011 to 2018: 100, 60, 40, 40, 60, 70, 80, 80 of 100.

    From 2011 to 2013 gaps 0, 40, 60: 70 / 200. Never again at 90. At lifting, 2014, the gap is 0.6, half of it closed at
    70, 2016: two years. After 1 year 60, after 3 years 80. Second: from 2011 to 2013 gaps 0, 100, 100: 150 / 400; at
    2017 190 of 200, 180 three quarters of the way there from 150: 5.75 years; gap at 2014 1/2, closed to 1/4 at 2016.
    """
    frame = recovery(
        series("hit", SHOCKED), series("base", BASE), "Russia-West", shock=date(2011, 1, 1), lifted=date(2014, 1, 1),
        until=date(2013, 1, 1),
    )  # fmt: skip
    found = by_name(frame)
    assert found["resilience.area_lost"] == pytest.approx([70 / 200, 150 / 400])
    assert found["resilience.recovery_months"] == pytest.approx([math.inf, 12 * 5.75])
    assert found["hysteresis.gap_1"] == pytest.approx([0.4, 0.5]) and found["hysteresis.gap_3"] == pytest.approx(
        [0.2, 0.05]
    )
    assert np.isnan(found["hysteresis.gap_5"]).all() and np.isnan(found["hysteresis.gap_10"]).all()
    assert found["hysteresis.half_life"] == pytest.approx([2.0, 2.0])
    assert set(frame["scenario"]) == {"hit"} and set(frame["baseline"]) == {"base"}
    assert dict(zip(frame["indicator"], frame["unit"], strict=True)) == {n: OF_TWO_RUNS[n][0] for n in found}


def test_recovery_of_the_mean_path_by_hand() -> None:
    """Means 150, 80, 70, 70, 80, 110, 135, 140 of 150: 135, 90 %, at 2017, six years after 2011."""
    frame = recovery(series("hit", SHOCKED), series("base", BASE), "Russia-West", shock=date(2011, 1, 1), mean=True)
    assert by_name(frame)["resilience.recovery_months"] == pytest.approx([72.0])
    assert set(frame["replicate"]) == {OF_THE_MEAN} and "hysteresis.gap_1" not in set(frame["indicator"])


def test_replacement_by_hand() -> None:
    """2012 and 2013, of the first: 40 for 100 of Russia-West, 15 for 10 of Russia-China: ln 1.5 / ln 2.5, and 5 / 60.

    Of the second nothing is gained: 0. Of the means: 2.5 gained for 80 lost.
    """
    arguments = (series("hit", SHOCKED), series("base", BASE), "Russia-China", "Russia-West", (2012, 2013))
    found = by_name(replacement(*arguments))
    assert found["substitution.elasticity"] == pytest.approx([math.log(1.5) / math.log(2.5), 0.0])
    assert found["substitution.compensation"] == pytest.approx([5 / 60, 0.0])
    of_mean = by_name(replacement(*arguments, mean=True))
    assert of_mean["substitution.compensation"] == pytest.approx([2.5 / 80])
    assert of_mean["substitution.elasticity"] == pytest.approx([math.log(17.5 / 15) / math.log(150 / 70)])


def test_the_comparison_of_runs_has_the_same_ratio() -> None:
    gained, lost = np.array([5.0, 0.0, 2.0]), np.array([-60.0, -100.0, -80.0])
    interval = ratio_interval(gained, -lost)
    assert interval is not None
    assert interval.value == pytest.approx(compensation(float(gained.mean()), float(lost.mean())))


def test_what_cannot_be_held_against_each_other_is_told() -> None:
    hit, base = series("hit", SHOCKED), series("base", BASE)
    with pytest.raises(InputError, match="Russia-Wets"):
        recovery(hit, base, "Russia-Wets", shock=date(2011, 1, 1))
    with pytest.raises(InputError, match="no indicator"):
        recovery(hit, base, "Russia-West", "partnership.count", shock=date(2011, 1, 1))
    with pytest.raises(InputError, match="1 replicates"):
        recovery(hit, base[base["replicate"] == 0], "Russia-West", shock=date(2011, 1, 1))
    with pytest.raises(InputError, match="does not cover"):
        recovery(hit, series("base", BASE, last=5), "Russia-West", shock=date(2011, 1, 1))
    with pytest.raises(InputError, match="2019 to 2020 is not inside the run"):
        replacement(hit, base, "Russia-China", "Russia-West", (2019, 2020))
    shorter = recovery(series("hit", SHOCKED, last=5), base, "Russia-West", shock=date(2011, 1, 1))
    assert np.isfinite(by_name(shorter)["resilience.area_lost"]).all()
