"""The common past of scenarios: until when they are the same, so that it need be simulated only once.

A branch of a checkpoint is, to the bit, the whole run of its scenario; `model.checkpoint.branch` is the judge of what has
to be the same. What it refuses has no common past here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.checkpoint import Moment
    from model.scenario import Measure, Scenario

WORTH = 0.2
"""Share of the longest run that a common past must have to be worth the way through a checkpoint."""
APART_DAYS = 365
"""Days between moments of one run that are kept: one that is nearer to another spares almost nothing."""
ELSEWHERE = ("world", "parameters", "inputs", "time", "record", "run")
"""What a scenario has beside its measures and its words."""


def common_past(scenarios: Sequence[Scenario]) -> date | None:
    """The last day up to which all scenarios are the same run, if that spares enough; None otherwise."""
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
        one, two = base.measures.get(name), other.measures.get(name)
        if one is two:
            continue
        pair = [_in_force(one), _in_force(two)]
        there = [measure for measure in pair if measure is not None]
        if not there or pair[0] == pair[1]:
            continue
        ends = [measure.end for measure in there if measure.end is not None]
        same = len(there) == 2 and there[0].model_copy(update={"end": None}) == there[1].model_copy(
            update={"end": None}
        )
        days += ends if same else [measure.start for measure in there]
    return days


def parting(one: Scenario, other: Scenario) -> date:
    """The day up to which two scenarios may be the same run, by a look at what they are made of; `branch` judges."""
    parts = ("world", "parameters", "record", "run")
    same = one is other or all(_same(getattr(one, part), getattr(other, part)) for part in parts)
    return min(partings(one, other), default=date.max) if same else date.min


def sharing(base: Scenario, scenario: Scenario) -> Scenario:
    """A scenario that has, of all that it has in common with a base, the same objects: so that looks are quick."""
    found: dict[str, object] = {
        part: getattr(base, part) for part in ELSEWHERE if getattr(base, part) == getattr(scenario, part)
    }
    of_base = base.measures
    found["measures"] = {
        name: of_base[name] if of_base.get(name) == measure else measure for name, measure in scenario.measures.items()
    }
    return scenario.model_copy(update=found)


def apart(days: Iterable[date], begin: date, end: date) -> list[date]:
    """Those of some days after ``begin`` and before ``end`` that stand `APART_DAYS` from each other, the first ones first."""
    chosen: list[date] = []
    for day in sorted(set(days)):
        if begin < day < end and (not chosen or (day - chosen[-1]).days >= APART_DAYS):
            chosen.append(day)
    return chosen


def _same(one: object, other: object) -> bool:
    return one is other or one == other


def _in_force(measure: Measure | None) -> Measure | None:
    """A measure that can do anything."""
    return None if measure is None or not measure.enabled or measure.strength == 0.0 else measure


# --- moments that are kept ----------------------------------------------------------------------------------------


@dataclass
class Kept:
    """Where a replicate of a scenario stood on a day."""

    scenario: Scenario
    replicate: int
    day: date
    moment: Moment
    likely: bool
    """Whether a later run will probably go on from it, or has; those that were kept on a guess give way first."""
    size: int = 0
    """Bytes of its arrays."""

    def __post_init__(self) -> None:
        self.size = sum(array.nbytes for array in self.moment.values())


class Past:
    """Moments of the runs of a process, in bounded memory: runs that begin alike go on from them."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.kept: list[Kept] = []  # the one that was used last at the end
        self.bytes = 0

    def best(self, scenario: Scenario, replicate: int, until: date | None = None) -> Kept | None:
        """The latest moment, before ``until``, that a run of ``scenario`` may go on from."""
        shared: dict[int, date] = {}  # by scenario of earlier runs, the day up to which it may be the same run
        found: Kept | None = None
        for kept in self.kept:
            if kept.replicate != replicate or (until is not None and kept.day >= until):
                continue
            if id(kept.scenario) not in shared:
                shared[id(kept.scenario)] = parting(kept.scenario, scenario)
            if kept.day <= shared[id(kept.scenario)] and (found is None or kept.day > found.day):
                found = kept
        if found is None or not _goes_on(found, scenario):
            return None
        self.kept.remove(found)
        self.kept.append(found)
        found.likely = True
        return found

    def keep(self, scenario: Scenario, replicate: int, day: date, moment: Moment, likely: bool = True) -> None:
        """Keep a moment, unless it is larger than all that may be kept; others give way."""
        kept = Kept(scenario, replicate, day, moment, likely)
        if kept.size > self.most_bytes:
            return
        self.kept.append(kept)
        self.bytes += kept.size
        while self.bytes > self.most_bytes:
            place = next((k for k, old in enumerate(self.kept) if not old.likely and old is not kept), 0)
            self.bytes -= self.kept.pop(place).size


def _goes_on(kept: Kept, scenario: Scenario) -> bool:
    from model.checkpoint import Checkpoint, branch
    from model.errors import InputError

    try:
        branch(Checkpoint(kept.scenario, kept.day, ()), scenario)
    except InputError:
        return False
    return True
