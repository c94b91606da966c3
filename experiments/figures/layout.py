"""Where institutions stand: a function of the world only, so that they never move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.world import World

GAP = 0.2
"""Angle between the arcs of two blocs, radians."""
INNER, OUTER = 0.84, 1.0
"""Radii of the ring of institutions."""
DENSITY = 0.16
"""Thickness of the ring over its middle radius: rows are as far apart as the institutions of a row."""


@dataclass(frozen=True)
class Layout:
    """Places on a ring of radius 1; n institutions, B blocs."""

    at: NDArray[np.float64]  # float64[n, 2]
    arcs: NDArray[np.float64]  # float64[B, 2], angles at which the arc of a bloc begins and ends, radians
    centre: NDArray[np.float64]  # float64[B, 2], middle of each bloc's arc

    def control(
        self, bloc_a: NDArray[np.int64], bloc_b: NDArray[np.int64], a: NDArray[np.int64], b: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Points towards which the curves of partnerships of ``a`` and ``b`` bend, float64[E, 2].

        Between blocs they are bundled by pair; inside a bloc they keep near its arc.
        """
        middle = 0.5 * (self.at[a] + self.at[b])
        between = 0.2 * (self.centre[bloc_a] + self.centre[bloc_b]) + 0.15 * middle
        return np.where((bloc_a == bloc_b)[:, None], 0.72 * middle, between)

    def direction(self, members: NDArray[np.int64]) -> NDArray[np.float64]:
        """Unit vector from the middle of the ring to the middle of some neighbouring institutions, float64[2]."""
        mean = self.at[members].mean(axis=0)
        return np.asarray(mean / max(1e-9, np.hypot(*mean)))


def ring(world: World) -> Layout:
    """Every bloc an arc of a ring, longer the more institutions it has; in it countries, in these the largest first.

    The middle of the first bloc's arc is on the left, the others follow clockwise in the order of the tables. A small
    bloc gets more than its share, so that its lines have room.
    """
    arrays, blocs = world.arrays, len(world.blocs)
    share = np.bincount(arrays.bloc, minlength=blocs) ** 0.6
    lengths = (2.0 * np.pi - GAP * blocs) * share / share.sum()
    begins = np.pi + 0.5 * lengths[0] - np.concatenate([[0.0], np.cumsum(lengths + GAP)[:-1]])
    at = np.zeros((world.n, 2))
    for bloc in range(blocs):
        members = np.flatnonzero(arrays.bloc == bloc)
        order = members[np.lexsort((members, -arrays.size_weight[members], arrays.country[members]))]
        rows = max(1, round(float(np.sqrt(DENSITY * len(order) / max(lengths[bloc], 1e-9)))))
        column, row = np.divmod(np.arange(len(order)), rows)
        angle = begins[bloc] - lengths[bloc] * (column + 0.5) / -(-len(order) // rows)
        radius = OUTER - (OUTER - INNER) * (row + 0.5) / rows
        at[order] = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    middle = begins - 0.5 * lengths
    return Layout(at, np.column_stack([begins, begins - lengths]), np.column_stack([np.cos(middle), np.sin(middle)]))
