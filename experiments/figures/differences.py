"""Differences of scenarios to the first one, within replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy.special import stdtrit

from model.clock import year_of

from . import bands
from .arms import Arm, common, marked_words, marks_between, window
from .context import Pair
from .key import draw_key, key_height
from .marks import ROW
from .page import Grid, Page
from .style import FAINT, INK, save
from .trajectories import MIDDLES, SHARE, VOLUME, Quantity, finish_panel, mark_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

LEAD_YEARS = 4.0
"""Years that are shown before the scenarios part."""


@dataclass(frozen=True)
class Difference:
    """A paired difference at T times."""

    times: NDArray[np.float64]  # float64[T], years
    mean: NDArray[np.float64]  # float64[T], over replicates
    median: NDArray[np.float64]  # float64[T]
    low: NDArray[np.float64]  # float64[T], 95 % interval of the mean; the mean itself with one replicate
    high: NDArray[np.float64]  # float64[T]


def paired_difference(of: bands.Paths, base: bands.Paths, pair: str) -> Difference:
    """Differences within replicates: mean with its 95 % interval (Student's t) and median."""
    times, a, b = common(of, base, pair)
    values = a - b
    known = np.isfinite(values)
    n = known.sum(axis=1)
    filled = np.where(known, values, 0.0)
    mean = np.divide(filled.sum(axis=1), n, out=np.full(len(times), np.nan), where=n > 0)
    squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
    error = np.sqrt(squares / np.maximum(1, n - 1) / np.maximum(1, n))
    half = np.where(n > 1, stdtrit(np.maximum(1, n - 1), 0.975) * error, 0.0)
    return Difference(times, mean, bands.quantiles(values, (0.5,))[0], mean - half, mean + half)


def draw_differences(folder: Path, arms: Sequence[Arm], pairs: Sequence[Pair], left_out: str) -> list[Path]:
    """Draw the differences of volume and share, a row for each pair of blocs."""
    start, _ = window(arms, pairs, LEAD_YEARS)
    ends = [arm.context.scenario.time.end for arm in arms]
    end = min(ends[0], max(ends[1:]))
    marks = marks_between(arms, pairs, start, end)
    rows = mark_rows(marks, pairs, 1)
    context = max((arm.context for arm in arms), key=lambda c: c.scenario.time.end)
    count = len(np.intersect1d(arms[0].volume.replicates, arms[1].volume.replicates))
    page = Page(
        Grid(2 * len(pairs), 2, 0.78, above=tuple(0.26 + ROW * len(row) for row in rows), left=0.56),
        f"Differences to {arms[0].letter}, {arms[0].context.title}",
        context.condition,
        [
            "Left: joint works a year. Right: share of all joint works, in percentage points.", _difference_words(count, context.spread),
            MIDDLES, marked_words(marks), left_out,
        ],
        key=key_height(marks),
        legend=[*_difference_handles(arms, count), *context.projected_handles()],
    )  # fmt: skip
    for place, axes in enumerate(page.axes):
        pair, quantity = pairs[place // 2], (VOLUME, SHARE)[place % 2]
        bands.year_axis(axes, start, end)
        drawn = []
        for arm in arms[1:]:
            if pair.name in arm.paths(quantity).pairs and pair.name in arms[0].paths(quantity).pairs:
                difference = paired_difference(arm.paths(quantity), arms[0].paths(quantity), pair.name)
                drawn.append(_draw_difference(axes, difference, arm.colour, year_of(start)))
        axes.plot(axes.get_xlim(), (0.0, 0.0), color=INK, lw=0.7, zorder=1.5)
        _difference_axis(axes, bands.known_values(*drawn), quantity)
        axes.set_ylabel("works a year" if quantity is VOLUME else "percentage points")
        finish_panel(page, axes, place, pair, marks, rows, context)
    draw_key(page, marks)
    return save(page.figure, folder, "difference")


def _draw_difference(axes: Axes, difference: Difference, tint: str, first: float) -> NDArray[np.float64]:
    inside = difference.times >= first
    times = difference.times[inside]
    low, high, mean, median = (
        part[inside] for part in (difference.low, difference.high, difference.mean, difference.median)
    )
    axes.fill_between(times, low, high, color=tint, alpha=0.25, lw=0)
    axes.plot(times, median, color=tint, lw=0.8, ls=(0, (3, 1.5)))
    axes.plot(times, mean, color=tint)
    return np.stack([low, high, mean, median])


def _difference_handles(arms: Sequence[Arm], count: int) -> list[Artist]:
    handles: list[Artist] = [Line2D([], [], color=arm.colour, lw=1.6, label=arm.label) for arm in arms[1:]]
    if count > 1:
        handles += [
            Line2D([], [], color=FAINT, label="mean"),
            Patch(color=FAINT, alpha=0.3, lw=0, label="its 95 % interval"),
            Line2D([], [], color=FAINT, lw=0.8, ls=(0, (3, 1.5)), label="median"),
        ]
    return handles


def _difference_words(count: int, spread: str) -> str:
    if count == 1:
        return "Differences within the one replicate; without an interval they cannot be told from chance."
    return (
        f"Differences within each of {count} replicates that saw the same luck: mean with its 95 % interval (Student's t; "
        f"{spread}), median."
    )


def _difference_axis(axes: Axes, drawn: NDArray[np.float64], quantity: Quantity) -> None:
    """Differences on the y-axis, zero included."""
    low, high = (float(min(0.0, drawn.min())), float(max(0.0, drawn.max()))) if len(drawn) else (0.0, 0.0)
    if high == low:
        low, high = -1.0 if quantity is VOLUME else -0.001, 1.0 if quantity is VOLUME else 0.001
    margin = 0.1 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=bands.STEPS))
    if quantity is VOLUME:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: signed(f"{y:+,.10g}")))
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: signed(f"{100 * y:+.4g}")))


def signed(number: str) -> str:
    """A number with a proper sign; zero has none."""
    return "0" if number.strip("+-0.") == "" else number.replace("-", "\u2212")
