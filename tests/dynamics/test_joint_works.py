"""Joint works: how many, when they appear, who leads, and when the slot of an ended partnership is free."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import Case, idle_measures, law, random_case, seeds, ties
from scipy import stats

from model.dynamics import network, output, regime
from model.dynamics.output import LAG_WEIGHTS, Publishing
from model.dynamics.regime import marked
from model.dynamics.state import FREE, LAGS, OFFICIAL, State, with_room

YEARS = 3.0
START = 2010.0


def publishing(rate: float = 2.0, **changes: object) -> Publishing:
    numbers = Publishing(rate, 0.45, 0.3, np.array([0.1, -0.4, 0.3]), 0.5, 0.6, YEARS)
    return numbers._replace(**changes)  # type: ignore[arg-type]


def quarter(case: Case, numbers: Publishing, k: int) -> np.ndarray:
    """Phase 5 of the quarter k after START: works that appear in it, by country of leader and other."""
    case.state.led[:] = 0
    begin = START + 0.25 * k
    output.expose(case.state, numbers, begin, begin + 0.25)
    output.publish(case.world, numbers, case.regime, case.state, case.key, begin, output.UNTOUCHED)
    return case.state.led.copy()


def exposure(w: float, start: float, end: float, a: float, b: float) -> float:
    """Integral of strength over the part of [a, b] in which a partnership lives; w at its start, exact."""
    a, b = max(a, start), min(b, end)
    if b <= a:
        return 0.0
    return (b - a) - (1.0 - w) * YEARS * (exp(-(a - start) / YEARS) - exp(-(b - start) / YEARS))


def dense(seed: int, n: int = 30) -> Case:
    """Partnerships that begin within the first two quarters; some end within the third year."""
    case = random_case(seed, n=n, density=0.0, former=0.0)
    rng = np.random.default_rng(seed)
    state = case.state
    state.log_size[:] = rng.normal(0.0, 0.5, n)
    for i in range(n):
        for j in range(i):
            if case.world.country[i] != case.world.country[j]:
                a, b = (i, j) if rng.random() < 0.5 else (j, i)
                state = with_room(state)
                network.form(case.world, state, a, b, 40 * i + j, 0, 0, -1, -1.0, 0.3, START + 0.5 * rng.random())
    return replace(case, state=state)


def test_exposure_is_strength_times_years() -> None:
    case, numbers = dense(1), publishing()
    life = {slot: (float(case.state.start[slot]), np.inf) for slot in ties(case.state).values()}
    for slot in list(life)[::3]:
        life[slot] = (life[slot][0], START + 0.9)
        network.dissolve(case.world, case.state, slot, 0, START + 0.9, YEARS)
    for k in range(6):
        begin = START + 0.25 * k
        output.expose(case.state, numbers, begin, begin + 0.25)
        for slot, (start, end) in life.items():
            seen = case.state.exposure[slot, round(4 * begin) % LAGS]
            # the strength of the middle stands for that of the quarter: an error of at most (0.25 / 3)^2 / 24
            assert seen == pytest.approx(exposure(0.3, start, end, begin, begin + 0.25), rel=1e-3, abs=1e-12)


@pytest.mark.parametrize("chi", [0.0, 0.3])
def test_expected_number_of_works_is_the_formula(chi: float) -> None:
    """Sizes at the time of appearance, strengths at the time of start; chi weighs the mean capability."""
    case, numbers = dense(2), publishing(capability_weight=chi)
    state, rng = case.state, np.random.default_rng(5)
    pairs = [(int(state.first[s]), int(state.second[s]), float(state.start[s])) for s in range(state.counts[0])]
    total, expected = 0, 0.0
    for k in range(24):
        state.log_size[:] = rng.normal(0.0, 0.5, case.n)  # of this quarter only
        total += int(quarter(case, numbers, k).sum())
        for i, j, start in pairs:
            size = exp(0.45 * (state.log_size[i] + state.log_size[j]))
            capability = exp(chi * (state.capability[i] + state.capability[j]) / 2.0)
            for lag in range(4, 9):
                a = START + 0.25 * (k - lag)
                worth = exposure(0.3, start, np.inf, a, a + 0.25) if k >= lag else 0.0
                expected += 2.0 * LAG_WEIGHTS[lag] * worth * size * capability
    assert expected > 1000.0
    assert abs(total - expected) < 4.0 * np.sqrt(expected) + 1e-3 * expected


def test_works_appear_one_to_two_years_after_their_start() -> None:
    case, numbers = random_case(3, density=0.0, former=0.0), publishing(rate=1e6)
    slot = network.form(case.world, case.state, 0, case.n - 1, 5, 0, 0, -1, -1.0, 0.5, START + 0.1)
    network.dissolve(case.world, case.state, slot, 0, START + 0.2, YEARS)
    by_lag = np.array([quarter(case, numbers, k).sum() for k in range(14)])
    assert by_lag[:4].sum() == 0 and by_lag[9:].sum() == 0
    assert by_lag[4:9] / by_lag.sum() == pytest.approx([1 / 8, 1 / 4, 1 / 4, 1 / 4, 1 / 8], abs=0.01)


def test_weights_of_the_lags_are_those_of_a_uniform_lag() -> None:
    """A start anywhere in its quarter and a lag uniform on one to two years."""
    rng = np.random.default_rng(1)
    lags = np.floor(rng.random(400_000) + 4.0 + 4.0 * rng.random(400_000)).astype(int)
    assert np.bincount(lags, minlength=LAGS) / len(lags) == pytest.approx(LAG_WEIGHTS, abs=0.004)
    assert LAG_WEIGHTS.sum() == 1.0 and len(LAG_WEIGHTS) == LAGS


def test_works_are_non_negative_whole_numbers_of_living_or_past_partnerships() -> None:
    case, numbers = dense(4), publishing()
    for k in range(20):
        led = quarter(case, numbers, k)
        assert led.dtype == np.int64 and (led >= 0).all()
        assert (np.diag(led) == 0).all()  # partnerships are international
    alone = random_case(4, density=0.0, former=0.0)
    assert sum(quarter(alone, numbers, k).sum() for k in range(12)) == 0


@law(100)
@given(seeds, st.booleans())
def test_swapping_the_two_ends_turns_the_probability_of_leading_round(seed: int, started: bool) -> None:
    case, numbers = random_case(seed, measures=3), publishing()
    i, j = (int(k) for k in np.random.default_rng(seed).choice(case.n, 2, replace=False))
    initiator = i if started else j

    def leads(one: int, other: int) -> float:
        favour = regime.lead_effect(case.regime, one, other, 1, OFFICIAL, 0)
        return output.lead_probability(case.world, numbers, case.state, one, other, initiator, favour)

    p = output.lead_probability(case.world, numbers, case.state, i, j, initiator, 0.0)
    assert leads(i, j) + leads(j, i) == pytest.approx(1.0, abs=1e-12)
    a, b = case.world.country[i], case.world.country[j]
    logit = (
        numbers.country_lead[b] - numbers.country_lead[a]
        + 0.5 * (case.state.capability[j] - case.state.capability[i])
        + (0.6 if initiator == j else -0.6)
    )  # fmt: skip
    assert p == pytest.approx(1.0 / (1.0 + exp(-logit)), rel=1e-12)
    even = publishing(country_lead=np.zeros(3), lead_capability=0.0, lead_initiator=0.0)
    assert output.lead_probability(case.world, even, case.state, i, j, initiator, 0.0) == 0.5


@pytest.mark.parametrize(("initiator", "favour"), [(0, 0.0), (13, 0.0), (0, 1.5), (13, -0.7)])
def test_works_are_led_as_often_as_the_probability_says(initiator: int, favour: float) -> None:
    case, numbers = random_case(6, density=0.0, former=0.0), publishing(rate=4000.0)
    other = case.n - 1 - initiator
    favoured = idle_measures(np.arange(case.n) == other, np.arange(case.n) == initiator)
    case = replace(case, regime=marked(favoured._replace(leadership=np.array([favour]))))
    assert {initiator, other} == {0, case.n - 1}
    network.form(case.world, case.state, initiator, other, 5, 0, 0, -1, -1.0, 0.5, START)
    led = sum(quarter(case, numbers, k) for k in range(16))
    p = output.lead_probability(case.world, numbers, case.state, initiator, other, initiator, favour)
    mine, theirs = case.world.country[initiator], case.world.country[other]
    assert led.sum() > 3000
    assert stats.binomtest(int(led[theirs, mine]), int(led.sum()), float(p)).pvalue > 1e-4


@law(20)
@given(st.floats(0.001, 0.249), st.integers(0, 9))
def test_a_slot_is_free_when_its_last_work_has_appeared_not_before(within: float, life: int) -> None:
    case, numbers = random_case(7, density=0.0, former=0.0), publishing(rate=1e5)
    slot = network.form(case.world, case.state, 0, case.n - 1, 5, 0, 0, -1, -1.0, 0.5, START + 0.5 * within)
    last = None
    for k in range(life + 14):
        if k == life:
            network.dissolve(case.world, case.state, slot, 0, START + 0.25 * k + within, YEARS)
        works = quarter(case, numbers, k).sum()
        last = k if works else last
        held = case.state.counts[FREE] == 0
        assert held == (case.state.first[slot] >= 0) == (k <= life + 8)
    assert last == life + 8


def test_luck_of_a_partnership_is_its_own() -> None:
    """Works depend on who initiated and on the number of the opportunity: not on slots or on other partnerships."""

    def works(names: list[tuple[int, int, int]]) -> dict[tuple[int, int, int], list[int]]:
        case, numbers = random_case(8, n=6, countries=3, density=0.0, former=0.0), publishing(rate=30.0)
        case.world.country[:] = [0, 0, 1, 1, 2, 2]
        for i, j, number in names:
            network.form(case.world, case.state, i, j, number, 0, 0, -1, -1.0, 0.5, START)
        seen: dict[tuple[int, int, int], list[int]] = {name: [] for name in names}
        for k in range(14):
            led = quarter(case, numbers, k)
            for i, j, number in names:
                a, b = case.world.country[i], case.world.country[j]
                seen[i, j, number].append(int(led[a, b] + led[b, a]))
        return seen

    one, two, three = (0, 2, 7), (5, 1, 8), (3, 4, 9)  # three pairs of countries
    both = works([one, two, three])
    assert works([three, one]) == {name: both[name] for name in (three, one)}
    assert works([two]) == {two: both[two]}
    assert sum(both[one]) > 0 and both[one] != both[two] != both[three]


def meaningful_exposure(state: State) -> float:
    return float(state.exposure[: state.counts[0]].sum())


def test_a_quarter_without_partnerships_leaves_no_exposure() -> None:
    case, numbers = dense(9), publishing()
    output.expose(case.state, numbers, 2005.0, 2005.25)
    assert meaningful_exposure(case.state) == 0.0
    output.expose(case.state, numbers, START + 1.0, START + 1.25)
    assert meaningful_exposure(case.state) > 0.0
