"""Random cases that have the terms of the description and no others, as the second implementation has them."""

from __future__ import annotations

from math import exp

import numpy as np
import published_formulas as published
from published_formulas import ACCEPTANCE, FORMATION, MAINTENANCE, World
from random_worlds import Case, random_case, ties

from model.dynamics import plain, terms
from model.dynamics.terms import ANSWER, PROPOSAL, Term

ROWS = {PROPOSAL: FORMATION, ANSWER: ACCEPTANCE, terms.MAINTENANCE: MAINTENANCE}
CLOSE = {"rel": 1e-10, "abs": 1e-10}


def described(seed: int, **how: object) -> Case:
    """A random case whose values have the terms of the description, each in the values that it stands in."""
    case = random_case(seed, covariates=0, **how)  # type: ignore[arg-type]
    weights = case.setting.weights.copy()
    for row, names in ROWS.items():
        weights[row, [term for term in Term if term.name.lower() not in names]] = 0.0
    return case.with_setting(weights=weights)


def weights_of(case: Case, row: int) -> dict[str, float]:
    return {term.name.lower(): float(case.setting.weights[row, term]) for term in Term}


def world_of(case: Case, time: float | None = None) -> World:
    """The arrays of a case as the second implementation has them; strengths grown to the time by its own formula."""
    w, state, n = case.world, case.state, case.n
    tie, strength = np.zeros((n, n), bool), np.zeros((n, n))
    for (i, j), slot in ties(state).items():
        since = (case.time if time is None else time) - state.since[slot]
        tie[i, j] = tie[j, i] = True
        strength[i, j] = strength[j, i] = published.grown(state.strength[slot], since, case.setting.strength_years)
    member = (w.facilities[:, None] >> np.arange(3, dtype=np.uint64)) & np.uint64(1) > 0
    return World(
        tie=tie, strength=strength, country=w.country, bloc=w.bloc, kind=w.kind, portfolio=w.profile, member=member,
        size=np.exp(state.log_size), capability=state.capability.copy(), capacity=state.capacity,
        affinity=case.setting.affinity, help_needed=w.help_need,
        years=float(case.setting.grid[0] - case.setting.reference_year), gap_bound=case.setting.gap_bound,
        decay=case.setting.decay,
    )  # fmt: skip


def memories(case: Case, i: int) -> dict[int, float]:
    former = case.state.former[i]
    since = case.time - case.state.former_since[i][former >= 0]
    fresh = published.freshness(since, case.setting.memory_years)
    return dict(zip(former[former >= 0].tolist(), published.memory(fresh), strict=True))


def met(case: Case, world: World, i: int, j: int) -> float:
    s = case.setting
    by_search = float(s.search[world.country[i], world.country[j]])
    remembered = memories(case, i).get(j, 0.0)
    return published.meeting(by_search, s.referral, published.referral(world.tie, i, j), s.memory, remembered)


def expected_weights(case: Case, i: int, factor: object = None) -> np.ndarray:
    """Weights of the choice of i, i itself meaning no change. ``factor(i, j, slot)``: what measures do to a weight."""
    world, found = world_of(case), np.zeros(case.n)
    living = ties(case.state)
    for j in range(case.n):
        slot = living.get((min(i, j), max(i, j)), -1)
        x = published.statistics(world, i, j) if j != i else {}
        if j == i:
            found[j] = 1.0
        elif slot >= 0:
            in_term = case.time < case.state.term[slot]
            m = published.value(MAINTENANCE, weights_of(case, terms.MAINTENANCE), x)
            found[j] = 0.0 if in_term else exp(-m)
        elif world.country[i] != world.country[j]:
            found[j] = met(case, world, i, j) * exp(published.value(FORMATION, weights_of(case, PROPOSAL), x))
        if factor is not None and j != i:
            found[j] *= factor(i, j, slot)  # type: ignore[operator]
    return found


def product_weights(case: Case, i: int) -> np.ndarray:
    meet, weights = np.empty(case.n), np.empty(case.n)
    plain.choice_weights(case.world, case.setting, case.regime, case.state, i, case.time, meet, weights)
    return weights
