"""Whether one pair grows as another is lost: compensation ratio and substitution elasticity, and what was observed.

Definitions: `model.indicators.substitution`. A ratio of one replicate has the noise of its loss below the line, so these
are ratios of means over replicates, with Fieller's interval: of changes (kappa), and of changes of logs (sigma).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.indicators.paired import paths
from model.indicators.substitution import compensation, elasticity
from model.tables import observed_by_bloc, reference_vintage

from ..comparing.means import Span, blocs_of, covers, period_name, periods_of
from ..comparing.statistics import Interval, mean_interval, ratio_interval
from .hysteresis import QUANTITIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.tables import Tables

    from ..comparing.means import Run

TIES, WORKS = QUANTITIES
FALL_YEARS = 2
"""Years over which the observed fall is read, as in the published readings of 2022 and 2023."""
LEAST_FALL = 0.1
"""An observed fall below this share is none."""


@dataclass(frozen=True)
class Replacement:
    """What a pair gained for what another lost, in one quantity; means over replicates.

    ``first`` and ``second`` are what is compared: two scenarios in the same years (with and without), or two years of
    one scenario (before and after). The ratios are None, and ``reason`` says why, where the loss is not clear of zero.
    """

    scenario: str
    first: str
    second: str
    quantity: str
    lost: str
    gained: str
    lost_before: float
    gained_before: float
    change_lost: Interval
    change_gained: Interval
    compensation: Interval | None
    elasticity: Interval | None
    reason: str | None


@dataclass(frozen=True)
class Observed:
    """The largest fall of the lost pair that the tables have, and what the other pair did meanwhile; joint works."""

    lost: str
    gained: str
    years: tuple[int, int]
    lost_works: tuple[float, float]
    gained_works: tuple[float, float]
    source: str

    @property
    def compensation(self) -> float:
        """Compensation ratio of joint works, before and after."""
        return compensation(self.gained_works[1] - self.gained_works[0], self.lost_works[1] - self.lost_works[0])

    @property
    def elasticity(self) -> float:
        """Substitution elasticity of joint works, before and after."""
        return elasticity(self.gained_works, self.lost_works)


def replacements(runs: Sequence[Run]) -> list[Replacement]:
    """With and without: every run against the first, in every period that both cover, all pairs of the first bloc.

    The lost pair of a run and period is the first bloc's whose partnerships differ most; works are told of the same.
    """
    base, found = runs[0], []
    first, *others = blocs_of(base.scenario)
    for run in runs[1:]:
        for span in periods_of([base.scenario, run.scenario]):
            if not (covers(base.scenario, span) and covers(run.scenario, span)):
                continue
            sides = {q: _sides(base, run, [f"{first}-{other}" for other in others], q, span) for q in QUANTITIES}
            changes = {pair: abs(float((b - a).mean())) for pair, (a, b) in sides[TIES].items()}
            if len(changes) < 2:
                continue
            lost = max(changes, key=lambda pair: changes[pair])
            names = (run.scenario.name, f"{base.scenario.name}, {period_name(span)}", run.scenario.name)
            found += [
                replaced(names, quantity, lost, gained, of[lost], of[gained])
                for quantity, of in sides.items()
                for gained in of
                if gained != lost and lost in of
            ]
    return found


def before_and_after(runs: Sequence[Run], observed: Observed) -> list[Replacement]:
    """The observed reading of each run that covers its years: joint works of the two years."""
    found = []
    for run in runs:
        before, after = observed.years
        if not all(covers(run.scenario, (year, year)) for year in observed.years):
            continue
        lost, gained = (
            tuple(_means(run, pair, WORKS, (year, year)) for year in observed.years)
            for pair in (observed.lost, observed.gained)
        )
        names = (run.scenario.name, str(before), str(after))
        found.append(replaced(names, WORKS, observed.lost, observed.gained, (lost[0], lost[1]), (gained[0], gained[1])))
    return found


def observed_fall(tables: Tables, lost: str, gained: str) -> Observed | None:
    """The largest observed fall of a pair within `FALL_YEARS`, if it ever fell by more than `LEAST_FALL`."""
    works = observed_by_bloc(tables)
    if lost not in works or gained not in works:
        return None
    known = works[[lost, gained]].dropna()
    falls = {
        int(year): float(known[lost][year + FALL_YEARS] - known[lost][year])
        for year in known.index
        if year + FALL_YEARS in known.index
    }
    start = min(falls, key=lambda year: falls[year], default=None)
    if start is None or falls[start] > -LEAST_FALL * known[lost][start]:
        return None
    end = start + FALL_YEARS
    of_lost, of_gained = ((float(known[pair][start]), float(known[pair][end])) for pair in (lost, gained))
    return Observed(lost, gained, (start, end), of_lost, of_gained, reference_vintage(tables) or "observed")


def replaced(
    names: tuple[str, str, str],
    quantity: str,
    lost: str,
    gained: str,
    of_lost: tuple[NDArray[np.float64], NDArray[np.float64]],
    of_gained: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Replacement:
    """Both ratios of a pair for another; ``of_lost`` and ``of_gained`` are (before, after) float64[R], paired.

    Read in the direction in which the lost pair falls; which of the two states comes first makes no difference.
    """
    change_lost, change_gained = (mean_interval(after - before) for before, after in (of_lost, of_gained))
    kappa = ratio_interval(of_gained[1] - of_gained[0], of_lost[0] - of_lost[1])
    sigma, reason = None, None
    if change_lost.count < 2:
        reason = "one replicate shows no loss that is clear of zero"
    elif kappa is None:
        reason = f"the change of {lost} is not clear of zero"
    if kappa is not None:
        if min(float(side.min()) for side in (*of_lost, *of_gained)) > 0.0:
            sigma = ratio_interval(np.log(of_gained[1] / of_gained[0]), np.log(of_lost[0] / of_lost[1]))
        else:
            reason = "a replicate has none of a pair, so that logs are undefined"
    return Replacement(
        scenario=names[0],
        first=names[1],
        second=names[2],
        quantity=quantity,
        lost=lost,
        gained=gained,
        lost_before=float(of_lost[0].mean()),
        gained_before=float(of_gained[0].mean()),
        change_lost=change_lost,
        change_gained=change_gained,
        compensation=kappa,
        elasticity=sigma,
        reason=reason,
    )


def _sides(
    base: Run, run: Run, pairs: Sequence[str], quantity: str, span: Span
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Pair -> means over a period of the base and of a run, of the pairs that both have."""
    known = set(map(str, base.series["pair"].unique())) & set(map(str, run.series["pair"].unique()))
    return {p: (_means(base, p, quantity, span), _means(run, p, quantity, span)) for p in pairs if p in known}


def _means(run: Run, pair: str, quantity: str, span: Span) -> NDArray[np.float64]:
    """Means over the years of a span, float64[R]."""
    times, values, _ = paths(run.series, quantity, pair)
    inside = (times > span[0]) & (times <= span[1] + 1)
    return np.asarray(values[:, inside].mean(axis=1))
