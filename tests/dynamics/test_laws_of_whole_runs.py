"""Laws of whole runs (MODEL 10): bans, compliance, engines, replicates, cuts of a run, and names that do not matter."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import different_arrays, law, ties
from small_models import BUSY, END, PROGRAMMES, SANCTIONS, START, finished, in_scope, measure, model, scenario

from model.dynamics.network import partners_of
from model.dynamics.state import (
    ACCEPTED,
    ENDED,
    FOREVER,
    LAGS,
    NOW,
    OPPORTUNITIES,
    PLACED,
    PROPOSALS,
    SPELLS,
    new_state,
)
from model.partnership_model import PartnershipModel
from model.scenario import load_scenario


def check_network(of: PartnershipModel) -> None:
    """No tie to oneself, none twice, symmetric, degrees are row sums, only across borders; recorded sums fit."""
    state, country = of.state, of.world.arrays.country
    n = of.world.n
    matrix = np.zeros((n, n), np.int64)
    for i in range(n):
        mine = partners_of(state, i)
        assert (np.diff(mine) > 0).all()
        matrix[i, mine] += 1
    assert (matrix == matrix.T).all() and (np.diag(matrix) == 0).all() and matrix.max(initial=0) <= 1
    assert (matrix.sum(axis=1) == state.degree).all()
    living = ties(state)
    assert len(living) == matrix.sum() // 2 and all(matrix[pair] for pair in living)
    assert all(country[i] != country[j] for i, j in living)
    times = state.spell_times[: state.counts[SPELLS]]
    assert (times[:, 0] <= times[:, 1]).all() and (times[:, 1] <= state.clock[NOW]).all()
    assert ((times[:, 2] > 0.0) & (times[:, 2] <= 1.0)).all()
    assert state.counts[OPPORTUNITIES] >= state.counts[PROPOSALS] + state.counts[ENDED]
    assert state.counts[ACCEPTED] + state.counts[PLACED] == len(living) + state.counts[SPELLS]
    assert (state.led >= 0).all() and state.led.dtype == np.int64


@pytest.mark.parametrize("engine", ["fast", "plain"])
@pytest.mark.parametrize("measures", [{}, SANCTIONS, PROGRAMMES], ids=["free", "sanctions", "programmes"])
def test_laws_of_the_network_hold_in_every_quarter(engine: str, measures: dict[str, dict[str, Any]]) -> None:
    run = model(scenario(measures, engine=engine))
    before: set[tuple[int, int]] = set()
    changed = 0
    while run.running:
        run.run_for(1)
        check_network(run)
        changed += set(ties(run.state)) != before
        before = set(ties(run.state))
    assert changed >= run.quarters_in_all - 1


@pytest.mark.parametrize("engine", ["fast", "plain"])
@law(8)
@given(
    st.dates(date(2010, 3, 1), date(2012, 6, 1)),
    st.integers(0, 400),
    st.sampled_from([("West", "China"), ("Russia", "West"), ("China", "Russia")]),
    st.integers(0, 50),
)
def test_a_total_ban_leaves_no_tie_in_scope(
    engine: str, day: date, wind_down: int, sides: tuple[str, str], replicate: int
) -> None:
    """Mode terminate, every channel, full compliance, no leakage; after the wind-down and for good."""
    ban = measure(day, *sides, mode="terminate", wind_down_days=wind_down, compliance=1.0, leakage=0.0)
    run = model(scenario({**SANCTIONS, **PROGRAMMES, "total": ban}, engine=engine), replicate=replicate)
    over = day.year + (day.timetuple().tm_yday + wind_down) / 365.25
    while run.running:
        run.run_for(1)
        if run.state.clock[NOW] > over + 0.02:
            assert in_scope(run, *sides) == []
    assert in_scope(run, *sides) == []


def test_without_the_ban_there_are_ties_in_those_scopes() -> None:
    run = finished(scenario())
    for sides in (("West", "China"), ("Russia", "West")):
        assert in_scope(run, *sides) != []


def test_compliance_is_nested() -> None:
    """One uniform draw per institution: who follows at 0.3 follows at 0.8."""
    sets = []
    for share in (0.0, 0.3, 0.8, 1.0):
        run = model(scenario({"m": measure(date(2011, 1, 1), compliance=share)}))
        run.run_until(5)
        sets.append(set(map(int, np.flatnonzero(run.forces.regime.first_side[:, 0]))))
    assert sets[0] == set() and sets[0] < sets[1] < sets[2] < sets[3]
    assert len(sets[3]) == (run.world.arrays.bloc == run.world.blocs.index("West")).sum()


def test_more_compliance_leaves_fewer_ties_in_scope() -> None:
    left = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        ban = measure(date(2011, 2, 10), mode="terminate", wind_down_days=80, compliance=share)
        left.append(sum(len(in_scope(finished(scenario({"m": ban}), replicate=k))) for k in range(12)))
    tolerance = 4.0 * np.sqrt(max(left))
    assert all(more <= fewer + tolerance for fewer, more in pairwise(left))
    assert left[0] > left[2] > left[4] == 0


def assert_same(one: PartnershipModel, two: PartnershipModel) -> None:
    assert different_arrays(one.state, two.state) == []
    a, b = (run.ledger.finish(0, run.state) for run in (one, two))
    for name in (
        "ends",
        "initiated",
        "ended",
        "led",
        "ties",
        "strength",
        "pace",
        "degree",
        "spell_whole",
        "spell_times",
    ):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name


@pytest.mark.parametrize("measures", [{}, SANCTIONS | PROGRAMMES], ids=["free", "measures"])
def test_plain_and_twin_agree_bit_for_bit(measures: dict[str, dict[str, Any]]) -> None:
    runs = [
        finished(
            scenario(
                measures,
                institutions=36,
                engine=engine,
                parameters=BUSY,
                show_from=date(2010, 7, 1),
                end=date(2012, 1, 1),
            )
        )
        for engine in ("plain", "twin")
    ]
    assert [run.engine for run in runs] == ["plain", "twin"]
    assert_same(*runs)
    reasons = set(map(int, runs[0].state.spell_whole[: runs[0].state.counts[SPELLS], 6]))
    assert reasons == ({0, 1, 2} if measures else {0, 1})
    assert runs[0].ledger.finish(0, runs[0].state).led.sum() > 0


@law(10)
@given(
    st.lists(st.sampled_from([0.25, 0.5, 1.0, 1.7, 3.0]), min_size=1, max_size=12),
    st.sampled_from([{}, SANCTIONS | PROGRAMMES]),
)
def test_a_run_in_pieces_is_the_same_run(pieces: list[float], measures: dict[str, dict[str, Any]]) -> None:
    whole, cut = model(scenario(measures)), model(scenario(measures))
    whole.run_until(whole.quarters_in_all)
    for piece in pieces:
        if cut.time < cut.quarters_in_all:
            cut.run_for(min(piece, cut.quarters_in_all - cut.time))
    if cut.time < cut.quarters_in_all:
        cut.run_until(cut.quarters_in_all)
    assert_same(whole, cut)
    assert not whole.running and not cut.running


@law(8)
@given(st.floats(0.5, 15.5), st.sampled_from([{}, SANCTIONS | PROGRAMMES]))
def test_a_copy_taken_at_any_time_goes_on_as_the_model_does(time: float, measures: dict[str, dict[str, Any]]) -> None:
    """The state, the waiting time that is left and the events to come are all that there is."""
    run = model(scenario(measures))
    run.run_until(time)
    copy = deepcopy(run)
    run.run_to_end()
    assert copy.state.clock[NOW] < run.state.clock[NOW]
    assert_same(copy.run_to_end(), run)
    assert_same(run, finished(scenario(measures)))


@pytest.mark.parametrize("engine", ["fast", "plain"])
def test_results_do_not_depend_on_how_much_room_there_is_at_first(engine: str) -> None:
    whole, narrow = model(scenario(parameters=BUSY, engine=engine)), model(scenario(parameters=BUSY, engine=engine))
    small = new_state(narrow.world.n, 9, width=4, room=64, spells=64, blocs=len(narrow.world.blocs))
    for name in ("log_size", "capability", "capacity", "rate", "clock"):
        getattr(small, name)[:] = getattr(narrow.state, name)
    narrow.state = small
    assert_same(whole.run_to_end(), narrow.run_to_end())
    assert narrow.state.counts[SPELLS] > 64 and narrow.state.rooms.max() > 4


def test_the_same_luck_gives_the_same_run_and_another_another() -> None:
    one, again = finished(scenario(SANCTIONS), replicate=3), finished(scenario(SANCTIONS), replicate=3)
    assert_same(one, again)
    for other in (finished(scenario(SANCTIONS), replicate=4), finished(scenario(SANCTIONS), replicate=3, seed=6)):
        assert different_arrays(one.state, other.state) != []


def test_flows_and_stocks_of_the_record_fit() -> None:
    """Ties at the end of a period are those before, and the formed, less the ended."""
    run = finished(scenario(SANCTIONS, every="quarter"))
    record = run.ledger.finish(0, run.state)
    formed = record.initiated + record.initiated.transpose(0, 2, 1)
    assert np.array_equal(np.diff(record.ties, axis=0), (formed - record.ended)[1:])
    assert (record.led >= 0).all() and np.array_equal(record.led, np.round(record.led))
    assert record.led.sum() > 0
    assert (record.strength <= record.ties).all()


@pytest.mark.statistical
def test_every_packaged_scenario_keeps_the_laws() -> None:
    for name in ("hindcast", "detente", "full-decoupling", "no-2022"):
        run = model(
            load_scenario(
                name, ["world.institutions=60", "time.start=2010-01-01", "time.show_from=2012-01-01", "run.seed=5"]
            )
        )
        while run.running:
            run.run_for(1)
            check_network(run)


def test_living_partnerships_are_exposed_and_their_works_appear() -> None:
    run = model(scenario(parameters=BUSY))
    run.run_for(7)
    place = round((run.start + 6 * 0.25) * 4) % LAGS
    for slot in ties(run.state).values():
        lived = run.state.clock[NOW] - max(run.state.start[slot], run.start + 1.5)
        assert 0.0 < run.state.exposure[slot, place] <= lived
    assert run.state.led.sum() > 0


def test_a_run_that_is_shown_from_its_start_has_periods_of_one_year() -> None:
    run = finished(scenario(show_from=START))
    record = run.ledger.finish(0, run.state)
    assert record.lengths.tolist() == [1.0] * 4
    assert record.ends.tolist() == [2011.0, 2012.0, 2013.0, 2014.0]
    assert record.initiated.sum() == run.state.counts[ACCEPTED]


def test_sizes_follow_the_national_inputs() -> None:
    run = model(scenario())
    run.run_for(5)
    row, country = 4, run.world.arrays.country
    sizes = run.growth.reference * np.exp(run.state.log_size)
    for c, publications in enumerate(run.inputs.publications[row]):
        mean = sizes[country == c].mean()
        assert mean == pytest.approx(publications / run.growth.institutions[c], rel=1e-9)
    assert abs(run.state.capability.mean()) < 1e-12


def test_ends_are_never_forever() -> None:
    run = finished(scenario(SANCTIONS))
    assert run.state.clock[NOW] == run.end == END.year
    assert (run.state.end[list(ties(run.state).values())] == FOREVER).all()
