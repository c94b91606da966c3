"""Calibration: slopes of the database, the fit of affinities and common weights, the packaged table, forecasts beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.calibrating import Progress, calibrate, observation_slopes
from experiments.calibrating.adjusting import within_slopes
from experiments.calibrating.fitting import mean_volumes, shortened
from experiments.calibrating.leaders import fitted_leads
from experiments.calibrating.simulating import Candidate, Simulator
from experiments.calibrating.targets import fitted_counts, targets_of
from experiments.cli import main
from experiments.forecasts.beside_data import anchored, forecast_errors
from experiments.runner import run_scenario
from model.calibration import Calibration, read_calibration
from model.errors import InputError
from model.parameters import parameter_table
from model.scenario import load_scenario
from model.scenario.moving import with_parameters
from model.tables import any_foreign, observed, read_tables

PACKAGED = read_calibration()
TINY = ("world.institutions=40", "time.start=1990-01-01", "run.seed=4")


# --- the database ------------------------------------------------------------------------------------------------


def own_tables(
    folder: Path, rows: list[tuple[str, str, int, float]], international: dict[str, dict[int, float]]
) -> None:
    """A folder of two countries with given counts and totals."""
    (folder / "countries.toml").write_text(
        '[countries]\nAA = { name = "A", bloc = "A" }\nBB = { name = "B", bloc = "B" }\n'
    )
    lines = [f"{a},{b},{year},{works},v" for a, b, year, works in rows]
    (folder / "copublications.csv").write_text("\n".join(["country_a,country_b,year,works,vintage", *lines]) + "\n")
    inputs = ["country,indicator,year,value,vintage"]
    for code, values in international.items():
        for year, value in values.items():
            inputs.append(f"{code},publications_international,{year},{value},s")
            inputs.append(f"{code},publications,{year},{10000 * 1.02 ** (year - 2000)},s")
    (folder / "national_inputs.csv").write_text("\n".join(inputs) + "\n")


def test_coverage_and_many_country_papers_are_what_was_put_in(tmp_path: Path) -> None:
    """Totals grow by 3 %, works with foreign authors by 5 %, pairs by 6 %: coverage 2 % and many-country papers 1 %."""
    years = range(2000, 2011)
    rows: list[tuple[str, str, int, float]] = []
    for year in years:
        t = year - 2000
        rows.append(("AA", "BB", year, 1000 * np.exp(0.06 * t)))
        rows += [(code, "ANY_FOREIGN", year, 2000 * np.exp(0.05 * t)) for code in ("AA", "BB")]
    totals = {code: {year: 1500 * np.exp(0.03 * (year - 2000)) for year in years} for code in ("AA", "BB")}
    own_tables(tmp_path, rows, totals)
    slopes = observation_slopes(read_tables(tmp_path), (2000, 2010))
    assert slopes.coverage == pytest.approx(0.02, abs=1e-9)
    assert slopes.many_country == pytest.approx(0.01, abs=1e-9)


def test_only_years_of_the_fit_are_seen(tmp_path: Path) -> None:
    """What comes after the fit may be anything."""
    rows = [("AA", "ANY_FOREIGN", year, 100.0 if year <= 2005 else 1e6) for year in range(2000, 2011)]
    rows += [("AA", "BB", year, 50.0 if year <= 2005 else 9e5) for year in range(2000, 2011)]
    own_tables(tmp_path, rows, {code: dict.fromkeys(range(2000, 2011), 100.0) for code in ("AA", "BB")})
    slopes = observation_slopes(read_tables(tmp_path), (2000, 2005))
    assert (slopes.coverage, slopes.many_country) == (pytest.approx(0.0, abs=1e-12), pytest.approx(0.0, abs=1e-12))


# --- the fit -----------------------------------------------------------------------------------------------------


def test_slopes_within_pairs_are_recovered() -> None:
    years = list(range(1996, 2014))
    rng = np.random.default_rng(1)
    mass = pd.DataFrame(rng.normal(size=(18, 3)).cumsum(axis=0), index=years, columns=list("abc"))
    time = np.array(years)[:, None] - 2000
    residual = 0.4 * mass - 0.03 * time + np.array([1.0, -2.0, 5.0])
    residual.loc[2001, "b"] = np.nan
    found = within_slopes(residual.to_numpy(), mass.to_numpy(), np.array(years))
    assert found == (pytest.approx(0.4, rel=0.02), pytest.approx(-0.03, rel=0.05))


def test_too_few_years_are_refused() -> None:
    with pytest.raises(InputError, match="at least 3 years"):
        fitted_counts(read_tables(), (2022, 2040))


@pytest.mark.statistical
def test_a_world_is_found_again(tmp_path: Path) -> None:
    """Counts come from a simulation whose affinities are known; fitted from nothing, they come out again."""
    scenario = load_scenario("hindcast", [*TINY, "time.show_from=1996-01-01", "time.end=2006-01-01"])
    # what programmes found in a world of this size would outweigh what affinities make
    scenario = scenario.model_copy(update={"measures": {}})
    pairs = list(observed(read_tables()))
    rng = np.random.default_rng(3)
    true = {pair: float(value) for pair, value in zip(pairs, rng.normal(0.0, 0.5, len(pairs)), strict=True)}
    known = replace(PACKAGED, affinity=true, coverage=0.0, many_country=0.0)
    made = mean_volumes(run_scenario(scenario, replicates=120, jobs=1, calibration=known), pairs)
    rows = [(*pair.split("-"), year, made.loc[year, pair]) for pair in pairs for year in made.index]
    lines = [f"{a},{b},{year},{works:.6f},made" for a, b, year, works in rows]
    for name in ("countries.toml", "national_inputs.csv"):
        (tmp_path / name).write_bytes((read_tables().folder / name).read_bytes())
    (tmp_path / "copublications.csv").write_text("\n".join(["country_a,country_b,year,works,vintage", *lines]) + "\n")
    seen: list[Progress] = []
    world = scenario.world.model_copy(update={"data": str(tmp_path)})
    start = with_parameters(scenario.model_copy(update={"world": world}), {"output.size_exponent": 0.4})
    fitted = calibrate(start, (1996, 2005), replicates=40, jobs=1, on_round=seen.append)
    found = np.array([fitted.calibration.affinity[pair] for pair in pairs])
    wanted = np.array([true[pair] for pair in pairs])
    # the first round stands where a regression of the counts put it, so that it is no measure of nothing known
    assert fitted.error < 0.15
    assert np.corrcoef(found, wanted)[0, 1] > 0.9
    assert float(np.mean(found)) == pytest.approx(0.0, abs=1e-9)
    assert [progress.round for progress in seen] == list(range(1, seen[-1].rounds + 1))


def test_the_packaged_table_fits_and_stands_where_definitions_put_it() -> None:
    """At most 0.20 over the 36 pairs 1996-2013; mean degree 10 in 2010; proposals after 10 to 20 % of opportunities."""
    scenario = load_scenario("hindcast", ["time.end=2014-01-01", "record.snapshots=[]"])
    simulation = run_scenario(scenario, replicates=12, jobs=1)
    counts = fitted_counts(read_tables(), (1996, 2013))
    error = (np.log(counts) - np.log(mean_volumes(simulation, list(counts)))).abs().stack().mean()
    assert counts.shape[1] == 36
    assert error < 0.20
    series = simulation.series[simulation.series["date"].dt.year == 2010].groupby("indicator", observed=True)["value"]
    means = series.mean()
    assert means["network.mean_degree"] == pytest.approx(10.0, rel=0.05)
    assert 0.10 < means["network.proposal_share"] < 0.20


def test_every_calibrated_parameter_has_its_value_in_the_packaged_table() -> None:
    calibrated = {row.name: row for row in parameter_table() if row.status == "calibrated"}
    assert set(calibrated) == set(PACKAGED.parameters)
    assert all(row.default == PACKAGED.parameters[name] for name, row in calibrated.items())
    assert set(PACKAGED.affinity) == set(observed(read_tables()))
    assert float(np.mean(list(PACKAGED.affinity.values()))) == pytest.approx(0.0, abs=1e-9)


def test_the_intercept_of_leading_meets_the_published_share() -> None:
    """30 % of the joint works of China and the US led in China in 2010 (one point, so a calibration)."""
    scenario = load_scenario("hindcast", ["time.end=2014-01-01", "record.snapshots=[]"])
    series = run_scenario(scenario, replicates=12, jobs=1).series
    of_pair = series[(series["indicator"] == "leaders.share") & (series["pair"] == "CN>US")]
    assert of_pair[of_pair["date"].dt.year == 2010]["value"].mean() == pytest.approx(0.30, abs=0.02)
    tables = read_tables()
    targets = targets_of(tables, (1996, 2013))
    with Simulator(shortened(scenario, 1996, 2013), targets.pairs, jobs=1) as simulator:
        counts = simulator.run([Candidate(replace(PACKAGED, lead={}))], [range(4)])[0]
    leads = fitted_leads({}, counts, targets, tables.leader_shares, (1996, 2013))
    assert leads == {"CN": pytest.approx(PACKAGED.lead["CN"], abs=0.15)}
    assert fitted_leads({}, counts, targets, tables.leader_shares, (1996, 2009)) == {}  # not published by then


# --- tables ------------------------------------------------------------------------------------------------------


def test_a_table_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "calibration.toml"
    path.write_text(PACKAGED.to_toml())
    assert read_calibration(path) == PACKAGED


@pytest.mark.parametrize(
    "text", ["nonsense", "affinity = 3", '[affinity]\n"CN-RU" = "x"', "[observation]\nslope = 1.0"]
)
def test_a_broken_table_is_explained(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.toml"
    path.write_text(text)
    with pytest.raises(InputError, match="calibration table"):
        read_calibration(path)


def test_observation_is_damped_beyond_the_fit() -> None:
    """The slope keeps 0.95 of itself from year to year; nothing jumps at the end of the fit."""
    table = Calibration(coverage=0.02, many_country=0.01, fitted_until=2014.0)
    assert table.observation(2000.0) == 0.0
    assert table.observation(2014.0) == pytest.approx(0.42)
    assert table.observation(2014.0 + 1e-6) == pytest.approx(0.42, abs=1e-6)
    growth = np.diff([table.observation(2014.0 + t) for t in range(6)])
    assert growth[1:] / growth[:-1] == pytest.approx(0.95)


def test_the_command_writes_a_table_that_a_run_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    for name in ("countries.toml", "national_inputs.csv", "copublications.csv"):
        (folder / name).write_bytes((read_tables().folder / name).read_bytes())
    out = folder / "calibration.toml"
    settings = [word for setting in TINY for word in ("--set", setting)]
    words = ["calibrate", "--data", str(folder), "--fit", "2000:2005", "--replicates", "1", "--jobs", "1", *settings]
    assert main([*words, "--out", str(out), "--json", "--quiet"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["provenance"]["fit"] == [2000, 2005]
    table = read_calibration(out)
    scenario = load_scenario("hindcast", [f'world.data="{folder}"'])
    assert scenario.parameters.output.rho0 == table.parameters["output.rho0"] != PACKAGED.parameters["output.rho0"]
    assert main([*words, "--out", str(out)]) == 2  # it is there already
    assert main(["calibrate", "--fit", "2013:1996", "--out", str(tmp_path / "x.toml")]) == 2
    assert "--fit" in capsys.readouterr().err


# --- forecasts ---------------------------------------------------------------------------------------------------


def test_the_models_forecast_begins_at_the_last_observed_value() -> None:
    counts = pd.DataFrame({"A-B": [10.0, 20.0, np.nan]}, index=[2011, 2012, 2013])
    simulated = pd.DataFrame({"A-B": [1.0, 2.0, 3.0, 4.0]}, index=[2011, 2012, 2013, 2014])
    assert anchored(simulated, counts, range(2014, 2015)).loc[2014, "A-B"] == 40.0


def test_forecasts_need_the_years_that_they_are_about() -> None:
    scenario = load_scenario("hindcast", [*TINY, "time.end=2014-01-01", "record.snapshots=[]"])
    series = run_scenario(scenario, replicates=1, jobs=1).series
    assert forecast_errors(scenario, series) is None
    whole = load_scenario("hindcast", [*TINY, "record.every=quarter", "record.snapshots=[]"])
    found = forecast_errors(whole, run_scenario(whole, replicates=1, jobs=1).series)
    assert found is not None
    assert (found["from"], found["to"], found["pairs"]) == (2014, 2022, 36)
    assert found["mean_absolute_log_error"]["drift10"] == pytest.approx(0.196, abs=0.0006)


def test_totals_of_the_packaged_data_are_read_as_they_stand() -> None:
    assert any_foreign(read_tables()).loc[1996].gt(0).all()
