"""The product against the second implementation: sizes, capability, output, observation, leaders."""

from __future__ import annotations

from math import log
from types import SimpleNamespace

import numpy as np
import published_formulas as published
import pytest
from described_cases import CLOSE, world_of
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import law, random_case, seeds, ties
from small_models import model, scenario

from model.calibration import Calibration
from model.dynamics import growth, output
from model.dynamics.growth import Growth, Learning
from model.dynamics.output import LAG_WEIGHTS, Publishing
from model.dynamics.state import LAGS, SLOTS

# --- 6: size and capability ----------------------------------------------------------------------------------------


@law(40)
@given(seeds)
def test_sizes(seed: int) -> None:
    case, rng = random_case(seed), np.random.default_rng(seed)
    own, works, reference = rng.normal(0.0, 0.4, case.n), rng.uniform(1e3, 1e5, 3), 100.0
    numbers = Growth(reference, case.world.institutions_of, 0.3, 10.0, 25.0, 0.5)
    growth.resize(case.world, numbers, case.state, own, works)
    size = published.sizes(case.world.size_weight, own, case.world.country, works, case.world.institutions_of)
    assert np.exp(case.state.log_size) * reference == pytest.approx(size, rel=1e-10)


@law(8)
@given(st.floats(0.1, 0.9), st.floats(5.0, 50.0))
def test_capacities(exponent: float, scale: float) -> None:
    of = model(scenario(parameters={"capacity": {"exponent": exponent, "scale": scale}}))
    of.step()
    expected = published.capacities(np.exp(of.state.log_size), scale, exponent)
    assert of.state.capacity == pytest.approx(expected, rel=1e-10)


@law(40)
@given(seeds, st.floats(0.0, 0.5), st.floats(0.0, 0.5), st.floats(0.1, 2.0), st.sampled_from([0.05, 0.4]))
def test_capability(seed: int, rate: float, decay: float, cap: float, density: float) -> None:
    case, rng = random_case(seed, density=density), np.random.default_rng(seed)
    level, standing = rng.normal(0.0, 0.5, 3), rng.normal(0.0, 0.5, case.n)
    case.state.capability_shift[:] = rng.normal(0.0, 0.1, case.n)
    target = level[case.world.country] + standing + case.state.capability_shift
    expected = published.capability_after(world_of(case), target, rate, 10.0, cap, decay, absorb=case.world.absorption)
    growth.learn(
        case.world,
        Learning(rate, cap, 10.0, decay, case.setting.strength_years),
        case.state,
        level,
        standing,
        case.time,
        0.25,
    )
    assert case.state.capability == pytest.approx(expected, **CLOSE)


# --- 7: output, observation, leaders -------------------------------------------------------------------------------


def numbers_of(rng: np.random.Generator) -> Publishing:
    return Publishing(
        rate=float(rng.uniform(0.5, 5.0)), size_exponent=float(rng.uniform(0.1, 0.9)),
        capability_weight=float(rng.normal(0.0, 0.5)), country_lead=rng.normal(0.0, 0.5, 3),
        lead_capability=float(rng.normal(0.5, 0.5)), lead_initiator=float(rng.normal(0.3, 0.5)), strength_years=3.0,
    )  # fmt: skip


def test_the_lag_of_output() -> None:
    assert published.lag_probabilities() == pytest.approx(LAG_WEIGHTS, abs=1e-12)


@law(30)
@given(seeds)
def test_expected_works_and_their_leaders(seed: int) -> None:
    """What the kernel hands to its Poisson draws, run as plain Python, is the rate times the lag, split by the leader.

    And times what measures do to the works that appear, which is drawn here.
    """
    case, rng = random_case(seed, density=0.3), np.random.default_rng(seed)
    numbers, state = numbers_of(rng), case.state
    begin = 2012.25
    for k in range(-8, 1):  # two years of the same partnerships
        start = begin + k / 4
        output.expose(state, numbers, start, start + 0.25)
    seen: dict[int, tuple[float, float]] = {}

    def poisson_pair(
        key: object, purpose: object, who: object, number: int, index: object, a: float, b: float
    ) -> object:
        seen[int(number)] = (a, b)
        return 0, 0

    spied = SimpleNamespace(poisson_pair=poisson_pair, OUTPUT=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "draws", spied)
        acting = rng.uniform(0.0, 3.0, state.counts[SLOTS])
        output.publish.py_func(case.world, numbers, case.regime, state, case.key, begin, acting)
    lag, compared = published.lag_probabilities(), 0
    for (i, j), slot in ties(state).items():
        worth = 0.0
        for quarters, probability in enumerate(lag):
            a, b = begin - quarters / 4, begin - quarters / 4 + 0.25
            lived = max(0.0, b - max(a, state.start[slot]))
            middle = 0.5 * (max(a, state.start[slot]) + b)
            w = published.grown(state.strength[slot], middle - state.since[slot], 3.0)
            worth += probability * lived * max(w, 0.0)
        if worth == 0.0:
            continue
        s, g = np.exp(state.log_size), state.capability
        mean = published.output_rate(
            numbers.rate, worth, s[i], s[j], numbers.size_exponent, numbers.capability_weight, g[i], g[j]
        )
        mean *= acting[slot]
        p = published.leads(
            numbers.country_lead[case.world.country[i]], numbers.country_lead[case.world.country[j]], g[i], g[j],
            numbers.lead_capability, 1 if state.initiator[slot] == j else -1, numbers.lead_initiator,
        )  # fmt: skip
        assert seen[int(state.number[slot])] == pytest.approx((mean * (1.0 - p), mean * p), **CLOSE)
        compared += 1
    assert compared > 0 and LAGS == len(lag) == 9


@law(60)
@given(seeds, st.floats(-3.0, 3.0))
def test_the_probability_to_lead_is_antisymmetric(seed: int, extra: float) -> None:
    case, rng = random_case(seed, n=6), np.random.default_rng(seed)
    numbers, g, c = numbers_of(rng), case.state.capability, case.world.country
    for i in range(5):
        j = i + 1
        for initiator, sign in ((j, 1), (i, -1)):
            a, b = numbers.country_lead[c[i]], numbers.country_lead[c[j]]
            p = published.leads(a, b, g[i], g[j], numbers.lead_capability, sign, numbers.lead_initiator, extra=extra)
            got = output.lead_probability(case.world, numbers, case.state, i, j, initiator, extra)
            assert got == pytest.approx(p, **CLOSE)
            back = published.leads(
                b, a, g[j], g[i], numbers.lead_capability, -sign, numbers.lead_initiator, extra=-extra
            )
            assert p + back == pytest.approx(1.0, abs=1e-12)


@law(60)
@given(st.floats(-0.05, 0.08), st.floats(-0.05, 0.08), st.floats(1990.0, 2040.0), st.floats(0.3, 0.99))
def test_the_observation_and_its_damping(coverage: float, many: float, time: float, damping: float) -> None:
    """At first the second implementation damped from one whole year to the next, which says nothing between them."""
    product = Calibration(coverage=coverage, many_country=many, fitted_until=2014.0, damping=damping)
    expected = published.growth_of_the_record(time, 2000.0, 2014.0, coverage + many, damping)
    assert product.observation(time) == pytest.approx(expected, **CLOSE)


def test_both_readings_of_damping_keep_the_same_share_from_year_to_year() -> None:
    """They differ in the first year after the fit: 0.92 of the slope is left over it, or 0.85."""
    product = Calibration(coverage=0.02, fitted_until=2014.0, damping=0.85)
    steps = np.diff([product.observation(year) for year in range(2014, 2024)])
    whole = np.diff([published.growth_by_whole_years(year, 2000, 2014, 0.02) for year in range(2014, 2024)])
    assert steps[1:] / steps[:-1] == pytest.approx(0.85) and whole[1:] / whole[:-1] == pytest.approx(0.85)
    assert (steps[0] / 0.02, whole[0] / 0.02) == pytest.approx((0.15 / -log(0.85), 0.85))
