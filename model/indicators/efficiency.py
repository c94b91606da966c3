"""What money buys: new partnerships that survive, per million of programme money."""

from __future__ import annotations

import numpy as np

SURVIVING_YEARS = 3.0
"""Age at which a new partnership counts as surviving (EVIDENCE 6.1)."""


def surviving(start: np.ndarray, end: np.ndarray, seen_until: float, years: float = SURVIVING_YEARS) -> int:
    """Partnerships that reached an age, among those that began early enough to be watched that long.

    ``start``, ``end`` float64[N] in years, end infinite for those that live at ``seen_until``.
    """
    return int(((start <= seen_until - years) & (end - start >= years)).sum())


def surviving_per_million(
    start: np.ndarray,
    end: np.ndarray,
    awarded_at: np.ndarray,
    awarded: np.ndarray,
    seen_until: float,
    years: float = SURVIVING_YEARS,
) -> float:
    """New partnerships of a programme that survive ``years``, for each million that it awarded.

    Only what began, and what was awarded, early enough to be watched that long: up to ``seen_until - years``.
    ``start``, ``end`` float64[N] are the partnerships that the programme made; ``awarded`` float64[P] million of 2017 PPP
    dollars, at ``awarded_at`` float64[P] years, on the same scale: both of the simulated world, whose programmes have
    their share of the money. Undefined (NaN) without money.
    """
    money = float(awarded[awarded_at <= seen_until - years].sum())
    return surviving(start, end, seen_until, years) / money if money > 0.0 else float("nan")
