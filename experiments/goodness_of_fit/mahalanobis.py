"""A Monte-Carlo test of an observed vector against simulated ones, by Mahalanobis distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SINGULAR = 1e-9
"""Eigenvalues of a correlation matrix, relative to the largest, below which a direction counts as empty."""
SAME = 1e-9
"""Relative difference below which two distances count as equal."""


@dataclass(frozen=True)
class MonteCarloTest:
    """What came out."""

    distance: float
    """Mahalanobis distance of the observed vector from the simulated ones; infinite where they never vary."""
    p: float
    """Share of R + 1 vectors, the observed one included, that lie at least as far out."""
    smallest: float
    """p can be no smaller: 1 / (R + 1)."""


def monte_carlo_test(observed: NDArray[np.float64], simulated: NDArray[np.float64]) -> MonteCarloTest:
    """Whether an observed vector looks as if it came from the simulations.

        d^2(x; others) = (x - mean)' C^+ (x - mean)

    mean and covariance C (pseudo-inverse C^+) are of the other vectors. ``distance`` is that of the observed vector from
    the simulated ones, as sienaGOF has it. For p every vector, simulated or observed, is held against all the others: if
    all R + 1 come from one distribution their ranks are exchangeable, so that p is uniform on 1/(R+1), 2/(R+1), ..., 1
    for any R and any dimension. (sienaGOF holds simulated vectors against a mean that they are part of; with few
    replicates its p is too small.)

    ``observed`` float64[k], ``simulated`` float64[R, k], all finite, R at least 2. Source: Lospinoso and Snijders (2019),
    Methodological Innovations 12(3), 1-18; ranks with the observed one: Besag and Clifford (1989), Biometrika 76, 633-642.
    """
    every = np.vstack([simulated, observed])
    n = len(every)
    pooled = _distances(every)
    # The distance from the others grows with that from all, so that ranks may be taken of the latter.
    further = int((pooled[:-1] >= pooled[-1] * (1.0 - SAME)).sum())
    return MonteCarloTest(_from_the_others(float(pooled[-1]), n), (1 + further) / n, 1.0 / n)


def _distances(every: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared Mahalanobis distances of vectors float64[n, k] from the mean of all, float64[n]."""
    centred = every - every.mean(axis=0)
    spread = centred.std(axis=0, ddof=1)
    level = np.maximum(np.abs(every).max(axis=0), 1e-300)
    varies = spread > 1e-12 * level  # what never varies says nothing
    if not varies.any():
        return np.zeros(len(every))
    scaled = centred[:, varies] / spread[varies]
    correlation = scaled.T @ scaled / (len(every) - 1)
    inverse = np.linalg.pinv(correlation, rcond=SINGULAR, hermitian=True)
    return np.asarray(np.einsum("ri,ij,rj->r", scaled, inverse, scaled))


def _from_the_others(pooled: float, n: int) -> float:
    """Mahalanobis distance from the n - 1 others, of a vector whose squared distance from the mean of all is ``pooled``.

    With q = u' S^-1 u, u the difference to the mean of the others and S their sum of squares: pooled =
    (n-1) k^2 q / (1 + k q), k = (n-1)/n, by the formula of Sherman and Morrison for taking one vector out.
    """
    k = (n - 1) / n
    room = k * k * (n - 1) - k * pooled
    return float("inf") if room <= SAME * n else float(np.sqrt((n - 2) * pooled / room))
