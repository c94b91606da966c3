"""Luck told from design: means with holes, parts of the variance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from experiments.analysing.luck import parts_of, point_means

NUMBERS = st.floats(-100.0, 100.0)


@settings(deadline=None)
@given(hnp.arrays(float, st.tuples(st.integers(2, 6), st.integers(1, 5)), elements=NUMBERS))
def test_without_holes_they_are_the_plain_means(values: np.ndarray) -> None:
    means = point_means(values)
    assert means.mean == pytest.approx(values.mean(axis=1), abs=1e-9)
    assert means.luck == pytest.approx(values.mean(axis=0) - values.mean(), abs=1e-9)


@settings(deadline=None)
@given(
    hnp.arrays(float, 6, elements=NUMBERS),
    hnp.arrays(float, 4, elements=NUMBERS),
    hnp.arrays(bool, (6, 4)),
)
def test_a_point_does_not_suffer_from_the_luck_that_it_lacks(
    points: np.ndarray, luck: np.ndarray, holes: np.ndarray
) -> None:
    holes[:, 0] = False  # so that all points can be compared
    values = np.where(holes, np.nan, points[:, None] + luck[None, :])
    means = point_means(values)
    assert np.diff(means.mean) == pytest.approx(np.diff(points), abs=1e-6)


def test_a_point_without_any_value_has_no_mean() -> None:
    means = point_means(np.array([[1.0, 2.0], [np.nan, np.nan], [3.0, 4.0]]))
    assert means.there.tolist() == [True, False, True]
    assert np.isnan(means.mean[1]) and means.mean[[0, 2]] == pytest.approx([1.5, 3.5])


def test_the_rest_is_what_point_and_luck_leave_by_hand() -> None:
    # means 1, 3; luck -1, +1; rests +1, -1, -1, +1 with one degree of freedom
    means = point_means(np.array([[1.0, 1.0], [1.0, 5.0]]))
    assert means.mean == pytest.approx([1.0, 3.0])
    assert means.luck == pytest.approx([-1.0, 1.0])
    assert means.rest_variance == pytest.approx(4.0)
    assert means.noise_of_means() == pytest.approx(2.0)


def test_one_replicate_tells_nothing_of_luck() -> None:
    luck = parts_of(np.array([[1.0], [2.0]]))
    assert (luck.design, luck.common, luck.rest, luck.noise_share, luck.standard_error) == (None,) * 5


def test_parts_of_the_variance_are_those_that_were_put_in() -> None:
    rng = np.random.default_rng(1)
    points, luck = (
        size * (x - x.mean()) / x.std(ddof=1) for size, x in zip((3, 2), rng.normal(size=(2, 400)), strict=True)
    )
    values = points[:, None] + luck[None, :] + rng.normal(0, 1, (400, 400))
    luck = parts_of(values)
    assert (luck.design, luck.common, luck.rest) == pytest.approx((9 / 14, 4 / 14, 1 / 14), abs=0.005)
    assert luck.noise_share == pytest.approx(1 / 400 / 9, rel=0.2)
    assert luck.standard_error == pytest.approx(np.sqrt(2 / 400), rel=0.02)


def test_common_luck_is_no_noise_between_points() -> None:
    luck = parts_of(np.array([[1.0, 5.0], [2.0, 6.0], [4.0, 8.0]]))
    assert luck.rest == pytest.approx(0.0, abs=1e-12) and luck.noise_share == pytest.approx(0.0, abs=1e-12)
    assert luck.common is not None and luck.common > 0.5
