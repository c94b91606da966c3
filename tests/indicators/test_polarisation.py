"""E-I index and modularity by hand, against networkx, and their bounds."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from random_networks import GROUPS, Drawn, networks

from model.indicators.polarisation import external_internal, modularity

# groups {0, 1, 2} and {3, 4}; partnerships 0-1, 1-2, 2-3, 3-4
FIRST, SECOND, GROUP = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 4]), np.array([0, 0, 0, 1, 1])


def test_external_internal_by_hand() -> None:
    """One of four crosses: (1 - 3) / 4. Group 0 has part in three, one of them external: (1 - 2) / 3; group 1: (1 - 1) / 2."""
    assert external_internal(FIRST, SECOND, GROUP) == pytest.approx(-1 / 2)
    assert external_internal(FIRST, SECOND, GROUP, of=0) == pytest.approx(-1 / 3)
    assert external_internal(FIRST, SECOND, GROUP, of=1) == 0.0
    assert np.isnan(external_internal(FIRST[:0], SECOND[:0], GROUP))


def test_modularity_by_hand() -> None:
    """m = 4; inside 2 and 1; degrees 1 + 2 + 2 = 5 and 2 + 1 = 3: 3/4 - (5/8)^2 - (3/8)^2 = 7/32."""
    assert modularity(FIRST, SECOND, GROUP) == pytest.approx(7 / 32)
    assert np.isnan(modularity(FIRST[:0], SECOND[:0], GROUP))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(networks())
def test_laws(net: Drawn) -> None:
    found = modularity(net.first, net.second, net.group)
    index = external_internal(net.first, net.second, net.group)
    if not len(net.first):
        assert np.isnan(found) and np.isnan(index)
        return
    graph = nx.Graph()
    graph.add_nodes_from(range(net.n))
    graph.add_edges_from(zip(net.first.tolist(), net.second.tolist(), strict=True))
    parts = [set(np.flatnonzero(net.group == g).tolist()) for g in range(GROUPS)]
    assert found == pytest.approx(nx.community.modularity(graph, parts))
    assert -0.5 <= found < 1.0
    other = net.relabelled()
    assert modularity(other.first, other.second, other.group) == pytest.approx(found)
    for of in (None, *range(GROUPS)):
        one = external_internal(net.first, net.second, net.group, of)
        assert np.isnan(one) or -1.0 <= one <= 1.0
        assert external_internal(other.first, other.second, other.group, of) == pytest.approx(one, nan_ok=True)
    assert external_internal(net.first, net.second, np.zeros(net.n, int)) == -1.0
    assert external_internal(net.first, net.second, np.arange(net.n)) == 1.0
