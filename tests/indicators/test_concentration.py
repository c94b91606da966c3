"""Herfindahl-Hirschman index and Gini coefficient by hand, and their bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import GROUPS, Drawn, networks

from model.indicators.concentration import gini, herfindahl, partner_concentration, weight_by_partner_group

amounts = st.lists(st.floats(0.0, 1e3), min_size=1, max_size=20).map(np.array)


def test_herfindahl_by_hand() -> None:
    """Shares 1/2, 1/4, 1/4: 4/16 + 1/16 + 1/16 = 3/8."""
    assert herfindahl(np.array([[2.0, 1.0, 1.0], [5.0, 0.0, 0.0], [0.0, 0.0, 0.0]])) == pytest.approx(
        [3 / 8, 1.0, np.nan], nan_ok=True
    )


def test_partners_by_hand() -> None:
    """0 has partners 1 (strength 0.6) and 2 (0.2): shares 3/4, 1/4, so 9/16 + 1/16 = 5/8. 1 and 2 have one each; 3 none.

    By groups {0}, {1, 2}, {3}: all of 0's strength, 0.8, lies with the second.
    """
    first, second, w = np.array([0, 0]), np.array([1, 2]), np.array([0.6, 0.2])
    assert partner_concentration(first, second, w, 4) == pytest.approx([5 / 8, 1, 1, np.nan], nan_ok=True)
    table = weight_by_partner_group(first, second, w, np.array([0, 1, 1, 2]), 3)
    assert table == pytest.approx(np.array([[0, 0.8, 0], [0.6, 0, 0], [0.2, 0, 0], [0, 0, 0]]))


def test_gini_by_hand() -> None:
    """1, 1, 2: mean difference |x - y| over the 9 ordered pairs is 4/9, over twice the mean 8/3: 1/6."""
    assert gini(np.array([2.0, 1.0, 1.0])) == pytest.approx(1 / 6)
    assert gini(np.array([0.0, 0.0, 0.0, 8.0])) == pytest.approx(3 / 4)
    assert gini(np.array([3.0, 3.0])) == 0.0
    assert np.isnan(gini(np.zeros(3)))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(amounts)
def test_bounds(x: np.ndarray) -> None:
    n = len(x)
    if x.sum() < 1e-6:
        return
    assert 1 / n - 1e-9 <= herfindahl(x) <= 1 + 1e-9
    assert 0.0 <= gini(x) <= 1 - 1 / n + 1e-9 < 1.0 + 1e-9
    assert gini(7.0 * x[::-1]) == pytest.approx(gini(x), abs=1e-9)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(networks())
def test_an_institution_of_d_partners_has_between_1_over_d_and_1(net: Drawn) -> None:
    found = partner_concentration(net.first, net.second, net.strength, net.n)
    degree = np.bincount(np.concatenate([net.first, net.second]), minlength=net.n)
    assert np.array_equal(np.isnan(found), degree == 0)
    assert (found[degree > 0] >= 1 / degree[degree > 0] - 1e-9).all() and (found[degree > 0] <= 1 + 1e-9).all()
    other = net.relabelled()
    again = partner_concentration(other.first, other.second, other.strength, other.n)
    assert again[net.place] == pytest.approx(found, nan_ok=True)
    table = weight_by_partner_group(net.first, net.second, net.strength, net.group, GROUPS)
    over_groups = herfindahl(table)
    # fewer places to spread over: never less concentrated
    assert (over_groups[degree > 0] >= found[degree > 0] - 1e-9).all()
