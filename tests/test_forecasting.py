"""Forecasts: the published errors of the simple methods, scores and spreads by hand, and that nothing of a window is seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from experiments.forecasts import BASELINES, Past, Spread, in_sample, rolling, scores, spread
from experiments.forecasts.scores import BOUND, crps_normal, groups
from experiments.hindcasting import ALL, FINAL, ROLLING, Window, window
from experiments.hindcasting.hindcast import past_of
from experiments.hindcasting.restrictions import restricted
from experiments.hindcasting.withholding import GIVEN, drifted, withheld
from model.errors import InputError
from model.scenario import load_scenario
from model.tables import observed, read_tables
from model.tables.reading import ANY_FOREIGN

TABLES = read_tables()

PUBLISHED = {
    FINAL[0]: {
        "drift10": {"all": 0.142, "RU": 0.178, "CN": 0.133, "CN-US": 0.186},
        "gravity": {"all": 0.140, "RU": 0.151, "CN": 0.122, "CN-US": 0.151},
        "gravity_trend": {"all": 0.112, "RU": 0.161, "CN": 0.108, "CN-US": 0.098},
    },
    FINAL[1]: {
        "drift10": {"all": 0.096, "RU": 0.118, "CN": 0.089, "CN-US": 0.205},
        "gravity": {"all": 0.082, "RU": 0.055, "CN": 0.073, "CN-US": 0.157},
        "gravity_trend": {"all": 0.077, "RU": 0.091, "CN": 0.082, "CN-US": 0.146},
    },
}


# --- simple methods ----------------------------------------------------------------------------------------------


def past_in(one: Window) -> Past:
    """What the baselines may know of the packaged data."""
    with withheld(TABLES, one, conditional=True) as seen:
        return past_of(seen, one, load_scenario("hindcast"))


@pytest.mark.parametrize("one", FINAL, ids=lambda w: w.name)
def test_simple_methods_have_the_published_errors(one: Window) -> None:
    past, truth = past_in(one), np.log(observed(TABLES))
    for method, errors in PUBLISHED[one].items():
        mean = BASELINES[method](past, one.years)
        found = scores(mean, mean * 0.0, truth.reindex(one.years))
        for group, expected in errors.items():
            assert found[group]["mae_log"] == pytest.approx(expected, abs=0.0006), (method, group)
            assert found[group]["crps"] == pytest.approx(found[group]["mae_log"])  # a forecast without spread


def straight(slope: float = 0.05, years: range = range(2000, 2014)) -> Past:
    """Two pairs on straight lines, whose mass grows by 0.1 a year."""
    every = pd.Index(range(years[0], years[-1] + 6))
    t = every.to_numpy() - years[0]
    mass = pd.DataFrame({"A-B": 10.0 + 0.1 * t, "A-C": 5.0 + 0.1 * t + 0.02 * (t % 3)}, index=every)
    counts = pd.DataFrame({"A-B": 1.0 + slope * t, "A-C": 3.0 + slope * t}, index=every).loc[years[0] : years[-1]]
    return Past(counts, mass, mass * 0.0)


@pytest.mark.parametrize("method", ["drift10", "gravity_trend", "gravity_sanctions"])
def test_a_straight_line_goes_on(method: str) -> None:
    past = straight()
    found = BASELINES[method](past, range(2014, 2019))
    assert np.allclose(found["A-B"], 1.0 + 0.05 * (np.arange(2014, 2019) - 2000))


def test_ets_follows_a_line_and_then_damps_it() -> None:
    found = BASELINES["ets"](straight(), range(2014, 2019))["A-B"]
    assert 1.65 < found.iloc[0] <= 1.701
    assert np.all(np.diff(found) > 0.0) and np.all(np.diff(found) <= 0.0501)


def test_a_restriction_in_the_past_is_told_from_the_trend() -> None:
    past = straight()
    in_force = past.restricted.copy()
    in_force.loc[2010:, "A-C"] = 1.0
    counts = past.counts.copy()
    counts.loc[2010:, "A-C"] -= 0.3
    lifted = in_force.copy()
    lifted.loc[2016:, "A-C"] = 0.0
    found = BASELINES["gravity_sanctions"](Past(counts, past.mass, lifted), range(2014, 2018))["A-C"]
    assert found[2016] - found[2015] == pytest.approx(0.35, abs=1e-6)


def test_a_pair_that_misses_its_last_years_is_anchored_where_it_ends() -> None:
    past = straight()
    counts = past.counts.copy()
    counts.loc[2012:, "A-B"] = np.nan
    past = Past(counts, past.mass, past.restricted)
    for name, method in BASELINES.items():
        found = method(past, range(2014, 2016))
        assert np.isfinite(found.to_numpy()).all(), name
    assert BASELINES["last_value"](past, range(2014, 2015)).loc[2014, "A-B"] == counts.loc[2011, "A-B"]
    assert BASELINES["drift10"](past, range(2014, 2015)).loc[2014, "A-B"] == pytest.approx(1.7)


def test_restrictions_are_those_between_two_named_countries() -> None:
    frame = pd.DataFrame(0.0, index=range(2012, 2024), columns=["DE-RU", "CN-RU", "DE-FR", "CN-US"])
    found = restricted(load_scenario("hindcast"), TABLES, frame)
    assert found.loc[2013, "DE-RU"] == 0.0 and found.loc[2023, "DE-RU"] == 1.0
    assert found.loc[2014, "DE-RU"] == pytest.approx(154 / 365, abs=0.01)  # from 31 July
    assert found["DE-FR"].eq(0.0).all()
    assert found.loc[2019, "CN-US"] == 1.0


# --- scores ------------------------------------------------------------------------------------------------------


@given(y=st.floats(-3, 3), mean=st.floats(-3, 3), sd=st.floats(0.05, 2))
def test_crps_is_its_integral(y: float, mean: float, sd: float) -> None:
    """The integral of the squared difference between the distribution and the step at what came."""
    left = quad(lambda x: norm.cdf(x, mean, sd) ** 2, min(y, mean) - 12 * sd, y)[0]
    right = quad(lambda x: (1.0 - norm.cdf(x, mean, sd)) ** 2, y, max(y, mean) + 12 * sd)[0]
    assert float(crps_normal(np.array(y), np.array(mean), np.array(sd))) == pytest.approx(left + right, abs=1e-5)


def test_scores_by_hand() -> None:
    mean = pd.DataFrame({"CN-US": [1.0, 2.0], "DE-RU": [0.0, 0.0]}, index=[2014, 2015])
    truth = pd.DataFrame({"CN-US": [1.1, np.nan], "DE-RU": [0.5, 0.0]}, index=[2014, 2015])
    found = scores(mean, mean * 0.0 + 0.1, truth)
    assert found["all"]["mae_log"] == pytest.approx(0.2)
    assert found["all"]["coverage90"] == pytest.approx(2 / 3)
    assert found["CN-US"]["mae_log"] == pytest.approx(0.1) and "RU-CN" not in found
    assert scores(mean, mean, truth * np.nan) == {}
    assert pytest.approx(1.6449, abs=1e-4) == BOUND
    assert groups(["CN-RU", "CN-US"]) == {"all": ["CN-RU", "CN-US"], "RU": ["CN-RU"], "CN": ["CN-RU", "CN-US"],
                                          "RU-CN": ["CN-RU"], "CN-US": ["CN-US"]}  # fmt: skip


# --- how far forecasts err ---------------------------------------------------------------------------------------


def test_a_random_walk_with_noise_is_found_again() -> None:
    rng = np.random.default_rng(5)
    walk = rng.normal(0.0, 0.08, (40, 400)).cumsum(axis=0) + rng.normal(0.0, 0.05, (40, 400))
    found = in_sample(walk)
    # a change over h years holds the noise of both ends
    assert found.walk**0.5 == pytest.approx(0.08, rel=0.07)
    assert found.measurement == pytest.approx(2 * 0.05**2, rel=0.25)
    assert found.sd(np.array([1.0, 4.0])) == pytest.approx(
        np.sqrt(found.measurement + found.walk * np.array([1.0, 4.0]))
    )


def test_without_data_the_reported_errors_stand() -> None:
    found = in_sample(np.zeros((1, 3)))
    assert found.sd(np.array([1.0, 5.0])) == pytest.approx([0.10, 0.18])


def test_rolling_errors_of_a_walk_grow_as_its_root(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    years = pd.Index(range(1990, 2014))
    counts = pd.DataFrame(
        rng.normal(0.0, 0.1, (24, 60)).cumsum(axis=0), index=years, columns=[f"A-{k}" for k in range(60)]
    )
    past = Past(counts, counts * 0.0, counts * 0.0)
    monkeypatch.setattr(spread, "ASSUMED_ORIGINS", 0)  # nothing but these data
    found = rolling(past, BASELINES["last_value"])
    assert found.walk**0.5 == pytest.approx(0.1, rel=0.1)
    assert isinstance(found, Spread) and found.measurement < 0.003


def test_a_pair_that_misses_an_origin_is_left_out_of_it() -> None:
    past = straight(slope=0.0)
    counts = past.counts + 0.01 * np.arange(len(past.counts))[:, None] ** 2
    whole = rolling(Past(counts, past.mass, past.restricted), BASELINES["last_value"])
    counts.loc[2010, "A-B"] = np.nan
    assert rolling(Past(counts, past.mass, past.restricted), BASELINES["last_value"]).walk == pytest.approx(
        whole.walk, rel=0.2
    )


# --- windows, and what is withheld -------------------------------------------------------------------------------


def test_the_seven_windows() -> None:
    assert len(ALL) == 7 and all(w.fit[0] == 1996 and w.predict[1] - w.fit[1] == 5 for w in ROLLING)
    assert window("1996:2013", "2014:2018") == FINAL[0]
    assert [w.predict for w in FINAL] == [(2014, 2018), (2019, 2022)]


@pytest.mark.parametrize(
    ("fit", "predict", "word"),
    [("1996", "2014:2018", "span"), ("2013:1996", "2014:2018", "span"), ("1996:2013", "2013:2018", "has ended"),
     ("1996:1997", "1998:1999", "too few"), ("1996:2013", "2018:2014", "span")],
)  # fmt: skip
def test_windows_that_cannot_be_are_refused(fit: str, predict: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        window(fit, predict)


@pytest.mark.parametrize("conditional", [True, False])
def test_nothing_of_the_window_is_seen(conditional: bool) -> None:
    one = FINAL[0]
    with withheld(TABLES, one, conditional=conditional) as seen:
        assert max(row["year"] for row in seen.copublications) == 2013
        assert not any(row["country_b"] == ANY_FOREIGN and row["year"] > 2013 for row in seen.copublications)
        assert max(row["year"] for row in seen.leader_shares) <= 2013
        for (country, indicator), values in seen.national.items():
            after = {year: value for year, value in values.items() if year > 2013}
            if indicator not in GIVEN:
                assert not after, indicator
            else:
                data = TABLES.national[country, indicator]
                same = [value == data[year] for year, value in after.items() if year in data]
                assert all(same) if conditional else not any(same)
                assert max(after, default=2018) == 2018
        assert not (seen.folder / "calibration.toml").exists()


def test_what_came_does_not_move_what_is_forecast(tmp_path: Path) -> None:
    """Counts of the window, and forbidden inputs, may be anything: what the methods see is the same."""
    for file in TABLES.folder.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    for name, column in (("copublications.csv", "works"), ("national_inputs.csv", "value")):
        frame = pd.read_csv(tmp_path / name, keep_default_na=False)
        late = frame["year"] > 2013
        if name == "national_inputs.csv":
            late &= frame["indicator"].isin(["publications_international", "publications_domestic"])
        frame.loc[late, column] = 1.0
        frame.to_csv(tmp_path / name, index=False)
    with (
        withheld(TABLES, FINAL[0], conditional=True) as one,
        withheld(read_tables(tmp_path), FINAL[0], conditional=True) as two,
    ):
        assert one.copublications == two.copublications
        assert one.national == two.national


def test_drift_goes_on_with_the_slope_of_the_last_years() -> None:
    values = {year: 100.0 * np.exp(0.03 * (year - 2000)) for year in range(2000, 2011)}
    found = drifted(values, 2013)
    assert sorted(found) == [2011, 2012, 2013]
    assert found[2013] == pytest.approx(100.0 * np.exp(0.39))
    assert drifted(values, 2010) == {} and drifted({}, 2013) == {}
    assert drifted({2010: 5.0}, 2011) == {2011: 5.0}
