"""Main effects and interactions: by hand, as a decomposition, and with holes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from known_sweeps import grid_of, known_sample

from experiments.analysing import analyse
from experiments.analysing.effects import grid_effects, one_at_a_time
from experiments.analysing.sample import Design, Factor, Outcome, Sample


def made(codes: np.ndarray, values: np.ndarray, kind: str = "grid") -> Sample:
    """A sample of plain numbers."""
    factors = tuple(
        Factor(f"x{k}", f"x{k}", False, tuple(np.unique(column)), True, span=(float(column.min()), float(column.max())))
        for k, column in enumerate(codes.T)
    )
    none = np.zeros(len(codes), dtype=np.int64)
    return Sample(
        "made", "Made", Design(kind), factors, codes, (Outcome("y", "", values),), none, none, (), True
    )  # fmt: skip


def grid(*levels: int) -> np.ndarray:
    """Codes of a full grid."""
    return np.array(np.meshgrid(*map(np.arange, levels), indexing="ij"), dtype=float).reshape(len(levels), -1).T


def test_two_by_two_by_hand() -> None:
    # y = 10 + 2 a + b + 4 a b over {0, 1}^2: 10, 11, 12, 17
    sample = made(grid(2, 2), np.array([[10.0], [11.0], [12.0], [17.0]]))
    found = grid_effects(sample, sample.outcomes[0].values)
    assert {(e.factor, e.level): e.effect.value for e in found.main} == pytest.approx(
        {("x0", "0"): -2.0, ("x0", "1"): 2.0, ("x1", "0"): -1.5, ("x1", "1"): 1.5}
    )
    # sums of squares 16, 9, 4 of 29
    assert {s.factors: s.share for s in found.shares} == pytest.approx(
        {("x0",): 16 / 29, ("x1",): 9 / 29, ("x0", "x1"): 4 / 29}
    )
    assert found.higher == pytest.approx(0.0, abs=1e-12)
    assert all(e.effect.standard_error is None for e in found.main)  # one replicate


@settings(deadline=None)
@given(hnp.arrays(float, (12, 1), elements=st.floats(-10, 10)).filter(lambda y: np.ptp(y) > 1e-3))
def test_shares_of_a_grid_are_all_of_its_variance(values: np.ndarray) -> None:
    sample = made(grid(2, 3, 2), values)
    found = grid_effects(sample, values)
    assert sum(s.share for s in found.shares) + (found.higher or 0.0) == pytest.approx(1.0, abs=1e-8)
    for name in sample.names:
        assert sum(e.effect.value for e in found.main if e.factor == name) == pytest.approx(0.0, abs=1e-8)


@settings(deadline=None)
@given(hnp.arrays(bool, 12))
def test_an_additive_outcome_is_found_through_holes(holes: np.ndarray) -> None:
    codes = grid(3, 2, 2)
    y = 5.0 * codes[:, 0] - 3.0 * codes[:, 1] + codes[:, 2]
    values = np.where(holes, np.nan, y)[:, None]
    sample = made(codes, values)
    found = grid_effects(sample, values)
    if found.main:
        assert {(e.factor, e.level): e.effect.value for e in found.main} == pytest.approx(
            {("x0", "0"): -5.0, ("x0", "1"): 0.0, ("x0", "2"): 5.0, ("x1", "0"): 1.5, ("x1", "1"): -1.5, ("x2", "0"): -0.5,
             ("x2", "1"): 0.5}
        )  # fmt: skip
    else:
        assert found.refused and found.refused[0].analysis == "main effects"


def test_a_lost_combination_takes_the_interaction_with_it_and_says_so() -> None:
    values = np.array([[10.0, 11.0], [11.0, 12.0], [12.0, 12.5], [np.nan, np.nan]])
    found = grid_effects(made(grid(2, 2), values), values)
    assert found.main
    assert [(r.analysis, r.because) for r in found.refused] == [("interactions", "holes")]
    assert all(len(share.factors) == 1 for share in found.shares) and found.higher is None


def test_errors_come_from_differences_within_replicates() -> None:
    # the luck of replicates, 0 and 100, does not blur the effect, 2 and 4 in its two replicates
    values = np.array([[0.0, 100.0], [2.0, 104.0]])
    found = grid_effects(made(np.array([[0.0], [1.0]]), values), values)
    high = next(e.effect for e in found.main if e.level == "1")
    assert high.value == pytest.approx(1.5)
    assert high.standard_error == pytest.approx(0.5)  # of 1 and 2
    assert (high.high or 0) - high.value == pytest.approx(
        12.706 * 0.5, rel=1e-3
    )  # Student's t with one degree of freedom


def test_luck_alone_leaves_no_share_when_its_part_is_taken_off() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(64, 100)) + 0.2 * grid(4, 4, 4)[:, :1]
    found = {s.factors: s for s in grid_effects(made(grid(4, 4, 4), values), values).shares}
    assert found[("x0",)].less_noise == pytest.approx(1.0, abs=0.02)
    assert found[("x1", "x2")].share > 0.01
    assert found[("x1", "x2")].less_noise == pytest.approx(0.0, abs=0.02)


def test_one_at_a_time_by_hand() -> None:
    codes = np.array([[1.0, 2.0], [0.0, 2.0], [1.0, 5.0]])
    values = np.array([[10.0, 20.0], [7.0, 18.0], [np.nan, np.nan]])
    sample = made(codes, values, "one-at-a-time")
    effects, refused = one_at_a_time(sample, values)
    assert [(e.factor, e.level, e.effect.value) for e in effects] == [("x0", "0", -2.5)]
    assert effects[0].effect.standard_error == pytest.approx(0.5)
    assert {(r.analysis, r.because) for r in refused} == {("interactions", "design"), ("effect of x1 = 5", "holes")}


def test_one_at_a_time_needs_its_base() -> None:
    values = np.array([[np.nan], [7.0]])
    effects, refused = one_at_a_time(made(np.array([[1.0], [0.0]]), values, "one-at-a-time"), values)
    assert effects == () and refused[0].analysis == "main effects"


@pytest.mark.parametrize("turned", [False, True])
def test_truth_values_and_texts_are_levels(tmp_path_factory: pytest.TempPathFactory, turned: bool) -> None:
    switch = (True, False) if turned else (False, True)
    factors, rows = grid_of(on=switch, where=("north", "south", "east"))
    size = {"north": 1.0, "south": 2.0, "east": 6.0}
    sample = known_sample(
        tmp_path_factory.mktemp("levels"), factors, rows,
        {"y": lambda on, where, _: 10.0 * np.array(on, dtype=bool) + np.array([size[w] for w in where])},
    )  # fmt: skip
    (one,) = analyse(sample).outcomes
    assert {(e.factor, e.level): round(e.effect.value, 9) for e in one.effects} == {
        ("on", "false"): -5.0, ("on", "true"): 5.0, ("where", "north"): -2.0, ("where", "south"): -1.0,
        ("where", "east"): 3.0,
    }  # fmt: skip


def test_files_of_the_same_folder_are_read_in_the_order_of_runs(tmp_path: Path) -> None:
    factors, rows = grid_of(a=list(range(20)), b=list(range(15)))
    sample = known_sample(tmp_path / "s", factors, rows, {"y": lambda a, b, k: 100 * a + b + 0.001 * k}, replicates=2)
    assert sample.points == 300 and len(list((tmp_path / "s" / "data").iterdir())) == 3
    y = sample.outcomes[0].values
    assert y[:, 0] == pytest.approx(100 * sample.codes[:, 0] + sample.codes[:, 1])
    assert y[:, 1] - y[:, 0] == pytest.approx(np.full(300, 0.001))
