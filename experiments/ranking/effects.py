"""The effect of an instrument: paired differences to the world without it, and what they are worth a year or a million."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.evidence import conversion

from ..comparing.statistics import Interval, ratio_interval
from .channel import Money

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.scenario import Measure

    from .counting import Counts

PRICED_IN = {"joint-call": ("RUB", 2023), "joint-fund": ("USD", 2019)}
"""Preset with money -> currency and year in which its size was published (`evidence` of its row in presets.toml)."""


@dataclass(frozen=True)
class Effect:
    """Paired differences to the world without the instrument; R replicates, Y years, C cohorts. Money in million."""

    budgeted: bool
    surviving: NDArray[np.float64]  # float64[R, C]
    works: NDArray[np.float64]  # float64[R, Y]
    living: NDArray[np.float64]  # float64[R, Y]
    awarded: NDArray[np.float64]  # float64[R, Y]; 0 without money
    entered: NDArray[np.float64]  # float64[R, Y]
    announced: NDArray[np.float64] | None  # float64[R, Y]; None where nothing of it is executed
    placed: NDArray[np.float64]  # float64[R, Y]

    @property
    def cohorts(self) -> int:
        """Years whose new partnerships were watched for long enough."""
        return self.surviving.shape[1]

    def worth(self, gained: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is ranked: gains a million awarded in the same years, or a year without money.

        ``gained`` float64[R, years], `surviving` or `works`; ``weights`` float64[samples, R], rows that sum to 1. Returns
        float64[samples], NaN where nothing was awarded.
        """
        span = gained.shape[1]
        above = weights @ gained.sum(axis=1)
        if not self.budgeted:
            return above / span
        below = weights @ self.awarded[:, :span].sum(axis=1)
        return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0.0)

    def mean_worth(self, gained: NDArray[np.float64]) -> float:
        """The same in the mean over replicates."""
        return float(self.worth(gained, np.full((1, len(gained)), 1.0 / len(gained)))[0])

    def per_million(self, gained: NDArray[np.float64], money: NDArray[np.float64] | None) -> Interval | None:
        """Gains for a million of the money of the same years, with Fieller's interval; None without any money.

        The ends are None where the money is not clear of zero.
        """
        if money is None:
            return None
        above, below = gained.sum(axis=1), money[:, : gained.shape[1]].sum(axis=1)
        if float(below.mean()) == 0.0:
            return None
        value = float(above.mean() / below.mean())
        return ratio_interval(above, below) or Interval(value, None, None, None, len(above))


def effect_of(counts: Counts, base: Counts, measure: Measure) -> Effect:
    """The differences that a measure makes, and its money; counts are arrays with a row a replicate."""
    projects = measure.projects
    cost = None if projects is None else projects.cost
    executed = projects.executed if projects is not None and cost is not None else 0.0
    return Effect(
        budgeted=cost is not None,
        surviving=counts.surviving - base.surviving,
        works=counts.works - base.works,
        living=counts.living - base.living,
        awarded=counts.projects * (cost or 0.0),
        entered=counts.entered,
        announced=counts.entered / executed if executed > 0.0 else None,
        placed=counts.placed,
    )


def money_of(preset: str, effect: Effect) -> Money:
    """Money of a programme a year, and what a million brings."""
    announced = effect.announced
    priced = conversion(*PRICED_IN[preset]) if preset in PRICED_IN else None
    return Money(
        announced=None if announced is None else float(announced.mean()),
        entered=float(effect.entered.mean()),
        awarded=float(effect.awarded.mean()),
        surviving_per_million=effect.per_million(effect.surviving, effect.awarded),
        works_per_million=effect.per_million(effect.works, effect.awarded),
        surviving_per_announced=effect.per_million(effect.surviving, announced),
        works_per_announced=effect.per_million(effect.works, announced),
        currency=priced.currency if priced else "",
        year=priced.year if priced else None,
        factor=priced.factor if priced else None,
        factor_low=priced.low if priced else None,
        factor_high=priced.high if priced else None,
        factor_status=priced.status if priced else "",
        factor_source=priced.source if priced else "",
    )
