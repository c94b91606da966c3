"""What two finished runs differ in: keys by hand, results paired or not, and the command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.cli import main
from experiments.comparing.means import period_means
from experiments.comparing.statistics import mean_interval, welch_interval
from experiments.diffing import diff
from experiments.diffing.settings import measure_changes, setting_changes
from experiments.errors import ExperimentError
from experiments.results import open_result
from experiments.results.changes import Change, changes, value_text
from model.errors import InputError
from model.scenario import load_scenario

SMALL = [
    "--set", "world.institutions=40", "--set", "time.start=2016-01-01", "--set", "time.show_from=2019-01-01",
    "--no-figures", "--jobs", "1", "--quiet",
]  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs: one, the same again, without pandemic and with two replicates, and with another seed."""
    root = tmp_path_factory.mktemp("runs")
    runs = {
        "one": ["--replicates", "3", "--seed", "4"],
        "again": ["--replicates", "3", "--seed", "4"],
        "changed": ["--replicates", "2", "--seed", "4", "--set", "measures.pandemic.enabled=false"],
        "luck": ["--replicates", "3", "--seed", "5"],
    }
    for name, words in runs.items():
        assert main(["run", "classroom", *SMALL, *words, "--out", str(root / name)]) == 0
    return {name: root / name for name in runs}


# --- settings -----------------------------------------------------------------------------------------------------


def test_keys_with_both_values() -> None:
    a, b = {"x": {"y": 1, "z": (1, 2)}, "only": "a"}, {"x": {"y": True, "z": [1, 2]}, "new": 2.0}
    assert changes(a, b) == (Change("x.y", 1, True), Change("only", "a", None), Change("new", None, 2.0))
    assert changes(a, a) == ()


def test_settings_and_measures_are_told_apart() -> None:
    a = load_scenario("hindcast")
    b = load_scenario("hindcast", ["world.institutions=700", "measures.pandemic.strength=0.5"])
    kept = {name: measure for name, measure in b.measures.items() if name != "ukri-2022"}
    b = b.model_copy(update={"measures": {**kept, "new": kept["pandemic"]}})
    assert setting_changes(a, b) == (Change("world.institutions", 600, 700),)
    found = measure_changes(a, b)
    assert (found.added, found.removed) == (("new",), ("ukri-2022",))
    assert found.changed == {"pandemic": (Change("strength", 1.0, 0.5),)}
    assert found.any and not measure_changes(a, a).any


def test_hashes_are_shown_by_their_first_digits() -> None:
    assert value_text("0123456789abcdef" * 4) == "0123456789ab"
    assert (value_text(None), value_text(True), value_text("x" * 99)) == ("nothing", "true", "x" * 59 + "…")


# --- results ------------------------------------------------------------------------------------------------------


def test_interval_of_independent_samples_is_that_of_scipy() -> None:
    draws = np.random.default_rng(2)
    a, b = draws.normal(1.0, 1.0, 7), draws.normal(3.0, 4.0, 12)
    found = welch_interval(a, b)
    expected = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.value == pytest.approx(b.mean() - a.mean()) and found.count == 7
    assert welch_interval(a[:1], b).low is None
    assert (welch_interval(np.ones(3), np.full(2, 4.0)).low, welch_interval(np.ones(3), np.full(2, 4.0)).high) == (3, 3)


def test_the_same_run_twice_differs_in_nothing(folders: dict[str, Path]) -> None:
    found = diff(folders["one"], folders["again"])
    assert found.same_series and found.settings == () and not found.measures.any
    assert all(not changed for changed in found.made_by.values())
    assert all(row.identical and row.difference == 0.0 for row in found.rows)
    assert (found.a.label, found.b.label) == ("one", "again")


def test_common_luck_is_paired_over_the_replicates_that_both_have(folders: dict[str, Path]) -> None:
    found = diff(folders["one"], folders["changed"])
    assert found.common_luck and "2 of them" in found.luck and "left out" in found.luck
    assert Change("run.replicates", 3, 2) in found.settings
    assert found.measures.changed == {"pandemic": (Change("enabled", True, False),)}
    a, b = (period_means(open_result(folders[name]).series, (2022, 2023)) for name in ("one", "changed"))
    key = ("partnerships.count", "Russia-West")
    expected = mean_interval((b.loc[key] - a.loc[key][[0, 1]]).to_numpy())
    (row,) = [r for r in found.rows if (r.indicator, r.pair) == key and r.period == "2022-2023"]
    assert (row.difference, row.low, row.high) == pytest.approx((expected.value, expected.low, expected.high))


def test_other_luck_is_not_paired_and_said(folders: dict[str, Path]) -> None:
    found = diff(folders["one"], folders["luck"])
    assert not found.common_luck and "another seed" in found.luck and "Welch" in found.luck
    a, b = (period_means(open_result(folders[name]).series, (2022, 2023)) for name in ("one", "luck"))
    key = ("partnerships.count", "Russia-West")
    expected = welch_interval(a.loc[key].to_numpy(), b.loc[key].to_numpy())
    (row,) = [r for r in found.rows if (r.indicator, r.pair) == key and r.period == "2022-2023"]
    assert (row.difference, row.low, row.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert row.variance_reduction is None and found.comparison.compensation == ()


def test_order_of_rows_and_number_of_replicates_change_no_mean(folders: dict[str, Path]) -> None:
    series = open_result(folders["one"]).series
    whole = period_means(series, (2019, 2021))
    shuffled = period_means(series.sample(frac=1.0, random_state=1), (2019, 2021))
    pd.testing.assert_frame_equal(shuffled, whole, check_exact=True)
    part = period_means(series[series["replicate"] == 1], (2019, 2021))
    pd.testing.assert_frame_equal(part, whole[[1]], check_exact=True)


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_prints_text_and_json(folders: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["diff", str(folders["one"]), str(folders["changed"])]
    assert main(words) == 0
    said = capsys.readouterr().out
    for line in (
        "  pandemic.enabled: true -> false",
        "  run.replicates: 3 -> 2",
        "Program: the same.",
        "Data: the same.",
    ):
        assert line in said.splitlines()
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["measures"]["changed"]["pandemic"] == [{"key": "enabled", "a": True, "b": False}]
    assert {row["paired"] for row in found["results"]} == {True} and found["same_series"] is False
    assert main(["diff", str(folders["one"]), str(folders["again"])]) == 0
    assert "the same to the last bit" in capsys.readouterr().out


def test_what_is_no_whole_run_is_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        diff(folders["one"], tmp_path / "none")
    broken = tmp_path / "broken"
    shutil.copytree(folders["one"], broken)
    (broken / "series.parquet").write_bytes(b"")
    with pytest.raises(ExperimentError, match="damaged"):
        diff(folders["one"], broken)
