"""1,600 partnerships alike, so that shares of what happens to them can be counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from random_worlds import Case, idle_measures, random_case
from scipy import stats

from model.dynamics import contracts, network
from model.dynamics.contracts import NO_TERM
from model.dynamics.regime import no_measures
from model.dynamics.state import OFFICIAL, with_room

NOW = 2012.5
SIDE = 40
SHARES = np.array([0.2, 0.3])
NONE = np.zeros(0, np.int64)


def many_ties(seed: int = 1) -> Case:
    """Two countries of 40, everyone with everyone abroad: 1,600 official partnerships without a term, in field 0."""
    case = random_case(seed, n=2 * SIDE, countries=2, density=0.0, former=0.0)
    case.world.country[:] = np.repeat([0, 1], SIDE)
    state = case.state
    for i in range(SIDE):
        for j in range(SIDE, 2 * SIDE):
            state = with_room(state)
            a, b = (i, j) if (i + j) % 2 else (j, i)
            network.form(case.world, state, a, b, 100 * i + j, 0, OFFICIAL, -1, NO_TERM, 0.4, 2010.0)
    return Case(case.world, case.setting, no_measures(case.n, 4), with_room(state), case.key, NOW)


def under_one_measure(case: Case, *, official: bool, half: bool = False) -> Case:
    """The case under one measure about field 0 between the two countries, or the first half of one of them."""
    row = np.arange(case.n)
    fields = np.zeros((1, 4))
    fields[0, 0] = 1.0
    first = row < (SIDE // 2 if half else SIDE)
    regime = idle_measures(first, row >= SIDE)._replace(official=np.array([official]), fields=fields)
    return Case(case.world, case.setting, regime, case.state, case.key, case.time)


def review(case: Case, *, barred: bool = False, reach: float = 1.0, leakage: float = 0.0, time: float = NOW) -> None:
    unrenewable = np.zeros(1, np.int64) if barred else NONE
    contracts.review(
        case.world, case.setting, case.regime, unrenewable, np.array([reach]), np.array([leakage]), SHARES, case.state,
        case.key, time,
    )  # fmt: skip


def lives(case: Case) -> np.ndarray:
    return np.isinf(case.state.end[: SIDE * SIDE])


def of(case: Case, name: str) -> np.ndarray:
    return getattr(case.state, name)[: SIDE * SIDE]


def surprise(years: np.ndarray) -> float:
    """p-value of lengths of terms against the measured distribution."""
    return float(stats.kstest((np.log(years) - np.log(37.0 / 12.0)) / 0.358, "norm").pvalue)


def near(observed: Any, share: float, count: int) -> bool:
    """Within four standard errors of a share of ``count``."""
    return abs(float(observed) - share * count) <= 4.0 * np.sqrt(count * share * (1.0 - share)) + 1e-9
