"""Volume and share by pair of blocs over time: simulated fans, observed points, dates of measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import PolyCollection

from . import bands
from .context import Context, Pair
from .key import draw_key, key_height
from .marks import ROW, Mark, draw_marks, rows_of, scenario_marks
from .page import Grid, Page, text_width
from .style import FAINT, SHADE, save

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Quantity:
    """What is drawn: volume (how much) or share (of all); never both in one panel."""

    name: str
    indicator: str
    heading: str
    unit: str

    def observed(self, context: Context, pair: Pair) -> pd.Series[float]:
        """The observed values of a pair by year; empty where the tables have none."""
        table = context.observed
        if pair.name not in table:
            return table.iloc[:0, :1].squeeze(axis=1).astype(float)
        return table[pair.name] / table["all"] if self.name == "share" else table[pair.name]


VOLUME = Quantity("volume", "output.volume", "joint works by pair of blocs", "works a year")
SHARE = Quantity("share", "output.share", "share of all joint works by pair of blocs", "share of all")
PROJECTED = "inputs projected"
NOTE = 5.0
"""Size of these words in a panel, points."""
NEAR = 1.0
"""Years beside the words in which bands are looked at as well."""
MIDDLES = "A year's value stands in its middle."
ENDS = "× marks the end of a measure."


def mark_rows(marks: Sequence[Mark], pairs: Sequence[Pair], columns: int) -> list[list[str]]:
    """Groups of measures that need a row of numbers, for each row of panels."""
    rows = [pairs[k : k + columns] for k in range(0, len(pairs), columns)]
    return [rows_of([m for m in marks if any(m.concerns(p.a, p.b) for p in row)]) for row in rows]


def draw_quantity(folder: Path, context: Context, series: pd.DataFrame, quantity: Quantity) -> list[Path]:
    """Draw the figure of a quantity; nothing where the series have no pair of it."""
    time = context.scenario.time
    paths = bands.read_paths(series, quantity.indicator, [pair.name for pair in context.pairs()], time.show_from)
    pairs, left_out = context.chosen_pairs(final_sizes(paths))
    if not pairs:
        return []
    marks = scenario_marks(context.scenario, context.tables, [(pair.a, pair.b) for pair in pairs])
    columns = min(2, len(pairs))
    rows = mark_rows(marks, pairs, columns)
    count = len(paths.replicates)
    page = Page(
        Grid(len(pairs), columns, 1.32, above=tuple(0.26 + ROW * len(row) for row in rows), left=0.55, right=0.08),
        f"{context.title}: {quantity.heading}",
        context.condition,
        [
            bands.fan_words(count, context.spread),
            context.observed_words(),
            MIDDLES,
            ENDS if any(mark.ends for mark in marks) else "",
            left_out,
        ],
        key=key_height(marks),
        legend=[*bands.fan_handles(count), *context.observed_handles(), *context.projected_handles()],
    )
    for place, (axes, pair) in enumerate(zip(page.axes, pairs, strict=True)):
        bands.year_axis(axes, time.show_from, time.end)
        drawn = bands.fan(axes, paths.times, paths.of(pair.name), context.pair_colours[pair.name])
        seen = context.draw_observed(axes, quantity.observed(context, pair))
        quantity_axis(axes, quantity, bands.known_values(drawn, seen), is_log(quantity, drawn[0], seen))
        finish_panel(page, axes, place, pair, marks, rows, context)
    draw_key(page, marks)
    return save(page.figure, folder, quantity.name)


def final_sizes(paths: bands.Paths) -> dict[str, float]:
    """Pair -> largest median over time."""
    medians = [bands.known_values(bands.quantiles(values, (0.5,))) for values in paths.values]
    return {pair: float(m.max()) if len(m) else 0.0 for pair, m in zip(paths.pairs, medians, strict=True)}


def is_log(quantity: Quantity, *values: NDArray[np.float64]) -> bool:
    """Whether a panel is drawn in logs: volumes whose medians and observed values are never zero and grow many times over."""
    known = bands.known_values(*values)
    return bool(quantity is VOLUME and len(known) and known.min() > 0 and known.max() > 4.0 * known.min())


def quantity_axis(axes: Axes, quantity: Quantity, drawn: NDArray[np.float64], log: bool) -> None:
    """The y-axis of a quantity."""
    if quantity is VOLUME:
        bands.volume_axis(axes, drawn, log)
    else:
        bands.share_axis(axes, drawn)
    axes.set_ylabel(quantity.unit + (" (log)" if log else ""))


def finish_panel(
    page: Page,
    axes: Axes,
    place: int,
    pair: Pair,
    marks: Sequence[Mark],
    rows: Sequence[Sequence[str]],
    context: Context,
) -> None:
    """Projected inputs, marks and title of a panel."""
    shade_projected(axes, context, (pair.a, pair.b), page.grid.width, page.grid.height)
    groups = rows[place // page.grid.columns]
    draw_marks(axes, [m for m in marks if m.concerns(pair.a, pair.b)], groups, page.grid.width)
    page.panel_title(axes, pair.title, 0.05 + ROW * len(groups))


def shade_projected(axes: Axes, context: Context, blocs: Sequence[str], width: float, height: float) -> None:
    """Shade the spans in which inputs of any country of ``blocs`` are projected, and say so in them.

    ``width`` and ``height`` of the panel in inches. To be called when everything else is drawn: the words stand where the span is
    emptiest, and nowhere if there is no room; the legend has them as well.
    """
    left, right = axes.get_xlim()
    length = text_width(PROJECTED, NOTE)
    for a, b in context.projected_spans(frozenset(blocs)):
        axes.axvspan(a, b, color=SHADE, lw=0, zorder=0.1)
        middle, years = 0.5 * (max(a, left) + min(b, right)), length / width * (right - left)
        flat = 1.2 * years < b - a
        reach = 0.5 * (years if flat else b - a)
        at, room = _emptiest(axes, middle - reach, middle + reach)
        if room * height > (0.14 if flat else length + 0.1):
            axes.text(
                middle, at, PROJECTED, transform=axes.get_xaxis_transform(), ha="center", va="center",
                rotation=0 if flat else 90, fontsize=NOTE, color=FAINT, zorder=0.2,
            )  # fmt: skip


def _emptiest(axes: Axes, a: float, b: float) -> tuple[float, float]:
    """Largest gap between what is drawn at the times from ``a`` to ``b``: its middle and length, in panel heights."""
    to_share = axes.transData + axes.transAxes.inverted()
    taken = [(0.0, 0.0), (1.0, 1.0)]
    for line in axes.get_lines():
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        drawn = y[np.isfinite(y) & (a <= x) & (x <= b)]
        if line.get_linestyle() == "None":
            taken += _shares(to_share, drawn[:, None])
        elif np.isfinite(y).any():
            through = np.interp((a, b), x[np.isfinite(y)], y[np.isfinite(y)], np.nan, np.nan)
            taken += _shares(to_share, np.concatenate([drawn, through])[None])
    for band in axes.collections:
        if isinstance(band, PolyCollection) and band.get_paths():
            corners = np.concatenate([path.vertices for path in band.get_paths()])
            taken += _shares(to_share, corners[(a - NEAR <= corners[:, 0]) & (corners[:, 0] <= b + NEAR), 1][None])
    middle, length, top = 0.5, 0.0, 0.0
    for low, high in sorted(taken):
        if low - top > length:
            middle, length = 0.5 * (low + top), low - top
        top = max(top, high)
    return middle, length


def _shares(to_share: Transform, values: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Lowest and highest of each row of ``values`` float64[k, m] in panel heights; rows without a number are left out."""
    return [
        tuple(np.clip(to_share.transform([(0.5, row.min()), (0.5, row.max())])[:, 1], 0.0, 1.0))
        for row in (row[np.isfinite(row)] for row in values)
        if len(row)
    ]
