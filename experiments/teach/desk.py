"""The desk: takes questions of many, lets a few worker processes answer them, and keeps what was answered.

Everyone's questions stand in a line of their own, and the lines are served in turn, so that nobody waits because another
one asks much. The same question that several ask is answered once. Questions about the same luck go to the same worker
while it has time for them: it knows where such runs stood before they parted. A worker that takes too long, or dies, is
replaced; only those who asked that question hear of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from zlib import crc32

from ..errors import ExperimentError
from .frames import fan
from .messages import LUCKS, Question
from .worker import Reply, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MOST_WAITING = 160
"""Questions that wait at the desk; more are asked to come again."""
MOST_OF_ONE = 4
"""Questions of one page that wait; a page that is well-behaved has one or two."""
LOYALTY = 0.1
"""Seconds that a question waits for the worker that knows its luck, before any other takes it."""
PATIENCE = 30.0
"""Seconds after which a worker that does not answer is replaced; the run gives up by itself before."""
BEGINNING = 300.0
"""The same until a worker has run the model, which compiles the kernels where nothing has compiled them yet."""
KEPT_BYTES = 12_000_000
"""Memory for answers that may be asked for again."""


class Busy(Exception):
    """Too many questions wait; ``again`` are the seconds after which to ask again."""

    def __init__(self, message: str, again: float) -> None:
        super().__init__(message)
        self.again = again


@dataclass(frozen=True)
class Waiting:
    """A question that nobody works on yet."""

    question: Question
    future: asyncio.Future[bytes]
    home: int
    """Place of the worker that has run with this luck before."""
    since: float


class Desk:
    """Questions in, frames out; to be used in one event loop."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._lines: OrderedDict[Hashable, deque[Waiting]] = OrderedDict()
        self._asked: dict[str, asyncio.Future[bytes]] = {}
        self._wanted: Counter[str] = Counter()  # who waits for an answer, by key of the question
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._something = asyncio.Event()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="desk")
        self._tasks: list[asyncio.Task[None]] = []
        self._hands = [Hand() for _ in range(workers)]

    async def __aenter__(self) -> Desk:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._threads, hand.start) for hand in self._hands))
        self._tasks = [asyncio.create_task(self._serve(place, hand)) for place, hand in enumerate(self._hands)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for hand in self._hands:
            hand.end()
        self._threads.shutdown(wait=True, cancel_futures=True)

    @property
    def waiting(self) -> int:
        """Questions that nobody works on yet."""
        return sum(len(line) for line in self._lines.values())

    async def ask(self, question: Question, who: Hashable) -> bytes:
        """The frame that answers a question. Raises `InputError`, `Busy` and `ExperimentError`."""
        if question.kind != "lucks":
            return (await self._answers_to([question], who, MOST_OF_ONE))[0]
        single = [replace(question, replicate=k) for k in range(LUCKS)]
        return fan(await self._answers_to(single, who, MOST_OF_ONE + LUCKS))

    async def _answers_to(self, questions: Sequence[Question], who: Hashable, most: int) -> list[bytes]:
        """Frames in the order of the questions; those that wait are given up when nobody waits for them any more."""
        keys: list[str] = []
        try:
            futures = []
            for question in questions:
                futures.append(self._future(question, who, most))
                keys.append(question.key())
                self._wanted[keys[-1]] += 1
            return list(await asyncio.gather(*(asyncio.shield(future) for future in futures)))
        finally:
            self._wanted.subtract(keys)
            self._forget(who, keys)

    def _forget(self, who: Hashable, keys: Sequence[str]) -> None:
        """Take questions that nobody wants any more out of a line."""
        dropped = {key for key in keys if self._wanted[key] <= 0}
        for key in dropped:
            del self._wanted[key]
        line = self._lines.get(who)
        if not line or not dropped:
            return
        kept = deque(waiting for waiting in line if waiting.question.key() not in dropped)
        for waiting in line:
            if waiting.question.key() in dropped:
                self._asked.pop(waiting.question.key(), None)
                waiting.future.cancel()
        if kept:
            self._lines[who] = kept
        else:
            del self._lines[who]

    def _future(self, question: Question, who: Hashable, most: int) -> asyncio.Future[bytes]:
        key = question.key()
        loop = asyncio.get_running_loop()
        if key in self._answers:
            self._answers.move_to_end(key)
            done: asyncio.Future[bytes] = loop.create_future()
            done.set_result(self._answers[key])
            return done
        if key in self._asked:
            return self._asked[key]
        line = self._lines.get(who, deque())
        if self.waiting >= MOST_WAITING or len(line) >= most:
            again = max(1.0, self.waiting * 0.1 / self.workers)
            raise Busy(f"{self.waiting} questions are waiting; please ask again in a moment", again)
        future = loop.create_future()
        future.add_done_callback(_looked_at)
        self._asked[key] = future
        self._lines.setdefault(who, line).append(Waiting(question, future, self._home(question), monotonic()))
        self._something.set()
        return future

    def _home(self, question: Question) -> int:
        luck = (question.scenario, question.additions, question.seed, question.replicate)
        return crc32(repr(luck).encode()) % self.workers

    def _next(self, place: int) -> Waiting | float | None:
        """What the worker at a place does next, in the order of the lines; the line that it is from then stands last.

        A number: nothing yet, but after so many seconds something that waits for another worker.
        """
        now, soonest = monotonic(), None
        for who, line in self._lines.items():
            left = 0.0 if line[0].home == place else line[0].since + LOYALTY - now
            if left <= 0.0:
                first = line.popleft()
                del self._lines[who]
                if line:
                    self._lines[who] = line
                return first
            soonest = left if soonest is None else min(soonest, left)
        return soonest

    async def _serve(self, place: int, hand: Hand) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not isinstance(waiting := self._next(place), Waiting):
                self._something.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._something.wait(), waiting)
            question, future = waiting.question, waiting.future
            kind, given = await loop.run_in_executor(self._threads, hand.ask, question)
            self._asked.pop(question.key(), None)
            if future.cancelled():
                continue
            if kind == "frame":
                self._keep(question.key(), given)
                future.set_result(given)
            elif kind == "input":
                future.set_exception(given)
            else:
                future.set_exception(ExperimentError(given))

    def _keep(self, key: str, frame: bytes) -> None:
        self._answers[key] = frame
        self._bytes += len(frame)
        while self._bytes > KEPT_BYTES:
            self._bytes -= len(self._answers.popitem(last=False)[1])


def _looked_at(future: asyncio.Future[bytes]) -> None:
    """An error that nobody waits for any more is no error of the server."""
    if not future.cancelled():
        future.exception()


class Hand:
    """One worker process and the pipe to it; replaced when it fails. Used by one thread at a time."""

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Connection | None = None
        self._patience = BEGINNING

    def start(self) -> None:
        """Start the process."""
        from ..runner.processes import process_context

        context = process_context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._patience = BEGINNING

    def ask(self, question: Question) -> Reply:
        """What the process replies; never an exception of what happens there."""
        if self._pipe is None or not self._process.is_alive():
            self.end()
            self.start()
        assert self._pipe is not None
        try:
            self._pipe.send(question)
            if self._pipe.poll(self._patience):
                reply: Reply = self._pipe.recv()
                if reply[0] == "frame" and question.kind != "describe":  # it has run the model: the kernels are there
                    self._patience = PATIENCE
                return reply
            reason = "this takes too long to be played with"
        except (EOFError, OSError):
            reason = "the run ended before it was done; the server goes on"
        self.end()
        return "failed", reason

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None
