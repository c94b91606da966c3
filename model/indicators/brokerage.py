"""Who stands between others: betweenness, shortest paths through a third group, and the roles of Gould and Fernandez."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ..dynamics.compiling import allocating_kernel

MOST_SOURCES = 1_000
"""Institutions from which shortest paths are followed; in a larger world a sample of this size (see `sources_of`)."""


def sources_of(n: int, most: int = MOST_SOURCES) -> np.ndarray:
    """Institutions from which paths are followed, int64[min(n, most)]: all, or every (n / most)-th one.

    Institutions stand in the order of their countries and, within each, of their sizes: the systematic sample has of
    every country and size its share, and needs no random number.
    """
    count = min(n, most)
    return ((np.arange(count) + 0.5) * n / count).astype(np.int64)


@dataclass(frozen=True)
class ShortestPaths:
    """What the shortest paths of a network say; n institutions, G groups."""

    betweenness: (
        np.ndarray
    )  # float64[n], pairs of others for which an institution lies between; fractions where paths share
    through: np.ndarray  # float64[G, G, G], see `share_through`


def shortest_paths(
    matrix: csr_array, group: np.ndarray, groups: int, sources: np.ndarray | None = None
) -> ShortestPaths:
    """Betweenness of institutions, and share of the shortest paths of two groups that lead through a third.

        B_v = sum over pairs {s, t} of sigma_st(v) / sigma_st
        through[a, b, c] = mean over connected pairs s in a, t in b of sigma_st(c) / sigma_st

    sigma_st is the number of shortest paths between s and t, sigma_st(v) of those with v inside, sigma_st(c) of those
    with at least one institution of group c inside; direct partnerships are paths with nobody inside. A pair counts
    once however many paths it has. ``through`` is symmetric in a and b and undefined (NaN) where a, b, c are not three
    groups or no pair is connected.

    ``matrix`` is the adjacency, ``group`` int64[n]. ``sources`` int64[S] are the ends s that are looked at, by default
    those of `sources_of`; with fewer than n betweenness is scaled by n / S and both are estimates. Sources: Freeman
    (1977), Sociometry 40, 35-41; algorithm of Brandes (2001), Journal of Mathematical Sociology 25, 163-177; sampling of
    Brandes and Pich (2007), International Journal of Bifurcation and Chaos 17, 2303-2318.
    """
    n = len(group)
    sources = sources_of(n) if sources is None else sources
    # where everyone is a source, each pair of groups is seen from both sides: the largest group need not look
    counted = np.ones(groups, np.bool_)
    if len(sources) == n and groups > 1:
        counted[np.bincount(group, minlength=groups).argmax()] = False
    starts, neighbours = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32)
    between, via, pairs = _follow(starts, neighbours, sources, group.astype(np.int32), counted)
    via, pairs = via + via.transpose(1, 0, 2), (pairs + pairs.T)[:, :, None]
    share = np.divide(via, pairs, out=np.full(via.shape, np.nan), where=pairs > 0)
    for c in range(groups):
        share[c, c, :] = share[c, :, c] = share[:, c, c] = np.nan
    return ShortestPaths(0.5 * between * n / max(1, len(sources)), share)


@allocating_kernel
def _follow(starts, neighbours, sources, group, counted):  # type: ignore[no-untyped-def]
    """Breadth-first from every source: distances and numbers of shortest paths, then back for what lies between.

    Conditions are written as sums of 0 or of something: the processor need not guess them (measured: half the time).
    """
    n, groups = len(starts) - 1, len(counted)
    between, via, pairs = np.zeros(n), np.zeros((groups, groups, groups)), np.zeros((groups, groups))
    distance, order, paths = np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n)
    pull, clear = np.zeros(n), np.zeros((n, groups))
    for source in sources:
        distance[:], paths[:], pull[:] = -1, 0.0, 0.0
        distance[source], paths[source], order[0] = 0, 1.0, source
        reached, head = 1, 0
        while head < reached:
            u = order[head]
            head += 1
            further, to_here = distance[u] + 1, paths[u]
            for p in range(starts[u], starts[u + 1]):
                v = neighbours[p]
                if distance[v] < 0:
                    distance[v], paths[v], order[reached] = further, to_here, v
                    reached += 1
                else:
                    paths[v] += to_here if distance[v] == further else 0.0
        for k in range(reached - 1, 0, -1):
            v = order[k]
            nearer = distance[v] - 1
            between[v] += pull[v] * paths[v]
            share = pull[v] + 1.0 / paths[v]  # pull is the dependency of the source, over the number of paths
            for p in range(starts[v], starts[v + 1]):
                u = neighbours[p]
                pull[u] += share if distance[u] == nearer else 0.0
        if counted[group[source]]:
            _pass_by(starts, neighbours, group, order[:reached], distance, paths, clear, via, pairs)
    return between, via, pairs


@allocating_kernel
def _pass_by(starts, neighbours, group, order, distance, paths, clear, via, pairs):  # type: ignore[no-untyped-def]
    """Add a source's pairs to ``pairs`` and the part of their paths that leads through each group to ``via``.

    ``clear`` [n, G] is the number of shortest paths that no member of a group lies inside; ``order`` are the institutions
    that the source reaches, itself first, by their distance.
    """
    groups = len(pairs)
    source, a = order[0], group[order[0]]
    clear[:] = 0.0
    clear[source, :] = 1.0
    onward = np.zeros(groups)
    for u in order:
        for c in range(groups):
            onward[c] = clear[u, c]
        if u != source:
            onward[group[u]] = 0.0
        further = distance[u] + 1
        for p in range(starts[u], starts[u + 1]):
            v = neighbours[p]
            if distance[v] == further:
                for c in range(groups):
                    clear[v, c] += onward[c]
    for t in order[1:]:
        b = group[t]
        if a != b:
            pairs[a, b] += 1.0
            for c in range(groups):
                if c != a and c != b:
                    via[a, b, c] += 1.0 - clear[t, c] / paths[t]


def closed_and_open_pairs(matrix: csr_array, group: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Triangles of every institution, int64[n], and the pairs that it brokers, by groups, float64[G, G, G].

    Entry [c, a, b] of the second counts the institutions j of group c between partners i of a and k of b that are no
    partners of each other: i - j - k. It is symmetric in a and b, and each pair {i, k} counts once.
    """
    return _pairs_of_partners(
        matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), group.astype(np.int64), groups
    )


@allocating_kernel
def _pairs_of_partners(starts, neighbours, group, groups):  # type: ignore[no-untyped-def]
    n = len(starts) - 1
    triangles, brokered = np.zeros(n, np.int64), np.zeros((groups, groups, groups))
    partner_of = np.full(n, -1, np.int64)
    count = np.zeros(groups)
    for j in range(n):
        c = group[j]
        count[:] = 0.0
        for p in range(starts[j], starts[j + 1]):
            partner_of[neighbours[p]] = j
            count[group[neighbours[p]]] += 1.0
        for a in range(groups):
            for b in range(groups):
                brokered[c, a, b] += count[a] * count[b] if a != b else 0.5 * count[a] * (count[a] - 1.0)
        for p in range(starts[j], starts[j + 1]):
            i = neighbours[p]
            for q in range(starts[i], starts[i + 1]):
                k = neighbours[q]
                if k > i and partner_of[k] == j:
                    triangles[j] += 1
                    a, b = group[i], group[k]
                    brokered[c, a, b] -= 1.0
                    if a != b:
                        brokered[c, b, a] -= 1.0
    return triangles, brokered


def roles(brokered: np.ndarray, of: int) -> dict[str, float]:
    """How often institutions of a group broker in each of the roles of Gould and Fernandez; ``brokered`` [G, G, G].

    The broker's own group is c, those of the two that it joins a and b: *coordinator* a = b = c; *itinerant* a = b,
    not c; *gatekeeper* one of a, b is c (without direction gatekeepers and representatives are the same); *liaison*
    three groups. Source: Gould and Fernandez (1989), Sociological Methodology 19, 89-126.
    """
    others = [g for g in range(len(brokered)) if g != of]
    return {
        "coordinator": float(brokered[of, of, of]),
        "itinerant": float(sum(brokered[of, a, a] for a in others)),
        "gatekeeper": float(sum(brokered[of, of, b] for b in others)),
        "liaison": float(sum(brokered[of, a, b] for a in others for b in others if a < b)),
    }
