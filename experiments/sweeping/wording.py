"""What a sweep gave, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .outcomes import RELATIVE, unit_of

if TYPE_CHECKING:
    from .running import SweepResult

UNKNOWN = "-"


def table(result: SweepResult) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: a design point a row, then the median and 90 % interval of each outcome."""
    axes = [axis.name for axis in result.sweep.axes]
    labels = [outcome.label for outcome in result.sweep.outcomes]
    rows = []
    for start in range(0, len(result.summary), len(labels)):
        of_point = result.summary.iloc[start : start + len(labels)]
        levels = [_level(of_point[name].iloc[0]) for name in axes]
        cells = [
            _estimate(median, low, high, unit)
            for median, low, high, unit in zip(
                of_point["median"], of_point["low"], of_point["high"], of_point["unit"], strict=True
            )
        ]
        rows.append([*levels, *cells])
    return [*axes, *labels], rows


def lines(result: SweepResult) -> list[str]:
    """How far each outcome reaches over the design, and what the numbers are."""
    axes = [axis.name for axis in result.sweep.axes]
    said = []
    for outcome in result.sweep.outcomes:
        of_outcome = result.summary[result.summary["outcome"] == outcome.label].dropna(subset="median")
        if of_outcome.empty:
            said.append(f"{outcome.label}: undefined at every design point.")
            continue
        ends = []
        for place in (of_outcome["median"].idxmin(), of_outcome["median"].idxmax()):
            row = of_outcome.loc[place]
            at = ", ".join(f"{name} {_level(row[name])}" for name in axes)
            ends.append(f"{_number(float(row['median']), unit_of(outcome))} ({at})")
        said.append(f"{outcome.label}: medians from {ends[0]} to {ends[1]}.")
    said.append(
        f"{len(result.sweep.points)} design points with {result.sweep.replicates} replicates each; median and 90 % interval over "
        "replicates, which have the same luck at every design point."
    )
    return said


def _level(level: object) -> str:
    return f"{level:g}" if isinstance(level, float) else str(level)


def _estimate(median: float, low: float, high: float, unit: str) -> str:
    """Median, and below it both ends of the interval, in the unit of the median."""
    if median != median:
        return UNKNOWN
    first, last = (_number(value, unit).removesuffix(" %") for value in (low, high))
    return f"{_number(median, unit)}\n[{first}, {last}]"


def _number(value: float, unit: str) -> str:
    if unit == RELATIVE:
        return f"{100 * value:+.1f} %"
    if unit == "share":
        return f"{100 * value:.2f} %"
    return f"{value:,.{0 if abs(value) >= 100 else 2}f}"
