"""The ensemble of parameters, affinities of pairs without data, scenarios in other worlds, and the command on one of them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.calibrating import calibrate, determined, effective_size, ensemble, packed
from experiments.calibrating.adjusting import Point, moved, within_slopes
from experiments.calibrating.affinities import structured
from experiments.calibrating.ensemble import KEPT, drawn_parameters
from experiments.calibrating.observation import ObservationSlopes
from experiments.calibrating.resuming import Progressing
from experiments.calibrating.simulating import Candidate, Simulator
from experiments.calibrating.targets import Targets, mass_of
from experiments.cli import main
from experiments.hindcasting.left_out import regressed, round_robin, without
from model.calibration import read_calibration
from model.parameters import parameter_table
from model.scenario import load_scenario
from model.scenario.moving import moved_to
from model.scenario.ranges import drawn, main_effect, value_of
from model.tables import observed, read_tables
from model.tables.reading import PACKAGED

HINDCAST = load_scenario("hindcast")
TINY = {"world.institutions": 60, "time.start": date(1990, 1, 1), "run.seed": 4}


# --- affinities of all pairs -------------------------------------------------------------------------------------


def test_a_pair_without_data_gets_what_its_countries_and_blocs_have() -> None:
    """Affinities made of country effects alone: the missing pair is found from the others."""
    own = {"A": 0.5, "B": -0.3, "C": 0.2, "D": -0.4, "E": 0.1, "F": -0.1}
    codes, blocs = list(own), ["X"] * 6
    every = {f"{a}-{b}": own[a] + own[b] for a in own for b in own if a < b}
    known = {pair: value for pair, value in every.items() if pair != "C-D"}
    found = structured(known, dict.fromkeys(known, 0.001), codes, blocs)
    assert set(found) == set(every)
    assert found["C-D"] == pytest.approx(every["C-D"], abs=0.06)


def test_deviations_shrink_with_their_errors() -> None:
    rng = np.random.default_rng(2)
    codes = list("ABCDEFGH")
    pairs = [f"{a}-{b}" for a in codes for b in codes if a < b]
    fitted = dict(zip(pairs, rng.normal(0.0, 0.5, len(pairs)).tolist(), strict=True))
    sure = structured(fitted, dict.fromkeys(pairs, 1e-6), codes, ["X"] * 8)
    unsure = structured(fitted, dict.fromkeys(pairs, 0.2), codes, ["X"] * 8)
    nothing = structured(fitted, dict.fromkeys(pairs, 10.0), codes, ["X"] * 8)
    assert all(abs(sure[pair] - fitted[pair]) < 1e-3 for pair in pairs)
    spread = [float(np.std([table[p] for p in pairs])) for table in (sure, unsure, nothing)]
    assert spread[0] > spread[1] > spread[2]


# --- the rule of a round -----------------------------------------------------------------------------------------


def test_a_round_moves_each_weight_by_its_own_residual() -> None:
    years = np.arange(2000, 2010)
    mass = np.stack([0.1 * (years - 2000), 0.02 * (years - 2000) ** 1.5, np.sin(years)], axis=1)
    targets = Targets(("A-B", "A-C", "B-C"), years, np.zeros((10, 3)), mass, ObservationSlopes(0.0, 0.0, 0.0, 0.0))
    weights = {"formation.base": -2.0, "formation.secular": 0.01, "formation.size": 0.3, "output.rho0": 2.0,
               "output.size_exponent": 0.2}  # fmt: skip
    residual = 0.3 * mass + 0.02 * (years - 2004.5)[:, None] + np.array([0.1, -0.1, 0.3])
    residual = residual - residual.mean(axis=0) + np.array([0.1, -0.1, 0.3])
    now = moved(Point(np.zeros(3), weights), residual, targets, degree=10.0, gain=0.5)
    assert now.weights["output.size_exponent"] == pytest.approx(0.2 + 0.5 * 0.3, rel=0.1)
    assert now.weights["formation.secular"] == pytest.approx(0.01 + 0.5 * 0.02, rel=0.1)
    assert now.weights["output.rho0"] == pytest.approx(2.0 * np.exp(0.5 * 0.1))
    assert now.weights["formation.size"] == 0.3 and now.weights["formation.base"] == pytest.approx(-2.0)
    assert now.affinity == pytest.approx([0.0, -0.1, 0.1])


def test_important_pairs_count_more() -> None:
    years = np.arange(2000, 2010)
    mass = np.zeros((10, 2))
    residual = np.stack([0.05 * (years - 2000), 0.01 * (years - 2000)], axis=1)
    equal = within_slopes(residual, mass, years)[1]
    first = within_slopes(residual, mass, years, np.array([100.0, 1e-9]))[1]
    assert equal == pytest.approx(0.03, rel=0.1) and first == pytest.approx(0.05, rel=0.01)


# --- ranges of measures ------------------------------------------------------------------------------------------


@given(u=st.floats(0.0, 1.0))
def test_strengths_are_drawn_within_their_ranges(u: float) -> None:
    for measure in list(HINDCAST.measures.values())[::6]:
        path = main_effect(measure)
        if path is None or measure.range is None:
            continue
        low, high = measure.range
        assert low - 1e-9 <= value_of(drawn(measure, u), path) <= high + 1e-9
        assert drawn(measure, 0.5).changes() == measure.changes()


def test_every_range_of_the_timeline_is_about_an_effect() -> None:
    assert [name for name, m in HINDCAST.measures.items() if m.range is not None and main_effect(m) is None] == []


# --- other worlds ------------------------------------------------------------------------------------------------


def other_world(folder: Path, codes: tuple[str, ...] = ("KR", "TR", "BR", "IR")) -> Path:
    """Countries that the packaged data do not have, with a few years, zeros and gaps."""
    rng = np.random.default_rng(1)
    blocs = {"KR": "East", "TR": "West", "BR": "South", "IR": "East"}
    lines = [f'{code} = {{ name = "{code}", bloc = "{blocs[code]}" }}' for code in codes]
    (folder / "countries.toml").write_text("[countries]\n" + "\n".join(lines) + "\n")
    works, inputs = [], []
    for place, code in enumerate(codes):
        for year in range(1996, 2019):
            total = 5000.0 * (1 + place) * np.exp(0.05 * (year - 1996))
            if not (code == "IR" and year in {1999, 2000}):
                inputs.append((code, "publications", year, round(total)))
        for other in codes[:place]:
            for year in range(1996, 2019):
                level = 0.0 if {code, other} == {"BR", "IR"} and year < 1998 else 40.0
                works.append(
                    (
                        *sorted((code, other)),
                        year,
                        round(level * np.exp(0.06 * (year - 1996) + rng.normal(0, 0.05))),
                        "v",
                    )
                )
    pd.DataFrame(works, columns=["country_a", "country_b", "year", "works", "vintage"]).to_csv(
        folder / "copublications.csv", index=False
    )
    pd.DataFrame(inputs, columns=["country", "indicator", "year", "value"]).to_csv(
        folder / "national_inputs.csv", index=False
    )
    return folder


def test_a_scenario_moves_to_other_countries(tmp_path: Path) -> None:
    moved_there, left_out = moved_to(HINDCAST, other_world(tmp_path))
    assert "pandemic" in moved_there.measures  # names nobody
    assert {"academies-2022", "joint-calls-2021", "payments-2023"} <= set(left_out)
    assert set(left_out) | set(moved_there.measures) == set(HINDCAST.measures)
    assert not moved_there.inputs.growth
    home, nothing = moved_to(HINDCAST, PACKAGED)
    assert nothing == () and set(home.measures) == set(HINDCAST.measures)


@pytest.fixture
def rough_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fits of few rounds and runs, for tests in which nothing depends on how good a fit is."""
    for module in ("hindcast", "left_out"):
        for name in ("ROUNDS", "REPLICATES"):
            monkeypatch.setattr(sys.modules[f"experiments.hindcasting.{module}"], name, 4)


@pytest.mark.long
@pytest.mark.usefixtures("rough_fits")
def test_the_command_forecasts_for_other_countries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = other_world(tmp_path)
    words = ["hindcast", "--data", str(folder), "--fit", "1996:2003", "--members", "8", "--jobs", "1", "--quiet", "--json",
             "--set", "world.institutions=40", "--set", "time.start=1990-01-01"]  # fmt: skip
    assert main([*words, "--predict", "2004:2006"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["fit"], said["predict"]) == ([1996, 2003], [2004, 2006])
    methods = {row["method"] for row in said["forecasts"]}
    assert {
        "comity",
        "last_value",
        "drift10",
        "damped_trend",
        "gravity",
        "gravity_trend",
        "gravity_sanctions",
        "ets",
    } <= methods
    ours = [row for row in said["forecasts"] if row["method"] == "comity"]
    assert len(ours) == 6 * 3
    assert all(0.0 < row["q05"] < row["median"] < row["q95"] for row in ours)
    assert {row["group"] for row in said["scores"]} == {"all"}
    assert main([*words, "--predict", "2019:2021", "--unconditional"]) == 0  # years that are not in the data
    said = json.loads(capsys.readouterr().out)
    assert said["scores"] == [] and {row["year"] for row in said["forecasts"]} == {2019, 2020, 2021}


def test_a_run_and_a_calibration_take_other_countries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    other_world(folder)
    small = ["--data", str(folder), "--set", "world.institutions=60", "--set", "time.start=1990-01-01", "--jobs", "1"]
    words = ["calibrate", *small, "--fit", "1996:2005", "--replicates", "1", "--out", str(folder / "calibration.toml")]
    assert main(words) == 0
    assert "left out: agreement-us-china-1979" in capsys.readouterr().err
    assert set(read_calibration(folder / "calibration.toml").affinity) == {
        "BR-IR", "BR-KR", "BR-TR", "IR-KR", "IR-TR", "KR-TR"
    }  # fmt: skip
    run = [
        "run",
        "hindcast",
        *small,
        "--set",
        "time.end=2010-01-01",
        "--set",
        "record.snapshots=[]",
        "--replicates",
        "2",
    ]
    assert main([*run, "--no-figures", "--quiet", "--json", "--out", str(tmp_path / "out")]) == 0
    assert json.loads(capsys.readouterr().out)["replicates"] == 2


def test_a_window_that_cannot_be_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hindcast", "--fit", "1996:2013", "--predict", "2010:2014"]) == 2
    assert "--predict" in capsys.readouterr().err
    assert main(["hindcast", "--windows", "--fit", "1996:2013"]) == 2
    assert "--windows stands beside" in capsys.readouterr().err
    assert main(["hindcast", "--data", "nowhere"]) == 2
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.long
def test_a_killed_calibration_goes_on_after_its_last_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Killed(BaseException):
        """What nothing catches."""

    class Keeping(Progressing):
        """Dies after so many rounds have been kept."""

        def __init__(self, path: Path, left: int) -> None:
            super().__init__(path, {"a": 1})
            self.left = left

        def keep(self, stage: str, content: object) -> None:
            super().keep(stage, content)
            self.left -= 1
            if not self.left:
                raise Killed

    scenario, path = load_scenario("hindcast", {**TINY, "world.institutions": 40}), tmp_path / "progress.json"

    def calibrated(progress: Progressing | None) -> tuple[str, list[float]]:
        fitted = calibrate(scenario, (1996, 1999), replicates=1, rounds=3, jobs=1, progress=progress)
        members = ensemble(scenario, fitted, last=1999, members=8, jobs=1, progress=progress)
        return packed(scenario, fitted, members).to_toml(), fitted.residual.to_numpy().ravel().tolist()

    undisturbed = calibrated(None)
    for rounds in (2, 7, 3):  # within the fit, and within the ensemble
        with pytest.raises(Killed):
            calibrated(Keeping(path, rounds))
    assert calibrated(Progressing(path, {"a": 1})) == undisturbed
    assert Progressing(path, {"a": 2}).other and Progressing(path, {"a": 2}).done("fit") is None
    path.write_text("{")
    assert Progressing(path, {"a": 1}).other
    Progressing(path, {"a": 1}).close()
    assert not path.exists()


# --- pairs that a fit does not see ---------------------------------------------------------------------------------


@given(st.integers(2, 12))
def test_every_pair_is_left_out_once_and_no_country_twice_at_a_time(count: int) -> None:
    countries = [f"C{number:02d}" for number in range(count)]
    rounds = round_robin(countries)
    every = [pair for own in rounds for pair in own]
    assert sorted(every) == sorted(f"{a}-{b}" for a in countries for b in countries if a < b)
    for own in rounds:
        named = [code for pair in own for code in pair.split("-")]
        assert len(named) == len(set(named)) >= count - 1


def test_a_fit_sees_nothing_of_the_pairs_that_are_left_out() -> None:
    with without(read_tables(), ["CN-RU", "DE-US"]) as seen:
        assert set(observed(read_tables())) - set(observed(seen)) == {"CN-RU", "DE-US"}
        assert not any("CN" in pair and "RU" in pair for pair in observed(seen))
        assert not (seen.folder / "calibration.toml").exists()


def test_a_regression_finds_what_countries_and_publications_made() -> None:
    tables = read_tables()
    truth = observed(tables).loc[2000:2005]
    mass = mass_of(tables, truth)
    own = {code: place / 7.0 for place, code in enumerate(tables.countries)}
    made = pd.DataFrame({pair: sum(own[c] for c in pair.split("-")) + 0.4 * mass[pair] for pair in truth})
    found = regressed(made, mass, tables, ["CN-IN"], whole=True)
    assert np.abs(found["CN-IN"] - made["CN-IN"]).max() < 0.01  # no other pair is of these blocs
    without_mass = regressed(made, mass, tables, ["CN-IN"], whole=False)
    assert np.abs(without_mass["CN-IN"] - made["CN-IN"]).max() > 0.05


@pytest.mark.usefixtures("rough_fits")
def test_the_command_says_what_unseen_pairs_were(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = other_world(tmp_path), tmp_path / "said.json"
    words = ["hindcast", "--left-out-pairs", "--data", str(folder), "--fit", "1996:2000", "--jobs", "1", "--quiet",
             "--set", "world.institutions=40", "--set", "time.start=1990-01-01", "--out", str(out)]  # fmt: skip
    assert main(words) == 0
    assert "course: what is left about it" in capsys.readouterr().out
    said = json.loads(out.read_text())
    assert {row["pair"] for row in said["said"]} == {"BR-IR", "BR-KR", "BR-TR", "IR-KR", "IR-TR", "KR-TR"}
    errors = {row["method"]: row for row in said["scores"] if row["group"] == "all"}
    assert set(errors) == {"comity", "gravity_countries", "countries_only"}
    assert all(row["mae_log"] <= row["level"] + row["course"] + 1e-9 for row in errors.values())
    assert main([*words[:2], "--predict", "2014:2015"]) == 2
    assert "--left-out-pairs predicts no later years" in capsys.readouterr().err


# --- members -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_members_are_drawn_fitted_and_weighted(tmp_path: Path) -> None:
    scenario = load_scenario("hindcast", TINY)
    fitted = calibrate(scenario, (1996, 2003), replicates=4, rounds=4, jobs=1)
    members = ensemble(scenario, fitted, last=2005, members=8, jobs=1)
    assert sum(member.weight for member in members) == pytest.approx(1.0)
    assert 1.0 <= effective_size(members) <= 8.0
    priors = drawn_parameters()
    for member in members:
        assert all(low <= member.candidate.parameters[name] <= high for name, (low, high) in priors.items())
        assert member.counts.works.shape == (KEPT, 10, 36)
        assert float(member.point.affinity.mean()) == pytest.approx(0.0, abs=1e-9)
    assert {row.name for row in determined(members)} == set(priors)
    again = ensemble(scenario, fitted, last=2005, members=8, jobs=2)
    assert all(np.array_equal(a.counts.works, b.counts.works) for a, b in zip(members, again, strict=True))


def test_a_simulator_runs_what_a_run_runs() -> None:
    """Works of a candidate are those of the same scenario run in the usual way."""
    from experiments.calibrating.fitting import shortened
    from experiments.runner import run_scenario

    scenario = shortened(load_scenario("hindcast", TINY), 1996, 1999)
    table = replace(read_calibration(), parameters={"output.rho0": 3.0})
    with Simulator(scenario, ["CN-RU", "DE-US"], jobs=1) as simulator:
        counts = simulator.run([Candidate(table)], [[0, 1, 2]])[0]
    changed = load_scenario("hindcast", {**TINY, "parameters.output.rho0": 3.0})
    series = run_scenario(shortened(changed, 1996, 1999), replicates=3, jobs=1, calibration=table).series
    chosen = series[(series["indicator"] == "output.works") & (series["pair"] == "DE-US")]
    wanted = chosen.pivot_table(index="replicate", columns="date", values="value", observed=True).to_numpy()
    assert counts.works[:, :, 1] == pytest.approx(wanted)


def test_priors_stand_within_the_ranges_of_the_table() -> None:
    for row in parameter_table():
        if row.prior is not None:
            assert row.low <= row.prior[0] < row.prior[1] <= row.high, row.name
            assert row.prior[0] <= row.default <= row.prior[1], row.name
            assert row.status != "measured", row.name


def test_a_fit_stays_in_place_where_publications_grow_as_straight_as_time() -> None:
    years = np.arange(2000, 2015)
    mass = np.repeat(0.1 * (years - 2000)[:, None], 4, axis=1) + 1e-6 * np.random.default_rng(1).normal(size=(15, 4))
    residual = 0.02 * (years - 2007)[:, None] + np.random.default_rng(2).normal(0.0, 0.3, (15, 4))
    on_mass, on_year = within_slopes(residual, mass, years)
    assert abs(on_mass) < 0.5 and abs(on_year) < 0.05


def test_windows_are_told_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    from types import SimpleNamespace

    from experiments.cli.hindcasting import _print_windows
    from experiments.cli.output import Output
    from experiments.hindcasting import FINAL

    rows = [
        SimpleNamespace(
            window=one, scores={"comity": {"all": {"mae_log": error, "crps": 0.5, "coverage90": 0.9}}, **more}
        )
        for one, error, more in (
            (FINAL[0], 0.1, {}),
            (FINAL[1], 0.2, {"comity_explained": {"all": {"mae_log": 0.4, "crps": 0.3, "coverage90": 1.0}}}),
        )
    ]
    _print_windows(Output(), rows)  # type: ignore[arg-type]
    said = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert ["1996-2013", "to", "2014-2018", "0.100"] in said
    assert ["1996-2018", "to", "2019-2022", "0.200", "0.400"] in said
    assert ["mean", "of", "those", "0.150", "0.400"] in said
