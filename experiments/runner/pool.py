"""Replicates of one or many scenarios, in this process or in a pool of processes.

Replicate k of every scenario gets the same seed and number, so scenarios are compared under common random numbers
(MODEL 3). Records are put together in the order of their numbers: the result does not depend on ``jobs``.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from ..errors import ExperimentError
from .processes import process_context, start_server
from .progress import OnProgress, Progress
from .worker import Task, Worker, enter, run_task

if TYPE_CHECKING:
    from datetime import date

    from model.calibration import Calibration
    from model.checkpoint import Checkpoint
    from model.recording import ReplicateRecord
    from model.scenario import Scenario
    from model.simulation import Simulation

POLL_SECONDS = 0.1
"""How often progress of the worker processes is looked at."""

Finished = Generator[tuple[Task, Any]]
"""Tasks with what they gave: a record, or a moment of a checkpoint."""


def default_jobs() -> int:
    """Processes to use when none are named: one core is left free."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


def resolved(scenario: Scenario, replicates: int | None = None, seed: int | None = None) -> Scenario:
    """The scenario with its number of replicates and its seed filled in; a seed is drawn if there is none."""
    from model.simulation import check_luck, draw_seed

    count = scenario.run.replicates if replicates is None else replicates
    seed = scenario.run.seed if seed is None else seed
    seed = draw_seed() if seed is None else seed
    check_luck(count, seed)
    return scenario.model_copy(update={"run": scenario.run.model_copy(update={"replicates": count, "seed": seed})})


def run_scenario(
    scenario: Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    on_progress: OnProgress | None = None,
    calibration: Calibration | None = None,
) -> Simulation:
    """Run one scenario; see `run_scenarios`."""
    run = run_scenarios(
        [scenario],
        replicates=replicates,
        seed=seed,
        jobs=jobs,
        on_progress=on_progress,
        calibration=calibration,
    )
    return next(run)[1]


def run_scenarios(
    scenarios: Sequence[Scenario],
    *,
    replicates: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    on_progress: OnProgress | None = None,
    calibration: Calibration | None = None,
    begun: Checkpoint | None = None,
) -> Iterator[tuple[int, Simulation]]:
    """Run scenarios and yield (place in ``scenarios``, simulation) as each is complete.

    ``replicates`` and ``seed`` default to each scenario's own; where none names a seed, one is drawn for all. With
    ``jobs`` above 1 the replicates run in that many worker processes (a script that calls this needs the usual
    ``if __name__ == "__main__"``). Closing the iterator, an error or an interrupt ends the workers at their next step.
    With ``begun`` the scenarios, which must be branches of that checkpoint, go on from there.
    Raises `ExperimentError` when a worker dies.
    """
    from model.checkpoint import branch
    from model.simulation import assemble, draw_seed

    common = draw_seed() if seed is None else seed
    ready = [resolved(s, replicates, common if seed is not None or s.run.seed is None else None) for s in scenarios]
    if begun is not None:
        ready = [branch(begun, scenario) for scenario in scenarios]
    order = [(place, k) for place, scenario in enumerate(ready) for k in range(scenario.run.replicates)]
    tasks = [
        Task(cell, place, k, int(ready[place].run.seed or 0), begun.moments[k] if begun else None)
        for cell, (place, k) in enumerate(order)
    ]
    worker = Worker(ready, calibration)
    steps = [quarters(s.time.start, s.time.end) - (quarters(s.time.start, begun.day) if begun else 0) for s in ready]
    finished = _run(worker, ready, tasks, jobs, _Counter(steps, tasks, on_progress))
    records: dict[int, list[ReplicateRecord]] = defaultdict(list)
    try:
        for task, record in finished:
            place, scenario = task.scenario, ready[task.scenario]
            records[place].append(record)
            if len(records[place]) == scenario.run.replicates:
                yield (
                    place,
                    assemble(scenario, worker.built(place)[1], records.pop(place), task.seed, calibration),
                )
    finally:
        finished.close()


def run_to_checkpoint(
    scenario: Scenario, until: date, *, jobs: int | None = None, on_progress: OnProgress | None = None
) -> Checkpoint:
    """Run the replicates of a scenario to a date between its start and its end; see `run_scenarios`."""
    from model.checkpoint import Checkpoint
    from model.errors import InputError

    time = scenario.time
    if not time.start < until < time.end:
        raise InputError(
            f"{until} is not within the run", where="--until", allowed=f"after {time.start}, before {time.end}"
        )
    scenario = resolved(scenario)
    tasks = [Task(k, 0, k, int(scenario.run.seed or 0)) for k in range(scenario.run.replicates)]
    counter = _Counter([quarters(time.start, until)], tasks, on_progress)
    finished = _run(Worker([scenario], until=until), [scenario], tasks, jobs, counter)
    try:
        moments = {task.replicate: moment for task, moment in finished}
    finally:
        finished.close()
    return Checkpoint(scenario, until, tuple(moments[k] for k in sorted(moments)))


def quarters(start: date, end: date) -> int:
    """Whole quarters from the first day of one to a date."""
    from model.clock import quarter_of

    return quarter_of(end) - quarter_of(start)


def _run(
    worker: Worker, scenarios: Sequence[Scenario], tasks: Sequence[Task], jobs: int | None, counter: _Counter
) -> Finished:
    """Run tasks in this process or in a pool, as ``jobs`` says."""
    from model.errors import InputError
    from model.simulation import warm_up

    if jobs is not None and jobs < 1:
        raise InputError(f"{jobs} processes", where="--jobs", allowed="a whole number from 1")
    worker.built(0)  # what is wrong with the data is said here, not in a worker
    processes = min(default_jobs() if jobs is None else jobs, len(tasks))
    if processes == 1:
        return _run_here(worker, tasks, counter)
    warm_up(scenarios[0])  # the workers find the kernels on disk
    start_server()
    texts = tuple(scenario.to_toml() for scenario in scenarios)
    return _run_in_pool(texts, worker.calibration, worker.until, tasks, counter, processes)


class _Counter:
    """Adds up steps and replicates over all tasks and tells the listener; ``steps`` of a replicate, by scenario."""

    def __init__(self, steps: Sequence[int], tasks: Sequence[Task], on_progress: OnProgress | None) -> None:
        self.steps = sum(steps[task.scenario] for task in tasks)
        self.replicates, self.replicates_done, self.on_progress = len(tasks), 0, on_progress
        self._last: Progress | None = None

    def tell(self, steps_done: int) -> None:
        """Call the listener if anything changed."""
        now = Progress(steps_done, self.steps, self.replicates_done, self.replicates)
        if self.on_progress is not None and now != self._last:
            self._last = now
            self.on_progress(now)


def _run_here(worker: Worker, tasks: Sequence[Task], counter: _Counter) -> Finished:
    """Run the tasks one after the other in this process."""
    before = 0
    counter.tell(before)
    for task in tasks:
        last = 0

        def on_step(step: int, before: int = before) -> None:
            nonlocal last
            last = step
            counter.tell(before + step)

        record = worker.run(task, on_step)
        before += last
        counter.replicates_done += 1
        counter.tell(before)
        yield task, record


def _run_in_pool(
    texts: Sequence[str],
    calibration: Calibration | None,
    until: date | None,
    tasks: Sequence[Task],
    counter: _Counter,
    processes: int,
) -> Finished:
    """Run the tasks in worker processes and yield them as they end. ``texts`` are the scenarios as TOML."""
    context = process_context()
    steps, stop = context.RawArray("q", len(tasks)), context.RawValue("b", 0)
    handed_over = (texts, calibration, until, steps, stop)
    executor = ProcessPoolExecutor(processes, mp_context=context, initializer=enter, initargs=handed_over)
    try:
        waiting: dict[Future[Any], Task] = {executor.submit(run_task, task): task for task in tasks}
        while waiting:
            ended, _ = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            finished = [(waiting.pop(future), future.result()) for future in ended]
            counter.replicates_done += len(finished)
            counter.tell(sum(steps))
            yield from finished
    except BrokenProcessPool as error:
        raise ExperimentError(
            "a worker process died before its replicate was done (killed, or out of memory?)\n"
            "  nothing was written; fewer --jobs need less memory, and --jobs 1 shows an error of the model itself"
        ) from error
    finally:
        stop.value = 1
        executor.shutdown(wait=True, cancel_futures=True)
