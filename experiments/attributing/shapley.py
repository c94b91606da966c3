"""Shapley values of a change: pure functions on arrays.

A player's value is its marginal contribution, averaged over all orders in which the players may come (Shapley 1953). So
the values of all players sum to the whole, whatever their interactions. Exact for few players; for many, averages over
orders that are drawn, which still sum to the whole (Castro, Gomez and Tejada 2009, Computers and Operations Research 36).
A coalition is a bit mask: bit i is set where player i has joined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def exact(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley values of n players, float64[n, ...], from the values of all coalitions, float64[2^n, ...] by mask."""
    n = len(values).bit_length() - 1
    weights = [factorial(size) * factorial(n - size - 1) / factorial(n) for size in range(n)]
    found = np.zeros((n, *values.shape[1:]))
    for mask in range(len(values)):
        for player in range(n):
            if not mask >> player & 1:
                joined = mask | 1 << player
                found[player] += weights[mask.bit_count()] * (values[joined] - values[mask])
    return found


def orders(players: int, pairs: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Random orders of players, each followed by its reverse: what came first comes last, so that noise cancels."""
    found: list[tuple[int, ...]] = []
    for _ in range(pairs):
        order = tuple(int(player) for player in rng.permutation(players))
        found += [order, order[::-1]]
    return found


def coalitions(order: Sequence[int]) -> list[int]:
    """The coalitions that arise as players join in an order, from nobody to all."""
    masks = [0]
    for player in order:
        masks.append(masks[-1] | 1 << player)
    return masks


def from_orders(some: Sequence[Sequence[int]], values: Mapping[int, float]) -> NDArray[np.float64]:
    """Mean marginal contributions over some orders, float64[n], from the values of the coalitions that arise."""
    found = np.zeros(len(some[0]))
    for order in some:
        masks = coalitions(order)
        for player, before, after in zip(order, masks[:-1], masks[1:], strict=True):
            found[player] += values[after] - values[before]
    return found / len(some)
