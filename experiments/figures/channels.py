"""Channels: what each instrument brings with and without sanctions in force, and how soon, those with money first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from .differences import signed
from .page import EDGE, PANEL_TITLE, SMALL, WIDTH, Grid, Page, shortened
from .style import FAINT, INK, PALETTE, save, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..comparing.statistics import Interval
    from ..ranking import Channel, Ranking

LINE = 0.21
"""Height of an instrument, inches."""
LABELS = 2.25
"""Room for titles at the left, inches."""
GAP = 0.18
"""Between panels, inches."""
ABOVE, BELOW = 0.26, 0.32
"""Room above and below the panels of a table, inches."""
COLOURS = (PALETTE[0], PALETTE[1])
SHIFT = 0.17
"""How far the dots of two worlds stand from the middle of their line."""
SPREAD = 8.0
"""Largest value against the middle one from which a linear scale would hide all others."""


def draw_channels(folder: Path, found: Ranking) -> list[Path]:
    """Draw a ranking into ``folder / "figures"``; returns the paths."""
    with styled():
        tables = [(budgeted, found.of(found.worlds[0]["key"], budgeted)) for budgeted in (True, False)]
        tables = [(budgeted, rows) for budgeted, rows in tables if rows]
        body = sum(ABOVE + LINE * len(rows) + BELOW for _, rows in tables)
        page = Page(
            Grid(0, 1, 0.0),
            f"Channels between {found.pair}: what each instrument brings when it is added alone",
            f"From {found.start}-01-01 for {found.years} years, against the same world without it; "
            f"{found.replicates} replicates with the same luck",
            _caption(found),
            key=body,
            legend=_legend(found),
        )
        top = page.key_top
        for budgeted, rows in tables:
            top -= ABOVE
            _draw_table(page, found, budgeted, rows, top)
            top -= LINE * len(rows) + BELOW
        return save(page.figure, Path(folder), "channels")


def _caption(found: Ranking) -> list[str]:
    return [
        f"Surviving: new partnerships of the pair in the first {found.years - found.survive} years that lived "
        f"{found.survive} years.",
        "Whiskers: 95 % intervals of the luck of replicates, not of what is assumed (Student's t; ratios: Fieller).",
        "Years to effect: first of two years in a row in which living partnerships differ clearly (bar) and years to half of the "
        "difference at the end (dot).",
        "* and hollow: the size of the main effect is assumed, not measured." if any(c.assumed for c in found.channels) else "",
        "Thin grey: with the main effect at both ends of its range, in the first world." if found.ranges else "",
    ]  # fmt: skip


def _legend(found: Ranking) -> list[Artist]:
    handles: list[Artist] = []
    words = ("with sanctions in force", "without") if len(found.worlds) > 1 else ("",)
    for world, tint, word in zip(found.worlds, COLOURS, words, strict=False):
        label = f"{word}: {world['title']}" if word else world["title"]
        handles.append(Line2D([], [], color=tint, marker="o", ms=4, lw=1.2, label=label))
    return handles


def _draw_table(page: Page, found: Ranking, budgeted: bool, rows: Sequence[Channel], top: float) -> None:
    """Three panels beside each other, an instrument a line; ``top`` in inches from the bottom of the page."""
    height = LINE * len(rows)
    width = (WIDTH - 2 * EDGE - LABELS - 2 * GAP) / 3
    titles = ("Surviving partnerships", "Joint works", "Years to effect")
    heading = "With a budget: for a million" if budgeted else "Without a budget: a year"
    page.text(EDGE, top + 0.05, heading, size=PANEL_TITLE, weight="bold", color=INK, va="bottom")
    for column, title in enumerate(titles):
        left = EDGE + LABELS + column * (width + GAP)
        box = (left / WIDTH, (top - height) / page.height, width / WIDTH, height / page.height)
        axes = page.figure.add_axes(box)
        page.panel_title(axes, title)
        for line, channel in enumerate(rows):
            for place, of in enumerate(found.beside(channel)):
                y = -line + (SHIFT * (0.5 - place) * 2 if len(found.worlds) > 1 else 0.0)
                if column == 2:
                    _draw_soon(axes, of, y, COLOURS[place])
                else:
                    _draw_dot(axes, (of.outcome, of.works_outcome)[column], y, COLOURS[place], of.assumed)
            if column == 0:
                _draw_range(axes, channel, -line)
        _finish(axes, rows, column, found.years)


def _draw_dot(axes: Axes, of: Interval | None, y: float, tint: str, hollow: bool) -> None:
    if of is None:
        return
    if of.low is not None and of.high is not None:
        axes.plot((of.low, of.high), (y, y), color=tint, lw=1.2, solid_capstyle="butt")
    axes.plot((of.value,), (y,), "o", ms=3.6, color=tint, mfc="white" if hollow else tint, mew=1.0)


def _draw_soon(axes: Axes, of: Channel, y: float, tint: str) -> None:
    if of.seen_from is not None:
        axes.plot((of.seen_from,), (y,), "|", ms=5.5, color=tint, mew=1.4)
    if of.half_time is not None:
        axes.plot((of.half_time,), (y,), "o", ms=3.6, color=tint, mfc="white" if of.assumed else tint, mew=1.0)


def _draw_range(axes: Axes, of: Channel, y: float) -> None:
    """The outcome with the main effect at both ends of its range."""
    ends = [end.outcome.value for end in (of.low, of.high) if end is not None and end.outcome is not None]
    if ends:
        everything = [*ends, *([of.outcome.value] if of.outcome else [])]
        axes.plot((min(everything), max(everything)), (y, y), color=FAINT, lw=0.7, zorder=1.0)
        axes.plot(ends, [y] * len(ends), "|", ms=4, color=FAINT, mew=0.8, zorder=1.0)


def _finish(axes: Axes, rows: Sequence[Channel], column: int, years: int) -> None:
    axes.set_ylim(-len(rows) + 0.5, 0.5)
    labels = [shortened(c.title, LABELS - 0.3, SMALL) + (" *" if c.assumed else "") for c in rows]
    axes.set_yticks(range(0, -len(rows), -1), labels=labels if column == 0 else [""] * len(rows), fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=True, lw=0.3)
    axes.grid(axis="x", visible=True)
    axes.spines["left"].set_visible(False)
    if column == 2:
        axes.set_xlim(0, years + 0.3)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        return
    axes.axvline(0.0, color=INK, lw=0.7)
    shown = [abs(of.value) for c in rows for of in ((c.outcome, c.works_outcome)[column],) if of is not None]
    if not shown:
        axes.set_xlim(-1.0, 1.0)
    elif max(shown) > SPREAD * sorted(shown)[len(shown) // 2]:
        _stretch(axes, max(shown))
        return
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: signed(f"{x:,.10g}")))


def _stretch(axes: Axes, largest: float) -> None:
    """A scale that is linear about 0 and logarithmic beyond, for one instrument that dwarfs the others."""
    linear = 10.0 ** (math.floor(math.log10(largest)) - 1)
    low, high = axes.get_xlim()
    axes.set_xscale("symlog", linthresh=linear, linscale=0.6)
    axes.set_xlim(min(low, -0.3 * linear), high)
    ticks = [sign * linear * 10.0**power for sign in (-1.0, 1.0) for power in range(3)]
    axes.set_xticks([0.0, *(tick for tick in ticks if low <= tick <= high)], minor=False)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: signed(f"{x:,.10g}")))
    axes.set_xlabel(f"logarithmic beyond {linear:,.10g}", labelpad=1)
