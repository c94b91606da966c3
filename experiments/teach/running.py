"""One replicate of a question's state, as quickly as it can be had.

Nothing here decides a number: a scenario is loaded as the command line loads it, a replicate runs as the runner runs it,
and what changes nothing before a date goes on from where an earlier run stood on that date (`model.checkpoint`: a branch
is, to the bit, the whole run).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

from model.checkpoint import Checkpoint, Moment, branch
from model.clock import quarter_of, year_of
from model.errors import InputError
from model.partnership_model import PartnershipModel
from model.scenario import load_scenario
from model.world import World, build_world

from ..runner.past import partings

if TYPE_CHECKING:
    from model.scenario import Scenario

    from .messages import Question

LARGEST_WORLD = 600
"""Institutions of a world that is played with."""
LARGEST_FLOOR = 40
LONGEST_RUN = 100
"""Years of a run that is played with."""
MOST_PROJECTS = 20_000
"""Projects a year that a measure may pay, in real ones: the packaged ones stay far below."""
SECONDS = 10.0
"""After which a run is given up."""
KEPT_BYTES = 48_000_000
"""Memory for moments that later runs go on from."""
APART = 10
"""Quarters between the moments that a whole run keeps."""


class GivenUp(Exception):
    """A run took longer than anyone waits."""


@dataclass(frozen=True)
class Kept:
    """Where a replicate of a scenario stood on a day."""

    scenario: Scenario
    replicate: int
    day: date
    moment: Moment

    @property
    def size(self) -> int:
        """Bytes of its arrays."""
        return sum(array.nbytes for array in self.moment.values())


class Past:
    """Moments of earlier runs, the one that was used last at the end."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []

    def best(self, scenario: Scenario, replicate: int, until: date | None = None) -> Kept | None:
        """The latest moment, before ``until``, that a run of ``scenario`` may go on from."""
        shared: dict[int, date] = {}  # by scenario of earlier runs, the day up to which it may be the same run
        found: Kept | None = None
        for kept in self.kept:
            if kept.replicate != replicate or (until is not None and kept.day >= until):
                continue
            if id(kept.scenario) not in shared:
                shared[id(kept.scenario)] = _parting(kept.scenario, scenario)
            if kept.day <= shared[id(kept.scenario)] and (found is None or kept.day > found.day):
                found = kept
        if found is None or not _goes_on(found, scenario):
            return None
        self.kept.remove(found)
        self.kept.append(found)
        return found

    def keep(self, kept: Kept) -> None:
        """Keep a moment; those that were not used for longest give way."""
        self.kept.append(kept)
        while len(self.kept) > 1 and sum(entry.size for entry in self.kept) > KEPT_BYTES:
            self.kept.pop(0)


def _parting(one: Scenario, other: Scenario) -> date:
    """The day up to which two scenarios may be the same run, by a look at what a page changes; `branch` judges."""
    same = one is other or all(
        getattr(one, part) == getattr(other, part) for part in ("world", "parameters", "record", "run")
    )
    return min(partings(one, other), default=date.max) if same else date.min


def _goes_on(kept: Kept, scenario: Scenario) -> bool:
    try:
        branch(Checkpoint(kept.scenario, kept.day, ()), scenario)
    except InputError:
        return False
    return True


def state_of(question: Question) -> Scenario:
    """The scenario of a question, resolved: its seed, one replicate. Raises `InputError` for what a page may not ask.

    All replicates run with the same parameters, so that luck alone makes the fan, and a measure alone the difference.
    """
    settings = dict(question.settings)
    scenario = load_scenario(question.scenario, settings, question.additions)
    _refuse_large(scenario)
    luck = {"seed": question.seed, "replicates": 1, "ensemble": False}
    return scenario.model_copy(update={"run": scenario.run.model_copy(update=luck)})


def _refuse_large(scenario: Scenario) -> None:
    """What would keep a class waiting."""
    years = year_of(scenario.time.end) - year_of(scenario.time.start)
    bounds = (
        ("world.institutions", scenario.world.institutions, LARGEST_WORLD),
        ("world.floor", scenario.world.floor, LARGEST_FLOOR),
        ("time.end", years, LONGEST_RUN),
    )
    for where, value, most in bounds:
        if value > most:
            raise InputError(f"{value:g} is more than a page plays with", where=where, allowed=f"at most {most:g}")
    for name, measure in scenario.measures.items():
        if measure.projects is None or measure.projects.cost is None:
            continue
        paid = measure.projects.budget * measure.strength / measure.projects.cost
        if paid > MOST_PROJECTS:
            raise InputError(
                f"pays {paid:,.0f} projects a year",
                where=f"measures.{name}.projects",
                allowed=f"at most {MOST_PROJECTS:,}",
            )


class Runs:
    """Runs of one process: the world and the moments that the next question can use again."""

    def __init__(self) -> None:
        self.past = Past()
        self._built: tuple[object, World] | None = None

    def world(self, scenario: Scenario) -> World:
        """The world of a scenario, built anew only when something that it is made of has changed."""
        key = (scenario.world, scenario.parameters, scenario.time.start, scenario.inputs)
        if self._built is None or self._built[0] != key:
            self._built = key, build_world(scenario)
        return self._built[1]

    def replicate(
        self, scenario: Scenario, replicate: int, until: date | None = None, changed: Collection[str] = ()
    ) -> PartnershipModel:
        """A replicate that has run to the end, or to a date within the run. Raises `GivenUp`.

        ``changed``: measures that the page has changed, and will probably change again.
        """
        stand = _in_time(SECONDS)
        model = PartnershipModel(scenario, replicate=replicate, world=self.world(scenario))
        begun = self.past.best(scenario, replicate, until)
        if begun is not None:
            model.restore(begun.moment)
        for day in _stops(scenario, model.now, changed, whole=begun is None and replicate == 0):
            if until is not None and day >= until:
                break
            model.run_to_date(day, stand)
            self.past.keep(Kept(scenario, replicate, day, model.capture()))
        if until is None:
            model.run_to_end(stand)
        elif until > model.now:
            model.run_to_date(until, stand)
        return model


def _stops(scenario: Scenario, now: date, changed: Collection[str], whole: bool) -> list[date]:
    """Days after ``now`` on which later runs may part from this one: measures begin that a page has changed.

    In a ``whole`` run also others, `APART` quarters apart, so that the first change need not go back to the beginning.
    """
    begin, end = max(now, scenario.time.show_from), scenario.time.end
    measures = {name: m.start for name, m in scenario.measures.items() if begin < m.start < end}
    chosen = {day for name, day in measures.items() if name in changed}
    last = quarter_of(begin)
    for day in sorted(set(measures.values())) if whole else ():
        if quarter_of(day) - last >= APART:
            chosen.add(day)
            last = quarter_of(day)
    return sorted(chosen)


def _in_time(seconds: float) -> Callable[[PartnershipModel], None]:
    """Raises `GivenUp` when a run has gone on too long; its first quarter, which may compile the kernels, does not count."""
    deadline: float | None = None

    def stand(model: PartnershipModel) -> None:
        nonlocal deadline
        if deadline is None:
            deadline = monotonic() + seconds
        elif monotonic() > deadline:
            raise GivenUp

    return stand
