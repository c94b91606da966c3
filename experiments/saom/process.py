"""Runs a case with the model's kernels: meeting 1 for everyone, no contract terms, the same weights in both functions.

A period lasts one unit of time, so that an actor's rate is its expected number of opportunities in it. Each period is
a replicate of its own: the same start, other luck.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd

from model.dynamics import bounds as fast_bounds
from model.dynamics import draws, events, fast, network, plain
from model.dynamics.regime import Regime, no_measures
from model.dynamics.state import DEGREE_BOUND, DEGREE_MAX, State, new_state, with_room
from model.dynamics.terms import ANSWER, MAINTENANCE, PROPOSAL, TERMS, Setting, Term
from model.dynamics.twin import Twin
from model.world import WorldArrays

from .case import Case

Engine = Literal["fast", "plain", "twin"]
COLUMNS = (
    "ties", "triangles", "same_bloc_ties", "sum_W", "degree_var", "changed_dyads", "created", "dropped", "isolates",
    "max_degree",
)  # fmt: skip
"""Statistics of a network after a period, in the order of the reference."""
NO_TERM = -1.0


def world_of(case: Case) -> WorldArrays:
    """The case's actors as a world: blocs are countries, everything else is the same for all."""
    n, blocs = case.n, int(case.bloc.max()) + 1
    return WorldArrays(
        country=case.bloc,
        bloc=case.bloc,
        kind=np.zeros(n, np.int64),
        profile=np.ones((n, 1)),
        direction=np.ones((n, 1)),
        size_weight=np.ones(n),
        facilities=np.zeros(n, np.uint64),
        capability=np.zeros(n),
        absorption=np.ones(n),
        help_need=np.zeros(1),
        country_bloc=np.arange(blocs),
        institutions_of=np.bincount(case.bloc, minlength=blocs).astype(float),
    )


def setting_of(case: Case) -> Setting:
    """The case's numbers as those of the process of MODEL 3."""
    effects = case.settings.effects
    weights = np.zeros((3, TERMS))
    for row in (PROPOSAL, ANSWER, MAINTENANCE):
        weights[row, Term.BASE] = effects.density
        weights[row, Term.SHARED_COUNT] = effects.transitive_triads
        weights[row, Term.SAME_BLOC] = effects.same_bloc
        weights[row, Term.DEGREE_PLUS] = effects.degree_plus
    used = case.covariate is not None and effects.dyadic_covariate != 0.0
    blocs = int(case.bloc.max()) + 1
    return Setting(
        weights=weights,
        affinity=np.zeros((blocs, blocs)),
        covariates=case.covariate[None] if used else np.zeros((0, case.n, case.n)),  # type: ignore[index]
        covariate_weights=np.full((3, 1), effects.dyadic_covariate) if used else np.zeros((3, 0)),
        search=np.ones((blocs, blocs)),
        referral=0.0,
        memory=0.0,
        memory_years=1.0,
        offset=case.settings.offset,
        consent=case.settings.process == "initiative-with-confirmation",
        domestic=True,
        decay=0.5,
        gap_bound=1.0,
        reference_year=0.0,
        grid=np.zeros(1),
        contract_log_median=-np.inf,
        contract_log_sd=0.0,
        strength_initial=1.0,
        strength_years=1.0,
        strength_lapse=0.0,
    )


def start_state(case: Case, world: WorldArrays) -> State:
    """The start network, at time 0."""
    degree = np.bincount(case.start.ravel(), minlength=case.n)
    room = len(case.start) + 64
    state = new_state(case.n, len(world.country_bloc), width=int(degree.max()) + 16, room=room, spells=room)
    state.rate[:] = case.settings.rate
    for i, j in case.start:
        network.form(world, state, i, j, 0, 0, 0, -1, NO_TERM, 1.0, 0.0)
    return state


def run_periods(case: Case, periods: int, seed: int, engine: Engine = "fast") -> Iterator[State]:
    """The state at the end of each of many independent periods."""
    world, setting = world_of(case), setting_of(case)
    regime = no_measures(case.n, 1)
    begin = start_state(case, world)
    bounds = fast_bounds.new_bounds(world, setting)
    for period in range(periods):
        state = State(*(array.copy() for array in begin))
        key = draws.stream_key(seed, period)
        events.open_stream(state, key, 0)
        if engine == "fast":
            fast_bounds.refresh(world, setting, state, bounds)
        while not _evolve(world, setting, regime, state, bounds, key, engine):
            state = with_room(state)
            if engine == "fast" and state.counts[DEGREE_MAX] > state.counts[DEGREE_BOUND]:
                fast_bounds.refresh(world, setting, state, bounds)
        yield state


def _evolve(
    world: WorldArrays,
    setting: Setting,
    regime: Regime,
    state: State,
    bounds: fast_bounds.Bounds,
    key: np.ndarray,
    engine: Engine,
) -> bool:
    if engine == "fast":
        return bool(fast.evolve(world, setting, regime, state, bounds, key, 0, 1.0))
    if engine == "plain":
        return bool(plain.evolve(world, setting, regime, state, key, 0, 1.0))
    return Twin(world, setting, regime, state).evolve(key, 0, 1.0)


def adjacency(state: State) -> np.ndarray:
    """Adjacency matrix bool[N, N]."""
    n = len(state.degree)
    matrix = np.zeros((n, n), np.bool_)
    for i in range(n):
        matrix[i, network.partners_of(state, i)] = True
    return matrix


def statistics(case: Case, tied: np.ndarray, start: np.ndarray) -> tuple[float, ...]:
    """The `COLUMNS` of a network ``tied`` bool[N, N] that began as ``start``.

    Rounded as the reference is, so that a network has the same numbers in both.
    """
    upper = np.triu(tied, 1)
    degree = tied.sum(axis=1)
    x = tied.astype(float)
    w = 0.0 if case.covariate is None else float((np.triu(case.covariate, 1) * upper).sum())
    begun = np.triu(start, 1)
    created, dropped = int((upper & ~begun).sum()), int((begun & ~upper).sum())
    return (
        int(upper.sum()), round(float(((x @ x) * x).sum()) / 6), int((upper & (case.bloc[:, None] == case.bloc)).sum()),
        w, round(float(degree.var()), 6), created + dropped, created, dropped, int((degree == 0).sum()), int(degree.max()),
    )  # fmt: skip


def runs_table(case: Case, periods: int, seed: int, engine: Engine = "fast") -> pd.DataFrame:
    """One row of statistics for each period."""
    start = adjacency(start_state(case, world_of(case)))
    rows = [statistics(case, adjacency(state), start) for state in run_periods(case, periods, seed, engine)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def choice_probabilities(case: Case) -> np.ndarray:
    """Probabilities of the choice of every actor in the start network, float64[N, N]; the diagonal is no change."""
    world, setting = world_of(case), setting_of(case)
    state = start_state(case, world)
    regime = no_measures(case.n, 1)
    meet, weights = np.empty(case.n), np.empty((case.n, case.n))
    for i in range(case.n):
        plain.choice_weights(world, setting, regime, state, i, 0.0, meet, weights[i])
    return weights / weights.sum(axis=1, keepdims=True)
