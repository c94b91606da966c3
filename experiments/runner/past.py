"""The common past of scenarios: until when they are the same, so that it need be simulated only once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.scenario import Measure, Scenario

WORTH = 0.2
"""Share of the longest run that a common past must have to be worth the way through a checkpoint."""


def common_past(scenarios: Sequence[Scenario]) -> date | None:
    """The last day up to which all scenarios are the same run, if that spares enough; None otherwise.

    A branch of a checkpoint is, to the bit, the whole run of its scenario; `model.checkpoint.branch` is the judge of
    what has to be the same, and what it refuses has no common past here.
    """
    from model.checkpoint import Checkpoint, branch
    from model.errors import InputError

    base, *others = scenarios
    if not others:
        return None
    days = [day for other in others for day in partings(base, other)]
    end = min(scenario.time.end for scenario in scenarios)
    if not days or not base.time.start < min(days) < end:
        return None
    day = min(days)
    longest = max(scenario.time.end for scenario in scenarios) - base.time.start
    if (day - base.time.start) < WORTH * longest:
        return None
    begun = Checkpoint(base, day, ())
    try:
        for other in others:
            if branch(begun, other).run != other.run:
                return None  # other luck
    except InputError:
        return None
    return day


def partings(base: Scenario, other: Scenario) -> list[date]:
    """Days on which two scenarios may part: measures that differ begin, or end where nothing but the end differs."""
    days = []
    for name in dict.fromkeys([*base.measures, *other.measures]):
        pair = [_in_force(s.measures.get(name)) for s in (base, other)]
        there = [measure for measure in pair if measure is not None]
        if not there or pair[0] == pair[1]:
            continue
        ends = [measure.end for measure in there if measure.end is not None]
        same = len(there) == 2 and there[0].model_copy(update={"end": None}) == there[1].model_copy(
            update={"end": None}
        )
        days += ends if same else [measure.start for measure in there]
    return days


def _in_force(measure: Measure | None) -> Measure | None:
    """A measure that can do anything."""
    return None if measure is None or not measure.enabled or measure.strength == 0.0 else measure
