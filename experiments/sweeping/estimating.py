"""What a sweep will take: seconds and bytes, from one run of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .running import work_of
from .runs import OK, Run

if TYPE_CHECKING:
    from .loading import Sweep
    from .parts import Span

JOURNAL_BYTES, JOURNAL_BYTES_EACH = 150, 20
"""Bytes of a line of the journal, and of each value in it."""
PART_BYTES, PART_BYTES_EACH, PART_BYTES_ONCE = 8, 9, 2_700
"""Bytes of a run in a part, of each value of it (doubles hardly shrink), and of a part without any."""
DESIGN_BYTES, DESIGN_BYTES_EACH = 140, 30
"""Bytes of a point in the tables of the design, and of each value in it."""
ONCE_BYTES = 4_000
"""Bytes of all other files but the scenario."""


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take; seconds are None where the run that was tried failed."""

    runs: int
    points: int
    jobs: int
    seconds_each: float | None
    bytes: int

    @property
    def seconds(self) -> float | None:
        """Seconds of all runs with so many processes."""
        return None if self.seconds_each is None else self.runs * self.seconds_each / self.jobs

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "runs": self.runs, "points": self.points, "jobs": self.jobs, "seconds_each": self.seconds_each,
            "seconds": self.seconds, "bytes": self.bytes,
        }  # fmt: skip


def estimate(sweep: Sweep, span: Span, jobs: int) -> Estimate:
    """Run the first replicate of the first point, twice, the first time to compile, and multiply."""
    run = Run(0, 0, 0, sweep.points.settings(0))
    work = work_of(sweep)
    seconds = None
    for _ in range(2):
        began = time.perf_counter()
        (done,) = work([run], lambda: None)
        seconds = time.perf_counter() - began if done.status == OK else None
    values = len(sweep.outcomes)
    size = len(span) * (JOURNAL_BYTES + PART_BYTES + values * (JOURNAL_BYTES_EACH + PART_BYTES_EACH))
    size += len(sweep.points) * (DESIGN_BYTES + DESIGN_BYTES_EACH * len(sweep.factors))
    size += sum(1 for _ in span.parts()) * PART_BYTES_ONCE + len(sweep.base.to_toml()) + ONCE_BYTES
    return Estimate(len(span), len(sweep.points), jobs, seconds, size)
