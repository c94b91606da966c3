"""Simulates joint works for many candidate sets of parameters in one pool that stays: nothing but counts travels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from model.calibration import Calibration
from model.scenario.loading import scenario_from_text
from model.scenario.moving import with_parameters
from model.scenario.ranges import drawn

from ..errors import ExperimentError
from ..runner.crew import default_jobs
from ..runner.processes import process_context, start_server
from ..runner.signals import POLL_SECONDS, held_back, wait_for_first
from ..runner.worker import begin_process

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.world import World

CHUNK = 2
"""Replicates of one candidate that a worker runs in one go."""


@dataclass(frozen=True)
class Candidate:
    """A set of parameters: what differs from the scenario's own."""

    calibration: Calibration
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Dotted name -> value; those of the calibration go after them."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """Name of a measure -> quantile of its range at which its main effect stands (see `model.scenario.ranges.drawn`)."""


class Counts(NamedTuple):
    """Joint works a year of one candidate, real institutions, without the growth of the database.

    R replicates, Y years, P pairs: works float64[R, Y, P]; degree float64[R, Y], mean degree at the end of the year;
    led float64[R, Y, P], the works that the first country of a pair leads.
    """

    works: np.ndarray
    degree: np.ndarray
    led: np.ndarray

    def first(self, years: int) -> Counts:
        """Those of the first years."""
        return Counts(*(array[:, :years] for array in self))


class Simulator:
    """Runs candidates of one scenario; ``with`` gives back the processes.

    The scenario must be recorded by year. ``pairs`` are names of country pairs, such as "CN-RU". Results do not depend
    on ``jobs``.
    """

    def __init__(self, scenario: Scenario, pairs: Sequence[str], jobs: int | None = None) -> None:
        self.scenario, self.pairs = scenario, tuple(pairs)
        self.years = np.arange(scenario.time.show_from.year, scenario.time.end.year)
        jobs = default_jobs() if jobs is None else jobs
        self._executor: ProcessPoolExecutor | None = None
        if jobs > 1:
            from model.simulation import warm_up

            warm_up(scenario)  # the workers find the kernels on disk
            start_server()
            self._executor = ProcessPoolExecutor(jobs, mp_context=process_context(), initializer=begin_process)
        self._text = scenario.to_toml()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def run(self, candidates: Sequence[Candidate], replicates: Sequence[Sequence[int]]) -> list[Counts]:
        """Counts of each candidate over its own numbers of replicates: the numbers name the luck, common to all."""
        tasks = [
            (place, tuple(numbers[at : at + CHUNK]))
            for place, numbers in enumerate(replicates)
            for at in range(0, len(numbers), CHUNK)
        ]
        if self._executor is None:
            parts = [_simulate(self._text, self.pairs, candidates[place], numbers) for place, numbers in tasks]
        else:
            try:
                with held_back():
                    waiting = [
                        self._executor.submit(_simulate, self._text, self.pairs, candidates[place], numbers)
                        for place, numbers in tasks
                    ]
                    left = set(waiting)
                    while left:
                        left -= wait_for_first(left, POLL_SECONDS)
                    parts = [future.result() for future in waiting]
            except BrokenProcessPool as error:
                raise ExperimentError(
                    "a worker process died (killed, or out of memory?); fewer --jobs need less memory"
                ) from error
        by_place: list[list[Counts]] = [[] for _ in candidates]
        for (place, _), part in zip(tasks, parts, strict=True):
            by_place[place].append(part)
        return [Counts(*(np.concatenate(arrays) for arrays in zip(*own, strict=True))) for own in by_place]


def with_candidate(scenario: Scenario, candidate: Candidate) -> Scenario:
    """The scenario with the parameters of a candidate."""
    measures = {
        name: drawn(measure, candidate.measures[name]) if name in candidate.measures else measure
        for name, measure in scenario.measures.items()
    }
    changed = with_parameters(scenario, {**candidate.parameters, **candidate.calibration.parameters})
    return changed.model_copy(update={"measures": measures})


_base: tuple[str, Scenario, World] | None = None


def _simulate(text: str, pairs: Sequence[str], candidate: Candidate, replicates: Sequence[int]) -> Counts:
    """Run replicates of a candidate, in whatever process this is; the world of the scenario is built once."""
    from model.partnership_model import PartnershipModel
    from model.world import build_world

    global _base
    if _base is None or _base[0] != text:
        base = scenario_from_text(text)
        _base = text, base, build_world(base)
    _, base, world = _base
    scenario = with_candidate(base, candidate)
    at = np.array([[world.countries.index(code) for code in pair.split("-")] for pair in pairs]).T
    works, degrees, leads = [], [], []
    for number in replicates:
        model = PartnershipModel(scenario, replicate=number, world=world, calibration=candidate.calibration)
        model.run_to_end()
        record = model.ledger.finish(number, model.state)
        led = record.led * world.omega / record.lengths[:, None, None]
        leads.append(led[:, at[0], at[1]])
        works.append(leads[-1] + led[:, at[1], at[0]])
        degrees.append(record.degree)
    return Counts(np.array(works), np.array(degrees), np.array(leads))
