"""The twin and the plain engine: the same weights of every choice and, from the same draws, the same decisions."""

from __future__ import annotations

import numpy as np
import pytest
import reference_formulas as reference
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import OF_INSTITUTIONS, QUARTER_START, Case, copied, different_arrays, law, random_case, seeds, ties

from model.dynamics import draws, network, plain
from model.dynamics.state import (
    ACCEPTED,
    CHOSEN,
    COUNTS,
    ENDED,
    LEFT,
    LOGGED,
    NEXT,
    OPPORTUNITIES,
    PROPOSALS,
    PROPOSED,
    SPELLS,
    new_state,
)
from model.dynamics.twin import Twin

QUARTER = round(QUARTER_START * 4)
END = QUARTER_START + 0.25

cases = st.builds(
    random_case,
    seeds,
    n=st.integers(4, 14),
    countries=st.integers(2, 4),
    density=st.sampled_from([0.0, 0.1, 0.4, 0.9]),
    former=st.sampled_from([0.0, 0.3, 0.9]),
    measures=st.sampled_from([0, 1, 4, 70]),
    unbounded=st.booleans(),
    domestic=st.booleans(),
    covariates=st.integers(0, 2),
)


def plain_weights(case: Case, i: int) -> np.ndarray:
    meet, weights = np.empty(case.n), np.empty(case.n)
    plain.choice_weights(case.world, case.setting, case.regime, case.state, i, case.time, meet, weights)
    return weights


def twin_of(case: Case) -> Twin:
    return Twin(case.world, case.setting, case.regime, case.state)


@law(60)
@given(cases)
def test_weights_of_a_choice_are_the_formula_in_both(case: Case) -> None:
    for i in range(case.n):
        expected = [reference.weight(case, i, j) for j in range(case.n)]
        assert plain_weights(case, i) == pytest.approx(expected, rel=1e-12, abs=1e-300)
        assert twin_of(case).weights(i, case.time) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@law(60)
@given(cases)
def test_meeting_rates_are_search_referral_and_memory(case: Case) -> None:
    meet = np.empty(case.n)
    for i in range(case.n):
        plain.meeting_rates(case.world, case.setting, case.state, i, case.time, meet)
        parts = np.array([reference.meeting_parts(case, i, j) for j in range(case.n) if j != i])
        strangers = [j for j in range(case.n) if j != i]
        assert meet[strangers] == pytest.approx(parts.sum(axis=1), rel=1e-12)
        # R and Mem sum to at most 1 over all, partners included
        assert parts[:, 1].sum() <= case.setting.referral * (1.0 + 1e-12)
        assert parts[:, 2].sum() <= case.setting.memory * (1.0 + 1e-12)


@law(40)
@given(cases)
def test_inside_its_contract_term_a_partnership_is_not_in_the_choice_set(case: Case) -> None:
    for (i, j), slot in ties(case.state).items():
        inside = case.time < case.state.term[slot]
        for a, b in ((i, j), (j, i)):
            assert (plain_weights(case, a)[b] == 0.0) == inside
            assert (twin_of(case).end(a, b, case.time) == 0.0) == inside


@law(60)
@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.5]), min_size=1, max_size=8), st.floats(0.0, 1.0, exclude_max=True))
def test_a_place_is_drawn_in_proportion_to_its_weight(values: list[float], u: float) -> None:
    weights = np.array(values)
    if not weights.any():
        return
    place = plain.chosen_from(weights, u)
    assert place == Twin._chosen(values, u)
    below = weights[:place].sum() / weights.sum()
    assert weights[place] > 0.0
    assert below - 1e-12 <= u <= below + weights[place] / weights.sum() + 1e-12


def evolved_step_by_step(case: Case) -> list[tuple[int, int, float]]:
    """Drive both engines through what is left of the quarter, one event at a time; decisions of the twin."""
    decisions: list[tuple[int, int, float]] = []
    other = copied(case.state)
    while case.state.clock[NEXT] < END:
        until = np.nextafter(case.state.clock[NEXT], np.inf)
        kept = twin_of(case).evolve(
            case.key, QUARTER, until, watch=lambda i, j, time: decisions.append((i, int(j), float(time)))
        )
        assert kept == plain.evolve(case.world, case.setting, case.regime, other, case.key, QUARTER, until)
        assert kept
        assert different_arrays(case.state, other) == []
    return decisions


@law(25)
@given(cases)
def test_the_same_draws_give_the_same_decisions_step_by_step(case: Case) -> None:
    before = case.state.counts.copy()
    decisions = evolved_step_by_step(case)
    done = case.state.counts - before
    assert len(decisions) == done[OPPORTUNITIES]
    assert len([d for d in decisions if d[0] != d[1]]) == done[PROPOSALS] + done[ENDED]
    assert done[ACCEPTED] <= done[PROPOSALS]
    reasons = case.state.spell_whole[before[SPELLS] : case.state.counts[SPELLS], 6]
    assert (reasons == CHOSEN).all() and len(reasons) == done[ENDED]
    # the log holds the decisions that were not to change nothing, in their order
    logged, times = case.state.log_whole[: case.state.counts[LOGGED]], case.state.log_times[: case.state.counts[LOGGED]]
    assert [(int(i), int(j), float(t)) for (i, j), t in zip(logged[:, :2], times, strict=True)] == [
        (i, j, time) for i, j, time in decisions if i != j
    ]
    assert (logged[:, 2] == PROPOSED).sum() == done[PROPOSALS] and (logged[:, 2] == LEFT).sum() == done[ENDED]
    assert logged[logged[:, 2] == PROPOSED, 3].sum() == done[ACCEPTED]


def test_the_runs_above_hold_every_kind_of_decision() -> None:
    """They propose, are refused, end, and do nothing: else the comparison would say little."""
    totals = np.zeros(COUNTS, np.int64)
    for seed in range(6):
        case = random_case(seed, n=12, measures=3)
        before = case.state.counts.copy()
        evolved_step_by_step(case)
        totals += case.state.counts - before
    assert totals[ACCEPTED] > 0 and totals[PROPOSALS] > totals[ACCEPTED] and totals[ENDED] > 0
    assert totals[OPPORTUNITIES] > totals[PROPOSALS] + totals[ENDED]


@law(15)
@given(cases)
def test_a_whole_quarter_at_once_is_the_same_quarter(case: Case) -> None:
    other = case.copied()
    decisions: list[tuple[int, int, float]] = []
    done = twin_of(case).evolve(case.key, QUARTER, END, watch=lambda *decision: decisions.append(decision))
    assert done == plain.evolve(other.world, other.setting, other.regime, other.state, other.key, QUARTER, END)
    assert different_arrays(case.state, other.state) == []


@law(20)
@given(cases)
def test_a_watched_decision_is_the_one_that_the_weights_and_the_draw_give(case: Case) -> None:
    """Nothing but the weights of the state at that moment, and one uniform draw, decides."""
    seen = 0
    twin = twin_of(case)

    def check(i: int, j: int, time: float) -> None:
        nonlocal seen
        now = Case(case.world, case.setting, case.regime, case.state, case.key, time)
        weights = np.array([reference.weight(now, i, k) for k in range(case.n)])
        number = int(case.state.opportunities[i]) - 1
        u = draws.uniforms(case.key, draws.CHOICE, i, number, 0)[0]
        below = weights[:j].sum() / weights.sum()
        assert below - 1e-12 <= u <= below + weights[j] / weights.sum() + 1e-12
        seen += 1

    before = int(case.state.counts[OPPORTUNITIES])
    twin.evolve(case.key, QUARTER, min(END, case.state.clock[NEXT] + 0.03), watch=check)
    assert seen == case.state.counts[OPPORTUNITIES] - before


@law(60)
@given(cases)
def test_relabelling_institutions_permutes_the_weights(case: Case) -> None:
    """Names play no part: a world with its institutions in another order has the same choices."""
    order = np.random.default_rng(case.n).permutation(case.n)  # new row k holds the old row order[k]
    place = np.argsort(order)
    w, s, r = case.world, case.state, case.regime
    rows = {name: getattr(w, name)[order] for name in OF_INSTITUTIONS}
    state = new_state(case.n, len(s.initiated), width=64, blocs=len(s.reliance), instruments=len(s.entered))
    state.reliance[:] = s.reliance[:, order]
    for name in ("log_size", "capability", "capacity", "rate", "former_since", "former_strength"):
        getattr(state, name)[:] = getattr(s, name)[order]
    state.former[:] = np.where(s.former[order] < 0, -1, place[s.former[order]])
    for (a, b), slot in ties(s).items():
        network.form(
            w._replace(**rows), state, int(place[a]), int(place[b]), 0, int(s.field[slot]), int(s.channel[slot]),
            int(s.instrument[slot]), float(s.term[slot]), float(s.strength[slot]), float(s.since[slot]),
        )  # fmt: skip
    moved = Case(
        w._replace(**rows),
        case.setting._replace(covariates=case.setting.covariates[:, order][:, :, order].copy()),
        r._replace(first_side=r.first_side[order], second_side=r.second_side[order], listed=r.listed[order]),
        state, case.key, case.time,
    )  # fmt: skip
    for i in range(case.n):
        assert plain_weights(moved, int(place[i]))[place] == pytest.approx(plain_weights(case, i), rel=1e-11)
