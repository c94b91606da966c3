"""Programmes in whole runs: money, dates, who gets projects, and what bans and other measures do to them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import law, ties
from small_models import BUSY, END, PROGRAMMES, START, finished, in_scope, measure, model, scenario
from test_measures_at_their_dates import same_run

from model.clock import year_of
from model.dynamics.state import PERSONAL
from model.measures.programmes import affordable
from model.partnership_model import PartnershipModel

CALLS: dict[str, Any] = {"budget": 900.0, "cost": 2.0, "pass_share": 1.0}


def of_instrument(run: PartnershipModel, name: str) -> list[tuple[int, int, int]]:
    """Living partnerships (lower, higher, slot) that came from a measure."""
    k = run.forces.instruments.index(name)
    return [(i, j, slot) for (i, j), slot in ties(run.state).items() if run.state.instrument[slot] == k]


def money(run: PartnershipModel, name: str) -> tuple[float, int, int]:
    """(money that entered, of the simulated world; projects; new partnerships)."""
    k = run.forces.instruments.index(name)
    return float(run.state.entered[k]), int(run.state.projects[k]), int(run.state.placed[k])


# --- nothing ---------------------------------------------------------------------------------------------------------


@cache
def free_run(engine: str) -> PartnershipModel:
    return finished(scenario(engine=engine))


@pytest.mark.parametrize("engine", ["fast", "plain"])
@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_programme_of_strength_zero_changes_no_bit(engine: str, name: str) -> None:
    for idle in ({"strength": 0.0}, {"enabled": False}):
        assert same_run(finished(scenario({name: PROGRAMMES[name] | idle}, engine=engine)), free_run(engine))
    assert not same_run(finished(scenario({name: PROGRAMMES[name]}, engine=engine)), free_run(engine))


@pytest.mark.parametrize("projects", [{"budget": 50.0, "cost": 1.0, "executed": 0.0}, {"cost": 1.0}, {"keys": 0}])
def test_a_programme_without_money_or_share_changes_no_bit(projects: dict[str, Any]) -> None:
    """It founds nothing either."""
    assert same_run(finished(scenario({"m": measure(date(2010, 4, 20), projects=projects)})), free_run("fast"))


# --- money -----------------------------------------------------------------------------------------------------------


@law(300)
@given(st.floats(0.0, 1e9), st.floats(1e-6, 1e5))
def test_what_is_affordable_never_costs_more_than_there_is(entered: float, cost: float) -> None:
    count = affordable(entered, cost)
    assert count >= 0 and count * cost <= entered
    assert (count + 1) * cost > entered * (1.0 - 1e-12)


@law(12)
@given(
    st.dates(date(2010, 1, 2), date(2012, 6, 1)), st.integers(100, 900), st.floats(0.0, 3000.0), st.floats(0.5, 30.0),
    st.floats(0.0, 1.0), st.sampled_from([0.0, 0.7, 1.5]), st.sampled_from([0.4, 1.0, 2.5]), st.sampled_from([0, 1, 2]),
)  # fmt: skip
def test_awards_never_exceed_the_executed_budget_so_far(
    day: date, days: int, budget: float, cost: float, executed: float, ramp: float, strength: float, keys: int
) -> None:
    programme = measure(
        day, end=date.fromordinal(day.toordinal() + days), ramp_years=ramp, strength=strength,
        projects={"budget": budget, "cost": cost, "executed": executed, "keys": keys},
    )  # fmt: skip
    run = model(scenario({"m": programme}, end=date(2013, 1, 1)))
    omega, expected, before = run.world.omega, 0.0, (0.0, 0, 0)
    (compiled,) = run.forces.measures
    while run.running:
        begin = run.start + 0.25 * run._quarters
        expected += budget * executed * compiled.level(begin, begin) / 4.0
        run.run_for(1)
        entered, projects, new = money(run, "m")
        assert entered * omega == pytest.approx(expected, rel=1e-12, abs=1e-9)
        assert projects * cost <= entered and new <= projects
        assert (entered, projects, new) >= before
        before = (entered, projects, new)


def test_calls_open_at_the_first_quarter_of_a_year_and_of_the_programme() -> None:
    programme = measure(date(2010, 5, 3), end=date(2012, 8, 1), projects=CALLS | {"budget": 9000.0})
    run = model(scenario({"m": programme}))
    opened, before = [], 0
    while run.running:
        begin = run.start + 0.25 * run._quarters
        run.run_for(1)
        projects = money(run, "m")[1]
        if projects > before:
            opened.append(begin)
        before = projects
    assert opened == [2010.5, 2011.0, 2012.0]


def test_without_reviews_all_money_becomes_projects_and_the_rest_is_carried_over() -> None:
    programme = measure(date(2011, 1, 1), end=date(2013, 1, 1), projects=CALLS | {"keys": 0})
    run = finished(scenario({"m": programme}))
    entered, projects, _ = money(run, "m")
    # the call of 2011 has the money of one quarter, that of 2012 what had entered by then
    assert entered * run.world.omega == pytest.approx(1800.0)
    assert projects == affordable(900.0 * 1.25 / run.world.omega, 2.0)


def test_two_keys_fund_fewer_than_one_and_leave_money_for_the_next_call() -> None:
    made = []
    for keys in (2, 1):
        hard = CALLS | {"keys": keys, "pass_share": 0.2, "applications": 4.0}
        runs = [finished(scenario({"m": measure(date(2011, 1, 1), projects=hard)}), replicate=k) for k in range(4)]
        made.append(sum(money(run, "m")[1] for run in runs))
    assert 0 < made[0] < 0.6 * made[1]


# --- projects --------------------------------------------------------------------------------------------------------


def test_projects_are_official_partnerships_in_scope_with_their_term_and_instrument() -> None:
    run = model(scenario(PROGRAMMES))
    run.run_until(9)
    world = run.world
    for name, term, fields in (("calls", 1.5, ()), ("fund", 3.0, ()), ("plan", 2.0, ("physics", "materials"))):
        found = of_instrument(run, name)
        assert found, name
        sides = [PROGRAMMES[name][side]["blocs"][0] for side in ("from", "to")]
        for i, j, slot in found:
            assert {world.blocs[world.arrays.bloc[k]] for k in (i, j)} == set(sides)
            assert run.state.channel[slot] != PERSONAL
            begun = run.state.term[slot] - term
            assert begun % 0.25 == 0.0 or run.state.terms[slot] > 1 or run.state.term[slot] < 0.0
            if fields and run.state.start[slot] == begun:
                assert world.fields[run.state.field[slot]] in fields


def test_a_programme_has_the_same_luck_beside_others() -> None:
    """What is founded, and who applies, does not depend on what else there is, until the worlds differ."""
    idle = {"idle": measure(date(2010, 2, 2), "Russia", "West", effects={"capacity": 1.01})}
    founded = []
    for others in ({}, idle, {"aaa": PROGRAMMES["facility"]}):
        run = model(scenario({**others, "centre": PROGRAMMES["centre"]}))
        run.run_until(5)
        k = run.forces.instruments.index("centre")
        slots = [s for _, _, s in of_instrument(run, "centre") if run.state.number[s] >= 2**31]
        founded.append({(int(run.state.initiator[s]), int(run.state.number[s])) for s in slots})
        assert run.state.projects[k] > 2
    assert founded[0] == founded[1] == founded[2]


def test_the_refused_leave_something_to_each_other() -> None:
    """Who applied in vain knows the other: more meetings by memory, and more partnerships that no money made."""
    formed = []
    for recall in (0.0, 1.0):
        hard = CALLS | {"budget": 2000.0, "pass_share": 0.05, "applications": 30.0, "acquainted": 0.0, "recall": recall}
        count = 0
        for k in range(4):
            run = finished(scenario({"m": measure(date(2010, 1, 1), projects=hard)}), replicate=k)
            own = {(i, j) for i, j, _ in of_instrument(run, "m")}
            pairs = {tuple(sorted(run.state.spell_whole[s, :2].tolist())) for s in range(run.state.counts[2])}
            living = {pair for pair, slot in ties(run.state).items() if slot in in_scope(run)}
            count += len((living | pairs) - own)
        formed.append(count)
    assert formed[1] > 1.05 * formed[0]


# --- plans -----------------------------------------------------------------------------------------------------------


def test_a_plan_takes_its_share_of_the_opportunities_and_places_as_many_projects() -> None:
    plan = measure(date(2011, 1, 1), "West", "China", strength=0.5, projects={"share": 0.8, "keys": 0})
    run, free = model(scenario({"m": plan})), model(scenario())
    west = run.world.arrays.bloc == run.world.blocs.index("West")
    for each in (run, free):
        each.run_until(16)
    assert run.state.rate / free.state.rate == pytest.approx(np.where(west, 0.6, 1.0))
    projects = money(run, "m")[1]
    mean = 12.0 * west.sum() * 0.4 * 0.15 * 3.0  # three years
    assert abs(projects - mean) < 4.0 * np.sqrt(mean) + 0.1 * mean  # some have no capacity


def test_a_plan_keeps_to_its_fields_and_to_capacity() -> None:
    plan = measure(date(2010, 1, 1), "West", "China", projects={"share": 1.0, "keys": 0}, fields=("physics",))
    run = finished(scenario({"m": plan}, parameters={"capacity": {"scale": 2.0}}))
    physics = run.world.fields.index("physics")
    new = [s for _, _, s in of_instrument(run, "m") if run.state.terms[s] == 1]
    assert new and all(run.state.field[s] == physics for s in new)
    free = finished(scenario(parameters={"capacity": {"scale": 2.0}}))
    assert len(in_scope(run)) > len(in_scope(free))
    assert (run.state.rate[run.world.arrays.bloc == run.world.blocs.index("West")] == 0.0).all()


# --- foundings -------------------------------------------------------------------------------------------------------


@law(12)
@given(st.dates(date(2010, 1, 1), date(2012, 12, 1)), st.sampled_from([0.0, 0.25, 0.6, 1.0]))
def test_a_founding_comes_once_at_the_first_quarter_after_its_date_and_lag(day: date, lag: float) -> None:
    programme = measure(day, lag_years=lag, projects={"shape": "hub", "density": 0.2, "term_years": 9.0})
    run = model(scenario({"m": programme}, end=date(2014, 1, 1)))
    made = []
    while run.running:
        run.run_for(1)
        made.append(money(run, "m")[1])
    due = int(np.ceil((year_of(day) + lag - run.start) * 4.0 - 1e-9))
    assert made[due] > 0 and set(made[due:]) == {made[due]}
    starts = {run.state.start[s] for _, _, s in of_instrument(run, "m") if run.state.number[s] >= 2**31}
    assert starts <= {run.start + due * 0.25}


def test_what_was_founded_before_the_run_stands_at_its_start_if_it_is_in_force() -> None:
    old = measure(date(2005, 1, 1), projects={"shape": "hub", "density": 0.2})
    assert money(finished(scenario({"m": old}, end=date(2012, 1, 1))), "m")[1] > 0
    over = old | {"end": date(2009, 1, 1)}
    short = measure(date(2010, 4, 20), end=date(2010, 6, 20), projects={"shape": "hub"})  # gone before a quarter begins
    for measures in ({"m": over}, {"m": short}):
        assert money(finished(scenario(measures, end=date(2012, 1, 1))), "m") == (0.0, 0, 0)


# --- other measures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_total_ban_leaves_no_project_in_scope_and_makes_none(name: str) -> None:
    blocs = {"calls": ("Russia", "China"), "plan": ("Russia", "China"), "facility": ("West", "Russia")}
    sides = blocs.get(name, ("West", "China"))
    ban = measure(date(2010, 2, 1), *sides, mode="terminate")
    eager = {name: PROGRAMMES[name] | {"compliance": 1.0}}
    run = model(scenario({**eager, "ban": ban}))
    while run.running:
        run.run_for(1)
        assert run.state.clock[0] < 2010.5 or in_scope(run, *sides) == []
    if name not in ("university", "facility"):  # these have partnerships of other countries too
        assert money(run, name)[1] == 0


def test_a_ban_with_leaks_lets_their_share_of_projects_pass() -> None:
    programme = measure(date(2011, 1, 1), projects={"shape": "hub", "density": 1.0})
    whole, leaky = (
        money(finished(scenario({"m": programme, **others}, end=date(2012, 1, 1))), "m")[1]
        for others in ({}, {"ban": measure(date(2010, 6, 1), mode="freeze_new", leakage=0.3)})
    )
    assert abs(leaky - 0.3 * whole) < 4.0 * np.sqrt(whole * 0.21)


def test_a_ban_on_an_instrument_ends_its_projects_and_no_others() -> None:
    ban = measure(date(2011, 7, 1), "West", "China", mode="terminate", instruments=("centre",))
    run, free = (finished(scenario(m)) for m in (PROGRAMMES | {"ban": ban}, PROGRAMMES))
    assert of_instrument(run, "centre") == [] and len(of_instrument(free, "centre")) > 0
    assert len(of_instrument(run, "fund")) > 0 and len(in_scope(run)) > 0.7 * len(in_scope(free))
    reasons = run.state.spell_whole[: run.state.counts[2]]
    terminated = reasons[reasons[:, 6] == 2]
    assert len(terminated) > 0 and (terminated[:, 5] == run.forces.instruments.index("centre")).all()


def test_maintenance_of_an_instrument_keeps_its_partnerships_only() -> None:
    """Projects whose term is over are kept by what their own programme does for them."""
    made = {"projects": {"shape": "hub", "density": 0.5, "term_years": 0.5}}
    left = []
    for effects in ({}, {"effects": {"maintenance": 4.0}, "instruments": ("m",)}):
        own, others = 0, 0
        for k in range(4):
            settings = scenario(
                {"m": measure(START, **made, **effects)}, parameters=BUSY | {"contracts": {"lapsed": 0.0}}
            )
            run = finished(settings, replicate=k)
            mine = len(of_instrument(run, "m"))
            own, others = own + mine, others + len(in_scope(run)) - mine
        left.append((own, others))
    assert left[1][0] > 2.0 * left[0][0] > 0
    # the load of those that are kept leaves less room for others; nothing keeps these
    assert 0.4 < left[1][1] / left[0][1] < 1.1


def test_all_programmes_act_in_the_runs_of_the_laws() -> None:
    run = finished(scenario(PROGRAMMES))
    assert run.end == END.year
    for name in PROGRAMMES:
        assert money(run, name)[1] > 0, name
