"""The product against a second implementation of its formulas, written from the description by a reader who had not seen it.

`published_formulas.py` is that implementation. Random states, agreement to 1e-10. Where the two disagreed at first, the test
says which reading stands, and why.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp
from types import SimpleNamespace

import numpy as np
import published_formulas as published
import pytest
from described_cases import CLOSE, ROWS, described, expected_weights, product_weights, weights_of, world_of
from hypothesis import given
from hypothesis import strategies as st
from published_formulas import ACCEPTANCE, FORMATION, MAINTENANCE
from random_worlds import Case, idle_measures, law, random_case, random_world, seeds, ties
from small_models import START, measure, model, scenario

from model.dynamics import draws, opportunity, regime, reliance, terms
from model.dynamics.regime import MOST_THREATENED, Regime, marked
from model.dynamics.terms import ANSWER
from model.measures.compiled import levels
from model.measures.tables import scaled as at_reach
from model.numbers import meeting_by_search
from model.parameters import parameter_table

shares = st.floats(0.0, 1.0)

# --- 3: values, choice, answer -------------------------------------------------------------------------------------


def test_the_table_of_parameters_weighs_the_described_terms_and_no_other() -> None:
    for group, names in (("formation", FORMATION), ("acceptance", ACCEPTANCE), ("maintenance", MAINTENANCE)):
        weighed = {p.name.split(".")[1] for p in parameter_table() if p.name.startswith(f"{group}.")}
        assert weighed and weighed <= set(names), group


@law(40)
@given(seeds, st.sampled_from([0.1, 0.3, 0.6]))
def test_values_of_formation_answer_and_maintenance(seed: int, density: float) -> None:
    case = described(seed, density=density)
    world, living = world_of(case), ties(case.state)
    for i in range(case.n):
        for j in range(case.n):
            if i == j:
                continue
            slot = living.get((min(i, j), max(i, j)), -1)
            for row, names in ROWS.items():
                if (row == terms.MAINTENANCE) != (slot >= 0):
                    continue  # strangers are proposed to and answer, partners are kept
                expected = published.value(names, weights_of(case, row), published.statistics(world, i, j))
                got = terms.value(case.world, case.setting, case.state, row, i, j, slot, case.time)
                assert got == pytest.approx(expected, **CLOSE)


@law(40)
@given(seeds, st.sampled_from([0.1, 0.3, 0.6]), st.sampled_from([0.0, 0.5]))
def test_the_choice_at_an_opportunity(seed: int, density: float, former: float) -> None:
    case = described(seed, density=density, former=former)
    living = ties(case.state)
    for i in range(case.n):
        expected, got = expected_weights(case, i), product_weights(case, i)
        assert got == pytest.approx(expected, **CLOSE)
        partners = np.array([(min(i, j), max(i, j)) in living for j in range(case.n)])
        strangers = ~partners & (np.arange(case.n) != i)
        none, proposals, endings = published.choice(expected[strangers], expected[partners])
        chances = got / got.sum()
        assert (none, proposals.sum(), endings.sum()) == pytest.approx(
            (chances[i], chances[strangers].sum(), chances[partners].sum()), **CLOSE
        )


@law(40)
@given(seeds)
def test_an_answer(seed: int) -> None:
    case = described(seed)
    world, living = world_of(case), ties(case.state)
    for i, j in zip(range(case.n), range(1, case.n), strict=False):
        if (i, j) not in living and world.country[i] != world.country[j]:
            v = published.value(ACCEPTANCE, weights_of(case, ANSWER), published.statistics(world, j, i))
            got = opportunity.consent_probability(case.world, case.setting, case.regime, case.state, i, j, 0, case.time)
            assert got == pytest.approx(published.acceptance(v, case.setting.offset), **CLOSE)


@law(30)
@given(seeds, st.integers(3, 40))
def test_search_takes_the_mix_of_countries_back(seed: int, n: int) -> None:
    arrays = random_world(np.random.default_rng(seed), n)
    here = np.bincount(arrays.country, minlength=3)
    got = meeting_by_search(SimpleNamespace(arrays=arrays))  # type: ignore[arg-type]
    expected = [[published.search(n, here, arrays.institutions_of, a, b) for b in range(3)] for a in range(3)]
    assert got == pytest.approx(np.array(expected), **CLOSE)


@law(30)
@given(seeds, st.integers(0, 2**20))
def test_lengths_of_contracts(seed: int, number: int) -> None:
    case = random_case(seed, n=6)
    got = opportunity.contract_term(case.setting, case.key, 1, number)
    u, v = draws.uniforms(case.key, draws.CONTRACT, 1, number, 0)
    normal = np.sqrt(-2.0 * np.log1p(-u)) * np.cos(2.0 * np.pi * v)  # Box and Muller
    assert got == pytest.approx(published.contract_years(normal), rel=1e-10)


@law(30)
@given(seeds, st.floats(0.5, 30.0))
def test_growth_of_strength_and_what_is_left_of_it(seed: int, years: float) -> None:
    case = random_case(seed, n=8, former=0.5)
    state, living = case.state, ties(case.state)
    for slot in living.values():
        expected = published.grown(state.strength[slot], years, 3.0)
        assert terms.strength_at(state, slot, state.since[slot] + years, 3.0) == pytest.approx(expected, **CLOSE)
    for i in range(case.n):
        for j, old in zip(state.former[i], state.former_strength[i], strict=True):
            if j <= i or (i, int(j)) in living:
                continue
            again = case.copied()
            arguments = (case.world, case.setting, case.regime, again.state, case.key, i, int(j), 5, 0, case.time)
            opportunity.begin(*arguments)
            slot = ties(again.state)[i, int(j)]
            assert again.state.strength[slot] == pytest.approx(published.strength_again(float(old), 0.2), **CLOSE)


# --- 4: measures ---------------------------------------------------------------------------------------------------


def two_measures(case: Case, seed: int) -> Regime:
    """Two measures of random scope with the effects that have no direction."""
    rng = np.random.default_rng(seed)
    first, second = rng.random((2, case.n)) < 0.6
    leakage, rho = rng.random(2), rng.random(2)
    through = np.array([published.passage(r, share)[0] for r, share in zip(rho, leakage, strict=True)])
    leaked = np.array([published.passage(r, share)[1] for r, share in zip(rho, leakage, strict=True)])
    return marked(
        idle_measures(first, second, 2)._replace(
            meeting=rng.uniform(0.2, 2.0, 2), passage=through, leaked=leaked, formation=rng.normal(0.0, 0.5, 2),
            acceptance=rng.uniform(0.2, 1.6, 2), fields=(rng.random((2, 4)) < 0.6).astype(float),
        )
    )  # fmt: skip


def in_scope(case: Case, i: int, j: int) -> bool:
    """Whether both measures of `two_measures` hold the pair: they have the same sides."""
    r = case.regime
    a, b = (side[:, 0] > 0 for side in (r.first_side, r.second_side))
    return bool((a[i] & b[j]) | (a[j] & b[i]))


@law(40)
@given(seeds)
def test_measures_on_proposals_and_answers(seed: int) -> None:
    case = described(seed)
    case = replace(case, regime=two_measures(case, seed))
    r, world, living = case.regime, world_of(case), ties(case.state)
    per_field = np.ones((2, 4))
    for m in range(2):
        per_field[m] = np.where(r.fields[m] > 0.0, r.meeting[m] * r.passage[m] * exp(r.formation[m]), 1.0)
    by_field = per_field.prod(axis=0)

    def factor(i: int, j: int, slot: int) -> float:
        if slot >= 0 or not in_scope(case, i, j):
            return 1.0
        return published.over_fields(world.portfolio[i], world.portfolio[j], by_field)

    for i in range(case.n):
        assert product_weights(case, i) == pytest.approx(expected_weights(case, i, factor), **CLOSE)
    for i, j in zip(range(case.n), range(1, case.n), strict=False):
        if (i, j) in living or world.country[i] == world.country[j]:
            continue
        holds = in_scope(case, i, j)
        for field in range(4):
            inside = [m for m in range(2) if holds and r.fields[m, field] > 0.0]
            v = published.value(ACCEPTANCE, weights_of(case, ANSWER), published.statistics(world, j, i))
            expected = published.acceptance(
                v, case.setting.offset, float(np.prod(r.acceptance[inside])), float(r.formation[inside].sum())
            )
            got = opportunity.consent_probability(case.world, case.setting, r, case.state, i, j, field, case.time)
            assert got == pytest.approx(expected, **CLOSE)
            personal = 1.0 - float(np.prod(1.0 - r.leaked[inside]))
            assert 1.0 - regime.official_share(r, i, j, field) == pytest.approx(personal, **CLOSE)
        drawn = published.field_probabilities(world.portfolio[i], world.portfolio[j], by_field if holds else np.ones(4))
        for field, edge in enumerate(np.cumsum(drawn)[:-1]):
            for u, expected_field in ((edge - 1e-10, field), (edge + 1e-10, field + 1)):
                if drawn[field] > 1e-9 and drawn[field + 1] > 1e-9:
                    arguments = (case.world, case.setting, r, case.state, i, j, u)
                    assert regime.drawn_field(*arguments) == expected_field


@law(40)
@given(seeds, st.floats(0.05, 1.3))
def test_secondary_risk(seed: int, s2: float) -> None:
    """Bloc 1 holds the exposed, bloc 0 the listed and the issuer. At most 0.99, the product says and its page too."""
    case = described(seed, density=0.3)
    exposed = case.world.bloc == 1
    listed = np.random.default_rng(seed).random(case.n) < 0.5
    quiet = idle_measures(exposed, ~exposed)._replace(secondary=np.array([s2]), exposed_to=np.array([0]), listed=listed)
    case = replace(case, regime=marked(quiet))
    world, living = world_of(case), ties(case.state)
    reliance.refresh_reliance(case.world, case.state)
    west = published.exposure(world.tie[:, world.bloc == 0].sum(axis=1), world.tie.sum(axis=1))
    assert case.state.reliance[0] == pytest.approx(west, **CLOSE)

    def rho(i: int, j: int) -> float:
        if exposed[i] == exposed[j]:
            return 0.0
        listed_end, other = (j, i) if exposed[i] else (i, j)
        return min(MOST_THREATENED, published.secondary_risk(s2, listed[listed_end], float(west[other]), listed[other]))

    def factor(i: int, j: int, slot: int) -> float:
        return 1.0 / (1.0 - rho(i, j)) if slot >= 0 else 1.0 - rho(i, j)

    for i in range(case.n):
        assert product_weights(case, i) == pytest.approx(expected_weights(case, i, factor), **CLOSE)
        j = (i + 5) % case.n
        if (min(i, j), max(i, j)) not in living and world.country[i] != world.country[j]:
            v = published.value(ACCEPTANCE, weights_of(case, ANSWER), published.statistics(world, j, i))
            got = opportunity.consent_probability(case.world, case.setting, case.regime, case.state, i, j, 0, case.time)
            assert got == pytest.approx(published.acceptance(v, case.setting.offset, 1.0 - rho(i, j)), **CLOSE)


@law(100)
@given(
    shares, st.integers(-8, 40), st.floats(0.1, 8.0), st.sampled_from([0.0, 0.5, 3.0]),
    st.sampled_from([0.0, 0.4, 1.0, 1.3]), st.floats(0.0, 3.0),
)  # fmt: skip
def test_levels_of_measures_at_the_starts_of_quarters(
    day: float, quarter: int, lasts: float, ramp: float, strength: float, factor: float
) -> None:
    """Between them ramps stand still in the product; else the date of one measure would move the ramp of another."""
    t, start = 2010.0 + quarter / 4, 2010.0 + day / 4
    arrays = [np.array([x]) for x in (start, start + lasts, ramp, strength)]
    reach = published.level(t, start, start + lasts, ramp, strength)
    assert levels(*arrays, t, t)[0] == pytest.approx(reach, **CLOSE)
    scaled = at_reach(np.array([factor]), np.array([reach]))[0]
    assert scaled == pytest.approx(published.scaled_factor(factor, reach), **CLOSE)


@law(25)
@given(st.floats(0.0, 1.5), shares, st.floats(0.0, 2.0), st.floats(-2.0, 2.0))
def test_prohibitions_that_leak(strength: float, leakage: float, meeting: float, formation: float) -> None:
    """The first effects of a scenario's measure in force, as the kernels read them."""
    effects = {"meeting": meeting, "formation": formation}
    ban = measure(START, mode="freeze_new", strength=strength, leakage=leakage, effects=effects)
    got = model(scenario({"ban": ban})).forces.regime
    if strength == 0.0:
        assert len(got.passage) == 0
        return
    through, personal = published.passage(strength, leakage)
    assert (got.passage[0], got.leaked[0]) == pytest.approx((through, personal), **CLOSE)
    expected = (published.scaled_factor(meeting, strength), strength * formation)
    assert (got.meeting[0], got.formation[0]) == pytest.approx(expected, **CLOSE)
