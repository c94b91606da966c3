"""Every effect of the vocabulary, in whole runs: nothing at zero strength, the right institutions, partnerships and dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from many_partnerships import NOW, many_ties, of, review, under_one_measure
from random_worlds import ties
from small_models import BUSY, finished, measure, model, scenario
from test_measures_at_their_dates import same_run

from model.clock import year_of
from model.dynamics.state import PERSONAL
from model.measures import spans
from model.partnership_model import PartnershipModel
from model.scenario import Effects

DAY = date(2010, 8, 11)
FACTORS = ("meeting", "acceptance", "opportunity", "capacity", "contract_term", "initiative", "works")
STRONG: dict[str, Any] = {
    "formation": -2.0, "maintenance": -1.0, "capability": 0.5, "capability_level": 1.0, "size_growth": 0.3,
    "leadership": 2.0, "secondary": 0.9, **dict.fromkeys(FACTORS, 0.3),
}  # fmt: skip
MOTIVES = ("capability_gap", "proximity", "complement", "facility", "same_kind")
CHANGES: dict[str, dict[str, Any]] = {
    **{name: {name: value} for name, value in STRONG.items()},
    **{f"motives.{name}": {"motives": {name: 2.0}} for name in MOTIVES},
}
"""A strong change of each effect."""


def of_effect(name: str, **changes: Any) -> dict[str, Any]:
    """A measure of the West on Russia, where institutions of the small world are listed, with one effect."""
    scope = {"exposed_to": "West", "to": {}} if name == "secondary" else {}
    return measure(DAY, "West", "Russia", effects=CHANGES[name], **scope, **changes)


@cache
def free_run(engine: str) -> PartnershipModel:
    return finished(scenario(engine=engine, parameters=BUSY, end=date(2012, 1, 1)))


def run_with(engine: str = "fast", **measures: Any) -> PartnershipModel:
    return finished(scenario(measures, engine=engine, parameters=BUSY, end=date(2012, 1, 1)))


def test_all_effects_are_here() -> None:
    fields = {*Effects.model_fields, *(f"motives.{name}" for name in Effects().motives.model_dump())}
    fields -= {"motives", "counts"}  # counts are a way to write a factor of meeting
    assert set(CHANGES) == fields


@pytest.mark.parametrize("engine", ["fast", "plain"])
@pytest.mark.parametrize("name", CHANGES)
def test_an_effect_of_strength_zero_changes_no_bit(engine: str, name: str) -> None:
    assert same_run(run_with(engine, idle=of_effect(name, strength=0.0)), free_run(engine))
    assert same_run(run_with(engine, idle=of_effect(name, enabled=False)), free_run(engine))


def with_lists(of: PartnershipModel) -> PartnershipModel:
    """The model of a world in which every second Russian institution is on a list."""
    russian = np.flatnonzero(of.world.arrays.country == of.world.countries.index("RU"))
    spells = tuple((int(i), 2010.0, None) for i in russian[::2])
    return PartnershipModel(of.configuration, world=replace(of.world, listed_spells=spells))


@pytest.mark.parametrize("name", CHANGES)
def test_an_effect_changes_a_run(name: str) -> None:
    run = with_lists(model(scenario({"m": of_effect(name)}, parameters=BUSY, end=date(2012, 1, 1))))
    assert not same_run(run.run_to_end(), free_run("fast"))


def test_engines_agree_on_all_effects_bit_for_bit() -> None:
    """The plain engine and the twin; that the fast one draws from the same weights has tests of its own."""
    weak = {f"m{k}": of_effect(name, strength=0.3) for k, name in enumerate(CHANGES)}
    runs = []
    for engine in ("plain", "twin"):
        of = scenario(weak, institutions=40, engine=engine, parameters=BUSY, end=date(2011, 7, 1))
        runs.append(with_lists(model(of)).run_to_end())
    assert same_run(*runs)
    assert runs[0].forces.threaten and runs[0].forces.regime.special.sum() == len(MOTIVES) + 2


# --- direction -------------------------------------------------------------------------------------------------------


def started(run: PartnershipModel, first: str, second: str) -> tuple[int, int]:
    """Partnerships between two blocs that the first, and the second, has started."""
    groups = [run.world.arrays.country_bloc == run.world.blocs.index(name) for name in (first, second)]
    a, b = (np.flatnonzero(group) for group in groups)
    record = run.ledger.finish(0, run.state)
    formed = record.initiated.sum(axis=0)
    return int(formed[np.ix_(a, b)].sum()), int(formed[np.ix_(b, a)].sum())


def test_initiative_is_of_one_side_only() -> None:
    changes = {"from": {"blocs": ["West"]}, "to": {"blocs": ["China"]}}
    free = [finished(scenario(parameters=BUSY), replicate=k) for k in range(3)]
    pushed = {"m": measure(date(2010, 1, 1), effects={"initiative": 0.0}, **changes)}
    none = [finished(scenario(pushed, parameters=BUSY), replicate=k) for k in range(3)]
    west, china = np.sum([started(run, "West", "China") for run in free], axis=0)
    assert west > 50 and china > 50
    barred, others = np.sum([started(run, "West", "China") for run in none], axis=0)
    assert barred == 0 and others > 0.7 * china


def test_a_motive_moves_those_who_have_it_towards_what_they_seek() -> None:
    """Western institutions learn to seek the more capable Chinese ones: the gap of the new partnerships rises."""
    picky = BUSY | {"process": {"acceptance_offset": -1.0}}

    def mean_gap(measures: dict[str, Any]) -> float:
        gaps = []
        for k in range(3):
            run = finished(scenario(measures, parameters=picky), replicate=k)
            bloc, names = run.world.arrays.bloc, run.world.blocs
            for slot in ties(run.state).values():
                i = int(run.state.initiator[slot])
                j = int(run.state.first[slot] + run.state.second[slot]) - i
                if bloc[i] == names.index("West") and bloc[j] == names.index("China"):
                    gaps.append(run.state.capability[j] - run.state.capability[i])
        assert len(gaps) > 30
        return float(np.mean(gaps))

    seek = {"m": measure(date(2010, 1, 1), effects={"motives": {"capability_gap": 3.0}})}
    assert mean_gap(seek) > mean_gap({}) + 0.2


# --- running partnerships --------------------------------------------------------------------------------------------


def lengths(measures: dict[str, Any], first: str, second: str) -> np.ndarray:
    """Contract terms in years of running first-term partnerships between two blocs that began after DAY."""
    run = finished(scenario(measures, parameters={"maintenance": {"base": 6.0}, "formation": {"base": 0.5}}))
    bloc, names = run.world.arrays.bloc, run.world.blocs
    wanted = {names.index(first), names.index(second)}
    slots = [s for (i, j), s in ties(run.state).items() if {int(bloc[i]), int(bloc[j])} == wanted]
    state = run.state
    young = [s for s in slots if state.start[s] >= year_of(DAY) and state.terms[s] == 1 and state.term[s] > 0.0]
    return np.sort(state.term[young] - state.start[young])


def test_contract_terms_that_begin_in_scope_are_longer_by_the_factor() -> None:
    longer = {"m": measure(date(2010, 1, 1), effects={"contract_term": 4.0})}
    inside, free = lengths(longer, "West", "China"), lengths({}, "West", "China")
    assert len(inside) > 30 and np.median(inside) > 2.5 * np.median(free)
    outside, as_ever = lengths(longer, "Russia", "West"), lengths({}, "Russia", "West")
    assert np.median(outside) < 1.5 * np.median(as_ever)


def test_a_renewed_term_has_the_factor_too() -> None:
    free, longer = many_ties(), under_one_measure(many_ties(), official=True)
    longer.regime.contract_term[0] = 2.0
    for case in (free, longer):
        of(case, "term")[:] = NOW - 0.1
        of(case, "channel")[::2] = PERSONAL
        review(case)
    official = of(free, "channel") != PERSONAL
    renewed = of(free, "term") > NOW
    assert renewed.sum() > 200
    ratio = (of(longer, "term")[renewed] - NOW) / (of(free, "term")[renewed] - NOW)
    assert ratio == pytest.approx(np.where(official[renewed], 2.0, 1.0))


# --- institutions ----------------------------------------------------------------------------------------------------


def test_a_level_of_capability_is_reached_at_once_and_left_at_once() -> None:
    numbers = {"capability": {"learning": 0.0, "decay": 0.2}}
    lifted = measure(DAY, "West", "China", end=date(2012, 5, 20), effects={"capability_level": 0.4}, strength=0.5)
    runs = [model(scenario(measures, parameters=numbers)) for measures in ({"m": lifted}, {})]
    second = runs[0].world.arrays.bloc == runs[0].world.blocs.index("China")
    ahead = []
    for quarters in (3, 4, 9, 10, 11, 16):
        for run in runs:
            run.run_until(quarters)
        lead = [run.state.capability[second].mean() - run.state.capability[~second].mean() for run in runs]
        ahead.append(lead[0] - lead[1])
    # the measure begins inside the third quarter: capability moves at the start of the next one, and stays there
    assert ahead == pytest.approx([0.0, 0.2, 0.2, 0.2, 0.0, 0.0], abs=1e-12)


def test_growth_of_size_keeps_national_totals() -> None:
    named = {"kinds": ["university"], "blocs": ["West"]}
    grown = measure(date(2011, 1, 1), effects={"size_growth": 0.2}, to=named)
    runs = [model(scenario(measures)) for measures in ({"m": grown}, {})]
    for run in runs:
        run.run_until(12)
    world = runs[0].world
    sizes = [np.exp(run.state.log_size) for run in runs]
    for c in range(len(world.countries)):
        inside = world.arrays.country == c
        assert sizes[0][inside].sum() == pytest.approx(sizes[1][inside].sum(), rel=1e-12)
    universities = (world.arrays.kind == world.kinds.index("university")) & (world.arrays.country == 2)
    others = (world.arrays.kind != world.kinds.index("university")) & (world.arrays.country == 2)
    assert universities.any() and others.any()
    ratio = np.log(sizes[0] / sizes[1])
    # eight quarters at 0.2 a year, of which the drift takes back its part
    years = runs[0].growth.drift_years
    expected = 0.2 * 0.25 * sum(np.exp(-0.25 * k / years) for k in range(8))
    assert ratio[universities].mean() - ratio[others].mean() == pytest.approx(expected, rel=1e-9)


# --- answers ---------------------------------------------------------------------------------------------------------


def spans_of(**measures: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return spans(scenario(measures).measures)


def test_an_answer_is_in_force_only_while_what_it_answers_is() -> None:
    ban = measure(date(2011, 2, 10), end=date(2012, 8, 1))
    found = spans_of(
        ban=ban,
        early=measure(date(2010, 1, 1), answers="ban"),
        late=measure(date(2012, 1, 1), end=date(2013, 1, 1), answers="ban", lag_years=0.25),
        after=measure(date(2013, 1, 1), answers="ban"),
        chain=measure(date(2010, 1, 1), end=date(2012, 1, 1), answers="early"),
    )
    start, end = year_of(date(2011, 2, 10)), year_of(date(2012, 8, 1))
    assert found == {
        "ban": (start, end), "early": (start, end), "late": (2012.25, end), "chain": (start, 2012.0),
    }  # fmt: skip


def test_an_answer_to_what_does_not_take_place_does_not_either() -> None:
    off = measure(date(2011, 2, 10), enabled=False)
    answer = measure(date(2010, 1, 1), answers="ban")
    assert spans_of(ban=off, answer=answer) == {}
    assert spans_of(ban={**off, "enabled": True, "strength": 0.0}, answer=answer) == {}
    both = spans_of(a=measure(date(2011, 1, 1), answers="b"), b=measure(date(2012, 1, 1), answers="a"))
    assert both == {"a": (2012.0, np.inf), "b": (2012.0, np.inf)}


def test_an_answer_ends_with_what_it_answers_in_a_run() -> None:
    ban = measure(date(2010, 5, 11), end=date(2010, 8, 20), effects={"meeting": 0.5})
    answer = measure(date(2010, 4, 1), "China", "West", answers="ban", effects={"opportunity": 0.5})
    run = model(scenario({"ban": ban, "answer": answer}))
    seen = []
    for day in (date(2010, 5, 10), date(2010, 5, 11), date(2010, 8, 19), date(2010, 8, 20)):
        run.run_until((year_of(day) - run.start) * 4)
        run._cut(year_of(day))
        seen.append([m.name for m in run.forces.active])
    assert seen == [[], ["ban", "answer"], ["ban", "answer"], []]
