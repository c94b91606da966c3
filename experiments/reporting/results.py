"""Results in words and rows: of a run before and after, of a comparison every difference with its interval drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..comparing.headline import HEADLINE
from ..comparing.wording import change_text, interval_text, ordered, tell, value_text

if TYPE_CHECKING:
    from ..comparing import Comparison, Row
    from ..results.summary import Estimate, Summary
    from .sources import Source

QUANTITIES = {
    "partnerships.count": "partnerships",
    "output.volume": "joint works a year",
    "output.share": "share of all joint works",
    "output.mix": "part of its own joint works",
}
MINUS = "\u2212"
EN_DASH = "\u2013"
WIDTH, HEIGHT = 150.0, 14.0
"""Size of the drawing of an interval, CSS pixels."""


@dataclass(frozen=True)
class DifferenceRow:
    """A row of the table of a comparison."""

    pair: str
    quantity: str
    period: str
    base: str
    difference: str
    relative: str
    interval: str
    needed: str
    clear: bool
    glyph: str
    begins: bool  # whether a pair begins here


@dataclass(frozen=True)
class ScenarioResults:
    """What a scenario changes against the base."""

    name: str
    title: str
    question: str
    same: str
    period: str
    pairs: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    rows: tuple[DifferenceRow, ...]


@dataclass(frozen=True)
class ChangeRow:
    """A row of the table of a run: before, after, change, and what was observed."""

    pair: str
    quantity: str
    before: str
    after: str
    change: str
    observed: str
    begins: bool


def signed(text: str) -> str:
    """Numbers with a proper minus, spans with a dash."""
    return text.replace("-", MINUS)


def span(period: str) -> str:
    """A period with a dash."""
    return period.replace("-", EN_DASH)


def of_comparison(source: Source) -> list[ScenarioResults]:
    """Every scenario against the base."""
    comparison = source.comparison
    questions = {scenario.name: scenario.question for scenario in source.scenarios}

    def named(name: str) -> str:
        return f"“{comparison.titles.get(name, name)}”"

    found = []
    for scenario in comparison.scenarios:
        rows = [row for row in ordered(comparison) if row.scenario == scenario]
        told = tell(comparison, scenario, named)
        found.append(
            ScenarioResults(
                name=scenario,
                title=comparison.titles.get(scenario, scenario),
                question=questions.get(scenario, ""),
                same=dashed(told.same),
                period=span(told.period),
                pairs=tuple((span(pair), dashed(text)) for pair, text in told.pairs),
                remarks=tuple(dashed(text) for text in (told.unclear, *told.remarks) if text),
                rows=tuple(_difference_rows(comparison, rows)),
            )
        )
    return found


def dashed(text: str) -> str:
    """Minus signs before numbers, dashes in spans of years; hyphens of names stay."""
    text = re.sub(r"(?<![\w-])-(?=\d)", MINUS, text)
    text = re.sub(r"\b(\d{4})-(\d{4})\b", rf"\1{EN_DASH}\2", text)
    return text.replace("'", "\u2019")


def _difference_rows(comparison: Comparison, rows: Sequence[Row]) -> list[DifferenceRow]:
    reach: dict[str, float] = {}
    for row in rows:
        ends = [abs(end * _scale(row)) for end in (row.difference, row.low, row.high) if end is not None]
        reach[row.indicator] = max(reach.get(row.indicator, 0.0), *ends)
    made, above = [], ("", "")
    for row in rows:
        pair = row.pair.replace(">", "-")
        clear = row.low is not None and row.high is not None and (row.low > 0.0 or row.high < 0.0)
        relative = "" if row.relative is None or row.unit == "share" else f"{100 * row.relative:+.1f} %"
        quantity = QUANTITIES.get(row.indicator, HEADLINE.get(row.indicator, row.indicator))
        if row.indicator == "output.mix":
            quantity = f"part of {row.pair.split('>')[0]}\u2019s own joint works"
        made.append(
            DifferenceRow(
                pair=span(pair) if pair != above[0] else "",
                quantity=quantity if (pair, row.indicator) != above else "",
                period=span(row.period),
                base=value_text(row, row.baseline_value),
                difference=signed(change_text(row, row.difference, " points")),
                relative=signed(relative),
                interval=signed(interval_text(row)) if row.low is not None else "not defined",
                needed="" if row.needed is None else f"{row.needed:,}",
                clear=clear,
                glyph=_glyph(row, reach[row.indicator]),
                begins=pair != above[0],
            )
        )
        above = (pair, row.indicator)
    return made


def _scale(row: Row) -> float:
    """To per cent of the base, or percentage points."""
    if row.unit == "share":
        return 100.0
    return 100.0 / abs(row.baseline_value) if row.baseline_value else 0.0


def _glyph(row: Row, reach: float) -> str:
    """An interval drawn on an axis from -reach to +reach; the numbers stand beside it, so that readers aloud skip it."""
    middle = 0.5 * WIDTH
    per_unit = (middle - 6.0) / reach * _scale(row) if reach > 0.0 else 0.0

    def x(value: float) -> float:
        return middle + per_unit * value

    clear = row.low is not None and row.high is not None and (row.low > 0.0 or row.high < 0.0)
    colour = "#0072B2" if clear else "#8A929B"
    bar = ""
    if row.low is not None and row.high is not None:
        bar = (
            f'<line x1="{x(row.low):.1f}" y1="7" x2="{x(row.high):.1f}" y2="7" stroke="{colour}" stroke-width="3" '
            'stroke-linecap="round" opacity="0.55"/>'
        )
    return (
        f'<svg class="glyph" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
        'aria-hidden="true" focusable="false">'
        f'<line x1="0" y1="7" x2="{WIDTH:.0f}" y2="7" stroke="#E3E6EA"/>'
        f'<line x1="{middle:.1f}" y1="0" x2="{middle:.1f}" y2="{HEIGHT:.0f}" stroke="#4D555E"/>'
        f'{bar}<circle cx="{x(row.difference):.1f}" cy="7" r="3" fill="{colour}"/></svg>'
    )


# --- one run ------------------------------------------------------------------------------------------------------


def of_run(summary: Summary) -> tuple[list[ChangeRow], list[tuple[str, str]]]:
    """Rows and sentences of a run: the first bloc's pairs before and after."""
    rows, sentences = [], []
    above = ""
    for row in summary.rows:
        form = _share if row.quantity == "share" else _count
        seen = ""
        if row.observed_before is not None and row.observed_after is not None:
            seen = f"{form(row.observed_before)} → {form(row.observed_after)}"
            if row.observed_change is not None:
                seen += f" ({signed(f'{100 * row.observed_change:+.0f} %')})"
        rows.append(
            ChangeRow(
                pair=span(row.pair) if row.pair != above else "",
                quantity=QUANTITIES["output.share" if row.quantity == "share" else "output.volume"],
                before=_estimate(row.before, form),
                after=_estimate(row.after, form),
                change=_estimate(row.change, _change),
                observed=seen or EN_DASH,
                begins=row.pair != above,
            )
        )
        above = row.pair
        if row.quantity == "volume" and row.before.median is not None and row.after.median is not None:
            said = _sentence(summary, row.before, row.after, row.change, row.observed_change)
            sentences.append((span(row.pair), said))
    return rows, sentences


def _sentence(summary: Summary, before: Estimate, after: Estimate, change: Estimate, observed: float | None) -> str:
    first, second = (f"{a}{EN_DASH}{b}" for a, b in (summary.before, summary.after))
    said = (
        f"{_count(before.median)} joint works a year in {first}, {_count(after.median)} in {second}, "
        f"a change of {_change(change.median)}"
    )
    if change.low is not None and change.high is not None:
        said += f" (90 % of replicates: {_change(change.low)} to {_change(change.high)})"
    if observed is not None:
        said += f"; observed: {_change(observed)}"
        if change.low is not None and change.high is not None:
            inside = change.low <= observed <= change.high
            said += ", inside that range" if inside else ", outside that range"
    return said + "."


def _estimate(estimate: Estimate, form: Callable[[float | None], str]) -> str:
    text = form(estimate.median)
    if estimate.low is None:
        return text
    return f"{text} ({form(estimate.low).removesuffix(' %')} to {form(estimate.high)})"


def _count(value: float | None) -> str:
    return EN_DASH if value is None else f"{value:,.0f}"


def _share(value: float | None) -> str:
    return EN_DASH if value is None else f"{100 * value:.1f} %"


def _change(value: float | None) -> str:
    return EN_DASH if value is None else signed(f"{100 * value:+.0f} %")
