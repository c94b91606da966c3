"""Between two dates of the calendar measures stand still; what they are made of has one type, whatever is in force."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.measures.calendar import Calendar
from model.measures.compiled import levels
from model.partnership_model import PartnershipModel
from model.scenario import load_scenario

quarters = st.integers(0, 40).map(lambda k: 2000.0 + k / 4)
dates = st.floats(2000.0, 2010.0)
ramps = st.one_of(st.just(0.0), st.floats(0.01, 4.0), st.sampled_from([0.25, 0.5, 1.0, 2.0]))
measures = st.tuples(quarters | dates, st.floats(0.1, 8.0), ramps)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(measures, min_size=1, max_size=6), st.lists(quarters | dates, min_size=2, max_size=30))
def test_in_one_stage_strengths_stand_still(spans: list[tuple[float, float, float]], times: list[float]) -> None:
    """Also at the very end of a quarter, looked at from it and from the next one."""
    start, length, ramp = (np.array(column) for column in zip(*spans, strict=True))
    end = start + length
    calendar = Calendar(start, end, ramp)
    seen: dict[object, np.ndarray] = {}
    for time in sorted(times):
        for grid in (math.ceil(4 * time) / 4 - 0.25, math.floor(4 * time) / 4):
            now = np.asarray(levels(start, end, ramp, np.ones(len(start)), time, grid))
            before = seen.setdefault(calendar.stage(time, grid), now)
            assert np.array_equal(now, before)


def test_stages_by_hand() -> None:
    """From 2000 to 2003, growing for half a year, and from 2000.25, growing for a year; a list changes in 2002.

    Ramps grow until 2001.25, so that every quarter until then is a stage of its own, and only dates matter after it.
    """
    calendar = Calendar(np.array([2000.0, 2000.25]), np.array([2003.0, np.inf]), np.array([0.5, 1.0]), [2002.0])
    assert calendar.edges == [2000.0, 2001.25]
    stages = [calendar.stage(1999.5 + k / 4, 1999.5 + k / 4) for k in range(20)]
    changes = [1999.5 + k / 4 for k in range(1, 20) if stages[k] != stages[k - 1]]
    assert changes == [2000.0, 2000.25, 2000.5, 2000.75, 2001.0, 2001.25, 2002.0, 2003.0]


def test_no_kernel_is_compiled_twice_because_measures_come_into_force() -> None:
    """A regime that differs in the layout of an array alone would have every kernel compiled and loaded again."""
    model = PartnershipModel(load_scenario("classroom", ["run.seed=1"]))
    types = {name: numba.typeof(array) for name, array in model.forces.regime._asdict().items()}
    assert len(model.forces.active) == 0
    model.run_for(112)
    assert len(model.forces.active) == 3
    assert {name: numba.typeof(array) for name, array in model.forces.regime._asdict().items()} == types


@pytest.mark.parametrize("begin", [2000.0, 2000.1])
def test_without_ramps_only_dates_count(begin: float) -> None:
    calendar = Calendar(np.array([begin]), np.array([2001.0]), np.zeros(1))
    assert calendar.edges == [] and calendar.stage(2000.5, 2000.5) == calendar.stage(2000.9, 2000.75)
    assert calendar.stage(begin, 2000.0) != calendar.stage(begin - 0.01, 1999.75)
