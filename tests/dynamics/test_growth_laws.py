"""Sizes and capabilities: totals that are kept, the stationary drift, and learning against the written formula."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import Case, law, random_case, seeds

from model.dynamics import draws, growth, network
from model.dynamics.growth import Growth, Learning

STEP = 0.25
KEY = draws.stream_key(3, 1)
GROWTH = Growth(100.0, np.array([50.0, 200.0, 80.0]), 0.2, 2.0, 25.0, 0.4)


def drifted(count: int, quarters: int, start: np.ndarray | None = None) -> np.ndarray:
    own = np.zeros(count) if start is None else start.copy()
    for k in range(quarters):
        growth.drift(GROWTH, own, KEY, 8000 + k, STEP)
    return own


def test_drift_is_stationary_with_its_spread() -> None:
    own = drifted(4000, 60)
    assert own.std() == pytest.approx(0.2, rel=0.05)
    assert abs(own.mean()) < 4.0 * 0.2 / np.sqrt(len(own))
    assert abs(np.corrcoef(own[:-1], own[1:])[0, 1]) < 4.0 / np.sqrt(len(own))
    later = own.copy()
    growth.drift(GROWTH, later, KEY, 9000, STEP)
    assert np.corrcoef(own, later)[0, 1] == pytest.approx(exp(-STEP / 2.0), abs=0.01)
    assert later.std() == pytest.approx(0.2, rel=0.05)


@pytest.mark.parametrize("quarters", [1, 4, 12])
def test_drift_from_nothing_spreads_as_the_exact_process(quarters: int) -> None:
    expected = 0.2 * np.sqrt(1.0 - exp(-2.0 * quarters * STEP / 2.0))
    assert drifted(6000, quarters).std() == pytest.approx(expected, rel=0.05)


def test_without_spread_drift_returns_to_nothing() -> None:
    own = np.array([1.0, -2.0, 0.5])
    growth.drift(GROWTH._replace(drift_sd=0.0), own, KEY, 8000, STEP)
    assert own == pytest.approx(np.array([1.0, -2.0, 0.5]) * exp(-STEP / 2.0))


@law(80)
@given(seeds, st.floats(0.0, 1.5))
def test_drift_of_institutions_keeps_the_national_totals(seed: int, spread: float) -> None:
    case = random_case(seed, density=0.0, former=0.0)
    rng = np.random.default_rng(seed)
    own, publications = rng.normal(0.0, spread, case.n), rng.uniform(1e3, 1e6, 3)
    growth.resize(case.world, GROWTH, case.state, own, publications)
    sizes, country = 100.0 * np.exp(case.state.log_size), case.world.country
    for c in range(3):
        of_country = country == c
        q = case.world.size_weight[of_country]
        total = q.sum() * publications[c] / GROWTH.institutions[c]  # s_i = q_i P_c / M_c
        assert sizes[of_country].sum() == pytest.approx(total, rel=1e-10)
        # inside a country sizes are in the proportion of weight and own drift
        assert sizes[of_country] / total == pytest.approx(q * np.exp(own[of_country]) / (q @ np.exp(own[of_country])))


def test_without_drift_sizes_are_shares_of_the_national_mean() -> None:
    case = random_case(2)
    publications = np.array([1e4, 2e5, 3e4])
    growth.resize(case.world, GROWTH, case.state, np.zeros(case.n), publications)
    mean = (publications / GROWTH.institutions)[case.world.country]
    assert 100.0 * np.exp(case.state.log_size) == pytest.approx(case.world.size_weight * mean)


LEARNING = Learning(rate=0.4, cap=0.5, half_degree=10.0, decay=0.3, strength_years=3.0)


def three(capability: list[float]) -> Case:
    """Institutions 0 and 1 of two countries are partners, 1 and 2 of two countries as well."""
    case = random_case(1, n=3, countries=3, density=0.0, former=0.0)
    case.state.capability[:] = capability
    case.world.absorption[:] = [1.0, 0.8, 1.2]
    network.form(case.world, case.state, 0, 1, 0, 0, 0, -1, -1.0, 0.4, 2010.0)
    network.form(case.world, case.state, 2, 1, 0, 0, 0, -1, -1.0, 0.7, 2011.0)
    return case


def learn(case: Case, learning: Learning = LEARNING, level: object = 0.0, offset: object = 0.0) -> np.ndarray:
    growth.learn(
        case.world, learning, case.state, np.broadcast_to(np.asarray(level, float), 3).copy(),
        np.broadcast_to(np.asarray(offset, float), case.n).copy(), 2012.0, STEP,
    )  # fmt: skip
    return case.state.capability.copy()


def test_learning_is_the_formula_on_a_case_by_hand() -> None:
    g = [-0.9, 0.1, 0.3]
    level, offset = [0.2, -0.1, 0.0], [0.05, 0.0, -0.2]
    w01, w12 = 1.0 - 0.6 * exp(-2.0 / 3.0), 1.0 - 0.3 * exp(-1.0 / 3.0)
    gain = [
        0.4 * 1 / (1 + 10) * (w01 * 0.5) * 1.0,  # the gap of 1.0 teaches as much as the cap of 0.5
        0.4 * 2 / (2 + 10) * (w12 * 0.2 / 2) * 0.8,  # of its two partners only 2 is better
        0.0,
    ]
    moved = [g[i] + STEP * (gain[i] - 0.3 * (g[i] - level[i] - offset[i])) for i in range(3)]
    expected = [x - sum(moved) / 3 for x in moved]
    assert learn(three(g), level=level, offset=offset) == pytest.approx(expected, abs=1e-14)


@law(60)
@given(seeds)
def test_capabilities_are_centred_and_move_only_relative_to_each_other(seed: int) -> None:
    case = random_case(seed, n=12)
    rng = np.random.default_rng(seed)
    level, offset = rng.normal(0, 0.5, 3), rng.normal(0, 0.5, case.n)
    shifted = case.copied()
    shifted.state.capability[:] += 5.0
    moved = learn(case, level=level, offset=offset)
    assert moved.mean() == pytest.approx(0.0, abs=1e-12)
    again = learn(shifted, level=level, offset=offset)
    assert again == pytest.approx(moved, abs=1e-12)


@law(60)
@given(seeds)
def test_only_better_partners_teach(seed: int) -> None:
    case = random_case(seed, n=12, density=0.4)
    before = case.state.capability.copy()
    pure = LEARNING._replace(decay=0.0)
    moved = learn(case, pure)
    gain = moved - before
    gain -= gain.min()  # the best of all learns nothing: its gain is the zero, moved by the centring
    best = int(np.argmax(before))
    assert gain[best] == pytest.approx(0.0, abs=1e-12)
    for i in range(case.n):
        partners = network.partners_of(case.state, i)
        better = [j for j in partners if before[j] > before[i]]
        assert (gain[i] > 1e-12) == bool(better)
        d = case.state.degree[i]
        assert gain[i] <= STEP * 0.4 * d / (d + 10.0) * 0.5 * case.world.absorption[i] + 1e-12


def test_nothing_is_learnt_from_the_unconnected_and_nothing_without_a_rate() -> None:
    alone = random_case(4, density=0.0, former=0.0)
    before = alone.state.capability.copy()
    assert learn(alone, LEARNING._replace(decay=0.0)) == pytest.approx(before - before.mean(), abs=1e-14)
    case = three([-1.0, 0.0, 1.0])
    assert learn(case, LEARNING._replace(rate=0.0, decay=0.0)) == pytest.approx([-1.0, 0.0, 1.0], abs=1e-14)


def test_decay_returns_to_what_inputs_allow() -> None:
    case = three([2.0, 0.0, -2.0])
    home = np.array([0.3, -0.1, -0.2])
    for _ in range(400):
        learn(case, LEARNING._replace(rate=0.0), level=home)
    assert case.state.capability == pytest.approx(home, abs=1e-6)


def test_a_faster_level_is_followed_and_learning_is_separable() -> None:
    """The part that comes from inputs and the part that is learnt add up, before centring."""

    def gains(rate: float, decay: float) -> np.ndarray:
        case = three([-0.9, 0.1, 0.8])
        before = case.state.capability.copy()
        return learn(case, LEARNING._replace(rate=rate, decay=decay), level=[0.5, 0.0, 0.0]) - before

    assert gains(0.4, 0.3) == pytest.approx(gains(0.4, 0.0) + gains(0.0, 0.3), abs=1e-14)
