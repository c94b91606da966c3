"""One replicate of a question's state, as quickly as it can be had.

Nothing here decides a number: a scenario is loaded as the command line loads it, a replicate runs as the runner runs it,
and what changes nothing before a date goes on from where an earlier run stood on that date (`model.checkpoint`: a branch
is, to the bit, the whole run).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING

from model.clock import year_of
from model.errors import InputError
from model.partnership_model import PartnershipModel
from model.scenario.loading import ScenarioFiles, read_scenario_files

from ..runner.past import Past, apart, sharing
from ..runner.worlds import LastWorld

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
KEPT_BYTES = 12_000_000
"""Memory for moments that later runs go on from."""


class GivenUp(Exception):
    """A run took longer than anyone waits."""


def state_of(question: Question) -> Scenario:
    """The scenario of a question, resolved: its seed, one replicate. Raises `InputError` for what a page may not ask.

    All replicates run with the same parameters, so that luck alone makes the fan, and a measure alone the difference.
    """
    scenario = _files(question.scenario, question.additions).scenario(dict(question.settings))
    _refuse_large(scenario)
    scenario = sharing(base_of(question.scenario), scenario)
    luck = {"seed": question.seed, "replicates": 1, "ensemble": False}
    return scenario.model_copy(update={"run": scenario.run.model_copy(update=luck)})


@lru_cache(maxsize=32)
def _files(name: str, additions: tuple[str, ...] = ()) -> ScenarioFiles:
    """The files of a scenario, read once: what a page plays with does not change under it."""
    return read_scenario_files(name, additions)


@lru_cache(maxsize=8)
def base_of(name: str) -> Scenario:
    """The scenario as its files have it."""
    return _files(name).scenario()


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

    compiled = False
    """Whether this process has run the model to an end: until then a run may be long because kernels are compiled."""

    def __init__(self, *, patient: bool = False) -> None:
        """``patient``: nobody waits for these runs, and none is given up."""
        self.patient = patient
        self.past = Past(KEPT_BYTES)
        self.worlds = LastWorld()

    def replicate(
        self, scenario: Scenario, replicate: int, until: date | None = None, changed: Collection[str] = ()
    ) -> PartnershipModel:
        """A replicate that has run to the end, or to a date within the run. Raises `GivenUp`.

        ``changed``: measures that the page has changed, and will probably change again.
        """
        stand = _in_time(SECONDS) if Runs.compiled and not self.patient else None
        model = PartnershipModel(scenario, replicate=replicate, world=self.worlds.of(scenario))
        begun = self.past.best(scenario, replicate, until)
        if begun is not None:
            model.restore(begun.moment)
        for day, likely in _stops(scenario, model.now, changed, whole=begun is None and replicate == 0):
            if until is not None and day >= until:
                break
            model.run_to_date(day, stand)
            self.past.keep(scenario, replicate, day, model.capture(), likely)
        if until is None:
            model.run_to_end(stand)
            Runs.compiled = True
        elif until > model.now:
            model.run_to_date(until, stand)
        return model


def _stops(scenario: Scenario, now: date, changed: Collection[str], whole: bool) -> list[tuple[date, bool]]:
    """Days after ``now`` on which later runs may part from this one, and whether that is likely: a changed measure begins.

    In a ``whole`` run also others, on a guess, so that the first change need not go back to the beginning.
    """
    begin, end = max(now, scenario.time.show_from), scenario.time.end
    likely = apart((m.start for name, m in scenario.measures.items() if name in changed), begin, end)
    others = apart((m.start for m in scenario.measures.values()), begin, end) if whole else []
    return [(day, day in likely) for day in sorted({*likely, *others})]


def _in_time(seconds: float) -> Callable[[PartnershipModel], None]:
    """Raises `GivenUp` when a run has gone on too long."""
    deadline = monotonic() + seconds

    def stand(model: PartnershipModel) -> None:
        if monotonic() > deadline:
            raise GivenUp

    return stand
