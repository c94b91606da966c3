"""What is recorded: every indicator by hand on a tiny record, laws of shares, order of rows, spells and snapshots."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import load_scenario
from model.calibration import Calibration
from model.recording import (
    INDICATORS,
    ReplicateRecord,
    Snapshot,
    programmes_frame,
    series_frame,
    snapshots_frame,
    spells_frame,
)
from model.scenario import Scenario
from model.scenario.measure import Measure
from model.simulation import run_replicate
from model.world import World, WorldArrays, build_world

KR, DE, FR = range(3)
OMEGA = 2.0
CALIBRATION = Calibration(coverage=0.06, many_country=0.04, reference_year=2000.0, fitted_until=2014.0)


NAMES = ("call", "fund")
"""Measures that partnerships come from."""


@pytest.fixture(scope="module")
def world() -> World:
    """Korea, and Germany and France as one bloc; two institutions in each country."""
    n, fields = 6, ("physics", "earth")
    country = np.repeat([KR, DE, FR], 2)
    bloc = np.array([0, 1, 1])
    half = np.full((n, 2), 0.5)
    arrays = WorldArrays(
        country=country, bloc=bloc[country], kind=np.zeros(n, np.int64), profile=half, direction=half * math.sqrt(2.0),
        size_weight=np.ones(n), facilities=np.zeros(n, np.uint64), capability=np.zeros(n), absorption=np.ones(n),
        help_need=np.ones(2), country_bloc=bloc, institutions_of=np.full(3, OMEGA * 2),
    )  # fmt: skip
    names = ("Seoul", "Busan", "Berlin", "Bonn", "Paris", "Lyon")
    return World(
        arrays, names, (True,) * n, ("KR", "DE", "FR"), ("Korea", "Germany", "France"), ("Korea", "EU"),
        ("university", "institute", "company"), fields, OMEGA, (), (),
    )  # fmt: skip


def matrix(**cells: float) -> np.ndarray:
    """A table of countries from cells such as kr_de=3; all others 0."""
    place = {"kr": KR, "de": DE, "fr": FR}
    out = np.zeros((3, 3))
    for cell, value in cells.items():
        a, b = cell.split("_")
        out[place[a], place[b]] = value
    return out


def both(one: np.ndarray) -> np.ndarray:
    return one + one.T


def record_of(replicate: int = 0, ends: tuple[float, ...] = (2011.0, 2012.0), length: float = 1.0) -> ReplicateRecord:
    """A first period with something in it, and others in which nothing was or happened."""

    def with_nothing(first: np.ndarray) -> np.ndarray:
        return np.array([first, *[np.zeros_like(first)] * (len(ends) - 1)])

    return ReplicateRecord(
        replicate=replicate,
        ends=np.array(ends),
        lengths=np.full(len(ends), length),
        initiated=with_nothing(matrix(kr_de=3, de_kr=1, fr_kr=2, de_fr=5, fr_de=4)),
        ended=with_nothing(both(matrix(kr_de=1, de_fr=2))),
        led=with_nothing(matrix(kr_de=6, de_kr=2, kr_fr=1, fr_kr=3, de_fr=10, fr_de=10)),
        ties=with_nothing(both(matrix(kr_de=4, kr_fr=1, de_fr=15))),
        strength=with_nothing(both(matrix(kr_de=2.0, kr_fr=0.5, de_fr=9.0))),
        pace=with_nothing(np.array([80.0, 20.0, 10.0, 4.0])),
        degree=with_nothing(np.array(20 * 2 / 6)),
        spell_whole=np.array([[0, 2, 2, 1, 0, 1, 0], [1, 5, 1, 0, 1, -1, 2], [2, 4, 4, 0, 0, -1, 1]]),
        spell_times=np.array([[2009.25, 2010.5, 0.4], [2010.0, 2010.75, 0.2], [2008.0, 2011.5, 0.8]]),
        snapshots=[Snapshot(2011.0, np.array([[0, 3, 3, 1, 0, 7, 0], [1, 4, 1, 0, 1, 2, -1]]),
                            np.array([[0.5, 2009.0], [0.25, 2010.25]]), np.zeros(6))],
    )  # fmt: skip


SEEN = math.exp(0.1 * 10.5)  # slope 0.06 + 0.04 a year, from 2000 to the middle of 2010
# what the first period of the record must give; counts times omega = 2
BY_HAND: dict[str, dict[str, float]] = {
    "partnerships.count": {"DE-KR": 8, "FR-KR": 2, "DE-FR": 30, "Korea-EU": 10, "EU-EU": 30, "Korea-Korea": 0},
    "partnerships.strength": {"DE-KR": 4, "FR-KR": 1, "DE-FR": 18, "Korea-EU": 5, "EU-EU": 18, "Korea-Korea": 0},
    "partnerships.formed": {"DE-KR": 8, "FR-KR": 4, "DE-FR": 18, "Korea-EU": 12, "EU-EU": 18, "Korea-Korea": 0},
    "partnerships.ended": {"DE-KR": 2, "FR-KR": 0, "DE-FR": 4, "Korea-EU": 2, "EU-EU": 4, "Korea-Korea": 0},
    "partnerships.share": {"DE-KR": 4 / 20, "FR-KR": 1 / 20, "DE-FR": 15 / 20, "Korea-EU": 5 / 20, "EU-EU": 15 / 20, "Korea-Korea": 0},
    "partnerships.mix": {"KR>DE": 4 / 5, "KR>FR": 1 / 5, "DE>KR": 4 / 19, "DE>FR": 15 / 19, "FR>KR": 1 / 16, "FR>DE": 15 / 16,
                         "Korea>EU": 1, "EU>Korea": 5 / 20},
    "output.works": {"DE-KR": 16, "FR-KR": 8, "DE-FR": 40, "Korea-EU": 24, "EU-EU": 40, "Korea-Korea": 0},
    "output.volume": {"DE-KR": 16 * SEEN, "FR-KR": 8 * SEEN, "DE-FR": 40 * SEEN, "Korea-EU": 24 * SEEN, "EU-EU": 40 * SEEN, "Korea-Korea": 0},
    "output.share": {"DE-KR": 8 / 32, "FR-KR": 4 / 32, "DE-FR": 20 / 32, "Korea-EU": 12 / 32, "EU-EU": 20 / 32, "Korea-Korea": 0},
    "output.mix": {"KR>DE": 8 / 12, "KR>FR": 4 / 12, "DE>KR": 8 / 28, "DE>FR": 20 / 28, "FR>KR": 4 / 24, "FR>DE": 20 / 24,
                   "Korea>EU": 1, "EU>Korea": 12 / 32},
    "leaders.share": {"KR>DE": 6 / 8, "DE>KR": 2 / 8, "KR>FR": 1 / 4, "FR>KR": 3 / 4, "DE>FR": 0.5, "FR>DE": 0.5,
                      "Korea>EU": 7 / 12, "EU>Korea": 5 / 12},
    "initiators.share": {"KR>DE": 3 / 4, "DE>KR": 1 / 4, "KR>FR": 0, "FR>KR": 1, "DE>FR": 5 / 9, "FR>DE": 4 / 9,
                         "Korea>EU": 3 / 6, "EU>Korea": 3 / 6},
    "network.mean_degree": {"World": 20 * 2 / 6},
    "network.saturation": {"World": 24 / 80},
    "network.proposal_share": {"World": 20 / 80},
    "network.acceptance": {"World": 10 / 20},
}  # fmt: skip


@pytest.fixture(scope="module")
def series(world: World) -> pd.DataFrame:
    return series_frame("tiny", world, CALIBRATION, [record_of()])


def values(series: pd.DataFrame, indicator: str, day: str) -> dict[str, float]:
    chosen = series[(series["indicator"] == indicator) & (series["date"] == day)]
    return dict(zip(chosen["pair"].astype(str), chosen["value"], strict=True))


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_indicator_by_hand(series: pd.DataFrame, indicator: str) -> None:
    assert values(series, indicator, "2010-12-31") == pytest.approx(BY_HAND[indicator])
    assert set(series.loc[series["indicator"] == indicator, "unit"]) == {INDICATORS[indicator][0]}


def test_the_units_and_definitions_are_complete() -> None:
    assert set(BY_HAND) == set(INDICATORS)
    assert all(unit and definition for unit, definition in INDICATORS.values())


def test_what_is_undefined_is_missing_and_what_is_none_is_zero(series: pd.DataFrame) -> None:
    for indicator, (unit, _) in INDICATORS.items():
        found = list(values(series, indicator, "2011-12-31").values())
        if unit == "share":
            assert np.isnan(found).all(), indicator
        else:
            assert found == [0.0] * len(found), indicator


def test_volume_share_and_mix_are_kept_apart(series: pd.DataFrame) -> None:
    """The database's growth is in the volume, and in neither shares nor works."""
    first = {name: values(series, name, "2010-12-31") for name in ("output.volume", "output.works", "output.share")}
    for pair, works in first["output.works"].items():
        assert first["output.volume"][pair] == pytest.approx(works * SEEN)
    names = {name: set(series.loc[series["indicator"] == name, "pair"]) for name in INDICATORS}
    for kind in ("partnerships", "output"):
        assert all(">" in pair for pair in names[f"{kind}.mix"])
        assert all("-" in pair for pair in names[f"{kind}.share"])


def test_rows_have_one_order(world: World) -> None:
    records = [record_of(0), record_of(1)]
    frame = series_frame("tiny", world, CALIBRATION, records)
    assert list(frame.columns) == ["scenario", "replicate", "date", "pair", "indicator", "value", "unit"]
    place = {name: k for k, name in enumerate(INDICATORS)}
    keys = list(zip(frame["indicator"].map(place).astype(int), frame["pair"].astype(str), frame["replicate"], frame["date"], strict=True))  # fmt: skip
    assert keys == sorted(keys) and len(set(keys)) == len(keys)
    assert set(frame["scenario"]) == {"tiny"} and set(frame["replicate"]) == {0, 1}
    assert frame["replicate"].dtype == np.int32 and frame["value"].dtype == np.float64
    assert str(frame["date"].dtype) == "datetime64[ns]"
    one = frame[frame["replicate"] == 1].drop(columns="replicate").reset_index(drop=True)
    other = frame[frame["replicate"] == 0].drop(columns="replicate").reset_index(drop=True)
    pd.testing.assert_frame_equal(one, other)


def test_a_quarterly_record_has_flows_a_year_and_stocks_as_they_stand(world: World) -> None:
    record = record_of(ends=(2010.25, 2010.5, 2010.75, 2011.0), length=0.25)
    frame = series_frame("tiny", world, CALIBRATION, [record])
    assert sorted(set(frame["date"].dt.strftime("%m-%d"))) == ["03-31", "06-30", "09-30", "12-31"]
    seen = math.exp(0.1 * 10.125)
    for indicator, by_hand in BY_HAND.items():
        unit = INDICATORS[indicator][0]
        factor = 4.0 if unit.endswith("a year") else 1.0
        factor *= seen / SEEN if indicator == "output.volume" else 1.0
        expected = {pair: value * factor for pair, value in by_hand.items()}
        assert values(frame, indicator, "2010-03-31") == pytest.approx(expected), indicator


counts = st.integers(0, 50)


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(st.lists(counts, min_size=9, max_size=9), st.lists(counts, min_size=9, max_size=9))
def test_shares_sum_to_one(world: World, led: list[int], ties: list[int]) -> None:
    record = record_of(ends=(2011.0,))
    off = 1.0 - np.eye(3)  # partnerships are international
    record.led = (np.array(led, float).reshape(3, 3) * off)[None]
    record.initiated = record.led
    record.ties = (both(np.array(ties, float).reshape(3, 3)) * off)[None]
    frame = series_frame("tiny", world, CALIBRATION, [record])
    by_pair = {name: values(frame, name, "2010-12-31") for name in INDICATORS}
    for kind in ("partnerships", "output"):
        share, mix = by_pair[f"{kind}.share"], by_pair[f"{kind}.mix"]
        for group in (("DE-KR", "FR-KR", "DE-FR"), ("Korea-EU", "EU-EU", "Korea-Korea")):
            total = sum(share[pair] for pair in group)
            assert math.isnan(total) or total == pytest.approx(1.0)
        for own in ("KR", "DE", "FR"):
            total = sum(value for pair, value in mix.items() if pair.startswith(f"{own}>"))
            assert math.isnan(total) or total == pytest.approx(1.0)
    for name in ("leaders.share", "initiators.share"):
        for pair, value in by_pair[name].items():
            other = by_pair[name][">".join(reversed(pair.split(">")))]
            assert math.isnan(value) == math.isnan(other)
            assert math.isnan(value) or value + other == pytest.approx(1.0)


# --- spells and snapshots ----------------------------------------------------------------------------------------


def test_spells_by_hand(world: World) -> None:
    frame = spells_frame(world, [record_of(0), record_of(4)], NAMES)
    assert list(frame["replicate"]) == [0, 0, 0, 4, 4, 4]
    assert frame.iloc[0].to_dict() == {
        "replicate": 0, "a": "Seoul", "b": "Berlin", "country_a": "KR", "country_b": "DE", "initiator": "Berlin",
        "field": "earth", "channel": "official", "instrument": "fund", "reason": "chosen", "start": 2009.25,
        "end": 2010.5, "strength": 0.4,
    }  # fmt: skip
    assert frame["instrument"].isna().tolist() == [False, True, True] * 2
    assert list(frame["reason"][:3]) == ["chosen", "terminated", "lapsed"]
    assert list(frame["channel"][:3]) == ["official", "personal", "official"]
    assert list(frame["initiator"][:3]) == ["Berlin", "Busan", "Paris"]


def test_snapshots_by_hand(world: World) -> None:
    frame = snapshots_frame(world, [record_of(0), record_of(2)], NAMES)
    assert list(frame["replicate"]) == [0, 0, 2, 2] and set(frame["date"]) == {pd.Timestamp("2010-12-31")}
    assert frame.iloc[0].drop("date").to_dict() == {
        "replicate": 0, "a": "Seoul", "b": "Bonn", "country_a": "KR", "country_b": "DE", "initiator": "Bonn",
        "field": "earth", "channel": "official", "instrument": "call", "strength": 0.5, "since": 2009.0,
    }  # fmt: skip
    assert frame["instrument"].isna().tolist() == [False, True] * 2
    assert list(frame["channel"][:2]) == ["official", "personal"] and list(frame["since"][:2]) == [2009.0, 2010.25]


def test_programmes_by_hand(world: World) -> None:
    """Two of three measures have projects: to one come 6 million, of which it pays a project of 4; the other founds five."""
    common = {"group": "incentive", "start": date(2000, 1, 1)}
    measures = {
        "other": Measure.model_validate({"title": "other", **common}),
        "call": Measure.model_validate({"title": "call", **common, "projects": {"budget": 6.0, "cost": 4.0}}),
        "hub": Measure.model_validate({"title": "hub", **common, "projects": {"shape": "hub"}}),
    }
    record = record_of(3)
    record.programmes = np.zeros((2, 3, 3))
    record.programmes[0] = [[0.0, 6.0, 0.0], [0.0, 1.0, 5.0], [0.0, 1.0, 2.0]]
    frame = programmes_frame(world, measures, [record])
    assert list(frame["measure"]) == ["call", "hub"] * 2 and set(frame["replicate"]) == {3}
    assert [day.date() for day in frame["date"]] == [date(2010, 12, 31)] * 2 + [date(2011, 12, 31)] * 2
    numbers = frame[["entered", "awarded", "projects", "partnerships"]].to_numpy().tolist()
    assert numbers[:2] == [[12.0, 8.0, 2.0, 2.0], [0.0, 0.0, 10.0, 4.0]]  # times omega = 2
    assert numbers[2:] == [[0.0] * 4] * 2


def test_runs_without_spells_or_snapshots_have_empty_frames_with_the_same_columns(world: World) -> None:
    bare = record_of()
    bare.spell_whole, bare.spell_times, bare.snapshots = np.zeros((0, 7), np.int64), np.zeros((0, 3)), []
    for frame, full in (
        (spells_frame(world, [bare], NAMES), spells_frame(world, [record_of()], NAMES)),
        (snapshots_frame(world, [bare], NAMES), snapshots_frame(world, [record_of()], NAMES)),
    ):
        assert len(frame) == 0 and list(frame.columns) == list(full.columns)


# --- from a run --------------------------------------------------------------------------------------------------


def scenario_of(*overrides: str) -> Scenario:
    return load_scenario("hindcast", [
        "world.institutions=60", "time.start=2010-01-01", "time.show_from=2012-01-01", "time.end=2016-01-01", *overrides,
    ])  # fmt: skip


def test_stocks_change_by_flows() -> None:
    scenario = scenario_of("record.snapshots=[2013-01-01, 2016-01-01]")
    world = build_world(scenario)
    record = run_replicate(scenario, world, 0, 3)
    assert list(record.ends) == [2013.0, 2014.0, 2015.0, 2016.0] and (record.lengths == 1.0).all()
    formed = record.initiated + record.initiated.transpose(0, 2, 1)
    assert np.array_equal(np.diff(record.ties, axis=0), (formed - record.ended)[1:])
    for name in ("initiated", "ended", "led", "ties"):
        table = getattr(record, name)
        assert (table >= 0).all() and np.array_equal(table, np.round(table)), name
        assert not table[:, range(9), range(9)].any(), name  # nothing inside a country
    assert (record.strength <= record.ties).all() and np.array_equal(record.strength > 0, record.ties > 0)
    assert record.degree == pytest.approx(record.ties.sum(axis=(1, 2)) / world.n)
    opportunities, proposals, accepted, ended = record.pace.T
    assert (opportunities > proposals + ended).all() and (proposals >= accepted).all()
    assert accepted == pytest.approx(record.initiated.sum(axis=(1, 2)))
    # snapshots are the stock of their date
    for (time, whole, numbers, _, contracts), place in zip(record.snapshots, (0, 3), strict=True):
        assert time == record.ends[place] and 2 * len(whole) == record.ties[place].sum()
        assert (whole[:, 0] < whole[:, 1]).all() and ((numbers[:, 0] > 0) & (numbers[:, 0] <= 1)).all()
        assert numbers[:, 0].sum() == pytest.approx(record.strength[place].sum() / 2)
        # contract terms: one or more so far, longer than no time; those that are over have been reviewed within a quarter
        term, terms = contracts.T
        assert len(contracts) == len(whole) and (terms >= 1).all()
        assert ((term < 0.0) | (term > numbers[:, 1])).all() and ((term < 0.0) | (term > time - 0.25)).all()
    frame = spells_frame(world, [record], tuple(scenario.measures))
    assert (frame["end"] > frame["start"]).all() and frame["end"].is_monotonic_increasing
    # terms are reviewed at the start of a quarter, which belongs to the period that begins
    in_period = [((frame["end"] >= end - 1.0) & (frame["end"] < end)).sum() for end in record.ends]
    assert in_period == (record.ended.sum(axis=(1, 2)) / 2).tolist()


def test_quarters_add_up_to_years() -> None:
    world = build_world(scenario_of())
    year, quarter = (run_replicate(scenario_of(f"record.every={every}"), world, 0, 3) for every in ("year", "quarter"))
    assert len(quarter.ends) == 16 and (quarter.lengths == 0.25).all()
    for name in ("initiated", "ended", "led", "pace"):
        by_quarter = getattr(quarter, name)
        assert np.array_equal(by_quarter.reshape(4, 4, *by_quarter.shape[1:]).sum(axis=1), getattr(year, name)), name
    assert np.array_equal(quarter.ties[3::4], year.ties) and np.array_equal(quarter.strength[3::4], year.strength)


def test_dates_of_periods_and_snapshots_are_their_last_days() -> None:
    scenario = scenario_of("record.snapshots=[2013-07-01]")
    world = build_world(scenario)
    record = run_replicate(scenario, world, 0, 3)
    frame = series_frame("x", world, CALIBRATION, [record])
    assert sorted(set(frame["date"].dt.date)) == [date(year, 12, 31) for year in range(2012, 2016)]
    assert set(snapshots_frame(world, [record], tuple(scenario.measures))["date"].dt.date) == {date(2013, 6, 30)}
