"""How unevenly something is spread: Herfindahl-Hirschman index over partners, Gini coefficient across institutions."""

from __future__ import annotations

import numpy as np


def herfindahl(amounts: np.ndarray) -> np.ndarray:
    """Herfindahl-Hirschman index of ``amounts`` float64[..., K] over the last axis: sum of squared shares.

        H = sum_k (x_k / sum_l x_l)^2

    In [1/K, 1]: 1 where all is in one place, 1/K where it is spread evenly. Undefined (NaN) where there is nothing.
    Source: Hirschman (1964), American Economic Review 54, 761.
    """
    total = amounts.sum(axis=-1)
    return _ratio((amounts**2).sum(axis=-1), total**2)


def partner_concentration(first: np.ndarray, second: np.ndarray, strength: np.ndarray, n: int) -> np.ndarray:
    """Herfindahl-Hirschman index of every institution over its partner institutions, float64[n].

        H_i = sum_j (w_ij / sum_k w_ik)^2

    ``first``, ``second`` int64[E] are the two ends of E partnerships, ``strength`` float64[E] their weights w. In
    [1/d_i, 1]; undefined (NaN) without a partner.
    """
    ends = np.concatenate([first, second])
    w = np.concatenate([strength, strength])
    total = np.bincount(ends, w, minlength=n)
    return _ratio(np.bincount(ends, w**2, minlength=n), total**2)


def weight_by_partner_group(
    first: np.ndarray, second: np.ndarray, strength: np.ndarray, group: np.ndarray, groups: int
) -> np.ndarray:
    """Strength of the partnerships of every institution by group of the partner, float64[n, groups]; group int64[n]."""
    n = len(group)
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    cell = ends * groups + group[others]
    return np.bincount(cell, np.concatenate([strength, strength]), minlength=n * groups).reshape(n, groups)


def gini(amounts: np.ndarray) -> float:
    """Gini coefficient of non-negative ``amounts`` float64[n], zeros included.

        G = sum_i (2 i - n - 1) x_(i) / (n sum_i x_(i)),   x_(1) <= ... <= x_(n)

    In [0, 1 - 1/n]: 0 where all have the same, 1 - 1/n where one has all. Undefined (NaN) where nobody has anything.
    Source: Sen (1973), On Economic Inequality, chapter 2.
    """
    n, total = len(amounts), float(amounts.sum())
    if total == 0.0:
        return float("nan")
    ranks = 2.0 * np.arange(1, n + 1) - n - 1.0
    return max(0.0, float(ranks @ np.sort(amounts)) / (n * total))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) != 0)
