"""Small random networks for laws: ends, strengths, groups, and another numbering of the institutions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

GROUPS = 4


@dataclass(frozen=True)
class Drawn:
    n: int
    first: np.ndarray
    second: np.ndarray
    strength: np.ndarray
    group: np.ndarray
    place: np.ndarray  # new number of each institution

    def relabelled(self) -> Drawn:
        """The same network with other numbers, its partnerships in another order and turned round."""
        order = np.argsort(self.strength, kind="stable")
        a, b = self.place[self.first], self.place[self.second]
        group = np.empty_like(self.group)
        group[self.place] = self.group
        return Drawn(self.n, b[order], a[order], self.strength[order], group, np.arange(self.n))


@st.composite
def networks(draw: st.DrawFn) -> Drawn:
    n = draw(st.integers(4, 12))
    ties = [(a, b) for a in range(n) for b in range(a + 1, n) if draw(st.booleans())]
    strength = draw(st.lists(st.floats(0.01, 1.0), min_size=len(ties), max_size=len(ties)))
    group = [*range(GROUPS), *draw(st.lists(st.integers(0, GROUPS - 1), min_size=n - GROUPS, max_size=n - GROUPS))]
    place = draw(st.permutations(range(n)))
    pairs = np.array(ties, np.int64).reshape(-1, 2)
    return Drawn(n, pairs[:, 0], pairs[:, 1], np.array(strength, float), np.array(group), np.array(place))
