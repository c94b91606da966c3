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


def spread(places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of items of given sizes, moved apart as little as possible so that none overlap, inside [low, high].

    The least squares solution in the order of the places: items that would overlap form a block around the mean of
    their places. If there is no room for all, sizes are shrunk.
    """
    if not len(places):
        return []
    order = np.argsort(places, kind="stable")
    extent = np.asarray(sizes, float)[order]
    extent = extent * min(1.0, (high - low) / max(float(extent.sum()), 1e-12))
    offset = np.cumsum(extent) - 0.5 * extent  # middles when they stand side by side from 0
    blocks: list[tuple[float, int]] = []  # mean of (place - offset), members
    for number, k in enumerate(order):
        mean, members = float(places[k]) - float(offset[number]), 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean = (mean * members + before * count) / (members + count)
            members += count
        blocks.append((mean, members))
    shifts = np.repeat([mean for mean, _ in blocks], [members for _, members in blocks])
    out = np.empty(len(places))
    out[order] = np.clip(shifts, low, high - float(extent.sum())) + offset
    return [float(value) for value in out]


def label_room(names: Sequence[str]) -> float:
    """Room that names at the right of a panel need, inches."""
    return LEADER + 0.06 + min(MOST_ROOM, max((text_width(name) for name in names), default=0.0))


def label_ends(
    axes: Axes, names: Sequence[str], places: Sequence[float], colours: Sequence[str], width: float, height: float
) -> None:
    """Names at the right of a panel of ``width`` and ``height`` inches, at ``places`` on the y-axis, each with a leader."""
    low, high = axes.get_ylim()
    shares = [(place - low) / (high - low) for place in places]
    at = spread(shares, [0.1 / height] * len(shares), 0.0, 1.0)
    for name, share, y, colour in zip(names, shares, at, colours, strict=True):
        axes.annotate(
            shortened(name, MOST_ROOM), (1.0, share), xytext=(1.0 + LEADER / width, y), xycoords="axes fraction",
            textcoords="axes fraction", ha="left", va="center", fontsize=SMALL, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.6, "color": colour, "shrinkA": 1.0, "shrinkB": 0.0},
        )  # fmt: skip
