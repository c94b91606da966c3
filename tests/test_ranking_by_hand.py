"""Channels by hand: estimates, counts of a replicate, and rankings of effects that are known."""

from __future__ import annotations

import math
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.figures import draw_channels
from experiments.ranking import Counts, Horizon, Setting, assembled, estimates, instruments_of
from experiments.ranking.counting import counts_of
from experiments.ranking.instruments import Instrument, Pair
from experiments.ranking.ranking import BASE, DEFAULT, Runs
from experiments.ranking.wording import lines, notes, table
from experiments.runner import resolved
from model.scenario import load_scenario
from model.tables import read_tables
from model.world import build_world

RU_CN = Pair(("RU", "CN"), (("RU",), ("CN",)))

# --- estimates by hand ---------------------------------------------------------------------------------------------


def test_half_time_on_straight_lines() -> None:
    """Half of 8 is 4: between 2 at the end of year 1 and 6 at the end of year 2 that is after one and a half."""
    assert estimates.half_time(np.array([2.0, 6.0, 8.0])) == pytest.approx(1.5)
    assert estimates.half_time(np.array([8.0, 8.0])) == pytest.approx(0.5)
    assert estimates.half_time(np.array([-2.0, -6.0, -8.0])) == pytest.approx(1.5)
    assert estimates.half_time(np.array([6.0, 1.0, 8.0])) == pytest.approx(2 / 3), "when it is first reached"
    both = estimates.half_time(np.array([[0.0, 4.0], [1.0, 0.0]]))
    assert both[0] == pytest.approx(1.5) and np.isnan(both[1])


@given(st.lists(st.floats(0.01, 1e3), min_size=1, max_size=8))
def test_half_time_of_what_only_grows_is_within_the_years(steps: list[float]) -> None:
    path = np.cumsum(steps)
    time = float(estimates.half_time(path))
    assert 0.0 < time <= len(path)
    assert np.interp(time, range(len(path) + 1), [0.0, *path]) == pytest.approx(path[-1] / 2)


def test_an_effect_is_seen_from_the_first_of_two_clear_years_on_one_side() -> None:
    clear, unclear = [1.0, 1.1, 0.9], [5.0, -5.0, 0.5]
    assert estimates.seen_from(np.array([unclear, clear, clear, unclear]).T) == 2
    assert estimates.seen_from(np.array([clear, unclear, clear]).T) is None, "one year alone is luck"
    assert estimates.seen_from(np.array([clear, [-x for x in clear], [-x for x in clear]]).T) == 2
    assert estimates.seen_from(np.zeros((3, 4))) is None
    assert estimates.seen_from(np.array([[1.0, 1.0]])) is None, "one replicate has no interval"


def test_shares_and_ranks_of_samples() -> None:
    """Three samples of three: the first wins twice, the second shares the third sample with the last."""
    drawn = np.array([[3.0, 1.0, 2.0], [3.0, 2.0, np.nan], [0.0, 4.0, 4.0]])
    assert estimates.first_shares(drawn) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert estimates.rank_ranges(drawn) == [(1, 3), (1, 3), (1, 3)]
    assert estimates.rank_ranges(np.array([[3.0, 1.0, 2.0]] * 5)) == [(1, 1), (3, 3), (2, 2)]


def test_bootstrap_samples_are_drawn_from_the_replicates() -> None:
    weights = estimates.samples(5, seed=3, count=4000)
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert np.array_equal(weights, estimates.samples(5, seed=3, count=4000))
    means = weights @ np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert means.mean() == pytest.approx(3.0, abs=0.05)
    assert means.std() == pytest.approx(math.sqrt(2.0 / 5.0), rel=0.05)


# --- counts --------------------------------------------------------------------------------------------------------


def of_two_years(spells: list[tuple[int, int, float, float]]) -> Any:
    """Records of 2020 to 2023 of a world with two institutions in A and two in B; A-B has 4, 3, 2, 1 new ones."""
    formed = np.zeros((5, 2, 2))
    formed[:, 0, 1], formed[:, 1, 0] = [9, 3, 1, 2, 0], [9, 1, 2, 0, 1]
    programmes = np.zeros((5, 3, 2))
    programmes[:, :, 1] = [[9, 9, 9], [2, 1, 1], [2, 0, 0], [2, 2, 1], [2, 0, 0]]
    return SimpleNamespace(
        ends=np.array([2020.0, 2021.0, 2022.0, 2023.0, 2024.0]), initiated=formed, led=2 * formed,
        ties=np.stack([np.full((2, 2), k) for k in (9.0, 5.0, 6.0, 7.0, 8.0)]), programmes=programmes,
        spell_whole=np.array([[a, b, a, 0, 0, 0, 0] for a, b, *_ in spells]).reshape(-1, 7),
        spell_times=np.array([[start, end, 1.0] for *_, start, end in spells]).reshape(-1, 3),
    )  # fmt: skip


def test_counts_of_a_replicate_by_hand() -> None:
    """Of 4 and 3 new partnerships in 2020 and 2021, those that ended before they were two years old did not survive."""
    record = of_two_years([
        (0, 2, 2020.0, 2021.5),  # one and a half years
        (3, 1, 2020.5, 2022.5),  # two years: survived
        (1, 3, 2021.75, 2023.0),  # not
        (0, 1, 2020.5, 2020.75),  # inside A
        (0, 2, 2019.5, 2020.0),  # before
        (0, 2, 2022.5, 2022.75),  # too late to be watched
    ])  # fmt: skip
    world: Any = SimpleNamespace(
        countries=("A", "B"), omega=10.0, arrays=SimpleNamespace(country=np.array([0, 0, 1, 1]))
    )
    scenario: Any = SimpleNamespace(measures={"old": None, "new": None})
    counts = counts_of(Horizon(2020, 4, 2), (("A",), ("B",)), frozenset({"old"}), scenario, world, record)
    assert counts.formed.tolist() == [40.0, 30.0, 20.0, 10.0]
    assert counts.surviving.tolist() == [30.0, 20.0]
    assert counts.living.tolist() == [50.0, 60.0, 70.0, 80.0]
    assert counts.works.tolist() == [80.0, 60.0, 40.0, 20.0]
    assert counts.entered.tolist() == [20.0] * 4
    assert counts.projects.tolist() == [10.0, 0.0, 20.0, 0.0] and counts.placed.tolist() == [10.0, 0.0, 10.0, 0.0]
    without_it = counts_of(Horizon(2020, 4, 2), (("A",), ("B",)), frozenset({"old", "new"}), scenario, world, record)
    assert not without_it.entered.any() and without_it.surviving.tolist() == [30.0, 20.0]


# --- rankings of known effects -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def settings() -> tuple[Setting, ...]:
    """Two worlds; nothing of them is run here but their seed and their number of replicates."""
    scenario = resolved(load_scenario("outlook", ["run.replicates=3", "run.seed=4"]))
    return Setting("with", "With", scenario), Setting("without", "Without", scenario, ("academies-2022",))


@pytest.fixture(scope="module")
def chosen() -> tuple[Instrument, ...]:
    """A call, half of whose budget is executed, and grants."""
    world = build_world(load_scenario("outlook", ["world.institutions=40"]))
    call, grants = instruments_of(
        world, read_tables(None), RU_CN, date(2018, 1, 1), (), ("joint-call", "mobility-grants")
    )
    assert call.measure.projects is not None
    half = call.measure.projects.model_copy(update={"executed": 0.5})
    return Instrument(**{**vars(call), "measure": call.measure.model_copy(update={"projects": half})}), grants


def known(surviving: list[list[float]], **more: list[list[float]]) -> Counts:
    """Counts with these parts, float64[R, years]; the others are 0."""
    rows, years = len(surviving), 4
    parts = {name: np.zeros((rows, years)) for name in Counts._fields} | {"surviving": np.array(surviving)}
    return Counts(**(parts | {name: np.array(values) for name, values in more.items()}))


@pytest.fixture
def ranking(settings: tuple[Setting, ...], chosen: tuple[Instrument, ...]) -> Any:
    """Two worlds, three replicates, four years of which two can be watched.

    The call awards 2 projects a year at 1.05 million, 4.2 in the two watched years and 8.4 in all, and brings 6 surviving
    with, 3 without sanctions; grants bring 4, 5, 6 surviving in the two years with, as many without.
    """
    base = known([[10.0, 10.0], [12.0, 10.0], [11.0, 10.0]])
    two = [[2.0] * 4] * 3

    def world(more: float) -> Runs:
        call = known([[10.0 + more, 10.0], [12.0 + more, 10.0], [11.0, 10.0 + more]], projects=two, entered=two,
                     works=[[0.0, 0.0, 2.1, 2.1]] * 3, living=[[1.0, 2.0, 3.0, 4.0], [1.1, 2.0, 3.0, 4.0], [0.9, 2.0, 3.0, 4.0]])  # fmt: skip
        grants = known([[14.0, 10.0], [12.0, 15.0], [11.0, 16.0]])
        return {BASE: base, ("joint-call", DEFAULT): call, ("mobility-grants", DEFAULT): grants}

    return partial(assembled, settings, chosen, RU_CN, Horizon(2018, 4, 2), [world(6.0), world(3.0)], 30.0)()


def test_a_million_and_a_year_by_hand(ranking: Any) -> None:
    (call,), (grants,) = ranking.of("with", True), ranking.of("with", False)
    assert call.money.awarded == pytest.approx(2.1) and call.money.entered == pytest.approx(2.0)
    assert call.money.announced == pytest.approx(4.0), "half of it is executed"
    assert call.money.surviving_per_million.value == pytest.approx(6.0 / 4.2)
    assert call.money.surviving_per_announced.value == pytest.approx(6.0 / 8.0), "of the same two years"
    assert call.money.works_per_million.value == pytest.approx(4.2 / 8.4)
    assert call.surviving.value == pytest.approx(3.0), "a year"
    assert (call.money.currency, call.money.year, call.money.factor_status) == ("RUB", 2023, "assumed")
    assert grants.money is None and grants.surviving.value == pytest.approx(2.5)
    half = 4.302653 * 1.0 / math.sqrt(3) / 2
    assert (grants.surviving.low, grants.surviving.high) == pytest.approx((2.5 - half, 2.5 + half), rel=1e-5)
    assert (call.rank, grants.rank) == (1, 1)


def test_the_cost_at_which_an_instrument_equals_the_best_programme(ranking: Any) -> None:
    """2.5 a year for 6 / 4.2 a million: 1.75 million a year."""
    (grants,) = ranking.of("with", False)
    assert ranking.best == {"with": "joint-call", "without": "joint-call"}
    assert grants.break_even == pytest.approx(1.75)
    low, high = grants.break_even_range
    assert low < 1.75 < high
    assert ranking.of("with", True)[0].break_even is None


def test_when_an_effect_is_seen_and_half_reached(ranking: Any) -> None:
    (call,), (grants,) = ranking.of("with", True), ranking.of("with", False)
    assert (call.seen_from, call.half_time) == (1, pytest.approx(2.0))
    assert (grants.seen_from, grants.half_time, grants.works_seen_from) == (None, None, None)


def test_what_sanctions_change_by_hand(ranking: Any) -> None:
    changes = {row["instrument"]: row["surviving"] for row in ranking.sanctions}
    assert changes["joint-call"]["value"] == pytest.approx(1.5) and changes["joint-call"]["low"] == pytest.approx(1.5)
    assert changes["mobility-grants"]["value"] == 0.0
    assert any("joint-call +1.5 (+1.5 to +1.5) a year" in line for line in lines(ranking))


def test_the_best_comes_first_and_how_often_it_does(
    settings: tuple[Setting, ...], chosen: tuple[Instrument, ...]
) -> None:
    """One instrument brings 1, 2, 3, the other 2 each time: the first wins where the drawn mean is above 2."""
    other = Instrument(**{**vars(chosen[1]), "preset": "commission", "name": "commission"})
    base = known([[0.0, 0.0]] * 3)
    world = {
        BASE: base, ("mobility-grants", DEFAULT): known([[0.0, 2.0], [0.0, 4.0], [0.0, 6.0]]),
        ("commission", DEFAULT): known([[2.0, 1.0]] * 3),
    }  # fmt: skip
    found = assembled(settings[:1], [other, chosen[1]], RU_CN, Horizon(2018, 4, 2), [world], 1.0)
    first, second = found.of("with", False)
    assert (first.instrument, first.rank, second.instrument, second.rank) == ("mobility-grants", 1, "commission", 2)
    # of 27 draws of three from (1, 2, 3), the mean is below 1.5 in 4
    assert first.first == pytest.approx(23 / 27, abs=0.03) and second.first == pytest.approx(4 / 27, abs=0.03)
    assert first.ranks == (1, 2) and found.best == {} and first.break_even is None


def test_a_programme_that_awards_nothing_is_not_ranked_and_said_so(
    settings: tuple[Setting, ...], chosen: tuple[Instrument, ...], tmp_path: Path
) -> None:
    base = known([[1.0, 1.0]] * 3)
    found = assembled(
        settings[:1], chosen[:1], RU_CN, Horizon(2018, 4, 2), [{BASE: base, ("joint-call", DEFAULT): base}], 35.0
    )
    (call,) = found.channels
    assert call.rank is None and call.money is not None and call.money.surviving_per_million is None
    assert any("awarded no project in time" in note for note in notes(found))
    assert table(found, True)[1][0][1] == "-" and table(found, False)[1] == []
    assert len(draw_channels(tmp_path, found)) == 2


def test_one_replicate_has_values_and_no_certainty(
    settings: tuple[Setting, ...], chosen: tuple[Instrument, ...], tmp_path: Path
) -> None:
    scenario = settings[0].scenario
    one = scenario.model_copy(update={"run": scenario.run.model_copy(update={"replicates": 1})})
    world = {BASE: known([[1.0, 1.0]]), ("mobility-grants", DEFAULT): known([[3.0, 1.0]])}
    found = assembled([Setting("with", "One", one)], chosen[1:], RU_CN, Horizon(2018, 4, 2), [world], 1.0)
    (grants,) = found.channels
    assert grants.surviving.value == 1.0 and grants.surviving.low is None and grants.first is None
    assert table(found, False)[1][0][1] == "1.00" and lines(found)
    assert draw_channels(tmp_path, found)[0].is_file()
