"""Replicates in batches, until outcomes are precise enough or there are too many."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from .comparison import Comparison, compare_means
from .headline import check_outcomes, relative_half_width, unmet
from .means import PeriodMeans, means_of

if TYPE_CHECKING:
    from .comparison import Row
    from .means import Run

BATCH = 25
"""Replicates of each scenario that are in memory at once."""
FEWEST = 10
"""Replicates before precision is judged: fewer tell little of their own spread."""
MARGIN = 1.05
"""How many replicates are asked for, relative to the number that the spread so far calls for."""

Judged = Callable[[int, "Row | None"], None]
"""Gets the replicates so far and the headline row that is furthest from the wanted precision, if any."""


class Replication:
    """Which replicates to run next, and the means of those that were run.

    Without ``precision`` these are the first ``start``. With it, after those, as many more as the spread so far calls
    for, at most twice as many as there are, until every headline outcome's interval is within ``precision`` of the
    base's value to each side, or ``most`` replicates have been run. Sequential stopping of this kind, which looks
    several times, covers slightly less than the level says (Law 2015, section 9.4.1).
    """

    def __init__(
        self,
        start: int,
        *,
        precision: float | None = None,
        most: int = 0,
        outcomes: Sequence[str] = (),
        judged: Judged | None = None,
    ) -> None:
        self.precision, self.most, self.outcomes, self.judged = precision, most, tuple(outcomes), judged
        self.start = start if precision is None else min(most, max(start, FEWEST))
        self.means: PeriodMeans | None = None
        self.count = 0
        self.missed: list[Row] = []

    def batches(self) -> Iterator[range]:
        """Numbers of replicates to run; ask for the next ones when those before were handed to `take`."""
        target = self.start
        while self.count < target:
            yield range(self.count, min(target, self.count + BATCH))
            if self.count == target:
                target = self._next()

    def take(self, runs: Sequence[Run]) -> None:
        """Keep the means of a batch."""
        fresh = means_of(runs)
        if self.means is None:
            check_outcomes(self.outcomes, fresh)
        self.means = fresh if self.means is None else self.means.with_more(fresh)
        self.count += int(runs[0].series["replicate"].nunique())

    def comparison(self, notes: Sequence[str] = ()) -> Comparison:
        """The comparison of all that was taken."""
        from .comparison import PRECISION

        if self.means is None:
            raise ValueError("no batch was taken")
        return compare_means(self.means, self.precision or PRECISION, notes)

    def _next(self) -> int:
        """How many replicates there shall be in all."""
        if self.precision is None:
            return self.count
        self.missed = unmet(self.comparison(), self.precision, self.outcomes)
        if self.judged is not None:
            self.judged(self.count, self.missed[0] if self.missed else None)
        if not self.missed:
            return self.count
        wanted = max(row.needed or 0 for row in self.missed)
        return min(self.most, 2 * self.count, max(self.count + 1, math.ceil(MARGIN * wanted)))

    def verdict(self) -> list[str]:
        """What came of the wanted precision, in words."""
        if self.precision is None:
            return []
        wanted = f"{100 * self.precision:g} % of the base's value"
        if not self.missed:
            return [
                f"Precision reached with {self.count} replicates: the 95 % interval of every headline outcome is within "
                f"{wanted} to each side."
            ]
        furthest = self.missed[0]
        width = relative_half_width(furthest)
        had = "" if width is None else f", whose interval is {100 * width:.2g} % to each side"
        needed = f" and needs about {furthest.needed:,} replicates" if furthest.needed else ""
        return [
            f"Precision NOT reached: {len(self.missed)} headline outcomes are not within {wanted} after {self.count} "
            f"replicates, the most that --max-replicates allows. The furthest is {furthest.indicator}:{furthest.pair} "
            f"in {furthest.period} ({furthest.scenario}){had}{needed}."
        ]


def read_precision(text: str) -> float:
    """A wanted precision as a share: "2%" and "0.02" are the same. Raises `InputError`."""
    from model.errors import InputError, as_written

    number = text.strip().removesuffix("%")
    try:
        value = float(number) / (100.0 if text.strip().endswith("%") else 1.0)
    except ValueError:
        value = math.nan
    if not 0.0 < value < 1.0:
        raise InputError(
            f"{as_written(text)} is no precision", where="--precision", allowed="a share of the base's value such as 2%"
        )
    return value
