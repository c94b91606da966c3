"""Runs a sweep: what is missing is run, journalled as it comes, and put into parts. Stopped anywhere, it goes on from there."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import InputError

from ..results.folder import unwritable
from .folder import JOURNAL, prepare, reopen
from .identity import made_of
from .journal import Journal, asked_again, finished, lines, superseded
from .lock import locked
from .parts import DATA, UNFINISHED, Span, checksums, failures, parts, rows, table, write_part
from .runs import FAILED, POINTS_AT_HAND, Finished, Run, Simulate, SweepWork
from .sessions import begin_session

if TYPE_CHECKING:
    from ..runner.executors import AnyExecutor
    from ..runner.progress import OnProgress
    from .loading import Sweep

SYNC_SECONDS = 1.0
"""How often the journal is put on the disk."""
BLOCK = 8_192
"""Runs of a block beyond which no further point is taken into it: their results are in memory until their parts are whole."""
DIED = "its worker process died (killed, or out of memory?)"
"""Reason of a run that took its workers with it."""


def run_sweep(
    sweep: Sweep,
    folder: Path,
    *,
    executor: AnyExecutor | None = None,
    jobs: int | None = None,
    subset: Span | None = None,
    resume: bool = False,
    retry_failed: bool = False,
    force: bool = False,
    on_progress: OnProgress | None = None,
    simulate: Simulate | None = None,
) -> int:
    """Run a sweep, or the runs of ``subset``, into its folder; returns how many of the runs failed.

    The dataset has the same bytes for any executor, any number of workers and any number of interruptions: replicate k has
    the same luck at every design point. With ``resume`` a sweep that is there goes on, and with ``retry_failed`` as well its
    failed runs are run again. ``simulate`` runs a replicate instead of the model. Raises `InputError` for a folder that holds
    something else, and `ExperimentError` where it cannot be written.
    """
    from ..runner.executors import local_executor

    if retry_failed and not resume:
        raise InputError(
            "retry_failed without resume: a sweep that begins has no failed runs",
            where="run_sweep",
            allowed="resume=True",
        )
    sweep = sweep.seeded()
    span = subset or Span(0, sweep.runs)
    with writing(folder):
        prepare(sweep, folder, span, resume=resume, force=force)
    with locked(folder):
        with writing(folder):
            store = _Store(sweep, folder, span)
            if retry_failed and store.failures:
                _ask_again(folder, store.failures)
                store = _Store(sweep, folder, span)  # as if a kill came now: one way on for both
        missing = store.missing()
        teller = _Teller(on_progress, len(span), len(span) - missing)
        work = work_of(sweep, simulate)
        if missing:
            chosen = executor or local_executor(jobs, missing, sweep.base)
            with chosen as hands, Journal(folder / JOURNAL) as journal:
                with writing(folder):
                    begin_session(folder, hands)
                _run(sweep, work, hands, store, journal, teller)
        return len(store.failures)


def _ask_again(folder: Path, failed: Mapping[int, str]) -> None:
    """Make failed runs missing. Their parts stay until those that have the new results take their places."""
    reopen(folder)
    with Journal(folder / JOURNAL) as journal:
        journal.ask_again(failed)


def work_of(sweep: Sweep, simulate: Simulate | None = None) -> SweepWork:
    """What workers do for a sweep that has a seed."""
    made = made_of(sweep.base.world.data)
    return SweepWork(sweep.source, sweep.changes, sweep.outcomes, int(sweep.seed or 0), made, simulate)


def _run(sweep: Sweep, work: SweepWork, hands: AnyExecutor, store: _Store, journal: Journal, teller: _Teller) -> None:
    """Run what is missing and keep it."""
    from ..runner.stream import Dead, stream

    synced = time.monotonic()
    with closing(stream(work, in_blocks(sweep, store.numbers_missing()), hands, together=_with_one_past)) as results:
        for run, result in results:
            done = work.failure(run, DIED) if isinstance(result, Dead) else result
            with writing(store.folder):
                journal.add([done])
                if time.monotonic() - synced > SYNC_SECONDS:
                    journal.sync()
                    synced = time.monotonic()
                store.add(done)
            teller.one_more()


def in_blocks(sweep: Sweep, numbers: Iterator[int]) -> Iterator[Run]:
    """Runs by their numbers, which come in order: block by block, and in a block replicate by replicate.

    A block is of points next to each other that differ in measures only: one replicate of all of them has a past in
    common, which is simulated once if they come one after the other.
    """
    block: list[Run] = []
    points = 0
    elsewhere: dict[str, object] = {}
    for point, of_point in groupby(numbers, key=lambda number: number // sweep.replicates):
        settings = sweep.points.settings(point)
        if points == POINTS_AT_HAND or len(block) >= BLOCK or _beside_measures(settings) != elsewhere:
            yield from sorted(block, key=_by_replicate)
            block, points, elsewhere = [], 0, _beside_measures(settings)
        block += [Run(number, point, number % sweep.replicates, settings) for number in of_point]
        points += 1
    yield from sorted(block, key=_by_replicate)


def _beside_measures(settings: Mapping[str, object]) -> dict[str, object]:
    return {path: value for path, value in settings.items() if not path.startswith("measures.")}


def _with_one_past(run: Run) -> object:
    """What runs next to each other must have in common to have one past."""
    return run.replicate, _beside_measures(run.settings)


def _by_replicate(run: Run) -> tuple[int, int]:
    return run.replicate, run.point


class _Store:
    """What is done: whole parts on disk, and the runs of those that are not whole yet, of which there are few."""

    def __init__(self, sweep: Sweep, folder: Path, span: Span) -> None:
        self.sweep, self.folder, self.span = sweep, folder, span
        self.labels = [outcome.label for outcome in sweep.outcomes]
        self._open: dict[Span, dict[int, Finished]] = {}
        self._again: dict[Span, list[int]] = {}
        """Parts that are there, and their failed runs that were asked for again: only these are missing."""
        for path in (folder / DATA).glob(f"*{UNFINISHED}"):
            path.unlink()
        self.whole = self._sound()
        self.failures = {
            number: reason
            for part, path in parts(folder).items()
            if part in self.whole
            for number, reason in failures(path).items()
        }
        """Number -> reason of the runs that failed."""
        for line in lines(folder / JOURNAL):
            run = finished(line)
            if span.first <= run.number < span.end and span.part_of(run.number) not in self.whole:
                self._keep(run)
                self._close(span.part_of(run.number))
        self._take_back()

    def missing(self) -> int:
        """How many runs are missing."""
        there = sum(len(part) for part in self.whole) + sum(len(runs) for runs in self._open.values())
        return len(self.span) - there - sum(len(part) - len(again) for part, again in self._again.items())

    def numbers_missing(self) -> Iterator[int]:
        """Numbers of the runs that were missing at the beginning."""
        for part in self.span.parts():
            if part not in self.whole:
                there = set(self._open.get(part, ()))
                yield from (number for number in self._wanted(part) if number not in there)

    def add(self, run: Finished) -> None:
        """Keep a run that is in the journal, and write its part when that is whole."""
        self._keep(run)
        self._close(self.span.part_of(run.number))

    def _keep(self, run: Finished) -> None:
        self._open.setdefault(self.span.part_of(run.number), {})[run.number] = run
        self.failures.pop(run.number, None)
        if run.status == FAILED:
            self.failures[run.number] = run.reason or ""

    def _take_back(self) -> None:
        """Open parts with a failed run that was asked for again, unless they have what it gave then."""
        again = asked_again(self.folder / JOURNAL)
        for number in sorted(n for n, reason in self.failures.items() if superseded(again, n, reason)):
            del self.failures[number]
            self._again.setdefault(self.span.part_of(number), []).append(number)
        self.whole -= self._again.keys()
        for part, numbers in list(self._again.items()):
            given = [finished(line) for number in numbers if (line := again[number])]
            for run in given:
                self._keep(run)
            if given:
                self._close(part)

    def _wanted(self, part: Span) -> Sequence[int]:
        """Runs that must come before a part can be written: the others of one that is taken back are in it."""
        return self._again.get(part, range(part.first, part.end))

    def _close(self, part: Span) -> None:
        """Write a part if all of its runs are there."""
        runs = self._open[part]
        if len(runs) < len(self._wanted(part)):
            return
        if self._again.pop(part, None):
            runs = {run.number: run for run in rows(self.folder / DATA / part.name)} | runs
        ordered = [runs[number] for number in range(part.first, part.end)]
        content = table(ordered, self.labels, self.sweep.replicates, int(self.sweep.seed or 0))
        write_part(self.folder, part, content)
        self.whole.add(part)
        del self._open[part]

    def _sound(self) -> set[Span]:
        """Parts that are there and are what was written; others are removed, to be made again."""
        from model.sources import sha256

        wanted, known, sound = set(self.span.parts()), checksums(self.folder), set()
        for part, path in parts(self.folder).items():
            if part in wanted and sha256(path) in known.get(path.name, ()):
                sound.add(part)
            else:
                path.unlink()
        return sound


class _Teller:
    """Tells a listener how many runs are done."""

    def __init__(self, listener: OnProgress | None, total: int, done: int) -> None:
        self.listener, self.total, self.done = listener, total, done
        self._tell()

    def one_more(self) -> None:
        """A run is done."""
        self.done += 1
        self._tell()

    def _tell(self) -> None:
        from ..runner import Progress

        if self.listener is not None:
            self.listener(Progress(self.done, self.total, self.done, self.total))


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say what cannot be written of a sweep, and that what is there stays good: raises `ExperimentError`."""
    try:
        yield
    except OSError as error:
        what_next = "what is done is kept: make room, then the same command with --resume goes on"
        raise unwritable(error.filename or folder, error, what_next) from None
