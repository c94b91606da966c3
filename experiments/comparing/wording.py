"""A comparison as text: the rows of its table, and paragraphs made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .comparison import Comparison, Compensation, Row

QUANTITIES = {
    "output.volume": "works a year",
    "output.share": "share of works",
    "partnerships.count": "partnerships",
}
"""Indicator -> what a reader calls it; works are joint works, their share is that of all joint works."""
UNKNOWN = "-"
POINTS, SHORT = " points", " pts"
"""Unit of differences between shares, in a sentence and in the table."""


def table(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of text of the pairs of blocs; a pair, quantity and period in which nothing differs is left out.

    With several scenarios, each begins with a row that names it.
    """
    headings = ["pair", "", "period", comparison.baseline, "difference", f"{100 * comparison.level:.0f} % interval"]
    headings += ["Monte-Carlo\nerror", "replicates\nneeded"]
    rows = []
    above = ("", "", "")
    for row in _by_pair(comparison):
        here = (row.scenario, row.pair, row.indicator)
        if row.scenario != above[0] and len(comparison.scenarios) > 1:
            rows.append([row.scenario, *[""] * (len(headings) - 1)])
        rows.append(
            [
                "" if here[:2] == above[:2] else row.pair,
                "" if here == above else QUANTITIES[row.indicator],
                row.period,
                _value(row, row.baseline_value),
                _change(row, row.difference, SHORT),
                _interval(row),
                UNKNOWN if row.mc_error is None else _change(row, row.mc_error, SHORT).lstrip("+"),
                UNKNOWN if row.needed is None else f"{row.needed:,}",
            ]
        )
        above = here
    return headings, rows


def _by_pair(comparison: Comparison) -> list[Row]:
    """Rows to print: by scenario, pair and quantity, periods below each other."""
    rows = [row for row in comparison.rows if row.of == "blocs" and not row.identical]
    scenario = {name: place for place, name in enumerate(comparison.scenarios)}
    pair = {name: place for place, name in enumerate(dict.fromkeys(row.pair for row in comparison.rows))}
    quantity = {name: place for place, name in enumerate(QUANTITIES)}
    return sorted(rows, key=lambda row: (scenario[row.scenario], pair[row.pair], quantity[row.indicator]))


def lines(comparison: Comparison) -> list[str]:
    """Paragraphs: what differs, what is made up for, how sure it is, and notes."""
    said = []
    for scenario in comparison.scenarios:
        said += _of_scenario(comparison, scenario)
    if comparison.replicates == 1:
        said.append("One replicate: intervals, Monte-Carlo errors and compensation ratios are not defined.")
    else:
        said += _precision(comparison)
    return [*said, *(f"Note: {note}." for note in comparison.notes)]


def _of_scenario(comparison: Comparison, scenario: str) -> list[str]:
    rows = [row for row in comparison.rows if row.scenario == scenario]
    own = [row for row in rows if row.of == "blocs"]
    differing = [period for period in comparison.periods if any(r.period == period and not r.identical for r in own)]
    same = [period for period in dict.fromkeys(row.period for row in rows) if period not in differing]
    said = []
    if same:
        said.append(f"In {', '.join(same)} no replicate of {scenario} differs from {comparison.baseline}.")
    if not differing:
        return said
    last = differing[-1]
    first_bloc = [f"{comparison.blocs[0]}-{bloc}" for bloc in comparison.blocs[1:]]
    said.append(f"{scenario} against {comparison.baseline}, {last}:")
    for pair in first_bloc:
        of_pair = [row for row in own if row.period == last and row.pair == pair]
        if of_pair:
            said.append(f"  {pair}: {', '.join(map(_clause, of_pair))}.")
    for period in differing:
        ratios = [c for c in comparison.compensation if c.scenario == scenario and c.period == period]
        if ratios and comparison.replicates > 1:
            said.append(_made_up(ratios, comparison.level))
    return said


def _clause(row: Row) -> str:
    """One difference in words."""
    share = row.indicator == "output.share"
    percent = "" if row.relative is None or share else f"{100 * row.relative:+z.1f} %"
    ends = "" if row.low is None else _interval(row, POINTS)
    detail = f" ({'; '.join(filter(None, (percent, ends)))})" if percent or ends else ""
    if row.low is not None and row.high is not None and row.low <= 0.0 <= row.high:
        return f"no clear difference in {QUANTITIES[row.indicator]}{detail}"
    amount = _change(row, abs(row.difference), POINTS).lstrip("+")
    if share:
        return f"a share of works {amount} {'higher' if row.difference > 0 else 'lower'}{detail}"
    return f"{amount} {'more' if row.difference > 0 else 'fewer'} {QUANTITIES[row.indicator]}{detail}"


def _made_up(ratios: Sequence[Compensation], level: float) -> str:
    """Compensation ratios of a period, and what they mean."""
    first = ratios[0]
    found = [text for text in map(_ratio, ratios) if text]
    if not found:
        return f"Compensation ratio, {first.period}: undefined, {first.reason}."
    against = first.baseline if first.lost_in == first.scenario else first.scenario
    return (
        f"Compensation ratio, {first.period}: {first.lost_in} has {first.loss:,.0f} fewer {first.lost_pair} partnerships "
        f"than {against}; for each of these, {', '.join(found)}; {100 * level:.0f} % intervals after Fieller."
    )


def _ratio(found: Compensation) -> str:
    """A ratio with its interval and what it means; empty where it is undefined."""
    if found.ratio is None or found.low is None or found.high is None:
        return ""
    reading = "makes up for a part" if found.low > 0.0 else "falls as well" if found.high < 0.0 else "not clear of zero"
    return f"{found.pair} changes by {found.ratio:+.2f} ({found.low:+.2f} to {found.high:+.2f}: {reading})"


def _precision(comparison: Comparison) -> list[str]:
    """What pairing saved, and how many replicates the wanted precision takes."""
    rows = [row for row in comparison.rows if row.of == "blocs" and not row.identical]
    factors = sorted(row.variance_reduction for row in rows if row.variance_reduction is not None)
    said = ["Intervals are of means over replicates: they show luck, not what is unknown of parameters and effects."]
    if factors:
        said.append(
            f"Common random numbers divide the variance of these differences by {_factor(median(factors))} "
            f"(median; {_factor(factors[0])} to {_factor(factors[-1])})."
        )
    wanted = [row for row in rows if row.needed is not None and row.pair.startswith(f"{comparison.blocs[0]}-")]
    if wanted:
        most = max(wanted, key=lambda row: row.needed or 0)
        said.append(
            f"{comparison.replicates} replicates were run; an interval of {100 * comparison.precision:g} % of "
            f"{comparison.baseline}'s value to each side takes up to {most.needed:,} ({most.pair}, "
            f"{QUANTITIES[most.indicator]}, {most.period})."
        )
    return said


def _factor(value: float) -> str:
    return f"{value:,.{0 if value >= 10.0 else 1}f}"


def _value(row: Row, value: float) -> str:
    return f"{100 * value:.2f} %" if row.unit == "share" else f"{value:,.{0 if abs(value) >= 100.0 else 1}f}"


def _change(row: Row, value: float, points: str) -> str:
    """A difference with its sign, with digits enough for what is compared; shares in percentage points."""
    scale = 100.0 if row.unit == "share" else 1.0
    largest = scale * max(abs(row.difference), abs(row.low or 0.0), abs(row.high or 0.0))
    digits = (2 if largest >= 0.1 else 3) if row.unit == "share" else (0 if largest >= 10.0 else 1)
    return f"{scale * value:+z,.{digits}f}" + (points if row.unit == "share" else "")


def _interval(row: Row, points: str = "") -> str:
    """Both ends, with their unit once."""
    if row.low is None or row.high is None:
        return UNKNOWN
    return f"{_change(row, row.low, '')} to {_change(row, row.high, points)}"
