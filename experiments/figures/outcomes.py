"""Headline outcomes of a comparison at a glance: every difference with its interval, volume, share and mix apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .arms import LETTERS
from .differences import signed
from .page import Grid, Page
from .style import FAINT, INK, colour, save, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..comparing import Comparison, Row

LINE = 0.13
"""Height of a scenario's line in a panel, inches."""


@dataclass(frozen=True)
class Column:
    """A quantity of the figure; ``relative`` to the base's value, else in percentage points."""

    indicator: str
    heading: str
    relative: bool
    directed: bool = False


COLUMNS = (
    Column("partnerships.count", "Partnerships", True),
    Column("output.volume", "Joint works a year", True),
    Column("output.share", "Share of all works", False),
    Column("output.mix", "Own joint works", False, True),
)


def draw_outcomes(folder: Path, comparison: Comparison) -> list[Path]:
    """Draw the differences of a comparison's headline outcomes into ``folder / "figures"``; returns the paths.

    A row of panels for each period in which anything differs, a column for each quantity. Nothing where nothing differs.
    """
    first, *others = comparison.blocs
    found = {
        (r.indicator, r.pair, r.period, r.scenario): r
        for r in comparison.rows
        if r.indicator in {column.indicator for column in COLUMNS}
    }
    periods = [p for p in comparison.periods if any(not r.identical for key, r in found.items() if key[2] == p)]
    if not periods or not others:
        return []
    with styled():
        height = LINE * len(others) * (len(comparison.scenarios) + 0.8) + 0.1
        page = Page(
            Grid(len(COLUMNS) * len(periods), len(COLUMNS), height, above=(0.3,), left=0.62, right=0.1, below=0.36),
            f"What changes against {LETTERS[0]}, {comparison.titles[comparison.baseline]}",
            f"Differences within each of {comparison.replicates} replicates, {first}'s pairs",
            [
                "Points: mean differences; bars: their 95 % intervals (Student's t) over replicates.",
                "Own joint works: A>B is the part of A's that are with B. Partnerships and joint works in per cent of the base, shares in percentage points; these are different "
                "questions.",
            ],
            legend=[
                Line2D([], [], color=colour(k), marker="o", ms=3, lw=1.2, label=f"{LETTERS[k + 1]}  {comparison.titles[name]}")
                for k, name in enumerate(comparison.scenarios)
            ],
        )  # fmt: skip
        for place, axes in enumerate(page.axes):
            period, column = periods[place // len(COLUMNS)], COLUMNS[place % len(COLUMNS)]
            sign = ">" if column.directed else "-"
            pairs = [f"{first}{sign}{other}" for other in others]
            _panel(axes, column, pairs, period, comparison.scenarios, found)
            page.panel_title(axes, f"{column.heading}\n{period}")
        return save(page.figure, Path(folder), "outcomes")


def _panel(
    axes: Axes,
    column: Column,
    pairs: Sequence[str],
    period: str,
    scenarios: Sequence[str],
    found: Mapping[tuple[str, str, str, str], Row],
) -> None:
    """Draw the differences of a quantity in a period: pairs from top to bottom, scenarios below each other in them."""
    step = len(scenarios) + 0.8
    for row, pair in enumerate(pairs):
        for k, scenario in enumerate(scenarios):
            shown = found.get((column.indicator, pair, period, scenario))
            if shown is None or shown.identical or (column.relative and shown.baseline_value == 0.0):
                continue
            scale = 100.0 / (abs(shown.baseline_value) if column.relative else 1.0)
            y = -(row * step + k)
            if shown.low is not None and shown.high is not None:
                axes.plot((scale * shown.low, scale * shown.high), (y, y), color=colour(k), lw=1.2)
            axes.plot(scale * shown.difference, y, color=colour(k), marker="o", ms=3, ls="none")
    axes.axvline(0.0, color=INK, lw=0.7, zorder=0.5)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.set_ylim(-(len(pairs) * step - 1.8) - 0.9, 0.9)
    axes.set_yticks([-(row * step + 0.5 * (len(scenarios) - 1)) for row in range(len(pairs))], labels=list(pairs))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for row in range(1, len(pairs)):
        axes.axhline(-(row * step - 0.9), color=FAINT, lw=0.3, zorder=0.4)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: signed(f"{x:+.4g}")))
    axes.set_xlabel("%" if column.relative else "percentage points", labelpad=1)
