"""Degrees, clustering, components by hand and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from random_networks import GROUPS, Drawn, networks

from model.indicators.brokerage import closed_and_open_pairs
from model.indicators.structure import (
    adjacency,
    between_groups,
    degree_distribution,
    degrees,
    largest_component,
    local_clustering,
    transitivity,
)

# a triangle 0, 1, 2, with 3 hanging on 0, and 4 alone
FIRST, SECOND = np.array([0, 0, 1, 0]), np.array([1, 2, 2, 3])
DEGREE, TRIANGLES = np.array([3, 2, 2, 1, 0]), np.array([1, 1, 1, 0, 0])


def test_by_hand() -> None:
    """0 has 3 pairs of partners, one of them closed: 1/3; 1 and 2 one closed pair each. In all 3 of 5 pairs are closed."""
    assert list(degrees(FIRST, SECOND, 5)) == list(DEGREE)
    assert degree_distribution(DEGREE) == pytest.approx([1 / 5, 1 / 5, 2 / 5, 1 / 5])
    assert local_clustering(DEGREE, TRIANGLES) == pytest.approx([1 / 3, 1, 1, np.nan, np.nan], nan_ok=True)
    assert transitivity(DEGREE, TRIANGLES) == pytest.approx(3 / 5)
    assert np.isnan(transitivity(np.array([1, 1]), np.array([0, 0])))
    assert largest_component(adjacency(FIRST, SECOND, 5)) == pytest.approx(4 / 5)
    assert largest_component(adjacency(FIRST[:0], SECOND[:0], 5)) == pytest.approx(1 / 5)


def test_between_groups_by_hand() -> None:
    """Groups {0, 1} and {2, 3}: 0-1 inside the first; 0-2, 1-2, 0-3 across."""
    group, weight = np.array([0, 0, 1, 1, 1]), np.array([1.0, 0.5, 0.25, 0.25])
    assert between_groups(FIRST, SECOND, group, 2) == pytest.approx(np.array([[1, 3], [3, 0]]))
    assert between_groups(FIRST, SECOND, group, 2, weight) == pytest.approx(np.array([[1, 1], [1, 0]]))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(networks())
def test_as_networkx_says(net: Drawn) -> None:
    graph = nx.Graph()
    graph.add_nodes_from(range(net.n))
    graph.add_edges_from(zip(net.first.tolist(), net.second.tolist(), strict=True))
    matrix = adjacency(net.first, net.second, net.n)
    triangles, _ = closed_and_open_pairs(matrix, net.group, GROUPS)
    degree = degrees(net.first, net.second, net.n)
    assert list(degree) == [d for _, d in graph.degree]
    assert degree_distribution(degree).sum() == pytest.approx(1.0)
    found = local_clustering(degree, triangles)
    assert np.array_equal(np.isnan(found), degree < 2)
    assert np.nan_to_num(found) == pytest.approx(list(nx.clustering(graph).values()))
    whole = transitivity(degree, triangles)
    assert (whole if (degree >= 2).any() else 0.0) == pytest.approx(nx.transitivity(graph))
    assert largest_component(matrix) == pytest.approx(max(map(len, nx.connected_components(graph))) / net.n)
    between = between_groups(net.first, net.second, net.group, GROUPS)
    assert np.array_equal(between, between.T) and np.triu(between).sum() == len(net.first)
