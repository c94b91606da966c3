"""The journal: a line of JSON for every run that is done, with its time, host and, if it failed, where.

It is only ever added to. A run counts as done when its line is whole: what a kill or a full disk left of a last line is cut off
when the sweep goes on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from .runs import Finished


class Journal:
    """The journal of a sweep, open for more. Raises `OSError` where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        _cut(self.path)
        self._file: IO[bytes] = self.path.open("ab", buffering=0)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # a full disk has been told of
            self.sync()
        self._file.close()

    def add(self, finished: Iterable[Finished]) -> None:
        """Write runs that are done; they are in the file, though perhaps not on the disk yet."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        text = "".join(json.dumps(_line(run, at), ensure_ascii=True) + "\n" for run in finished)
        rest = memoryview(text.encode())
        while rest:
            rest = rest[self._file.write(rest) :]

    def sync(self) -> None:
        """Wait until all is on the disk."""
        os.fsync(self._file.fileno())


def _line(run: Finished, at: str) -> dict[str, Any]:
    line: dict[str, Any] = {"run": run.number, "status": run.status, "reason": run.reason, "values": run.values}
    line |= {"seconds": round(run.seconds, 4), "at": at, "host": run.host, "process": run.process}
    return line | ({"trace": run.trace} if run.trace else {})


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """All whole lines of a journal, in their order; nothing where there is none. A damaged line ends it."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for text in file:
            line = _read(text)
            if line is None:
                return
            yield line


def finished(line: dict[str, Any]) -> Finished:
    """A line as what a run gave."""
    return Finished(
        line["run"], line["status"], line["reason"], tuple(line["values"]), line["seconds"], line["host"],
        line["process"], line.get("trace"),
    )  # fmt: skip


def _read(text: bytes) -> dict[str, Any] | None:
    """A line, None unless it is whole."""
    if not text.endswith(b"\n"):
        return None
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and "run" in line else None


def _cut(path: Path) -> None:
    """Cut off what follows the last whole line."""
    if not path.exists():
        return
    end = 0
    with path.open("r+b") as file:
        for text in file:
            if _read(text) is None:
                break
            end += len(text)
        file.truncate(end)
