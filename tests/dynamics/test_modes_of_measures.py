"""What a measure does to partnerships that exist and to new ones: freeze, termination, no renewal, and lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import law
from small_models import END, START, all_starts, finished, in_scope, measure, model, scenario

from model.clock import year_of
from model.dynamics.contracts import NO_TERM
from model.dynamics.state import NOW, OFFICIAL, PERSONAL, SPELLS
from model.partnership_model import PartnershipModel
from model.scenario import Scenario

dates = st.dates(START + timedelta(days=30), END - timedelta(days=30))
BAN: dict[str, Any] = {"mode": "freeze_new", "leakage": 0.0}


@law(12)
@given(dates)
def test_under_a_total_ban_nothing_starts_from_its_day_on(day: date) -> None:
    run = finished(scenario({"ban": measure(day, **BAN)}))
    assert all_starts(run).max(initial=0.0) < year_of(day)
    assert all_starts(finished(scenario())).max() >= year_of(END) - 0.5  # without it they start to the end


def test_after_its_end_partnerships_start_again() -> None:
    day, end = date(2011, 2, 10), date(2012, 8, 15)
    starts = np.concatenate(
        [all_starts(finished(scenario({"ban": measure(day, end=end, **BAN)}), replicate=k)) for k in range(6)]
    )
    inside = (starts >= year_of(day)) & (starts < year_of(end))
    assert not inside.any()
    assert (starts < year_of(day)).any() and (starts >= year_of(end)).any()
    assert starts[starts >= year_of(end)].min() < year_of(end) + 0.25  # from its day, not from the next quarter


def test_what_passes_a_ban_is_personal() -> None:
    day = date(2011, 2, 10)
    run = finished(scenario({"ban": measure(day, mode="freeze_new", leakage=0.8, channel="official")}))
    slots = in_scope(run)
    assert any(run.state.start[slot] > year_of(day) for slot in slots)
    for slot in slots:
        assert (run.state.channel[slot] == PERSONAL) == (run.state.start[slot] >= year_of(day))


@law(10)
@given(dates, st.integers(0, 300), st.integers(0, 20))
def test_termination_ends_what_is_in_scope_when_the_wind_down_is_over(day: date, days: int, replicate: int) -> None:
    over = year_of(day) + days / 365.25
    many = {"formation": {"base": 0.0}, "maintenance": {"base": 8.0}}  # so that there is something to terminate
    ban = measure(day, mode="terminate", wind_down_days=days)
    run = model(scenario({"m": ban}, parameters=many), replicate=replicate)
    while run.running:
        run.run_for(1)
        if run.state.clock[NOW] > over:
            assert in_scope(run) == []
    free = finished(scenario(parameters=many), replicate=replicate)
    assert in_scope(free) != []
    spells = slice(0, run.state.counts[SPELLS])
    terminated = run.state.spell_whole[spells, 6] == 2
    assert (run.state.spell_times[spells, 1][terminated] == over).all()
    assert terminated.any() or over >= run.end


def test_termination_waits_for_the_wind_down() -> None:
    run = model(scenario({"m": measure(date(2012, 2, 10), mode="terminate", wind_down_days=365)}))
    run.run_until(12)  # the start of 2013, six weeks before it is over
    assert in_scope(run) != []
    run.run_until(13)
    assert in_scope(run) == []


def test_a_termination_that_ramps_up_leaves_nothing_in_the_end() -> None:
    for wind_down in (0, 60):
        ban = measure(date(2011, 2, 10), mode="terminate", wind_down_days=wind_down, ramp_years=1.0)
        before, between = 0, 0
        for k in range(4):
            run = model(scenario({"m": ban}, parameters={"maintenance": {"base": 8.0}}), replicate=k)
            run.run_until(7)  # at two fifths of its reach
            before += len(in_scope(run))
            run.run_until(9)  # at nine tenths
            between += len(in_scope(run))
            run.run_to_end()
            assert in_scope(run) == []
        assert before > between > 0


def test_a_measure_that_is_lifted_in_its_wind_down_terminates_nothing() -> None:
    run = finished(
        scenario({"m": measure(date(2012, 2, 10), mode="terminate", wind_down_days=365, end=date(2012, 9, 1))})
    )
    assert 2 not in run.state.spell_whole[: run.state.counts[SPELLS], 6]
    assert in_scope(run) != []


def test_no_renewal_ends_running_partnerships_within_a_few_years_only_by_their_terms() -> None:
    day = date(2010, 11, 10)
    of = scenario({"m": measure(day, mode="no_renewal", channel="official")}, end=date(2020, 1, 1))
    before = 0
    for k in range(3):
        run = model(of, replicate=k)
        run.run_until(5)
        before += len(in_scope(run))
        run.run_to_end()
        assert in_scope(run) == []
        spells = slice(0, run.state.counts[SPELLS])
        assert 2 not in run.state.spell_whole[spells, 6]
    assert before > 9


def test_no_renewal_with_a_ramp_reaches_in_the_end_what_it_would_at_once() -> None:
    """Open-ended partnerships get their notice as the reach grows."""
    short = {"contracts": {"median_months": 4.0, "lapsed": 0.05, "renewed": 0.05}, "maintenance": {"base": 5.0}}
    left = []
    for changes in ({}, {"ramp_years": 0.5}, {"start": date(2015, 10, 1)}):
        stop = measure(date(2011, 8, 10), mode="no_renewal", channel="official") | changes
        run = finished(scenario({"stop": stop}, end=date(2016, 1, 1), parameters=short))
        official = [slot for slot in in_scope(run) if run.state.channel[slot] == OFFICIAL]
        left.append(sum(run.state.term[slot] == NO_TERM for slot in official))
        assert changes.get("start") or official == []
    assert left[:2] == [0, 0]


# --- lists -----------------------------------------------------------------------------------------------------------

LISTED = {"blocs": ["China"], "institutions": "listed"}


def listing(of: Scenario, day: date, until: date | None = None) -> PartnershipModel:
    """A model in which all Chinese institutions are put on a list at a date."""
    world = model(of).world
    chinese = np.flatnonzero(world.arrays.country == world.countries.index("CN"))
    spells = tuple((int(i), year_of(day), None if until is None else year_of(until)) for i in chinese)
    return PartnershipModel(of, world=replace(world, listed_spells=spells))


def test_a_listing_takes_effect_at_its_day_and_ends_at_its_day() -> None:
    measures = {"m": measure(date(2010, 4, 1), effects={"meeting": 0.5}, to=LISTED)}
    run = listing(scenario(measures), date(2010, 7, 12), date(2010, 11, 20))
    one = timedelta(days=1)
    seen = []
    for day in (date(2010, 7, 11), date(2010, 7, 12), date(2010, 11, 20) - one, date(2010, 11, 20)):
        run.run_until((year_of(day) - run.start) * 4)
        run._cut(year_of(day))
        seen.append(bool(run.forces.regime.second_side.any()))
    assert seen == [False, True, True, False]
    run = listing(scenario(measures), date(2010, 7, 12))
    run.run_until(2.999)  # nothing but the listing has happened in this quarter
    assert run.forces.regime.second_side.any()


def test_a_ban_on_listed_institutions_reaches_those_that_are_listed_later() -> None:
    kept = {"maintenance": {"base": 8.0}}
    ban = {"ban": measure(date(2011, 2, 10), mode="terminate", wind_down_days=30, to=LISTED)}
    run = listing(scenario(ban, parameters=kept), date(2012, 7, 12))
    run.run_until(10)
    assert in_scope(run) != []
    run.run_until(11)
    assert in_scope(run) == []
    terminated = run.state.spell_whole[: run.state.counts[SPELLS], 6] == 2
    ends = run.state.spell_times[: run.state.counts[SPELLS], 1][terminated]
    assert set(ends) == {year_of(date(2012, 7, 12)) + 30 / 365.25}
    run.run_to_end()
    assert in_scope(run) == []
