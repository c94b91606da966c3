"""What measures do to contract terms and running partnerships: no renewal, notice, termination, leaks."""

from __future__ import annotations

import numpy as np
import pytest
from many_partnerships import NOW, SHARES, SIDE, lives, many_ties, near, of, review, under_one_measure
from random_worlds import idle_measures, ties
from scipy import stats

from model.dynamics import contracts, network, opportunity
from model.dynamics.contracts import NO_TERM
from model.dynamics.state import OFFICIAL, PERSONAL, SPELLS, TERMINATED, new_state, with_room


@pytest.mark.parametrize(("reach", "leakage"), [(1.0, 0.0), (1.0, 0.4), (0.6, 0.3), (0.0, 0.5)])
def test_no_renewal_lets_terms_in_scope_lapse_save_for_leaks(reach: float, leakage: float) -> None:
    free = many_ties()
    of(free, "term")[:] = NOW - 0.1
    barred = under_one_measure(free.copied(), official=True)
    review(free)
    review(barred, barred=True, reach=reach, leakage=leakage)
    count = SIDE * SIDE
    leaked = of(barred, "channel") == PERSONAL
    assert near(leaked.sum(), reach * leakage, count)
    assert near((~lives(barred)).sum(), reach * (1.0 - leakage) + 0.3 * (1.0 - reach * (1.0 - leakage)), count)
    # nobody lives longer for it, and whoever is not reached, or leaks, has the review that it would have had
    assert not (lives(barred) & ~lives(free)).any()
    same = lives(barred)
    assert (of(barred, "term")[same] == of(free, "term")[same]).all()


def test_no_renewal_leaves_what_is_out_of_its_scope() -> None:
    free = many_ties()
    of(free, "term")[:] = NOW - 0.1
    of(free, "field")[::2] = 1
    barred = under_one_measure(free.copied(), official=True, half=True)
    review(free)
    review(barred, barred=True)
    inside = (of(free, "first") < SIDE // 2) & (of(free, "field") == 0)
    assert 0 < inside.sum() < len(inside)
    assert not lives(barred)[inside].any()
    assert (lives(barred)[~inside] == lives(free)[~inside]).all()


@pytest.mark.parametrize("reach", [1.0, 0.5])
def test_notice_gives_open_ended_partnerships_what_is_left_of_a_median_term(reach: float) -> None:
    case = under_one_measure(many_ties(), official=True, half=True)
    of(case, "term")[::5] = NOW + 2.0
    of(case, "channel")[1::5] = PERSONAL
    before = of(case, "term").copy()
    contracts.give_notice(case.setting, case.regime, 0, reach, case.state, case.key, NOW)
    inside = of(case, "first") < SIDE // 2
    eligible = inside & (before == NO_TERM) & (of(case, "channel") == OFFICIAL)
    changed = of(case, "term") != before
    assert not changed[~eligible].any()
    assert near(changed[eligible].sum(), reach, eligible.sum())
    share = (of(case, "term")[changed] - NOW) / (37.0 / 12.0)
    assert stats.kstest(share, "uniform").pvalue > 1e-3
    assert lives(case).all()


def test_a_term_that_a_notice_gave_is_reviewed_with_luck_of_its_own() -> None:
    """It went on without a term at the last review; that says nothing about the next."""
    case = under_one_measure(many_ties(), official=True)
    of(case, "term")[:] = NOW - 0.1
    review(case)
    open_ended = np.flatnonzero(lives(case) & (of(case, "term") == NO_TERM))
    contracts.give_notice(case.setting, case.regime, 0, 1.0, case.state, case.key, NOW)
    first = of(case, "term")[open_ended].copy()
    review(case, time=NOW + 4.0)  # the measure is lifted by then
    assert near((~lives(case)[open_ended]).sum(), 0.3, len(open_ended))
    renewed = lives(case)[open_ended] & (of(case, "term")[open_ended] > NOW + 4.0)
    assert near(renewed.sum(), 0.2, len(open_ended))
    # another notice is another draw
    again = np.flatnonzero(lives(case) & (of(case, "term") == NO_TERM))
    contracts.give_notice(case.setting, case.regime, 0, 1.0, case.state, case.key, NOW + 4.0)
    both = np.isin(open_ended, again)
    shares = np.stack([first[both] - NOW, of(case, "term")[open_ended][both] - NOW - 4.0])
    assert abs(np.corrcoef(shares)[0, 1]) < 4.0 / np.sqrt(both.sum())


def test_notice_grows_with_the_reach_of_its_measure() -> None:
    """Who is reached at 0.3 is reached at 0.8, and keeps the term of its first notice."""
    case = under_one_measure(many_ties(), official=True)
    reached = []
    for reach in (0.3, 0.8, 1.0):
        before = of(case, "term").copy()
        contracts.give_notice(case.setting, case.regime, 0, reach, case.state, case.key, NOW)
        assert (of(case, "term") == before)[before > NOW].all()
        reached.append((of(case, "term") > NOW).sum())
    assert near(reached[0], 0.3, 1600) and near(reached[1], 0.8, 1600) and reached[2] == 1600


def test_no_renewal_on_every_channel_holds_for_personal_partnerships() -> None:
    for official in (True, False):
        case = under_one_measure(many_ties(), official=official)
        of(case, "channel")[:] = PERSONAL
        of(case, "term")[::2] = NOW - 0.1
        contracts.give_notice(case.setting, case.regime, 0, 1.0, case.state, case.key, NOW)
        assert (of(case, "term")[1::2] == NO_TERM).all() == official
        of(case, "term")[::2] = NOW - 0.1
        review(case, barred=True)
        assert near(lives(case)[::2].sum(), 0.7, 800) if official else not lives(case)[::2].any()


def test_what_leaked_once_is_not_caught_at_the_next_review() -> None:
    case = under_one_measure(many_ties(), official=False)
    of(case, "term")[:] = NOW - 0.1
    review(case, barred=True, leakage=0.5)
    renewed = np.flatnonzero(lives(case) & (of(case, "term") > NOW))
    assert (of(case, "channel")[renewed] == PERSONAL).all()
    of(case, "term")[renewed] = NOW + 1.0
    review(case, barred=True, leakage=0.5, time=NOW + 2.0)
    assert near(lives(case)[renewed].sum(), 0.7, len(renewed))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_measures_bar_what_each_of_them_bars(order: tuple[int, int]) -> None:
    case = under_one_measure(many_ties(), official=True)
    two = idle_measures(np.arange(case.n) < SIDE, np.arange(case.n) >= SIDE, 2)
    of(case, "term")[:] = NOW - 0.1
    reach = np.array([0.1, 1.0])[list(order)]
    contracts.review(
        case.world, case.setting, two, np.arange(2), reach, np.zeros(2), SHARES, case.state, case.key, NOW,
    )  # fmt: skip
    assert not lives(case).any()


@pytest.mark.parametrize("official", [True, False])
@pytest.mark.parametrize(("reach", "leakage"), [(1.0, 0.0), (1.0, 0.3), (0.7, 0.5)])
def test_termination_ends_what_is_in_scope_save_for_leaks(reach: float, leakage: float, official: bool) -> None:
    case = under_one_measure(many_ties(), official=official, half=True)
    of(case, "channel")[::4] = PERSONAL
    of(case, "field")[1::4] = 2
    of(case, "term")[2::4] = NOW + 1.0  # a contract does not protect
    personal = of(case, "channel") == PERSONAL
    scope = (of(case, "first") < SIDE // 2) & (of(case, "field") == 0) & ~(personal & official)
    contracts.terminate(case.world, case.setting, case.regime, 0, reach, leakage, case.state, case.key, NOW)
    assert lives(case)[~scope].all()
    assert (of(case, "channel")[~scope] == personal[~scope]).all()
    assert near((~lives(case)).sum(), reach * (1.0 - leakage), scope.sum())
    turned = (of(case, "channel") == PERSONAL) & ~personal
    assert near(turned.sum(), reach * leakage, (scope & ~personal).sum())
    assert (case.state.spell_whole[: case.state.counts[SPELLS], 6] == TERMINATED).all()


def test_who_is_terminated_at_half_the_reach_is_terminated_at_the_whole() -> None:
    half, whole = (under_one_measure(many_ties(), official=True) for _ in range(2))
    contracts.terminate(half.world, half.setting, half.regime, 0, 0.5, 0.0, half.state, half.key, NOW)
    once = lives(half).copy()
    assert near((~once).sum(), 0.5, 1600)
    for case in (half, whole):
        contracts.terminate(case.world, case.setting, case.regime, 0, 0.9, 0.0, case.state, case.key, NOW)
    assert (lives(half) == lives(whole)).all() and not (lives(half) & ~once).any()


@pytest.mark.parametrize(
    ("passage", "leaked"), [((0.9,), (0.4,)), ((0.3,), (1.0,)), ((0.9, 0.5), (0.4, 0.25)), ((1.0,), (0.0,))]
)
def test_what_passes_prohibitions_is_personal_as_often_as_it_leaked(
    passage: tuple[float, ...], leaked: tuple[float, ...]
) -> None:
    case, count = many_ties(), len(passage)
    regime = idle_measures(np.arange(case.n) < SIDE, np.arange(case.n) >= SIDE, count)
    regime = regime._replace(passage=np.array(passage), leaked=np.array(leaked))
    pairs, state, personal = list(ties(case.state))[:800], new_state(case.n, 2), 0
    for k, (i, j) in enumerate(pairs):
        state = with_room(state)
        opportunity.begin(case.world, case.setting, regime, state, case.key, i, j, k, 0, NOW)
        personal += state.channel[network.slot_of(state, i, j)] == PERSONAL
    assert near(personal, 1.0 - float(np.prod(1.0 - np.array(leaked))), len(pairs))


def test_a_termination_in_steps_ends_as_many_as_one_at_once() -> None:
    case = under_one_measure(many_ties(), official=True)
    for reach in np.linspace(0.1, 1.0, 10):
        contracts.terminate(case.world, case.setting, case.regime, 0, float(reach), 0.3, case.state, case.key, NOW)
    assert near((~lives(case)).sum(), 0.7, 1600)
    assert (of(case, "channel")[lives(case)] == PERSONAL).all()


def test_leaks_of_no_renewal_are_as_many_under_a_growing_reach() -> None:
    case = under_one_measure(many_ties(), official=True)
    of(case, "term")[:] = NOW - 0.1
    review(case, barred=True, reach=0.5, leakage=0.3)
    again = np.flatnonzero(lives(case) & (of(case, "channel") != PERSONAL))
    of(case, "term")[again] = NOW + 1.0
    of(case, "terms")[again] += 1
    review(case, barred=True, reach=1.0, leakage=0.3, time=NOW + 2.0)
    leaked = lives(case)[again] & (of(case, "channel")[again] == PERSONAL)
    assert (lives(case)[again] == leaked).all()
    assert near((~lives(case)[again]).sum(), 0.7 + 0.3 * 0.3, len(again))  # a leak is reviewed as any other
