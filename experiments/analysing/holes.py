"""Runs that are not there: failed, undefined or not yet made; and whether they lie where they would mislead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Outcome, Sample

UNEVEN = 0.01
"""p-value, after Bonferroni's correction over factors, below which holes are said to lie unevenly."""


@dataclass(frozen=True)
class Uneven:
    """A factor along which holes do not lie as the other runs do."""

    factor: str
    p_value: float  # corrected for the number of factors
    words: str


@dataclass(frozen=True)
class Holes:
    """Runs of an outcome without a value, by reason, and points that have none at all."""

    runs: int
    failed: int
    undefined: int
    missing: int
    points_without_value: int
    uneven: tuple[Uneven, ...]

    @property
    def total(self) -> int:
        """Runs without a value."""
        return self.failed + self.undefined + self.missing


def holes_of(sample: Sample, outcome: Outcome) -> Holes:
    """Count the holes of an outcome and test each factor: holes against the rest."""
    known = np.isfinite(outcome.values)
    failed, missing = int(sample.failed.sum()), int(sample.missing.sum())
    return Holes(
        runs=known.size,
        failed=failed,
        undefined=int((~known).sum()) - failed - missing,
        missing=missing,
        points_without_value=int((~known.any(axis=1)).sum()),
        # runs that have not been made yet are the last of the design, and say nothing
        uneven=_uneven(sample, ~known.all(axis=1) & (sample.missing == 0), sample.missing == 0),
    )


def _uneven(sample: Sample, torn: NDArray[np.bool_], made: NDArray[np.bool_]) -> tuple[Uneven, ...]:
    from scipy.stats import chi2_contingency, mannwhitneyu

    if not torn.any() or torn[made].all():
        return ()
    found = []
    for place, factor in enumerate(sample.factors):
        codes = sample.codes[:, place]
        holes, rest = codes[torn], codes[made & ~torn]
        if len(np.unique(codes[made])) < 2:
            continue
        if factor.nominal:
            levels = np.unique(codes[made])
            table = [[int((part == level).sum()) for level in levels] for part in (holes, rest)]
            p, words = float(chi2_contingency(table).pvalue), "at some of its values"
        else:
            test = mannwhitneyu(holes, rest)
            p = float(test.pvalue)
            words = "where it is high" if test.statistic > 0.5 * len(holes) * len(rest) else "where it is low"
        corrected = min(1.0, p * len(sample.factors))
        if corrected < UNEVEN:
            found.append(Uneven(factor.name, corrected, words))
    return tuple(sorted(found, key=lambda one: one.p_value))
