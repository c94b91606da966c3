"""Contributions to a change: bars with intervals, the largest first, and the whole below."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .differences import signed
from .page import SMALL, Grid, Page, shortened
from .style import FAINT, INK, PALETTE, save, styled

if TYPE_CHECKING:
    from ..attributing import Attribution

LINE = 0.17
"""Height of a bar with its room, inches."""
LABELS = 2.9
"""Room for titles at the left of the panel, inches."""


def draw_contributions(folder: Path, found: Attribution) -> list[Path]:
    """Draw the contributions of an attribution into ``folder / "figures"``; returns the paths."""
    with styled():
        scale = 100.0 if found.unit == "share" else 1.0
        rows = [(c.title, c.value, c.low, c.high, PALETTE[0]) for c in found.contributions]
        rows.append(("The whole change", found.change, found.low, found.high, INK))
        method = (
            f"all {found.coalitions} coalitions"
            if found.method == "exact"
            else f"{found.orders} orders of joining drawn for each replicate"
        )
        page = Page(
            Grid(1, 1, LINE * (len(rows) + 0.6), above=(0.24,), left=LABELS, right=0.2, below=0.36),
            f"What explains the change of {found.pair}, {found.period}: {found.indicator}",
            f"{found.scenario_title} against {found.baseline_title}",
            [
                f"Shapley values ({method}, {found.replicates} replicates with the same luck): what a measure changes when it "
                "joins, mean over the orders in which measures may come. They sum to the whole change.",
                "Whiskers: 95 % intervals (Student's t; replicate noise, not parameter uncertainty).",
            ],
            legend=[
                Patch(color=PALETTE[0], lw=0, label="contribution"), Patch(color=INK, lw=0, label="their sum"),
                Line2D([], [], color=FAINT, lw=1.0, label="95 % interval"),
            ],
        )  # fmt: skip
        (axes,) = page.axes
        for place, (_, value, low, high, tint) in enumerate(rows):
            y = -place - (0.6 if place == len(rows) - 1 else 0.0)
            axes.barh(y, scale * value, height=0.62, color=tint, alpha=0.85, lw=0)
            if low is not None and high is not None:
                axes.plot((scale * low, scale * high), (y, y), color=FAINT, lw=1.0, solid_capstyle="butt", zorder=3)
        axes.axvline(0.0, color=INK, lw=0.7)
        axes.set_ylim(-len(rows) + 1 - 0.6 - 0.6, 0.6)
        ticks = [-place - (0.6 if place == len(rows) - 1 else 0.0) for place in range(len(rows))]
        axes.set_yticks(ticks, labels=[shortened(title, LABELS - 0.15, SMALL) for title, *_ in rows], fontsize=SMALL)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: signed(f"{x:+,.10g}")))
        axes.set_xlabel("percentage points" if found.unit == "share" else found.unit, labelpad=1)
        return save(page.figure, Path(folder), "contributions")
