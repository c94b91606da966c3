"""Replicates of one or many scenarios, in this process or in a pool of processes.

Replicate k of every scenario gets the same seed and number, so scenarios are compared under common random numbers
(MODEL 3). Records are put together in the order of their numbers: the result does not depend on ``jobs``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from .crew import Begun, Crew
from .past import common_past
from .progress import OnProgress
from .worker import Recipes, Take, Worker

if TYPE_CHECKING:
    from datetime import date

    from model.calibration import Calibration
    from model.checkpoint import Checkpoint
    from model.recording import ReplicateRecord
    from model.scenario import Scenario
    from model.simulation import Simulation


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
    ``jobs`` above 1 the replicates run in that many spawned processes (a script that calls this needs the usual
    ``if __name__ == "__main__"``). Closing the iterator, an error or an interrupt ends the workers at their next step.
    With ``begun`` the scenarios, which must be branches of that checkpoint, go on from there.
    Raises `ExperimentError` when a worker dies.
    """
    from model.simulation import assemble, draw_seed

    common = draw_seed() if seed is None else seed
    ready = [resolved(s, replicates, common if seed is not None or s.run.seed is None else None) for s in scenarios]
    ready = _branches(ready, begun)
    order = [(place, k) for place, scenario in enumerate(ready) for k in range(scenario.run.replicates)]
    worker = Worker(ready, calibration)
    records: dict[int, list[ReplicateRecord]] = defaultdict(list)
    with (
        Crew(worker, ready, jobs, len(order), on_progress) as crew,
        closing(crew.run(order, begun=_begun(begun))) as finished,
    ):
        for task, record in finished:
            place, scenario = task.scenario, ready[task.scenario]
            records[place].append(record)
            if len(records[place]) == scenario.run.replicates:
                yield (
                    place,
                    assemble(scenario, worker.built(place)[1], records.pop(place), task.seed, calibration),
                )


def run_batches(
    scenarios: Sequence[Scenario],
    batches: Iterable[range],
    *,
    largest: int,
    jobs: int | None = None,
    on_progress: OnProgress | None = None,
    begun: Checkpoint | None = None,
) -> Iterator[list[Simulation]]:
    """Run batches of replicates of all scenarios in one pool, and yield the simulations of each batch, in their order.

    ``scenarios`` are resolved and have one seed. ``batches`` are the numbers of replicates, at most ``largest`` in one;
    the next one is asked for when a batch was taken, so that who asks can decide by what came out. Replicate k is the
    same in any batch. What the scenarios have in common before they part is simulated once (see `common_past`).
    """
    from model.simulation import assemble

    ready = _branches(scenarios, begun)
    parting = common_past(ready) if begun is None else None
    worker = Worker(ready)
    with Crew(worker, ready, jobs, largest * len(ready), on_progress) as crew:
        for batch in batches:
            start = _begun(begun) if parting is None else _past(crew, batch, parting)
            records: dict[int, list[ReplicateRecord]] = defaultdict(list)
            order = [(place, k) for place in range(len(ready)) for k in batch]
            with closing(crew.run(order, begun=start)) as finished:
                for task, record in finished:
                    records[task.scenario].append(record)
            yield [
                assemble(scenario, worker.built(place)[1], records.pop(place), int(scenario.run.seed or 0))
                for place, scenario in enumerate(ready)
            ]


def run_cells(
    scenarios: Sequence[Scenario],
    cells: Sequence[tuple[int, int]],
    take: Take,
    *,
    past: Sequence[Scenario] | None = None,
    jobs: int | None = None,
    on_progress: OnProgress | None = None,
) -> Iterator[tuple[int, int, Any]]:
    """Run single replicates of many scenarios in one pool: yields (place, replicate, what ``take`` made of the record).

    ``cells`` are (place in ``scenarios``, replicate), in the order in which they are begun; cells of one scenario that
    stand together spare building its world. ``take`` is a function of a module, or a `partial` of one: it runs where the
    replicate ran, so that only what it returns travels between processes. ``scenarios`` are resolved and have one seed;
    what they have in common before they part is simulated once. Where they are very many, ``past`` names those few that
    differ as much as any two of them.
    """
    ready = scenarios if isinstance(scenarios, Recipes) else list(scenarios)
    parting = common_past(past or ready)
    worker = Worker(ready, take=take)
    with Crew(worker, ready, jobs, len(cells), on_progress) as crew:
        start = None if parting is None else _past(crew, sorted({k for _, k in cells}), parting)
        with closing(crew.run(cells, begun=start)) as finished:
            for task, taken in finished:
                yield task.scenario, task.replicate, taken


def _past(crew: Crew, replicates: Iterable[int], day: date) -> Begun:
    """The replicates of the first scenario, run to a date."""
    with closing(crew.run([(0, k) for k in replicates], until=day)) as finished:
        return Begun(day, {task.replicate: moment for task, moment in finished})


def _begun(checkpoint: Checkpoint | None) -> Begun | None:
    """A checkpoint as the crew takes it."""
    return None if checkpoint is None else Begun(checkpoint.day, dict(enumerate(checkpoint.moments)))


def _branches(scenarios: Sequence[Scenario], begun: Checkpoint | None) -> list[Scenario]:
    """The scenarios as branches of a checkpoint, if there is one."""
    from model.checkpoint import branch

    return list(scenarios) if begun is None else [branch(begun, scenario) for scenario in scenarios]


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
    count = scenario.run.replicates
    with Crew(Worker([scenario]), [scenario], jobs, count, on_progress) as crew:
        moments = _past(crew, range(count), until).moments
    return Checkpoint(scenario, until, tuple(moments[k] for k in sorted(moments)))
