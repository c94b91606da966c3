"""Robustness and regret by hand, and what holes and designs do to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from known_sweeps import known_sample

from experiments.analysing import Sample, Wanted, analyse, read_case
from experiments.analysing.robustness import Robust

FACTORS = [
    {"name": "policy", "role": "lever", "levels": ["none", "fund", "call"]},
    {"name": "state", "levels": [0.0, 1.0, 2.0, 3.0]},
]
# a row for each policy, a column for each state
PAYOFF = {"none": [10.0, 4.0, 6.0, 0.0], "fund": [8.0, 8.0, 8.0, 2.0], "call": [9.0, 5.0, 1.0, 5.0]}
ROWS = [(policy, float(state)) for policy in PAYOFF for state in range(4)]


def payoff(policy: np.ndarray, state: np.ndarray, replicate: int) -> np.ndarray:
    """The table, with luck that is the same everywhere."""
    return np.array([PAYOFF[p][int(s)] for p, s in zip(policy, state, strict=True)]) + 10.0 * replicate


def robust(sample: Sample, *, higher: bool = True, case: str = "y < 5") -> Robust:
    """The robustness of the first outcome."""
    lower = () if higher else ("y",)
    found = analyse(sample, Wanted(cases=(read_case(case, sample),), lower_is_better=lower)).outcomes[0].robust
    assert found is not None
    return found


def measures(found: Robust, name: str) -> dict[str, float]:
    """A measure by policy."""
    return {one.policy.name.removeprefix("policy = "): one.measures[name] for one in found.policies}


def test_measures_by_hand(tmp_path: Path) -> None:
    found = robust(known_sample(tmp_path / "s", FACTORS, ROWS, {"y": payoff}))
    assert measures(found, "worst") == {"none": 0.0, "fund": 2.0, "call": 1.0}
    assert measures(found, "best") == {"none": 10.0, "fund": 8.0, "call": 9.0}
    assert measures(found, "mean") == {"none": 5.0, "fund": 6.5, "call": 5.0}
    assert measures(found, "hurwicz") == {"none": 5.0, "fund": 5.0, "call": 5.0}
    assert measures(found, "satisficing") == {"none": 0.5, "fund": 0.75, "call": 0.75}
    assert measures(found, "percentile")["none"] == pytest.approx(np.quantile(PAYOFF["none"], 0.1))
    # the best of each state: 10, 8, 8, 5
    assert measures(found, "largest_regret") == {"none": 5.0, "fund": 3.0, "call": 7.0}
    assert measures(found, "mean_regret") == {"none": 11 / 4, "fund": 5 / 4, "call": 11 / 4}
    assert (found.shared_states, found.states, found.refused) == (4, 4, ())


def test_where_less_is_better_everything_is_turned(tmp_path: Path) -> None:
    found = robust(known_sample(tmp_path / "s", FACTORS, ROWS, {"y": payoff}), higher=False, case="y > 8")
    assert measures(found, "worst") == {"none": 10.0, "fund": 8.0, "call": 9.0}
    assert measures(found, "satisficing") == {"none": 0.75, "fund": 1.0, "call": 0.75}
    # the best of each state: 8, 4, 1, 0
    assert measures(found, "largest_regret") == {"none": 5.0, "fund": 7.0, "call": 5.0}


def test_luck_that_is_the_same_everywhere_is_no_regret(tmp_path: Path) -> None:
    found = robust(known_sample(tmp_path / "s", FACTORS, ROWS, {"y": payoff}, replicates=3))
    assert measures(found, "largest_regret") == pytest.approx({"none": 5.0, "fund": 3.0, "call": 7.0})
    for one in found.policies:
        assert one.errors["largest_regret"] == pytest.approx(0.0, abs=1e-9)
        assert one.errors["mean"] == pytest.approx(10.0 / np.sqrt(3))  # 0, 10, 20: standard deviation 10


def test_a_state_that_one_policy_lacks_is_left_out_for_all(tmp_path: Path) -> None:
    # the last state fails under fund: without it, none would lose its worst case only in the comparison
    found = robust(known_sample(tmp_path / "s", FACTORS, ROWS, {"y": payoff}, failed=[7]))
    assert (found.shared_states, found.states) == (3, 4)
    assert measures(found, "worst") == {"none": 4.0, "fund": 8.0, "call": 1.0}
    assert measures(found, "largest_regret") == {"none": 4.0, "fund": 2.0, "call": 7.0}
    assert {one.states for one in found.policies} == {3}


def test_too_few_states_are_refused(tmp_path: Path) -> None:
    sample = known_sample(tmp_path / "s", FACTORS, ROWS, {"y": payoff}, failed=[4, 5, 6])
    one = analyse(sample, Wanted(cases=(read_case("y < 5", sample),))).outcomes[0]
    assert one.robust is not None and one.robust.policies == ()
    assert ("robustness", "holes") in {(refusal.analysis, refusal.because) for refusal in one.refused}


def test_policies_in_different_states_have_no_regret(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [(str(rng.choice(["none", "fund", "call"])), float(s)) for s in rng.random(90)]
    factors = [FACTORS[0], {"name": "state", "range": [0.0, 1.0]}]
    outcome = {"y": lambda policy, state, _: state + (policy == "fund")}
    sample = known_sample(tmp_path / "s", factors, rows, outcome, design={"kind": "latin-hypercube"})
    found = robust(sample, case="y < 0.5")
    assert np.isnan(list(measures(found, "largest_regret").values())).all()
    assert measures(found, "mean")["fund"] > measures(found, "mean")["none"] + 0.5
    assert [(refusal.analysis, refusal.because) for refusal in found.refused] == [("regret", "design")]


def test_states_that_happen_to_be_shared_are_no_crossing(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [(str(rng.choice(["none", "fund", "call"])), float(rng.integers(0, 40))) for _ in range(120)]
    sample = known_sample(tmp_path / "s", FACTORS, rows, {"y": lambda _, s, __: s}, design={"kind": "latin-hypercube"})
    found = robust(sample, case="y < 0.5")
    assert found.shared_states == 0
    assert np.isnan(list(measures(found, "largest_regret").values())).all()
    assert [refusal.analysis for refusal in found.refused] == ["regret"]
    assert all(15 < one.states < 40 for one in found.policies)


def test_crossed_levers_are_compared_in_the_same_states(tmp_path: Path) -> None:
    """Policies have their regret; what treats points as independent draws is refused."""
    states = np.random.default_rng(1).random(40)
    rows = [(policy, float(s)) for s in states for policy in ("none", "fund", "call")]
    factors = [FACTORS[0], {"name": "state", "range": [0.0, 1.0]}]
    luck = dict(
        zip(states.tolist(), np.random.default_rng(2).normal(size=40), strict=True)
    )  # of a state, for all policies
    outcome = {"y": lambda policy, state, _: np.array([luck[s] for s in state]) + (policy == "fund")}
    design = {"kind": "latin-hypercube", "points": 40, "levers": "crossed"}
    sample = known_sample(tmp_path / "s", factors, rows, outcome, design=design)
    one = analyse(sample).outcomes[0]
    assert one.robust is not None and one.robust.shared_states == one.robust.states == 40
    assert measures(one.robust, "largest_regret") == pytest.approx({"none": 1.0, "fund": 0.0, "call": 1.0})
    assert (one.effects, one.given_data) == ((), None)
    assert ("effects, regression", "design") in {(refusal.analysis, refusal.because) for refusal in one.refused}


def test_a_surrogate_is_judged_on_states_that_it_has_not_seen(tmp_path: Path) -> None:
    """Luck of a state is no function of it: it is predicted by none but who saw the same state under another policy."""
    names = [f"x{k}" for k in range(10)]
    factors = [{"name": "fund", "role": "lever", "levels": [False, True]}]
    factors += [{"name": name, "range": [0.0, 1.0]} for name in names]
    rng = np.random.default_rng(1)
    rows = [(fund, *state) for state in rng.random((60, 10)).tolist() for fund in (False, True)]
    luck = np.repeat(rng.normal(size=60), 2)
    design = {"kind": "latin-hypercube", "points": 60, "levers": "crossed"}
    sample = known_sample(tmp_path / "s", factors, rows, {"y": lambda *_: luck}, design=design)
    found = analyse(sample).outcomes[0].surrogates
    assert found is not None and all(one.q_squared < 0.1 for one in found.found)


def test_without_levers_there_are_no_policies(tmp_path: Path) -> None:
    factors = [{"name": "state", "levels": [0.0, 1.0]}]
    sample = known_sample(tmp_path / "s", factors, [(0.0,), (1.0,)], {"y": lambda s, _: s})
    assert analyse(sample).outcomes[0].robust is None
