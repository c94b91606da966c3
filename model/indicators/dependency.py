"""How much more one side needs the other, and who of a side holds its partnerships (sorting)."""

from __future__ import annotations

import numpy as np


def mix(between: np.ndarray) -> np.ndarray:
    """Share of A's partnerships that are with B, float64[..., G, G]; its rows sum to 1.

        M_AB = T_AB / sum_C T_AC

    ``between`` float64[..., G, G] is symmetric, its diagonal the number inside a group counted once. Undefined (NaN)
    where A has none.
    """
    own = between.sum(axis=-1, keepdims=True)
    return np.divide(between, own, out=np.full(between.shape, np.nan), where=own != 0)


def asymmetry(share: np.ndarray) -> np.ndarray:
    """Dependency asymmetry: A's dependence on B less B's dependence on A, float64[..., G, G].

        A_AB = T_AB / T_A. - T_AB / T_B.

    ``share`` float64[..., G, G] is how much of A's is with B, of partnerships, works, money or anything else. In
    [-1, 1] and antisymmetric: above 0 where A needs B more than B needs A. Undefined (NaN) where either has none.
    """
    return share - np.swapaxes(share, -1, -2)


def sorting(
    first: np.ndarray, second: np.ndarray, listed: np.ndarray, group: np.ndarray, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the partnerships of two groups that listed institutions of the second hold, and their share among all.

        S_AB = T(A, listed of B) / T(A, B),   expected E_B = T(anyone, listed of B) / T(anyone, B)

    Returns S float64[G, G] and E float64[G]; sorting is their difference. ``first``, ``second`` int64[T] are the ends of
    the partnerships, ``listed`` bool[n], ``group`` int64[n]. Both count ends: a partnership inside B has two in B.
    Undefined (NaN) where there is no such partnership.
    """
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    cell = group[others] * groups + group[ends]
    held = np.bincount(cell, listed[ends], minlength=groups * groups).reshape(groups, groups)
    every = np.bincount(cell, minlength=groups * groups).reshape(groups, groups)
    return _ratio(held, every), _ratio(held.sum(axis=0), every.sum(axis=0))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) != 0)
