"""How far a network falls apart into groups: E-I index and modularity of groups that are given."""

from __future__ import annotations

import numpy as np


def external_internal(first: np.ndarray, second: np.ndarray, group: np.ndarray, of: int | None = None) -> float:
    """E-I index: partnerships between groups less those inside one, over all of them.

        (E - I) / (E + I)

    ``first``, ``second`` int64[E] are the ends of the partnerships, ``group`` int64[n]. With ``of`` only the
    partnerships that a group has part in. In [-1, 1]: 1 where all cross a border, -1 where none does. Undefined (NaN)
    without partnerships. Source: Krackhardt and Stern (1988), Social Psychology Quarterly 51, 123-140.
    """
    a, b = group[first], group[second]
    if of is not None:
        inside = (a == of) | (b == of)
        a, b = a[inside], b[inside]
    if not len(a):
        return float("nan")
    return float(np.where(a != b, 1.0, -1.0).mean())


def modularity(first: np.ndarray, second: np.ndarray, group: np.ndarray) -> float:
    """Modularity of a partition: partnerships inside groups beyond what degrees alone would give.

        Q = sum_g [ L_g / m - (D_g / 2 m)^2 ]

    L_g of the m partnerships lie inside group g, D_g is the sum of the degrees of its members. ``first``, ``second``
    int64[m], ``group`` int64[n]. In [-1/2, 1); undefined (NaN) without partnerships. Source: Newman and Girvan (2004),
    Physical Review E 69, 026113.
    """
    m = len(first)
    if not m:
        return float("nan")
    a, b = group[first], group[second]
    groups = int(group.max()) + 1
    inside = np.bincount(a[a == b], minlength=groups)
    degrees = np.bincount(a, minlength=groups) + np.bincount(b, minlength=groups)
    return float((inside / m - (degrees / (2.0 * m)) ** 2).sum())
