"""Mix, dependency asymmetry and sorting by hand, and their laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from random_networks import GROUPS, Drawn, networks

from model.indicators.dependency import asymmetry, mix, sorting
from model.indicators.structure import between_groups

R, C, W = range(3)


def test_asymmetry_by_hand() -> None:
    """R: 10 with C, 30 with W. C: 10 with R, 190 with W. Russia needs China by 10/40, China Russia by 10/200."""
    between = np.array([[0.0, 10.0, 30.0], [10.0, 0.0, 190.0], [30.0, 190.0, 100.0]])
    share = mix(between)
    assert share[R, C] == pytest.approx(1 / 4) and share[C, R] == pytest.approx(1 / 20)
    assert share[W, W] == pytest.approx(100 / 320)  # inside W once
    assert asymmetry(share)[R, C] == pytest.approx(1 / 5) and asymmetry(share)[C, R] == pytest.approx(-1 / 5)
    nothing = asymmetry(mix(np.zeros((2, 2))))
    assert np.isnan(nothing).all()


def test_sorting_by_hand() -> None:
    """China has institutions 1 (listed), 2, 3. Russia's 0 is a partner of 1 and 2, the West's 4 of 2 and 3, its 5 of 3.

    Listed hold 1 of the 2 with Russia, and 1 of China's 5: expected 1/5, excess 3/10.
    """
    group = np.array([R, C, C, C, W, W])
    first, second = np.array([0, 0, 2, 3, 3]), np.array([1, 2, 4, 4, 5])
    listed = np.array([False, True, False, False, False, False])
    share, expected = sorting(first, second, listed, group, 3)
    assert share[R, C] == pytest.approx(1 / 2) and expected[C] == pytest.approx(1 / 5)
    assert share[W, C] == 0.0 and np.isnan(share[R, W])
    # where China has nobody but Russia, the share is what is expected
    alone, of_all = sorting(first[:2], second[:2], listed, group, 3)
    assert alone[R, C] == of_all[C] == pytest.approx(1 / 2)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(networks())
def test_laws(net: Drawn) -> None:
    share = mix(between_groups(net.first, net.second, net.group, GROUPS))
    rows = share.sum(axis=1)
    assert (np.isnan(rows) | np.isclose(rows, 1.0)).all()
    gap = asymmetry(share)
    assert gap == pytest.approx(-gap.T, nan_ok=True)
    assert (np.isnan(gap) | (np.abs(gap) <= 1.0)).all()
    listed = np.arange(net.n) % 2 == 0
    held, expected = sorting(net.first, net.second, listed, net.group, GROUPS)
    everyone = sorting(net.first, net.second, np.ones(net.n, bool), net.group, GROUPS)
    assert (np.isnan(everyone[0]) | (everyone[0] == 1.0)).all() and (np.isnan(everyone[1]) | (everyone[1] == 1.0)).all()
    assert (np.isnan(held) | ((held >= 0) & (held <= 1))).all()
    # what is expected is the mean of the shares, weighted by the partnerships
    ends = between_groups(net.first, net.second, net.group, GROUPS) * (1.0 + np.eye(GROUPS))
    total = ends.sum(axis=0)
    mean = np.divide((np.nan_to_num(held) * ends).sum(axis=0), total, out=np.full(GROUPS, np.nan), where=total > 0)
    assert mean == pytest.approx(expected, nan_ok=True)
    other = net.relabelled()
    moved = np.empty(net.n, bool)
    moved[net.place] = listed
    again, _ = sorting(other.first, other.second, moved, other.group, GROUPS)
    assert again == pytest.approx(held, nan_ok=True)
