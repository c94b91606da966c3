"""Compares runs replicate by replicate: differences against the base, and how far other partners make up for a loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .compensation import Compensation, compensation_ratios
from .means import (
    PeriodMeans,
    Run,
    Span,
    between_pairs,
    bloc_pairs,
    blocs_of,
    check_paired,
    directed_pairs,
    means_of,
    period_name,
    periods_of,
)
from .statistics import LEVEL, mean_interval, replicates_needed, variance_reduction, welch_interval

if TYPE_CHECKING:
    import pandas as pd

    from model.scenario import Scenario

PRECISION = 0.02
"""Wanted half-width of an interval, as a share of the base's value."""
JSON_KEYS = (
    "scenario", "baseline", "indicator", "pair", "period", "difference", "low", "high", "mc_error", "replicates", "needed",
)  # fmt: skip
"""What `comity compare --json` prints of a row."""


@dataclass(frozen=True)
class Row:
    """One indicator of one pair in one period: a scenario less the base, over the replicates in which both are defined.

    ``low``, ``high`` and ``mc_error`` (standard error of the mean) are None for one replicate; ``needed`` replicates
    make the half-width of the interval the wanted share of ``baseline_value``.
    """

    scenario: str
    baseline: str
    indicator: str
    pair: str
    of: str  # blocs or countries
    period: str
    unit: str
    baseline_value: float
    difference: float
    relative: float | None  # difference / baseline_value
    low: float | None
    high: float | None
    mc_error: float | None
    replicates: int
    needed: int | None
    variance_reduction: float | None  # of pairing, see `statistics`
    identical: bool  # no replicate differs


@dataclass(frozen=True)
class Comparison:
    """All differences against the base, compensation ratios, and what a reader must know to read them."""

    baseline: str
    scenarios: tuple[str, ...]
    titles: dict[str, str]
    blocs: tuple[str, ...]
    periods: tuple[str, ...]
    replicates: int
    level: float
    precision: float
    rows: tuple[Row, ...]
    compensation: tuple[Compensation, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)

    def records(self) -> list[dict[str, Any]]:
        """The rows as `comity compare --json` prints them: `JSON_KEYS`, one record a row."""
        return [{key: getattr(row, key) for key in JSON_KEYS} for row in self.rows]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of text: pairs of blocs that differ in any replicate."""
        from .wording import table

        return table(self)

    def lines(self) -> list[str]:
        """What is said below the table, one paragraph a line."""
        from .wording import lines

        return lines(self)


def compare(runs: Sequence[Run], precision: float = PRECISION, notes: Sequence[str] = ()) -> Comparison:
    """Compare runs with the first of them, replicate k with replicate k.

    ``precision``: wanted half-width of intervals, as a share of the base's value. Periods are those that the
    `compare_years` of the base and of the other scenario name and both runs cover. ``notes`` are what a reader must
    know besides. Raises `InputError` where the runs are not paired: another seed, number of replicates or other blocs.
    """
    check_paired(runs)
    return compare_means(means_of(runs), precision, notes)


def compare_means(means: PeriodMeans, precision: float = PRECISION, notes: Sequence[str] = ()) -> Comparison:
    """Compare runs, paired by the number of the replicate, by their means over periods."""
    base, *others = means.scenarios
    blocs = blocs_of(base)
    rows: list[Row] = []
    compensation: list[Compensation] = []
    said = list(notes)
    periods: dict[Span, None] = {}
    first = means.by_run[0]
    for scenario, other in zip(others, means.by_run[1:], strict=True):
        said += _luck_notes(base, scenario)
        for span in periods_of([base, scenario]):
            if span not in first or span not in other:
                said.append(f"{period_name(span)} is not covered by both {base.name} and {scenario.name}")
                continue
            periods[span] = None
            names = (scenario.name, base.name, period_name(span))
            rows += rows_of(names, first[span], other[span], blocs, means.units, precision)
            compensation += compensation_ratios(names, first[span], other[span], blocs)
    return Comparison(
        baseline=base.name,
        scenarios=tuple(scenario.name for scenario in others),
        titles={scenario.name: scenario.title or scenario.name for scenario in means.scenarios},
        blocs=blocs,
        periods=tuple(period_name(span) for span in sorted(periods)),
        replicates=means.replicates,
        level=LEVEL,
        precision=precision,
        rows=tuple(rows),
        compensation=tuple(compensation),
        notes=tuple(dict.fromkeys(said)),
    )


def _luck_notes(a: Scenario, b: Scenario) -> list[str]:
    """Common random numbers need the same world from the same date."""
    if a.world != b.world or a.time.start != b.time.start:
        return [f"{b.name} has another world or start than {a.name}: its replicates do not share the luck of the base"]
    return []


def rows_of(
    names: tuple[str, str, str],
    base: pd.DataFrame,
    other: pd.DataFrame,
    blocs: Sequence[str],
    units: dict[str, str],
    precision: float,
    paired: bool = True,
) -> list[Row]:
    """Rows of a scenario in a period: pairs of blocs in their order, then pairs of countries; pairs that are 0 left out.

    ``names`` are those of the scenario, the base and the period; ``base`` and ``other`` as `period_means` gives them.
    Without ``paired`` the two are independent samples, of which each may have its own number of replicates.
    """
    places = {key: place for place, key in enumerate(base.index)}
    others = {key: place for place, key in enumerate(other.index)}
    common = {key: (place, others[key]) for key, place in places.items() if key in others}
    of_base, of_other = base.to_numpy(float), other.to_numpy(float)
    indicators = tuple(dict.fromkeys(indicator for indicator, _ in common))
    of_blocs = (*bloc_pairs(blocs), *directed_pairs(blocs), *between_pairs(blocs), *blocs, "World")
    of_countries = sorted({pair for _, pair in common} - set(of_blocs))
    rows = []
    for of, pairs in (("blocs", of_blocs), ("countries", of_countries)):
        for pair in pairs:
            for indicator in indicators:
                if (indicator, pair) not in common:
                    continue
                in_base, in_other = common[indicator, pair]
                x, y = of_base[in_base], of_other[in_other]
                if paired:
                    defined = ~(np.isnan(x) | np.isnan(y))
                    x, y = x[defined], y[defined]
                else:
                    x, y = x[~np.isnan(x)], y[~np.isnan(y)]
                if not len(x) or not len(y):
                    continue
                if not (x.any() or y.any()):
                    continue
                change = mean_interval(y - x) if paired else welch_interval(x, y)
                value = float(x.mean())
                deviation = None if change.error is None else change.error * change.count**0.5
                rows.append(
                    Row(
                        scenario=names[0],
                        baseline=names[1],
                        indicator=indicator,
                        pair=pair,
                        of=of,
                        period=names[2],
                        unit=units[indicator],
                        baseline_value=value,
                        difference=change.value,
                        relative=change.value / value if value else None,
                        low=change.low,
                        high=change.high,
                        mc_error=change.error,
                        replicates=change.count,
                        needed=None if deviation is None else replicates_needed(deviation, precision * abs(value)),
                        variance_reduction=variance_reduction(x, y) if paired else None,
                        identical=bool(np.array_equal(x, y)),
                    )
                )
    return rows
