"""Comparing: statistics by hand, rows from small series, undefined cases, words, and the command."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.cli import main
from experiments.comparing import Comparison, Replication, Row, batches, compare, read_precision, to_one_end
from experiments.comparing.comparison import JSON_KEYS
from experiments.comparing.headline import headline_rows, relative_half_width
from experiments.comparing.means import Run, bloc_pairs, means_of, period_means, periods_of
from experiments.comparing.statistics import mean_interval, ratio_interval, replicates_needed, variance_reduction
from experiments.results import damage, open_result
from model.errors import InputError
from model.recording import INDICATORS
from model.scenario import load_scenario

# --- statistics ---------------------------------------------------------------------------------------------------


def test_interval_of_a_mean_by_hand() -> None:
    """1, 2, 3, 4: mean 2.5, variance 5/3, t of 3 degrees of freedom 3.182446."""
    found = mean_interval(np.array([1.0, 2.0, 3.0, 4.0]))
    error = (5.0 / 3.0 / 4.0) ** 0.5
    assert found.error == pytest.approx(error)
    assert (found.value, found.count) == (2.5, 4)
    assert (found.low, found.high) == pytest.approx((2.5 - 3.182446 * error, 2.5 + 3.182446 * error), abs=1e-6)
    assert found.clear_of_zero
    assert not mean_interval(np.array([-1.0, 2.0])).clear_of_zero


def test_one_replicate_has_no_interval() -> None:
    found = mean_interval(np.array([3.0]))
    assert (found.value, found.low, found.high, found.error, found.clear_of_zero) == (3.0, None, None, None, False)
    assert ratio_interval(np.array([1.0]), np.array([2.0])) is None
    assert variance_reduction(np.array([1.0]), np.array([2.0])) is None


def test_replicates_needed_by_hand() -> None:
    """With deviation and half-width 1: t / sqrt(n) is 1.049 for 6 and 0.925 for 7 replicates."""
    assert replicates_needed(1.0, 1.0) == 7
    assert replicates_needed(0.0, 0.0) == 2
    assert replicates_needed(1.0, 0.0) is None
    # large numbers, z = 1.959964: (z / 0.01)^2 = 38414.59, and t takes (z^2 + 1) / 2 = 2.42 more
    assert replicates_needed(1.0, 0.01) == 38418


@given(st.floats(0.01, 100.0), st.floats(0.05, 10.0))
def test_fewest_replicates_are_just_enough(deviation: float, half_width: float) -> None:
    def half(count: int) -> float:
        return float(stats.t.ppf(0.975, count - 1)) * deviation / count**0.5

    count = replicates_needed(deviation, half_width)
    assert count is not None and half(count) <= half_width * (1.0 + 1e-12)
    assert count == 2 or half(count - 1) > half_width * (1.0 - 1e-12)


def test_pairing_divides_the_variance_by_hand() -> None:
    """var a = 1, var b = 7/3, var of 1, 1, 2 = 1/3."""
    assert variance_reduction(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 5.0])) == pytest.approx(10.0)
    assert variance_reduction(np.array([1.0, 2.0]), np.array([3.0, 4.0])) is None


def test_ratio_by_hand() -> None:
    """Means 2 and 10, (co)variances of means 1/3, t^2 = 18.5128: roots of 93.829 r^2 - 2 * 13.829 r - 2.1709 = 0."""
    found = ratio_interval(np.array([1.0, 2.0, 3.0]), np.array([9.0, 10.0, 11.0]))
    assert found is not None and found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((-0.064415, 0.359189), abs=1e-5)
    assert found.error == pytest.approx((1 / 3 * (1 - 2 * 0.2 + 0.04)) ** 0.5 / 10.0)


def test_ends_of_the_ratio_are_where_the_difference_stops_being_clear() -> None:
    """Fieller's definition, which the formula does not use."""
    draws = np.random.default_rng(3)
    above, below = draws.normal(1.0, 1.0, 12), draws.normal(-6.0, 2.0, 12)
    found = ratio_interval(above, below)
    assert found is not None and found.low is not None and found.high is not None
    for end in (found.low, found.high):
        interval = mean_interval(above - end * below)
        assert min(abs(interval.low or 1.0), abs(interval.high or 1.0)) == pytest.approx(0.0, abs=1e-9)


def test_ratio_is_undefined_exactly_where_the_loss_is_not_clear_of_zero() -> None:
    above = np.array([1.0, 2.0, 4.0])
    for below in ([1.0, -1.0, 2.0], [3.0, 4.0, 5.0], [0.1, 4.0, 8.0], [0.0, 0.0, 0.0]):
        values = np.array(below)
        assert (ratio_interval(above, values) is not None) == mean_interval(values).clear_of_zero


def test_interval_of_the_ratio_holds_the_truth_in_95_of_100_cases() -> None:
    draws = np.random.default_rng(1)
    hits = 0
    for _ in range(600):
        loss = draws.normal(10.0, 4.0, 8)
        found = ratio_interval(0.3 * loss + draws.normal(0.0, 2.0, 8), loss)
        hits += found is not None and (found.low or 0.0) <= 0.3 <= (found.high or 0.0)
    assert 0.93 <= hits / 600 <= 0.97


# --- rows ---------------------------------------------------------------------------------------------------------

UNITS = {"output.volume": "works a year", "output.share": "share", "partnerships.count": "partnerships"}
Values = dict[tuple[str, str], list[list[float]]]
"""(indicator, pair) -> by year, by replicate."""


def run_of(name: str, values: Values, first_year: int = 2020, seed: int = 1) -> Run:
    """A run with the given series, shown from ``first_year`` on."""
    years = len(next(iter(values.values())))
    scenario = load_scenario(
        "hindcast",
        [
            f"name={name}", f"run.seed={seed}", f"time.show_from={first_year}-01-01",
            f"time.end={first_year + years}-01-01", f"compare_years=[{first_year}, {first_year}, {first_year + 1}, {first_year + years - 1}]",
        ],
    )  # fmt: skip
    rows = [
        (k, pd.Timestamp(first_year + place, 12, 31), pair, indicator, value, UNITS[indicator])
        for (indicator, pair), by_year in values.items()
        for place, by_replicate in enumerate(by_year)
        for k, value in enumerate(by_replicate)
    ]
    series = pd.DataFrame(rows, columns=["replicate", "date", "pair", "indicator", "value", "unit"])
    for column in ("pair", "indicator", "unit"):
        series[column] = series[column].astype("category")
    return SimpleNamespace(scenario=scenario, series=series, indicators=series.iloc[:0])


BASE: Values = {
    ("partnerships.count", "Russia-West"): [[100.0, 120.0, 110.0], [100.0, 120.0, 110.0], [102.0, 118.0, 112.0]],
    ("partnerships.count", "Russia-China"): [[30.0, 34.0, 32.0], [30.0, 34.0, 32.0], [32.0, 36.0, 34.0]],
    ("output.share", "Russia-China"): [[0.2, 0.2, 0.2], [0.2, 0.2, 0.2], [0.2, float("nan"), 0.2]],
    ("partnerships.count", "CN-RU"): [[30.0, 34.0, 32.0], [30.0, 34.0, 32.0], [32.0, 36.0, 34.0]],
    ("output.volume", "China-West"): [[0.0, 0.0, 0.0]] * 3,
}
"""First year, then two years after."""
OTHER: Values = {
    **BASE,
    ("partnerships.count", "Russia-West"): [[100.0, 120.0, 110.0], [90.0, 110.0, 98.0], [90.0, 110.0, 98.0]],
    ("partnerships.count", "Russia-China"): [[30.0, 34.0, 32.0], [32.0, 38.0, 35.0], [32.0, 38.0, 35.0]],
    ("output.share", "Russia-China"): [[0.2, 0.2, 0.2], [0.25, 0.3, 0.26], [0.25, 0.3, 0.26]],
}


def row(comparison: Comparison, indicator: str, pair: str, period: str) -> Row:
    (found,) = [r for r in comparison.rows if (r.indicator, r.pair, r.period) == (indicator, pair, period)]
    return found


@pytest.fixture(scope="module")
def small() -> Comparison:
    return compare([run_of("one", BASE), run_of("two", OTHER)])


def test_a_row_by_hand(small: Comparison) -> None:
    """Means after: base 101, 119, 111, other 90, 110, 98; differences -11, -9, -13."""
    found = row(small, "partnerships.count", "Russia-West", "2021-2022")
    assert (found.scenario, found.baseline, found.of, found.unit) == ("two", "one", "blocs", "partnerships")
    assert found.baseline_value == pytest.approx(331 / 3)
    assert found.difference == pytest.approx(-11.0)
    assert found.relative == pytest.approx(-33 / 331)
    assert found.mc_error == pytest.approx(2 / 3**0.5)
    assert (found.low, found.high) == pytest.approx((-11 - 4.302653 * 2 / 3**0.5, -11 + 4.302653 * 2 / 3**0.5))
    assert (found.replicates, found.identical) == (3, False)
    assert found.needed == replicates_needed(2.0, 0.02 * 331 / 3)
    # var of the base 244/3, of the other 304/3, of the differences 4
    assert found.variance_reduction == pytest.approx((244 / 3 + 304 / 3) / 4)


def test_what_does_not_differ_is_said_to_be_identical(small: Comparison) -> None:
    found = row(small, "partnerships.count", "Russia-West", "2020")
    assert (found.identical, found.difference, found.mc_error, found.needed) == (True, 0.0, 0.0, 2)
    assert found.variance_reduction is None
    assert row(small, "partnerships.count", "CN-RU", "2021-2022").of == "countries"
    assert not [r for r in small.rows if r.pair == "China-West"]  # 0 in both
    assert small.periods == ("2020", "2021-2022")


def test_replicates_without_a_value_are_left_out(small: Comparison) -> None:
    """Of replicate 1 one year has no share in the base: its mean over both years is undefined."""
    found = row(small, "output.share", "Russia-China", "2021-2022")
    assert found.replicates == 2
    assert found.difference == pytest.approx((0.05 + 0.06) / 2)


def test_compensation_by_hand(small: Comparison) -> None:
    """Russia-China after: 31, 35, 33 against 32, 38, 35, so 1, 3, 2 gained for 11, 9, 13 lost."""
    before, after = small.compensation
    assert (after.lost_pair, after.lost_in, after.pair, after.period) == (
        "Russia-West",
        "two",
        "Russia-China",
        "2021-2022",
    )
    expected = ratio_interval(np.array([1.0, 3.0, 2.0]), np.array([11.0, 9.0, 13.0]))
    assert expected is not None and after.loss == pytest.approx(11.0)
    assert after.ratio == pytest.approx(2 / 11)
    assert (after.low, after.high, after.method) == (expected.low, expected.high, "Fieller")
    assert (before.ratio, before.reason) == (None, "no partnerships of Russia differ")


def test_compensation_is_the_same_whichever_run_is_the_base(small: Comparison) -> None:
    turned = compare([run_of("two", OTHER), run_of("one", BASE)]).compensation[1]
    assert (turned.lost_in, turned.loss) == ("two", pytest.approx(11.0))
    straight = small.compensation[1]
    assert (turned.ratio, turned.low, turned.high) == pytest.approx((straight.ratio, straight.low, straight.high))


def test_a_loss_that_is_not_clear_has_no_compensation_ratio() -> None:
    noisy = {**BASE, ("partnerships.count", "Russia-West"): [[100.0, 120.0, 110.0], *[[60.0, 140.0, 105.0]] * 2]}
    comparison = compare([run_of("one", BASE), run_of("noisy", noisy)])
    after = comparison.compensation[1]
    assert (after.ratio, after.low, after.high) == (None, None, None)
    assert after.reason == "the loss of Russia-West partnerships is not clear of zero"
    assert any("undefined, the loss of Russia-West" in line for line in comparison.lines())


def test_one_replicate_gives_differences_without_intervals() -> None:
    def first_only(values: Values) -> Values:
        return {key: [year[:1] for year in by_year] for key, by_year in values.items()}

    comparison = compare([run_of("one", first_only(BASE)), run_of("two", first_only(OTHER))])
    found = row(comparison, "partnerships.count", "Russia-West", "2021-2022")
    assert (found.difference, found.low, found.high, found.mc_error, found.needed) == (-11.0, None, None, None, None)
    assert {c.reason for c in comparison.compensation} == {"one replicate shows no loss that is clear of zero"}
    said = " ".join(comparison.lines())
    assert "One replicate: intervals" in said and "11 fewer partnerships (-10.9 %)" in said
    cells = next(cells for cells in comparison.table()[1] if cells[0] == "Russia-West")
    assert cells[3:] == ["101", "-11", "-", "-", "-"]


def test_words_and_table_say_what_the_numbers_say(small: Comparison) -> None:
    said = small.lines()
    assert "In 2020 no replicate of two differs from one." in said
    (paragraph,) = [line for line in said if line.startswith("two against one, means over 2021-2022.")]
    assert "Russia-West: 11 fewer partnerships (-10.0 %; -16 to -6)." in paragraph
    assert "two has 11 fewer Russia-West partnerships than one" in paragraph
    headings, rows = small.table()
    assert all(len(cells) == len(headings) for cells in rows)
    assert [cells[:5] for cells in rows if cells[0]] == [
        ["Russia-China", "partnerships", "2021-2022", "33.0", "+2.0"],
        ["Russia-West", "partnerships", "2021-2022", "110", "-11"],
    ]
    assert not [cells for cells in rows if "2020" in cells or "CN-RU" in cells]


def test_several_scenarios_each_stand_against_the_base() -> None:
    third = {**OTHER, ("partnerships.count", "Russia-China"): [[30.0, 34.0, 32.0], *[[29.0, 31.0, 28.0]] * 2]}
    comparison = compare([run_of("one", BASE), run_of("two", OTHER), run_of("three", third)])
    assert comparison.scenarios == ("two", "three")
    assert {r.baseline for r in comparison.rows} == {"one"}
    assert [cells[0] for cells in comparison.table()[1] if not any(cells[1:])] == ["two", "three"]
    json.loads(json.dumps(comparison.to_dict(), allow_nan=False))


def test_runs_that_are_not_paired_are_refused() -> None:
    one = run_of("one", BASE)
    with pytest.raises(InputError, match="two or more"):
        compare([one])
    with pytest.raises(InputError, match="twice"):
        compare([one, run_of("one", OTHER)])
    with pytest.raises(InputError, match="seed 2"):
        compare([one, run_of("two", OTHER, seed=2)])
    fewer = {key: [year[:2] for year in by_year] for key, by_year in OTHER.items()}
    with pytest.raises(InputError, match="2 replicates"):
        compare([one, run_of("two", fewer)])


def test_years_that_one_run_lacks_are_named_and_not_compared() -> None:
    later = compare([run_of("one", BASE), run_of("later", OTHER, first_year=2021)])
    assert later.periods == ("2021", "2021-2022")
    assert later.notes == (
        "2020 is not covered by both one and later",
        "2022-2023 is not covered by both one and later",
    )


def test_a_mean_over_an_undefined_year_is_undefined() -> None:
    means = period_means(run_of("one", BASE).series, (2021, 2022))
    assert means.loc[("output.share", "Russia-China")].isna().tolist() == [False, True, False]
    assert means.loc[("partnerships.count", "Russia-West")].tolist() == [101.0, 119.0, 111.0]


def test_networks_are_compared_at_the_dates_that_all_runs_have() -> None:
    """One has snapshots at the ends of 2020, 2021 and 2022, two at those of 2021 and 2022: 2020 does not count."""
    names = (
        ("sorting.excess", "Russia>China"),
        ("sorting.excess", "RU>CN"),
        ("kinds.share", "Russia-West:company-company"),
    )

    def with_networks(name: str, values: Values, indicators: list[list[float]], years: list[int]) -> Run:
        rows = [
            (k, pd.Timestamp(year, 12, 31), pair, indicator, value, "share")
            for indicator, pair in names
            for year, by_replicate in zip(years, indicators, strict=True)
            for k, value in enumerate(by_replicate)
        ]
        frame = pd.DataFrame(rows, columns=["replicate", "date", "pair", "indicator", "value", "unit"])
        return SimpleNamespace(**{**vars(run_of(name, values)), "indicators": frame})  # type: ignore[return-value]

    one = with_networks("one", BASE, [[0.9, 0.9, 0.9], [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]], [2020, 2021, 2022])
    two = with_networks("two", OTHER, [[0.4, 0.4, 0.4], [0.4, 0.4, 0.4]], [2021, 2022])
    rows = [r for r in compare([one, two]).rows if r.indicator in ("sorting.excess", "kinds.share")]
    assert [(r.pair, r.period, r.unit, r.of) for r in rows] == [("Russia>China", "2021-2022", "share", "blocs")]
    assert (rows[0].baseline_value, rows[0].difference) == pytest.approx((0.2, 0.2))


def test_pairs_and_periods_have_a_fixed_order() -> None:
    assert bloc_pairs(("A", "B", "C")) == ("A-B", "A-C", "B-C", "A-A", "B-B", "C-C")
    spans = periods_of([load_scenario("detente"), load_scenario("hindcast")])
    assert spans == ((2019, 2021), (2022, 2023), (2024, 2025), (2030, 2034))
    assert all(a < b for a, b in pairwise(spans))


# --- precision ----------------------------------------------------------------------------------------------------


def noisy(name: str, numbers: range, shift: float, spread: float) -> Run:
    """Replicates whose difference to a base without shift and spread is normal; replicate k is the same in any batch."""
    draws = [shift + spread * np.random.default_rng(k).standard_normal() for k in numbers]
    values: Values = {
        ("partnerships.count", "Russia-West"): [[100.0] * len(numbers), *[[100.0 + d for d in draws]] * 2]
    }
    run = run_of(name, values)
    run.series["replicate"] += numbers.start
    return run


def replicated(precision: float, most: int, spread: float = 10.0) -> Replication:
    plan = Replication(4, precision=precision, most=most, outcomes=["partnerships.count:Russia-West"])
    for batch in plan.batches():
        plan.take([noisy("one", batch, 0.0, 0.0), noisy("two", batch, 5.0, spread)])
    return plan


def test_precision_is_a_share_of_the_value_of_the_base() -> None:
    """Deviation 10 and base 100: half-widths of 2 take about (1.96 * 10 / 2)^2 = 96 replicates."""
    plan = replicated(0.02, 500)
    assert 60 < plan.count < 160 and not plan.missed
    (found,) = [r for r in headline_rows(plan.comparison(), plan.outcomes) if r.period == "2021-2022"]
    assert found.replicates == plan.count and (relative_half_width(found) or 1.0) <= 0.02
    assert found.high - found.low == pytest.approx(2 * 100 * relative_half_width(found))
    assert "Precision reached with" in plan.verdict()[0]


def test_batches_add_the_replicates_that_one_run_of_all_would_have() -> None:
    plan = replicated(0.02, 500)
    whole = range(plan.count)
    at_once = compare([noisy("one", whole, 0.0, 0.0), noisy("two", whole, 5.0, 10.0)])
    assert plan.comparison().rows == at_once.rows
    assert len(next(Replication(60).batches())) == batches.BATCH


def test_what_is_not_reached_is_said_plainly() -> None:
    plan = replicated(0.001, 30)
    assert plan.count == 30 and plan.missed
    (line,) = plan.verdict()
    assert line.startswith("Precision NOT reached") and "partnerships.count:Russia-West in 2021-2022 (two)" in line


def test_no_precision_is_one_round_and_outcomes_must_exist() -> None:
    assert replicated(0.9, 500).count == batches.FEWEST
    assert Replication(7).verdict() == []
    plan = Replication(4, precision=0.02, most=50, outcomes=["partnerships.count:Russia-Wset"])
    with pytest.raises(InputError, match="Russia-West"):
        plan.take([noisy("one", range(4), 0.0, 0.0), noisy("two", range(4), 5.0, 1.0)])


@pytest.mark.parametrize(("text", "value"), [("2%", 0.02), ("0.02", 0.02), (" 12.5 % ".strip(), 0.125)])
def test_precision_is_read(text: str, value: float) -> None:
    assert read_precision(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["0", "2", "-1%", "nan", "100%", "much", ""])
def test_what_is_no_precision_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="precision"):
        read_precision(text)


def test_means_of_batches_join_in_the_order_of_replicates() -> None:
    parts = [means_of([noisy("one", numbers, 1.0, 1.0)]) for numbers in (range(3), range(3, 5))]
    whole = means_of([noisy("one", range(5), 1.0, 1.0)])
    joined = parts[0].with_more(parts[1])
    assert joined.replicates == 5
    for span, table in whole.by_run[0].items():
        pd.testing.assert_frame_equal(joined.by_run[0][span], table)


# --- the command --------------------------------------------------------------------------------------------------

SMALL = [
    "--set", "world.institutions=40", "--set", "time.start=2014-01-01", "--set", "time.show_from=2019-01-01",
    "--replicates", "3", "--seed", "4", "--jobs", "1", "--quiet",
]  # fmt: skip


def test_the_command_leaves_a_comparison_that_its_own_results_give_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "hindcast", "no-2022", *SMALL, "--out", str(tmp_path / "out")]
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    written = json.loads((tmp_path / "out/comparison.json").read_text())
    assert [list(row) for row in said] == [list(JSON_KEYS)] * len(said)
    assert said == [{key: row[key] for key in JSON_KEYS} for row in written["rows"]]
    counted = [row for row in said if row["pair"] == "Russia-West" and row["indicator"] in INDICATORS]
    assert (written["replicates"], {row["replicates"] for row in counted}) == (3, {3})
    assert {"dependency.output", "brokerage.paths", "knowledge.working"} <= {row["indicator"] for row in said}
    results = [open_result(tmp_path / "out" / name) for name in ("hindcast", "no-2022")]
    assert json.loads(json.dumps(compare(results).to_dict())) == written
    west = [r for r in written["rows"] if r["pair"] == "Russia-West" and r["indicator"] == "partnerships.count"]
    assert [(r["period"], r["identical"]) for r in west] == [("2019-2021", True), ("2022-2023", False)]
    assert {"CN-RU", "Russia-China", "Russia>China"} <= {r["pair"] for r in written["rows"]}
    with pytest.raises(InputError, match="is a comparison"):
        open_result(tmp_path / "out")
    assert damage(tmp_path / "out") == [] and {path.stem for path in (tmp_path / "out/figures").glob("*.png")} == {
        "volume", "difference", "outcomes", "substitution", "dependency",
    }  # fmt: skip
    assert main([*words, "--force", "--no-figures"]) == 0
    assert "no-2022 against hindcast, means over 2022-2023" in capsys.readouterr().out
    assert {path.stem for path in (tmp_path / "out/figures").glob("*")} == set()


def test_the_command_stops_where_it_is_precise_enough_and_says_where_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "hindcast", "no-2022", *SMALL, "--no-figures", "--out", str(tmp_path / "out"), "--force"]
    assert main([*words, "--precision", "2%", "--max-replicates", "4"]) == 0
    assert "Precision NOT reached" in capsys.readouterr().out
    assert open_result(tmp_path / "out/hindcast").series["replicate"].nunique() == 4
    assert open_result(tmp_path / "out/hindcast").scenario.run.replicates == 4
    easy = ["--precision", "90%", "--outcome", "partnerships.count:Russia-West", "--max-replicates", "11"]
    assert main([*words, *easy]) == 0
    assert "Precision reached with 10 replicates" in capsys.readouterr().out
    for wrong in (["--max-replicates", "9"], ["--outcome", "x"], ["--precision", "2%", "--max-replicates", "2"]):
        assert main([*words, *wrong]) == 2


def test_scenarios_of_different_ends_are_run_to_the_same_one() -> None:
    long = load_scenario("hindcast", ["name=long", "time.end=2030-01-01"])
    (short, same), notes = to_one_end([load_scenario("hindcast"), long])
    assert short.time.end == same.time.end == long.time.end and same == long
    assert notes == ["hindcast goes on from 2024-01-01 to 2030-01-01, the end of long"]
    (prolonged, outlook), (note,) = to_one_end(
        [load_scenario("hindcast"), load_scenario("outlook", ["inputs.damping=0.5"])]
    )
    assert prolonged.inputs == outlook.inputs and note.endswith(
        "with the inputs that this one assumes where the data end"
    )
