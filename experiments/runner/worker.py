"""What a worker does: builds each world once, runs replicates, leaves when it is no longer wanted.

In a pool, steps that are done are reported through shared memory, one cell per task: no message can be lost or pile up.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, MutableSequence, Sequence
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from model.calibration import Calibration
    from model.checkpoint import Moment
    from model.recording import ReplicateRecord
    from model.scenario import Scenario
    from model.world import World


class Task(NamedTuple):
    """One replicate of one scenario. ``cell`` is its place in the count of steps."""

    cell: int
    scenario: int
    replicate: int
    seed: int
    moment: Moment | None = None  # where it goes on from, in a branch
    until: date | None = None  # where it stops, instead of at its end


class Cancelled(Exception):
    """The run was given up; the replicate stopped between two steps."""


Take = Callable[["Scenario", "World", "ReplicateRecord"], Any]
"""What is taken of a replicate's record; a function that can be pickled."""


class Recipes(Sequence["Scenario"]):
    """Very many scenarios that are made where they are needed, from something small that can be pickled."""


class Worker:
    """Scenarios to run, and the world of the one that was run last.

    ``scenarios`` are resolved, or their texts as TOML or `Recipes`, which is how they travel to another process. With
    ``take`` only what it makes of a record is kept.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario | str] | Recipes,
        calibration: Calibration | None = None,
        take: Take | None = None,
    ) -> None:
        self.scenarios, self.calibration, self.take = scenarios, calibration, take
        self._built: tuple[int, Scenario, World] | None = None

    def built(self, place: int) -> tuple[Scenario, World]:
        """A scenario and its world, built when it is first asked for."""
        from model.scenario.loading import scenario_from_text
        from model.world import build_world

        if self._built is None or self._built[0] != place:
            given = self.scenarios[place]
            scenario = scenario_from_text(given) if isinstance(given, str) else given
            self._built = place, scenario, build_world(scenario)
        return self._built[1:]

    def run(self, task: Task, on_step: Callable[[int], None]) -> Any:
        """Run a replicate: its record, what is taken of it, or where it stands at the date at which the task stops.

        ``on_step`` gets the number of its steps that are done, and may raise to stop it.
        """
        from model.simulation import Progress, run_replicate, run_replicate_to

        def tell(event: Progress) -> None:
            on_step(event.step)

        scenario, world = self.built(task.scenario)
        if task.until is not None:
            return run_replicate_to(task.until, scenario, world, task.replicate, task.seed, tell)
        record = run_replicate(scenario, world, task.replicate, task.seed, tell, self.calibration, task.moment)
        return record if self.take is None else self.take(scenario, world, record)


_worker: Worker
_steps: MutableSequence[int]
_stop: Any


def enter(
    scenarios: Sequence[str] | Recipes,
    calibration: Calibration | None,
    take: Take | None,
    steps: MutableSequence[int],
    stop: Any,
) -> None:
    """Initialise a worker process with resolved scenarios as TOML, or recipes. ``steps`` int64[tasks] and ``stop.value`` are shared with the parent."""
    global _worker, _steps, _stop
    begin_process()
    _worker, _steps, _stop = Worker(scenarios, calibration, take), steps, stop


def run_task(task: Task) -> Any:
    """Run a replicate in a worker process; raises `Cancelled` at the next step once ``stop.value`` is set."""

    def on_step(step: int) -> None:
        _steps[task.cell] = step
        if _stop.value:
            raise Cancelled

    return _worker.run(task, on_step)


def begin_process() -> None:
    """What every worker process begins with: its parent is interrupted in its place, and it ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this process when its parent is gone: a killed run leaves no workers behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
