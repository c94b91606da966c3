"""Measures in a run: at their day, not before, not after; and what changes nothing changes no bit."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import different_arrays, law
from small_models import END, START, finished, measure, model, scenario

from model.clock import year_of
from model.dynamics import fast
from model.dynamics.state import NEXT, NOW, OPPORTUNITIES, SPELLS
from model.partnership_model import PartnershipModel

dates = st.dates(START + timedelta(days=30), END - timedelta(days=30))
BAN: dict[str, Any] = {"mode": "freeze_new", "leakage": 0.0}


def same_run(one: PartnershipModel, two: PartnershipModel) -> bool:
    """Whether two finished runs agree in every bit that they leave."""
    a, b = (run.ledger.finish(0, run.state) for run in (one, two))
    return different_arrays(one.state, two.state) == [] and all(
        np.array_equal(getattr(a, name), getattr(b, name)) for name in ("initiated", "ended", "led", "ties", "pace")
    )


# --- nothing ---------------------------------------------------------------------------------------------------------


@cache
def free_run(engine: str) -> PartnershipModel:
    """A finished run without any measure."""
    return finished(scenario(engine=engine))


@pytest.mark.parametrize("engine", ["fast", "plain"])
@law(6)
@given(dates, st.sampled_from(["none", "freeze_new", "no_renewal", "terminate"]), st.booleans())
def test_a_measure_of_strength_zero_changes_no_bit(engine: str, day: date, mode: str, disabled: bool) -> None:
    idle = measure(day, mode=mode, effects={"meeting": 0.1, "maintenance": -2.0, "opportunity": 0.5, "capability": 0.5})
    idle |= {"enabled": False} if disabled else {"strength": 0.0}
    assert same_run(finished(scenario({"idle": idle}, engine=engine)), free_run(engine))


@pytest.mark.parametrize("engine", ["fast", "plain"])
@law(8)
@given(st.lists(dates, min_size=1, max_size=5, unique=True), st.booleans())
def test_a_cut_by_a_measure_without_effect_changes_no_bit(engine: str, days: list[date], empty: bool) -> None:
    """The waiting time that is left is kept, and no random number is spent."""
    # one is about everyone and does nothing, the other would do much to nobody
    nobody = {"kinds": ("company",), "countries": ("RU",), "largest_share": 0.01}
    idle = (
        {"from": nobody, "to": nobody, "mode": "terminate", "effects": {"meeting": 0.0}, "compliance": 0.0}
        if empty
        else {"from": {}, "to": {}}
    )
    measures = {f"m{k}": measure(day, **idle) for k, day in enumerate(days)}
    assert same_run(finished(scenario(measures, engine=engine)), free_run(engine))


@law(12)
@given(
    dates.filter(lambda day: day.year < 2013),
    st.sampled_from([{"effects": {"meeting": 0.3}}, BAN, {"effects": {"opportunity": 2.0}}]),
)
def test_before_its_date_a_measure_changes_no_bit(day: date, kind: dict[str, Any]) -> None:
    """Two scenarios share their luck until a measure parts them, and part then."""
    free, bound = model(scenario()), model(scenario({"m": measure(day, **kind)}))
    parted = False
    while free.running:
        free.run_for(1)
        bound.run_for(1)
        if free.state.clock[NOW] <= year_of(day):
            parted = different_arrays(free.state, bound.state) != []
            assert not parted or free.state.clock[NOW] == year_of(day)
    spells = [run.state.spell_times[: run.state.counts[SPELLS]] for run in (free, bound)]
    earlier = [times[times[:, 1] < year_of(day)] for times in spells]
    assert np.array_equal(*earlier)
    assert different_arrays(free.state, bound.state) != []


# --- at the day ------------------------------------------------------------------------------------------------------


def states_at(run: PartnershipModel, days: list[date]) -> list[tuple[float, ...]]:
    """Strengths of the measures in force when the model stands at some dates."""
    seen = []
    for day in days:
        run.run_until((year_of(day) - run.start) * 4)
        run._cut(year_of(day))
        seen.append(run.forces.levels)
    return seen


def test_a_measure_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    day, end = date(2010, 5, 11), date(2010, 8, 20)
    run = model(scenario({"m": measure(day, end=end)}))
    one = timedelta(days=1)
    assert states_at(run, [day - one, day, end - one, end]) == [(), (1.0,), (1.0,), ()]


def test_a_lag_moves_both_ends() -> None:
    run = model(scenario({"m": measure(date(2010, 5, 11), end=date(2010, 8, 20), lag_years=1.0)}))
    days = [date(2010, 6, 1), date(2011, 5, 10), date(2011, 5, 11), date(2011, 8, 19), date(2011, 8, 20)]
    assert states_at(run, days) == [(), (), (1.0,), (1.0,), ()]


def test_a_ramp_grows_from_nothing_to_full_strength_and_stays() -> None:
    start = date(2010, 4, 1)
    run = model(scenario({"m": measure(start, ramp_years=1.0, strength=0.8)}))
    days = [date(2010, 4, 1), date(2010, 7, 1), date(2010, 10, 1), date(2011, 1, 1), date(2011, 4, 1), date(2012, 1, 1)]
    seen = [levels[0] if levels else 0.0 for levels in states_at(run, days)]
    assert seen == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 0.8])


def test_effects_follow_the_strength() -> None:
    effects = {"meeting": 0.4, "acceptance": 0.5, "formation": -1.0, "maintenance": -0.6}
    run = model(
        scenario({"m": measure(date(2010, 4, 1), strength=0.5, effects=effects, mode="freeze_new", leakage=0.2)})
    )
    run.run_for(2)
    regime = run.forces.regime
    assert (regime.meeting[0], regime.acceptance[0]) == pytest.approx((0.7, 0.75))
    assert (regime.formation[0], regime.maintenance[0]) == pytest.approx((-0.5, -0.3))
    assert regime.passage[0] == pytest.approx(1.0 - 0.5 * 0.8)


def levels_in_use(run: PartnershipModel, name: str) -> dict[int, set[float]]:
    """Strengths of a measure while partnerships form and dissolve, by quarter."""
    in_use: dict[int, set[float]] = {}
    evolve = fast.evolve

    def watched(*arguments: Any) -> Any:
        names = [compiled.name for compiled in run.forces.active]
        level = run.forces.levels[names.index(name)] if name in names else 0.0
        in_use.setdefault(run.quarter, set()).add(level)
        return evolve(*arguments)

    with patch.object(fast, "evolve", watched):
        run.run_until(10)
    return in_use


def test_a_measure_without_effect_does_not_move_the_ramp_of_another() -> None:
    """Ramps move on the grid of quarters, and that does not depend on which measures exist."""
    ramp = measure(date(2010, 2, 20), ramp_years=2.0, effects={"meeting": 0.1})
    idle = {f"idle{k}": measure(date(2010, 3 * k + 2, 25), "Russia", "West") for k in range(3)}
    alone, beside = (levels_in_use(model(scenario({"ramp": ramp, **others})), "ramp") for others in ({}, idle))
    assert alone == beside
    assert all(len(levels) == 1 for levels in alone.values()) and alone[8049] == {1.0}


# --- institutions ----------------------------------------------------------------------------------------------------


def test_rates_and_capacities_of_the_first_side_change_at_the_day_and_return() -> None:
    day, end = date(2010, 5, 11), date(2010, 8, 20)
    effects = {"opportunity": 0.25, "capacity": 3.0}
    run, free = model(scenario({"m": measure(day, end=end, effects=effects)})), model(scenario())
    first = run.world.arrays.bloc == run.world.blocs.index("West")
    for when, active in ((date(2010, 5, 10), False), (day, True), (date(2010, 8, 19), True), (end, False)):
        for each in (run, free):
            each.run_until((year_of(when) - each.start) * 4)
            each._cut(year_of(when))
        assert run.state.rate / free.state.rate == pytest.approx(np.where(first & active, 0.25, 1.0))
        assert run.state.capacity / free.state.capacity == pytest.approx(np.where(first & active, 3.0, 1.0))


def test_fewer_opportunities_are_taken_from_the_day_on() -> None:
    """Every institution is on the first side: its Poisson stream thins to a quarter within the quarter."""
    everyone = {"from": {}, "to": {}, "effects": {"opportunity": 0.25}}
    counts = []
    for kind in (everyone, {"from": {}, "to": {}}):
        run = model(scenario({"m": measure(date(2010, 5, 16), **kind)}))
        run.run_for(1)
        before = int(run.state.counts[OPPORTUNITIES])
        run.run_for(1)
        counts.append(int(run.state.counts[OPPORTUNITIES]) - before)
    # half of the quarter at full rate, half at a quarter of it
    mean = run.world.n * 12.0 * 0.25
    assert abs(counts[0] - mean * 0.625) < 4.0 * np.sqrt(mean * 0.625)
    assert abs(counts[1] - mean) < 4.0 * np.sqrt(mean)


def test_a_change_of_rates_stretches_the_wait_that_is_left() -> None:
    everyone = {"from": {}, "to": {}}
    day = date(2010, 5, 16)
    waits = []
    for effects in ({}, {"opportunity": 0.25}):
        run = model(scenario({"m": measure(day, **everyone, effects=effects)}))
        run.run_until((year_of(day) - run.start) * 4)
        assert run.state.clock[NOW] == year_of(day)
        waits.append(run.state.clock[NEXT] - run.state.clock[NOW])
    assert waits[1] == pytest.approx(4.0 * waits[0], rel=1e-9)


def test_opportunities_return_when_what_stopped_them_all_is_lifted_inside_a_quarter() -> None:
    pause = measure(date(2010, 4, 20), end=date(2010, 5, 1), effects={"opportunity": 0.0}, **{"from": {}, "to": {}})
    count, mean = 0, 0.0
    for k in range(6):
        run = model(scenario({"pause": pause}), replicate=k)
        run.run_for(1)
        before = int(run.state.counts[OPPORTUNITIES])
        run.run_for(1)
        count += int(run.state.counts[OPPORTUNITIES]) - before
        mean += run.world.n * 3.0 * (91 - 11) / 91
    assert abs(count - mean) < 4.0 * np.sqrt(mean)


def test_capability_of_the_second_side_grows_while_the_measure_holds() -> None:
    numbers = {"capability": {"learning": 0.0, "decay": 0.0}}
    run = model(
        scenario(
            {"m": measure(date(2011, 1, 1), end=date(2012, 1, 1), effects={"capability": 0.2})}, parameters=numbers
        )
    )
    second = run.world.arrays.bloc == run.world.blocs.index("China")

    def lead() -> float:
        return float(run.state.capability[second].mean() - run.state.capability[~second].mean())

    at = []
    for quarters in (3, 9, 12):
        run.run_until(quarters)
        at.append(lead())
    assert at[1] - at[0] == pytest.approx(0.2, abs=1e-9)
    assert at[2] == pytest.approx(at[1], abs=1e-9)
