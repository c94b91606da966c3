"""What money buys: new partnerships that survive, per million of programme money."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from ..clock import year_of

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


def by_measure(
    spells: pd.DataFrame,
    snapshots: pd.DataFrame,
    programmes: pd.DataFrame,
    years: float = SURVIVING_YEARS,
) -> pd.DataFrame:
    """New surviving partnerships of each measure for each million that it awarded, by replicate.

    ``spells`` (replicate, instrument, start, end) are partnerships that ended, ``snapshots`` (replicate, date, instrument,
    since) the networks that were kept: those that live at its last date are the others. ``programmes`` (replicate, date,
    measure, awarded in million 2017 PPP dollars) is what was spent, ``date`` the last day of a period; a measure counts
    what its partnerships, whose ``instrument`` it is, and its money were up to ``years`` before the last snapshot.

    Returns replicate, measure, partnerships, surviving, awarded, per_million, in the order of measures and replicates;
    per_million is undefined (NaN) without money. Empty without a snapshot: then nobody knows who lives.
    """
    columns = ["replicate", "measure", "partnerships", "surviving", "awarded", "per_million"]
    if snapshots.empty:
        return pd.DataFrame(columns=columns)
    last = snapshots["date"].max()
    seen_until = _time(last)
    living = snapshots[snapshots["date"] == last].rename(columns={"since": "start"}).assign(end=np.inf)
    over = spells[spells["end"] <= seen_until]
    wanted = ["replicate", "instrument", "start", "end"]
    both = pd.concat([over[wanted], living[wanted]], ignore_index=True)
    rows = []
    for (measure, replicate), money in programmes.groupby(["measure", "replicate"], sort=True, observed=True):
        own = both[(both["instrument"] == measure) & (both["replicate"] == replicate)]
        start, end = own["start"].to_numpy(float), own["end"].to_numpy(float)
        at, awarded = np.array([_time(day) for day in money["date"]]), money["awarded"].to_numpy(float)
        watched = seen_until - years
        rows.append(
            (
                replicate,
                measure,
                int((start <= watched).sum()),
                surviving(start, end, seen_until, years),
                float(awarded[at <= watched].sum()),
                surviving_per_million(start, end, at, awarded, seen_until, years),
            )
        )
    return pd.DataFrame(rows, columns=columns)


def _time(last_day: pd.Timestamp) -> float:
    """The end of a day, in years."""
    return year_of((last_day + timedelta(days=1)).date())
