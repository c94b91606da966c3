"""A partnership model that keeps the time of its phases, and small scenarios without measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from model.dynamics.state import OPPORTUNITIES
from model.partnership_model import PartnershipModel
from model.scenario import Scenario
from model.simulation import WARM_UP_SIZE
from model.world import build_world

from .measuring import processor_time


class TimedModel(PartnershipModel):
    """Adds up the processor seconds of a run in `spent`, by phase; a phase inside another is taken out of it.

    Phases: "process" (4), "quarter opened" (1 to 3), "recorded" (6), "cut" (measures that move inside a quarter) and
    "works" (what is left of a step: 5).
    """

    def __init__(self, scenario: Scenario, **keywords: Any) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._inner = [0.0]  # seconds of the phases inside each open one
        super().__init__(scenario, **keywords)

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        begin = processor_time()
        self._inner.append(0.0)
        yield
        whole = processor_time() - begin
        self.spent[phase] += whole - self._inner.pop()
        self._inner[-1] += whole

    def step(self) -> None:
        """Simulate one quarter."""
        with self._timed("works"):
            super().step()

    def _open_quarter(self, begin: float) -> None:
        with self._timed("quarter opened"):
            super()._open_quarter(begin)

    def _evolve(self, until: float) -> None:
        with self._timed("process"):
            super()._evolve(until)

    def _record(self, end: float) -> None:
        with self._timed("recorded"):
            super()._record(end)

    def _cut(self, time: float) -> None:
        with self._timed("cut"):
            super()._cut(time)

    def opportunities(self) -> int:
        """Opportunities taken so far."""
        return int(self.state.counts[OPPORTUNITIES])


def without_measures(institutions: int, start: int, years: int, engine: str = "fast") -> Scenario:
    """The hindcast without its measures in a world of some size, from the start of a year."""
    begin = date(start, 1, 1)
    return Scenario.model_validate(
        {
            "version": 1,
            "name": "benchmark",
            "time": {"start": begin, "show_from": begin, "end": date(start + years, 1, 1)},
            "world": {"institutions": institutions},
            "run": {"seed": 1, "engine": engine},
        }
    )


def timed_model(scenario: Scenario, quarters: int = 0) -> TimedModel:
    """A timed model of a scenario, run for some quarters after every kernel was compiled; it has spent nothing then."""
    small = scenario.model_copy(update={"world": scenario.world.model_copy(update={"institutions": WARM_UP_SIZE})})
    PartnershipModel(small, world=build_world(small)).run_for(2)
    model = TimedModel(scenario, world=build_world(scenario))
    for _ in range(quarters):
        model.run_for(1)
    model.spent.clear()
    return model


def process_cost(model: TimedModel, quarters: int) -> float:
    """Microseconds of an opportunity over some more quarters: the process of phase 4 alone."""
    before, spent = model.opportunities(), model.spent["process"]
    for _ in range(quarters):
        model.run_for(1)
    return (model.spent["process"] - spent) / (model.opportunities() - before) * 1e6
