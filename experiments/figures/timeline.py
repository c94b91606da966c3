"""The measures of a scenario on a time axis, a row each, by kind and issuer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from matplotlib.ticker import FuncFormatter, MultipleLocator

from model.clock import year_of
from model.scenario.reach import touched

from .context import Context, Pair
from .key import HEADINGS
from .page import SMALL, Grid, Page, shortened
from .style import FAINT, INK, SHADE, styled, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from model.scenario import Measure, Scenario

LINE = 0.128
"""Height of a row, inches."""
LABELS = 3.72
"""Room for issuers and titles at the left of the panel, inches."""
ISSUERS = 0.92
"""Part of it for issuers."""
BAR = 0.62
"""Height of a bar, of a row."""
THIN = 0.16
"""Height of a bar whose strength is nothing yet, of a row."""
MANY = "#4D4D4D"
"""Colour of measures that concern several pairs of blocs."""
LETTERS = {"freeze_new": "F", "no_renewal": "N", "terminate": "T"}
"""Mode -> letter at the beginning of a bar."""
MONEY, FOUNDED, PLAN = "$", "+", "%"
"""How partnerships come about that a measure makes itself."""


@dataclass(frozen=True)
class Row:
    """A heading, or a measure."""

    heading: str = ""
    measure: Measure | None = None
    repeats: bool = False  # whether the row above has the same issuer


def rows_of(scenario: Scenario) -> list[Row]:
    """Measures by kind, in it by issuer, those of an issuer by date; issuers in the order of their first measure."""
    rows: list[Row] = []
    for group, heading in HEADINGS.items():
        members = [m for m in scenario.measures.values() if m.group == group]
        first = {m.issuer: min(o.start for o in members if o.issuer == m.issuer) for m in members}
        members.sort(key=lambda m: (first[m.issuer], m.issuer, m.start, m.title))
        if members:
            rows.append(Row(heading=heading))
        rows += [Row(measure=m, repeats=k > 0 and members[k - 1].issuer == m.issuer) for k, m in enumerate(members)]
    return rows


def draw_timeline(scenario: Scenario, path: Path) -> None:
    """Draw the timeline of a scenario into one file, PNG or SVG by its suffix; a scenario without measures has an empty one."""
    context = Context(scenario)
    rows = rows_of(scenario)
    with styled():
        page = Page(
            Grid(1, 1, LINE * max(4, len(rows)), above=(0.22,), left=LABELS, right=0.1),
            f"{context.title}: measures",
            "Rows by kind and issuer. Colour: the partnerships that they concern",
            _caption(scenario),
            legend=_legend(context),
        )
        _draw(page, context, rows)
        write(page.figure, path)


def span(scenario: Scenario) -> tuple[float, float]:
    """First and last year of the axis: what is shown, and all measures that begin after it."""
    begins = [year_of(m.start) for m in scenario.measures.values()]
    first = np.floor(year_of(scenario.time.show_from)) - 1.0
    return float(first), float(np.ceil(max([year_of(scenario.time.end), *(b + 1.0 for b in begins)])) + 0.5)


def _draw(page: Page, context: Context, rows: Sequence[Row]) -> None:
    axes, scenario = page.axes[0], context.scenario
    left, right = span(scenario)
    axes.set_xlim(left, right)
    axes.set_ylim(max(1, len(rows)), 0.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    step = 5.0 if right - left > 18 else 2.0
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_minor_locator(MultipleLocator(1.0))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0f}"))
    axes.tick_params(axis="x", which="both", top=True, labeltop=True)
    _shade(axes, context)
    if not rows:
        page.empty(axes, "no measures")
    for place, row in enumerate(rows):
        if row.measure is None:
            _text(axes, 0.0, place + 0.62, row.heading, weight="bold", size=7.0)
            axes.axhline(place + 0.04, color="#D9D9D9", lw=0.6, xmin=-LABELS / page.grid.width, clip_on=False)
            continue
        measure = row.measure
        colour = FAINT if not _acts(measure) else INK
        if not row.repeats and measure.issuer:
            _text(axes, 0.0, place + 0.5, shortened(measure.issuer, ISSUERS - 0.06), color=colour)
        _text(axes, ISSUERS, place + 0.5, shortened(measure.title, LABELS - ISSUERS - 0.08), color=colour)
        _bar(axes, measure, place, _colour(measure, context), page.grid.width)


def _text(axes: Axes, inches: float, row: float, text: str, *, size: float = SMALL, **how: object) -> None:
    """Text ``inches`` right of the left edge of the labels, in the middle of a row."""
    axes.annotate(
        text, (0.0, row), xytext=(72 * (inches - LABELS), 0.0), xycoords=("axes fraction", "data"),
        textcoords="offset points", ha="left", va="center", fontsize=size, annotation_clip=False, **how,  # type: ignore[arg-type]
    )  # fmt: skip


def _bar(axes: Axes, measure: Measure, place: int, colour: str, width: float) -> None:
    """One measure: a line while it lags, a wedge while it grows, a bar while it is in force, an arrow where it goes on."""
    left, right = axes.get_xlim()
    middle = place + 0.5
    begins = year_of(measure.start)
    starts = begins + measure.lag_years
    ends = right if measure.end is None else year_of(measure.end) + measure.lag_years
    grown = min(starts + measure.ramp_years, ends)
    acts = _acts(measure)
    if measure.lag_years > 0.0:
        axes.plot([max(begins, left), min(starts, right)], [middle] * 2, color=colour, lw=0.7, solid_capstyle="butt")
    axes.plot([begins] * 2, [middle - 0.5 * BAR, middle + 0.5 * BAR], color=colour, lw=0.9, solid_capstyle="butt")
    if starts < right:
        low = THIN if measure.ramp_years > 0.0 else BAR
        share = (grown - starts) / measure.ramp_years if measure.ramp_years > 0.0 else 1.0
        high = low + (BAR - low) * share
        corners = [(starts, low), (grown, high), (ends, high if grown >= ends else BAR)]
        outline = [(x, middle - 0.5 * h) for x, h in corners] + [(x, middle + 0.5 * h) for x, h in reversed(corners)]
        axes.add_patch(
            Polygon(
                outline, closed=True, lw=0.6, ec=colour, fc=colour if acts else "white",
                alpha=(0.35 + 0.5 * min(1.0, measure.strength)) if acts else 0.8, zorder=2,
            )
        )  # fmt: skip
    if ends >= right:
        axes.plot([1.004], [middle], marker=">", ms=2.6, color=colour, mew=0, clip_on=False, ls="none",
                  transform=axes.get_yaxis_transform())  # fmt: skip
    if begins < left:
        axes.plot([0.0], [middle], marker="<", ms=2.6, color=colour, mew=0, clip_on=False, ls="none",
                  transform=axes.get_yaxis_transform())  # fmt: skip
    letter = letters_of(measure)
    if letter:
        at = max(min(begins, right), left) - 0.03 / width * (right - left)
        axes.text(at, middle + 0.04, letter, ha="right", va="center", fontsize=4.8, color=colour, fontweight="bold",
                  clip_on=begins < left)  # fmt: skip


def letters_of(measure: Measure) -> str:
    """Mode of a measure, and how it makes partnerships itself, in a letter each."""
    projects = measure.projects
    made = "" if projects is None else MONEY if projects.budget > 0.0 else PLAN if projects.share > 0.0 else FOUNDED
    return LETTERS.get(measure.mode, "") + made


def _acts(measure: Measure) -> bool:
    return measure.enabled and measure.strength > 0.0


def _pairs(measure: Measure, context: Context) -> list[Pair]:
    first, second = touched(measure.from_, context.tables), touched(measure.to, context.tables)
    return [p for p in context.pairs() if (p.a in first and p.b in second) or (p.b in first and p.a in second)]


def _colour(measure: Measure, context: Context) -> str:
    """Colour of the pair of blocs that a measure concerns."""
    pairs = _pairs(measure, context)
    return context.pair_colours[pairs[0].name] if len(pairs) == 1 else MANY


def _shade(axes: Axes, context: Context) -> None:
    """What is beyond the data, and beyond the run."""
    _, right = axes.get_xlim()
    for a, b in context.projected_spans(frozenset(context.blocs)):
        axes.axvspan(a, b, color=SHADE, lw=0, zorder=0.1)
    end = year_of(context.scenario.time.end)
    if end < right:
        axes.axvline(end, color=INK, lw=0.7, ls=(0, (4, 2)), zorder=0.9)


def _legend(context: Context) -> list[Artist]:
    """Colours of the pairs that are there, and the marks."""
    measures = list(context.scenario.measures.values())
    found = [_pairs(m, context) for m in measures]
    there = {pairs[0].name for pairs in found if len(pairs) == 1}
    handles: list[Artist] = [
        Patch(fc=context.pair_colours[p.name], label=p.title) for p in context.pairs() if p.name in there
    ]
    if any(len(pairs) != 1 for pairs in found):
        handles.append(Patch(fc=MANY, label="several pairs"))
    if any(not _acts(m) for m in measures):
        handles.append(Patch(fc="white", ec=FAINT, lw=0.6, label="does nothing by itself"))
    handles += context.projected_handles()
    if year_of(context.scenario.time.end) < span(context.scenario)[1]:
        handles.append(Line2D([], [], color=INK, lw=0.7, ls=(0, (4, 2)), label="end of the run"))
    return handles


def _caption(scenario: Scenario) -> list[str]:
    """What the marks mean, as far as they are there."""
    measures = list(scenario.measures.values())
    letters = "".join(letters_of(m) for m in measures)
    meanings = {
        "F": "F: no new partnerships", "N": "N: none renewed", "T": "T: running ones end", MONEY: "$: pays projects",
        PLAN: "%: assigns opportunities by plan", FOUNDED: "+: founds partnerships",
    }  # fmt: skip
    said = "; ".join(text for letter, text in meanings.items() if letter in letters)
    return [
        "A thin line: no effect yet (lag); a wedge: growing; pale: a part of its strength." if measures else "",
        f"{said}." if said else "",
        "Hollow: switched off, or in force before the data and so in the calibrated affinities."
        if any(not _acts(m) for m in measures)
        else "",
        "An arrow: goes on." if measures else "",
    ]
