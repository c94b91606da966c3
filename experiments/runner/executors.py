"""Where batches are done: in this process, in a pool of processes, or on a Dask cluster. See `stream`."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from ..errors import ExperimentError
from .processes import process_context, start_server
from .signals import held_back
from .stream import do_batch
from .worker import Cancelled, begin_process

if TYPE_CHECKING:
    from model.scenario import Scenario

AHEAD = 2
"""Batches at hand for each worker: the one it does and the one it does next."""
CONNECT_SECONDS = 20
"""How long a scheduler may take to answer."""
LOGGERS = ("distributed", "distributed.client", "distributed.core", "tornado.application", "asyncio")
"""Loggers of Dask, and of what it stands on, that a process which hands work out keeps quiet."""
COUNT_SECONDS = 2.0
"""How often the workers of a cluster are counted."""


class Here:
    """Does everything in this process, piece by piece."""

    lost: tuple[type[BaseException], ...] = ()
    batches = False
    workers = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, parcel: bytes, batch: Sequence[Any]) -> Future[tuple[list[Any], float]]:
        """Do it now."""
        future: Future[tuple[list[Any], float]] = Future()
        future.set_result(do_batch(parcel, batch, _nothing))
        return future

    def room(self) -> int:
        """One at a time."""
        return 1

    def renew(self) -> None:
        """Nothing is ever lost here."""


class Processes:
    """A pool of worker processes on this machine, made anew when one of them dies."""

    lost = (BrokenProcessPool,)
    batches = True

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._context = process_context()
        self._stop = self._context.RawValue("b", 0)
        self._block = ExitStack()

    def __enter__(self) -> Self:
        start_server()
        self._pool = self._started()
        self._block.enter_context(held_back())
        return self

    def __exit__(self, *_: object) -> None:
        with self._block:
            self._stop.value = 1
            self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, parcel: bytes, batch: Sequence[Any]) -> Future[tuple[list[Any], float]]:
        """Give a batch to the pool."""
        try:
            return self._pool.submit(_in_pool, parcel, batch)
        except BrokenProcessPool as error:  # it broke a moment ago, and says so where its futures are looked at
            future: Future[tuple[list[Any], float]] = Future()
            future.set_exception(error)
            return future

    def room(self) -> int:
        """Batches that may be at hand at once."""
        return AHEAD * self.workers

    def renew(self) -> None:
        """Begin with new processes if the pool is broken."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, mp_context=self._context, initializer=_enter, initargs=(self._stop,))


_stop: Any


def _enter(stop: Any) -> None:
    """Begin a worker process; ``stop.value`` is shared with the parent."""
    global _stop
    begin_process()
    _stop = stop


def _in_pool(parcel: bytes, batch: Sequence[Any]) -> tuple[list[Any], float]:
    """Do a batch in a worker process; raises `Cancelled` at the next step once the stop is set."""

    def on_step() -> None:
        if _stop.value:
            raise Cancelled

    return do_batch(parcel, batch, on_step)


class Cluster:
    """The workers of a Dask cluster, by the address of its scheduler. Each needs this version of Comity."""

    batches = True

    def __init__(self, address: str) -> None:
        from model.errors import InputError

        try:
            import distributed
        except ImportError:
            raise InputError(
                "needs dask.distributed, which is not installed", where="--executor dask",
                allowed="uv pip install 'comity[cluster]'",
            ) from None  # fmt: skip
        self.address = address
        self.lost: tuple[type[BaseException], ...] = (distributed.scheduler.KilledWorker, CancelledError)
        self._counted = (float("-inf"), 0)
        self._block = ExitStack()

    def __enter__(self) -> Self:
        import distributed

        try:
            self._client = distributed.Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise ExperimentError(f"no scheduler answers at {self.address}: {reason}") from None
        self._pool = self._client.get_executor(pure=False)
        # what it logs when a scheduler dies are tracebacks; the user is told in `_talking`
        self._loggers = {name: logging.getLogger(name).level for name in LOGGERS}
        for name in self._loggers:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._block.enter_context(held_back())
        return self

    def __exit__(self, *_: object) -> None:
        with self._block:
            self._pool.shutdown(wait=False)
            with suppress(OSError, TimeoutError):  # there is nobody to take leave of
                self._client.close()
            for name, level in self._loggers.items():
                logging.getLogger(name).setLevel(level)

    @property
    def workers(self) -> int:
        """Threads of all workers, at least one."""
        counted, number = self._counted
        if time.monotonic() - counted > COUNT_SECONDS:
            with self._talking():
                number = max(1, sum(self._client.nthreads().values()))
            self._counted = (time.monotonic(), number)
        return number

    def submit(self, parcel: bytes, batch: Sequence[Any]) -> Future[tuple[list[Any], float]]:
        """Give a batch to the scheduler, which gives it to another worker when one dies with it."""
        with self._talking():
            return self._pool.submit(_on_cluster, parcel, list(batch))

    def room(self) -> int:
        """Batches that may be at hand at once."""
        return AHEAD * self.workers

    def renew(self) -> None:
        """The scheduler has found others already, if it is there."""
        with self._talking():
            if self._client.status != "running":
                raise RuntimeError(f"the client is {self._client.status}")
            self._client.nthreads()

    @contextmanager
    def _talking(self) -> Iterator[None]:
        """Raise `ExperimentError` where the scheduler does not answer: it was there when the sweep began."""
        try:
            yield
        except (OSError, RuntimeError, TimeoutError, CancelledError):
            raise ExperimentError(
                f"the scheduler at {self.address} is gone\n  what is done is kept: --resume goes on"
            ) from None


def _on_cluster(parcel: bytes, batch: Sequence[Any]) -> tuple[list[Any], float]:
    return do_batch(parcel, batch, _nothing)


def _nothing() -> None:
    """Nobody asks for the work to stop."""


AnyExecutor = Here | Processes | Cluster


def local_executor(jobs: int | None, pieces: int, scenario: Scenario) -> Here | Processes:
    """Who does so many pieces of work on this machine; kernels of the scenario are compiled before a pool begins.

    ``jobs`` defaults to all cores but one. Raises `InputError` for a number that cannot be.
    """
    from model.errors import InputError
    from model.simulation import warm_up

    from .crew import default_jobs

    if jobs is not None and jobs < 1:
        raise InputError(f"{jobs} processes", where="--jobs", allowed="a whole number from 1")
    workers = min(default_jobs() if jobs is None else jobs, pieces)
    if workers == 1:
        return Here()
    start_server()
    warm_up(scenario)  # the workers find the kernels on disk
    return Processes(workers)
