"""Which kinds of institutions work together: university with university, university with company, and so on."""

from __future__ import annotations

import numpy as np


def pair_names(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Names of all pairs of kinds, "university-university", "university-institute", ..., in the order of `mix_of_kinds`."""
    return tuple(f"{a}-{b}" for place, a in enumerate(kinds) for b in kinds[place:])


def mix_of_kinds(first: np.ndarray, second: np.ndarray, kind: np.ndarray, kinds: int) -> np.ndarray:
    """Share of every pair of kinds among partnerships, float64[kinds (kinds + 1) / 2]; sums to 1.

    ``first``, ``second`` int64[E] are the ends, ``kind`` int64[n]. A pair has no order. Undefined (NaN) without
    partnerships.
    """
    a, b = kind[first], kind[second]
    low, high = np.minimum(a, b), np.maximum(a, b)
    counts = np.bincount(low * kinds + high, minlength=kinds * kinds).reshape(kinds, kinds)
    upper = counts[np.triu_indices(kinds)].astype(float)
    return upper / upper.sum() if len(first) else np.full(len(upper), np.nan)
