"""Sobol indices as bars, and Morris's elementary effects as points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from .design import number
from .page import SMALL, Grid, Page, shortened
from .style import FAINT, INK, PALETTE, save, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE = 0.22
LABELS = 2.0
FIRST, TOTAL = PALETTE[0], PALETTE[4]


@dataclass(frozen=True)
class IndexRow:
    """First and total order of a factor, each with half the width of its interval."""

    title: str
    first: tuple[float, float]
    total: tuple[float, float]


def draw_indices(
    folder: Path,
    name: str,
    title: str,
    remark: str,
    rows: Sequence[IndexRow],
    noise: float | None,
    caption: Sequence[str],
) -> list[Path]:
    """Draw first and total order of each factor, the largest first; ``noise`` is the share of variance that is luck."""
    with styled():
        rows = sorted(rows, key=lambda row: -row.total[0])
        legend = [
            Patch(color=FIRST, lw=0, label="first order: by itself"),
            Patch(color=TOTAL, lw=0, label="total: with all its interactions"),
            Line2D([], [], color=FAINT, lw=1.0, label="95 % interval"),
        ]
        if noise is not None:
            legend.append(Line2D([], [], color=INK, lw=0.8, ls=(0, (2, 2)), label="share of noise"))
        page = Page(
            Grid(1, 1, LINE * (len(rows) + 0.6), above=(0.1,), left=LABELS, right=0.25, below=0.36),
            title, remark, caption, legend=legend,
        )  # fmt: skip
        (axes,) = page.axes
        for place, row in enumerate(rows):
            for (value, half), tint, shift in ((row.first, FIRST, 0.2), (row.total, TOTAL, -0.2)):
                axes.barh(-place + shift, max(0.0, value), height=0.36, color=tint, lw=0)
                ends = (max(0.0, value - half), max(0.0, value + half))
                axes.plot(ends, (-place + shift,) * 2, color=FAINT, lw=1.0, solid_capstyle="butt", zorder=3)
        if noise is not None:
            axes.axvline(noise, color=INK, lw=0.8, ls=(0, (2, 2)), zorder=3)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.set_xlim(0.0, max(1.0, *(row.total[0] + row.total[1] for row in rows)) * 1.02)
        labels = [shortened(row.title, LABELS - 0.15, SMALL) for row in rows]
        axes.set_yticks([-place for place in range(len(rows))], labels=labels, fontsize=SMALL)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("share of the variance over the design", labelpad=1)
        return save(page.figure, Path(folder), name)


@dataclass(frozen=True)
class ElementaryRow:
    """mu*, half the width of its interval, and sigma of a factor."""

    title: str
    mu_star: float
    half_width: float
    sigma: float


def draw_screening(
    folder: Path, name: str, title: str, remark: str, unit: str, rows: Sequence[ElementaryRow], luck: float | None,
    caption: Sequence[str],
) -> list[Path]:  # fmt: skip
    """Draw mu* of each factor as bars and sigma over mu* beside them, the same numbers in both.

    ``luck`` is the sigma that luck alone would give.
    """
    with styled():
        rows = sorted(rows, key=lambda row: -row.mu_star)
        legend = [
            Patch(color=FIRST, lw=0, label="mu*: mean size of an elementary effect"),
            Line2D([], [], color=FAINT, lw=1.0, label="95 % interval"),
            Line2D([], [], color=FAINT, lw=0.8, ls=(0, (2, 2)), label="sigma = mu*"),
        ]
        if luck is not None:
            legend.append(Line2D([], [], color=INK, lw=0.8, ls=(0, (4, 2)), label="sigma of luck alone"))
        height = max(1.6, LINE * (len(rows) + 0.6))
        page = Page(
            Grid(2, 2, height, above=(0.1,), left=1.75, right=0.05, below=0.4), title, remark, caption, legend=legend
        )
        bars, cloud = page.axes
        for place, row in enumerate(rows):
            bars.barh(-place, row.mu_star, height=0.62, color=FIRST, lw=0)
            ends = (max(0.0, row.mu_star - row.half_width), row.mu_star + row.half_width)
            bars.plot(ends, (-place, -place), color=FAINT, lw=1.0, solid_capstyle="butt", zorder=3)
        bars.set_ylim(-len(rows) + 0.4, 0.6)
        labels = [shortened(f"{place + 1}  {row.title}", 1.6, SMALL) for place, row in enumerate(rows)]
        bars.set_yticks([-place for place in range(len(rows))], labels=labels, fontsize=SMALL)
        bars.tick_params(axis="y", length=0)
        bars.grid(axis="y", visible=False)
        bars.spines["left"].set_visible(False)
        reach = max(row.mu_star + row.half_width for row in rows) or 1.0
        top = 1.12 * (max(*(row.sigma for row in rows), luck or 0.0) or reach)
        _widened(cloud, page, 1.3)
        cloud.plot((0, 2 * reach), (0, 2 * reach), color=FAINT, lw=0.8, ls=(0, (2, 2)))
        if luck is not None:
            cloud.axhline(luck, color=INK, lw=0.8, ls=(0, (4, 2)))
        cloud.plot([row.mu_star for row in rows], [row.sigma for row in rows], "o", color=FIRST, ms=3.0)
        named: list[tuple[float, float]] = []
        for place, row in enumerate(rows):
            at = (row.mu_star / reach, row.sigma / top)
            if all(abs(at[0] - x) > 0.05 or abs(at[1] - y) > 0.05 for x, y in named):  # room for its number
                named.append(at)
                where = (row.mu_star, row.sigma)
                cloud.annotate(str(place + 1), where, xytext=(2.5, 2.5), textcoords="offset points", fontsize=SMALL)
        cloud.set_ylim(0.0, top)
        cloud.set_ylabel("sigma: standard deviation of the effects")
        cloud.yaxis.set_major_formatter(lambda value, _: number(value, unit))
        for axes in (bars, cloud):
            axes.set_xlim(0.0, 1.06 * reach)
            axes.grid(axis="x", visible=True)
            axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
            axes.xaxis.set_major_formatter(lambda value, _: number(value, unit))
            axes.set_xlabel(f"mu*{f', {unit}' if unit not in ('', '1') else ''}")
        return save(page.figure, Path(folder), name)


def _widened(axes: Axes, page: Page, inches: float) -> None:
    """Take some of the room at the left of a panel, which only the first one needs."""
    box = axes.get_position()
    share = inches / page.figure.get_figwidth()
    axes.set_position((box.x0 - share, box.y0, box.width + share, box.height))
