"""The shape of a network: degrees, clustering, the largest connected part."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components


def adjacency(first: np.ndarray, second: np.ndarray, n: int) -> csr_array:
    """Symmetric adjacency matrix of E partnerships ``first``, ``second`` int64[E]; columns of a row ascend."""
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    matrix = coo_array((np.ones(len(ends)), (ends, others)), shape=(n, n)).tocsr()
    matrix.sort_indices()
    return matrix


def degrees(first: np.ndarray, second: np.ndarray, n: int) -> np.ndarray:
    """Number of partners of every institution, int64[n]."""
    return np.bincount(first, minlength=n) + np.bincount(second, minlength=n)


def between_groups(
    first: np.ndarray, second: np.ndarray, group: np.ndarray, groups: int, weight: np.ndarray | None = None
) -> np.ndarray:
    """Partnerships between groups, float64[G, G], symmetric; those inside a group stand on the diagonal, once.

    ``group`` int64[n]; ``weight`` float64[E], by default 1 each.
    """
    low, high = np.minimum(group[first], group[second]), np.maximum(group[first], group[second])
    upper = np.bincount(low * groups + high, weight, minlength=groups * groups).reshape(groups, groups).astype(float)
    return upper + np.triu(upper, 1).T


def degree_distribution(degree: np.ndarray) -> np.ndarray:
    """Share of the institutions with 0, 1, 2, ... partners, float64[largest + 1]; ``degree`` int64[n], n above 0."""
    return np.bincount(degree) / len(degree)


def local_clustering(degree: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Share of the pairs of an institution's partners that are partners of each other, float64[n].

        C_i = 2 T_i / (d_i (d_i - 1))

    ``degree`` and ``triangles`` int64[n], see `brokerage.closed_and_open_pairs`. Undefined (NaN) for fewer than two
    partners. Source: Watts and Strogatz (1998), Nature 393, 440-442.
    """
    pairs = 0.5 * degree * (degree - 1.0)
    return np.divide(triangles, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def transitivity(degree: np.ndarray, triangles: np.ndarray) -> float:
    """Closed pairs of partners among all pairs of partners in the network: three times the triangles over the triads.

    ``degree`` and ``triangles`` int64[n]. Undefined (NaN) where nobody has two partners. Source: Newman, Watts and
    Strogatz (2002), PNAS 99, 2566-2572.
    """
    pairs = float((0.5 * degree * (degree - 1.0)).sum())
    return float(triangles.sum()) / pairs if pairs else float("nan")


def largest_component(matrix: csr_array) -> float:
    """Share of the institutions that are in the largest connected part of the network of an adjacency matrix."""
    _, part = connected_components(matrix, directed=False)
    return float(np.bincount(part).max() / len(part))
