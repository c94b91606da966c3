"""The journal: a line of JSON for every run that is done, with its time, host and, if it failed, where.

It is only ever added to. A run counts as done when its line is whole: what a kill or a full disk left of a last line is cut off
when the sweep goes on. A line of its own says that a failed run is asked for again: the run is missing from there on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from .runs import FAILED, Finished

AGAIN = "again"
"""Status of the line of a failed run that is asked for again; its reason is why the run had failed."""
ASKED = f'"status": "{AGAIN}"'.encode()
"""What such a line has and no other: in a text of JSON the quotation marks would be escaped."""


class Journal:
    """The journal of a sweep, open for more. Raises `OSError` where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        _cut(self.path)
        self._file: IO[bytes] = self.path.open("ab", buffering=0)
        return self

    def __exit__(self, *_: object) -> None:
        with closing(self._file), suppress(OSError):  # a full disk has been told of
            self.sync()

    def add(self, finished: Iterable[Finished]) -> None:
        """Write runs that are done; they are in the file, though perhaps not on the disk yet."""
        at = _now()
        self._write([_line(run, at) for run in finished])

    def ask_again(self, failed: Mapping[int, str]) -> None:
        """Write that these runs (number -> why it had failed) are missing again; on the disk when it returns."""
        at = _now()
        self._write([{"run": run, "status": AGAIN, "reason": reason, "at": at} for run, reason in failed.items()])
        self.sync()

    def _write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        rest = memoryview("".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines).encode())
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
    """What runs gave, a line each in the order in which they ended; what a run gave before it was asked for again is left out."""
    asked = _asked(path)
    for place, line in enumerate(_entries(path)):
        if line["status"] != AGAIN and place > asked.get(line["run"], -1):
            yield line


def asked_again(path: Path) -> dict[int, dict[str, Any] | None]:
    """Runs that were asked for again: number -> the line that says what it gave then, None while it is missing."""
    found: dict[int, dict[str, Any] | None] = dict.fromkeys(_asked(path))
    for line in lines(path) if found else ():
        if line["run"] in found:
            found[line["run"]] = line
    return found


def superseded(again: Mapping[int, Mapping[str, Any] | None], number: int, reason: str) -> bool:
    """Whether the failure of a run in a part is not the last that is known of it; ``again`` is what `asked_again` gives."""
    if number not in again:
        return False
    line = again[number]
    return line is None or (line["status"], line["reason"]) != (FAILED, reason)


def _asked(path: Path) -> dict[int, int]:
    """Runs that were asked for again: number -> place of the last line that says so."""
    found: dict[int, int] = {}
    if not path.exists():
        return found
    with path.open("rb") as file:
        for place, text in enumerate(file):
            if not (text.startswith(b"{") and text.endswith(b"}\n")):
                break
            if ASKED in text and (line := _read(text)):  # reading all of a million lines takes seconds
                found[line["run"]] = place
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _entries(path: Path) -> Iterator[dict[str, Any]]:
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
    return line if isinstance(line, dict) and line.keys() >= {"run", "status"} else None


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
