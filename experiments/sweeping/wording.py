"""What a sweep gave, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..plurals import counted
from .outcomes import RELATIVE, unit_of

if TYPE_CHECKING:
    from .result import SweepResult

UNKNOWN = "-"


def table(result: SweepResult) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: a design point a row, with the median and 90 % interval of each outcome; or an outcome a row."""
    return _by_point(result) if result.tabular else _by_outcome(result)


def lines(result: SweepResult) -> list[str]:
    """How far each outcome reaches over the design, and what the numbers are."""
    said = _reach(result) if result.tabular else []
    said.append(f"{design_line(result)}{_what(result)}.")
    if result.failed:
        many = counted(result.failed, "run")
        said.append(f"{many} of {len(result.dataset.span):,} failed; `comity status {result.dataset.folder}` says why.")
    if result.dataset.shard:
        span = result.dataset.span
        said.append(
            f"A shard, runs {span.first}:{span.end} of {result.dataset.identity['runs']:,}: "
            "`comity merge SHARD... --out DIR` puts it together with the others."
        )
    else:
        luck = ", and how much is luck" if result.tabular else ""
        said.append(f"`comity analyse {result.dataset.folder}` says what the outcomes hang on{luck}.")
    return said


def design_line(result: SweepResult) -> str:
    """How many points and replicates."""
    return f"{counted(result.points, 'design point')} with {counted(result.replicates, 'replicate')} each"


def _what(result: SweepResult) -> str:
    if result.tabular:
        return "; median and 90 % interval over replicates, which have the same luck at every design point"
    return "; means over replicates, which have the same luck at every design point"


def _by_point(result: SweepResult) -> tuple[list[str], list[list[str]]]:
    rows = []
    for start in range(0, len(result.summary), len(result.labels)):
        of_point = result.summary.iloc[start : start + len(result.labels)]
        levels = [_level(of_point[name].iloc[0]) for name in result.factors]
        cells = [
            _estimate(median, low, high, unit)
            for median, low, high, unit in zip(
                of_point["median"], of_point["low"], of_point["high"], of_point["unit"], strict=True
            )
        ]
        rows.append([*levels, *cells])
    return [*result.factors, *result.labels], rows


def _by_outcome(result: SweepResult) -> tuple[list[str], list[list[str]]]:
    rows = [
        [row["outcome"], *(_value(row[key], row["unit"]) for key in ("low", "median", "high")), f"{row['points']:,}"]
        for row in result.spread
    ]
    return ["outcome", "lowest", "median", "highest", "design points"], rows


def _reach(result: SweepResult) -> list[str]:
    said = []
    for outcome in result.file.outcomes:
        of_outcome = result.summary[result.summary["outcome"] == outcome.label].dropna(subset="median")
        if of_outcome.empty:
            said.append(f"{outcome.label}: undefined at every design point.")
            continue
        ends = []
        for place in (of_outcome["median"].idxmin(), of_outcome["median"].idxmax()):
            row = of_outcome.loc[place]
            at = ", ".join(f"{name} {_level(row[name])}" for name in result.factors)
            ends.append(f"{number(float(row['median']), unit_of(outcome))} ({at})")
        said.append(f"{outcome.label}: medians from {ends[0]} to {ends[1]}.")
    return said


def _level(level: object) -> str:
    if level is None or level != level:
        return UNKNOWN
    return f"{level:g}" if isinstance(level, float) else str(level)


def _estimate(median: float, low: float, high: float, unit: str) -> str:
    """Median, and below it both ends of the interval, in the unit of the median."""
    if median != median:
        return UNKNOWN
    first, last = (number(value, unit).removesuffix(" %") for value in (low, high))
    return f"{number(median, unit)}\n[{first}, {last}]"


def _value(value: float | None, unit: str) -> str:
    return UNKNOWN if value is None else number(value, unit)


def number(value: float, unit: str) -> str:
    """A value of an outcome with its unit, as tables have it."""
    if unit == RELATIVE:
        return f"{100 * value:+.1f} %"
    if unit == "share":
        return f"{100 * value:.2f} %"
    return f"{value:,.{0 if abs(value) >= 100 else 2}f}"
