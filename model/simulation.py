"""Run a scenario: replicates in, tidy frames out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from .calibration import Calibration, calibration_file, read_calibration
from .checkpoint import Moment
from .clock import QUARTERS_A_YEAR, year_of
from .errors import InputError
from .indicators import indicators_frame, measure
from .partnership_model import PartnershipModel
from .recording import ReplicateRecord, decisions_frame, programmes_frame, series_frame, snapshots_frame, spells_frame
from .world import World, build_world

if TYPE_CHECKING:
    import pandas as pd

    from .scenario import Scenario


WARM_UP_SIZE = 40
"""Institutions of the world that compiles the kernels."""


@dataclass(frozen=True)
class Progress:
    """Where a replicate stands after a step."""

    replicate: int
    step: int
    steps: int
    date: date
    model: PartnershipModel


@dataclass(frozen=True)
class Simulation:
    """What a scenario gave: the frames of all replicates, and what they were made from."""

    scenario: Scenario
    seed: int
    replicates: int
    world: World
    records: tuple[ReplicateRecord, ...]
    series: pd.DataFrame
    spells: pd.DataFrame
    snapshots: pd.DataFrame
    decisions: pd.DataFrame
    programmes: pd.DataFrame
    indicators: pd.DataFrame


def draw_seed() -> int:
    """A seed from the operating system, for runs that name none; always recorded."""
    return int(np.random.SeedSequence().generate_state(1, np.uint32)[0])


def check_luck(replicates: int, seed: int) -> None:
    """Raise `InputError` for a number of replicates or a seed that cannot be."""
    if replicates < 1:
        raise InputError(f"{replicates} replicates", where="run.replicates", allowed="a whole number from 1")
    if not 0 <= seed < 2**32:
        raise InputError(f"seed {seed}", where="run.seed", allowed="a whole number from 0 to 4294967295")


def warm_up(scenario: Scenario) -> None:
    """Run the scenario once in a very small world, so that every kernel it needs is compiled and on disk."""
    small = scenario.model_copy(update={"world": scenario.world.model_copy(update={"institutions": WARM_UP_SIZE})})
    run_replicate(small, build_world(small), replicate=0, seed=0)


def run_replicate(
    scenario: Scenario,
    world: World,
    replicate: int,
    seed: int,
    callback: Callable[[Progress], None] | None = None,
    calibration: Calibration | None = None,
    moment: Moment | None = None,
    stops: Sequence[date] = (),
    on_stop: Callable[[date, Moment], None] | None = None,
) -> ReplicateRecord:
    """Run one replicate; its record depends on the scenario, the world, the seed and the number of the replicate only.

    With ``moment``, where the replicate stands in a checkpoint, it goes on from there; the record is the same. At each of
    ``stops``, dates in order that are still to come, ``on_stop`` gets the date and where the replicate stands.
    """
    model = PartnershipModel(scenario, replicate=replicate, seed=seed, world=world, calibration=calibration)
    if moment is not None:
        model.restore(moment)
    after_step = _telling(callback, model, model.quarters_left)
    if on_stop is not None:
        for day in stops:
            on_stop(day, model.run_to_date(day, after_step).capture())
    model.run_to_end(after_step)
    record = model.ledger.finish(replicate, model.state)
    record.measured = measure(world, record)
    return record


def run_replicate_to(
    day: date,
    scenario: Scenario,
    world: World,
    replicate: int,
    seed: int,
    callback: Callable[[Progress], None] | None = None,
) -> Moment:
    """Run one replicate to a date, for a checkpoint."""
    model = PartnershipModel(scenario, replicate=replicate, seed=seed, world=world)
    steps = int((year_of(day) - model.start) * QUARTERS_A_YEAR)
    return model.run_to_date(day, _telling(callback, model, steps)).capture()


def _telling(
    callback: Callable[[Progress], None] | None, model: PartnershipModel, steps: int
) -> Callable[[PartnershipModel], None] | None:
    """What tells a listener after each of the ``steps`` that a model takes from now on."""
    if callback is None:
        return None
    before = model.quarters_left

    def after_step(model: PartnershipModel) -> None:
        callback(Progress(model.replicate, before - model.quarters_left, steps, model.now, model))

    return after_step


def assemble(
    scenario: Scenario,
    world: World,
    records: Sequence[ReplicateRecord],
    seed: int,
    calibration: Calibration | None = None,
) -> Simulation:
    """Put the records of replicates together, in the order of their numbers."""
    ordered = tuple(sorted(records, key=lambda record: record.replicate))
    instruments = tuple(scenario.measures)
    return Simulation(
        scenario=scenario,
        seed=seed,
        replicates=len(ordered),
        world=world,
        records=ordered,
        series=series_frame(
            scenario.name, world, calibration or read_calibration(calibration_file(scenario.world.data)), ordered
        ),
        spells=spells_frame(world, ordered, instruments),
        snapshots=snapshots_frame(world, ordered, instruments),
        decisions=decisions_frame(world, ordered, instruments),
        programmes=programmes_frame(world, scenario.measures, ordered),
        indicators=indicators_frame(scenario.name, world, ordered),
    )


def simulate(
    scenario: Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    callback: Callable[[Progress], None] | None = None,
    calibration: Calibration | None = None,
) -> Simulation:
    """Run a scenario in this process.

    ``replicates`` and ``seed`` default to the scenario's; a seed is drawn, and recorded, if there is none. ``callback``
    is called after every step of every replicate. For several processes see `experiments.runner`.
    """
    seed = scenario.run.seed if seed is None else seed
    seed = draw_seed() if seed is None else seed
    count = scenario.run.replicates if replicates is None else replicates
    check_luck(count, seed)
    world = build_world(scenario)
    records = [run_replicate(scenario, world, k, seed, callback, calibration) for k in range(count)]
    return assemble(scenario, world, records, seed, calibration)
