"""Effects on counts become effects on rates by the measured stock response."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.calibrating.response import FACTOR, START, elasticities, measured
from model.errors import InputError
from model.measures import Forces, compile_measures
from model.partnership_model import PartnershipModel
from model.response import MeetingPath, elasticity, meeting_path, stock_response
from model.scenario import load_scenario


def test_counts_answer_more_and_more_and_works_after_partnerships() -> None:
    curves = stock_response()
    for curve in curves.values():
        values = [curve[year] for year in sorted(curve)]
        assert all(0.0 <= value < 1.0 for value in map(abs, values))
        assert values[-1] > 2.0 * values[1]
    assert all(curves["works"][year] < curves["partnerships"][year] for year in curves["works"])


def test_a_change_that_grows_has_one_factor() -> None:
    for of, years in (("works", 4.0), ("works", 9.5), ("partnerships", 2.0)):
        path = meeting_path(-0.15, years, of, "grows")
        assert path.first ** elasticity(of, years) == pytest.approx(0.85)
        assert path.first < 0.85  # a count that answers late hides a larger change of the rate
        assert path.turn == math.inf
    curve = stock_response()["works"]
    assert elasticity("works", 8.5) == pytest.approx((curve[8.0] + curve[9.0]) / 2.0)
    assert meeting_path(0.0, 5.0, "works", "grows").first == 1.0


def answered(path: MeetingPath, of: str, year: float) -> float:
    """Log change of a count some years after both changes of meeting, by the packaged curve."""
    curve = {0.0: 0.0, **stock_response()[of]}
    since = [
        float(np.interp(max(0.0, year - begun), sorted(curve), [curve[y] for y in sorted(curve)]))
        for begun in (0.0, path.turn)
    ]
    return math.log(path.first) * since[0] + (math.log(path.then) - math.log(path.first)) * since[1]


@given(
    change=st.floats(-0.25, 0.6).filter(lambda x: abs(x) > 0.01),
    after=st.sampled_from(
        [("works", 4.0), ("works", 6.0), ("works", 9.0), ("partnerships", 2.0), ("partnerships", 7.0)]
    ),
)
def test_a_change_that_stays_is_reached_and_kept(change: float, after: tuple[str, float]) -> None:
    of, years = after
    path = meeting_path(change, years, of, "stays")
    whole = math.log1p(change)
    assert answered(path, of, years) == pytest.approx(whole)
    last = max(stock_response()[of])
    # a count overshoots on its way, but by far less than that of meeting that never eases
    for year in np.arange(years, last + 1.0):
        assert 0.9 * abs(whole) <= abs(answered(path, of, year)) <= 1.75 * abs(whole)
    assert path.then == pytest.approx(math.exp(whole / stock_response()[of][last]))


def test_meeting_eases_at_its_turn_in_a_run() -> None:
    scenario = load_scenario("hindcast", {"run.seed": 1, "run.ensemble": False, "world.institutions": 120})
    model = PartnershipModel(scenario)
    forces = Forces(compile_measures(scenario, model.world, model.key), model.world)
    path = meeting_path(-0.15, 4.0, "works", "stays")
    measure = next(m for m in forces.measures if m.name == "sectoral-2014")
    assert path.turn == 2.0
    for time, factor in ((2014.75, path.first), (2016.5, path.first), (2016.75, path.then), (2021.0, path.then)):
        forces.update(time, time)
        assert forces.regime.meeting[forces.place(measure)] == pytest.approx(factor), time


@pytest.mark.parametrize("years", [1.0, 25.0])
def test_too_early_and_too_late_are_refused(years: float) -> None:
    with pytest.raises(InputError, match=r"after_years: .* say nothing of a rate"):
        elasticity("works", years)


def test_a_measure_takes_counts_besides_meeting() -> None:
    scenario = load_scenario(
        "classroom",
        {"run.seed": 1, "measures.sectoral-2014.effects.meeting": 0.9,
         "measures.sectoral-2014.effects.counts": {"change": -0.15, "after_years": 4.0}},
    )  # fmt: skip
    model = PartnershipModel(scenario)
    forces = Forces(compile_measures(scenario, model.world, model.key), model.world)
    place = [m.name for m in forces.measures].index("sectoral-2014")
    path = meeting_path(-0.15, 4.0, "works", "stays")
    assert forces.table.effect("meeting")[place] == pytest.approx(0.9 * path.first)
    assert forces.table.eased_meeting[place] == pytest.approx(0.9 * path.then)


def test_a_ramp_beside_a_count_is_refused() -> None:
    """It delayed works of the sectoral measures by as much, on top of the stock."""
    with pytest.raises(
        InputError, match=r"measures.sectoral-2014.*ramp_years.*2 years, beside effects.counts\n  allowed: 0: how"
    ):
        load_scenario("classroom", {"measures.sectoral-2014.ramp_years": 2.0})


def test_what_a_measure_changes_names_the_count() -> None:
    counts = {"change": -0.2, "after_years": 5.0}
    measure = load_scenario("classroom", {"measures.skoltech-2011.effects.counts": counts}).measures["skoltech-2011"]
    said = {path: value for path, value in measure.changes().items() if "counts" in path}
    assert said == {
        "effects.counts.change": -0.2, "effects.counts.after_years": 5.0, "effects.counts.of": "works",
        "effects.counts.then": "stays",
    }  # fmt: skip


def test_a_scenario_says_where_a_count_tells_nothing() -> None:
    with pytest.raises(InputError, match=r"measures.sectoral-2014.effects.counts.*after_years"):
        load_scenario("classroom", {"measures.sectoral-2014.effects.counts": {"change": -0.15, "after_years": 0.5}})


def test_elasticities_by_hand() -> None:
    """Half the partnerships and 90 % of the works: ln 0.5 and ln 0.9 over ln 0.85."""
    rows = [
        (pd.Timestamp(START, 12, 31), name, "Russia-West", replicate, value)
        for name, value in (("partnerships.count", 100.0), ("output.works", 1000.0))
        for replicate in (0, 1)
    ]
    free = pd.DataFrame(rows, columns=["date", "indicator", "pair", "replicate", "value"])
    moderate = free.assign(
        value=free["value"] * free["indicator"].map({"partnerships.count": 0.5, "output.works": 0.9})
    )
    frame = elasticities(free, moderate)
    assert frame.to_dict("list") == {
        "years": [1],
        "partnerships": [pytest.approx(math.log(0.5) / math.log(FACTOR))],
        "works": [pytest.approx(math.log(0.9) / math.log(FACTOR))],
    }


@pytest.mark.statistical
def test_the_packaged_curve_is_what_the_model_does() -> None:
    frame = measured(300, 60, jobs=1).set_index("years")
    for of in ("partnerships", "works"):
        for year in (4, 8, 12):
            assert frame.loc[year, of] == pytest.approx(stock_response()[of][float(year)], abs=0.12)
