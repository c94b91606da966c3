"""Who needs whom more, over time and by scenario: dependency asymmetry of partnerships and of joint works."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from model.clock import date_of

from . import bands
from .arms import BASE, LETTERS
from .context import Context
from .differences import signed
from .labels import label_ends, label_room
from .page import SMALL, Grid, Page
from .style import FAINT, INK, SHADE, colour, save

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

INDICATORS = {"dependency.partnerships": "Partnerships", "dependency.output": "Joint works"}
MOST = 3
"""Pairs that the figure has room for."""
LEAD_YEARS = 6.0
"""Years that are shown before the scenarios part."""


def draw_dependency(folder: Path, contexts: Sequence[Context], frames: Sequence[pd.DataFrame]) -> list[Path]:
    """Draw the asymmetry of the first bloc's pairs into ``folder / "figures"``; nothing in a world of one bloc.

    ``frames`` are the indicators of the scenarios of ``contexts``, the base first.
    """
    first, *others = contexts[0].blocs
    pairs = [f"{first}>{other}" for other in others][:MOST]
    paths = {
        name: [
            bands.read_paths(frame, name, pairs, context.scenario.time.show_from)
            for context, frame in zip(contexts, frames, strict=True)
        ]
        for name in INDICATORS
    }
    if not pairs or not any(len(p.pairs) for of in paths.values() for p in of):
        return []
    start, end = _window(contexts, paths, pairs)
    longest = max(contexts, key=lambda c: c.scenario.time.end)
    many, count = len(contexts) > 1, max(len(p.replicates) for p in paths["dependency.partnerships"])
    tints = [BASE if many and k == 0 else colour(max(0, k - 1)) for k in range(len(contexts))]
    letters = LETTERS[: len(contexts)] if many else ""
    page = Page(
        Grid(2 * len(pairs), len(pairs), 1.38, above=(0.26,), left=0.46, right=label_room(letters) if many else 0.1),
        "Who needs whom more" if many else f"{contexts[0].title}: who needs whom more",
        longest.condition,
        [
            "Dependency asymmetry: share of A's partnerships (joint works) that are with B, less share of B's that are with A, in "
            "percentage points; above 0 A needs B more.",
            bands.fan_words(count, longest.spread, inner=False),
        ],
        legend=[
            *(
                Line2D([], [], color=tint, lw=1.6, label=f"{letter}  {context.title}")
                for tint, letter, context in zip(tints, letters, contexts, strict=False)
            ),
            *(() if many else bands.fan_handles(count, inner=False)), *longest.projected_handles(),
        ],
    )  # fmt: skip
    for row, (indicator, heading) in enumerate(INDICATORS.items()):
        for column, pair in enumerate(pairs):
            axes = page.axes[row * len(pairs) + column]
            a, b = pair.split(">")
            page.panel_title(axes, f"{heading}: {a} on {b}")
            bands.year_axis(axes, date_of(start), date_of(end))
            axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10]))
            drawn, ends, ended = [], [], []
            for k, of in enumerate(paths[indicator]):
                if pair not in of.pairs:
                    continue
                inside = of.times >= start
                values = of.of(pair)[inside]
                band = bands.fan(
                    axes,
                    of.times[inside],
                    values,
                    tints[k],
                    inner=False,
                    alpha=0.13,
                    width=1.8 if many and k == 0 else 1.2,
                )
                drawn.append(band)
                known = band[0][np.isfinite(band[0])]
                if many and len(known):
                    ends.append(float(known[-1]))
                    ended.append(k)
            _axis(axes, bands.known_values(*drawn), a, b)
            label_ends(
                axes, [letters[k] for k in ended], ends, [tints[k] for k in ended], page.grid.width, page.grid.height
            )
            if column == 0:
                axes.set_ylabel("percentage points")
            for since, until in longest.projected_spans(frozenset((a, b))):
                axes.axvspan(since, until, color=SHADE, lw=0, zorder=0.1)
    return save(page.figure, Path(folder), "dependency")


def _window(
    contexts: Sequence[Context], paths: dict[str, list[bands.Paths]], pairs: Sequence[str]
) -> tuple[float, float]:
    """First and last time: of several scenarios not long before they part."""
    first, last = min(c.shown[0] for c in contexts), max(c.shown[1] for c in contexts)
    parted = []
    for of in paths.values():
        base = of[0]
        for other in of[1:]:
            _, at, there = np.intersect1d(base.times.round(6), other.times.round(6), return_indices=True)
            for pair in pairs:
                if pair in base.pairs and pair in other.pairs and len(at):
                    a, b = (np.nan_to_num(p.of(pair)[k].mean(axis=1)) for p, k in ((base, at), (other, there)))
                    apart = base.times[at][a != b]
                    parted += [float(apart[0])] if len(apart) else []
    return (max(first, float(np.floor(min(parted) - LEAD_YEARS))) if parted else first), last


def _axis(axes: Axes, drawn: np.ndarray, a: str, b: str) -> None:
    """Percentage points around zero, and at each side of it who needs whom more."""
    low, high = (float(min(0.0, drawn.min())), float(max(0.0, drawn.max()))) if len(drawn) else (-0.1, 0.1)
    room = 0.14 * max(high - low, 0.02)
    axes.set_ylim(low - (room if low < -0.1 * high else 0.5 * room), high + (1.4 * room if high > 0.0 else 0.5 * room))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=bands.STEPS))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: signed(f"{100 * y:+.4g}")))
    axes.plot(axes.get_xlim(), (0.0, 0.0), color=INK, lw=0.7, zorder=1.5)
    for there, y, va, words in (
        (high > 0.02, 0.985, "top", f"{a} needs {b} more"),
        (low < -0.02, 0.02, "bottom", f"{b} needs {a} more"),
    ):
        if there:
            axes.text(
                0.02, y, words, transform=axes.transAxes, ha="left", va=va, fontsize=SMALL, color=FAINT, style="italic"
            )
