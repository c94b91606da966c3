"""The result folder: whole or not at all, the same bytes for the same frame, damage noticed, reproduced bit for bit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.errors import ExperimentError
from experiments.results import (
    Staging,
    choose_folder,
    damage,
    is_result,
    leftovers,
    open_result,
    read_manifest,
    register_figures,
    write_result,
)
from experiments.results.frames import first_differences, ordered_series, to_table, write_csv, write_parquet
from experiments.results.provenance import differences, provenance
from experiments.results.reproducing import reproduce
from experiments.results.summary import Estimate, compare_years, crowding, pairs_of_first_bloc
from experiments.runner import run_scenario
from model.errors import InputError
from model.scenario import load_scenario
from model.simulation import Simulation

SMALL = ("world.institutions=60", "time.start=2010-01-01", "time.show_from=2012-01-01", "time.end=2015-01-01")


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    """A small run; its seed is in its scenario."""
    scenario = load_scenario("classroom", [*SMALL, "run.replicates=2", "run.seed=11", "record.snapshots=[2013-01-01]"])
    return run_scenario(scenario, jobs=1)


@pytest.fixture(scope="module")
def finished(simulation: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished result; not to be changed."""
    target = tmp_path_factory.mktemp("results") / "run"
    with Staging(target) as staging:
        write_result(staging.folder, simulation, started=datetime.now(UTC), command=["comity", "run"])
        staging.publish()
    return target


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """A finished result that may be changed."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


# --- frames to files ---------------------------------------------------------------------------------------------


def series(values: list[float], **columns: object) -> pd.DataFrame:
    """Rows of a series, in no order."""
    n = len(values)
    content = {
        "scenario": pd.Categorical(["s"] * n),
        "replicate": np.arange(n, dtype=np.int32)[::-1],
        "date": pd.to_datetime(["2020-12-31"] * n),
        "pair": pd.Categorical(["A-B"] * n, categories=["A-B", "never seen"]),
        "indicator": pd.Categorical(["output.volume"] * n),
        "value": values,
        "unit": pd.Categorical(["works a year"] * n),
    }
    return pd.DataFrame(content | columns)


def test_undefined_is_null_and_empty(tmp_path: Path) -> None:
    frame = ordered_series(series([0.1, np.nan, 1e300]))
    write_parquet(frame, tmp_path / "s.parquet")
    write_csv(frame, tmp_path / "s.csv")
    assert pq.read_table(tmp_path / "s.parquet")["value"].null_count == 1
    lines = (tmp_path / "s.csv").read_text().splitlines()
    assert lines[0] == "scenario,replicate,date,pair,indicator,value,unit"
    assert lines[2] == "s,1,2020-12-31,A-B,output.volume,,works a year"
    assert lines[3] == "s,2,2020-12-31,A-B,output.volume,0.1,works a year"


def test_equal_values_give_equal_bytes(tmp_path: Path) -> None:
    """However the frame holds them: as categories, as text, in another order of rows."""
    one = series([1.0, 2.0, 3.0])
    other = one.sample(frac=1.0, random_state=1).astype({"scenario": str, "pair": str, "unit": str})
    for name, frame in (("one", one), ("other", other)):
        write_parquet(ordered_series(frame), tmp_path / f"{name}.parquet")
        write_csv(ordered_series(frame), tmp_path / f"{name}.csv")
    for kind in ("parquet", "csv"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"other.{kind}").read_bytes()


def test_an_undefined_category_is_null_as_in_text(tmp_path: Path) -> None:
    words = ["West", None, "China", "West", None]
    of_categories = pd.DataFrame({"bloc": pd.Categorical(words, categories=["China", "Russia", "West"])})
    of_text = pd.DataFrame({"bloc": pd.array(words, dtype="str")})
    assert to_table(of_categories).equals(to_table(of_text))
    assert to_table(of_categories)["bloc"].chunk(0).dictionary.to_pylist() == ["West", "China"]


def test_a_name_with_a_comma_is_quoted(tmp_path: Path) -> None:
    write_csv(series([1.0], pair=["Iran, Islamic Republic-West"]), tmp_path / "s.csv")
    assert list(pd.read_csv(tmp_path / "s.csv")["pair"]) == ["Iran, Islamic Republic-West"]


def test_csv_and_parquet_hold_every_digit(tmp_path: Path) -> None:
    frame = ordered_series(series(list(np.random.default_rng(0).lognormal(0, 20, 500))))
    write_parquet(frame, tmp_path / "s.parquet")
    write_csv(frame, tmp_path / "s.csv")
    for back in (pd.read_parquet(tmp_path / "s.parquet"), pd.read_csv(tmp_path / "s.csv")):
        assert np.array_equal(back["value"], frame["value"])


def test_the_last_bit_is_a_difference() -> None:
    frame = series([1.0, np.nan, 3.0])
    changed = series([1.0, np.nan, np.nextafter(3.0, 4.0)])
    assert first_differences(frame, frame.copy()) == []
    (line,) = first_differences(frame, changed)
    assert "row 2" in line and "A-B" in line and "3.0000000000000004" in line
    assert first_differences(frame, series([1.0, 2.0, 3.0]))
    assert "rows" in first_differences(frame, frame.iloc[:2])[0]
    assert len(first_differences(series([0.0] * 20), series([1.0] * 20))) == 6


# --- the folder --------------------------------------------------------------------------------------------------


def test_a_folder_of_its_own() -> None:
    now = datetime(2024, 5, 6, 7, 8, 9)
    assert choose_folder("classroom", "abcdef0123", None, now) == Path("results/classroom/20240506-070809-abcdef01")
    assert choose_folder("classroom", "abcdef0123", Path("mine")) == Path("mine")


def test_nothing_is_left_of_what_was_not_finished(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Staging(tmp_path / "run") as staging:
        (staging.folder / "series.csv").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_kill_leaves_is_no_result_under_any_name(finished: Path, tmp_path: Path) -> None:
    """The manifest comes last; and while it is there, the name says that the folder is not in its place yet."""
    staging = Staging(tmp_path / "run").__enter__()
    (staging.folder / "series.csv").write_text("x")
    assert not is_result(staging.folder)
    shutil.copytree(finished, staging.folder, dirs_exist_ok=True)
    assert not is_result(staging.folder)
    with pytest.raises(InputError, match="being written"):
        open_result(staging.folder)
    assert leftovers(tmp_path) == [staging.folder]


@pytest.mark.parametrize("content", [None, "other.txt"])
def test_an_existing_folder_is_refused(tmp_path: Path, content: str | None) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    if content:
        (target / content).write_text("mine")
    with pytest.raises(InputError, match="force"):
        Staging(target)
    if content:
        with pytest.raises(InputError, match="not replaced"):
            Staging(target, force=True)
        assert (target / content).read_text() == "mine"
    else:
        Staging(target, force=True)


def test_a_file_or_a_link_is_never_replaced(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(finished)
    for name in ("file", "link"):
        with pytest.raises(InputError, match="no folder"):
            Staging(tmp_path / name, force=True)


def test_force_replaces_a_result_and_keeps_it_until_then(copy: Path, simulation: Simulation) -> None:
    (copy / "figures").mkdir()
    with pytest.raises(RuntimeError), Staging(copy, force=True):
        raise RuntimeError
    assert (copy / "figures").exists() and is_result(copy)
    with Staging(copy, force=True) as staging:
        write_result(staging.folder, simulation)
        staging.publish()
    assert is_result(copy) and not (copy / "figures").exists()
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_the_manifest_says_how_it_was_made(finished: Path, simulation: Simulation) -> None:
    manifest = read_manifest(finished)
    assert manifest["run"] == {"seed": 11, "replicates": 2, "engine": simulation.scenario.run.engine}
    assert manifest["scenario"]["sha256"] == simulation.scenario.content_hash()
    assert manifest["environment"]["libraries"]["numpy"] == np.__version__
    assert "packaged/copublications.csv" in manifest["data"]
    assert set(manifest["files"]) == {
        "indicators.csv", "indicators.parquet", "programmes.parquet", "scenario.resolved.toml", "series.csv",
        "series.parquet", "snapshots.parquet", "spells.parquet",
    }  # fmt: skip
    assert manifest["times"]["started"] <= manifest["times"]["finished"]
    assert damage(finished) == []


def test_a_result_reads_back(finished: Path, simulation: Simulation) -> None:
    result = open_result(finished)
    assert result.scenario == simulation.scenario
    assert first_differences(result.series, ordered_series(simulation.series)) == []
    assert first_differences(result.indicators, ordered_series(simulation.indicators)) == []
    assert first_differences(result.spells, simulation.spells) == []
    assert len(result.snapshots) == len(simulation.snapshots) > 0


# --- damage and reproduction -------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def edit_manifest(path: Path) -> None:
    """Another seed, well-formed."""
    content = json.loads(path.read_text())
    content["run"]["seed"] += 1
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("series.parquet", flip),
        ("series.csv", flip),
        ("scenario.resolved.toml", flip),
        ("spells.parquet", Path.unlink),
        ("snapshots.parquet", lambda path: path.write_bytes(b"")),
        ("manifest.json", edit_manifest),
    ],
)
def test_damage_is_noticed_and_nothing_is_run(copy: Path, name: str, spoil: Callable[[Path], object]) -> None:
    spoil(copy / name)
    outcome = reproduce(copy)
    assert len(outcome.damaged) == 1 and outcome.damaged[0].startswith(name)
    assert not outcome.identical


def test_a_manifest_that_is_cut_off_is_damage_and_another_folder_is_no_result(copy: Path, tmp_path: Path) -> None:
    manifest = copy / "manifest.json"
    manifest.write_text(manifest.read_text()[:100])
    with pytest.raises(ExperimentError, match="damaged"):
        reproduce(copy)
    manifest.write_text('{"format": "something else"}')
    with pytest.raises(InputError, match="no result"):
        reproduce(copy)
    with pytest.raises(InputError, match="no result"):
        open_result(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        open_result(tmp_path / "nothing")


def test_the_log_may_change_and_figures_may_be_drawn_again(copy: Path) -> None:
    (copy / "run.log").write_text("anything")
    (copy / "figures").mkdir()
    (copy / "figures" / "fan.svg").write_text("drawn")
    register_figures(copy)
    assert damage(copy) == []
    (copy / "figures" / "fan.svg").write_text("changed")
    assert damage(copy) == ["figures/fan.svg: has 7 bytes, not 5"]


def test_it_comes_out_the_same(finished: Path) -> None:
    outcome = reproduce(finished, jobs=1)
    assert outcome.identical, outcome
    assert outcome.changed == ()


def test_a_result_of_other_numbers_is_told_by_its_first_rows(copy: Path, simulation: Simulation) -> None:
    """A well-formed result whose values are not what its scenario gives."""
    frame = simulation.series.copy()
    frame["value"] *= 1.5
    with Staging(copy, force=True) as staging:
        write_result(staging.folder, Simulation(**{**vars(simulation), "series": frame}))
        staging.publish()
    outcome = reproduce(copy, jobs=1)
    assert not outcome.identical and not outcome.damaged
    assert outcome.differing[0].startswith("series: row ")


def test_what_differs_between_then_and_now_is_said() -> None:
    now = provenance()
    then = json.loads(json.dumps(now))
    assert differences(then, now) == []
    then["environment"]["libraries"]["numpy"] = "1.0"
    then["program"]["git"] = {"commit": "0" * 40, "dirty": True}
    (line,) = differences(then, now)
    assert line.startswith("environment.libraries.numpy: 1.0 then")
    then["program"]["model_sha256"] = "0" * 64
    assert any(line.startswith("program.git.commit") for line in differences(then, now))


# --- the summary -------------------------------------------------------------------------------------------------


def yearly(indicator: str, values: dict[int, list[float]], unit: str) -> pd.DataFrame:
    """Rows of one pair: year -> value by replicate."""
    rows = [
        {
            "replicate": k,
            "date": pd.Timestamp(year, 12, 31),
            "pair": "R-C",
            "indicator": indicator,
            "value": v,
            "unit": unit,
        }
        for year, row in values.items()
        for k, v in enumerate(row)
    ]
    return pd.DataFrame(rows)


def test_before_and_after_are_means_of_years_compared_within_a_replicate() -> None:
    volume = yearly("output.volume", {2019: [10.0, 20.0], 2020: [30.0, 20.0], 2021: [40.0, 10.0]}, "works a year")
    share = yearly("output.share", {2019: [0.1, 0.1], 2020: [0.1, 0.1], 2021: [0.2, np.nan]}, "share")
    observed = pd.DataFrame({"R-C": [5.0, 15.0, 20.0], "all": [100.0, 100.0, 200.0]}, index=[2019, 2020, 2021])
    rows = compare_years(pd.concat([volume, share]), "R-C", (2019, 2020), (2021, 2021), observed)
    by_quantity = {row.quantity: row for row in rows}
    row = by_quantity["volume"]
    assert row.before == Estimate(20.0, 20.0, 20.0)
    assert row.after.median == 25.0 and row.unit == "works a year"
    assert row.change.median == pytest.approx((1.0 - 0.5) / 2)  # +100 % in one replicate, -50 % in the other
    assert (row.observed_before, row.observed_after, row.observed_change) == (10.0, 20.0, 1.0)
    row = by_quantity["share"]
    assert row.after == Estimate(0.2, 0.2, 0.2)  # the replicate without a value is left out
    assert (row.observed_before, row.observed_after) == (pytest.approx(0.1), pytest.approx(0.1))


def test_years_that_are_not_covered_or_missing_give_no_number() -> None:
    volume = yearly("output.volume", {2019: [10.0]}, "works a year")
    observed = pd.DataFrame({"R-C": [5.0, np.nan], "all": [10.0, np.nan]}, index=[2019, 2020])
    row = compare_years(volume, "R-C", (2019, 2020), (2021, 2022), observed)[0]
    assert row.before.median is row.after.median is row.change.median is None
    assert row.observed_before is row.observed_after is row.observed_change is None


def test_a_crowded_process_is_warned_of() -> None:
    assert crowding(yearly("network.saturation", {2019: [0.4, 0.5]}, "share")) == []
    assert "0.61" in crowding(yearly("network.saturation", {2019: [0.4, 0.61]}, "share"))[0]


def test_pairs_are_those_of_the_first_bloc() -> None:
    assert pairs_of_first_bloc(["Iran", "EU", "Gulf"]) == ("Iran-EU", "Iran-Gulf")
