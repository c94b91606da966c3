"""What a worker does with runs of a sweep: makes the scenario of a point, runs it, keeps the outcomes or the reason of a failure."""

from __future__ import annotations

import os
import re
import socket
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from model.errors import InputError

from ..errors import ExperimentError
from ..runner.past import Past, apart, parting, sharing
from ..runner.worlds import LastWorld
from .checking import SOURCE
from .identity import changes, made_of
from .outcomes import check_years, values_of_record

if TYPE_CHECKING:
    from model.recording import ReplicateRecord
    from model.scenario import Scenario
    from model.scenario.loading import ScenarioFiles
    from model.simulation import Progress
    from model.world import World

    from .schema import Outcome

OK, FAILED = "ok", "failed"
"""Status of a run."""
POINTS_AT_HAND = 32
"""Points whose scenarios a worker holds ready: those of a block, see `running.blocks`."""
KEPT_BYTES = 64_000_000
"""Memory of a worker for where runs stood before they parted."""
LONGEST_REASON = 500
"""Characters of a reason."""
ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
"""Addresses of objects: they differ from run to run, and a reason must not."""

Simulate = Callable[
    ["Scenario", "World", int, int, Callable[["Progress"], None] | None],
    "ReplicateRecord",
]
"""Runs a replicate of a scenario in its world, with a seed, and tells a listener of its steps."""


class Run(NamedTuple):
    """One replicate of one design point, and what its point changes in the base scenario."""

    number: int
    point: int
    replicate: int
    settings: Mapping[str, object]


class Finished(NamedTuple):
    """What a run gave: values of the outcomes, None where one is undefined; or the reason why there are none."""

    number: int
    status: str
    reason: str | None
    values: tuple[float | None, ...]
    seconds: float
    host: str
    process: int
    trace: str | None = None


@dataclass
class SweepWork:
    """The runs of a sweep, as they travel to workers: the files of the scenario, what is changed, what is kept.

    Points that differ in measures only are, with the same luck, the same run until those begin: it is simulated once.
    ``simulate`` runs a replicate: that of the model when absent.
    """

    source: ScenarioFiles
    changes: Mapping[str, object]
    outcomes: tuple[Outcome, ...]
    seed: int
    made_of: Mapping[str, Any]
    """Program and data of the process that hands the work out, see `identity.made_of`."""
    simulate: Simulate | None = None
    _checked: bool = field(default=False, repr=False, compare=False)
    _made: OrderedDict[str, Scenario | BaseException] = field(default_factory=OrderedDict, repr=False, compare=False)
    _worlds: LastWorld = field(default_factory=LastWorld, repr=False, compare=False)
    _past: Past = field(default_factory=lambda: Past(KEPT_BYTES), repr=False, compare=False)

    def __call__(self, runs: Sequence[Run], on_step: Callable[[], None]) -> list[Finished]:
        """Run these, one after the other; ``on_step`` is called after every step and may raise to give up.

        Raises `ExperimentError` where the worker has another program or other data than who handed the work out.
        """
        self._check()
        return [self._run(run, on_step) for run in runs]

    def _check(self) -> None:
        if self._checked:
            return
        found = changes(self.made_of, made_of(str(self.made_of["folder"])))
        if found:
            raise ExperimentError(f"the worker on {socket.gethostname()} differs: {found[0]}")
        self._checked = True

    def failure(self, run: Run, reason: str) -> Finished:
        """The run as failed where no worker can say so."""
        return Finished(run.number, FAILED, reason, (None,) * len(self.outcomes), 0.0, "", 0)

    def _run(self, run: Run, on_step: Callable[[], None]) -> Finished:
        began = time.perf_counter()
        place = socket.gethostname(), os.getpid()
        given_up: list[BaseException] = []

        def tell(_: Progress) -> None:
            try:
                on_step()
            except BaseException as error:
                given_up.append(error)
                raise

        try:
            scenario = self._scenario(run)
            world = self._worlds.of(scenario)
            record = (self.simulate or self._simulated)(scenario, world, run.replicate, self.seed, tell)
            values = values_of_record(self.outcomes, scenario, world, record)
        except Exception as error:
            if given_up:  # not the run's fault
                raise
            none = (None,) * len(self.outcomes)
            trace = traceback.format_exc()
            return Finished(run.number, FAILED, reason_of(error), none, time.perf_counter() - began, *place, trace)
        return Finished(run.number, OK, None, values, time.perf_counter() - began, *place)

    def _simulated(
        self,
        scenario: Scenario,
        world: World,
        replicate: int,
        seed: int,
        callback: Callable[[Progress], None] | None,
    ) -> ReplicateRecord:
        """A replicate of the model, from where an earlier one stood when they were still the same."""
        from model.simulation import run_replicate

        begun = self._past.best(scenario, replicate)
        others = [other for other in self._made.values() if not isinstance(other, BaseException)]
        days = {parting(scenario, other) for other in others}
        stops = apart(days, begun.day if begun else scenario.time.start, scenario.time.end)
        return run_replicate(
            scenario, world, replicate, seed, callback,
            moment=begun.moment if begun else None,
            stops=stops,
            on_stop=lambda day, moment: self._past.keep(scenario, replicate, day, moment),
        )  # fmt: skip

    def _scenario(self, run: Run) -> Scenario:
        """The scenario of a point, made when its first run comes; an error is that of all its runs."""
        # A worker of a cluster outlives a sweep, and the same work may come with other points: numbers do not tell them apart.
        key = repr(run.settings)
        if key not in self._made:
            try:
                self._made[key] = self._make(run.settings)
            except Exception as error:
                self._made[key] = error
            if len(self._made) > POINTS_AT_HAND:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        made = self._made[key]
        if isinstance(made, BaseException):
            raise made.with_traceback(None)
        return made

    def _make(self, settings: Mapping[str, object]) -> Scenario:
        from .loading import scenario_of

        scenario = scenario_of(self.source, {**self.changes, **settings}, self.outcomes)
        for outcome in self.outcomes:
            check_years(outcome, scenario, partial(_years_of, outcome))
        base = next((made for made in self._made.values() if not isinstance(made, BaseException)), None)
        return scenario if base is None else sharing(base, scenario)


def _years_of(outcome: Outcome, key: str) -> str:
    return f"{key} of {outcome.label}"


def reason_of(error: BaseException) -> str:
    """Why a run failed, on one line, the same whenever and wherever it fails."""
    if isinstance(error, InputError):
        where = error.where.removeprefix(f"{SOURCE} ")
        said = f"{where}: {error.message}" if where else error.message
    else:
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
    return ADDRESS.sub("0x", " ".join(said.split()))[:LONGEST_REASON]
