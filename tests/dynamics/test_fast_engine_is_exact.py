"""The fast engine: component masses times acceptances equal the plain weight of every candidate.

`fast.choose` itself is driven here, as plain Python, with draws that the test sets. Its draws fall into *cells*: a
component, and within it one candidate. The edges of the cells and the thresholds of acceptance are worked out from
the plain weights, and the function must answer differently on the two sides of each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pytest
import reference_formulas as reference
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import TIME, Case, law, random_case, refreshed_bounds, seeds, ties
from scipy import stats

from model.dynamics import bounds as fast_bounds
from model.dynamics import draws, fast, plain
from model.dynamics.opportunity import NOTHING
from model.dynamics.state import DEGREE_BOUND, DEGREE_MAX
from model.dynamics.terms import LOAD, MAINTENANCE, PROPOSAL, SIZE, STRENGTH, Term

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
    """Draws that lead to one candidate by one component; ``x`` on the scale of masses, ``v`` and ``z`` in [0, 1)."""

    component: str
    candidate: int
    x: tuple[float, float]
    v: tuple[float, float] = (0.0, 1.0)
    z: tuple[float, float] = (0.0, 1.0)

    @property
    def mass(self) -> float:
        return (self.x[1] - self.x[0]) * (self.v[1] - self.v[0]) * (self.z[1] - self.z[0])

    def corners(self, scale: float) -> Iterator[tuple[float, float, float]]:
        """Two opposite corners, just inside."""
        margin = (EDGE * scale, EDGE, EDGE)
        sides = (self.x, self.v, self.z)
        if all(high - low > 4.0 * edge for (low, high), edge in zip(sides, margin, strict=True)):
            yield tuple(low + edge for (low, _), edge in zip(sides, margin, strict=True))
            yield tuple(high - edge for (_, high), edge in zip(sides, margin, strict=True))


class Chooser:
    """The choice of one institution in one case, taken apart."""

    def __init__(self, case: Case, i: int) -> None:
        self.case, self.i = case, i
        self.bounds = refreshed_bounds(case)
        self.ending, self.search, self.referral, self.memory = fast.masses(
            case.world, case.setting, case.state, self.bounds, i
        )
        self.proposing = self.search + self.referral + self.memory
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
            yield Cell("ending", j, (p / d * self.ending, (p + 1) / d * self.ending))
        yield from self._searched()
        start = self.ending + self.search
        for p, h in enumerate(mine if self.referral > 0.0 else []):
            others = sorted(reference.partners(state, h) - {i})
            for q, j in enumerate(others):
                v, z = (p / d, (p + 1) / d), (q / len(others), (q + 1) / len(others))
                yield Cell("referral", j, (start, start + self.referral), v, z)
        start, low = start + self.referral, 0.0
        for place in range(state.former.shape[1] if self.memory > 0.0 else 0):
            j = int(state.former[i, place])
            if j >= 0:
                share = reference.meeting_parts(self.case, i, j)[2] / self.case.setting.memory
                yield Cell("memory", j, (start, start + self.memory), (low, low + share))
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
                x = (start, start + length)
                yield Cell("search", int(own), x, (k / size, (k + share) / size))
                yield Cell("search", int(other), x, ((k + share) / size, (k + 1) / size))
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
            part = self._part(cell.component, j)
            thinned, added = part * min(before[j], after[j]), part * max(after[j] - before[j], 0.0)
            for corner in cell.corners(self.total):
                self._check_threshold(cell, corner, thinned / mass, added=False)
                bound = self.ease if cell.component == "ending" else self.lift
                if bound > 1.0:
                    self._check_threshold(cell, corner, added / ((bound - 1.0) * mass), added=True)

    def _part(self, component: str, j: int) -> float:
        """Share of the weight of j that comes by a component: a partner's by ending, a stranger's by meeting."""
        partner = j in reference.partners(self.case.state, self.i)
        if component == "ending" or partner or j == self.i:
            return float(component == "ending" and partner)
        parts = dict(zip(("search", "referral", "memory"), reference.meeting_parts(self.case, self.i, j), strict=True))
        return parts[component] / sum(parts.values())

    def _check_that_nothing_is_missed(self, weights: np.ndarray, masses: dict[tuple[str, int], float]) -> None:
        mine = reference.partners(self.case.state, self.i)
        for j, weight in enumerate(weights):
            for component in ("ending",) if j in mine else ("search", "referral", "memory"):
                if j != self.i and weight > 0.0 and self._part(component, j) > 0.0:
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
        self, cell: Cell, corner: tuple[float, float, float], threshold: float, *, added: bool
    ) -> None:
        assert threshold <= 1.0 + 1e-11  # else the bound does not bound
        tests = [(threshold * (1.0 - EDGE), cell.candidate)] if threshold > 1e-300 else []
        if threshold * (1.0 + EDGE) < 1.0:
            tests.append((threshold * (1.0 + EDGE), REJECTED))
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


cases = st.builds(
    random_case,
    seeds,
    n=st.integers(3, 12),
    countries=st.integers(2, 3),
    density=st.sampled_from([0.0, 0.2, 0.5, 0.9]),
    former=st.sampled_from([0.0, 0.3, 0.9]),
    measures=st.sampled_from([0, 1, 2, 4, 70]),
    domestic=st.booleans(),
    covariates=st.integers(0, 1),
)


@law(150)
@given(cases, st.integers(0, 2))
def test_masses_times_acceptances_are_the_plain_weights(case: Case, i: int) -> None:
    Chooser(case, i).check()


@pytest.mark.statistical
@law(1500)
@given(cases, st.integers(0, 2))
def test_masses_times_acceptances_are_the_plain_weights_in_many_states(case: Case, i: int) -> None:
    Chooser(case, i).check()


@law(60)
@given(cases, st.integers(0, 2), st.integers(0, 10_000))
def test_the_compiled_choice_is_the_written_one(case: Case, i: int, number: int) -> None:
    bounds = refreshed_bounds(case)
    arguments = (case.world, case.setting, case.regime, case.state, bounds, case.key, i, number, case.time)
    assert fast.choose(*arguments) == fast.choose.py_func(*arguments)


def surprise(seed: int, draws_made: int, measures: int) -> float:
    """p-value of simulated choices of one institution against the plain weights."""
    case = random_case(seed, n=16, density=0.3, former=0.4, measures=measures)
    i = int(np.argmax(case.state.degree))
    weights, bounds = Chooser(case, i).plain_weights(case), refreshed_bounds(case)
    counts = np.zeros(case.n)
    for number in range(draws_made):
        j = fast.choose(case.world, case.setting, case.regime, case.state, bounds, case.key, i, number, case.time)
        counts[i if j == NOTHING else j] += 1.0
    expected = draws_made * weights / weights.sum()
    assert (counts[weights == 0.0] == 0.0).all()
    rare = expected < 8.0
    observed = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    return float(stats.chisquare(observed[expected > 0.0], expected[expected > 0.0]).pvalue)


@pytest.mark.parametrize(("seed", "measures"), [(1, 0), (2, 2), (3, 4), (4, 70)])
def test_simulated_choices_have_the_plain_distribution(seed: int, measures: int) -> None:
    assert surprise(seed, 6000, measures) > 1e-4


@pytest.mark.statistical
@pytest.mark.parametrize("measures", [0, 1, 3, 8])
def test_many_simulated_choices_have_the_plain_distribution(measures: int) -> None:
    p = [surprise(100 + seed, 40_000, measures) for seed in range(12)]
    assert min(p) > 1e-4
    assert stats.kstest(p, "uniform").pvalue > 1e-3


@law(60)
@given(cases)
def test_alias_tables_give_each_size_its_share(case: Case) -> None:
    bounds = refreshed_bounds(case)
    x = np.exp(case.setting.weights[PROPOSAL, SIZE] * case.state.log_size)
    for b in range(len(bounds.mass)):
        first, last = bounds.first[b], bounds.first[b + 1]
        members = bounds.members[first:last]
        assert (case.world.country[members] == b).all()
        chance = bounds.alias_share[first:last].copy()
        np.add.at(chance, bounds.alias_other[first:last], 1.0 - bounds.alias_share[first:last])
        assert chance / len(members) == pytest.approx(x[members] / x[members].sum(), rel=1e-11)


@law(60)
@given(cases)
def test_bounds_hold_every_value(case: Case) -> None:
    bounds = refreshed_bounds(case)
    assert case.state.counts[DEGREE_BOUND] >= 2 * case.state.counts[DEGREE_MAX]
    w, country = case.setting.weights, case.world.country
    for i in range(case.n):
        for j in range(case.n):
            if i == j:
                continue
            load = w[PROPOSAL, LOAD] * reference.statistic(case, Term.LOAD, i, j)
            strength = w[PROPOSAL, STRENGTH] * reference.statistic(case, Term.STRENGTH, i, j)
            v = reference.value(case, PROPOSAL, i, j) - load - strength
            assert v <= bounds.pair_log[country[i], country[j]] + w[PROPOSAL, SIZE] * case.state.log_size[j] + 1e-9
            m = reference.value(case, MAINTENANCE, i, j)
            assert m - w[MAINTENANCE, LOAD] * reference.statistic(case, Term.LOAD, i, j) >= bounds.lowest[0] - 1e-9
            low, high = fast_bounds.rest_span(case.setting, case.state, MAINTENANCE)
            assert low <= high


@pytest.mark.parametrize(("b1", "b2"), [(2.0, -1.5), (-2.0, 1.5), (1.0, 1.0), (-1.0, -1.0), (0.0, 2.0), (3.0, -1.0)])
def test_range_of_the_inverted_u(b1: float, b2: float) -> None:
    x = np.linspace(0.0, 1.0, 100_001)
    low, high = fast_bounds._range_of_square(b1, b2)
    assert low == pytest.approx((b1 * x + b2 * x * x).min(), abs=1e-8)
    assert high == pytest.approx((b1 * x + b2 * x * x).max(), abs=1e-8)


def test_bounds_are_renewed_before_a_degree_outgrows_them() -> None:
    case = random_case(5, n=12, density=0.5)
    bounds = refreshed_bounds(case)
    case.state.counts[DEGREE_BOUND] = case.state.counts[DEGREE_MAX] - 1
    arguments = (case.world, case.setting, case.regime, case.state, bounds, case.key, 8049, TIME + 0.1)
    before = case.state.opportunities.copy()
    assert not fast.evolve(*arguments)
    assert (case.state.opportunities == before).all()
    fast_bounds.refresh(case.world, case.setting, case.state, bounds)
    assert fast.evolve(*arguments)


def test_the_fast_engine_declines_what_it_cannot_bound() -> None:
    setting = random_case(1).setting
    assert fast_bounds.supports(setting)
    for term in (Term.SHARED_COUNT, Term.DEGREE_PLUS):
        for row in range(3):
            weights = setting.weights.copy()
            weights[row, term] = 0.1
            assert not fast_bounds.supports(setting._replace(weights=weights))
