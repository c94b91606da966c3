"""Who holds the partnerships of a pair: the share of listed institutions against their share of all, by date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from model.clock import year_of

from . import bands
from .arms import BASE, LETTERS
from .context import Context
from .differences import signed
from .labels import label_ends, label_room
from .page import Grid, Page
from .style import FAINT, INK, colour, save
from .trajectories import shade_projected

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..shocks import Sorting

MOST = 2
"""Pairs that the figure has room for."""
APART = 0.14
"""Years by which the intervals of scenarios stand apart."""


def draw_sorting(folder: Path, contexts: Sequence[Context], found: Sequence[Sorting], replicates: int) -> list[Path]:
    """Draw sorting of pairs with the first bloc into ``folder / "figures"``; nothing where nobody is listed.

    ``contexts`` are the scenarios, the base first; ``found`` their values at the dates of snapshots.
    """
    pairs = list(dict.fromkeys(row.pair for row in found))[:MOST]
    if not pairs:
        return []
    many = len(contexts) > 1
    names = [context.scenario.name for context in contexts]
    tints = [BASE if many and k == 0 else colour(max(0, k - 1)) for k in range(len(names))]
    letters = LETTERS[: len(names)] if many else ""
    longest = max(contexts, key=lambda c: c.scenario.time.end)
    days = [row.day for row in found if row.pair in pairs]
    start = max(longest.shown[0], year_of(min(days)) - 1.0)
    page = Page(
        Grid(2 * len(pairs), len(pairs), 1.5, above=(0.38, 0.26), left=0.46, right=label_room(letters) if many else 0.1),
        "Who of a side holds the partnerships" if many else f"{contexts[0].title}: who of a side holds the partnerships",
        longest.condition,
        [
            "Above: share of the partnerships of a pair that listed institutions of one side hold; dashed: their share of all "
            "partnerships of their side. Below: the first less the second, in percentage points; above 0 they hold more than "
            "would be expected.",
            f"Means of {replicates} replicates with 95 % intervals (Student's t; {longest.spread}), at the "
            "dates of snapshots; steps are dates at which institutions were listed." if replicates > 1 else "One replicate, at the dates of snapshots.",
        ],
        legend=[
            *(
                Line2D([], [], color=tint, marker="o", ms=3, lw=1.2, label=f"{letter}  {context.title}")
                for tint, letter, context in zip(tints, letters, contexts, strict=False)
            ),
            Line2D([], [], color=FAINT, lw=1.0, ls=(0, (3, 1.5)), label="of all partnerships of their side"),
            *longest.projected_handles(),
        ],
    )  # fmt: skip
    for column, pair in enumerate(pairs):
        a, b = pair.split(">")
        above, below = page.axes[column], page.axes[column + len(pairs)]
        page.panel_title(above, f"{_between(pair, longest)} partnerships that\nlisted institutions of {b} hold")
        page.panel_title(below, "More than expected")
        for axes in (above, below):
            bands.year_axis(axes, longest.scenario.time.show_from, longest.scenario.time.end)
            axes.set_xlim(start, longest.shown[1] + 0.4)
        _column(page, above, below, pair, found, names, tints, letters)
        if column == 0:
            above.set_ylabel("share of partnerships")
            below.set_ylabel("percentage points")
        for axes in (above, below):
            shade_projected(axes, longest, (a, b), page.grid.width, page.grid.height)
    return save(page.figure, Path(folder), "sorting")


def _between(pair: str, context: Context) -> str:
    """The two blocs in the order of the tables."""
    return "–".join(sorted(pair.split(">"), key=context.blocs.index))


def _column(
    page: Page, above: Axes, below: Axes, pair: str, found: Sequence[Sorting], names: Sequence[str], tints: Sequence[str],
    letters: str,
) -> None:  # fmt: skip
    """Draw both panels of a pair."""
    reach: dict[Axes, list[float]] = {above: [0.0], below: [0.0]}
    ends: dict[Axes, list[tuple[int, float]]] = {above: [], below: []}
    for k, name in enumerate(names):
        rows = [row for row in found if (row.pair, row.scenario) == (pair, name)]
        if not rows:
            continue
        times = np.array([year_of(row.day) for row in rows])
        apart = times + APART * (k - 0.5 * (len(names) - 1))
        above.plot(times, [row.expected.value for row in rows], color=tints[k], lw=0.9, ls=(0, (3, 1.5)), alpha=0.8)
        for axes, at, values in ((above, times, [r.share for r in rows]), (below, apart, [r.excess for r in rows])):
            means = [v.value for v in values]
            axes.plot(at, means, color=tints[k], lw=1.1, marker="o", ms=2.6, zorder=3)
            for t, v in zip(at, values, strict=True):
                if axes is below and v.low is not None and v.high is not None:
                    axes.plot(
                        (t, t), (v.low, v.high), color=tints[k], lw=0.8, alpha=0.6, solid_capstyle="butt", zorder=2
                    )
                    reach[axes] += [v.low, v.high]
            reach[axes] += means
            ends[axes].append((k, means[-1]))
        reach[above] += [row.expected.value for row in rows]
    above.set_ylim(0.0, 1.08 * max(reach[above]) or 1.0)
    above.yaxis.set_major_formatter(bands.PER_CENT)
    low, high = min(reach[below]), max(reach[below])
    margin = 0.08 * max(high - low, 0.01)
    below.set_ylim(low - margin, high + margin)
    below.yaxis.set_major_formatter(FuncFormatter(lambda y, _: signed(f"{100 * y:+.4g}")))
    below.plot(below.get_xlim(), (0.0, 0.0), color=INK, lw=0.7, zorder=1.5)
    for axes in (above, below):
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=bands.STEPS))
        if letters:
            shown = [(k, y) for k, y in ends[axes]]
            label_ends(
                axes, [letters[k] for k, _ in shown], [y for _, y in shown], [tints[k] for k, _ in shown], page.grid.width,
                page.grid.height,
            )  # fmt: skip
