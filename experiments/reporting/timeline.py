"""Measures on a time axis, as an SVG that stands in the page: a row a measure, by group, from its start to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from model.clock import year_of

from .measures import GROUPS

if TYPE_CHECKING:
    from .measures import Told

COLOURS = {"restriction": "#C4501B", "incentive": "#0072B2", "context": "#6E7681"}
"""Vermilion, blue and grey: colour-blind readers tell them apart, and the rows stand under headings besides."""
WIDTH, LABELS, ROW, HEAD = 880.0, 372.0, 19.0, 24.0
LONGEST = 58
"""Characters of a title that are shown."""


def timeline(measures: Sequence[Told], start: date, end: date, projected_from: float | None = None) -> str:
    """An SVG of measures between two days; empty without measures.

    A bar is as long as the measure is in force; its height grows over the ramp; an arrow goes on beyond the end. Where
    ``projected_from`` (a year) is before the end, what comes after is shaded: national inputs are assumed there.
    """
    if not measures:
        return ""
    first, last = year_of(start), year_of(end)
    scale = (WIDTH - LABELS - 12.0) / (last - first)

    def x(year: float) -> float:
        return LABELS + (min(max(year, first), last) - first) * scale

    rows, parts = 0.0, []
    body_top = 26.0
    for group, heading in GROUPS.items():
        own = [measure for measure in measures if measure.group == group]
        if not own:
            continue
        y = body_top + rows + HEAD - 8.0
        parts.append(f'<text class="tl-head" x="0" y="{y:.1f}" fill="{COLOURS[group]}">{heading}</text>')
        rows += HEAD
        for measure in own:
            parts.append(_row(measure, body_top + rows, x, last))
            rows += ROW
    height = body_top + rows + 6.0
    axis = _axis(first, last, x, height)
    shade = ""
    if projected_from is not None and projected_from < last:
        at = x(projected_from)
        shade = (
            f'<rect x="{at:.1f}" y="20" width="{WIDTH - 12 - at:.1f}" height="{height - 24:.1f}" fill="#F4F0E4"/>'
            f'<text class="tl-note" x="{at + 4:.1f}" y="{height - 2:.1f}">inputs assumed</text>'
        )
    title = f"Timeline of {len(measures)} measures, {start:%Y} to {end.year if end.month > 1 else end.year - 1}"
    return (
        f'<svg class="timeline" viewBox="0 0 {WIDTH:.0f} {height + 4:.0f}" role="img" aria-label="{escape(title)}; '
        f'the table below has the same measures with their dates.">{shade}{axis}{"".join(parts)}</svg>'
    )


def _axis(first: float, last: float, x: Callable[[float], float], height: float) -> str:
    step = next(s for s in (1, 2, 5, 10, 20) if (last - first) / s <= 9)
    parts = []
    year = int(-(-first // step) * step)
    while year <= last:
        at = x(float(year))
        parts.append(
            f'<line x1="{at:.1f}" y1="20" x2="{at:.1f}" y2="{height - 4:.1f}" stroke="#E3E6EA"/>'
            f'<text class="tl-year" x="{at:.1f}" y="13" text-anchor="middle">{year}</text>'
        )
        year += step
    return "".join(parts)


def _row(measure: Told, top: float, x: Callable[[float], float], last: float) -> str:
    """Title, and the bar with its ramp; a measure that ended before the axis begins is not drawn, only told."""
    begins = year_of(measure.start) + measure.lag_years
    over = last + 1.0 if measure.end is None else year_of(measure.end) + measure.lag_years
    a, b = x(begins), x(over)
    full = x(min(over, begins + measure.ramp_years))
    colour = COLOURS[measure.group]
    low, mid = top + 14.0, top + 4.0
    title = measure.title if len(measure.title) <= LONGEST else f"{measure.title[: LONGEST - 1].rstrip()}…"
    text = (
        f'<text class="tl-title" x="0" y="{top + 12:.1f}">{escape(title)}<title>{escape(measure.title)}</title></text>'
    )
    announced = x(year_of(measure.start))
    lag = (
        f'<line x1="{announced:.1f}" y1="{low - 1:.1f}" x2="{a:.1f}" y2="{low - 1:.1f}" stroke="{colour}" '
        'stroke-width="1.5" stroke-dasharray="2 2"/>'
        if a > announced
        else ""
    )
    width = max(b - a, 2.0)
    ramp = min(full - a, width)
    points = f"{a:.1f},{low:.1f} {a + ramp:.1f},{mid:.1f} {a + width:.1f},{mid:.1f} {a + width:.1f},{low:.1f}"
    if ramp <= 0.0:
        points = f"{a:.1f},{mid:.1f} {a + width:.1f},{mid:.1f} {a + width:.1f},{low:.1f} {a:.1f},{low:.1f}"
    opacity = {"restriction": "0.85", "incentive": "0.85", "context": "0.6"}[measure.group]
    bar = f'<polygon points="{points}" fill="{colour}" opacity="{opacity}"/>' if over > begins else ""
    arrow = (
        f'<path d="M{b + 2:.1f} {mid + 1:.1f} l5 4 l-5 4 z" fill="{colour}"/>' if over > last and begins < last else ""
    )
    rule = f'<line x1="0" y1="{top + 17:.1f}" x2="{WIDTH:.0f}" y2="{top + 17:.1f}" stroke="#F0F2F4"/>'
    ticks = "".join(
        f'<line x1="{x(year_of(day)):.1f}" y1="{top + 2:.1f}" x2="{x(year_of(day)):.1f}" y2="{low + 2:.1f}" '
        'stroke="#1B2127" stroke-width="1.6"/>'
        for day in measure.other_dates
        if year_of(day) <= last
    )
    return rule + text + lag + bar + arrow + ticks
