"""Effects on counts become effects on rates by the measured stock response."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from experiments.calibrating.response import FACTOR, START, elasticities, measured
from model.errors import InputError
from model.measures import Forces, compile_measures
from model.partnership_model import PartnershipModel
from model.response import elasticity, meeting_factor, stock_response
from model.scenario import load_scenario


def test_counts_answer_more_and_more_and_works_after_partnerships() -> None:
    curves = stock_response()
    for curve in curves.values():
        values = [curve[year] for year in sorted(curve)]
        assert all(0.0 <= value < 1.0 for value in map(abs, values))
        assert values[-1] > 2.0 * values[1]
    assert all(curves["works"][year] < curves["partnerships"][year] for year in curves["works"])


def test_a_factor_gives_back_the_change() -> None:
    for of, years in (("works", 4.0), ("works", 9.5), ("partnerships", 2.0)):
        factor = meeting_factor(-0.15, years, of)
        assert factor ** elasticity(of, years) == pytest.approx(0.85)
        assert factor < 0.85  # a count that answers late hides a larger change of the rate
    curve = stock_response()["works"]
    assert elasticity("works", 8.5) == pytest.approx((curve[8.0] + curve[9.0]) / 2.0)
    assert meeting_factor(0.0, 5.0, "works") == 1.0


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
    assert forces.table.effect("meeting")[place] == pytest.approx(0.9 * meeting_factor(-0.15, 4.0, "works"))


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
