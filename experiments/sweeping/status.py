"""How far a sweep is: from its folder alone, whether it is being run or not."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import journal
from .folder import JOURNAL, read_begun, span_of, whole
from .lock import is_locked
from .parts import damaged, failures, parts
from .runs import FAILED

LATELY = 200
"""Runs that the speed is taken from."""


@dataclass(frozen=True)
class Status:
    """How far a sweep is."""

    folder: Path
    identity: dict[str, Any]
    runs: int
    done: int
    failed: int
    running: bool
    complete: bool
    a_second: float | None
    """Runs a second lately; None where too few are done."""
    last: datetime | None
    """When the last run ended."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Reason -> failed runs, the most frequent first."""
    damaged: tuple[str, ...] = ()
    """Parts that are not what was written."""

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end at the speed of late; None where nobody runs it."""
        if not self.running or not self.a_second:
            return None
        return (self.runs - self.done) / self.a_second

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "folder": str(self.folder),
            "name": self.identity["name"],
            "subset": self.identity.get("subset"),
            "runs": self.runs,
            "done": self.done,
            "failed": self.failed,
            "running": self.running,
            "complete": self.complete,
            "runs_a_second": self.a_second,
            "seconds_left": self.seconds_left,
            "last": None if self.last is None else self.last.isoformat(),
            "reasons": self.reasons,
            "damaged": list(self.damaged),
        }


def status_of(folder: Path) -> Status:
    """How far the sweep of a folder is. Raises `InputError` where there is none."""
    identity = read_begun(folder)
    span, running = span_of(identity), is_locked(folder)
    done, whole_parts = bytearray(len(span)), bytearray(len(span))
    failed: dict[int, str] = {}
    broken, again = damaged(folder), journal.asked_again(folder / JOURNAL)
    for part, path in parts(folder).items():
        if path.name not in broken:
            whole_parts[part.first - span.first : part.end - span.first] = b"\1" * len(part)
            for run, reason in failures(path).items():
                if journal.superseded(again, run, reason):
                    whole_parts[run - span.first] = 0  # its part is still the one from before
                else:
                    failed[run] = reason
    done[:] = whole_parts
    lately: deque[str] = deque(maxlen=LATELY)
    for line in journal.lines(folder / JOURNAL):  # a merged sweep has none: the parts say all
        if span.first <= line["run"] < span.end:
            done[line["run"] - span.first] = 1
            lately.append(line["at"])
            if line["status"] == FAILED and not whole_parts[line["run"] - span.first]:
                failed[line["run"]] = line["reason"]
    times = [datetime.fromisoformat(at) for at in lately]
    reasons = Counter(failed.values())
    return Status(
        folder,
        identity,
        len(span),
        sum(done),
        len(failed),
        running,
        whole(folder),
        _speed(times, running),
        times[-1] if times else None,
        dict(reasons.most_common()),
        tuple(broken),
    )


def _speed(times: list[datetime], running: bool) -> float | None:
    """Runs a second over the last ones; up to now while they are being run."""
    if len(times) < 2:
        return None
    end = datetime.now(UTC) if running else times[-1]
    seconds = (end - times[0]).total_seconds()
    return (len(times) - 1) / seconds if seconds > 0 else None
