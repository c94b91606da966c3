"""Volume and share by pair of blocs over time: simulated fans, observed points, dates of measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import bands
from .context import Context, Pair
from .marks import ROW, Mark, draw_key, draw_marks, key_height, rows_of, scenario_marks
from .page import Grid, Page, text_width
from .style import FAINT, SHADE, save

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
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
    marks = [m for m in scenario_marks(context.scenario, context.tables) if any(m.concerns(p.a, p.b) for p in pairs)]
    columns = min(2, len(pairs))
    rows = mark_rows(marks, pairs, columns)
    count = len(paths.replicates)
    page = Page(
        Grid(len(pairs), columns, 1.32, above=tuple(0.26 + ROW * len(row) for row in rows)),
        f"{context.title}: {quantity.heading}",
        context.condition,
        [bands.fan_words(count), context.observed_words(), MIDDLES, ENDS if marks else "", left_out],
        key=key_height(marks),
    )
    page.legend([*bands.fan_handles(count), *context.observed_handles(), *context.projected_handles()])
    medians = [bands.quantiles(paths.of(pair.name), (0.5,)) for pair in pairs]
    log = quantity is VOLUME and all(known_positive(m) for m in medians) and any(map(bands.is_log_sensible, medians))
    for place, (axes, pair) in enumerate(zip(page.axes, pairs, strict=True)):
        bands.year_axis(axes, time.show_from, time.end)
        drawn = bands.fan(axes, paths.times, paths.of(pair.name), context.pair_colours[pair.name])
        seen = context.draw_observed(axes, quantity.observed(context, pair))
        quantity_axis(axes, quantity, bands.known_values(drawn, seen), log)
        shade_projected(axes, context, (pair.a, pair.b), page.grid.height)
        groups = rows[place // columns]
        draw_marks(axes, [m for m in marks if m.concerns(pair.a, pair.b)], groups, page.grid.width)
        page.panel_title(axes, pair.title, 0.05 + ROW * len(groups))
        if place % columns == 0:
            axes.set_ylabel(quantity.unit + (" (log scale)" if log else ""))
    draw_key(page, marks)
    return save(page.figure, folder, quantity.name)


def final_sizes(paths: bands.Paths) -> dict[str, float]:
    """Pair -> largest median over time."""
    medians = [bands.known_values(bands.quantiles(values, (0.5,))) for values in paths.values]
    return {pair: float(m.max()) if len(m) else 0.0 for pair, m in zip(paths.pairs, medians, strict=True)}


def known_positive(medians: NDArray[np.float64]) -> bool:
    """Whether every known median is above 0."""
    return bool((bands.known_values(medians) > 0).all())


def quantity_axis(axes: Axes, quantity: Quantity, drawn: NDArray[np.float64], log: bool) -> None:
    """The y-axis of a quantity."""
    if quantity.name == "volume":
        bands.volume_axis(axes, drawn, log)
    else:
        bands.share_axis(axes, drawn)


def shade_projected(axes: Axes, context: Context, blocs: Sequence[str], height: float) -> None:
    """Shade the spans in which inputs of any country of ``blocs`` are projected, and say so in them.

    ``height`` of the panel in inches. To be called when everything else is drawn: the words stand where the span is
    emptiest, and nowhere if there is no room; the legend has them as well.
    """
    left, right = axes.get_xlim()
    for a, b in context.projected_spans(frozenset(blocs)):
        axes.axvspan(a, b, color=SHADE, lw=0, zorder=0.1)
        wide = (b - a) > 0.3 * (right - left)
        at, room = (0.05, 1.0) if wide else _emptiest(axes, a, b)
        if room * height > text_width(PROJECTED, 5.0) + 0.04:
            axes.text(
                0.5 * (a + b), at, PROJECTED, transform=axes.get_xaxis_transform(), ha="center", va="center",
                rotation=0 if wide else 90, fontsize=5.0, color=FAINT, zorder=0.2,
            )  # fmt: skip


def _emptiest(axes: Axes, a: float, b: float) -> tuple[float, float]:
    """Largest gap between lines and points at the times from ``a`` to ``b``: its middle and length over the height."""
    to_share = axes.transData + axes.transAxes.inverted()
    places = []
    for line in axes.get_lines():
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        known = np.isfinite(y)
        if line.get_linestyle() == "None":
            places += list(y[known & (a <= x) & (x <= b)])
        elif known.any() and x[known][0] <= 0.5 * (a + b) <= x[known][-1]:
            places.append(np.interp(0.5 * (a + b), x[known], y[known]))
    heights = [float(to_share.transform((0.5 * (a + b), y))[1]) for y in places]
    ends = np.clip(sorted([0.0, 1.0, *heights]), 0.0, 1.0)
    widest = int(np.argmax(np.diff(ends)))
    return float(0.5 * (ends[widest] + ends[widest + 1])), float(np.diff(ends)[widest])
