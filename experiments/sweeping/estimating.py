"""What a sweep will take: seconds and bytes, from its first runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from .running import in_blocks, work_of
from .runs import OK

if TYPE_CHECKING:
    from .loading import Sweep
    from .parts import Span

TRIED, TRIED_SECONDS = 16, 3.0
"""Runs that are tried for an estimate, at most, and the seconds after which no further one is."""
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
    """What a sweep will take; seconds are None where the first run failed."""

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
    """Run the first runs of a sweep, once before to compile, and multiply by what one of them took on the average."""
    first = list(islice(in_blocks(sweep, iter(range(sweep.runs))), TRIED))
    work_of(sweep)(first[:1], lambda: None)
    work, tried = work_of(sweep), []
    for run in first:  # those that begin alike share their past, so that one alone would say too much
        began = time.perf_counter()
        (done,) = work([run], lambda: None)
        if done.status != OK:
            break
        tried.append(time.perf_counter() - began)
        if sum(tried) > TRIED_SECONDS:
            break
    each = sum(tried) / len(tried) if tried else None
    values = len(sweep.outcomes)
    size = len(span) * (JOURNAL_BYTES + PART_BYTES + values * (JOURNAL_BYTES_EACH + PART_BYTES_EACH))
    size += len(sweep.points) * (DESIGN_BYTES + DESIGN_BYTES_EACH * len(sweep.factors))
    size += sum(1 for _ in span.parts()) * PART_BYTES_ONCE + len(sweep.base.to_toml()) + ONCE_BYTES
    return Estimate(len(span), len(sweep.points), jobs, each, size)
