"""Leadership index, premium and leaders per participant by hand, and what turning the pair round does."""

from __future__ import annotations

import numpy as np
import pytest

from model.indicators.leadership import index, per_participant, premium


def test_by_hand() -> None:
    """X leads 30 works, has 90 other participants; Y leads 20, has 30 others.

    Index 30/50. Premium (30/90) / (20/30) = 1/2: X leads more works, and less per head.
    """
    x = np.array
    assert index(x([30.0, 0.0]), x([20.0, 0.0])) == pytest.approx([3 / 5, np.nan], nan_ok=True)
    assert premium(x([30.0]), x([90.0]), x([20.0]), x([30.0])) == pytest.approx([1 / 2])
    assert premium(x([20.0]), x([30.0]), x([30.0]), x([90.0])) == pytest.approx([2.0])
    # one institution on each side of a work: the others of X are the leaders of Y, and odds 3/2 are squared
    assert premium(x([30.0]), x([20.0]), x([20.0]), x([30.0])) == pytest.approx([9 / 4])
    assert np.isnan(premium(x([5.0]), x([0.0]), x([0.0]), x([5.0]))).all()


def test_per_participant_by_hand() -> None:
    """10 institutions of X lead 30 works with Y, 4 of Y lead 20: 3 each against 5 each, 3/5."""
    led = np.array([[0.0, 30.0], [20.0, 0.0]])
    participants = np.array([[0.0, 10.0], [4.0, 0.0]])
    found = per_participant(led, participants)
    assert found[0, 1] == pytest.approx(3 / 5) and found[1, 0] == pytest.approx(5 / 3)
    assert np.isnan(found[0, 0])
    assert np.isnan(per_participant(np.array([[0.0, 3.0], [0.0, 0.0]]), participants)[0, 1])
