"""Measures: who is in scope, when, what they do at which strength, and what becomes of partnerships in whole runs."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_broken_files import assert_good_message

from model import PartnershipModel, load_scenario
from model.clock import year_of
from model.dynamics.draws import stream_key
from model.dynamics.network import partners_of
from model.dynamics.state import FOREVER, PERSONAL, SLOTS
from model.errors import InputError
from model.measures import CompiledMeasure, Forces, compile_measures
from model.recording import spells_frame
from model.scenario import Scenario
from model.simulation import run_replicate
from model.world import World, build_world

START = date(2012, 5, 3)
MEASURE: dict[str, Any] = {"title": "t", "group": "restriction", "start": START}
WEST_RUSSIA = {"from": {"blocs": ["West"]}, "to": {"blocs": ["Russia"]}}


def scenario_with(*measures: dict[str, Any], institutions: int = 60, end: int = 2015, **settings: Any) -> Scenario:
    """A short scenario with some measures, named m0, m1, ..."""
    named = {f"m{k}": {**MEASURE, **measure} for k, measure in enumerate(measures)}
    return load_scenario("hindcast", {
        "measures": named, "world.institutions": institutions, "time.start": date(2010, 1, 1),
        "time.show_from": date(2010, 1, 1), "time.end": date(end, 1, 1), "run.seed": 3, "run.ensemble": False,
        "record.snapshots": [], **settings,
    })  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    """Sixty institutions; two Russian ones, of rows 0 and 2, and the first Chinese one are listed for some time."""
    made = build_world(scenario_with())
    china = int(np.flatnonzero(made.arrays.country == 1)[0])
    return replace(made, listed_spells=((0, 2012.0, None), (2, 2013.0, 2014.0), (china, 2011.0, None)))


def compiled(world: World, replicate: int = 0, **measure: Any) -> CompiledMeasure:
    (only,) = compile_measures(scenario_with(measure), world, stream_key(3, replicate))
    return only


def forces_of(world: World, *measures: dict[str, Any]) -> Forces:
    return Forces(compile_measures(scenario_with(*measures), world, stream_key(3, 0)), world)


def bring(forces: Forces, time: float) -> bool:
    """Bring the arrays to a time in the quarter that it lies in."""
    return forces.update(time, math.floor(4.0 * time) / 4.0)


def sides(world: World, measure: CompiledMeasure, time: float = 2013.5) -> tuple[np.ndarray, np.ndarray]:
    forces = Forces([measure], world)
    bring(forces, time)
    return forces.sides[0]


def of_countries(world: World, *codes: str) -> np.ndarray:
    return np.isin(world.arrays.country, [world.countries.index(code) for code in codes])


# --- who is in scope ---------------------------------------------------------------------------------------------


def test_sides_by_bloc_country_kind_and_name(world: World) -> None:
    west = of_countries(world, "US", "DE", "FR", "GB", "IT", "JP")
    university = world.arrays.kind == world.kinds.index("university")
    for side, expected in [
        ({}, np.ones(world.n, bool)),
        ({"blocs": ["West"]}, west),
        ({"countries": ["DE", "CN"]}, of_countries(world, "DE", "CN")),
        ({"blocs": ["West"], "countries": ["CN"]}, west | of_countries(world, "CN")),
        ({"kinds": ["university"]}, university),
        ({"countries": ["RU"], "kinds": ["university"]}, of_countries(world, "RU") & university),
        ({"institutions": ["Lomonosov Moscow State University"]}, np.arange(world.n) == 0),
        ({"institutions": ["Lomonosov Moscow State University"], "countries": ["CN"]}, np.zeros(world.n, bool)),
    ]:  # fmt: skip
        first, second = sides(world, compiled(world, **{"from": side}))
        assert np.array_equal(first, expected) and second.all(), side
        first, second = sides(world, compiled(world, to=side))
        assert first.all() and np.array_equal(second, expected), side


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 1.0])
def test_the_largest_share_of_every_country(world: World, share: float) -> None:
    first, _ = sides(world, compiled(world, **{"from": {"largest_share": share}}))
    for c in range(len(world.countries)):
        rows = np.flatnonzero(world.arrays.country == c)
        count = max(1, round(share * len(rows)))
        assert np.array_equal(np.flatnonzero(first[rows]), np.arange(count))  # rows fall by size within a country


def test_the_largest_share_is_of_those_whom_the_other_conditions_name(world: World) -> None:
    """Of the companies of a country, say, of which none may be among the largest of all kinds."""
    large = build_world(scenario_with(institutions=600))
    country, kind = large.arrays.country, large.arrays.kind
    for name in ("company", "institute"):
        named = {"kinds": [name], "largest_share": 0.2}
        first, _ = sides(large, compiled(large, **{"from": named}))
        for c in range(len(large.countries)):
            rows = np.flatnonzero((country == c) & (kind == large.kinds.index(name)))
            count = max(1, round(0.2 * len(rows))) if len(rows) else 0
            assert np.array_equal(np.flatnonzero(first & (country == c)), rows[:count])


def test_listed_institutions_stand_in_scope_from_their_date_to_their_end(world: World) -> None:
    measure = compiled(world, to={"countries": ["RU"], "institutions": "listed"})
    for time, expected in ((2012.5, {0}), (2013.0, {0, 2}), (2013.99, {0, 2}), (2014.0, {0})):
        assert set(np.flatnonzero(sides(world, measure, time)[1])) == expected
    both = compiled(world, **{"from": {"institutions": "listed"}})
    first, _ = sides(world, both, 2013.5)
    assert first.sum() == 3 and first[[0, 2]].all()


def test_compliance_is_nested_and_has_its_share(world: World) -> None:
    large = build_world(scenario_with(institutions=1200))
    before = np.zeros(large.n, bool)
    for share in (0.0, 0.2, 0.5, 0.9, 1.0):
        first, second = sides(large, compiled(large, compliance=share))
        assert (before <= first).all() and second.all()
        assert first.mean() == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / large.n) + 1e-9)
        before = first
    one, other = (sides(world, compiled(world, k, compliance=0.5))[0] for k in (0, 1))
    assert not np.array_equal(one, other)  # other luck in another replicate
    two = sides(world, compiled(world, 0, compliance=0.5, effects={"meeting": 0.3}, strength=2.0))[0]
    assert np.array_equal(one, two)  # the same institutions under every measure


def test_over_compliance_spreads_to_others_of_the_countries_in_scope(world: World) -> None:
    russian = of_countries(world, "RU")
    named = {"institutions": ["Lomonosov Moscow State University"]}
    before = np.arange(world.n) == 0
    for share in (0.0, 0.3, 0.7, 1.0):
        first, second = sides(world, compiled(world, to=named, over_compliance=share))
        assert (before <= second).all() and (second <= russian).all() and first.all()
        before = second
    assert np.array_equal(before, russian)


def test_over_compliance_spreads_from_listed_to_unlisted_ones(world: World) -> None:
    russian = of_countries(world, "RU")
    scope = {"to": {"countries": ["RU"], "institutions": "listed"}}
    everyone = compiled(world, **scope, over_compliance=1.0)
    assert np.array_equal(sides(world, everyone, 2012.5)[1], russian)
    some = sides(world, compiled(world, **scope, over_compliance=0.5), 2012.5)[1]
    assert 1 < some.sum() < russian.sum() and some[0]
    # nobody is listed yet: there is nothing to spread from
    early = compiled(world, **scope, over_compliance=1.0, start=date(2011, 1, 1))
    assert not sides(world, early, 2011.5)[1].any()
    # of the countries that hold a listed one, and no others
    anywhere = compiled(world, to={"institutions": "listed"}, over_compliance=1.0)
    assert np.array_equal(sides(world, anywhere, 2012.5)[1], of_countries(world, "RU", "CN"))


def test_fields_in_scope(world: World) -> None:
    assert compiled(world).fields.tolist() == [1.0] * 8
    chosen = compiled(world, fields=["physics", "earth"])
    assert {world.fields[f] for f in np.flatnonzero(chosen.fields)} == {"physics", "earth"}


# --- when, and how strongly --------------------------------------------------------------------------------------


def test_strength_over_time(world: World) -> None:
    at = year_of(START)
    plain = compiled(world, end=date(2013, 5, 3))
    assert [plain.level(t, t) for t in (at - 0.01, at, at + 0.5, year_of(date(2013, 5, 3)))] == [0.0, 1.0, 1.0, 0.0]
    late = compiled(world, lag_years=1.0, end=date(2013, 5, 3))
    assert [late.level(at + dt, at) for dt in (0.9, 1.0, 1.75, 2.0)] == [0.0, 1.0, 1.0, 0.0]


def test_a_ramp_moves_at_the_starts_of_quarters(world: World) -> None:
    ramp = compiled(world, ramp_years=2.0, strength=1.5, start=date(2012, 4, 1))
    for time, grown in (
        (2012.24, 0.0),
        (2012.25, 0.0),
        (2012.49, 0.0),
        (2012.5, 0.125),
        (2013.3, 0.5),
        (2014.25, 1.0),
        (2020.0, 1.0),
    ):
        assert ramp.level(time, math.floor(4.0 * time) / 4.0) == pytest.approx(1.5 * grown), time
    inside = compiled(world, ramp_years=1.0)  # begins inside a quarter: its first step is what has passed of the ramp
    assert inside.level(2012.5, 2012.5) == pytest.approx(2012.5 - year_of(START))
    assert inside.level(year_of(START), 2012.25) == 0.0
    assert compiled(world, ramp_years=1e-310).level(2012.5, 2012.5) == 1.0  # too short to divide by


def test_effects_scale_with_strength(world: World) -> None:
    effects = {"meeting": 0.5, "formation": -2.0, "acceptance": 3.0, "maintenance": 0.4, "opportunity": 0.2, "capacity": 4.0,
               "capability": 0.3}  # fmt: skip
    for strength in (0.5, 1.0, 2.0, 3.0):
        forces = forces_of(world, {"effects": effects, "strength": strength, **WEST_RUSSIA})
        assert bring(forces, 2013.0) and not bring(forces, 2013.25)
        regime = forces.regime
        assert regime.meeting[0] == pytest.approx(max(0.0, 1.0 - 0.5 * strength))
        assert regime.formation[0] == pytest.approx(-2.0 * strength)
        assert regime.acceptance[0] == pytest.approx(1.0 + 2.0 * strength)
        assert regime.maintenance[0] == pytest.approx(0.4 * strength)
        west, russia = forces.sides[0]
        factor, capacity = forces.institution_factor("opportunity"), forces.institution_factor("capacity")
        assert factor[west] == pytest.approx(max(0.0, 1.0 - 0.8 * strength)) and (factor[~west] == 1.0).all()
        assert capacity[west] == pytest.approx(1.0 + 3.0 * strength) and (capacity[~west] == 1.0).all()
        growth = forces.added("capability")
        assert growth[russia] == pytest.approx(0.3 * strength) and (growth[~russia] == 0.0).all()
        # bounds hold what they bound
        assert (regime.lift >= 1.0).all() and (regime.ease >= 1.0).all()


def test_effects_on_institutions_respect_listing(world: World) -> None:
    effects = {"opportunity": 0.5, "capacity": 2.0, "capability": 0.1}
    forces = forces_of(
        world,
        {"effects": effects, "from": {"institutions": "listed"}, "to": {"countries": ["RU"], "institutions": "listed"},
         "start": date(2010, 6, 1)},
    )  # fmt: skip
    for time, listed, russian in ((2010.75, 0, 0), (2011.5, 1, 0), (2012.5, 2, 1), (2013.5, 3, 2), (2014.5, 2, 1)):
        bring(forces, time)
        assert (forces.institution_factor("opportunity") == 0.5).sum() == listed
        assert (forces.institution_factor("capacity") == 2.0).sum() == listed
        assert (forces.added("capability") > 0).sum() == russian


def test_no_strength_takes_all_capacity(world: World) -> None:
    """1 - 0.75 * 3 is below 0; nobody's capacity is."""
    cut = {"from": {}, "to": {}, "strength": 3.0, "effects": {"capacity": 0.25}}
    forces = forces_of(world, cut)
    bring(forces, 2013.5)
    assert (forces.institution_factor("capacity") == 0.05).all()
    assert (forces.institution_factor("opportunity") == 1.0).all()


def test_measures_on_the_same_institutions_multiply(world: World) -> None:
    forces = forces_of(
        world, {"effects": {"opportunity": 0.5}}, {"effects": {"opportunity": 0.4}, "from": {"countries": ["RU"]}}
    )
    bring(forces, 2013.0)
    russian = of_countries(world, "RU")
    factor = forces.institution_factor("opportunity")
    assert factor[russian] == pytest.approx(0.2) and factor[~russian] == pytest.approx(0.5)


def test_more_measures_than_bits_of_a_word(world: World) -> None:
    forces = forces_of(world, *[{"from": {"countries": [world.countries[k % 9]]}} for k in range(70)])
    bring(forces, 2013.0)
    assert forces.regime.first_side.shape == (world.n, 2)
    for m, measure in enumerate(forces.active):
        bit = (forces.regime.first_side[:, m // 64] >> np.uint64(m % 64)) & np.uint64(1) == 1
        assert np.array_equal(bit, of_countries(world, *measure.measure.from_.countries))


# --- whole runs --------------------------------------------------------------------------------------------------


def outcome(scenario: Scenario, world: World) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Spells and counts of one replicate."""
    record = run_replicate(scenario, world, 0, 3)
    return spells_frame(world, [record], tuple(scenario.measures)), [
        record.initiated,
        record.ended,
        record.led,
        record.ties,
        record.strength,
    ]


def identical(one: Any, two: Any) -> bool:
    return one[0].equals(two[0]) and all(np.array_equal(a, b) for a, b in zip(one[1], two[1], strict=True))


BAN: dict[str, Any] = {
    "mode": "terminate", "channel": "all", "effects": {"meeting": 0.0, "acceptance": 0.0, "maintenance": -3.0, "opportunity": 0.1}
}  # fmt: skip


@pytest.mark.parametrize(
    "nothing",
    [{"strength": 0.0}, {"enabled": False}, {"start": date(2015, 1, 1)}, {"start": date(2001, 2, 3), "end": date(2009, 1, 1)},
     {"lag_years": 9.0}],
)  # fmt: skip
def test_a_measure_that_does_nothing_changes_nothing_bit_for_bit(world: World, nothing: dict[str, Any]) -> None:
    plain = outcome(scenario_with(), world)
    assert identical(outcome(scenario_with({**BAN, **nothing}), world), plain)
    assert not identical(outcome(scenario_with(BAN), world), plain)


def test_a_measure_without_effects_cuts_the_clock_and_changes_nothing(world: World) -> None:
    assert identical(outcome(scenario_with({}, {"start": date(2013, 2, 11)}), world), outcome(scenario_with(), world))


def test_a_measure_changes_only_what_comes_after_its_date(world: World) -> None:
    days = {"record.snapshots": [date(2012, 4, 1), date(2013, 1, 1)]}
    records = [run_replicate(scenario_with(*measures, **days), world, 0, 3) for measures in ((), (BAN,))]
    (one, other), (later, changed) = zip(*(record.snapshots for record in records), strict=True)
    assert len(one[1]) > 50 and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not np.array_equal(later[1], changed[1])


def run_model(scenario: Scenario, world: World, until: date) -> PartnershipModel:
    model = PartnershipModel(scenario, world=world)
    while model.now < until:
        model.run_for(1)
    return model


def living(model: PartnershipModel) -> pd.DataFrame:
    """Living partnerships of a model, and whether its first measure has them in scope."""
    state = model.state
    slots = np.arange(state.counts[SLOTS])
    slots = slots[(state.first[slots] >= 0) & (state.end[slots] == FOREVER)]
    a, b = state.first[slots], state.second[slots]
    nobody = np.zeros(model.world.n, bool)
    first, second = model.forces.measures[0].sides(model.world.arrays.country, nobody)
    return pd.DataFrame({
        "in_scope": (first[a] & second[b]) | (first[b] & second[a]), "start": state.start[slots], "term": state.term[slots],
        "personal": state.channel[slots] == PERSONAL, "terms": state.terms[slots],
    })  # fmt: skip


@pytest.mark.parametrize("mode", ["freeze_new", "no_renewal", "terminate"])
def test_a_ban_bars_new_partnerships_and_touches_no_others(world: World, mode: str) -> None:
    scenario = scenario_with({**WEST_RUSSIA, "mode": mode, "channel": "all", "wind_down_days": 3650})
    model = run_model(scenario, world, date(2014, 1, 1))
    ties = living(model)
    inside, outside = ties[ties["in_scope"]], ties[~ties["in_scope"]]
    assert len(inside) > 0 and (inside["start"] < year_of(START)).all()
    assert (outside["start"] > year_of(START)).sum() > 20 and not ties["personal"].any()


def test_running_partnerships_live_under_a_freeze_and_run_out_without_renewal(world: World) -> None:
    left = {}
    for mode in ("freeze_new", "no_renewal"):
        scenario = scenario_with({**WEST_RUSSIA, "mode": mode, "channel": "all"}, end=2026)
        ties = [living(run_model(scenario, world, date(year, 1, 1))) for year in (2013, 2015, 2023)]
        inside = [frame[frame["in_scope"]] for frame in ties]
        left[mode] = [len(frame) for frame in inside]
        assert left[mode][0] > 0 and left[mode] == sorted(left[mode], reverse=True)
        if mode == "no_renewal":  # the terms that ran when it began were the last ones
            assert all((frame["term"] > frame_date).all() for frame, frame_date in zip(inside, (2013.0, 2015.0, 2023.0), strict=True))  # fmt: skip
            assert all((frame["terms"] <= 1).all() for frame in inside)
    assert left["freeze_new"][1] > left["no_renewal"][1] and left["no_renewal"][2] == 0


def test_a_termination_ends_all_in_scope_after_the_wind_down(world: World) -> None:
    scenario = scenario_with({**WEST_RUSSIA, "mode": "terminate", "channel": "all", "wind_down_days": 100})
    over = year_of(START) + 100 / 365.25
    before = living(run_model(scenario, world, date(2012, 7, 1)))
    assert before["in_scope"].sum() > 0
    after = living(run_model(scenario, world, date(2014, 1, 1)))
    assert after["in_scope"].sum() == 0 and len(after) > 50
    spells = outcome(scenario, world)[0]
    ended = spells[spells["reason"] == "terminated"]
    assert len(ended) > 0 and np.allclose(ended["end"], over, atol=1e-9)
    pairs = {frozenset((a, b)) for a, b in zip(ended["country_a"], ended["country_b"], strict=True)}
    assert all("RU" in pair and pair & {"US", "DE", "FR", "GB", "IT", "JP"} for pair in pairs)


def test_a_termination_with_a_ramp_ends_more_and_more(world: World) -> None:
    scenario = scenario_with({**WEST_RUSSIA, "mode": "terminate", "channel": "all", "ramp_years": 2.0})
    left = [
        living(run_model(scenario, world, day))["in_scope"].sum()
        for day in (date(2012, 7, 1), date(2013, 7, 1), date(2014, 10, 1))  # at full reach from 2014-07-01 on
    ]
    assert left[0] > left[1] > left[2] == 0


def test_who_is_listed_later_loses_partnerships_later(world: World) -> None:
    """The institution of row 2 is listed from 2013 to the start of 2014."""
    ban = {
        "mode": "terminate",
        "channel": "all",
        "wind_down_days": 30,
        "to": {"countries": ["RU"], "institutions": "listed"},
    }
    spells = outcome(scenario_with(ban), world)[0]
    ended = spells[spells["reason"] == "terminated"]
    for row, since in ((0, year_of(START)), (2, 2013.0)):
        of_row = ended[(ended["a"] == world.names[row]) | (ended["b"] == world.names[row])]
        assert len(of_row) > 0 and np.allclose(of_row["end"], since + 30 / 365.25, atol=1e-9)
    degrees = [
        int(run_model(scenario_with(ban), world, day).state.degree[2])
        for day in (date(2013, 1, 1), date(2013, 4, 1), date(2015, 1, 1))
    ]
    assert degrees[0] > 0 and degrees[1] == 0 and degrees[2] > 0  # they come back when it is off the list


def test_what_leaks_goes_on_as_a_personal_partnership(world: World) -> None:
    for mode in ("freeze_new", "no_renewal", "terminate"):
        scenario = scenario_with({**WEST_RUSSIA, "mode": mode, "leakage": 0.9}, end=2017)
        ties = living(run_model(scenario, world, date(2016, 1, 1)))
        inside = ties[ties["in_scope"]]
        new = inside[inside["start"] > year_of(START)]
        assert len(new) > 0 and new["personal"].all() and not ties[~ties["in_scope"]]["personal"].any()
        if mode == "terminate":
            assert inside["personal"].all() and len(inside) > len(new)


def test_a_freeze_makes_personal_only_what_it_reaches(world: World) -> None:
    """All of what passes at full strength and full leakage, a part of it where the measure is weak."""
    shares = []
    for strength in (1.0, 0.5):
        freeze = {**WEST_RUSSIA, "mode": "freeze_new", "leakage": 1.0, "strength": strength}
        ties = living(run_model(scenario_with(freeze, end=2017), world, date(2016, 1, 1)))
        new = ties[ties["in_scope"] & (ties["start"] > year_of(START))]
        shares.append(new["personal"].mean())
    assert shares[0] == 1.0 and 0.2 < shares[1] < 0.8


def test_a_termination_of_the_official_channel_leaves_personal_ones(world: World) -> None:
    leak = {**WEST_RUSSIA, "mode": "freeze_new", "leakage": 0.9, "start": date(2010, 1, 1)}
    end = {**WEST_RUSSIA, "mode": "terminate", "start": date(2013, 1, 1)}
    for channel, remain in (("official", True), ("all", False)):
        scenario = scenario_with(leak, {**end, "channel": channel})
        before, after = (living(run_model(scenario, world, day)) for day in (date(2012, 10, 1), date(2013, 1, 1)))
        assert before["in_scope"].sum() > 0 and before[before["in_scope"]]["personal"].all()
        assert (after["in_scope"].sum() > 0) == remain


def test_partnerships_come_back_after_a_ban_is_lifted(world: World) -> None:
    scenario = scenario_with({**WEST_RUSSIA, "mode": "terminate", "channel": "all", "end": date(2013, 1, 1)}, end=2016)
    assert living(run_model(scenario, world, date(2013, 1, 1)))["in_scope"].sum() == 0
    assert living(run_model(scenario, world, date(2015, 1, 1)))["in_scope"].sum() > 0


def test_more_compliance_leaves_no_more_partnerships(world: World) -> None:
    ban = {**WEST_RUSSIA, "mode": "terminate", "channel": "all"}
    west, russian = of_countries(world, "US", "DE", "FR", "GB", "IT", "JP"), of_countries(world, "RU")
    left = []
    for share in (0.0, 0.5, 1.0):
        state = run_model(scenario_with({**ban, "compliance": share}), world, date(2013, 1, 1)).state
        left.append(sum(int(west[partners_of(state, i)].sum()) for i in np.flatnonzero(russian)))
    assert left[0] > left[1] > left[2] == 0


# --- any measure -------------------------------------------------------------------------------------------------

SIDES = st.fixed_dictionaries({}, optional={
    "blocs": st.lists(st.sampled_from(["Russia", "China", "West", "Other"]), max_size=2, unique=True),
    "countries": st.lists(st.sampled_from(["RU", "CN", "US", "DE", "IN"]), max_size=2, unique=True),
    "kinds": st.lists(st.sampled_from(["university", "institute", "company"]), max_size=2, unique=True),
    "institutions": st.sampled_from(["all", "listed", ["Lomonosov Moscow State University"], ["Peking University"]]),
    "largest_share": st.floats(0.01, 1.0),
})  # fmt: skip
# Within the ranges of the schema, but not at their edges together: there, drawing candidates and rejecting them is slow.
EFFECTS = st.fixed_dictionaries({}, optional={
    "meeting": st.floats(0.0, 8.0), "formation": st.floats(-10.0, 2.0), "acceptance": st.floats(0.0, 20.0),
    "maintenance": st.floats(-3.0, 5.0), "opportunity": st.floats(0.0, 3.0), "capacity": st.floats(0.05, 20.0),
    "capability": st.floats(-1.0, 1.0), "capability_level": st.floats(-3.0, 3.0), "size_growth": st.floats(-1.0, 1.0),
    "contract_term": st.floats(0.05, 20.0), "initiative": st.floats(0.0, 8.0), "leadership": st.floats(-5.0, 5.0),
    "works": st.floats(0.0, 20.0),
    "secondary": st.floats(0.0, 1.0),
    "motives": st.fixed_dictionaries({}, optional={
        "capability_gap": st.floats(-1.0, 1.0), "proximity": st.floats(-5.0, 2.0), "complement": st.floats(-5.0, 2.0),
        "facility": st.floats(-5.0, 2.0), "same_kind": st.floats(-5.0, 2.0),
    }),
})  # fmt: skip
PROJECTS = st.one_of(
    st.fixed_dictionaries({"budget": st.floats(0.0, 1e4), "cost": st.floats(0.1, 50.0)}, optional={
        "executed": st.floats(0.0, 1.0), "keys": st.sampled_from([0, 1, 2]), "pass_share": st.floats(0.01, 1.0),
        "applications": st.floats(1.0, 20.0), "acquainted": st.floats(0.0, 1.0), "recall": st.floats(0.0, 1.0),
        "term_years": st.floats(0.1, 10.0),
    }),
    st.fixed_dictionaries({"share": st.floats(0.01, 1.0), "term_years": st.floats(0.1, 10.0)}),
    st.fixed_dictionaries({"shape": st.sampled_from(["pairs", "clique", "hub"]), "density": st.floats(0.01, 1.0)}),
)  # fmt: skip
DAYS = st.dates(date(2011, 6, 1), date(2014, 6, 1))


@st.composite
def measures(draw: Any) -> dict[str, Any]:
    """A measure that the schema allows."""
    measure = draw(st.fixed_dictionaries({"start": DAYS, "from": SIDES, "to": SIDES, "effects": EFFECTS}, optional={
        "enabled": st.booleans(), "ramp_years": st.floats(0.0, 3.0), "lag_years": st.floats(0.0, 1.0),
        "strength": st.floats(0.0, 1.5), "compliance": st.floats(0.0, 1.0), "over_compliance": st.floats(0.0, 1.0),
        "leakage": st.floats(0.0, 1.0), "channel": st.sampled_from(["all", "official"]),
        "mode": st.sampled_from(["none", "freeze_new", "no_renewal", "terminate"]), "wind_down_days": st.integers(0, 400),
        "fields": st.lists(st.sampled_from(["physics", "medicine", "earth"]), max_size=2, unique=True),
        "projects": PROJECTS, "instruments": st.lists(st.sampled_from(["m0", "m1", "m2"]), max_size=2, unique=True),
        "answers": st.sampled_from(["m0", "m1", "m2"]),
    }))  # fmt: skip
    measure["exposed_to"] = draw(st.sampled_from(["West", "China"]))
    if draw(st.booleans()):
        measure["end"] = measure["start"] + timedelta(days=draw(st.integers(1, 500)))
    return measure


SMALL: dict[str, Any] = {
    "institutions": 40,
    "end": 2014,
    "time.start": date(2012, 1, 1),
    "time.show_from": date(2012, 1, 1),
}


def assert_lawful(model: PartnershipModel) -> None:
    """The laws that hold in every state (MODEL 10)."""
    state, n = model.state, model.world.n
    adjacency = np.zeros((n, n), int)
    for i in range(n):
        row = partners_of(state, i)
        assert (np.diff(row) > 0).all() and (row < n).all()
        adjacency[i, row] = 1
    assert np.array_equal(adjacency, adjacency.T) and not adjacency.diagonal().any()
    assert np.array_equal(adjacency.sum(axis=1), state.degree)
    a, b = np.nonzero(adjacency)
    assert (model.world.arrays.country[a] != model.world.arrays.country[b]).all()
    slots = np.flatnonzero((state.first[: state.counts[SLOTS]] >= 0) & (state.end[: state.counts[SLOTS]] == FOREVER))
    assert len(slots) == len(a) // 2
    assert ((state.strength[slots] > 0) & (state.strength[slots] <= 1)).all()
    for name in ("log_size", "capability", "capacity", "rate", "strength", "exposure"):
        assert np.isfinite(getattr(state, name)).all(), name
    assert (state.rate >= 0).all() and (state.capacity > 0).all()
    for k, name in enumerate(model.forces.instruments):
        projects = model.configuration.measures[name].projects
        assert 0 <= state.placed[k] <= state.projects[k]
        if projects is not None and projects.cost is not None:
            assert state.projects[k] * projects.cost <= state.entered[k]
    assert (state.initiated >= 0).all() and (state.ended >= 0).all() and (state.led >= 0).all()
    assert np.array_equal(state.ended, state.ended.T)


@pytest.fixture(scope="module")
def small_world() -> World:
    made = build_world(scenario_with(**SMALL))
    return replace(made, listed_spells=((0, 2012.25, None), (6, 2012.9, 2013.4)))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(measures(), min_size=1, max_size=3))
def test_no_measure_breaks_a_law(small_world: World, chosen: list[dict[str, Any]]) -> None:
    makers = [f"m{k}" for k, measure in enumerate(chosen) if "projects" in measure]
    for k, measure in enumerate(chosen):  # names of measures that there are and that may stand here
        measure["instruments"] = [name for name in measure.get("instruments", ()) if name in makers]
        if measure.get("answers", "m9") >= f"m{k}":
            measure.pop("answers", None)
    model = PartnershipModel(scenario_with(*chosen, **SMALL), world=small_world)
    while model.running:
        model.run_for(1)
        assert_lawful(model)


WRONG: dict[str, st.SearchStrategy[Any]] = {
    "start": st.sampled_from(["2012-01-01", 2012, date(1812, 1, 1), True]),
    "end": st.sampled_from([date(2011, 1, 1), "soon", 3]),
    "strength": st.sampled_from([-0.1, 3.5, "1", True, math.nan, math.inf]),
    "ramp_years": st.sampled_from([-1, 31, "2"]),
    "lag_years": st.sampled_from([-0.5, 99, None]),
    "mode": st.sampled_from(["terminat", 1, None, ["terminate"]]),
    "wind_down_days": st.sampled_from([-1, 1.5, 4000, "30"]),
    "compliance": st.floats(1.0001, 1e9),
    "over_compliance": st.floats(-1e9, -0.0001),
    "leakage": st.sampled_from([2, "0.5"]),
    "channel": st.sampled_from(["personal", "", 0]),
    "fields": st.sampled_from([["phyics"], "physics", [1]]),
    "group": st.sampled_from(["sanction", 1]),
    "range": st.sampled_from([[2, 1], [1], [1, 2, 3], "wide"]),
    "enabled": st.sampled_from([1, "true"]),
    "from.countries": st.sampled_from([["XX"], ["Russia"], "RU", [7]]),
    "from.blocs": st.sampled_from([["East"], 3]),
    "to.kinds": st.sampled_from([["school"], "university"]),
    "to.institutions": st.sampled_from([["Nowhere"], "some", 4, []]),
    "to.largest_share": st.sampled_from([0, 1.1, "half"]),
    "effects.meeting": st.floats(20.001, 1e300),
    "effects.formation": st.sampled_from([-11, 6, "0"]),
    "effects.capacity": st.sampled_from([0, 21]),
    "effects.capability": st.sampled_from([-2, 2]),
    "effects.meting": st.just(1.0),
    "strenght": st.just(1.0),
}


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(measures(), st.sampled_from(sorted(WRONG)), st.data())
def test_a_wrong_measure_is_explained(measure: dict[str, Any], key: str, data: st.DataObject) -> None:
    table, wrong = dict(measure), data.draw(WRONG[key])
    if key == "end":
        table["start"] = date(2012, 1, 1)
    *outer, last = key.split(".")
    if outer:
        table[outer[0]] = {**table[outer[0]], last: wrong}
    else:
        table[last] = wrong
    with pytest.raises(InputError) as error:
        scenario_with(table)
    assert f"measures.m0.{key}" in error.value.where
    assert error.value.allowed and error.value.message
    assert_good_message(str(error.value), (key,))
