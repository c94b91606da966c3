"""PRIM: a known box is found, chance is not; numbers by hand and those of another program."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_sweeps import grid_of, known_sample
from scipy.stats import binom

from experiments.analysing import analyse, prim, read_case, tables
from experiments.analysing.analysis import Wanted
from experiments.analysing.drawing import draw_analysis
from experiments.analysing.tables import limit_words
from model.errors import InputError

FIVE = [False] * 5


def boxed() -> tuple[np.ndarray, np.ndarray]:
    """1,000 points in five factors; cases lie in x0 < 0.4, x1 > 0.5, x2 < 0.8."""
    X = np.random.default_rng(7).random((1000, 5))
    return X, (X[:, 0] < 0.4) & (X[:, 1] > 0.5) & (X[:, 2] < 0.8)


def test_a_known_box_is_found() -> None:
    X, cases = boxed()
    boxes = [prim.significant(box, X, cases) for box in prim.trajectory(X, cases, FIVE)]
    box = boxes[prim.chosen(boxes)]
    assert box.coverage > 0.95 and box.density > 0.95
    assert [limit.factor for limit in box.limits] == [0, 1, 2]
    assert (box.limits[0].high, box.limits[1].low, box.limits[2].high) == pytest.approx((0.4, 0.5, 0.8), abs=0.03)
    assert (box.limits[0].low, box.limits[1].high, box.limits[2].low) == (-np.inf, np.inf, -np.inf)


def test_it_does_as_well_as_another_program() -> None:
    # ema_workbench 3.0.0 on these points: 37 boxes, the best of coverage 0.982 and density 0.994
    X, cases = boxed()
    boxes = prim.trajectory(X, cases, FIVE)
    best = boxes[prim.chosen(boxes)]
    other = 2 * 0.982353 * 0.994048 / (0.982353 + 0.994048)
    assert 2 * best.coverage * best.density / (best.coverage + best.density) == pytest.approx(other, abs=0.03)
    assert len(boxes) == pytest.approx(37, abs=3)


def test_quasi_p_values_are_those_of_another_program() -> None:
    # of its best box, as ema_workbench 3.0.0 prints them
    X, cases = boxed()
    limits = [prim.Limit(0, high=0.399175), prim.Limit(1, low=0.517531), prim.Limit(2, high=0.802232)]
    box = prim.measured(limits, X, cases)
    assert (box.coverage, box.density, box.mass) == pytest.approx((0.982353, 0.994048, 0.168), abs=1e-6)
    found = prim.quasi_p(box, X, cases)
    assert {k: found[k] for k in (1, 2)} == pytest.approx({1: 8.891490e-52, 2: 4.318268e-14}, rel=1e-4)
    assert found[0] == pytest.approx(1.432157e-58, rel=1e-4)


def test_quasi_p_by_hand() -> None:
    # x0 <= 1 holds 3 cases of 4 points; without it 4 of 8: three or more of four at a density of a half
    X = np.array([[0.0], [0.0], [1.0], [1.0], [2.0], [2.0], [3.0], [3.0]])
    cases = np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=bool)
    box = prim.measured([prim.Limit(0, high=1.0)], X, cases)
    assert (box.points, box.cases, box.coverage, box.density, box.mass) == (4, 3, 0.75, 0.75, 0.5)
    assert prim.quasi_p(box, X, cases) == pytest.approx({0: 5 / 16})
    assert binom.sf(2, 4, 0.5) == pytest.approx(5 / 16)
    assert prim.significant(box, X, cases).limits == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9))
def test_each_box_lies_inside_the_one_before_and_counts_what_it_holds(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.random((120, 2)), rng.integers(0, 3, (120, 2))]).astype(float)
    cases = rng.random(120) < share
    boxes = prim.trajectory(X, cases, [False, False, False, True])
    inside = [box.holds(X) for box in boxes]
    for k in range(1, len(boxes)):
        pasted = k == len(boxes) - 1 and boxes[k].points >= boxes[k - 1].points
        if pasted:
            assert (boxes[k].density, boxes[k].cases) > (boxes[k - 1].density, boxes[k - 1].cases)
        else:
            assert (inside[k] <= inside[k - 1]).all() and boxes[k].points < boxes[k - 1].points
    for box, rows in zip(boxes, inside, strict=True):
        assert (box.points, box.cases) == (rows.sum(), (rows & cases).sum())
        assert box.points >= prim.SMALLEST * len(X) - 1e-9


def test_chance_makes_no_box(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    rows = rng.random((300, 3)).tolist()
    factors = [{"name": f"x{k}", "range": [0.0, 1.0]} for k in range(3)]
    noise = rng.normal(size=300)
    sample = known_sample(tmp_path / "s", factors, rows, {"y": lambda *_: noise}, design={"kind": "latin-hypercube"})
    (discovery,) = analyse(sample).outcomes[0].discoveries
    assert discovery.boxes == () or discovery.boxes[0].box.density < 0.5


def test_levels_without_order_are_left_out_one_by_one() -> None:
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.integers(0, 5, 500), rng.random(500)]).astype(float)
    cases = np.isin(X[:, 0], (1, 4))
    boxes = prim.trajectory(X, cases, [True, False])
    best = boxes[prim.chosen(boxes)]
    assert best.limits == (prim.Limit(0, codes=(1.0, 4.0)),) and (best.coverage, best.density) == (1.0, 1.0)


DATES = [date(2024, 1, 1), date(2022, 1, 1), date(2022, 7, 1), date(2023, 1, 1), date(2026, 1, 1)]
"""Levels in no order."""


def test_dates_are_ordered_and_have_limits_as_numbers_have(tmp_path: Path) -> None:
    states = np.random.default_rng(6).random(60)
    rows = [(day.isoformat(), float(b)) for day in DATES for b in states]
    factors = [{"name": "begins", "levels": DATES}, {"name": "b", "range": [0.0, 1.0]}]

    def outcome(begins: np.ndarray, b: np.ndarray, _: int) -> np.ndarray:
        return np.where(begins < "2024-01-01", 0.0, 1.0) + 0.01 * b

    sample = known_sample(tmp_path / "s", factors, rows, {"works": outcome}, design={"kind": "latin-hypercube"})
    begins = sample.factors[0]
    assert [begins.text(code) for code in begins.levels] == [day.isoformat() for day in sorted(DATES)]
    assert (begins.nominal, begins.graded) == (False, False)
    assert np.diff(begins.levels).tolist() == [181.0, 184.0, 365.0, 731.0]
    found = analyse(sample, Wanted(cases=(read_case("works < 0.5", sample),)))
    (discovery,) = found.outcomes[0].discoveries
    (box,) = discovery.boxes
    assert [limit_words(sample, discovery, limit) for limit in box.box.limits] == ["begins <= 2023-01-01"]
    (row,) = tables(found)["boxes"]
    assert (row["limit"], row["low"], row["high"]) == ("begins <= 2023-01-01", None, None)
    levels = [row["level"] for row in tables(found)["effects"] if row["factor"] == "begins"]
    assert levels == [day.isoformat() for day in sorted(DATES)]
    assert draw_analysis(tmp_path, found)


def test_a_policy_has_the_region_where_it_fails(tmp_path: Path) -> None:
    states = np.random.default_rng(5).random((300, 2)).tolist()
    rows = [(fund, *state) for fund in (False, True) for state in states]
    factors = [
        {"name": "fund", "role": "lever", "levels": [False, True]},
        {"name": "a", "range": [0.0, 1.0]}, {"name": "b", "range": [0.0, 1.0]},
    ]  # fmt: skip

    def outcome(fund: object, a: np.ndarray, b: np.ndarray, _: int) -> np.ndarray:
        return np.where(np.array(fund, dtype=bool), b > 0.3, a < 0.6).astype(float)

    sample = known_sample(tmp_path / "s", factors, rows, {"works": outcome}, design={"kind": "latin-hypercube"})
    wanted = Wanted(cases=(read_case("works < 0.5", sample),))
    without, with_fund = analyse(sample, wanted).outcomes[0].discoveries
    assert (without.policy.name, with_fund.policy.name) == ("fund = false", "fund = true")  # type: ignore[union-attr]
    limits = [d.boxes[0].box.limits for d in (without, with_fund)]
    assert [(limit.factor, round(limit.low, 1)) for limit in limits[0]] == [(0, 0.6)]
    assert [(limit.factor, round(limit.high, 1)) for limit in limits[1]] == [(1, 0.3)]
    rows_of = tables(analyse(sample, wanted))["boxes"]
    assert {row["factor"] for row in rows_of if row["policy"] == "fund = true"} == {"b"}


def test_policies_that_all_lack_cases_are_refused_together(tmp_path: Path) -> None:
    states = np.random.default_rng(5).random(40).tolist()
    rows = [(policy, state) for policy in ("none", "fund", "call") for state in states]
    factors = [
        {"name": "policy", "role": "lever", "levels": ["none", "fund", "call"]},
        {"name": "a", "range": [0.0, 1.0]},
    ]
    sample = known_sample(
        tmp_path / "s", factors, rows, {"y": lambda policy, a, _: np.where(policy == "none", a, 1.0 + a)},
        design={"kind": "latin-hypercube"},
    )  # fmt: skip
    one = analyse(sample, Wanted(cases=(read_case("y < 0.5", sample),))).outcomes[0]
    assert [discovery.policy.name for discovery in one.discoveries] == ["policy = none"]  # type: ignore[union-attr]
    (refused,) = [refusal for refusal in one.refused if refusal.analysis.startswith("PRIM")]
    assert refused.analysis == "PRIM, y < 0.5, 2 of 3 policies"
    assert "policy = fund: 0 cases in 40 points; policy = call: 0 cases in 40 points" in refused.reason


def test_two_regions_are_two_boxes(tmp_path: Path) -> None:
    X = np.random.default_rng(8).random((1500, 3))
    factors = [{"name": f"x{k}", "range": [0.0, 1.0]} for k in range(3)]

    def bad(x0: np.ndarray, x1: np.ndarray, x2: np.ndarray, _: int) -> np.ndarray:
        return ((x0 < 0.3) & (x1 < 0.5)).astype(float) + ((x0 > 0.8) & (x1 > 0.6)).astype(float)

    sample = known_sample(tmp_path / "s", factors, X.tolist(), {"y": bad}, design={"kind": "latin-hypercube"})
    (discovery,) = analyse(sample, Wanted(cases=(read_case("y >= 1", sample),))).outcomes[0].discoveries
    assert len(discovery.boxes) == 2
    assert sum(found.box.coverage for found in discovery.boxes) > 0.9
    assert all({limit.factor for limit in found.box.limits} == {0, 1} for found in discovery.boxes)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("y", "is no case"), ("y = 3", "is no case"), ("z < 3", "there is no outcome 'z'"), ("y < 1e", "is no number"),
        ("y < ", "is no case"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_is_explained(tmp_path: Path, text: str, says: str) -> None:
    factors, rows = grid_of(a=(0.0, 1.0))
    sample = known_sample(tmp_path / "s", factors, rows, {"y": lambda a, _: a})
    with pytest.raises(InputError, match=says):
        read_case(text, sample)


def test_a_case_may_be_in_per_cent_and_name_a_label_with_signs(tmp_path: Path) -> None:
    factors, rows = grid_of(a=(0.0, 1.0))
    sample = known_sample(tmp_path / "s", factors, rows, {"share, 2023 against 2013": lambda a, _: a})
    case = read_case("share, 2023 against 2013 >= -12.5%", sample)
    assert (case.outcome, case.sign, case.value) == ("share, 2023 against 2013", ">=", -0.125)
    assert case.holds(np.array([-0.2, -0.125])).tolist() == [False, True]


@pytest.mark.parametrize(("lower", "sign"), [(False, "<="), (True, ">=")])
@pytest.mark.parametrize("bad", [1234.56749, 1234.56751, -0.001234567, 0.9999999])
def test_rounding_leaves_no_case_of_the_worst_quarter_out(tmp_path: Path, bad: float, lower: bool, sign: str) -> None:
    """A quarter of the points have the very same worst value, in more digits than are said."""
    factors, rows = grid_of(x=[float(k) for k in range(40)])
    better = bad - 1.0 if lower else bad + 1.0
    sample = known_sample(tmp_path / "s", factors, rows, {"y": lambda x, _: np.where(x < 10, bad, better)})
    (one,) = analyse(sample, Wanted(lower_is_better=("y",) if lower else ())).outcomes
    assert one.case is not None and one.case.sign == sign
    assert [discovery.cases for discovery in one.discoveries] == [10]


def test_of_saltellis_points_the_worst_quarter_is_that_of_the_independent_ones(tmp_path: Path) -> None:
    from test_sensitivity import THREE, saltelli

    rows = saltelli(THREE, 64)
    sample = known_sample(
        tmp_path / "s", THREE, rows, {"y": lambda a, b, c, _: a + b * c}, design={"kind": "sobol", "base": 64}
    )
    (one,) = analyse(sample).outcomes
    assert sample.independent is not None and sample.independent.sum() == 128
    assert [discovery.cases for discovery in one.discoveries] == [32]
