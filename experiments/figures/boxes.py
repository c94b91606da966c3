"""What PRIM found: the trade-off of coverage and density, and the box; and all points as parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .page import SMALL, Grid, Page, shortened
from .style import FAINT, INK, PALETTE, save, styled

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINE = 0.3
LABELS = 1.9
MOST_LINES = 1_000
"""Points that are drawn as lines; more are thinned evenly."""
CASE, OTHER = PALETTE[1], PALETTE[0]


@dataclass(frozen=True)
class Step:
    """A box of the trajectory."""

    coverage: float
    density: float
    restricted: int


@dataclass(frozen=True)
class Restriction:
    """A restricted factor: the range from 0 to 1 of its whole range that the box holds, and what that is in words."""

    title: str
    low: float
    high: float
    words: str
    quasi_p: float


def draw_trade_off(
    folder: Path,
    name: str,
    title: str,
    remark: str,
    steps: Sequence[Step],
    chosen: int,
    final: Step,
    caption: Sequence[str],
) -> list[Path]:
    """Draw density over coverage along the trajectory, coloured by the number of restricted factors.

    ``chosen`` is the place of the box that was taken, ``final`` what became of it without limits that may be chance.
    """
    with styled():
        most = max(step.restricted for step in steps)
        shades = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.9, max(2, most + 1)))
        there = sorted({step.restricted for step in steps})
        legend = [
            Line2D(
                [],
                [],
                color=shades[count],
                marker="o",
                ms=3.5,
                lw=0,
                label=f"{count} restricted" if k == 0 else f"{count}",
            )
            for k, count in enumerate(there)
        ]
        legend.append(Line2D([], [], color=INK, marker="o", mfc="none", ms=7, lw=0, label="chosen"))
        legend.append(
            Line2D([], [], color=CASE, marker="D", ms=4.5, lw=0, label=f"final box, {final.restricted} restricted")
        )
        page = Page(
            Grid(1, 1, 2.6, above=(0.1,), left=0.6, right=0.3, below=0.42), title, remark, caption, legend=legend
        )
        (axes,) = page.axes
        coverage, density = [step.coverage for step in steps], [step.density for step in steps]
        axes.plot(coverage, density, color=FAINT, lw=0.6, zorder=1)
        axes.scatter(coverage, density, s=12, c=[shades[step.restricted] for step in steps], zorder=2)
        axes.plot(coverage[chosen], density[chosen], "o", color=INK, mfc="none", ms=7, zorder=3)
        axes.plot(final.coverage, final.density, "D", color=CASE, ms=4.5, zorder=4)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(0.0, 1.04)
        axes.grid(axis="x", visible=True)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        axes.set_xlabel("coverage: share of all cases that are in the box")
        axes.set_ylabel("density: share of its points that are cases")
        return save(page.figure, Path(folder), name)


def draw_box(
    folder: Path,
    name: str,
    title: str,
    remark: str,
    boxes: Sequence[tuple[str, Sequence[Restriction]]],
    caption: Sequence[str],
) -> list[Path]:
    """Draw each box as bars inside the whole range of its restricted factors, a panel for each box."""
    with styled():
        most = max(len(restrictions) for _, restrictions in boxes)
        page = Page(
            Grid(len(boxes), 1, LINE * (most + 0.3), above=(0.26,), left=LABELS, right=1.9, below=0.12),
            title, remark, caption,
            legend=[Patch(color=CASE, lw=0, label="inside the box"), Patch(color="#E6E6E6", lw=0, label="whole range")],
        )  # fmt: skip
        for axes, (words, restrictions) in zip(page.axes, boxes, strict=True):
            for place, one in enumerate(restrictions):
                axes.barh(-place, 1.0, height=0.5, color="#E6E6E6", lw=0)
                axes.barh(-place, max(0.008, one.high - one.low), left=one.low, height=0.5, color=CASE, lw=0)
                text = f"{one.words}   (quasi-p {one.quasi_p:.2g})"
                axes.annotate(
                    shortened(text, 1.8), (1.0, -place), xytext=(6, 0), textcoords="offset points", va="center",
                    fontsize=SMALL, annotation_clip=False,
                )  # fmt: skip
            axes.set_xlim(0.0, 1.0)
            axes.set_ylim(-most + 0.5, 0.5)
            labels = [shortened(one.title, LABELS - 0.15, SMALL) for one in restrictions]
            axes.set_yticks([-place for place in range(len(restrictions))], labels=labels, fontsize=SMALL)
            axes.set_xticks([])
            axes.tick_params(axis="y", length=0)
            axes.grid(visible=False)
            for side in ("left", "bottom"):
                axes.spines[side].set_visible(False)
            page.panel_title(axes, words)
        return save(page.figure, Path(folder), name)


def draw_parallel(
    folder: Path, name: str, title: str, remark: str, columns: Sequence[tuple[str, str, str]], values: NDArray[np.float64],
    cases: NDArray[np.bool_], words: tuple[str, str], caption: Sequence[str],
) -> list[Path]:  # fmt: skip
    """Draw points as lines over factors, float64[n, k] from 0 to 1; ``columns`` are (title, low end, high end)."""
    with styled():
        step = -(-len(values) // MOST_LINES)
        slanted = len(columns) > 6
        values, cases = values[::step], cases[::step]
        thinned = f"Every {step}th point is drawn." if step > 1 else ""
        page = Page(
            Grid(1, 1, 2.7, above=(0.3,), left=1.0 if slanted else 0.45, right=0.45, below=0.85 if slanted else 0.42), title, remark, [*caption, thinned],
            legend=[Line2D([], [], color=CASE, lw=1.4, label=words[0]), Line2D([], [], color=OTHER, lw=1.4, label=words[1])],
        )  # fmt: skip
        (axes,) = page.axes
        at = [float(place) for place in range(len(columns))]
        # levels would hide how many points they have: each line is moved a little, always in the same way
        moved = values + (np.random.default_rng(1).random(values.shape) - 0.5) * 0.025
        for rows, tint, order in ((~cases, OTHER, 1), (cases, CASE, 2)):
            lines = [np.column_stack([at, row]) for row in moved[rows]]
            alpha = float(np.clip(25.0 / max(1, len(lines)), 0.06, 0.6))
            axes.add_collection(LineCollection(lines, colors=tint, linewidths=0.6, alpha=alpha, zorder=order))
        for place in at:
            axes.axvline(place, color=INK, lw=0.6, zorder=3)
        axes.set_xlim(-0.15, len(columns) - 0.85)
        axes.set_ylim(-0.03, 1.03)
        axes.set_yticks([])
        axes.grid(visible=False)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        room = 1.0 if slanted else page.grid.width / max(1, len(columns) - 1) - 0.1
        axes.set_xticks(
            at, [shortened(title, min(1.5, room)) for title, *_ in columns], rotation=30 if slanted else 0,
            ha="right" if slanted else "center",
        )  # fmt: skip
        axes.tick_params(axis="x", length=0, pad=9)
        for place, (_, low, high) in zip(at, columns, strict=True):
            for y, text, va in ((-0.03, low, "top"), (1.03, high, "bottom")):
                axes.text(place, y, shortened(text, 0.7), ha="center", va=va, fontsize=SMALL - 0.5, color=FAINT)
        return save(page.figure, Path(folder), name)
