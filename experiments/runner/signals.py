"""Signals that end a command (Ctrl-C, SIGTERM) wait while a pool works, until they may be raised.

Raised anywhere they can leave the lock of a future taken for good: `concurrent.futures.wait` takes those of all futures one by
one. The pool needs it to end, and would hang.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
POLL_SECONDS = 0.1
"""How long a signal may wait."""

_depth = 0
_handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
_noted: list[int] = []


@contextmanager
def held_back() -> Iterator[None]:
    """Signals wait until `deliver` is called, or for the end of the outermost block. A second one does not wait."""
    global _depth
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are raised in the main thread only
        return
    if _depth == 0:
        _handlers.update({number: own for number in SIGNALS if callable(own := signal.getsignal(number))})
        for number in _handlers:
            signal.signal(number, _note)
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
        if _depth == 0:
            for number, own in _handlers.items():
                signal.signal(number, own)
            deliver()


def deliver() -> None:
    """Raise here what came meanwhile; in the main thread only, as Python does."""
    if _noted and threading.current_thread() is threading.main_thread():
        number = _noted[0]
        _noted.clear()
        _handlers[number](number, None)


def wait_for_first(waiting: Collection[Future[Any]], seconds: float) -> set[Future[Any]]:
    """The futures that have ended as soon as one has, none if that takes so many seconds; signals are raised here."""
    left = seconds
    while True:
        ended = wait(waiting, timeout=min(left, POLL_SECONDS), return_when=FIRST_COMPLETED).done
        deliver()
        left -= POLL_SECONDS
        if ended or left <= 0.0:
            return ended


def _note(number: int, frame: FrameType | None) -> None:
    if _noted:
        _noted.clear()
        _handlers[number](number, frame)
    else:
        _noted.append(number)
