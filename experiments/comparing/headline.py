"""Headline outcomes: what a reader of a comparison asks first, and how precisely it is known.

Volume, share and partner mix answer different questions and stay apart: how much, of all, of one's own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from model.errors import InputError, as_written, nearest_name

if TYPE_CHECKING:
    from .comparison import Comparison, Row
    from .means import PeriodMeans

HEADLINE = {
    "partnerships.count": "partnerships",
    "output.volume": "works a year",
    "output.share": "share of works",
    "output.mix": "own works",
}
"""Indicator -> what a table calls it. Works are joint works; "own works" of A>B is the part of A's that are with B."""
MUCH = 0.05
"""A pair of other blocs is shown as well where its partnerships differ by more than this share, clearly."""


def half_width(row: Row) -> float | None:
    """Half of the interval of a row: the Monte-Carlo half-width; None for one replicate."""
    return None if row.low is None or row.high is None else 0.5 * (row.high - row.low)


def relative_half_width(row: Row) -> float | None:
    """The half-width as a share of the base's value; None for one replicate or where that value is 0."""
    half = half_width(row)
    return None if half is None or row.baseline_value == 0.0 else half / abs(row.baseline_value)


def headline_pairs(blocs: Sequence[str]) -> tuple[str, ...]:
    """Pairs of the first bloc with the others, and the directed ones of its partner mix."""
    first, *others = blocs
    return (*(f"{first}-{other}" for other in others), *(f"{first}>{other}" for other in others))


def headline_rows(comparison: Comparison, outcomes: Collection[str] = ()) -> list[Row]:
    """The rows that precision is asked of: those of the first bloc's pairs, or of ``outcomes`` ("INDICATOR:PAIR")."""
    if outcomes:
        return [row for row in comparison.rows if f"{row.indicator}:{row.pair}" in outcomes]
    pairs = headline_pairs(comparison.blocs)
    return [row for row in comparison.rows if row.indicator in HEADLINE and row.pair in pairs]


def unmet(comparison: Comparison, precision: float, outcomes: Collection[str] = ()) -> list[Row]:
    """Headline rows whose half-width is more than ``precision`` of the base's value, the furthest first.

    A row whose base is 0 has no such share, and is left out.
    """
    rows = [row for row in headline_rows(comparison, outcomes) if row.baseline_value != 0.0]
    far = {id(row): relative_half_width(row) for row in rows}
    missed = [row for row in rows if not row.identical and not _within(far[id(row)], precision)]
    return sorted(missed, key=lambda row: -(far[id(row)] or float("inf")))


def _within(width: float | None, precision: float) -> bool:
    return width is not None and width <= precision


def shown_rows(comparison: Comparison, scenario: str) -> list[Row]:
    """Rows of a scenario for a table: headline quantities that differ in any replicate, of the pairs that matter.

    These are the pairs of the first bloc, and others whose partnerships differ clearly and by more than `MUCH`.
    """
    rows = [row for row in comparison.rows if row.scenario == scenario]
    pairs = set(headline_pairs(comparison.blocs))
    for row in rows:
        if row.indicator == "partnerships.count" and row.of == "blocs" and row.relative is not None:
            clear = row.low is not None and row.high is not None and (row.low > 0.0 or row.high < 0.0)
            if clear and abs(row.relative) > MUCH:
                pairs.add(row.pair)
    return [row for row in rows if row.indicator in HEADLINE and row.pair in pairs and not row.identical]


def check_outcomes(outcomes: Sequence[str], means: PeriodMeans) -> None:
    """Raise `InputError` unless every "INDICATOR:PAIR" is in the series of the runs."""
    known = [f"{indicator}:{pair}" for means_of in means.by_run[0].values() for indicator, pair in means_of.index]
    for outcome in outcomes:
        if outcome not in known:
            raise InputError(
                f"there is no outcome {as_written(outcome)}",
                where="--outcome",
                nearest=nearest_name(outcome, known),
                allowed="INDICATOR:PAIR, such as output.volume:Russia-West; docs/indicators.md lists the indicators",
            )
