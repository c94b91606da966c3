"""Where words go: tables and JSON to standard output, progress and messages to standard error.

When standard error is no terminal, everything there is one JSON object a line, with the key ``event``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.table import Table

    from ..runner import Progress
    from ..runner.progress import OnProgress

WIDTH = 120
"""Columns of a table that does not go to a terminal."""
SECONDS_BETWEEN_LINES = 2.0
"""Least time between two lines of progress that do not go to a terminal."""


class Output:
    """Says things to the user in the form that was asked for."""

    def __init__(self, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json, self.quiet = as_json, quiet
        self._log: TextIO | None = None

    # --- standard output ----------------------------------------------------------------------------------------

    def json(self, content: object) -> None:
        """Print JSON on standard output."""
        print(json.dumps(content, indent=2, ensure_ascii=False, default=_plain))

    def table(self, table: Table) -> None:
        """Print a table on standard output."""
        from rich.console import Console

        Console(width=None if sys.stdout.isatty() else WIDTH, soft_wrap=False).print(table)

    def text(self, text: str) -> None:
        """Print text on standard output as it is."""
        print(text)

    # --- standard error -----------------------------------------------------------------------------------------

    def say(self, event: str, message: str, **data: Any) -> None:
        """A message on standard error, and in the log if there is one."""
        self.note(f"{event}: {message}")
        if not self.quiet:
            self._print(event, message, data)

    def error(self, message: str, code: int) -> None:
        """An error; said even when quiet."""
        self.note(f"error: {message}")
        self._print("error", message, {"exit_code": code})

    def _print(self, event: str, message: str, data: dict[str, Any]) -> None:
        if sys.stderr.isatty():
            print(f"comity: {message}" if event == "error" else message, file=sys.stderr)
        else:
            _print_line({"event": event, "message": message, **data})

    @contextmanager
    def progress(self, title: str) -> Iterator[OnProgress]:
        """A listener for progress: a bar on a terminal, JSON lines elsewhere, nothing when quiet."""
        if self.quiet:
            yield lambda progress: None
        elif sys.stderr.isatty():
            with _bar(title) as listener:
                yield listener
        else:
            yield _Lines(title)

    # --- the log ------------------------------------------------------------------------------------------------

    @contextmanager
    def logging_to(self, path: Path) -> Iterator[None]:
        """Keep all messages of the block in a file as well, with their times."""
        with path.open("w", encoding="utf-8") as self._log:
            try:
                yield
            finally:
                self._log = None

    def note(self, text: str) -> None:
        """Something for the log only."""
        if self._log is not None:
            self._log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}\n")
            self._log.flush()


@contextmanager
def _bar(title: str) -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[replicates]}"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(title, total=1.0, replicates="")

        def listener(progress: Progress) -> None:
            done = f"{progress.replicates_done} of {progress.replicates} replicates"
            bars.update(bar, completed=progress.share, replicates=done)

        yield listener


class _Lines:
    """Progress as JSON lines, not too many."""

    def __init__(self, title: str) -> None:
        self.title, self.begun, self.last = title, time.monotonic(), float("-inf")

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.last < SECONDS_BETWEEN_LINES and progress.steps_done < progress.steps:
            return
        self.last = now
        _print_line(
            {
                "event": "progress",
                "of": self.title,
                "share": round(progress.share, 4),
                "replicates_done": progress.replicates_done,
                "replicates": progress.replicates,
                "seconds": round(now - self.begun, 1),
            }
        )


def _print_line(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, default=_plain), file=sys.stderr, flush=True)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
