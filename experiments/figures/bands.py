"""Fans: medians and bands over replicates, from the tidy series of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from model.clock import date_of, year_of

from .style import FAINT

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTER = (0.05, 0.95)
STEPS = (1, 2, 2.5, 5, 10)
"""Distances of ticks, up to powers of ten."""
INNER = (0.25, 0.75)
PER_CENT = FuncFormatter(lambda y, _: f"{100 * y:.4g} %")
FEW = 5
"""Fewer replicates than this are drawn one by one: quantiles of so few say nothing."""


@dataclass(frozen=True)
class Paths:
    """An indicator by pair, period and replicate; P pairs, T periods, R replicates."""

    pairs: tuple[str, ...]
    times: NDArray[np.float64]  # float64[T], middles of the periods, years
    replicates: NDArray[np.int64]  # int64[R]
    values: NDArray[np.float64]  # float64[P, T, R], NaN where undefined

    def of(self, pair: str) -> NDArray[np.float64]:
        """float64[T, R]."""
        return self.values[self.pairs.index(pair)]


def read_paths(series: pd.DataFrame, indicator: str, pairs: Sequence[str], shown_from: date) -> Paths:
    """The paths of an indicator; pairs that the series lacks are left out.

    ``shown_from`` is the first day of the first period: a flow of a period stands in its middle, where observed works
    of a year stand as well.
    """
    rows = series[(series["indicator"] == indicator).to_numpy() & series["pair"].isin(list(pairs)).to_numpy()]
    days, period = np.unique(rows["date"].to_numpy().astype("datetime64[D]"), return_inverse=True)
    replicates, replicate = np.unique(rows["replicate"].to_numpy().astype(np.int64), return_inverse=True)
    found = set(rows["pair"].unique())
    kept = tuple(pair for pair in pairs if pair in found)
    place = rows["pair"].map({pair: k for k, pair in enumerate(kept)}).to_numpy().astype(np.int64)
    values = np.full((len(kept), len(days), len(replicates)), np.nan)
    values[place, period, replicate] = rows["value"].to_numpy(dtype=float)
    return Paths(kept, middles(days, shown_from), replicates, values)


def middles(last_days: NDArray[np.datetime64], shown_from: date) -> NDArray[np.float64]:
    """Middles of periods that follow each other, from their last days; float64[T], years."""
    ends = np.array([year_of(day) for day in (last_days + np.timedelta64(1, "D")).astype(object)], float)
    starts = np.concatenate([[year_of(shown_from)], ends])[: len(ends)]
    return 0.5 * (np.where(starts < ends, starts, ends) + ends)


def quantiles(values: NDArray[np.float64], q: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles over replicates, float64[len(q), T], of those that are defined; NaN where none is."""
    out = np.full((len(q), len(values)), np.nan)
    finite = np.isfinite(values)
    whole = finite.all(axis=1)
    if values.shape[1] and whole.any():
        out[:, whole] = np.quantile(values[whole], q, axis=1)
    for t in np.flatnonzero(finite.any(axis=1) & ~whole):
        out[:, t] = np.quantile(values[t][finite[t]], q)
    return out


def fan(
    axes: Axes, times: NDArray[np.float64], values: NDArray[np.float64], colour: str, *, inner: bool = True, alpha: float = 0.2,
    width: float = 1.3,
) -> NDArray[np.float64]:  # fmt: skip
    """Draw the median and bands of ``values`` float64[T, R]; returns what is drawn as float64[k, T], for the limits."""
    low, a, median, b, high = quantiles(values, (OUTER[0], INNER[0], 0.5, INNER[1], OUTER[1]))
    count = values.shape[1]
    lone = len(times) == 1
    if count >= FEW:
        for lower, upper, strength in ((low, high, alpha), (a, b, 0.3))[: 1 + inner]:
            if lone:
                axes.vlines(times, lower, upper, color=colour, alpha=strength, lw=6)
            else:
                axes.fill_between(times, lower, upper, color=colour, alpha=strength, lw=0)
    elif count > 1:
        axes.plot(times, values, color=colour, lw=0.5, alpha=0.6, marker="_" if lone else None)
    axes.plot(times, median, color=colour, lw=width, marker="D" if lone else None, ms=3.5)
    return np.stack([median, low, high])


def fan_handles(count: int, inner: bool = True) -> list[Artist]:
    """Legend of a fan."""
    handles: list[Artist] = [Line2D([], [], color=FAINT, lw=1.3, label="median" if count > 1 else "simulated")]
    if count >= FEW:
        if inner:
            handles.append(Patch(color=FAINT, alpha=0.55, lw=0, label="50 %"))
        handles.append(Patch(color=FAINT, alpha=0.22, lw=0, label="90 % of replicates"))
    elif count > 1:
        handles.append(Line2D([], [], color=FAINT, lw=0.5, label="each replicate"))
    return handles


def fan_words(count: int, spread: str, inner: bool = True) -> str:
    """What a fan of ``count`` replicates shows, for the caption; ``spread`` is what they differ in."""
    if count == 1:
        return "Line: the one replicate; one path of chance, not an estimate."
    if count < FEW:
        return f"Thick line: median of {count} replicates, thin lines: each of them ({spread})."
    bands = "bands: 50 % and 90 %" if inner else "bands: 90 %"
    return f"Line: median, {bands} of {count} replicates ({spread})."


# --- axes --------------------------------------------------------------------------------------------------------


def year_axis(axes: Axes, start: date, end: date) -> None:
    """Time from ``start`` to ``end`` on the x-axis, ticks at the beginnings of years."""
    first, last = year_of(start), year_of(end)
    axes.set_xlim(first, last)
    if last - first < 2:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[2.5, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{date_of(x + 1e-6):%Y-%m}"))
        return
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0f}"))


def known_values(*drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """All finite values of what is drawn in a panel."""
    together = np.concatenate([np.ravel(part) for part in drawn]) if drawn else np.empty(0)
    return together[np.isfinite(together)]


def volume_axis(axes: Axes, drawn: NDArray[np.float64], log: bool) -> None:
    """Joint works on the y-axis, for the values that are drawn (finite)."""
    if not len(drawn) or drawn.max() <= 0:
        axes.set_ylim(0, 1)
        return
    if log:
        positive = drawn[drawn > 0]
        low, high = float(positive.min()), float(positive.max())
        axes.set_yscale("log")
        margin = max(1.1, (high / low) ** 0.06)
        axes.set_ylim(low / margin, high * margin)
        decades = np.log10(high / low)
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if decades > 2.2 else (1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(0, 1.08 * float(drawn.max()))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=STEPS))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.10g}"))


def share_axis(axes: Axes, drawn: NDArray[np.float64]) -> None:
    """Shares on the y-axis in per cent, from 0."""
    top = 1.08 * float(drawn.max()) if len(drawn) and drawn.max() > 0 else 1.0
    axes.set_ylim(0, min(top, 1.0) if top < 1.3 else top)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=STEPS))
    axes.yaxis.set_major_formatter(PER_CENT)
