"""One process at a time runs a sweep: a lock that the system lets go when its process is gone, however it went."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from model.errors import InputError

from ..errors import ExperimentError

LOCK = "log/lock"


PATIENCE = 2.0
"""Seconds that a sweep waits for the lock: `is_locked` may hold it for a moment."""


@contextmanager
def locked(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of a sweep's folder. Raises `InputError` where another process has it.

    It is SQLite's lock of an empty database, which is the same on all systems.
    """
    with closing(sqlite3.connect(folder / LOCK, timeout=patience, isolation_level=None)) as held:
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise ExperimentError(f"{folder / LOCK}: cannot be locked: {error}") from None
            raise InputError(
                "is being run by another process", where=str(folder), allowed="that one's end, or another --out"
            ) from None
        yield


def is_locked(folder: Path) -> bool:
    """Whether a process is running the sweep of a folder now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with locked(folder, patience=0.0):
            return False
    except InputError:
        return True
