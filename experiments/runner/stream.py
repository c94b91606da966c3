"""Very many short pieces of work, streamed through workers: batched, in bounded number, and not lost with a worker.

What comes out is the same for any executor; only the order in which it comes is not. A worker that dies (killed, out of
memory) loses what it had at hand; that is done again, piece by piece, one at a time, so that a piece which kills its worker is
found and given up after `MOST_DEATHS` of them, while the rest goes on.
"""

from __future__ import annotations

import pickle
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from ..errors import ExperimentError
from .signals import wait_for_first

MOST_DEATHS = 3
"""Workers that one piece of work may take with it before it is given up."""
BATCH_SECONDS = 0.5
"""What a batch should take: long against the way to a worker, short against what a kill may cost."""
LONGEST_BATCH = 5.0
"""Seconds up to which a batch grows so that what belongs together travels together."""
WATCH_SECONDS = 30.0
"""How often those who do the batches are looked at where none ends."""
MOST_IN_BATCH = 64
"""Pieces of work in a batch."""
OnStep = Callable[[], None]
Work = Callable[[Sequence[Any], OnStep], list[Any]]
"""What is done with a batch: a list as long as the batch; the second argument is called after every step."""


class Executor(Protocol):
    """Those who do batches."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """Errors which say that a worker is gone, and nothing of the work."""

    @property
    def batches(self) -> bool:
        """Whether several pieces of work may travel together."""

    def submit(self, parcel: bytes, batch: Sequence[Any]) -> Future[tuple[list[Any], float]]:
        """Begin a batch: a future with what `do_batch` returns."""

    def room(self) -> int:
        """Batches that may be at hand at once."""

    def renew(self) -> None:
        """Be ready again after workers were lost."""


class Dead:
    """Stands for what a piece of work would have given, had it not killed its workers."""


def stream(
    work: Work,
    pieces: Iterable[Any],
    executor: Executor,
    together: Callable[[Any], object] | None = None,
) -> Generator[tuple[Any, Any]]:
    """Do the pieces of work in about their order: yields (piece, what came of it), `Dead` where its workers died.

    ``pieces`` are asked for as there is room. Neighbours with the same key ``together`` share work: they go to one worker as
    far as a batch may grow. Errors of ``work`` itself are raised; it is to catch those of a piece.
    """
    parcel = zlib.compress(pickle.dumps(work), 1)
    coming = _Coming(pieces, together)
    suspects: deque[_Piece] = deque()
    waiting: dict[Future[tuple[list[Any], float]], list[_Piece]] = {}
    pace = _Pace(executor.batches)

    def begin(batch: list[_Piece]) -> None:
        waiting[executor.submit(parcel, [piece.content for piece in batch])] = batch

    while True:
        if suspects and not waiting:
            begin([suspects.popleft()])
        while not suspects and len(waiting) < executor.room() and (batch := pace.next(coming)):
            begin(batch)
        if not waiting:
            return
        alone = len(waiting) == 1
        ended = wait_for_first(waiting, WATCH_SECONDS)
        if not ended:
            executor.room()  # where a scheduler is gone, this says so: its futures may never end
        lost: list[_Piece] = []
        for future in ended:
            batch, error = waiting.pop(future), _error_of(future)
            if error is None:
                results, seconds = future.result()
                pace.took(len(batch), seconds)
                yield from zip((piece.content for piece in batch), results, strict=True)
            elif isinstance(error, executor.lost):
                lost += batch
            else:
                raise error
        if lost:
            executor.renew()
            if alone and len(lost) == 1:
                lost[0].deaths += 1
            for piece in lost:
                if piece.deaths >= MOST_DEATHS:
                    _check(executor, parcel)
                    yield piece.content, Dead()
            suspects.extendleft(piece for piece in reversed(lost) if piece.deaths < MOST_DEATHS)


def _check(executor: Executor, parcel: bytes) -> None:
    """Raise `ExperimentError` where workers die without any work: no piece is to blame then."""
    if isinstance(_error_of(executor.submit(parcel, [])), executor.lost):
        raise ExperimentError(
            "worker processes die before they have done anything (killed, or out of memory?)\n"
            "  what is done is kept; --jobs 1 shows an error of the program itself"
        )


def _error_of(future: Future[Any]) -> BaseException | None:
    """What a future ended with; a cancelled one, as a scheduler that dies leaves them, raises where it is asked."""
    try:
        return future.exception()
    except CancelledError as error:
        return error


@dataclass
class _Piece:
    """A piece of work, and the workers that died over it while it was all they did."""

    content: Any
    deaths: int = 0


class _Coming:
    """The pieces that are still to come, and whether the next one belongs to the last that was taken."""

    def __init__(self, pieces: Iterable[Any], together: Callable[[Any], object] | None) -> None:
        self._pieces: Iterator[Any] = iter(pieces)
        self._key = together
        self._ahead: list[Any] = []
        self._last: object = None

    def take(self) -> _Piece | None:
        """The next piece; None when there is none."""
        if not self._look():
            return None
        piece = self._ahead.pop()
        self._last = self._key(piece) if self._key else None
        return _Piece(piece)

    def continues(self) -> bool:
        """Whether a piece comes that belongs to the last one."""
        return self._key is not None and self._look() and self._key(self._ahead[0]) == self._last

    def _look(self) -> bool:
        if not self._ahead:
            self._ahead.extend(islice(self._pieces, 1))
        return bool(self._ahead)


class _Pace:
    """How many pieces go into a batch: as many as take about `BATCH_SECONDS`, and those that belong to the last of them."""

    def __init__(self, batches: bool) -> None:
        self.most, self.seconds = MOST_IN_BATCH if batches else 1, 0.0

    def next(self, pieces: _Coming) -> list[_Piece]:
        """The next batch; empty when there is nothing left."""
        batch: list[_Piece] = []
        while len(batch) < self._size(BATCH_SECONDS) or (len(batch) < self._size(LONGEST_BATCH) and pieces.continues()):
            piece = pieces.take()
            if piece is None:
                break
            batch.append(piece)
        return batch

    def _size(self, seconds: float) -> int:
        """Pieces that take so long, as far as is known."""
        return 1 if self.seconds <= 0.0 else max(1, min(self.most, int(seconds / self.seconds)))

    def took(self, count: int, seconds: float) -> None:
        """A batch took this long: recent ones count more."""
        each = seconds / count
        self.seconds = each if self.seconds == 0.0 else 0.7 * self.seconds + 0.3 * each


_at_hand = threading.local()


def do_batch(parcel: bytes, batch: Sequence[Any], on_step: OnStep) -> tuple[list[Any], float]:
    """Do a batch where the work was sent: what came of it, and the seconds that it took."""
    if getattr(_at_hand, "parcel", None) != parcel:
        _at_hand.work, _at_hand.parcel = pickle.loads(zlib.decompress(parcel)), parcel
    began = time.perf_counter()
    results = _at_hand.work(batch, on_step)
    return results, time.perf_counter() - began
