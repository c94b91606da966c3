"""Sweeps: files with faults, the design, outcomes by hand, the same bytes for any number of processes, the command."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.results import damage, read_manifest
from experiments.runner import run_scenario
from experiments.sweeping import SweepResult, find_sweep, load_sweep, open_dataset, packaged_sweeps, run_sweep
from experiments.sweeping.outcomes import pairs_of, summarise, unit_of, values_of
from experiments.sweeping.schema import Outcome
from model.errors import InputError
from model.indicators import OF_NETWORKS
from model.recording import INDICATORS
from model.scenario import load_scenario

TINY = """\
# What do two settings do?
version = 1
title = "Tiny"
question = "What do two settings do?"
scenario = "classroom"
replicates = 2
seed = 3

[settings]
world.institutions = 40
time.start = 2018-01-01
time.show_from = 2019-01-01

[[factors]]
name = "sanctions"
paths = ["measures.mobility-2022.strength", "measures.academies-2022.strength"]
levels = [0, 2]

[[factors]]
name = "lambda"
paths = ["parameters.process.opportunity_rate"]
levels = [8.0, 12.0]

[[outcomes]]
name = "ties"
indicator = "partnerships.count"
pair = "Russia-West"
years = [2022, 2023]

[[outcomes]]
indicator = "output.volume"
pair = "CN-RU"
years = [2022, 2023]
relative_to = [2019, 2021]

[[outcomes]]
indicator = "network.mean_degree"
years = [2023, 2023]
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder with the tiny sweep in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(TINY)
    return tmp_path


# --- files with faults --------------------------------------------------------------------------------------------

FAULTS = {
    "unknown key": ('title = "Tiny"', 'titel = "Tiny"', "titel", "did you mean 'title'"),
    "unknown key of a factor": ("levels = [0, 2]", "level = [0, 2]", "factors.sanctions.level", "did you mean 'levels'"),
    "no version": ("version = 1", "", "version", "version = 1"),
    "another version": ("version = 1", "version = 2", "version", "1"),
    "unknown scenario": ('"classroom"', '"clasroom"', "scenario", "did you mean 'classroom'"),
    "unknown setting": ("world.institutions", "world.institution", "settings", "did you mean 'world.institutions'"),
    "setting out of range": ("institutions = 40", "institutions = 4", "settings.world.institutions", "20"),
    "unknown measure": ("mobility-2022", "mobilty-2022", "factors.sanctions.paths", "mobility-2022"),
    "unknown path": ("2022.strength\", ", "2022.strenght\", ", "factors.sanctions.paths", "strength"),
    "path of the luck": ("parameters.process.opportunity_rate", "run.seed", "factors.lambda.paths", "--seed"),
    "level out of range": ("[0, 2]", "[0, 2, 7]", "factors.sanctions.levels, entry 3", "academies-2022.strength: 7 is too large"),
    "level of another type": ("[0, 2]", '["none", "all"]', "factors.sanctions.levels, entry 1", "number"),
    "levels of two kinds": ("[0, 2]", '[0, "all"]', "factors.sanctions", "one kind, not number and text"),
    "level that is no value": ("[0, 2]", "[[0], [2]]", "factors.sanctions.levels, entry 1", "a number, true or false"),
    "level that is not finite": ("[0, 2]", "[0, inf]", "factors.sanctions.levels, entry 2", "finite"),
    "level twice": ("[0, 2]", "[0, 0.0]", "factors.sanctions", "must not repeat"),
    "empty factor": ("levels = [0, 2]", "levels = []", "factors.sanctions.levels", "at least 1"),
    "factor without paths": ('["parameters.process.opportunity_rate"]', "[]", "factors.lambda", "either paths or measures, at least 1"),
    "duplicate factor": ('name = "lambda"', 'name = "sanctions"', "tiny.toml", "'sanctions' stands there twice"),
    "path of two factors": ("parameters.process.opportunity_rate", "measures.mobility-2022.strength", "tiny.toml", "twice"),
    "name of a column": ('name = "lambda"', 'name = "value"', "factors.value", "column"),
    "name that is none": ('name = "lambda"', 'name = "2 x"', "factors.2 x", "beginning with a letter"),
    "unknown indicator": ("output.volume", "output.volum", "outcomes.indicator, entry 2", "did you mean 'output.volume'"),
    "unknown pair": ('"Russia-West"', '"Russia-Wets"', "outcomes.ties.pair", "did you mean 'Russia-West'"),
    "pair the wrong way round": ('"CN-RU"', '"RU-CN"', "pair", "did you mean 'CN-RU'"),
    "pair of an indicator of the whole": ('"network.mean_degree"', '"output.works"', "pair", "Russia-China"),
    "years outside the run": ("[2023, 2023]", "[2023, 2024]", "years", "2024-01-01"),
    "years before it is shown": ("[2019, 2021]", "[2018, 2021]", "relative_to", "2019-01-01"),
    "years the wrong way round": ("[2023, 2023]", "[2023, 2022]", "outcomes", "[first, last]"),
    "outcome twice": ("indicator = \"network.mean_degree\"", 'name = "ties"\nindicator = "network.mean_degree"', "", "'ties'"),
    "too many points": ("[settings]", '[design]\nkind = "latin-hypercube"\npoints = 1000001\n[settings]', "tiny.toml", "1,000,001 design points"),
    "old name of factors": ("[[factors]]", "[[axes]]", "axes", "did you mean 'factors'"),
    "levels and a range": ("levels = [0, 2]", "levels = [0, 2]\nrange = [0, 2]", "factors.sanctions", "one of levels, range, distribution"),
    "no values": ("levels = [0, 2]", "", "factors.sanctions", "one of levels, range, distribution, not none"),
    "a grid of a range": ("levels = [0, 2]", "range = [0, 2]", "tiny.toml", "a grid needs levels"),
    "range reversed": ("levels = [0, 2]", "range = [2, 0]", "factors.sanctions", "[low, high]"),
    "range of text": ("levels = [0, 2]", 'range = "asumed"', "factors.sanctions.range", "assumed"),
    "another role": ("levels = [0, 2]", 'levels = [0, 2]\nrole = "levr"', "factors.sanctions.role", "lever"),
    "measure that is not there": ('paths = ["parameters.process.opportunity_rate"]\nlevels = [8.0, 12.0]', 'measures = ["mobilty-2022"]', "factors.lambda.measures", "did you mean 'mobility-2022'"),
    "measures with numbers": ('paths = ["parameters.process.opportunity_rate"]', 'measures = ["mobility-2022"]', "factors.lambda", "must be false and true"),
    "paths and measures": ("levels = [0, 2]", 'measures = ["ukri-2022"]', "factors.sanctions", "either paths or measures"),
    "unknown kind of design": ("[settings]", '[design]\nkind = "lhs"\n[settings]', "design.kind", "latin-hypercube"),
    "design without its number": ("[settings]", '[design]\nkind = "sobol"\n[settings]', "design", "a sobol design needs base"),
    "design with another's number": ("[settings]", '[design]\nkind = "sobol"\nbase = 4\npoints = 3\n[settings]', "design", "has no points"),
    "base that is no power of two": ("[settings]", '[design]\nkind = "sobol"\nbase = 12\n[settings]', "design", "a power of two, such as 16"),
    "name of a column of runs": ('name = "ties"', 'name = "status"', "outcomes", "column"),
    "factor named as an outcome": ('name = "lambda"', 'name = "ties"', "tiny.toml", "'ties' stands there twice"),
    "factor named as an outcome, but for a capital": ('name = "lambda"', 'name = "Ties"', "tiny.toml", "'Ties' and 'ties'"),
    "outcomes that differ in a capital": ('indicator = "network.mean_degree"', 'name = " TIES"\nindicator = "network.mean_degree"', "tiny.toml", "'ties' and ' TIES'"),
    "factors that differ in a capital": ('name = "lambda"', 'name = "Sanctions"', "tiny.toml", "'sanctions' and 'Sanctions'"),
    "name of a column in capitals": ('name = "ties"', 'name = " Run "', "outcomes", "column"),
    "factor named as a column in capitals": ('name = "lambda"', 'name = "Seed"', "factors.Seed", "column"),
    "blank name": ('name = "ties"', 'name = "  "', "outcomes", "must not be blank"),
    "nearly a kind of design": ("[settings]", '[design]\nkind = "sobl"\n[settings]', "design.kind", "did you mean 'sobol'"),
    "nearly a family": ("levels = [0, 2]", 'distribution = {family = "triangle", low = 0, mode = 1, high = 2}', "factors.sanctions.distribution.family", "allowed: uniform, triangular, normal, lognormal, beta; did you mean 'triangular'"),
    "nearly a role": ("levels = [0, 2]", 'levels = [0, 2]\nrole = "levr"', "factors.sanctions.role", "there is no role \"levr\"\n  allowed: uncertainty, lever; did you mean 'lever'"),
    "one year alone": ("[2023, 2023]", "2023", "outcomes.years, entry 3", "2023: must be a list, in brackets\n  allowed: [first, last]"),
    "years that end before they begin": ("[2023, 2023]", "[2023, 2021]", "outcomes.years, entry 3", "[2023, 2021] ends before it begins\n  allowed: [first, last]"),
    "a year and no other": ("[2019, 2021]", "[2019]", "outcomes.relative_to, entry 2", "[2019]: must have two entries\n  allowed: [first, last]"),
    "base that is said again": ("[settings]", '[design]\nkind = "sobol"\nbase = 6\n[settings]', "design.base", "6 is no power of two\n  allowed: a power of two, such as 8"),
    "a path that is no list": ('["parameters.process.opportunity_rate"]', '"parameters.process.opportunity_rate"', "factors.lambda.paths", "must be a list, in brackets"),
    "odd levels of a design": ("[settings]", '[design]\nkind = "morris"\ntrajectories = 4\nlevels = 5\n[settings]', "design.levels", "5 is odd"),
    "not TOML": ("version = 1", "version 1", "tiny.toml", "TOML"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_named_with_file_and_key(here: Path, name: str) -> None:
    written, instead, key, said = FAULTS[name]
    assert written in TINY
    (here / "tiny.toml").write_text(TINY.replace(written, instead, 1))
    with pytest.raises(InputError) as caught:
        load_sweep("tiny.toml")
    text = str(caught.value)
    assert "tiny.toml" in caught.value.where and key in caught.value.where, text
    assert said in text and len(text.splitlines()) <= 2


def test_settings_of_the_command_are_checked_too(here: Path) -> None:
    assert load_sweep("tiny.toml", ["world.institutions=50"]).base.world.institutions == 50
    for text, said in (
        ("world.institution=50", "^--set: .*\n.*did you mean 'world.institutions'"),
        ("world.institutions=1", "^--set world.institutions: 1 is too small"),
        ("run.replicates=3", "^--set: .*\n.*--replicates"),
        ("x", "path.to.key"),
    ):
        with pytest.raises(InputError, match=said):
            load_sweep("tiny.toml", [text])
    with pytest.raises(InputError, match=r"^--seed: "):
        load_sweep("tiny.toml", seed=2**32)
    chosen = load_sweep("tiny.toml", replicates=7, seed=0)
    assert (chosen.replicates, chosen.seed) == (7, 0)


def test_combinations_that_cannot_run_are_refused_before_anything_runs(here: Path) -> None:
    """Each level is good by itself; the end of one must not come before the start of the other."""
    factors = """
[[factors]]
name = "begins"
paths = ["measures.mobility-2022.start"]
levels = [2020-01-01, 2022-02-27]

[[factors]]
name = "ends"
paths = ["measures.mobility-2022.end"]
levels = [2023-01-01, 2022-03-01]
"""
    text = TINY.replace('"measures.mobility-2022.strength", ', "") + factors
    (here / "tiny.toml").write_text(text)
    assert len(load_sweep("tiny.toml").points) == 16
    (here / "tiny.toml").write_text(text.replace("[2020-01-01, 2022-02-27]", "[2020-01-01, 2022-12-01]"))
    with pytest.raises(InputError, match=r"begins = 2022-12-01, ends = 2022-03-01") as caught:
        load_sweep("tiny.toml")
    assert "measures.mobility-2022" in str(caught.value)


def test_a_combination_must_cover_the_years_of_the_outcomes(here: Path) -> None:
    factor = '\n[[factors]]\nname = "until"\npaths = ["time.end"]\nlevels = [2024-01-01, 2023-01-01]\n'
    (here / "tiny.toml").write_text(TINY + factor)
    with pytest.raises(InputError, match=r"not inside the run at .*until = 2023-01-01"):
        load_sweep("tiny.toml")


# --- names --------------------------------------------------------------------------------------------------------


def test_names_are_looked_up_here_first_and_among_the_packaged(here: Path) -> None:
    assert set(packaged_sweeps()) >= {"class-grid", "sanctions-by-instruments"}
    assert find_sweep("class-grid") == packaged_sweeps()["class-grid"]
    own = here / "scenarios/experiments"
    own.mkdir(parents=True)
    (own / "class-grid.toml").write_text(TINY)
    assert find_sweep("class-grid").resolve() == (own / "class-grid.toml").resolve()
    with pytest.raises(InputError, match="did you mean 'class-grid'"):
        find_sweep("clas-grid")
    with pytest.raises(InputError, match="no such file"):
        find_sweep("nowhere/tiny.toml")


OF_AN_ENSEMBLE = TINY.replace('"classroom"', '"hindcast"')
"""A sweep of a scenario that runs with an ensemble by itself."""


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (OF_AN_ENSEMBLE, [], False),
        (OF_AN_ENSEMBLE.replace("[settings]", "[settings]\nrun.ensemble = true"), [], True),
        (OF_AN_ENSEMBLE, ["run.ensemble=true"], True),
        (OF_AN_ENSEMBLE.replace("[settings]", "[settings]\nrun.ensemble = true"), ["run.ensemble=false"], False),
    ],
    ids=["default", "settings", "--set", "--set over settings"],
)
def test_members_of_an_ensemble_run_only_where_the_sweep_wants_them(
    here: Path, text: str, options: list[str], expected: bool
) -> None:
    assert load_scenario("hindcast").run.ensemble
    (here / "tiny.toml").write_text(text)
    sweep = load_sweep("tiny.toml", options)
    assert sweep.base.run.ensemble is expected
    assert {sweep.scenario(point).run.ensemble for point in range(4)} == {expected}
    (here / "resolved").mkdir()
    (here / "resolved/scenario.resolved.toml").write_text(sweep.base.to_toml())
    (here / "resolved/sweep.resolved.toml").write_text(sweep.to_toml())
    again = load_sweep("resolved/sweep.resolved.toml")
    assert again.base.run.ensemble is expected
    assert again.content_hash() == sweep.content_hash()


@pytest.mark.parametrize("name", packaged_sweeps())
def test_packaged_sweeps_are_good_and_begin_with_their_question(name: str) -> None:
    sweep = load_sweep(name)
    assert len(sweep.points) >= 4 and sweep.seed is not None
    assert packaged_sweeps()[name].read_text().startswith(f"# {sweep.file.question}\n")


def test_check_knows_sweeps_by_name_and_by_path(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.toml").write_text(TINY.replace('"Russia-West"', '"Russia-Wets"'))
    assert main(["check", "tiny.toml", "class-grid", "classroom"]) == 0
    assert main(["check", "tiny.toml", "bad.toml", "--json"]) == 2
    out = capsys.readouterr().out
    found = json.loads(out[out.index("[") :])
    assert [entry["ok"] for entry in found] == [True, False]
    assert "bad.toml: outcomes.ties.pair" in found[1]["error"]


# --- design -------------------------------------------------------------------------------------------------------


def test_the_grid_has_every_combination_the_last_factor_fastest(here: Path) -> None:
    sweep = load_sweep("tiny.toml")
    points = sweep.points
    assert [points.values(k) for k in range(len(points))] == [(0, 8.0), (0, 12.0), (2, 8.0), (2, 12.0)]
    scenarios = [sweep.scenario(k) for k in range(4)]
    third = scenarios[2]
    assert [third.measures[m].strength for m in ("mobility-2022", "academies-2022", "ukri-2022")] == [2.0, 2.0, 1.0]
    assert third.parameters.process.opportunity_rate == 8.0
    assert third.world.institutions == 40
    assert {(s.run.seed, s.run.replicates) for s in scenarios} == {(3, 2)}
    assert third.record.snapshots == ()
    frame = points.table(sweep.base.content_hash()).to_pandas()
    assert frame.columns.tolist() == ["point", "sanctions", "lambda", "scenario_sha256"]
    assert frame["scenario_sha256"].nunique() == 4


def test_dates_may_be_levels_and_are_text_in_tables(here: Path) -> None:
    factor = (
        '\n[[factors]]\nname = "lifted"\npaths = ["measures.mobility-2022.end"]\nlevels = [2022-06-01, 2023-06-01]\n'
    )
    (here / "tiny.toml").write_text(TINY + factor)
    sweep = load_sweep("tiny.toml")
    assert sweep.scenario(1).measures["mobility-2022"].end == date(2023, 6, 1)
    frame = sweep.points.table(sweep.base.content_hash()).to_pandas()
    assert frame["lifted"].tolist()[:2] == ["2022-06-01", "2023-06-01"]


# --- outcomes -----------------------------------------------------------------------------------------------------


def series(values: list[list[float]]) -> pd.DataFrame:
    """One indicator of one pair from 2020 on, by year and replicate; a row of another pair that must not count."""
    rows = [
        ("output.volume", pair, pd.Timestamp(2020 + place, 12, 31), k, value if pair == "A-B" else 1e9)
        for pair in ("A-B", "A-C")
        for place, by_replicate in enumerate(values)
        for k, value in enumerate(by_replicate)
    ]
    return pd.DataFrame(rows, columns=["indicator", "pair", "date", "replicate", "value"])


def test_outcomes_by_hand() -> None:
    given = series([[10.0, 0.0, 4.0], [30.0, 0.0, float("nan")], [50.0, 5.0, 8.0]])
    level = Outcome(indicator="output.volume", pair="A-B", years=(2021, 2022))
    np.testing.assert_array_equal(values_of(level, given), [40.0, 2.5, float("nan")])
    change = Outcome(indicator="output.volume", pair="A-B", years=(2022, 2022), relative_to=(2020, 2021))
    np.testing.assert_array_equal(values_of(change, given), [1.5, float("nan"), float("nan")])
    assert (unit_of(level), unit_of(change)) == ("works a year", "relative change")
    assert change.label == "output.volume A-B 2022 against 2020-2021"


def test_summary_by_hand() -> None:
    """Quantiles of 0, 1, ..., 20: 1, 10 and 19; values that are undefined do not count."""
    values = pd.DataFrame(
        {
            "point": [0] * 21 + [1] * 2,
            "x": [5] * 21 + [7] * 2,
            "outcome": "o",
            "value": [*map(float, range(21)), float("nan"), float("nan")],
            "unit": "works a year",
        }
    )
    found = summarise(values, ["x"])
    assert found.columns.tolist() == ["x", "outcome", "median", "low", "high", "unit", "replicates"]
    assert found.iloc[0].tolist() == [5, "o", 10.0, 1.0, 19.0, "works a year", 21]
    assert found.loc[1, ["median", "low", "high"]].isna().all() and found.loc[1, "replicates"] == 0


def test_names_of_pairs_are_those_of_a_run() -> None:
    scenario = load_scenario(
        "classroom", ["world.institutions=40", "time.start=2022-01-01", "time.show_from=2022-01-01"]
    )
    run = run_scenario(scenario, replicates=1, seed=1, jobs=1)
    written = run.series.groupby("indicator", observed=True)["pair"].unique()
    assert set(written.index) == set(INDICATORS)
    for indicator, pairs in written.items():
        assert set(pairs) == set(pairs_of(str(indicator), scenario)), indicator
    beside = run.indicators.groupby("indicator", observed=True)["pair"].unique()
    assert set(beside.index) == set(OF_NETWORKS)
    for indicator, pairs in beside.items():
        assert set(pairs) == set(pairs_of(str(indicator), scenario)), indicator


OF_A_NETWORK = """
[[outcomes]]
indicator = "knowledge.output"
years = [2022, 2022]

[[outcomes]]
indicator = "brokerage.paths"
pair = "Russia-China-West"
years = [2022, 2023]
relative_to = [2020, 2020]
"""


def test_indicators_of_networks_are_outcomes_and_the_networks_they_need_are_kept(here: Path) -> None:
    """Networks stand at the ends of the years; what appears in 2022 was worked on from the end of 2020 to that of 2021."""
    (here / "tiny.toml").write_text(TINY + OF_A_NETWORK)
    sweep = load_sweep("tiny.toml")
    days = tuple(date(year, 1, 1) for year in (2021, 2022, 2023, 2024))
    assert sweep.scenario(3).record.snapshots == days
    run_sweep(sweep, here / "out", jobs=1)
    runs = open_dataset(here / "out").runs()
    alone = run_scenario(sweep.scenario(0), jobs=1).indicators
    at = alone[(alone["indicator"] == "knowledge.output") & (alone["pair"] == "World")]
    of_2022 = at[at["date"].dt.year == 2022]["value"]
    found = runs.loc[runs["point"] == 0, "knowledge.output World 2022"]
    assert found.tolist() == of_2022.tolist() and of_2022.notna().all()
    assert runs["brokerage.paths Russia-China-West 2022-2023 against 2020"].notna().all()


def test_a_wrong_pair_of_an_indicator_of_networks_is_told(here: Path) -> None:
    (here / "tiny.toml").write_text(TINY + OF_A_NETWORK.replace("Russia-China-West", "Russia-West"))
    with pytest.raises(InputError, match=r"brokerage\.paths has no pair .*Russia-West"):
        load_sweep("tiny.toml")


# --- running ------------------------------------------------------------------------------------------------------

RESULTS = (
    "data/part-000000-000007.parquet", "design.csv", "design.parquet", "summary.csv", "sweep.json",
    "sweep.resolved.toml", "scenario.resolved.toml",
)  # fmt: skip
"""What is the same however a sweep was run."""


@pytest.mark.long
def test_any_number_of_processes_writes_the_same_bytes_and_so_does_the_resolved_file(here: Path) -> None:
    sweep = load_sweep("tiny.toml")
    again = here / "again"
    for name, jobs in (("one", 1), ("two", 2)):
        assert run_sweep(sweep, here / name, jobs=jobs) == 0
        SweepResult(open_dataset(here / name)).write()
    resolved = load_sweep("one/sweep.resolved.toml")
    assert (resolved.name, resolved.content_hash()) == (sweep.name, sweep.content_hash())
    run_sweep(resolved, again, jobs=1)
    for name in RESULTS:
        assert (here / "one" / name).read_bytes() == (here / "two" / name).read_bytes(), name
    part = RESULTS[0]
    assert (here / "one" / part).read_bytes() == (again / part).read_bytes()
    runs = open_dataset(here / "one").runs()
    labels = ["ties", "output.volume CN-RU 2022-2023 against 2019-2021", "network.mean_degree World 2023"]
    assert runs.columns.tolist() == ["run", "point", "replicate", "seed", "status", "reason", *labels]
    assert runs["run"].tolist() == list(range(8)) and runs["point"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert set(runs["status"]) == {"ok"} and runs["reason"].isna().all() and set(runs["seed"]) == {3}


def test_a_design_point_is_the_scenario_run_by_itself(here: Path) -> None:
    """Common random numbers: the luck of a replicate does not depend on the design around it."""
    sweep = load_sweep("tiny.toml")
    run_sweep(sweep, here / "out", jobs=1)
    runs = open_dataset(here / "out").runs()
    alone = run_scenario(sweep.scenario(2), jobs=1).series
    of_point = runs.loc[runs["point"] == 2, "ties"].tolist()
    assert of_point == values_of(sweep.outcomes[0], alone)
    assert of_point != runs.loc[runs["point"] == 0, "ties"].tolist()


def test_a_seed_is_drawn_when_none_is_named_and_recorded(here: Path) -> None:
    text = TINY.replace("seed = 3\n", "").replace('"classroom"', '"open.toml"')
    (here / "tiny.toml").write_text(text)
    scenario = load_scenario("classroom").to_toml().replace("seed = 1\n", "")
    (here / "open.toml").write_text(scenario)
    sweep = load_sweep("tiny.toml")
    assert sweep.seed is None
    one, two = sweep.seeded(), sweep.seeded()
    assert one.seed is not None and one.seed != two.seed and one.seeded() is one
    assert one.scenario(1).run.seed == one.seed
    assert f"seed = {one.seed}\n" in one.to_toml()


def test_the_command_leaves_a_sweep(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "tiny.toml", "--jobs", "1", "--out", "out"]
    assert main([*words, "--json", "--replicates", "3", "--seed", "9"]) == 0
    streams = capsys.readouterr()
    said = json.loads(streams.out)
    assert (said["name"], said["seed"], said["replicates"], said["points"]) == ("tiny", 9, 3, 4)
    assert said["complete"] is True and said["factors"] == ["sanctions", "lambda"] and said["failed"] == 0
    assert len(said["rows"]) == 12 and said["rows"][0]["outcome"] == "ties"
    events = [json.loads(line) for line in streams.err.splitlines()]
    assert "4 design points" in events[0]["message"] and events[-1]["event"] == "done"
    assert all((here / "out" / name.replace("07.", "11.")).is_file() for name in RESULTS)
    manifest = read_manifest(here / "out")
    assert manifest["kind"] == "sweep"
    assert manifest["run"] == {"seed": 9, "replicates": 3, "design_points": 4, "runs": 12, "failed": 0}
    assert damage(here / "out") == [] and list((here / "out/figures").glob("*.png"))
    assert main([*words, "--force", "--quiet", "--no-figures"]) == 0
    assert not (here / "out/figures").exists()
    out = capsys.readouterr().out
    assert "ties: medians from" in out and "4 design points with 2 replicates each" in out
    assert main([*words, "--quiet"]) == 2  # is there already
    assert main(["sweep", "tinny.toml"]) == 2
