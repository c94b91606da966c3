"""The effect that a range is about: found, put elsewhere, and drawn from its range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.scenario import Measure, load_scenario
from model.scenario.ranges import drawn, main_effect, value_of, with_main_effect

MEASURES = load_scenario("hindcast").measures
RANGED = [name for name, measure in MEASURES.items() if main_effect(measure) is not None]


def of(name: str, measure: Measure) -> float:
    path = main_effect(MEASURES[name])
    assert path is not None
    return value_of(measure, path)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sectoral-2014", "effects.counts.change"), ("affiliations-2022", "effects.works"),
        ("listings-2022", "over_compliance"), ("academies-2022", "effects.acceptance"),
        ("mit-skoltech-2022", "effects.acceptance"),  # at rest: the programme is terminated, new partnerships may come
    ],
)  # fmt: skip
def test_the_range_is_about_what_the_evidence_says(name: str, path: str) -> None:
    assert main_effect(MEASURES[name]) == path


@pytest.mark.parametrize("name", RANGED)
def test_the_packaged_value_lies_in_its_range_and_is_the_median_of_draws(name: str) -> None:
    measure, path = MEASURES[name], main_effect(MEASURES[name])
    assert measure.range is not None and path is not None
    assert measure.range[0] <= value_of(measure, path) <= measure.range[1]
    assert drawn(measure, 0.5).changes() == measure.changes()


@given(st.sampled_from(["sectoral-2014", "affiliations-2022", "listings-2022"]), st.floats(0.0, 1.0))
def test_draws_stay_in_the_range_and_change_nothing_else(name: str, u: float) -> None:
    measure = MEASURES[name]
    low, high = measure.range or (0.0, 0.0)
    other = drawn(measure, u)
    assert low <= of(name, other) <= high
    path = main_effect(measure)
    kept = [{key: value for key, value in m.changes().items() if key != path} for m in (measure, other)]
    assert kept[0] == kept[1]


@pytest.mark.parametrize(("name", "ends"), [("sectoral-2014", (-0.3, 0.0)), ("affiliations-2022", (0.5, 1.0))])
def test_ends_of_a_range_are_drawn(name: str, ends: tuple[float, float]) -> None:
    measure = MEASURES[name]
    assert (of(name, drawn(measure, 0.0)), of(name, drawn(measure, 1.0))) == pytest.approx(ends)
    assert of(name, with_main_effect(measure, sum(ends) / 2.0)) == pytest.approx(sum(ends) / 2.0)


def test_a_measure_without_a_range_has_none() -> None:
    bare = MEASURES["affiliations-2022"].model_copy(update={"range": None})
    assert main_effect(bare) is None and drawn(bare, 0.1) is bare and with_main_effect(bare, 0.1) is bare
