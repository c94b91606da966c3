"""The dominating stream of events: rates, cuts, waits; a cut draws nothing and changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import QUARTER_START, TIME, Case, copied, different_arrays, law, random_case, refreshed_bounds, seeds
from scipy import stats

from model.dynamics import events, fast, plain
from model.dynamics.bounds import Bounds
from model.dynamics.state import EVENT_NUMBER, NEXT, NOW, State
from model.dynamics.twin import Twin

QUARTER = round(QUARTER_START * 4)
END = QUARTER_START + 0.25


def evolve(case: Case, engine: str, until: float, bounds: Bounds | None = None) -> bool:
    """Run an engine; the tables of the fast one are those of the quarter, made once."""
    world, setting, regime, state = case.world, case.setting, case.regime, case.state
    if engine == "twin":
        return Twin(world, setting, regime, state).evolve(case.key, QUARTER, until)
    if engine == "plain":
        return plain.evolve(world, setting, regime, state, case.key, QUARTER, until)
    return fast.evolve(world, setting, regime, state, bounds, case.key, QUARTER, until)


@pytest.mark.parametrize("engine", ["fast", "plain", "twin"])
@law(20)
@given(seeds, st.integers(0, 4), st.lists(st.floats(TIME, END), max_size=5))
def test_cutting_at_dates_changes_no_bit(engine: str, seed: int, measures: int, dates: list[float]) -> None:
    whole = random_case(seed, n=10, measures=measures)
    bounds = refreshed_bounds(whole)
    cut = whole.copied()
    assert evolve(whole, engine, END, bounds)
    for until in [*sorted(dates), END]:
        assert evolve(cut, engine, until, bounds)
        assert cut.state.clock[NOW] == until <= cut.state.clock[NEXT]
    assert different_arrays(whole.state, cut.state) == []


def stream(state: State, key: np.ndarray, quarter: int, until: float) -> list[tuple[int, float]]:
    """Opportunities (institution, time) of what is left of a quarter."""
    rate, seen = events.stream_rate(state), []
    while state.clock[NEXT] < until:
        i, number, time = events.next_event(state, key, quarter, rate)
        if events.opportunity_due(state, key, i, number, rate):
            seen.append((int(i), float(time)))
    state.clock[NOW] = until
    return seen


def quarters(rates: list[float], count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Opportunities in many quarters: counts float64[count, n], and their times within the quarter."""
    case = random_case(seed, n=len(rates), countries=2, density=0.0, former=0.0)
    state = case.state
    state.rate[:] = rates
    counts, times = np.zeros((count, len(rates))), []
    for k in range(count):
        start = 2000.0 + 0.25 * k
        state.clock[NOW] = start
        events.open_stream(state, case.key, 8000 + k)
        for i, time in stream(state, case.key, 8000 + k, start + 0.25):
            counts[k, i] += 1
            times.append(time - start)
    return counts, np.array(times)


def test_every_institution_has_poisson_opportunities_at_its_own_rate() -> None:
    rates = [12.0, 22.0, 1.5, 0.0, 30.0]
    counts, times = quarters(rates, 500)
    for column, rate in zip(counts.T, rates, strict=True):
        mean = 0.25 * rate
        assert abs(column.sum() - 500 * mean) <= 4.0 * np.sqrt(500 * mean)
        if mean > 0.0:
            # the variance of a Poisson count is its mean
            dispersion = ((column - mean) ** 2).sum() / mean
            assert 1e-4 < stats.chi2.sf(dispersion, 500) < 1.0 - 1e-4
    assert stats.kstest(times * 4.0, "uniform").pvalue > 1e-3
    correlations = np.corrcoef(counts[:, [0, 1, 2, 4]].T) - np.eye(4)
    assert np.abs(correlations).max() < 4.0 / np.sqrt(500)


def test_rate_of_the_stream_is_that_of_the_largest() -> None:
    state = random_case(1, n=5).state
    state.rate[:] = [1.0, 7.0, 2.0, 0.0, 6.0]
    assert events.stream_rate(state) == 35.0


def test_events_are_keyed_by_quarter_and_number_not_by_what_happened() -> None:
    """Two worlds that parted meet the same events again."""
    one, two = (random_case(seed, n=8) for seed in (1, 2))
    for case in (one, two):
        case.state.rate[:] = 9.0
        case.state.clock[NOW] = 2013.0
        events.open_stream(case.state, one.key, 8052)
    assert stream(one.state, one.key, 8052, 2013.25) == stream(two.state, one.key, 8052, 2013.25)
    assert one.state.counts[EVENT_NUMBER] == two.state.counts[EVENT_NUMBER] > 1


def test_numbers_of_the_draws_count_an_institution_s_events() -> None:
    case = random_case(3, n=6)
    before = case.state.opportunities.copy()
    rate, met = events.stream_rate(case.state), np.zeros(6, np.int64)
    while case.state.clock[NEXT] < END:
        i, number, _ = events.next_event(case.state, case.key, QUARTER, rate)
        assert number == before[i] + met[i]
        met[i] += 1
    assert (case.state.opportunities == before + met).all()


def test_a_world_without_rates_has_no_events() -> None:
    case = random_case(3, n=6)
    case.state.rate[:] = 0.0
    events.open_stream(case.state, case.key, QUARTER)
    assert case.state.clock[NEXT] == np.inf
    assert plain.evolve(case.world, case.setting, case.regime, case.state, case.key, QUARTER, END)
    assert case.state.clock[NOW] == END


def test_what_is_left_of_a_wait_is_stretched_in_inverse_proportion() -> None:
    case = random_case(1)
    state = case.state
    state.clock[:] = 2012.0, 2012.06
    events.stretch_wait(state, case.key, QUARTER, 100.0, 300.0)
    assert state.clock[NEXT] == pytest.approx(2012.02, abs=1e-9)
    events.stretch_wait(state, case.key, QUARTER, 300.0, 300.0)
    assert state.clock[NEXT] == pytest.approx(2012.02, abs=1e-9)
    events.stretch_wait(state, case.key, QUARTER, 300.0, 0.0)
    assert state.clock[NEXT] == np.inf


def test_a_stretched_stream_is_a_poisson_stream_of_the_new_rate() -> None:
    """Exact in distribution: waits after the change are exponential, and counts before and after are Poisson."""
    case = random_case(6, n=4, countries=2, density=0.0, former=0.0)
    state, waits, counts = case.state, [], np.zeros((600, 2))
    for k in range(600):
        start, cut = 2000.0 + 0.25 * k, 2000.0 + 0.25 * k + 0.11
        state.rate[:] = 8.0
        state.clock[NOW] = start
        events.open_stream(state, case.key, 8000 + k)
        counts[k, 0] = len(stream(state, case.key, 8000 + k, cut))
        before = events.stream_rate(state)
        state.rate[:] = 20.0
        events.stretch_wait(state, case.key, 8000 + k, before, events.stream_rate(state))
        waits.append((state.clock[NEXT] - cut) * events.stream_rate(state))
        counts[k, 1] = len(stream(state, case.key, 8000 + k, start + 0.25))
    assert stats.kstest(waits, "expon").pvalue > 1e-3
    for column, mean in zip(counts.T, (32.0 * 0.11, 80.0 * 0.14), strict=True):
        assert abs(column.sum() - 600 * mean) < 4.0 * np.sqrt(600 * mean)
        assert 1e-4 < stats.chi2.sf(((column - mean) ** 2).sum() / mean, 600) < 1.0 - 1e-4
    assert abs(np.corrcoef(counts.T)[0, 1]) < 4.0 / np.sqrt(600)


def test_a_stream_that_stood_still_moves_again_when_rates_return() -> None:
    """There is no wait to stretch: one is drawn."""
    case = random_case(6, n=4, countries=2, density=0.0, former=0.0)
    state, waits, count = case.state, [], 0
    for k in range(300):
        state.clock[NOW] = 2000.0 + 0.25 * k
        state.rate[:] = 0.0
        events.open_stream(state, case.key, 8000 + k)
        assert stream(state, case.key, 8000 + k, 2000.1 + 0.25 * k) == []
        state.rate[:] = 20.0
        events.stretch_wait(state, case.key, 8000 + k, 0.0, 80.0)
        waits.append((state.clock[NEXT] - state.clock[NOW]) * 80.0)
        count += len(stream(state, case.key, 8000 + k, 2000.25 + 0.25 * k))
    assert stats.kstest(waits, "expon").pvalue > 1e-3
    assert abs(count - 300 * 12.0) < 4.0 * np.sqrt(300 * 12.0)


def test_a_case_shares_nothing_with_its_copy() -> None:
    case = random_case(1)
    other = copied(case.state)
    assert evolve(case, "plain", END)
    assert different_arrays(case.state, other) != []
