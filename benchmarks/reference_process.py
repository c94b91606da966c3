"""Cost of an opportunity in the reference process: initiative with confirmation, five effects, rate 6, degree 6."""

from __future__ import annotations

import numpy as np

from experiments.saom.case import Case, CaseSettings
from experiments.saom.process import Engine, _evolve, setting_of, start_state, world_of
from model.dynamics import bounds as fast_bounds
from model.dynamics import draws, events
from model.dynamics.regime import no_measures
from model.dynamics.state import DEGREE_BOUND, DEGREE_MAX, OPPORTUNITIES, State, with_room

from .measuring import Row, processor_time, row

PUBLISHED = {400: 67.0, 800: 147.0, 1600: 246.0, 3200: 564.0}
"""Microseconds of a ministep by number of actors: RSiena 1.6.5 (R 4.4), one core, same five effects and rate."""
DENSITIES = {400: -2.05, 800: -2.28, 1600: -2.5, 3200: -2.73}
"""Weights of density that keep the mean degree near 6."""
BURN_IN = 2
"""Periods before anything is measured."""


def reference_case(n: int) -> Case:
    """A case of n actors in three blocs, with 3 n ties at random and a random dyadic covariate in [0, 1)."""
    rng = np.random.default_rng(1)
    covariate = np.triu(rng.random((n, n)), 1)
    ties: set[tuple[int, int]] = set()
    while len(ties) < 3 * n:
        i, j = sorted(map(int, rng.integers(n, size=2)))
        if i != j:
            ties.add((i, j))
    effects = {
        "density": DENSITIES[n], "transitive_triads": 0.25, "same_bloc": 0.4, "dyadic_covariate": 0.5, "degree_plus": 0.01,
    }  # fmt: skip
    settings = CaseSettings.model_validate({"process": "initiative-with-confirmation", "rate": 6.0, "effects": effects})
    return Case(settings, np.repeat(np.arange(3), -(-n // 3))[:n], np.array(sorted(ties)), covariate + covariate.T)


def opportunity_costs(n: int, engine: Engine, periods: int) -> tuple[list[float], float]:
    """Microseconds of an opportunity in each of several periods, and the mean degree at their ends.

    A period is one unit of time: 6 n opportunities on average. Two unmeasured periods come first; all others begin at
    the network that they leave, since these effects would let the network grow on and on. Renewals of the bounds are
    part of the time.
    """
    case = reference_case(n)
    world, setting, regime = world_of(case), setting_of(case), no_measures(n, 1)
    bounds, start = fast_bounds.new_bounds(world, setting), start_state(case, world)
    costs, degrees = [], []
    for period in range(periods + BURN_IN):
        state, key = State(*(array.copy() for array in start)), draws.stream_key(1, period)
        state.clock[:], state.counts[OPPORTUNITIES] = 0.0, 0
        events.open_stream(state, key, 0)
        begin = processor_time()
        if engine == "fast":
            fast_bounds.refresh(world, setting, state, bounds)
        while not _evolve(world, setting, regime, state, bounds, key, engine):
            state = with_room(state)
            if engine == "fast" and state.counts[DEGREE_MAX] > state.counts[DEGREE_BOUND]:
                fast_bounds.refresh(world, setting, state, bounds)
        if period < BURN_IN:
            start = state
            continue
        costs.append((processor_time() - begin) / state.counts[OPPORTUNITIES] * 1e6)
        degrees.append(state.degree.mean())
    return costs, float(np.mean(degrees))


def opportunity(periods: int = 25, sizes: tuple[int, ...] = (400, 800, 1600, 3200)) -> list[Row]:
    """The fast engine by size, the plain one at the smallest size, and the growth from the smallest to the largest."""
    rows = []
    first, last = sizes[0], sizes[-1]
    costs = {n: opportunity_costs(n, "fast", periods) for n in sizes}
    for n, (values, degree) in costs.items():
        name = "opportunity_us" if n == first else f"opportunity_us_{n}"
        aim = "<= 0.7" if n == 400 else ""
        rows.append(row(name, values, "us", against=f"RSiena 1.6.5: {PUBLISHED[n]:g} us; degree {degree:.1f}", aim=aim))
    plain, _ = opportunity_costs(first, "plain", max(2, periods // 5))
    rows.append(row("opportunity_us_plain", plain, "us", against=f"the engine that looks at everyone, N = {first}"))
    growth = [a / b for a, b in zip(costs[last][0], costs[first][0], strict=True)]
    published = PUBLISHED[last] / PUBLISHED[first]
    against = f"N = {last} over N = {first}; RSiena {published:.1f}"
    rows.append(row("opportunity_growth_reference", growth, "ratio", against=against, aim="<= 2.5"))
    return rows
