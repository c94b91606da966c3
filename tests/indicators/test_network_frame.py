"""The frame of indicators: every one of them by hand in a small world, names, undefined values, and a run's."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import small_world

from model import load_scenario, simulate
from model.indicators import OF_NETWORKS, indicators_frame, measure, pair_names
from model.indicators.registry import FROM_COUNTS, OF_SNAPSHOTS, OF_TWO_RUNS, names, unit_of
from model.indicators.snapshots import listed_at
from model.recording import INDICATORS, Snapshot

NAN = math.nan
UU, UC = "university-university", "university-company"


def turned(values: dict[str, float], how: str) -> dict[str, float]:
    """The same pairs from the other side: "negative" or "inverse"."""
    other = {">".join(reversed(pair.split(">"))): -v if how == "negative" else 1 / v for pair, v in values.items()}
    return values | other


# (indicator) -> (values by pair, value of all other pairs); how each comes about stands in the comments
BY_HAND: dict[str, tuple[dict[str, float], float]] = {
    # Russia has 1 + 1 (China, West), China 1 + 2 (Russia, West), the West 1 + 2 + 1 (Russia, China, itself)
    "dependency.partnerships": (turned({"Russia>China": 1/2 - 1/3, "Russia>West": 1/2 - 1/4, "China>West": 2/3 - 2/4}, "negative"), NAN),
    # works: R-C 4, R-W 6, C-W 8, W-W 2
    "dependency.output": (turned({"Russia>China": 4/10 - 4/12, "Russia>West": 6/10 - 6/16, "China>West": 8/12 - 8/16}, "negative"), NAN),
    # odds 3:1, 2:4, 6:2, squared
    "leaders.premium": (turned({"Russia>China": 9, "Russia>West": 1/4, "China>West": 9}, "inverse"), NAN),
    # strengths 0.5, 1, 0.5, 0.5, 0.5 of 3
    "partnerships.strength_share": ({"Russia-China": 1/6, "Russia-West": 2/6, "China-West": 2/6, "West-West": 1/6}, 0.0),
    # one institution on each side, but two Chinese with the US: 6/2 against 2/1
    "leaders.per_participant": (turned({"Russia>China": 3, "Russia>West": 1/2, "China>West": 3/2, "RU>CN": 3, "RU>DE": 1/2, "CN>US": 3/2, "DE>US": 1}, "inverse"), NAN),
    # 0: 1/3, 2/3 -> 5/9. 2: 1/2. 3: 1. 4: 2/3, 1/3 -> 5/9. 5: thirds -> 1/3
    "concentration.institutions": ({"World": (5/9 + 1/2 + 1 + 5/9 + 1/3) / 5, "Russia": 5/9, "RU": 5/9, "China": 3/4, "CN": 3/4, "West": 4/9, "DE": 5/9, "US": 1/3}, NAN),
    # the same, but 5 has two partners in China: 2/3, 1/3 -> 5/9
    "concentration.blocs": ({"World": (5/9 + 1/2 + 1 + 5/9 + 5/9) / 5, "China": 3/4, "CN": 3/4}, 5/9),
    # each country has 0.5 and 1 with two others; the West 1, 1, 0.5, 0.5 with RU, CN, US, DE; the world 1.5 with each
    "concentration.countries": ({"World": 1/4, "West": 5/18}, 5/9),
    # China in physics: 0.5 with 0, twice 0.5 with 5; West in earth: 1 with 0, 0.5 with 5 and with 4
    "concentration.field_institutions": ({"Russia:physics": 1, "Russia:earth": 1, "China:physics": 5/9, "West:physics": 1/2, "West:earth": 3/8}, NAN),
    "concentration.field_blocs": ({"Russia:physics": 1, "Russia:earth": 1, "China:physics": 5/9, "West:physics": 1, "West:earth": 1/2}, NAN),
    # at the facility: 0-2 and 0-4
    "dependency.facilities": (turned({"Russia>China": 1/2 - 1, "Russia>West": 1/2 - 1, "China>West": 0.0}, "negative"), NAN),
    # from instruments: 2-5 and 4-5; Russia has none
    "dependency.instruments": (turned({"China>West": 1 - 1/2}, "negative"), NAN),
    # 2 is listed: it has the one partnership with Russia, one of two with the US, two of China's three
    "sorting.share": ({"Russia>China": 1, "RU>CN": 1, "West>China": 1/2, "US>CN": 1/2, "DE>CN": NAN, "US>RU": NAN, "CN>DE": NAN, "RU>US": NAN}, 0.0),
    "sorting.expected": (dict.fromkeys(("Russia>China", "West>China", "RU>CN", "DE>CN", "US>CN"), 2 / 3), 0.0),
    "sorting.excess": ({"Russia>China": 1/3, "RU>CN": 1/3, "West>China": -1/6, "US>CN": -1/6, "DE>CN": NAN, "US>RU": NAN, "CN>DE": NAN, "RU>US": NAN}, 0.0),
    # R-W: 0-4 is direct, 0-5 has a path by 2 and one by 4: (0 + 1/2) / 2. R-C: 0-2 direct, 0-3 always by 5. C-W: of 2-4, 2-5, 3-4,
    # 3-5 only half of 2-4 leads by 0
    "brokerage.paths": ({"Russia-China-West": 1/4, "Russia-West-China": 1/2, "China-Russia-West": 1/8}, NAN),
    # 0: half of {2, 4}. 2: half of {0, 5} and of {0, 3}; 4 as well. 5: {0, 3}, {2, 3}, {3, 4}, half of {2, 4}. In all 6
    "brokerage.betweenness": ({"Russia": 0.5/6, "China": 1/6, "West": 4.5/6}, NAN),
    # 0-2-5 and 2-0-4, times omega = 2
    "brokerage.liaisons": ({"Russia-China-West": 2, "China-Russia-West": 2}, 0.0),
    # one of five inside, 4-5
    "polarisation.external_internal": ({"World": 3/5, "West": 2/4}, 1.0),
    "polarisation.modularity": ({"World": 1/5 - (2/10)**2 - (3/10)**2 - (5/10)**2}, NAN),
    # 0-2: 0.5 x sqrt(4) x (1 + 0.5)/2; 0-4: 1 x 2 x (0.5 + 0.25)/2; 2-5: 0.5 x 1 x (0.5 + 0.25)/2; the others know the same; times omega
    "knowledge.working": ({"Russia-China": 1.5, "Russia-West": 1.5, "China-West": 0.375, "World": 3.375}, 0.0),
    "knowledge.output": ({}, NAN),
    # 1.5, 0 | 0.9375, 0 | 0.75, 0.1875, 0
    "knowledge.gini": ({"World": (2*0.75 + 4*0.9375 + 6*1.5) / (7*3.375), "West": (2*0.75) / (3*0.9375), "DE": 0.0}, 1/2),
    # since 2001: ended after 2 and 4 years, living for 0.5, 4, 1, 6
    "survival.one_year": ({"Russia-Russia": NAN, "China-China": NAN}, 1.0),
    "survival.three_years": ({"World": 3/4, "Russia-China": 0, "Russia-West": 1, "China-West": 1, "West-West": 1}, NAN),
    "survival.five_years": ({"World": 3/4 * 2/3, "Russia-China": 0, "Russia-West": 0, "West-West": 1}, NAN),
    "survival.median": ({"World": 4, "Russia-China": 2, "Russia-West": 4}, NAN),
    # degrees 2, 0 | 2, 1 | 2, 3, 0
    "degree.median": ({"World": 2, "Russia": 1, "RU": 1, "China": 1.5, "CN": 1.5, "West": 2, "DE": 2, "US": 1.5}, NAN),
    "degree.ninetieth": ({"World": 2.4, "Russia": 1.8, "RU": 1.8, "China": 1.9, "CN": 1.9, "West": 2.8, "DE": 2, "US": 2.7}, NAN),
    "degree.gini": ({"World": (-2 + 4 + 8 + 18) / 70, "China": 1/6, "CN": 1/6, "West": 6/15, "DE": 0}, 1/2),
    "degree.isolated": ({"World": 2/7, "Russia": 1/2, "RU": 1/2, "West": 1/3, "US": 1/2}, 0.0),
    "structure.clustering": ({}, 0.0),
    "structure.transitivity": ({}, 0.0),
    "structure.largest_component": ({}, 5/7),
    "kinds.share": ({f"World:{UU}": 4/5, f"World:{UC}": 1/5, f"China-West:{UU}": 1/2, f"China-West:{UC}": 1/2,
                     **{f"{pair}:{UU}": 1 for pair in ("Russia-China", "Russia-West", "West-West")}}, 0.0),
    # since 2006: 0-2, 2-5 and 3-5
    "kinds.new_share": ({f"World:{UU}": 2/3, f"World:{UC}": 1/3, f"Russia-China:{UU}": 1, f"China-West:{UU}": 1/2, f"China-West:{UC}": 1/2}, 0.0),
}  # fmt: skip
WITHOUT = {"kinds.share": ("Russia-Russia", "China-China"), "kinds.new_share": ("Russia-Russia", "China-China", "Russia-West", "West-West")}  # fmt: skip
"""Pairs of blocs without partnerships: their mix is undefined."""


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    record = small_world.record()
    record.measured = measure(small_world.world(), record)
    return indicators_frame("tiny", small_world.world(), [record])


def pairs_of(indicator: str) -> tuple[str, ...]:
    world = small_world.world()
    return pair_names(OF_NETWORKS[indicator].of, world.blocs, world.countries, world.fields, world.kinds)


@pytest.mark.parametrize("indicator", OF_NETWORKS)
def test_every_indicator_by_hand(frame: pd.DataFrame, indicator: str) -> None:
    rows = frame[frame["indicator"] == indicator]
    found = dict(zip(rows["pair"].astype(str), rows["value"], strict=True))
    values, other = BY_HAND[indicator]
    none = {p for p in pairs_of(indicator) if p.split(":")[0] in WITHOUT.get(indicator, ())}
    expected = {p: NAN if p in none else values.get(p, other) for p in pairs_of(indicator)}
    assert found == pytest.approx(expected, nan_ok=True)
    assert set(rows["unit"]) == {unit_of(indicator)} and set(rows["date"].dt.strftime("%Y-%m-%d")) == {"2010-12-31"}


def test_the_table_is_whole() -> None:
    assert set(BY_HAND) == set(OF_NETWORKS) == set(FROM_COUNTS) | set(OF_SNAPSHOTS)
    assert not set(INDICATORS) & set(OF_NETWORKS) and len(set(names())) == len(INDICATORS) + len(OF_NETWORKS)
    assert all(row.unit and row.definition for row in OF_NETWORKS.values())
    assert all(unit and definition for unit, definition in OF_TWO_RUNS.values())


def test_what_a_network_without_partnerships_has() -> None:
    """Shares, concentrations and inequalities of nothing are undefined; amounts are 0; everyone is alone."""
    world = small_world.world()
    bare = Snapshot(2011.0, np.zeros((0, 7), np.int64), np.zeros((0, 2)), np.zeros(7))
    record = small_world.record(snapshots=(bare,))
    record.spell_whole, record.spell_times = np.zeros((0, 7), np.int64), np.zeros((0, 3))
    (values,) = measure(world, record)
    assert {name for name, _ in values} == set(OF_SNAPSHOTS)
    for (indicator, pair), value in values.items():
        if indicator in ("knowledge.working", "brokerage.liaisons", "degree.median", "degree.ninetieth"):
            assert value == 0.0, (indicator, pair)
        elif indicator == "degree.isolated":
            assert value == 1.0
        elif indicator == "structure.largest_component":
            assert value == 1 / 7
        else:
            assert math.isnan(value), (indicator, pair)


def test_knowledge_appears_one_to_two_years_later() -> None:
    """Snapshots of 2009, 2010, 2011 with 0-2 at strength 0.5: between 2009 and 2010 nothing moves, so 2011 brings the same."""
    world = small_world.world()
    record = small_world.record(snapshots=tuple(small_world.snapshot(t) for t in (2009.0, 2010.0, 2011.0)))
    found = measure(world, record)
    assert math.isnan(found[0]["knowledge.output", "World"]) and math.isnan(found[1]["knowledge.output", "World"])
    assert found[2]["knowledge.output", "World"] == pytest.approx(3.375)
    weaker = small_world.snapshot(2009.0)
    weaker.numbers[:, 0] *= 0.5
    record = small_world.record(snapshots=(weaker, *(small_world.snapshot(t) for t in (2010.0, 2011.0))))
    assert measure(world, record)[2]["knowledge.output", "Russia-China"] == pytest.approx(0.75 * 1.5)


def test_new_partnerships_that_have_ended_count_among_the_new() -> None:
    """Seen at the start of 2007: 1-3, with a company, began in 2003 and has ended; 2-5 begins that day; 4-5 in 2005.

    1-4 (2002) began in the five years before as well: university-institute. Of three one is with a company.
    """
    at = small_world.snapshot(2007.0)
    kept = at.numbers[:, 1] < 2007.0  # 0-4 and 4-5
    record = small_world.record(snapshots=(Snapshot(2007.0, at.whole[kept], at.numbers[kept], at.capability),))
    (values,) = measure(small_world.world(), record)
    new = {name.split(":")[1]: v for (kind, name), v in values.items() if kind == "kinds.new_share" and "World" in name}
    assert new == pytest.approx(
        dict.fromkeys(new, 0.0) | {UU: 1 / 3, "university-institute": 1 / 3, "institute-company": 1 / 3}
    )


def test_a_listing_holds_from_the_day_after_it_begins() -> None:
    """A snapshot stands at the end of the day before its date."""
    world = small_world.world()
    assert [bool(listed_at(world, t)[2]) for t in (2004.0, 2005.0, 2005.25)] == [False, False, True]


# --- from a run --------------------------------------------------------------------------------------------------

SETTINGS = ["world.institutions=60", "time.start=2006-01-01", "time.show_from=2010-01-01", "time.end=2013-01-01",
            "run.replicates=2", "run.seed=3"]  # fmt: skip


def test_a_run_has_them_at_its_snapshots() -> None:
    days = "record.snapshots=[2010-07-01, 2011-01-01, 2012-01-01, 2013-01-01]"
    done = simulate(load_scenario("hindcast", [*SETTINGS, days]))
    frame, world = done.indicators, done.world
    assert list(frame.columns) == list(done.series.columns)
    assert {name: frame[name].dtype for name in ("replicate", "date", "value")} == {
        name: done.series[name].dtype for name in ("replicate", "date", "value")
    }
    for name, row in OF_NETWORKS.items():
        found = frame[frame["indicator"] == name]
        assert set(found["pair"]) == set(pair_names(row.of, world.blocs, world.countries, world.fields, world.kinds)), name  # fmt: skip
        dates = {"2010-06-30"} if name in OF_SNAPSHOTS else set()
        assert set(found["date"].dt.strftime("%Y-%m-%d")) == dates | {"2010-12-31", "2011-12-31", "2012-12-31"}
        assert len(found) == 2 * found["pair"].nunique() * found["date"].nunique()
        known = found["value"].dropna()
        if row.unit == "share" and not name.startswith(("dependency", "sorting.excess")):
            assert ((known >= 0.0) & (known <= 1.0)).all(), name
        if row.unit == "HHI":
            assert ((known > 0.0) & (known <= 1.0 + 1e-12)).all(), name
    order = {name: place for place, name in enumerate(OF_NETWORKS)}
    keys = list(zip(frame["indicator"].map(order).astype(int), frame["pair"].astype(str), frame["replicate"], frame["date"], strict=True))  # fmt: skip
    assert keys == sorted(keys)

    def of(name: str, pair: str, at: pd.DataFrame = frame) -> pd.DataFrame:
        chosen = at[(at["indicator"] == name) & (at["pair"] == pair)]
        return chosen.pivot(index="date", columns="replicate", values="value")

    # against the series of the same run
    mix = of("partnerships.mix", "Russia>China", done.series) - of("partnerships.mix", "China>Russia", done.series)
    assert of("dependency.partnerships", "Russia>China").to_numpy() == pytest.approx(mix.to_numpy(), nan_ok=True)
    index = of("leaders.share", "China>West", done.series).to_numpy()
    assert of("leaders.premium", "China>West").to_numpy() == pytest.approx((index / (1 - index)) ** 2)
    working = of("knowledge.working", "World").to_numpy()
    assert of("knowledge.output", "World").to_numpy()[3] == pytest.approx((working[1] + working[2]) / 2)


def test_a_run_without_snapshots_measures_no_network() -> None:
    done = simulate(load_scenario("hindcast", [*SETTINGS, "record.snapshots=[]"]))
    assert set(done.indicators["indicator"]) == set(FROM_COUNTS)
    assert all(record.measured == [] for record in done.records)
