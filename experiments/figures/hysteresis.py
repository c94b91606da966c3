"""What comes back after restrictions were lifted: both paths, and the gap below, partnerships and joint works apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from model.clock import year_of

from . import bands
from .arms import BASE
from .context import Context
from .labels import label_ends, label_room
from .page import SMALL, Grid, Page
from .style import FAINT, INK, SHADE, colour, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..shocks import Crossing, Hysteresis

LEAD_YEARS = 2.0
"""Years that are shown before the first restriction begins."""
LEVEL = 0.1
"""Gap at which 90 % are back."""
RATIO_TICKS = FuncFormatter(lambda y, _: f"{100 * y:.0f} %")


def draw_hysteresis(
    folder: Path, base: Context, other: Context, found: Sequence[Hysteresis], beside: Sequence[str]
) -> list[Path]:
    """Draw the gap of one pair, its partnerships and its works, into ``folder / "figures"``; returns the paths.

    ``base`` and ``other`` are the scenarios, ``beside`` sentences on what else the two differ in.
    """
    lifting, pair = found[0].lifting, found[0].pair
    names = [lifting.baseline, lifting.scenario]
    begun = min(other.scenario.measures[name].start for name in lifting.measures)
    first = max(base.shown[0], other.shown[0], math.floor(year_of(begun) - LEAD_YEARS))
    last = min(base.shown[1], other.shown[1])
    tints = (BASE, colour(0))
    page = Page(
        Grid(2 * len(found), len(found), 1.42, above=(0.26, 0.52), left=0.5, right=label_room(names), below=0.24),
        f"What comes back: {pair.replace('-', ' – ')} after {len(lifting.measures)} restrictions are lifted",
        f"{other.title}, against {base.title}",
        [
            bands.fan_words(found[0].replicates, other.spread, inner=False),
            "Gap: 1 less the mean over the mean of the base, with Fieller's 95 % interval over replicates with the same luck; "
            "points: 1, 3, 5 and 10 years after. It is what the two runs differ by; nothing of it is put in.",
            *beside,
        ],
        legend=[
            Line2D([], [], color=tints[0], lw=1.6, label=base.title),
            Line2D([], [], color=tints[1], lw=1.6, label=other.title),
            Patch(color=FAINT, alpha=0.3, lw=0, label="95 % interval of the gap"),
            *other.projected_handles(),
        ],
    )  # fmt: skip
    for place, h in enumerate(found):
        above, below = page.axes[place], page.axes[place + len(found)]
        for axes in (above, below):
            bands.year_axis(axes, base.scenario.time.show_from, base.scenario.time.end)
            axes.set_xlim(first, last)
        _paths(page, above, h, names, tints, first)
        page.panel_title(above, h.counted[0].upper() + h.counted[1:])
        _gap(below, h, tints[1], first)
        page.panel_title(below, f"What is missing of the {h.counted}", 0.27)
        for axes in (above, below):
            _lifted(axes, year_of(lifting.day), f"lifted\n{lifting.day}" if axes is above else "")
            _projected(axes, other, pair, said=axes is above)
    return save(page.figure, Path(folder), "hysteresis")


def _paths(page: Page, axes: Axes, h: Hysteresis, names: Sequence[str], tints: Sequence[str], first: float) -> None:
    inside = h.path.times >= first
    drawn, ends = [], []
    for values, tint, width in ((h.path.base, tints[0], 1.8), (h.path.values, tints[1], 1.3)):
        drawn.append(
            bands.fan(axes, h.path.times[inside], values.T[inside], tint, inner=False, alpha=0.15, width=width)
        )
        ends.append(float(drawn[-1][0][-1]))
    bands.volume_axis(axes, bands.known_values(*drawn), log=False)
    label_ends(axes, names, ends, tints, page.grid.width, page.grid.height)


def _gap(axes: Axes, h: Hysteresis, tint: str, first: float) -> None:
    inside = h.path.times >= first
    times, gap, low, high = (part[inside] for part in (h.path.times, h.path.gap, h.path.low, h.path.high))
    axes.fill_between(times, low, high, color=tint, alpha=0.25, lw=0)
    axes.plot(times, gap, color=tint)
    lifted = year_of(h.lifting.day)
    known = bands.known_values(gap, low, high)
    top, bottom = (max(0.05, float(known.max())), min(0.0, float(known.min()))) if len(known) else (1.0, 0.0)
    axes.set_ylim(bottom - 0.06 * (top - bottom) * (bottom < 0.0), top + 0.15 * (top - bottom))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=bands.STEPS))
    axes.yaxis.set_major_formatter(RATIO_TICKS)
    axes.plot(axes.get_xlim(), (0.0, 0.0), color=INK, lw=0.7, zorder=1.5)
    axes.plot(axes.get_xlim(), (LEVEL, LEVEL), color=FAINT, lw=0.7, ls=(0, (4, 2)), zorder=1.4)
    axes.annotate(
        "90 % back", (0.0, LEVEL), xytext=(3, 1), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="left", va="bottom", fontsize=SMALL, color=FAINT,
    )  # fmt: skip
    for years, value in {0: h.at_lifting, **h.gaps}.items():
        at = lifted + years
        axes.plot(
            at, value.value, marker="o", ms=3.6, mfc=tint, mec="white", mew=0.7, ls="none", zorder=4, clip_on=False
        )
        # at the side where the line is lower, so that it does not run through the number
        left = np.interp(at - 0.5, times, gap) < np.interp(at + 0.5, times, gap)
        axes.annotate(
            f"{100 * value.value:z.0f} %", (at, value.value), xytext=(-4 if left else 4, 1), textcoords="offset points",
            ha="right" if left else "left", va="bottom", fontsize=6.5, fontweight="bold", color=tint, zorder=5,
            annotation_clip=False,
        )  # fmt: skip
    words = (
        f"half of the gap closed {_when(h.half_life, h.watched, 'years')}\n"
        f"90 % back {_when(h.recovery_months, 12.0 * h.watched, 'months')}"
    )
    axes.annotate(
        words, (0.0, 1.0), xytext=(0.0, 4.0), xycoords="axes fraction", textcoords="offset points", ha="left",
        va="bottom", fontsize=SMALL, color=INK, annotation_clip=False,
    )  # fmt: skip


def _when(time: Crossing, watched: float, unit: str) -> str:
    """A time in words; what is not reached is longer than what was watched."""

    def text(value: float) -> str:
        return f"{watched:.0f}+" if math.isinf(value) else f"{value:.1f}" if unit == "years" else f"{value:.0f}"

    if math.isnan(time.value):
        return "is undefined" if unit == "years" else "all along"
    if math.isinf(time.value):
        return f"not within {watched:.0f} {unit}"
    if time.low is None or time.high is None:
        return f"after {text(time.value)} {unit}"
    return f"after {text(time.value)} {unit} ({text(time.low)}–{text(time.high)})"


def _lifted(axes: Axes, at: float, words: str) -> None:
    """The date of lifting."""
    axes.axvline(at, color=INK, lw=0.9, ls=(0, (1, 1)), zorder=1.6)
    if words:
        axes.annotate(
            words, (at, 1.0), xytext=(-2, -1), xycoords=("data", "axes fraction"), textcoords="offset points", ha="right",
            va="top", fontsize=SMALL, color=INK,
        )  # fmt: skip


def _projected(axes: Axes, context: Context, pair: str, said: bool) -> None:
    """Shade where data end and inputs are assumed, and say so if wanted."""
    for since, until in context.projected_spans(frozenset(pair.split("-"))):
        axes.axvspan(since, until, color=SHADE, lw=0, zorder=0.1)
        if not said:
            continue
        axes.annotate(
            "data end", (since, 0.0), xytext=(-2, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="right", va="bottom", fontsize=SMALL, color=FAINT,
        )  # fmt: skip
