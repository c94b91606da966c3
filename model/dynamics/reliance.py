"""How much institutions rely on a bloc: what secondary sanctions threaten (MODEL 4)."""

from __future__ import annotations

from .compiling import kernel
from .network import partner


@kernel
def refresh_reliance(world, state):
    """Fill ``reliance`` float64[B, n] of the state: (partners in the bloc + 1) / (degree + 2).

    It is smoothed, so that an institution without partners stands at one half.
    """
    blocs, n = state.reliance.shape
    for i in range(n):
        for b in range(blocs):
            state.reliance[b, i] = 1.0
        for p in range(state.degree[i]):
            state.reliance[world.bloc[partner(state, i, p)], i] += 1.0
        for b in range(blocs):
            state.reliance[b, i] /= state.degree[i] + 2.0
