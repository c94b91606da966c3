"""Projects, taken apart: with whom, who passes reviews, who remembers, what a plan and a founding make."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from many_partnerships import near
from random_worlds import INSTRUMENTS, Case, idle_measures, law, random_case, seeds, ties
from scipy import stats

from model.dynamics import draws, network, opportunity, programmes
from model.dynamics.programmes import CLIQUE, HUB, NOBODY, PAIRS
from model.dynamics.state import OFFICIAL, PERSONAL, PLACED, REMEMBERED, with_room

NAME, QUARTER, NOW = 12345, 8049, 2012.25


def stock_of(case: Case, second: np.ndarray, scope: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.cumsum(case.world.profile[second] * scope, axis=0).T)


def project_weights(
    case: Case, i: int, second: np.ndarray, scope: np.ndarray, *, planned: bool, strangers: bool
) -> np.ndarray:
    """Weights of joint projects of i, float64[b, F], written from their description."""
    x, weights = case.world.profile, np.zeros((len(second), len(scope)))
    taken = {a + b - i for a, b in ties(case.state) if i in (a, b)}
    for k, j in enumerate(second):
        if case.world.country[i] == case.world.country[j] or (strangers and int(j) in taken):
            continue
        for f in np.flatnonzero(scope):
            if planned:
                weights[k, f] = case.world.help_need[f] * max(x[j, f] - x[i, f], 0.0) + x[j, f]
            else:
                weights[k, f] = x[i, f] * x[j, f]
    return weights


# --- with whom -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("planned", "strangers"), list(product([False, True], repeat=2)))
def test_partners_are_drawn_by_their_weights(planned: bool, strangers: bool) -> None:
    case = random_case(3, n=12, density=0.4)
    second, scope, i = np.arange(2, 12), np.array([1.0, 0.0, 1.0, 1.0]), 1
    weights = project_weights(case, i, second, scope, planned=planned, strangers=strangers)
    counts = np.zeros_like(weights)
    for index in range(12_000):
        j, f = programmes.drawn_partner(
            case.world, case.state, i, second, stock_of(case, second, scope), planned, strangers, case.key,
            draws.PARTNER, NAME, QUARTER, index,
        )  # fmt: skip
        counts[j - 2, f] += 1
    assert (counts[weights == 0.0] == 0).all()
    expected = weights / weights.sum() * counts.sum()
    rare = expected < 8.0
    observed = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    assert stats.chisquare(observed[expected > 0.0], expected[expected > 0.0]).pvalue > 1e-4


@law(40)
@given(seeds, st.booleans(), st.booleans())
def test_a_partner_among_all_is_drawn_by_the_same_weights(seed: int, planned: bool, strangers: bool) -> None:
    case = random_case(seed, n=9, density=0.5)
    rng = np.random.default_rng(seed)
    second, scope = np.flatnonzero(rng.random(9) < 0.8), (rng.random(4) < 0.7).astype(float)
    if len(second) == 0:
        return
    weights = project_weights(case, 0, second, scope, planned=planned, strangers=strangers).ravel()

    def drawn(u: float) -> tuple[int, int]:
        return programmes._partner_among_all(
            case.world, case.state, 0, second, stock_of(case, second, scope), planned, strangers, u
        )

    if weights.sum() == 0.0:
        assert drawn(0.5)[0] == NOBODY
        return
    edges = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    for place, (low, high) in enumerate(pairwise(edges)):
        if high - low > 1e-10:
            for u in (low + 1e-11, high - 1e-11):
                assert drawn(u) == (second[place // 4], place % 4)


def test_where_nobody_is_left_nobody_is_drawn() -> None:
    case = random_case(3, n=12, countries=2, density=1.0)
    abroad = np.flatnonzero(case.world.country != case.world.country[0])
    stock = stock_of(case, abroad, np.ones(4))
    arguments = (case.key, draws.PARTNER, NAME, QUARTER, 0)
    assert programmes.drawn_partner(case.world, case.state, 0, abroad, stock, False, True, *arguments)[0] == NOBODY
    assert programmes.drawn_partner(case.world, case.state, 0, abroad, stock, False, False, *arguments)[0] in abroad
    nothing = np.zeros_like(stock)
    assert programmes.drawn_partner(case.world, case.state, 0, abroad, nothing, True, False, *arguments)[0] == NOBODY


def applications(case: Case, acquainted: float, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.arange(0, 4), np.arange(2, case.n)
    member = [np.isin(np.arange(case.n), side) for side in (first, second)]
    slots = np.array([s for (a, b), s in ties(case.state).items() if (member[0][a] and member[1][b])], np.int64)
    pairs, fields = np.empty((count, 2), np.int64), np.empty(count, np.int64)
    programmes.draw_applications(
        case.world, case.state, case.key, NAME, QUARTER, first, second, *member, stock_of(case, second, np.ones(4)),
        slots, acquainted, pairs, fields,
    )  # fmt: skip
    return pairs, fields


def test_present_partners_apply_as_often_as_their_share_and_each_as_often() -> None:
    case = random_case(4, n=14, density=0.3)
    pairs, fields = applications(case, 0.4)
    known = ties(case.state)
    partnered = np.array([(min(pair), max(pair)) in known for pair in pairs.tolist()])
    assert near(partnered.sum(), 0.4, 4000)
    assert set(pairs[:, 0]) <= set(range(4)) and set(pairs[:, 1]) <= set(range(2, 14))
    counts = np.unique(np.sort(pairs[partnered], axis=1), axis=0, return_counts=True)[1]
    assert stats.chisquare(counts).pvalue > 1e-4
    for pair, field in zip(pairs[partnered].tolist(), fields[partnered], strict=True):
        assert field == case.state.field[known[min(pair), max(pair)]]
    country = case.world.country
    strangers = pairs[~partnered]
    assert (country[strangers[:, 0]] != country[strangers[:, 1]]).all()
    assert stats.chisquare(np.bincount(strangers[:, 0], minlength=4)[:4]).pvalue > 1e-4  # uniform on the first side


def test_without_partners_all_applicants_are_strangers() -> None:
    pairs, _ = applications(random_case(4, n=14, density=0.0), 1.0, count=50)
    assert (pairs[:, 1] != NOBODY).all()


# --- reviews ---------------------------------------------------------------------------------------------------------


def reviews(case: Case, count: int, keys: int, share: float, name: int = NAME) -> np.ndarray:
    rng = np.random.default_rng(9)
    pairs = np.stack([rng.integers(0, 7, count), rng.integers(7, 14, count)], axis=1)
    return programmes.reviewed(case.state, case.key, name, QUARTER, pairs, keys, share)


def test_two_keys_pass_what_both_reviews_pass() -> None:
    case = random_case(4)
    case.state.capability[:] = 0.0  # only the errors of the reviewers are left, which are independent
    passed = reviews(case, 20_000, 2, 0.3)
    assert near(len(passed), 0.09, 20_000) and len(set(passed.tolist())) == len(passed)
    assert len(reviews(case, 20_000, 1, 0.3)) in (6000, 6001)
    assert np.array_equal(reviews(case, 50, 0, 0.3), np.arange(50))
    assert len(reviews(case, 100, 2, 1.0)) == 100


def test_reviews_agree_the_more_the_more_capabilities_differ() -> None:
    case = random_case(4)
    case.state.capability[:] *= 5.0
    assert len(reviews(case, 20_000, 2, 0.3)) > 0.15 * 20_000


def test_a_part_of_an_application_is_passed_by_chance() -> None:
    case = random_case(4)
    passed = [len(reviews(case, 3, 1, 0.5, name=name)) for name in range(2000)]
    assert set(passed) == {1, 2} and near(passed.count(2), 0.5, 2000)


@law(60)
@given(seeds, st.integers(1, 12), st.integers(1, 2), st.floats(0.05, 1.0))
def test_reviews_order_by_the_sum_of_their_scores(seed: int, count: int, keys: int, share: float) -> None:
    case = random_case(seed)
    rng = np.random.default_rng(seed)
    pairs = np.stack([rng.integers(0, 7, count), rng.integers(7, 14, count)], axis=1)
    score = np.array([
        [
            case.state.capability[pair].mean() + draws.standard_normal(case.key, draws.SCORE, NAME, QUARTER, 2 * k + side)
            for side in range(keys)
        ]
        for k, pair in enumerate(pairs)
    ])  # fmt: skip
    order = programmes.reviewed(case.state, case.key, NAME, QUARTER, pairs, keys, share)
    assert (np.diff(score[order].sum(axis=1)) <= 1e-12).all()
    for side in range(keys):
        kept = int(share * count + draws.uniforms(case.key, draws.PASS, NAME, QUARTER, 0)[side])
        best = set(np.argsort(-score[:, side])[:kept].tolist())
        assert set(order.tolist()) <= best
        if keys == 1:
            assert set(order.tolist()) == best


# --- memory of the refused -------------------------------------------------------------------------------------------


def memory(case: Case, i: int, j: int, time: float) -> float:
    places = np.flatnonzero(case.state.former[i] == j)
    assert len(places) <= 1
    return opportunity.fading(case.setting, case.state, i, places[0], time) if len(places) else 0.0


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_the_refused_remember_each_other_as_strongly_as_was_said(strength: float) -> None:
    case = random_case(5, density=0.0, former=0.0)
    years = case.setting.memory_years
    programmes.recall(case.state, np.array([[0, 9], [1, 8]]), NOW - (1.0 - strength) * years)
    for i, j in ((0, 9), (9, 0), (1, 8), (8, 1)):
        assert memory(case, i, j, NOW) == pytest.approx(strength)
        assert memory(case, i, j, NOW + strength * years) == pytest.approx(0.0)
        assert network.former_strength(case.state, i, j) == 0.0
    assert (case.state.former >= 0).sum() == 4


def test_partners_need_no_memory_and_what_is_remembered_better_stays() -> None:
    case = random_case(5, density=0.0, former=0.0)
    slot = network.form(case.world, case.state, 0, 9, 1, 0, OFFICIAL, -1, -1.0, 0.6, 2005.0)
    network.form(case.world, case.state, 1, 8, 1, 0, OFFICIAL, -1, -1.0, 0.6, 2005.0)
    network.dissolve(case.world, case.state, slot, 0, 2012.0, case.setting.strength_years)
    before = memory(case, 0, 9, NOW)
    programmes.recall(case.state, np.array([[0, 9], [1, 8]]), 2011.0)
    assert memory(case, 0, 9, NOW) == before and network.former_strength(case.state, 0, 9) > 0.6
    assert (case.state.former[1] < 0).all()
    programmes.recall(case.state, np.array([[0, 9]]), 2012.2)
    assert memory(case, 0, 9, NOW) > before


def test_the_oldest_memory_gives_way_unless_the_new_one_is_older() -> None:
    case = random_case(5, n=30, density=0.0, former=0.0)
    others = np.arange(12, 12 + REMEMBERED)
    for k, j in enumerate(others):
        programmes.recall(case.state, np.array([[0, j]]), 2010.0 + 0.1 * k)
    programmes.recall(case.state, np.array([[0, 29]]), 2009.0)
    assert set(case.state.former[0]) == set(others)
    programmes.recall(case.state, np.array([[0, 29]]), 2012.0)
    assert set(case.state.former[0]) == {*others[1:], 29}


# --- plans and foundings ---------------------------------------------------------------------------------------------


def test_a_plan_gives_as_many_projects_as_it_has_opportunities() -> None:
    case = random_case(6, n=20)
    first, second, scope = np.arange(0, 5), np.arange(5, 20), np.array([1.0, 1.0, 0.0, 0.0])
    mean = np.linspace(0.0, 4.0, 20)
    counts = np.zeros(20)
    for quarter in range(600):
        pairs, fields = programmes.planned(
            case.world, case.state, case.key, NAME, quarter, first, second, stock_of(case, second, scope), mean
        )
        counts += np.bincount(pairs[:, 0], minlength=20)
        assert set(fields.tolist()) <= {0, 1} and set(pairs[:, 1].tolist()) <= set(second.tolist())
    assert counts[0] == 0 and (counts[5:] == 0).all()
    assert (np.abs(counts[:5] - 600 * mean[:5]) <= 4.0 * np.sqrt(600 * mean[:5])).all()


def foundings(case: Case, first: list[int], second: list[int], shape: int, chance: float) -> list[tuple[int, int]]:
    member = [np.isin(np.arange(case.n), side) for side in (first, second)]
    scope = np.array([0.0, 1.0, 1.0, 0.0])
    pairs, fields = programmes.founded(
        case.world, case.state, case.key, NAME, np.array(first), np.array(second), *member,
        stock_of(case, np.array(second), scope), shape, chance,
    )  # fmt: skip
    assert set(fields.tolist()) <= {1, 2}
    return [(int(a), int(b)) for a, b in pairs]


def test_shapes_of_what_is_founded() -> None:
    case = random_case(7, n=14)
    country = case.world.country
    first, second = [0, 1, 13], [4, 5, 6, 7, 13]
    hub = foundings(case, first, second, HUB, 1.0)
    assert sorted(hub) == [(a, b) for a in first for b in second if country[a] != country[b]]
    clique = foundings(case, first, second, CLIQUE, 1.0)
    everyone = sorted({*first, *second})
    expected = [(a, b) for a, b in combinations(everyone, 2) if country[a] != country[b]]
    assert sorted((min(p), max(p)) for p in clique) == expected
    pairs = foundings(case, first, second, PAIRS, 1.0)
    assert [a for a, _ in pairs] == first and all(b in second and country[a] != country[b] for a, b in pairs)


def test_a_pair_on_both_sides_is_founded_once() -> None:
    case = random_case(7, n=14)
    every = list(range(14))
    hub = foundings(case, every, every, HUB, 1.0)
    assert len({frozenset(pair) for pair in hub}) == len(hub)
    assert len(hub) == sum(case.world.country[a] != case.world.country[b] for a, b in combinations(every, 2))


@pytest.mark.parametrize("shape", [CLIQUE, HUB, PAIRS])
def test_density_keeps_a_share_and_a_denser_founding_keeps_what_a_thinner_one_does(shape: int) -> None:
    case = random_case(7, n=120)
    first, second = list(range(60)), list(range(60, 120))
    whole, thin = (foundings(case, first, second, shape, chance) for chance in (1.0, 0.3))
    assert set(thin) <= set(whole)
    assert near(len(thin), 0.3, len(whole))


# --- projects --------------------------------------------------------------------------------------------------------


def placed(case: Case, pairs: list[tuple[int, int]], **changes: object) -> np.ndarray:
    """Give projects of instrument 1 to pairs, in field 2, for three years; ``changes`` of the arguments."""
    given: dict[str, object] = {"barrier": np.ones(len(case.regime.meeting)), "own": -1, "limit": 10**6,
                                "by_capacity": False, "by_coin": False, **changes}  # fmt: skip
    taken = np.zeros(len(pairs), np.bool_)
    done = programmes.place(
        case.world, case.setting, case.regime, given["barrier"], case.state, case.key, NAME, QUARTER, given["own"], 1,
        np.array(pairs, np.int64).reshape(-1, 2), np.full(len(pairs), 2), taken, 3.0, given["limit"],
        given["by_capacity"], given["by_coin"], 0, NOW,
    )  # fmt: skip
    assert done == len(pairs)
    return taken


def roomy(seed: int, n: int = 14, **changes: object) -> Case:
    case = random_case(seed, n=n, **changes)  # type: ignore[arg-type]
    state = case.state
    for _ in range(8):
        state = with_room(state._replace(counts=state.counts))
    return Case(case.world, case.setting, case.regime, state, case.key, case.time)


def test_strangers_become_partners_with_the_term_and_the_instrument() -> None:
    case = roomy(8, density=0.0, former=0.0)
    assert placed(case, [(0, 13), (1, 12)]).all()
    for pair in ((0, 13), (1, 12)):
        slot = ties(case.state)[pair]
        state = case.state
        assert (state.initiator[slot], state.field[slot], state.channel[slot]) == (pair[0], 2, OFFICIAL)
        assert (state.instrument[slot], state.terms[slot], state.term[slot], state.start[slot]) == (
            1,
            1,
            NOW + 3.0,
            NOW,
        )
        assert state.number[slot] >= 2**31  # no opportunity has such a number
        assert state.strength[slot] == case.setting.strength_initial
    assert case.state.counts[PLACED] == 2
    assert case.state.placed.tolist() == case.state.projects.tolist() == [0, 2, 0][:INSTRUMENTS]


def test_partners_get_the_term_and_the_instrument_and_keep_the_rest() -> None:
    case = roomy(8, density=0.0, former=0.0)
    slots = [
        network.form(case.world, case.state, b, a, 7, 0, channel, -1, term, 0.4, 2010.0)
        for a, b, channel, term in ((0, 13, OFFICIAL, -1.0), (1, 12, PERSONAL, NOW + 9.0))
    ]
    assert placed(case, [(0, 13), (1, 12)]).all()
    state = case.state
    assert state.term[slots].tolist() == [NOW + 3.0, NOW + 9.0]  # a longer term stays
    assert (state.instrument[slots] == 1).all() and (state.channel[slots] == OFFICIAL).all()
    assert (state.initiator[slots] == [13, 12]).all() and (state.field[slots] == 0).all()
    assert state.terms[slots].tolist() == [2, 2] and (state.start[slots] == 2010.0).all()
    assert state.projects[1] == 2 and state.placed[1] == 0 and state.counts[PLACED] == 0


def test_money_ends_projects_in_their_order() -> None:
    case = roomy(8, density=0.0, former=0.0)
    taken = placed(case, [(0, 13), (1, 12), (2, 11)], limit=2)
    assert taken.tolist() == [True, True, False] and case.state.projects[1] == 2


def test_a_plan_is_refused_by_those_who_have_no_capacity() -> None:
    case = roomy(8, density=0.0, former=0.0)
    case.state.capacity[:] = 1.0
    assert placed(case, [(0, 13), (0, 12), (1, 13), (1, 12)], by_capacity=True).tolist() == [True, False, False, True]


def test_either_side_counts_as_the_initiator_by_a_coin() -> None:
    case = roomy(8, n=60, countries=2, density=0.0, former=0.0)
    half = int((case.world.country == 0).sum())
    pairs = [(i, j) for i in range(half) for j in range(half, 60)][:250]
    case = Case(case.world, case.setting, case.regime, with_room(case.state), case.key, case.time)
    started, done = 0, 0
    for pair in pairs:
        case = Case(case.world, case.setting, case.regime, with_room(case.state), case.key, case.time)
        placed(case, [pair], by_coin=True)
        started += case.state.initiator[ties_slot(case, pair)] == pair[0]
        done += 1
    assert near(started, 0.5, done)


def ties_slot(case: Case, pair: tuple[int, int]) -> int:
    return int(network.slot_of(case.state, *pair))


def test_projects_pass_prohibitions_with_what_those_let_through() -> None:
    row = np.arange(80)
    bars = idle_measures(row < 40, row >= 40, 3)
    fields = np.ones((3, 4))
    fields[2, 2] = 0.0  # the third is about other fields
    narrow, only = np.array([False, True, False]), np.zeros((3, INSTRUMENTS), bool)
    regime = bars._replace(fields=fields, narrow=narrow, instruments=only)
    barrier, pairs = np.array([0.5, 0.4, 0.0]), [(i, j) for i in range(40) for j in range(40, 80)][:600]

    def passed(regime: object, own: int = -1) -> int:
        case = random_case(2, n=80, countries=2, density=0.0, former=0.0)
        case.world.country[:] = row >= 40
        total = 0
        for pair in pairs:
            case = Case(case.world, case.setting, regime, with_room(case.state), case.key, NOW)  # type: ignore[arg-type]
            total += int(placed(case, [pair], barrier=barrier, own=own)[0])
        return total

    assert near(passed(regime), 0.5, 600)
    only[1, 1] = True  # now the second is about this instrument
    assert near(passed(regime), 0.2, 600)
    assert near(passed(regime, own=0), 0.4, 600)  # its own prohibition does not bar a measure's projects
