"""What quantities read of a run's frames, as arrays with a row a replicate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np

from model.clock import year_of

from .estimates import UntoldError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from model.scenario import Scenario


class ClaimRun(Protocol):
    """A finished run: a result that was read back, or a simulation."""

    @property
    def scenario(self) -> Scenario:
        """Its scenario, resolved."""

    @property
    def series(self) -> pd.DataFrame:
        """Counts by period and pair."""

    @property
    def spells(self) -> pd.DataFrame:
        """Partnerships that ended."""

    @property
    def snapshots(self) -> pd.DataFrame:
        """Networks at dates."""


def replicates_of(run: ClaimRun) -> NDArray[np.int64]:
    """Numbers of the replicates, in order."""
    return np.sort(run.series["replicate"].unique()).astype(np.int64)


def in_year(run: ClaimRun, indicator: str, pair: str, year: int) -> NDArray[np.float64]:
    """Mean of an indicator over the periods of a year, float64[R]; undefined values are NaN.

    Raises `UntoldError` where the run does not show the whole year, or does not have the pair.
    """
    time = run.scenario.time
    if not year_of(time.show_from) <= year or not year + 1 <= year_of(time.end):
        raise UntoldError(f"{run.scenario.name} does not show {year}")
    series = run.series
    chosen = series[
        (series["indicator"] == indicator) & (series["pair"] == pair) & (series["date"].dt.year == year)
    ].assign(value=lambda rows: rows["value"].astype(float))
    if chosen.empty:
        raise UntoldError(f"{run.scenario.name} has no {indicator} of {pair}")
    means = chosen.groupby("replicate")["value"].mean()
    return means.reindex(replicates_of(run)).to_numpy(dtype=float)


def summed(run: ClaimRun, indicator: str, pairs: Sequence[str], year: int) -> NDArray[np.float64]:
    """Sum over pairs of `in_year`, float64[R]."""
    return np.sum([in_year(run, indicator, pair, year) for pair in pairs], axis=0)


def network(run: ClaimRun, day: date, sides: tuple[Sequence[str], Sequence[str]]) -> pd.DataFrame:
    """Rows of the network at the start of a day that join a country of one side with one of the other.

    Raises `UntoldError` where the run kept none.
    """
    if day not in run.scenario.record.snapshots:
        raise UntoldError(f"{run.scenario.name} kept no network of {day}")
    frame = run.snapshots
    at_day = frame[frame["date"].dt.date == day - timedelta(days=1)]  # a snapshot bears the day before
    return at_day[_between(at_day, sides)]


def _between(frame: pd.DataFrame, sides: tuple[Sequence[str], Sequence[str]]) -> pd.Series[bool]:
    one, other = (list(side) for side in sides)
    a, b = frame["country_a"], frame["country_b"]
    return (a.isin(one) & b.isin(other)) | (a.isin(other) & b.isin(one))


def by_replicate(run: ClaimRun, rows: pd.DataFrame) -> NDArray[np.float64]:
    """How many rows each replicate has, float64[R]."""
    counts = rows["replicate"].value_counts()
    return np.array([float(counts.get(k, 0)) for k in replicates_of(run)])


def begun(run: ClaimRun, pair: tuple[str, str], window: tuple[date, date]) -> NDArray[np.float64]:
    """Partnerships of two countries that began in a window of time, ended since or not, float64[R].

    They are those of the last network that was kept, and those that ended before it. Raises `UntoldError` where that is
    not after the window.
    """
    kept = [day for day in run.scenario.record.snapshots if day >= window[1]]
    if not kept:
        raise UntoldError(f"{run.scenario.name} kept no network at or after {window[1]}")
    last, sides = max(kept), ([pair[0]], [pair[1]])
    living, spells = network(run, last, sides), run.spells
    ended = spells[_between(spells, sides) & (spells["end"] <= year_of(last))]
    start, stop = (year_of(day) for day in window)
    new = [rows[(rows[at] >= start) & (rows[at] < stop)] for rows, at in ((living, "since"), (ended, "start"))]
    return by_replicate(run, new[0]) + by_replicate(run, new[1])
