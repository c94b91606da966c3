"""Two factors together: the outcome as a surface of them, with contours; and matrices of numbers as heat maps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.ticker import MaxNLocator

from .bands import STEPS
from .design import number
from .page import EDGE, LINE, SMALL, WIDTH, Grid, Page, shortened, text_width, wrapped
from .style import INK, save, styled
from .sweep import UNKNOWN, colour_scale

if TYPE_CHECKING:
    from matplotlib.colors import Colormap, Normalize
    from numpy.typing import NDArray

LEVELS = 9


def draw_surface(
    folder: Path, name: str, title: str, remark: str, unit: str, x: tuple[str, NDArray[np.float64]],
    y: tuple[str, NDArray[np.float64]], values: NDArray[np.float64], points: NDArray[np.float64], logs: tuple[bool, bool],
    caption: Sequence[str],
) -> list[Path]:  # fmt: skip
    """Draw float64[len(y), len(x)] as filled contours; ``points`` float64[n, 2] are where runs were made."""
    with styled():
        page = Page(Grid(1, 1, 3.2, above=(0.1,), left=0.6, right=1.2, below=0.4), title, remark, caption)
        (axes,) = page.axes
        colours, norm = colour_scale(values)
        levels = MaxNLocator(nbins=LEVELS, steps=STEPS).tick_values(float(values.min()), float(values.max()))
        axes.contourf(x[1], y[1], values, levels=levels, cmap=colours, norm=norm, extend="both")
        inks = ["white" if _dark(colours(float(norm(level)))) else INK for level in levels]  # to be read on the fill
        lines = axes.contour(x[1], y[1], values, levels=levels, colors=inks, linewidths=0.5)
        axes.clabel(lines, fontsize=SMALL, fmt=lambda value: number(0.0 if abs(value) < 1e-12 else value, unit))
        axes.scatter(points[:, 0], points[:, 1], s=3, color=INK, alpha=0.35, lw=0, clip_on=False, zorder=3)
        for log, scale in zip(logs, (axes.set_xscale, axes.set_yscale), strict=True):
            if log:
                scale("log")
        axes.set_xlim(float(x[1].min()), float(x[1].max()))
        axes.set_ylim(float(y[1].min()), float(y[1].max()))
        axes.grid(visible=False)
        axes.set_xlabel(shortened(x[0], page.grid.width, 7.0))
        axes.set_ylabel(shortened(y[0], 3.0, 7.0))
        box = axes.get_position()
        _bar(page, (box.x1 + 0.03, box.y0, 0.016, box.height), colours, norm, unit)
        return save(page.figure, Path(folder), name)


def draw_matrix(
    folder: Path, name: str, title: str, remark: str, rows: Sequence[str], columns: Sequence[str], values: NDArray[np.float64],
    unit: str, caption: Sequence[str], *, shades: NDArray[np.float64] | None = None, best: NDArray[np.bool_] | None = None,
    blank: bool = False, digits: int | None = None,
) -> list[Path]:  # fmt: skip
    """Draw float64[rows, columns] as a heat map with its numbers, all with as many ``digits`` if given.

    ``shades`` give the colours instead, scaled in each column by itself; cells of ``best`` have bold numbers; with ``blank``
    cells without a value are left white.
    """
    with styled():
        left = 0.12 + min(2.3, max(text_width(row) for row in rows))
        headings = [wrapped(column, _room(left, columns)) for column in columns]
        lines = max(len(heading) for heading in headings)
        page = Page(
            Grid(1, 1, min(5.0, 0.26 * len(rows)), above=(0.1,), left=left, right=0.12, below=0.16 + LINE * lines),
            title, remark, [*caption, "Grey: no value." if np.isnan(values).any() and not blank else ""],
        )  # fmt: skip
        (axes,) = page.axes
        shown = values if shades is None else _by_column(shades)
        colours, norm = colour_scale(shown)
        axes.pcolormesh(np.ma.masked_invalid(shown), cmap=colours, norm=norm, edgecolors="white", linewidth=0.6)
        axes.set_facecolor("white" if blank else UNKNOWN)
        axes.grid(visible=False)
        axes.invert_yaxis()
        for (r, c), value in np.ndenumerate(values):
            known = bool(np.isfinite(value))
            if known or not blank:
                text = (
                    f"{round(float(value), digits) + 0.0:.{digits}f}".replace("-", "\u2212")
                    if known and digits is not None
                    else number(value, unit)
                )
                axes.text(
                    c + 0.5, r + 0.5, text, ha="center", va="center", fontsize=SMALL,
                    color="white" if known and _dark(colours(float(norm(shown[r, c])))) else INK,
                    fontweight="bold" if best is not None and best[r, c] else "normal",
                )  # fmt: skip
        axes.set_yticks(np.arange(len(rows)) + 0.5, [shortened(row, 2.3) for row in rows], fontsize=SMALL)
        room = _room(left, columns)
        texts = ["\n".join(shortened(line, room) for line in heading) for heading in headings]
        axes.set_xticks(np.arange(len(columns)) + 0.5, texts, fontsize=SMALL)
        axes.tick_params(length=0)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        return save(page.figure, Path(folder), name)


def _room(left: float, columns: Sequence[str]) -> float:
    """Width of a column of a matrix, inches, less what keeps headings apart."""
    return (WIDTH - 2 * EDGE - left - 0.12) / len(columns) - 0.06


def _dark(colour: tuple[float, float, float, float]) -> bool:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] < 0.5


def _by_column(values: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    return (values - low) / np.where(high > low, high - low, 1.0)


def _bar(page: Page, box: tuple[float, float, float, float], colours: Colormap, norm: Normalize, unit: str) -> None:
    bar = page.figure.colorbar(matplotlib.cm.ScalarMappable(norm, colours), cax=page.figure.add_axes(box))
    bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=STEPS))
    bar.ax.yaxis.set_major_formatter(lambda value, _: number(0.0 if abs(value) < 1e-12 else value, unit))
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL, length=2)
    if unit not in ("", "1"):
        bar.ax.set_title(unit, fontsize=SMALL, fontweight="normal", loc="left")
