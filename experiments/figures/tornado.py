"""Effects of factors as bars to both sides of zero, the widest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .design import number
from .page import SMALL, Grid, Page, shortened
from .style import FAINT, INK, PALETTE, save, styled

LINE = 0.2
"""Height of a bar with its room, inches."""
LABELS = 2.6
"""Room for titles at the left of the panel, inches."""
LOW, HIGH = PALETTE[4], PALETTE[0]


@dataclass(frozen=True)
class Bar:
    """One end of a factor: the effect there, and the interval."""

    value: float
    low: float | None
    high: float | None


def draw_tornado(
    folder: Path,
    name: str,
    title: str,
    remark: str,
    unit: str,
    rows: Sequence[tuple[str, Bar, Bar]],
    caption: Sequence[str],
) -> list[Path]:
    """Draw rows of (title, end at low values of the factor, end at high values) into ``folder / "figures"``."""
    with styled():
        rows = sorted(
            rows, key=lambda row: -max(abs(row[1].value), abs(row[2].value), abs(row[2].value - row[1].value))
        )
        page = Page(
            Grid(1, 1, LINE * (len(rows) + 0.6), above=(0.1,), left=LABELS, right=0.25, below=0.36),
            title,
            remark,
            caption,
            legend=[
                Patch(color=LOW, lw=0, label="where the factor is low"),
                Patch(color=HIGH, lw=0, label="where it is high"),
                Line2D([], [], color=FAINT, lw=1.0, label="95 % interval"),
            ],
        )
        (axes,) = page.axes
        for place, (_, low, high) in enumerate(rows):
            for bar, tint, shift in ((low, LOW, 0.2), (high, HIGH, -0.2)):
                axes.barh(-place + shift, bar.value, height=0.36, color=tint, lw=0)
                if bar.low is not None and bar.high is not None:
                    axes.plot(
                        (bar.low, bar.high), (-place + shift,) * 2, color=FAINT, lw=1.0, solid_capstyle="butt", zorder=3
                    )
        axes.axvline(0.0, color=INK, lw=0.7)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        labels = [shortened(title, LABELS - 0.15, SMALL) for title, *_ in rows]
        axes.set_yticks([-place for place in range(len(rows))], labels=labels, fontsize=SMALL)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.05)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(0.0 if abs(x) < 1e-12 else x, unit)))
        axes.set_xlabel("" if unit in ("", "1") else f"difference, {unit}", labelpad=1)
        return save(page.figure, Path(folder), name)
