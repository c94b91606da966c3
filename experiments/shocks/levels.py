"""Who needs whom more, and who of a side holds its partnerships: levels of dependency and sorting, by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..comparing.means import blocs_of, covers, period_name, periods_of
from ..comparing.statistics import Interval, mean_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..comparing.means import Run

DEPENDENCY = ("dependency.partnerships", "dependency.output")
"""Of partnerships and of joint works: never one for the other."""
SORTING = ("sorting.share", "sorting.expected", "sorting.excess")


@dataclass(frozen=True)
class Dependency:
    """A's dependence on B less B's on A ("A>B"), mean over a period, a share in [-1, 1]."""

    scenario: str
    indicator: str
    pair: str
    period: str
    level: Interval


@dataclass(frozen=True)
class Sorting:
    """Of the partnerships of A and B ("A>B") the share that listed institutions of B hold, at the end of a day."""

    scenario: str
    pair: str
    day: date
    share: Interval
    expected: Interval
    """Their share of all partnerships of B."""
    excess: Interval
    against_base: Interval | None
    """Excess less that of the base, within replicates; None for the base itself."""


def dependencies(runs: Sequence[Run]) -> list[Dependency]:
    """Dependency of the pairs of the first bloc, of every run in the periods that any scenario compares."""
    first, *others = blocs_of(runs[0].scenario)
    spans = periods_of([run.scenario for run in runs])
    found = []
    for run in runs:
        for indicator in DEPENDENCY:
            for other in others:
                table = values_by_date(run.indicators, indicator, f"{first}>{other}")
                for span in spans:
                    inside = table.index.year.isin(range(span[0], span[1] + 1))
                    if not covers(run.scenario, span) or not inside.any():
                        continue
                    level = _interval(table[inside].mean(axis=0).to_numpy(float))
                    if level is not None:
                        name = run.scenario.name
                        found.append(Dependency(name, indicator, f"{first}>{other}", period_name(span), level))
    return found


def sortings(runs: Sequence[Run]) -> list[Sorting]:
    """Sorting at the dates of snapshots, of pairs with the first bloc of which the second side has listed institutions."""
    blocs = blocs_of(runs[0].scenario)
    found = []
    for a, b in permutations(blocs, 2):
        if blocs[0] not in (a, b):
            continue
        pair = f"{a}>{b}"
        base = values_by_date(runs[0].indicators, SORTING[2], pair)
        for run in runs:
            tables = [values_by_date(run.indicators, name, pair) for name in SORTING]
            for day in tables[0].index:
                share, expected, excess = (_interval(t.loc[day].to_numpy(float)) for t in tables)
                if share is None or expected is None or excess is None or not (share.value or expected.value):
                    continue
                against = None
                if run is not runs[0] and day in base.index:
                    against = _interval((tables[2].loc[day] - base.loc[day]).to_numpy(float))
                name, when = run.scenario.name, pd.Timestamp(day).date()
                found.append(Sorting(name, pair, when, share, expected, excess, against))
    return found


def values_by_date(indicators: pd.DataFrame, indicator: str, pair: str) -> pd.DataFrame:
    """Values of an indicator of a pair: a row for each date, a column for each replicate; empty where there are none."""
    rows = indicators[(indicators["indicator"] == indicator) & (indicators["pair"] == pair)]
    if rows.empty:
        return pd.DataFrame(index=pd.DatetimeIndex([]))
    return rows.pivot(index="date", columns="replicate", values="value").sort_index().sort_index(axis="columns")


def _interval(values: NDArray[np.float64]) -> Interval | None:
    """Mean and interval of the replicates in which a value is defined; None where it is in none."""
    known = values[np.isfinite(values)]
    return mean_interval(known) if len(known) else None
