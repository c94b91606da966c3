"""When measures move: between two dates of this calendar nothing about them changes, and nothing need be looked up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np

Stage = tuple[int, int, float]
"""Name of a stretch of time in which measures stand still."""


class Calendar:
    """The dates at which measures start, end and turn and lists change, and the spans in which ramps grow; all in years.

    ``start``, ``end`` and ``ramp`` float64[M] are those of the measures; ``further`` other dates at which one changes: of
    lists that it follows, of turns of its strength.
    """

    def __init__(self, start: np.ndarray, end: np.ndarray, ramp: np.ndarray, further: Iterable[float] = ()) -> None:
        self.dates = sorted({*start.tolist(), *end.tolist(), *further})
        # begin, end, begin, ... of the spans in which some ramp grows, which do not overlap
        self.edges: list[float] = []
        growing = ramp > 0.0
        for begin, over in sorted(zip(start[growing].tolist(), (start + ramp)[growing].tolist(), strict=True)):
            if self.edges and begin <= self.edges[-1]:
                self.edges[-1] = max(self.edges[-1], over)
            else:
                self.edges += [begin, over]

    def stage(self, time: float, grid: float) -> Stage:
        """The stage at a time in the quarter that begins at ``grid``: while it is the same, so are strengths and lists."""
        place = bisect_right(self.edges, grid)
        return bisect_right(self.dates, time), place, grid if place % 2 else 0.0
