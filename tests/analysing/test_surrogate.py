"""Surrogates: what they can be is what they are judged to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from known_sweeps import known_sample
from test_sensitivity import FOUR, hypercube

from experiments.analysing.refusal import Refusal
from experiments.analysing.surrogate import Surrogates, surrogates

LATIN = {"kind": "latin-hypercube", "points": 200}


def judged(folder: Path, function: object, points: int = 200, replicates: int = 1) -> Surrogates | Refusal:
    """Surrogates of a function on a Latin hypercube."""
    sample = known_sample(folder, FOUR, hypercube(FOUR, points), {"y": function}, design=LATIN, replicates=replicates)
    return surrogates(sample, sample.outcomes[0].values)


def test_a_quadratic_function_is_a_quadratic_surface(tmp_path: Path) -> None:
    found = judged(tmp_path / "s", lambda a, b, c, d, _: a * b + c**2 - d + 2.0)
    assert isinstance(found, Surrogates) and found.found[0].name == "quadratic surface"
    assert found.found[0].q_squared == pytest.approx(1.0, abs=1e-9)
    assert found.found[0].largest == pytest.approx(0.0, abs=1e-6)
    at = np.array([[0.5, 0.5, 0.5, 0.5]])
    assert found.best(at)[0] == pytest.approx(0.5 * 1.0 + 1.5**2 - 2.0 + 2.0, abs=0.02)


def test_luck_is_predicted_by_nothing(tmp_path: Path) -> None:
    found = judged(tmp_path / "s", lambda a, b, c, d, k: np.random.default_rng(k).normal(size=len(a)), replicates=2)
    assert isinstance(found, Surrogates)
    assert found.found[0].q_squared < 0.05
    assert found.signal == pytest.approx(0.0, abs=0.15)


def test_the_share_without_noise_bounds_what_independent_luck_allows(tmp_path: Path) -> None:
    def lucky(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, k: int) -> np.ndarray:
        return 2.0 * np.sqrt(12.0) * a + np.random.default_rng(k).normal(0.0, 2.0, len(a))

    found = judged(tmp_path / "s", lucky, points=1000, replicates=4)
    assert isinstance(found, Surrogates)
    assert found.signal == pytest.approx(4.0 / (4.0 + 1.0), abs=0.03)  # variance 4, luck 4 / 4
    assert found.found[0].q_squared == pytest.approx(0.8, abs=0.04)


def test_few_points_are_refused(tmp_path: Path) -> None:
    found = judged(tmp_path / "s", lambda a, b, c, d, _: a, points=8)
    assert isinstance(found, Refusal) and "8 different points" in found.reason


def test_points_at_one_place_are_one(tmp_path: Path) -> None:
    rows = [row for row in hypercube(FOUR, 10) for _ in range(5)]
    noise = np.random.default_rng(1).normal(size=50)
    sample = known_sample(tmp_path / "s", FOUR, rows, {"y": lambda *_: noise}, design=LATIN)
    assert isinstance(surrogates(sample, sample.outcomes[0].values), Refusal)
