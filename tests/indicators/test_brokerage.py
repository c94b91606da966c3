"""Brokerage by hand on networks that fit on a napkin, against networkx on random ones, and its laws."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from random_networks import GROUPS, Drawn, networks

from model.indicators.brokerage import closed_and_open_pairs, roles, shortest_paths, sources_of
from model.indicators.structure import adjacency

R, C, W, D = range(4)


def matrix_of(*ties: tuple[int, int], n: int):
    ends = np.array(ties)
    return adjacency(ends[:, 0], ends[:, 1], n)


def test_two_shortest_paths_share_a_pair() -> None:
    """R0 - C1 - W2 and R0 - D3 - W2: R and W meet by two paths of two steps, one through C, one through D.

    Each of the four stands on one of the two paths between its two partners: betweenness 1/2.
    """
    group = np.array([R, C, W, D])
    paths = shortest_paths(matrix_of((0, 1), (1, 2), (0, 3), (3, 2), n=4), group, 4)
    assert paths.betweenness == pytest.approx([0.5, 0.5, 0.5, 0.5])
    assert paths.through[R, W, C] == paths.through[W, R, C] == pytest.approx(1 / 2)
    assert paths.through[R, W, D] == pytest.approx(1 / 2)
    assert np.isnan(paths.through[R, W, R]) and np.isnan(paths.through[R, R, C])


def test_a_path_through_two_of_a_bloc_counts_once_and_direct_pairs_have_nobody_inside() -> None:
    """R0 - C1 - C2 - W3 and R0 - W4: of the pairs (0, 3) and (0, 4) of R and W one path leads through C: 1/2.

    Betweenness: C1 lies between {0, 4} and {2, 3}: 4 pairs; C2 between {0, 1, 4} and {3}: 3; R0 between {4} and the
    three others: 3.
    """
    group = np.array([R, C, C, W, W])
    paths = shortest_paths(matrix_of((0, 1), (1, 2), (2, 3), (0, 4), n=5), group, 3)
    assert paths.through[R, W, C] == pytest.approx(1 / 2)
    assert paths.betweenness == pytest.approx([3, 4, 3, 0, 0])


def test_pairs_that_are_not_connected_do_not_count() -> None:
    paths = shortest_paths(matrix_of((0, 1), n=4), np.array([R, C, W, D]), 4)
    assert np.isnan(paths.through[R, W, C]) and not paths.betweenness.any()


def test_roles_by_hand() -> None:
    """C0 has the partners R1, W2, W3, C4; W2 and W3 are partners.

    Its open pairs: R1-W2, R1-W3 (liaison, 2), R1-C4, W2-C4, W3-C4 (gatekeeper, 3); W2-W3 is closed: no itinerant one.
    """
    matrix = matrix_of((0, 1), (0, 2), (0, 3), (0, 4), (2, 3), n=5)
    triangles, brokered = closed_and_open_pairs(matrix, np.array([C, R, W, W, C]), 3)
    assert roles(brokered, C) == {"coordinator": 0, "itinerant": 0, "gatekeeper": 3, "liaison": 2}
    assert brokered[C, R, W] == brokered[C, W, R] == 2
    assert list(triangles) == [1, 0, 1, 1, 0]
    without = closed_and_open_pairs(matrix_of((0, 1), (0, 2), (0, 3), (0, 4), n=5), np.array([C, R, W, W, C]), 3)[1]
    assert roles(without, C)["itinerant"] == 1
    inside = closed_and_open_pairs(matrix_of((0, 1), (0, 2), n=3), np.array([C, C, C]), 3)[1]
    assert roles(inside, C) == {"coordinator": 1, "itinerant": 0, "gatekeeper": 0, "liaison": 0}


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(networks())
def test_as_networkx_and_as_all_paths_say(net: Drawn) -> None:
    graph = nx.Graph()
    graph.add_nodes_from(range(net.n))
    graph.add_edges_from(zip(net.first.tolist(), net.second.tolist(), strict=True))
    matrix = adjacency(net.first, net.second, net.n)
    found = shortest_paths(matrix, net.group, GROUPS)
    assert found.betweenness == pytest.approx(list(nx.betweenness_centrality(graph, normalized=False).values()))
    triangles, brokered = closed_and_open_pairs(matrix, net.group, GROUPS)
    assert list(triangles) == list(nx.triangles(graph).values())
    for a in range(GROUPS):
        for b in range(a + 1, GROUPS):
            for c in set(range(GROUPS)) - {a, b}:
                shares = [
                    np.mean([any(net.group[v] == c for v in path[1:-1]) for path in nx.all_shortest_paths(graph, s, t)])
                    for s in np.flatnonzero(net.group == a) for t in np.flatnonzero(net.group == b) if nx.has_path(graph, s, t)
                ]  # fmt: skip
                assert found.through[a, b, c] == pytest.approx(np.mean(shares) if shares else np.nan, nan_ok=True)
                between = [
                    1 for j in np.flatnonzero(net.group == c) for i in graph[j] for k in graph[j]
                    if net.group[i] == a and net.group[k] == b and not graph.has_edge(i, k)
                ]  # fmt: skip
                assert brokered[c, a, b] == len(between)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(networks())
def test_other_numbers_change_nothing(net: Drawn) -> None:
    other = net.relabelled()
    one, two = (shortest_paths(adjacency(x.first, x.second, x.n), x.group, GROUPS) for x in (net, other))
    assert two.betweenness[net.place] == pytest.approx(one.betweenness)
    assert two.through == pytest.approx(one.through, nan_ok=True)
    assert one.through == pytest.approx(one.through.transpose(1, 0, 2), nan_ok=True)
    assert ((one.through >= -1e-12) & (one.through <= 1 + 1e-12) | np.isnan(one.through)).all()
    open_one, open_two = (
        closed_and_open_pairs(adjacency(x.first, x.second, x.n), x.group, GROUPS)[1] for x in (net, other)
    )
    assert np.array_equal(open_one, open_two) and (open_one >= 0).all()


def test_a_sample_of_sources_has_of_every_place_its_share() -> None:
    assert list(sources_of(5, most=8)) == [0, 1, 2, 3, 4]
    assert list(sources_of(10, most=5)) == [1, 3, 5, 7, 9]
    assert len(set(sources_of(60_000, most=1_000))) == 1_000


def test_a_sample_estimates_what_all_sources_give() -> None:
    """Betweenness from a part of the sources is scaled up: over the ways to choose a half it is right on average."""
    graph = nx.random_regular_graph(4, 60, seed=3)
    ends = np.array(graph.edges)
    matrix, group = adjacency(ends[:, 0], ends[:, 1], 60), np.arange(60) % 3
    exact = shortest_paths(matrix, group, 3)
    halves = [shortest_paths(matrix, group, 3, np.arange(start, 60, 2)) for start in (0, 1)]
    assert np.mean([half.betweenness for half in halves], axis=0) == pytest.approx(exact.betweenness)
    assert halves[0].through[0, 1, 2] == pytest.approx(exact.through[0, 1, 2], rel=0.1)
    assert halves[0].betweenness.sum() == pytest.approx(exact.betweenness.sum(), rel=0.05)
