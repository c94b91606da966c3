"""The patient rule induction method (PRIM): a box of factors in which cases of interest are dense.

Friedman and Fisher (1999, Statistics and Computing 9): a box is peeled, a little at a time from one end of one factor,
where the cases become denser for what is given up; then pasted, outwards again where that makes it denser still. As scenario
discovery: Bryant and Lempert (2010, Technological Forecasting & Social Change 77), with coverage, density, and quasi-p values.
Pure functions on arrays. Numbers, dates and pairs of levels have limits; a nominal factor has the set of its levels that stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEEL = 0.05
"""Share of the points in the box that one peel takes off, at the most where values allow it."""
PASTE = 0.05
SMALLEST = 0.05
"""Mass below which a box is not peeled further."""
SIGNIFICANT = 0.05
"""Quasi-p values above it: a restriction that may be chance, and is dropped."""


@dataclass(frozen=True)
class Limit:
    """What a box asks of one factor: a range of codes with both ends inside, or a set of codes of a nominal factor."""

    factor: int
    low: float = -np.inf
    high: float = np.inf
    codes: tuple[float, ...] = ()

    def holds(self, codes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """bool[n] of float64[n]."""
        return np.isin(codes, self.codes) if self.codes else (codes >= self.low) & (codes <= self.high)


@dataclass(frozen=True)
class Box:
    """Limits, and how the box does on the points it was found on."""

    limits: tuple[Limit, ...]  # of restricted factors only, by their place
    points: int  # inside
    cases: int  # inside
    coverage: float  # cases inside / all cases
    density: float  # cases inside / points inside
    mass: float  # points inside / all points

    def holds(self, X: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which rows of float64[n, k] are inside."""
        inside = np.ones(len(X), dtype=bool)
        for limit in self.limits:
            inside &= limit.holds(X[:, limit.factor])
        return inside


def measured(limits: Sequence[Limit], X: NDArray[np.float64], cases: NDArray[np.bool_]) -> Box:
    """A box with its numbers on float64[n, k] and bool[n]."""
    box = Box(tuple(sorted(limits, key=lambda limit: limit.factor)), 0, 0, 0.0, 0.0, 0.0)
    inside = box.holds(X)
    points, found = int(inside.sum()), int((inside & cases).sum())
    return replace(
        box, points=points, cases=found, coverage=found / max(1, int(cases.sum())), density=found / max(1, points),
        mass=points / len(X),
    )  # fmt: skip


def trajectory(X: NDArray[np.float64], cases: NDArray[np.bool_], nominal: Sequence[bool]) -> list[Box]:
    """Boxes from everything to the smallest, each peeled from the one before; the last one pasted."""
    boxes = [measured((), X, cases)]
    while boxes[-1].density < 1.0:
        limits = _best_peel(boxes[-1], X, cases, nominal)
        if limits is None:
            break
        boxes.append(measured(limits, X, cases))
    pasted = _pasted(boxes[-1], X, cases)
    return boxes if pasted == boxes[-1] else [*boxes, pasted]


def _best_peel(
    box: Box, X: NDArray[np.float64], cases: NDArray[np.bool_], nominal: Sequence[bool]
) -> tuple[Limit, ...] | None:
    """Limits of the peel that gains most density for the mass it gives up, or loses least; None where all are too small.

    A peel that loses is taken as well: behind it there may be more to gain, as where cases lie in two regions.
    """
    rows = box.holds(X)
    inside, found = X[rows], cases[rows]
    own = {limit.factor: limit for limit in box.limits}
    best, gain = None, -np.inf
    for place in range(X.shape[1]):
        column = inside[:, place]
        for limit in _peels(own.get(place, Limit(place)), column, nominal[place]):
            stays = limit.holds(column)
            points = int(stays.sum())
            if points == len(column) or points < SMALLEST * len(X):
                continue
            density = float(found[stays].sum()) / points
            here = (density - box.density) * len(X) / (len(column) - points)
            if best is None or here > gain + 1e-12:
                best, gain = limit, here
    return None if best is None else (*(other for other in box.limits if other.factor != best.factor), best)


def _peels(limit: Limit, column: NDArray[np.float64], nominal: bool) -> list[Limit]:
    """What one peel can make of a limit: a little off either end, or one level of a nominal factor."""
    values = np.unique(column)
    if len(values) < 2:
        return []
    if nominal:
        return [replace(limit, codes=tuple(float(v) for v in values if v != gone)) for gone in values]
    ordered, take = np.sort(column), max(1, int(PEEL * len(column)))
    low, high = ordered[take], ordered[-1 - take]
    low = low if low > values[0] else values[1]  # many points at the end: all of them
    high = high if high < values[-1] else values[-2]
    return [replace(limit, low=float(low)), replace(limit, high=float(high))]


def _pasted(box: Box, X: NDArray[np.float64], cases: NDArray[np.bool_]) -> Box:
    """The box widened, one end of one factor at a time, as long as it becomes denser, or as dense with more cases."""
    while True:
        best = box
        for limit in box.limits:
            others = tuple(other for other in box.limits if other.factor != limit.factor)
            for wider in _wider(limit, Box(others, 0, 0, 0.0, 0.0, 0.0).holds(X), X[:, limit.factor], box.points):
                candidate = measured((*others, *([wider] if wider else [])), X, cases)
                if (candidate.density, candidate.cases) > (best.density, best.cases):
                    best = candidate
        if best is box:
            return box
        box = best


def _wider(limit: Limit, rest: NDArray[np.bool_], column: NDArray[np.float64], points: int) -> list[Limit | None]:
    """A limit with some more points at either end, among those that the other limits let in; None: no limit."""
    values = np.sort(column[rest])
    if limit.codes:
        more = [float(v) for v in np.unique(values) if v not in limit.codes]
        return [replace(limit, codes=(*limit.codes, v)) for v in more]
    take = max(1, int(PASTE * points))
    below, above = values[values < limit.low], values[values > limit.high]
    found: list[Limit | None] = []
    if len(below):
        low = float(below[max(0, len(below) - take)]) if take < len(below) else -np.inf
        found.append(replace(limit, low=low))
    if len(above):
        high = float(above[take - 1]) if take < len(above) else np.inf
        found.append(replace(limit, high=high))
    return [None if f is not None and f.low == -np.inf and f.high == np.inf else f for f in found]


def quasi_p(box: Box, X: NDArray[np.float64], cases: NDArray[np.bool_]) -> dict[int, float]:
    """Of each restricted factor: how probable as many cases in the box are if its limit did nothing (one-sided binomial).

    The box without the limit gives the density that chance would have (Bryant and Lempert 2010, appendix). Quasi, because the
    box was chosen on the same points.
    """
    if not box.limits:
        return {}
    outside = np.column_stack([~limit.holds(X[:, limit.factor]) for limit in box.limits])
    failing = outside.sum(axis=1)
    found = {}
    for place, limit in enumerate(box.limits):
        without = (failing == 0) | ((failing == 1) & outside[:, place])
        found[limit.factor] = float(binom.sf(box.cases - 1, box.points, cases[without].mean()))
    return found


def significant(box: Box, X: NDArray[np.float64], cases: NDArray[np.bool_]) -> Box:
    """The box without limits that may be chance, the least significant dropped first."""
    while box.limits:
        values = quasi_p(box, X, cases)
        worst = max(box.limits, key=lambda limit: values[limit.factor])
        if values[worst.factor] <= SIGNIFICANT:
            break
        box = measured([limit for limit in box.limits if limit is not worst], X, cases)
    return box


def chosen(boxes: Sequence[Box]) -> int:
    """The place on a trajectory that balances both: the largest harmonic mean of coverage and density.

    A smaller number of restricted factors wins where two are the same.
    """

    def balance(box: Box) -> float:
        total = box.coverage + box.density
        return 2.0 * box.coverage * box.density / total if total > 0 else 0.0

    return max(range(len(boxes)), key=lambda k: (round(balance(boxes[k]), 12), -len(boxes[k].limits)))
