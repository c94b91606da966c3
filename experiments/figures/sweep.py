"""What comes out over a grid of settings: heat maps and curves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from .bands import STEPS
from .design import Axis, Facet, axis_of, check, facets_of, number
from .page import EDGE, SMALL, WIDTH, Grid, Page, shortened, text_width
from .style import INK, colour, save, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

UNKNOWN = "#DDDDDD"


def draw_sweep(folder: Path, table: pd.DataFrame, axes: Sequence[str], outcomes: Sequence[str]) -> list[Path]:
    """Draw every outcome of a sweep into ``folder / "figures"`` as PNG and SVG; returns the paths.

    ``table`` has a row for each design point and outcome: a column for each of ``axes`` (numbers or text), "outcome",
    "median", "low", "high", and perhaps "unit" and "replicates". Two axes give a heat map and curves over the first axis, a line for each
    level of the second; one axis gives curves; further axes become panels. Raises `InputError` for columns or outcomes
    that are not there, no axis, or a design point that stands there twice.
    """
    check(table, axes, outcomes)
    with styled():
        paths: list[Path] = []
        for outcome, name in zip(outcomes, _file_names(outcomes), strict=True):
            rows = table[table["outcome"] == outcome]
            design = [axis_of(table, axis) for axis in axes]
            unit = str(rows["unit"].iloc[0]) if "unit" in rows else ""
            facets, left_out = facets_of(rows, design)
            if len(design) > 1:
                paths += _draw_map(Path(folder), f"{name}-map", outcome, unit, design, facets, left_out)
            count = int(rows["replicates"].max()) if "replicates" in rows else None
            paths += _draw_curves(Path(folder), f"{name}-curves", outcome, unit, design, facets, left_out, count)
        return paths


def _file_names(outcomes: Sequence[str]) -> list[str]:
    """Names of files, each its own."""
    names: list[str] = []
    for outcome in outcomes:
        name = "sweep-" + (re.sub(r"[^a-z0-9]+", "-", outcome.lower()).strip("-") or "outcome")
        names.append(name if name not in names else f"{name}-{len(names) + 1}")
    return names


def _columns(facets: int) -> int:
    return 1 if facets == 1 else 2 if facets in (2, 4) else 3


# --- heat maps ----------------------------------------------------------------------------------------------------


def _draw_map(
    folder: Path, name: str, outcome: str, unit: str, design: Sequence[Axis], facets: Sequence[Facet], left_out: str
) -> list[Path]:
    x, y = design[:2]
    columns = _columns(len(facets))
    room = max(text_width(y.text(level), 6.5) for level in y.levels)
    left = 0.12 + min(0.95, room)
    height = min(3.2, max(1.0, (0.34 if columns == 1 else 0.26) * len(y.levels)))
    page = Page(
        Grid(len(facets), columns, height, above=(0.26 if facets[0].title else 0.1,), below=0.42, left=left, right=0.12),
        outcome,
        f"Median over replicates{f', {unit}' if unit else ''}; rows: {y.name}",
        [
            "Grey: no design point, or no value." if any(np.isnan(f.values[0]).any() for f in facets) else "",
            "Cells show settings in their order; distances between levels are not to scale.", left_out,
        ],
        key=0.34,
    )  # fmt: skip
    colours, norm = colour_scale(np.concatenate([facet.values[0].ravel() for facet in facets]))
    for axes, facet in zip(page.axes, facets, strict=True):
        medians = facet.values[0].T
        axes.pcolormesh(np.ma.masked_invalid(medians), cmap=colours, norm=norm, edgecolors="white", linewidth=0.6)
        axes.set_facecolor(UNKNOWN)
        axes.grid(visible=False)
        _write_cells(axes, medians, colours, norm, unit, page.grid)
        _level_ticks(axes, x, y, page.grid)
        axes.set_xlabel(shortened(x.name, page.grid.width, 7.0))
        page.panel_title(axes, shortened(facet.title, page.grid.width + 0.3, 8.0))
    _draw_colour_bar(page, colours, norm, unit)
    return save(page.figure, folder, name)


def colour_scale(medians: NDArray[np.float64]) -> tuple[Colormap, Normalize]:
    """From low to high; where values have both signs, from below zero to above it, with zero in the middle."""
    known = medians[np.isfinite(medians)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if low < 0.0 < high:
        reach = max(-low, high)
        return matplotlib.colormaps["PuOr_r"], TwoSlopeNorm(0.0, -reach, reach)
    if low == high:
        low, high = low - 0.5 * max(1e-9, abs(low)), high + 0.5 * max(1e-9, abs(high))
    return matplotlib.colormaps["cividis"], Normalize(low, high)


def _write_cells(
    axes: Axes, medians: NDArray[np.float64], colours: Colormap, norm: Normalize, unit: str, grid: Grid
) -> None:
    """The value in every cell, where there is room for it."""
    rows, columns = medians.shape
    texts = {(r, c): number(medians[r, c], unit) for r in range(rows) for c in range(columns)}
    longest = max(text_width(text, 1.0) for text in texts.values())
    size = min(7.0, 0.9 * grid.width / columns / max(longest, 1e-9), 72 * 0.7 * grid.height / rows)
    if size < 4.0:
        return
    for (r, c), text in texts.items():
        known = bool(np.isfinite(medians[r, c]))
        red, green, blue, _ = colours(float(norm(medians[r, c]))) if known else (0.87, 0.87, 0.87, 1.0)
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        axes.text(c + 0.5, r + 0.5, text, ha="center", va="center", fontsize=size, color="white" if dark else INK)


def _level_ticks(axes: Axes, x: Axis, y: Axis, grid: Grid) -> None:
    """Names of the levels at the middles of cells; every second, third, ... where they would overlap."""
    widest = max(text_width(x.text(level), 6.5) for level in x.levels) + 0.08
    step = int(np.ceil(widest * len(x.levels) / grid.width)) if x.numeric else 1
    shown = range(0, len(x.levels), step)
    axes.set_xticks([k + 0.5 for k in shown], [shortened(x.text(x.levels[k]), _room(grid, x), 6.5) for k in shown])
    axes.set_yticks(np.arange(len(y.levels)) + 0.5, [shortened(y.text(level), 0.95, 6.5) for level in y.levels])
    axes.tick_params(length=0)
    if not y.numeric:
        axes.invert_yaxis()  # names are read from the top, numbers grow upwards


def _room(grid: Grid, x: Axis) -> float:
    return grid.width if x.numeric else grid.width / len(x.levels) - 0.04


def _draw_colour_bar(page: Page, colours: Colormap, norm: Normalize, unit: str) -> None:
    """A flat bar below the maps."""
    box = (EDGE / WIDTH + 0.05, (page.key_top - 0.12) / page.height, 0.35, 0.09 / page.height)
    bar = page.figure.colorbar(
        matplotlib.cm.ScalarMappable(norm, colours), cax=page.figure.add_axes(box), orientation="horizontal"
    )
    bar.ax.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=STEPS))
    bar.ax.xaxis.set_major_formatter(lambda value, _: number(value, unit))
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL, length=2)
    page.text(EDGE + WIDTH * 0.41 + 0.1, page.key_top - 0.08, unit, size=SMALL, va="center")


# --- curves -------------------------------------------------------------------------------------------------------


def _draw_curves(
    folder: Path,
    name: str,
    outcome: str,
    unit: str,
    design: Sequence[Axis],
    facets: Sequence[Facet],
    left_out: str,
    count: int | None,
) -> list[Path]:
    x, y = design[0], design[1] if len(design) > 1 else None
    columns = _columns(len(facets))
    many = "the replicates" if count is None else f"{count} replicates" if count > 1 else "one replicate"
    lines = y.levels if y else (None,)
    tints = _line_colours(y)
    legend = [] if y is None else [
        Line2D([], [], color=tint, lw=1.6, label=f"{y.name} = {y.text(level)}" if k == 0 else y.text(level))
        for k, (level, tint) in enumerate(zip(lines, tints, strict=True))
    ]  # fmt: skip
    grid = Grid(
        len(facets), columns, 2.2 if columns == 1 else 1.5, above=(0.26 if facets[0].title else 0.1,), below=0.42
    )
    page = Page(
        grid,
        outcome,
        f"Over {x.name}",
        [f"Line: median; band: 90 % of {many} (replicate noise only, not parameter uncertainty).", left_out],
        legend=legend,
    )
    positions = _positions(x)
    widths = np.linspace(2.4, 1.0, len(tints)) if len(tints) > 1 else [1.3]  # lines on each other can still be seen
    known = np.concatenate([facet.values.ravel() for facet in facets])
    known = known[np.isfinite(known)]
    for place, (axes, facet) in enumerate(zip(page.axes, facets, strict=True)):
        for k, (tint, width) in enumerate(zip(tints, widths, strict=True)):
            median, low, high = facet.values[:, :, k]
            there = np.isfinite(median)
            axes.fill_between(positions[there], low[there], high[there], color=tint, alpha=0.18, lw=0)
            axes.plot(positions[there], median[there], color=tint, lw=width, marker="o", ms=2.6)
        _curve_axes(axes, x, positions, grid)
        _value_axis(axes, known, unit)
        axes.set_xlabel(shortened(x.name, grid.width, 7.0))
        if place % columns == 0:
            axes.set_ylabel(unit)
        page.panel_title(axes, shortened(facet.title, grid.width + 0.3, 8.0))
    return save(page.figure, folder, name)


def _line_colours(y: Axis | None) -> list[str]:
    """Numbers from dark to light, names in colours that are told apart."""
    if y is None:
        return [colour(0)]
    if not y.numeric:
        return [colour(k) for k in range(len(y.levels))]
    shades = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, len(y.levels)))
    return [matplotlib.colors.to_hex(shade) for shade in shades]


def _positions(x: Axis) -> NDArray[np.float64]:
    return np.array([float(level) for level in x.levels]) if x.numeric else np.arange(len(x.levels), dtype=float)


def _curve_axes(axes: Axes, x: Axis, positions: NDArray[np.float64], grid: Grid) -> None:
    """Numbers to scale, in logs where they span two orders of magnitude; names side by side."""
    if not x.numeric:
        axes.set_xlim(-0.4, len(positions) - 0.6)
        axes.set_xticks(positions, [shortened(x.text(level), _room(grid, x), 6.5) for level in x.levels])
        return
    if positions.min() > 0 and positions.max() >= 100 * positions.min():
        axes.set_xscale("log")
    axes.margins(x=0.04)
    to_share = axes.transData + axes.transAxes.inverted()
    at = grid.width * to_share.transform(np.column_stack([positions, positions]))[:, 0]
    widest = max(text_width(x.text(level), 6.5) for level in x.levels) + 0.06
    if len(at) == 1 or np.diff(at).min() > widest:  # the levels themselves, where there is room for their names
        axes.xaxis.set_major_locator(FixedLocator(list(positions)))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.4g}")


def _value_axis(axes: Axes, known: NDArray[np.float64], unit: str) -> None:
    """One scale for all panels; a line at zero where values have both signs."""
    if len(known):
        low, high = float(known.min()), float(known.max())
        margin = 0.06 * (high - low) or 0.5 * max(abs(high), 1e-9)
        axes.set_ylim(low - margin, high + margin)
        if low < 0 < high:
            axes.axhline(0.0, color=INK, lw=0.6, zorder=1.5)
    axes.yaxis.set_major_formatter(lambda value, _: number(0.0 if abs(value) < 1e-12 else value, unit))
