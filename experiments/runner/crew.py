"""Those who run replicates: this process, or a pool of processes that stays from batch to batch."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ..errors import ExperimentError
from ..systems import cores
from .processes import process_context, start_server
from .progress import OnProgress, Progress
from .signals import POLL_SECONDS, held_back, wait_for_first
from .worker import Recipes, Task, Worker, enter, run_task

if TYPE_CHECKING:
    from datetime import date

    from model.checkpoint import Moment
    from model.scenario import Scenario

Finished = Generator[tuple[Task, Any]]
"""Tasks with what they gave: a record, what was taken of it, or a moment of a checkpoint."""


def default_jobs() -> int:
    """Processes to use when none are named: one core is left free."""
    return max(1, cores() - 1)


def quarters(start: date, end: date) -> int:
    """Whole quarters from the first day of one to a date."""
    from model.clock import quarter_of

    return quarter_of(end) - quarter_of(start)


class Begun(NamedTuple):
    """Replicates that have been run to a date: moments by their numbers."""

    day: date
    moments: Mapping[int, Moment]


class Crew:
    """Those who run replicates of given scenarios, one batch after the other: this process, or a pool that stays.

    ``most`` replicates stand in one batch at most.
    """

    def __init__(
        self,
        worker: Worker,
        scenarios: Sequence[Scenario],
        jobs: int | None,
        most: int,
        on_progress: OnProgress | None = None,
    ) -> None:
        from model.errors import InputError
        from model.simulation import warm_up

        if jobs is not None and jobs < 1:
            raise InputError(f"{jobs} processes", where="--jobs", allowed="a whole number from 1")
        worker.built(0)  # what is wrong with the data is said here, not in a worker
        self.worker, self.scenarios = worker, scenarios
        self.counter = _Counter(on_progress)
        self.processes = min(default_jobs() if jobs is None else jobs, most)
        self._executor: ProcessPoolExecutor | None = None
        self._block = ExitStack()
        if self.processes > 1:
            warm_up(scenarios[0])  # the workers find the kernels on disk
            start_server()
            travelling = scenarios if isinstance(scenarios, Recipes) else tuple(s.to_toml() for s in scenarios)
            context = process_context()
            self._cells, self._stop = context.RawArray("q", most), context.RawValue("b", 0)
            handed_over = (travelling, worker.calibration, worker.take, self._cells, self._stop)
            self._executor = ProcessPoolExecutor(
                self.processes, mp_context=context, initializer=enter, initargs=handed_over
            )

    def __enter__(self) -> Self:
        if self._executor is not None:
            self._block.enter_context(held_back())
        return self

    def __exit__(self, *_: object) -> None:
        with self._block:
            if self._executor is not None:
                self._stop.value = 1
                self._executor.shutdown(wait=True, cancel_futures=True)

    def run(
        self, order: Sequence[tuple[int, int]], *, begun: Begun | None = None, until: date | None = None
    ) -> Finished:
        """Run (place of the scenario, replicate) in this order, and yield each task with what it gave, as they end.

        With ``begun`` they go on from there, and with ``until`` they run to that date.
        """
        tasks = [
            Task(cell, place, k, int(self.scenarios[place].run.seed or 0), begun.moments[k] if begun else None, until)
            for cell, (place, k) in enumerate(order)
        ]
        steps = sum(self._steps(self.scenarios[task.scenario], begun, until) for task in tasks)
        self.counter.begin(steps, len(tasks) if until is None else 0)
        return self._here(tasks) if self._executor is None else self._in_pool(self._executor, tasks)

    @staticmethod
    def _steps(scenario: Scenario, begun: Begun | None, until: date | None) -> int:
        """Quarters that a replicate takes."""
        start = scenario.time.start
        return quarters(start, until or scenario.time.end) - (quarters(start, begun.day) if begun else 0)

    def _here(self, tasks: Sequence[Task]) -> Finished:
        """Run the tasks one after the other in this process."""
        before = 0
        self.counter.tell(before)
        for task in tasks:
            last = 0

            def on_step(step: int, before: int = before) -> None:
                nonlocal last
                last = step
                self.counter.tell(before + step)

            taken = self.worker.run(task, on_step)
            before += last
            self.counter.replicates_done += task.until is None
            self.counter.tell(before)
            yield task, taken

    def _in_pool(self, executor: ProcessPoolExecutor, tasks: Sequence[Task]) -> Finished:
        """Run the tasks in the worker processes."""
        for cell in range(len(tasks)):
            self._cells[cell] = 0
        try:
            waiting: dict[Future[Any], Task] = {executor.submit(run_task, task): task for task in tasks}
            while waiting:
                ended = wait_for_first(waiting, POLL_SECONDS)  # progress is looked at as often
                finished = [(waiting.pop(future), future.result()) for future in ended]
                self.counter.replicates_done += sum(task.until is None for task, _ in finished)
                self.counter.tell(sum(self._cells))
                yield from finished
        except BrokenProcessPool as error:
            raise ExperimentError(
                "a worker process died before its replicate was done (killed, or out of memory?)\n"
                "  nothing was written; fewer --jobs need less memory, and --jobs 1 shows an error of the model itself"
            ) from error


class _Counter:
    """Adds up steps and replicates over all batches and tells the listener."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.steps = self.steps_before = self.replicates = self.replicates_done = 0
        self.on_progress = on_progress
        self._last: Progress | None = None

    def begin(self, steps: int, replicates: int) -> None:
        """A batch begins, of so many steps and replicates; the one before it is done."""
        self.steps_before = self.steps
        self.steps += steps
        self.replicates += replicates

    def tell(self, steps_done: int) -> None:
        """Call the listener if anything changed; ``steps_done`` are those of the batch."""
        now = Progress(self.steps_before + steps_done, self.steps, self.replicates_done, self.replicates)
        if self.on_progress is not None and now != self._last:
            self._last = now
            self.on_progress(now)
