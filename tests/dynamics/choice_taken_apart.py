"""`fast.choose`, taken apart: driven as plain Python, with draws that a test sets.

Its draws fall into *cells*: a component, and within it one candidate. The edges of the cells and the thresholds of
acceptance are worked out from the plain weights, and the function must answer differently on the two sides of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp
from unittest.mock import patch

import numpy as np
import reference_formulas as reference
from random_worlds import Case, refreshed_bounds

from model.dynamics import draws, fast, plain
from model.dynamics.opportunity import NOTHING
from model.dynamics.terms import PROPOSAL, Term

EDGE = 1e-12
REJECTED = -2


class Redraw(Exception):
    """The candidate was rejected: all would be drawn again."""


@dataclass
class SetDraws:
    """Stands in for `model.dynamics.draws`: the first attempt gets the numbers of the test."""

    choice: tuple[float, float] = (0.0, 0.0)
    candidate: tuple[float, float] = (0.0, 0.0)
    extra: tuple[float, float] = (1.0 - EDGE, 0.0)

    CHOICE, CANDIDATE, EXTRA = draws.CHOICE, draws.CANDIDATE, draws.EXTRA

    def uniforms(self, key: object, purpose: int, institution: int, number: int, attempt: int) -> tuple[float, float]:
        if attempt > 0:
            raise Redraw
        return {self.CHOICE: self.choice, self.CANDIDATE: self.candidate, self.EXTRA: self.extra}[purpose]


@dataclass(frozen=True)
class Cell:
    """Draws that lead to one candidate by one component: where they begin and how far they reach.

    ``x`` on the scale of masses, ``v`` and ``z`` in [0, 1). Lengths are kept beside the beginnings, since the
    difference of two large numbers would lose the digits that count.
    """

    component: str
    candidate: int
    x: tuple[float, float]
    v: tuple[float, float] = (0.0, 1.0)
    z: tuple[float, float] = (0.0, 1.0)

    @property
    def mass(self) -> float:
        return self.x[1] * self.v[1] * self.z[1]

    def corners(self, scale: float) -> Iterator[tuple[float, float, float]]:
        """Two opposite corners, just inside."""
        margins = (EDGE * scale, EDGE, EDGE)
        sides = (self.x, self.v, self.z)
        if all(length > 4.0 * margin for (_, length), margin in zip(sides, margins, strict=True)):
            (a, x), (b, v), (c, z) = sides
            s, t, t = margins
            yield a + s, b + t, c + t
            yield a + x - s, b + v - t, c + z - t


class Chooser:
    """The choice of one institution in one case, taken apart."""

    def __init__(self, case: Case, i: int) -> None:
        self.case, self.i = case, i
        self.bounds = refreshed_bounds(case)
        self.ending, self.search, self.closure, self.referral, self.memory = fast.masses(
            case.world, case.setting, case.state, self.bounds, i
        )
        self.proposing = self.search + self.closure + self.referral + self.memory
        self.total = 1.0 + self.ending + self.proposing
        self.lift, self.ease = float(case.regime.lift[i]), float(case.regime.ease[i])
        self.extra = (self.lift - 1.0) * self.proposing + (self.ease - 1.0) * self.ending

    def answer(self, stub: SetDraws) -> int:
        """What `choose` returns with the draws of ``stub``, or REJECTED."""
        case = self.case
        with patch.object(fast, "draws", stub):
            try:
                return int(fast.choose.py_func(
                    case.world, case.setting, case.regime, case.state, self.bounds, case.key, self.i, 0, case.time
                ))  # fmt: skip
            except Redraw:
                return REJECTED

    def cells(self) -> Iterator[Cell]:
        """All cells, their ``x`` counted from the beginning of the endings."""
        state, i, d = self.case.state, self.i, int(self.case.state.degree[self.i])
        mine = sorted(reference.partners(state, i))
        for p, j in enumerate(mine):
            yield Cell("ending", j, (p / d * self.ending, self.ending / d))
        yield from self._searched()
        start = self.ending + self.search
        ways = [(h, j) for h in mine for j in sorted(reference.partners(state, h) - {i})]
        for k, (_, j) in enumerate(ways if self.closure > 0.0 else []):
            yield Cell("closure", j, (start, self.closure), (k / len(ways), 1.0 / len(ways)))
        start += self.closure
        for p, h in enumerate(mine if self.referral > 0.0 else []):
            others = sorted(reference.partners(state, h) - {i})
            for q, j in enumerate(others):
                v, z = (p / d, 1.0 / d), (q / len(others), 1.0 / len(others))
                yield Cell("referral", j, (start, self.referral), v, z)
        start, low = start + self.referral, 0.0
        for place in range(state.former.shape[1] if self.memory > 0.0 else 0):
            j = int(state.former[i, place])
            if j >= 0:
                share = reference.meeting_parts(self.case, i, j)[2] / self.case.setting.memory
                yield Cell("memory", j, (start, self.memory), (low, share))
                low += share

    def _searched(self) -> Iterator[Cell]:
        bounds, a = self.bounds, self.case.world.country[self.i]
        start = self.ending
        for b in range(len(bounds.mass)):
            length = bounds.pair_mass[a, b] * self.search / bounds.mass[a] if bounds.mass[a] > 0.0 else 0.0
            first, size = bounds.first[b], bounds.first[b + 1] - bounds.first[b]
            for k in range(size if length > 0.0 else 0):
                share = bounds.alias_share[first + k]
                own, other = bounds.members[first + k], bounds.members[first + bounds.alias_other[first + k]]
                yield Cell("search", int(own), (start, length), (k / size, share / size))
                yield Cell("search", int(other), (start, length), ((k + share) / size, (1.0 - share) / size))
            start += length

    def plain_weights(self, case: Case) -> np.ndarray:
        meet, weights = np.empty(case.n), np.empty(case.n)
        plain.choice_weights(case.world, case.setting, case.regime, case.state, self.i, case.time, meet, weights)
        return weights

    def check(self) -> None:
        """Every candidate gets, over all cells, its plain weight: with the measures, and of what they add."""
        self._check_components()
        before, after = self.plain_weights(self.case.without_measures()), self.plain_weights(self.case)
        cells = list(self.cells())
        masses: dict[tuple[str, int], float] = {}
        for cell in cells:
            masses[cell.component, cell.candidate] = masses.get((cell.component, cell.candidate), 0.0) + cell.mass
        self._check_that_nothing_is_missed(before, masses)
        for cell in cells:
            j = cell.candidate
            mass = masses[cell.component, j]
            part = self.part(cell.component, j)
            thinned, added = part * min(before[j], after[j]), part * max(after[j] - before[j], 0.0)
            for corner in cell.corners(self.total):
                self._check_threshold(cell, corner, thinned / mass, EDGE * thinned / mass, added=False)
                bound = (self.ease if cell.component == "ending" else self.lift) - 1.0
                if bound > 0.0:
                    # what is added is a difference: it is as exact as the whole weight, not as itself
                    edge = EDGE * part * after[j] / (bound * mass)
                    self._check_threshold(cell, corner, added / (bound * mass), edge, added=True)

    def part(self, component: str, j: int) -> float:
        """Share of the weight of j that comes by a component: a partner's by ending, a stranger's by meeting."""
        partner = j in reference.partners(self.case.state, self.i)
        if component == "ending" or partner or j == self.i:
            return float(component == "ending" and partner)
        search, referral, memory = reference.meeting_parts(self.case, self.i, j)
        # what the unbounded count adds to a stranger met by search comes by closure, where its weight is positive
        weight = max(0.0, float(self.case.setting.weights[PROPOSAL, Term.SHARED_COUNT]))
        bare = search * exp(-weight * reference.statistic(self.case, Term.SHARED_COUNT, self.i, j))
        parts = {"search": bare, "closure": search - bare, "referral": referral, "memory": memory}
        return parts[component] / sum(parts.values())

    def _check_that_nothing_is_missed(self, weights: np.ndarray, masses: dict[tuple[str, int], float]) -> None:
        mine = reference.partners(self.case.state, self.i)
        for j, weight in enumerate(weights):
            for component in ("ending",) if j in mine else ("search", "closure", "referral", "memory"):
                if j != self.i and weight > 0.0 and self.part(component, j) > 0.0:
                    assert masses[component, j] > 0.0

    def _check_components(self) -> None:
        """No change has mass 1; what measures add comes in proportion to its mass, endings first."""
        assert self.answer(SetDraws(choice=((1.0 - EDGE) / self.total, 0.0))) == NOTHING
        never_accepted = 1.0 - 2.0**-53
        high = SetDraws(choice=((1.0 + EDGE) / self.total, never_accepted), candidate=(never_accepted, 0.0))
        if self.total > 1.0 + 1e-6:
            assert self.answer(high) != NOTHING
        if self.extra > 1e-9:
            share = self.extra / (self.total + self.extra)
            for x, nothing in ((share * (1.0 - EDGE), False), (share * (1.0 + EDGE), True)):
                assert (self.answer(SetDraws(extra=(x, 0.5))) == NOTHING) == nothing

    def _check_threshold(
        self, cell: Cell, corner: tuple[float, float, float], threshold: float, edge: float, *, added: bool
    ) -> None:
        """The candidate is accepted just below the threshold and not just above it."""
        assert threshold <= 1.0 + 10.0 * edge  # else the bound does not bound
        tests = [(threshold - edge, cell.candidate)] if threshold > edge else []
        if threshold + edge < 1.0:
            tests.append((threshold + edge, REJECTED))
        for at, expected in tests:
            assert self.answer(self._draws(cell, corner, at, added)) == expected, (cell, threshold, added)

    def _draws(self, cell: Cell, corner: tuple[float, float, float], at: float, added: bool) -> SetDraws:
        x, v, z = corner
        leaving = cell.component == "ending"
        extra = (1.0 - EDGE, 0.0)
        if added:
            # endings stand before proposals here too, each stretched by its own bound
            ends = (self.ease - 1.0) * self.ending
            y = x * (self.ease - 1.0) if leaving else ends + (x - self.ending) * (self.lift - 1.0)
            extra = (0.0, y / self.extra)
        choice = (0.0 if added else (1.0 + x) / self.total, at if leaving else v)
        return SetDraws(choice=choice, candidate=(at, z), extra=extra)
