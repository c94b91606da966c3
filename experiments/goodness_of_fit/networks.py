"""Auxiliary statistics of networks between institutions, simulated or observed, by the same code.

None depends on names or on the order of institutions, so that the two need not be the same institutions; they should be
as many, because clustering and distances depend on their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import shortest_path

from model.indicators import brokerage, structure

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEGREE_AT = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Multiples of the mean degree at which the distribution of degrees is read."""
FURTHEST = 5
"""Distances from here on are put together."""
MOST_SOURCES = 500
"""Institutions from which distances are measured; in a larger network a systematic sample of this size."""

COMPONENTS: dict[str, tuple[str, ...]] = {
    "degree": ("mean",),
    "degrees": tuple(f"above {at:g} of the mean" for at in DEGREE_AT),
    "distances": (
        *(f"at distance {d}" for d in range(2, FURTHEST)),
        f"at distance {FURTHEST} and more",
        "not connected",
    ),
    "triads": ("two partnerships", "three partnerships"),
    "clustering": ("transitivity", "mean local clustering"),
    "waves": ("kept", "new, closing a triangle"),
}
"""Statistic -> its components."""


@dataclass(frozen=True)
class Network:
    """An undirected network: E ties between n institutions."""

    first: NDArray[np.int64]  # int64[E]
    second: NDArray[np.int64]  # int64[E]
    n: int

    def without_isolates(self) -> Network:
        """The institutions that have a partner, and nobody else."""
        members, number = np.unique(np.concatenate([self.first, self.second]), return_inverse=True)
        e = len(self.first)
        return Network(number[:e], number[e:], len(members))


def of_network(network: Network) -> dict[str, NDArray[np.float64]]:
    """The statistics of one network, by name, in the order of `COMPONENTS`. Undefined ones are NaN.

    - degree: mean number of partners; degrees: share of institutions with more than so many times the mean;
    - distances: share of the pairs of institutions at each length of the shortest path;
    - triads: three institutions with two, and with three partnerships among them, per institution;
    - clustering: transitivity (Newman, Watts and Strogatz 2002) and mean local clustering (Watts and Strogatz 1998).
    """
    n = network.n
    if n < 3 or not len(network.first):
        return {name: np.full(len(of), np.nan) for name, of in COMPONENTS.items() if name != "waves"}
    matrix = structure.adjacency(network.first, network.second, n)
    degree = structure.degrees(network.first, network.second, n)
    triangles, _ = brokerage.closed_and_open_pairs(matrix, np.zeros(n, np.int64), 1)
    closed = float(triangles.sum()) / 3.0
    pairs = float((0.5 * degree * (degree - 1.0)).sum())
    local = structure.local_clustering(degree, triangles)
    return {
        "degree": np.array([degree.mean()]),
        "degrees": np.array([(degree > at * degree.mean()).mean() for at in DEGREE_AT]),
        "distances": _distances(network),
        "triads": np.array([pairs - 3.0 * closed, closed]) / n,
        "clustering": np.array([structure.transitivity(degree, triangles), _mean_of_known(local)]),
    }


def _distances(network: Network) -> NDArray[np.float64]:
    matrix = structure.adjacency(network.first, network.second, network.n)
    sources = brokerage.sources_of(network.n, MOST_SOURCES)
    length = shortest_path(matrix, unweighted=True, indices=sources)
    others = length[length != 0.0]
    near = [float((others == d).mean()) for d in range(2, FURTHEST)]
    far = float((np.isfinite(others) & (others >= FURTHEST)).mean())
    return np.array([*near, far, float(np.isinf(others).mean())])


def _mean_of_known(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def between_waves(earlier: Network, later: Network) -> NDArray[np.float64]:
    """From one wave to the next, of institutions with the same numbers: float64[2], see `COMPONENTS`.

    Share of the earlier partnerships that stand in the later wave, and share of the new ones whose two institutions had a
    partner in common before. NaN where there are none.
    """
    before, after = _codes(earlier), _codes(later)
    kept = float(np.isin(before, after).mean()) if len(before) else float("nan")
    new = after[~np.isin(after, before)]
    if not len(new):
        return np.array([kept, np.nan])
    n = max(earlier.n, later.n)
    matrix = structure.adjacency(earlier.first, earlier.second, n)
    low, high = np.divmod(new, n)
    shared = np.asarray(matrix[low].multiply(matrix[high]).sum(axis=1)).ravel()
    return np.array([kept, float((shared > 0).mean())])


def _codes(network: Network) -> NDArray[np.int64]:
    """Each tie as one number that does not depend on the order of its ends."""
    low, high = np.minimum(network.first, network.second), np.maximum(network.first, network.second)
    return np.asarray(low * network.n + high)


def of_waves(waves: Sequence[Network], isolates: bool) -> dict[str, NDArray[np.float64]]:
    """The statistics of waves of one network, each the mean over the waves, as sienaGOF joins periods.

    All waves number their institutions alike. Without ``isolates`` those without a partner are left out of each wave,
    because nothing is known of them. ``waves`` of fewer than two networks are NaN.
    """
    each = [of_network(wave if isolates else wave.without_isolates()) for wave in waves]
    joined = {name: np.mean([of[name] for of in each], axis=0) for name in each[0]}
    steps = [between_waves(a, b) for a, b in pairwise(waves)]
    joined["waves"] = np.mean(steps, axis=0) if steps else np.full(len(COMPONENTS["waves"]), np.nan)
    return joined
