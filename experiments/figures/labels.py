"""Names at the ends of lines and areas, moved apart where they would overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from .page import SMALL, shortened, text_width

LEADER = 0.1
"""Length of the line between a panel and a name, inches."""
MOST_ROOM = 1.0
"""Longest name, inches."""


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places moved apart to at least ``gap``, as little as possible, in their order and inside [low, high].

    The least squares solution: neighbours that would overlap form a block around the mean of their places. If there is
    no room for all, they are spread evenly.
    """
    if not len(places):
        return []
    gap = min(gap, (high - low) / max(1, len(places) - 1)) if len(places) > 1 else gap
    order = np.argsort(places, kind="stable")
    blocks: list[tuple[float, int]] = []  # mean of (place - gap * number), members
    for number, k in enumerate(order):
        mean, members = float(places[k]) - gap * number, 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean = (mean * members + before * count) / (members + count)
            members += count
        blocks.append((mean, members))
    shifted = np.clip(np.repeat([m for m, _ in blocks], [n for _, n in blocks]), low, high - gap * (len(places) - 1))
    out = np.empty(len(places))
    out[order] = shifted + gap * np.arange(len(places))
    return [float(value) for value in out]


def label_room(names: Sequence[str]) -> float:
    """Room that names at the right of a panel need, inches."""
    return LEADER + 0.06 + min(MOST_ROOM, max((text_width(name) for name in names), default=0.0))


def label_ends(axes: Axes, names: Sequence[str], places: Sequence[float], colours: Sequence[str], height: float) -> None:
    """Names at the right of a panel of ``height`` inches, at ``places`` on the y-axis, with a short leader to each."""
    low, high = axes.get_ylim()
    shares = [(place - low) / (high - low) for place in places]
    at = spread(shares, 0.1 / height, 0.02, 0.98)
    for name, share, y, colour in zip(names, shares, at, colours, strict=True):
        axes.annotate(
            shortened(name, MOST_ROOM), (1.0, share), xytext=(1.0 + LEADER / _width(axes), y), xycoords="axes fraction",
            textcoords="axes fraction", ha="left", va="center", fontsize=SMALL, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.6, "color": colour, "shrinkA": 1.0, "shrinkB": 0.0},
        )  # fmt: skip


def _width(axes: Axes) -> float:
    """Width of a panel, inches."""
    figure = axes.get_figure()
    return float(axes.get_position().width * figure.get_size_inches()[0]) if figure is not None else 1.0
