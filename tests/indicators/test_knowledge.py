"""Knowledge output by hand: complementarity, worth of partnerships, and the lag."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from random_networks import Drawn, networks

from model.dynamics import terms
from model.indicators.knowledge import appeared, complementarity, knowledge_of_ties, of_institutions

PROFILE = np.array([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6], [0.5, 0.5, 0.0]])
NEED = np.array([1.0, 0.5, 0.25])
FIRST, SECOND = np.array([0, 0]), np.array([1, 2])


def test_complementarity_by_hand() -> None:
    """|0.3| x 1 + |0.3| x 0.5 + |0.6| x 0.25 = 0.6, halved 0.3; equal portfolios have nothing to give."""
    assert complementarity(FIRST, SECOND, PROFILE, NEED) == pytest.approx([0.3, 0.0])


def test_complementarity_is_the_mean_of_the_model_s_term_in_both_directions() -> None:
    class World:
        profile, help_need = PROFILE, NEED

    both = 0.5 * (terms.complement.py_func(World, 0, 1) + terms.complement.py_func(World, 1, 0))
    assert complementarity(FIRST[:1], SECOND[:1], PROFILE, NEED) == pytest.approx([both])


def test_worth_by_hand() -> None:
    """Capabilities ln 4 and ln 9 are 4 and 9: sqrt(36) = 6; strength 0.5, complementarity 0.3: 0.9. Both ends have it."""
    g = np.array([math.log(4), math.log(9), 0.0])
    worth = knowledge_of_ties(FIRST, SECOND, np.array([0.5, 1.0]), g, np.array([0.3, 0.2]))
    assert worth == pytest.approx([0.9, 0.4])  # sqrt(4 x 1) x 0.2
    assert of_institutions(FIRST, SECOND, worth, 3) == pytest.approx([1.3, 0.9, 0.4])
    one = knowledge_of_ties(FIRST[:1], SECOND[:1], np.ones(1), np.zeros(3), np.ones(1))
    assert one == pytest.approx([1.0])  # the unit: full strength and complementarity, average capability


def test_the_lag_by_hand() -> None:
    """In 2013 what was worked on from 2011 to 2012 appears: in a straight line from 10 to 14, the mean is 12.

    In 2013.5 the half year from 2011.5 (12) to 2012 (14) and that to 2012.5 (12 on the way down to 10): mean 13.
    """
    times, working = np.array([2011.0, 2012.0, 2013.0]), np.array([10.0, 14.0, 10.0])
    assert appeared(times, working, 2013.0) == pytest.approx(12.0)
    assert appeared(times, working, 2013.5) == pytest.approx(13.0)
    assert np.isnan(appeared(times, working, 2012.0)) and np.isnan(appeared(times, working, 2014.5))
    assert np.isnan(appeared(times[:0], working[:0], 2013.0))
    assert appeared(times, np.full(3, 7.0), 2013.25) == pytest.approx(7.0)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(networks())
def test_both_ends_count_and_numbers_do_not_matter(net: Drawn) -> None:
    own = of_institutions(net.first, net.second, net.strength, net.n)
    assert own.sum() == pytest.approx(2.0 * net.strength.sum())
    other = net.relabelled()
    assert of_institutions(other.first, other.second, other.strength, net.n)[net.place] == pytest.approx(own)
