"""Measures on the joint works that appear: none, all or a part of them, in scope and from their day on, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from many_partnerships import many_ties, of, under_one_measure
from random_worlds import different_arrays, law
from small_models import BUSY, END, SHOWN, START, finished, measure, model, scenario
from test_measures_at_their_dates import same_run

from model.clock import QUARTER, year_of
from model.dynamics import output
from model.dynamics.regime import marked
from model.dynamics.state import PERSONAL
from model.measures import Appearance, Forces, compile_measures
from model.partnership_model import PartnershipModel

DAY = date(2012, 8, 11)
QUARTERS = 12  # shown, from SHOWN to END
dates = st.dates(START + timedelta(days=30), END - timedelta(days=200))
engines = st.sampled_from(["fast", "plain"])


def on_works(factor: float, day: date = DAY, **changes: Any) -> dict[str, Any]:
    """A measure of the West on China that acts on works alone."""
    return measure(day, effects={"works": factor}, **changes)


@cache
def free_run(engine: str = "fast", replicate: int = 0) -> PartnershipModel:
    return finished(scenario(engine=engine, parameters=BUSY, every="quarter"), replicate=replicate)


def run_with(engine: str = "fast", replicate: int = 0, **measures: dict[str, Any]) -> PartnershipModel:
    return finished(scenario(measures, engine=engine, parameters=BUSY, every="quarter"), replicate=replicate)


def works(run: PartnershipModel) -> np.ndarray:
    """Works of each quarter by country of leader and other, int64[QUARTERS, c, c]."""
    led = run.ledger.finish(0, run.state).led
    assert len(led) == QUARTERS
    return led


def between(run: PartnershipModel, one: str, other: str) -> np.ndarray:
    """bool[c, c], pairs of countries of two blocs, either order."""
    first, second = (run.world.arrays.country_bloc == run.world.blocs.index(name) for name in (one, other))
    both = np.outer(first, second)
    return both | both.T


def begins() -> np.ndarray:
    """When the shown quarters begin, float64[QUARTERS], years."""
    return year_of(SHOWN) + QUARTER * np.arange(QUARTERS)


# --- none, all, a part -----------------------------------------------------------------------------------------------


@law(12)
@given(dates, engines)
def test_a_factor_of_zero_leaves_no_works_in_scope_from_its_day_on(day: date, engine: str) -> None:
    run, free = run_with(engine, m=on_works(0.0, day)), free_run(engine)
    inside = between(run, "West", "China")
    after, before = begins() >= year_of(day), begins() + QUARTER <= year_of(day)
    assert works(run)[after][:, inside].sum() == 0 < works(free)[after][:, inside].sum()
    assert np.array_equal(works(run)[before], works(free)[before])
    assert np.array_equal(works(run)[:, ~inside], works(free)[:, ~inside])


@law(12)
@given(dates, st.floats(0.0, 20.0), engines)
def test_partnerships_and_all_else_stay_as_they_were(day: date, factor: float, engine: str) -> None:
    """Works feed back into nothing."""
    assert set(different_arrays(run_with(engine, m=on_works(factor, day)).state, free_run(engine).state)) <= {"led"}


@pytest.mark.parametrize("changes", [{"strength": 0.0}, {"enabled": False}, {"compliance": 0.0}, {}])
def test_a_factor_of_one_and_a_measure_without_strength_change_no_bit(changes: dict[str, Any]) -> None:
    idle = on_works(0.3 if changes else 1.0, **changes)
    assert same_run(run_with(m=idle), free_run())


def test_half_the_works_appear_in_expectation_and_none_that_would_not_have() -> None:
    halved = whole = 0
    for k in range(4):
        run, free = works(run_with(replicate=k, m=on_works(0.5))), works(free_run(replicate=k))
        inside = between(free_run(), "West", "China")
        after = begins() >= year_of(DAY)
        assert (run <= free).all()  # common luck: a work that appears is one of those that would have
        halved += int(run[after][:, inside].sum())
        whole += int(free[after][:, inside].sum())
    assert whole > 2000
    assert abs(halved - 0.5 * whole) < 4.0 * np.sqrt(0.25 * whole)


def test_works_of_partnerships_that_have_ended_are_held_back_too() -> None:
    """A termination alone leaves the works that were begun before it."""
    ban = {"mode": "terminate", "wind_down_days": 0}
    ended = run_with(ban=on_works(1.0, **ban))
    barred = run_with(ban=on_works(0.0, **ban))
    inside, after = between(ended, "West", "China"), begins() >= year_of(DAY)
    assert different_arrays(ended.state, barred.state) in ([], ["led"])
    assert works(ended)[after][:, inside].sum() > 100
    assert works(barred)[after][:, inside].sum() == 0


def test_works_appear_again_after_it_ends() -> None:
    end = date(2013, 3, 1)
    run, free = run_with(m=on_works(0.0, end=end)), free_run()
    after = begins() >= year_of(end)
    assert np.array_equal(works(run)[after], works(free)[after]) and after.sum() == 3


def test_more_compliance_leaves_no_more_works() -> None:
    inside = between(free_run(), "West", "China")
    left = [works(run_with(m=on_works(0.0, compliance=share)))[:, inside] for share in (0.0, 0.4, 0.8, 1.0)]
    assert all((more >= less).all() and more.sum() > less.sum() for more, less in pairwise(left))


# --- scope -----------------------------------------------------------------------------------------------------------


def test_fields_channel_and_side_are_respected() -> None:
    case = under_one_measure(many_ties(), official=True, half=True)  # field 0, half of one side
    case = case.__class__(case.world, case.setting, marked(case.regime), case.state, case.key, case.time)
    case.regime.works[0] = 0.25
    of(case, "field")[::3] = 1
    of(case, "channel")[::2] = PERSONAL
    factors = np.ones(case.state.counts[0])
    output.weigh(case.regime, case.state, 0.5, factors)
    low = np.minimum(of(case, "first"), of(case, "second"))
    inside = (of(case, "field") == 0) & (of(case, "channel") != PERSONAL) & (low < 20)
    assert 100 < inside.sum() < 800
    assert factors == pytest.approx(np.where(inside, 1.0 - 0.5 * 0.75, 1.0), abs=0.0)


def test_of_a_programme_only_its_own_works() -> None:
    fund = measure(date(2010, 4, 1), projects={"shape": "pairs", "density": 0.3, "term_years": 4.0})
    founded, held = run_with(fund=fund), run_with(fund=fund, m=on_works(0.0, instruments=["fund"]))
    inside, after = between(founded, "West", "China"), begins() >= year_of(DAY)
    some, all_ = works(held)[after][:, inside].sum(), works(founded)[after][:, inside].sum()
    assert 0 < some < all_


# --- time ------------------------------------------------------------------------------------------------------------


def factors_of(run: PartnershipModel, begin: float, **measures: dict[str, Any]) -> np.ndarray:
    """Different factors of the works of a quarter, ascending."""
    of_both = scenario(measures)
    forces = Forces(compile_measures(of_both, run.world, run.key), run.world, tuple(measures))
    return np.unique(Appearance(forces).factors(run.state, begin, begin + QUARTER))


def test_a_factor_is_the_mean_over_the_quarter() -> None:
    run, begin = free_run(), 2012.5
    start, end = year_of(DAY), year_of(date(2012, 9, 20))
    first, second = (start - begin) / QUARTER, (end - begin) / QUARTER
    one = on_works(0.2)
    assert factors_of(run, begin, a=one) == pytest.approx([1.0 - 0.8 * (1.0 - first), 1.0])
    assert factors_of(run, begin + QUARTER, a=one) == pytest.approx([0.2, 1.0])
    two = on_works(3.0, date(2012, 9, 20))
    expected = first + 0.2 * (second - first) + 0.6 * (1.0 - second)
    assert factors_of(run, begin, a=one, b=two) == pytest.approx(sorted([expected, 1.0]))
    assert factors_of(run, begin, a=on_works(0.2, end=date(2012, 9, 20))) == pytest.approx(
        [1.0 - 0.8 * (second - first), 1.0]
    )
    assert len(factors_of(run, begin - QUARTER, a=one)) == 0  # not yet


def test_a_ramp_and_a_strength_scale_it() -> None:
    run = free_run()
    growing = on_works(0.2, date(2012, 7, 1), ramp_years=1.0, strength=0.5)
    found = [factors_of(run, year_of(date(2012, 7, 1)) + QUARTER * k, m=growing)[0] for k in (1, 2, 4)]
    assert found == pytest.approx([0.9, 0.8, 0.6], abs=0.01)


def test_a_run_that_stops_inside_the_quarter_of_its_start_goes_on_to_the_bit() -> None:
    of_run = scenario({"m": on_works(0.3)}, parameters=BUSY, every="quarter")
    stopped = model(of_run).run_to_date(date(2012, 9, 1))
    gone_on = model(of_run).restore(stopped.capture()).run_to_end()
    assert same_run(gone_on, finished(of_run)) and not same_run(gone_on, free_run())
