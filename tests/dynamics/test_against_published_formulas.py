"""The product against a second implementation of its formulas, written from the description by a reader who had not seen it.

`published_formulas.py` is that implementation. Random states, agreement to 1e-10. Where the two disagreed at first, the test
says which reading stands, and why.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp, log
from types import SimpleNamespace

import numpy as np
import published_formulas as published
import pytest
from hypothesis import given
from hypothesis import strategies as st
from published_formulas import ACCEPTANCE, FORMATION, MAINTENANCE, World
from random_worlds import Case, idle_measures, law, random_case, random_world, seeds, ties

from model.calibration import Calibration
from model.dynamics import draws, growth, opportunity, output, plain, regime, reliance, terms
from model.dynamics.growth import Growth, Learning
from model.dynamics.output import LAG_WEIGHTS, Publishing
from model.dynamics.regime import MOST_THREATENED, Regime, marked
from model.dynamics.state import LAGS
from model.dynamics.terms import ANSWER, PROPOSAL, Term
from model.measures.compiled import levels
from model.measures.force import _scaled
from model.numbers import meeting_by_search
from model.parameters import parameter_table

ROWS = {PROPOSAL: FORMATION, ANSWER: ACCEPTANCE, terms.MAINTENANCE: MAINTENANCE}
CLOSE = {"rel": 1e-10, "abs": 1e-10}
shares = st.floats(0.0, 1.0)


def described(seed: int, **how: object) -> Case:
    """A random case whose values have the terms of the description, each in the values that it stands in."""
    case = random_case(seed, covariates=0, **how)  # type: ignore[arg-type]
    weights = case.setting.weights.copy()
    for row, names in ROWS.items():
        weights[row, [term for term in Term if term.name.lower() not in names]] = 0.0
    return case.with_setting(weights=weights)


def weights_of(case: Case, row: int) -> dict[str, float]:
    return {term.name.lower(): float(case.setting.weights[row, term]) for term in Term}


def world_of(case: Case, time: float | None = None) -> World:
    """The arrays of a case as the second implementation has them; strengths grown to the time by its own formula."""
    w, state, n = case.world, case.state, case.n
    tie, strength = np.zeros((n, n), bool), np.zeros((n, n))
    for (i, j), slot in ties(state).items():
        since = (case.time if time is None else time) - state.since[slot]
        tie[i, j] = tie[j, i] = True
        strength[i, j] = strength[j, i] = published.grown(state.strength[slot], since, case.setting.strength_years)
    member = (w.facilities[:, None] >> np.arange(3, dtype=np.uint64)) & np.uint64(1) > 0
    return World(
        tie=tie, strength=strength, country=w.country, bloc=w.bloc, kind=w.kind, portfolio=w.profile, member=member,
        size=np.exp(state.log_size), capability=state.capability.copy(), capacity=state.capacity,
        affinity=case.setting.affinity, help_needed=w.help_need,
        years=float(case.setting.grid[0] - case.setting.reference_year), gap_bound=case.setting.gap_bound,
        decay=case.setting.decay,
    )  # fmt: skip


def memories(case: Case, i: int) -> dict[int, float]:
    former = case.state.former[i]
    since = case.time - case.state.former_since[i][former >= 0]
    fresh = published.freshness(since, case.setting.memory_years)
    return dict(zip(former[former >= 0].tolist(), published.memory(fresh), strict=True))


def met(case: Case, world: World, i: int, j: int) -> float:
    s = case.setting
    by_search = float(s.search[world.country[i], world.country[j]])
    remembered = memories(case, i).get(j, 0.0)
    return published.meeting(by_search, s.referral, published.referral(world.tie, i, j), s.memory, remembered)


def expected_weights(case: Case, i: int, factor: object = None) -> np.ndarray:
    """Weights of the choice of i, i itself meaning no change. ``factor(i, j, slot)``: what measures do to a weight."""
    world, found = world_of(case), np.zeros(case.n)
    living = ties(case.state)
    for j in range(case.n):
        slot = living.get((min(i, j), max(i, j)), -1)
        x = published.statistics(world, i, j) if j != i else {}
        if j == i:
            found[j] = 1.0
        elif slot >= 0:
            in_term = case.time < case.state.term[slot]
            m = published.value(MAINTENANCE, weights_of(case, terms.MAINTENANCE), x)
            found[j] = 0.0 if in_term else exp(-m)
        elif world.country[i] != world.country[j]:
            found[j] = met(case, world, i, j) * exp(published.value(FORMATION, weights_of(case, PROPOSAL), x))
        if factor is not None and j != i:
            found[j] *= factor(i, j, slot)  # type: ignore[operator]
    return found


def product_weights(case: Case, i: int) -> np.ndarray:
    meet, weights = np.empty(case.n), np.empty(case.n)
    plain.choice_weights(case.world, case.setting, case.regime, case.state, i, case.time, meet, weights)
    return weights


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


@law(60)
@given(
    st.floats(2000.0, 2020.0), st.floats(0.1, 10.0), st.sampled_from([0.0, 0.5, 3.0]), shares, st.integers(0, 80),
    st.floats(0.0, 3.0),
)  # fmt: skip
def test_levels_of_measures_at_the_starts_of_quarters(
    start: float, lasts: float, ramp: float, strength: float, quarter: int, factor: float
) -> None:
    """Between them ramps stand still in the product; else the date of one measure would move the ramp of another."""
    t, end = 2000.0 + quarter / 4, start + lasts
    arrays = [np.array([x]) for x in (start, end, ramp, strength)]
    reach = published.level(t, start, end, ramp, strength)
    assert levels(*arrays, t, t)[0] == pytest.approx(reach, **CLOSE)
    assert _scaled(np.array([factor]), np.array([reach]))[0] == pytest.approx(published.scaled_factor(factor, reach))


# --- 6: size and capability ----------------------------------------------------------------------------------------


@law(40)
@given(seeds, st.floats(0.1, 0.9), st.floats(5.0, 50.0))
def test_sizes_and_capacities(seed: int, exponent: float, scale: float) -> None:
    case, rng = random_case(seed), np.random.default_rng(seed)
    own, works, reference = rng.normal(0.0, 0.4, case.n), rng.uniform(1e3, 1e5, 3), 100.0
    numbers = Growth(reference, case.world.institutions_of, 0.3, 10.0, scale, exponent)
    growth.resize(case.world, numbers, case.state, own, works)
    size = published.sizes(case.world.size_weight, own, case.world.country, works, case.world.institutions_of)
    assert np.exp(case.state.log_size) * reference == pytest.approx(size, rel=1e-10)


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
    """What the kernel hands to its Poisson draws, run as plain Python, is the rate times the lag, split by the leader."""
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
        output.publish.py_func(case.world, numbers, case.regime, state, case.key, begin)
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
    product = Calibration(coverage=0.02, fitted_until=2014.0)
    steps = np.diff([product.observation(year) for year in range(2014, 2024)])
    whole = np.diff([published.growth_by_whole_years(year, 2000, 2014, 0.02) for year in range(2014, 2024)])
    assert steps[1:] / steps[:-1] == pytest.approx(0.85) and whole[1:] / whole[:-1] == pytest.approx(0.85)
    assert (steps[0] / 0.02, whole[0] / 0.02) == pytest.approx((0.15 / -log(0.85), 0.85))
