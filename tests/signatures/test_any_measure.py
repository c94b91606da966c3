"""No measure that the schema allows breaks a law of MODEL 10."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from any_measures import any_measures
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import assert_lawful

from model.clock import QUARTER
from model.dynamics.state import NOW, State, without_spare_spells
from model.partnership_model import PartnershipModel
from model.scenario import Scenario, load_scenario
from model.world import World, build_world

FIRST, END = date(2012, 1, 1), date(2014, 1, 1)
QUARTERS = 8
seeds = st.integers(0, 2**32 - 1)


def scenario(measures: dict[str, Any]) -> Scenario:
    return load_scenario("classroom", {
        "measures": measures, "world.institutions": 40, "time.start": FIRST, "time.show_from": FIRST, "time.end": END,
        "record.snapshots": [], "run.seed": 3,
    })  # fmt: skip


@cache
def world() -> World:
    """Two institutions come on a list, one of them for a while."""
    return replace(build_world(scenario({})), listed_spells=((0, 2012.25, None), (6, 2012.9, 2013.4)))


def assert_paid_for(of: PartnershipModel) -> None:
    """Money that was awarded never exceeds the executed budget so far."""
    for name, measure in of.configuration.measures.items():
        projects, place = measure.projects, of.forces.instruments.index(name)
        made = int(of.state.projects[place])
        if projects is None:
            assert made == 0
        elif projects.cost is not None:
            years = max(0.0, float(of.state.clock[NOW]) - measure.start.year)  # more than it can have been in force
            executed = projects.budget * projects.executed * measure.strength * (years + QUARTER) / of.world.omega
            assert made * projects.cost <= of.state.entered[place] <= executed * (1.0 + 1e-9)


def check(measures: dict[str, Any]) -> None:
    """The laws hold at every end of a quarter, and a run that is split by a checkpoint is the same to the bit."""
    of = scenario(measures)
    whole = PartnershipModel(of, world=world())
    for quarter in range(QUARTERS):
        if quarter == QUARTERS // 2:
            kept = whole.capture()
        whole.run_for(1)
        assert_lawful(whole)
        assert_paid_for(whole)
    split = PartnershipModel(of, world=world()).restore(kept).run_to_end()
    ends = (without_spare_spells(model.state) for model in (whole, split))  # room that nothing stands in may differ
    for name, one, other in zip(State._fields, *ends, strict=True):
        assert np.array_equal(one, other, equal_nan=True), name


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(seeds)
def test_three_hundred_measures_break_no_law(seed: int) -> None:
    check(any_measures(seed, 3))


@pytest.mark.statistical
@settings(max_examples=700, deadline=None, derandomize=True, database=None)
@given(seeds)
def test_two_thousand_measures_break_no_law(seed: int) -> None:
    check(any_measures(seed, 3))
