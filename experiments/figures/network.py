"""The network at the dates of snapshots: institutions that never move, partnerships by pair of blocs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from model.errors import InputError
from model.world import build_world

from .context import MOST_PANELS, Context
from .layout import INNER, OUTER, Layout, ring
from .page import EDGE, LINE, SMALL, WIDTH, Grid, Page, shortened
from .style import INK, WITHIN, save

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from model.world import World

MOST_DATES = 3
MOST_LINES = 6_000
"""Partnerships drawn in a panel; of more, every second, third, ... is drawn."""
CURVE = 10
"""Points of the curve of a partnership."""
NAMED = 3
"""Countries of a bloc whose largest institution is named."""
MOST_NAMED = 12
MOST_AREA = 40.0
"""Area of the largest dot, square points."""
SIZE_STEP = 0.3
"""Diameters of dots are multiples of it, points."""
REACH = (1.28, 1.2)
"""Half of a panel's width and height; the ring has radius 1."""
COVERED = 0.3
"""Share of the ring's area that dots cover."""
REST = "#595959"
OTHER_PAIRS = "other pairs"
INSIDE = "within a bloc"


@dataclass(frozen=True)
class Edges:
    """Partnerships at one date; E of them."""

    first: NDArray[np.int64]  # int64[E], row of an institution in the world
    second: NDArray[np.int64]  # int64[E]
    kind: NDArray[np.int64]  # int64[E], place of its pair of blocs among those that are told apart


def draw_network(folder: Path, context: Context, snapshots: pd.DataFrame) -> list[Path]:
    """Draw the network of the first replicate; nothing without snapshots.

    Raises `InputError` if a snapshot names an institution that the scenario's world does not have.
    """
    if snapshots.empty:
        return []
    world = build_world(context.scenario)
    first = snapshots[snapshots["replicate"] == snapshots["replicate"].min()]
    days = _chosen(np.unique(first["date"].to_numpy().astype("datetime64[D]")))
    kinds = _kinds(context)
    stamps = first["date"].to_numpy().astype("datetime64[D]")
    networks = [_edges(first[stamps == day], world, context, list(kinds)) for day in days]
    where = ring(world)
    named = named_institutions(world)
    columns = max(2, len(days))
    side = (WIDTH - 2 * EDGE) / columns
    counts = np.array([np.bincount(edges.kind, minlength=len(kinds)) for edges in networks])
    step = max(1, *(-(-len(edges.first) // MOST_LINES) for edges in networks))
    table = LINE * (len(kinds) + 1) + 0.1
    names = LINE * (-(-len(named) // 2)) + (0.12 if named else 0.0)
    page = Page(
        Grid(len(days), columns, side * REACH[1] / REACH[0], above=(0.16,), below=0.0, left=0.0, right=0.0),
        f"{context.title}: the network of one replicate",
        context.condition,
        [
            f"Replicate {int(snapshots['replicate'].min())} of the simulation, one path of chance; one institution stands",
            f"for about {world.omega:.3g} real ones. Dots: institutions, the area grows with the number of partners; in each",
            "bloc by country, the largest first, clockwise, and at the same place at every date. Lines: partnerships.",
            "Every institution of the world is there, also without partners.",
            f"One in {step} partnerships is drawn, all are counted." if step > 1 else "",
        ],
        key=table + names,
    )  # fmt: skip
    scale = _dot_scale(np.mean([2.0 * len(edges.first) for edges in networks]), side)
    for axes, day, edges in zip(page.axes, days, networks, strict=True):
        axes.set_xlim(-REACH[0], REACH[0])
        axes.set_ylim(-REACH[1], REACH[1])
        axes.set_rasterization_zorder(1.5)  # thousands of thin lines are an image in the SVG; the rest is not
        axes.set_axis_off()
        axes.set_title(str(day), loc="center", pad=2)
        _draw_edges(axes, where, edges, world, list(kinds.values()), step)
        _draw_institutions(axes, where, edges, world, context, scale)
        _draw_names(axes, where, world, named)
    _draw_table(page, list(kinds), list(kinds.values()), counts)
    _draw_key(page, world, named, page.key_top - table)
    return save(page.figure, folder, "network")


def _chosen(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """At most `MOST_DATES` of the dates, the first and the last among them."""
    if len(days) <= MOST_DATES:
        return days
    return days[np.linspace(0, len(days) - 1, MOST_DATES).round().astype(int)]


def _kinds(context: Context) -> dict[str, str]:
    """What partnerships are told apart by -> colour: pairs of blocs, the rest of pairs, and inside a bloc."""
    pairs = [pair for pair in context.pairs() if pair.a != pair.b]
    kinds = {pair.name: context.pair_colours[pair.name] for pair in pairs[:MOST_PANELS]}
    if len(pairs) > MOST_PANELS:
        kinds[OTHER_PAIRS] = REST
    return {**kinds, INSIDE: WITHIN}


def _edges(snapshot: pd.DataFrame, world: World, context: Context, kinds: list[str]) -> Edges:
    rows = [snapshot[side].map(world.rows).to_numpy(dtype=float) for side in ("a", "b")]
    if np.isnan(rows).any():
        unknown = snapshot[["a", "b"]].to_numpy()[np.isnan(rows).T][0]
        raise InputError(
            f"the world of the scenario has no institution {unknown!r}", where="snapshots",
            allowed="snapshots and scenario of the same run",
        )  # fmt: skip
    first, second = (side.astype(np.int64) for side in rows)
    blocs = len(world.blocs)
    number = np.full((blocs, blocs), kinds.index(INSIDE))
    for a in range(blocs):
        for b in range(a + 1, blocs):
            name = f"{context.blocs[a]}-{context.blocs[b]}"
            number[a, b] = number[b, a] = kinds.index(name if name in kinds else OTHER_PAIRS)
    return Edges(first, second, number[world.arrays.bloc[first], world.arrays.bloc[second]])


def named_institutions(world: World) -> list[int]:
    """Rows of the institutions that are named: the largest with a real name, of the first countries of every bloc."""
    arrays, named = world.arrays, []
    for bloc in range(len(world.blocs)):
        for country in np.flatnonzero(arrays.country_bloc == bloc)[:NAMED]:
            members = [row for row in np.flatnonzero(arrays.country == country) if world.real[row]]
            if members:
                named.append(int(max(members, key=lambda row: arrays.size_weight[row])))
    return named[:MOST_NAMED]


# --- a panel -----------------------------------------------------------------------------------------------------


def _draw_edges(axes: Axes, where: Layout, edges: Edges, world: World, colours: list[str], step: int) -> None:
    """Curves that bend towards the middle, bundled by pair of blocs; inside a bloc below, rare pairs on top."""
    sizes = np.bincount(edges.kind, minlength=len(colours))
    for kind in sorted(range(len(colours)), key=lambda k: (k != len(colours) - 1, -sizes[k])):
        of_kind = np.flatnonzero(edges.kind == kind)[::step]
        if not len(of_kind):
            continue
        a, b = edges.first[of_kind], edges.second[of_kind]
        curves = bezier(where.at[a], where.control(world.arrays.bloc[a], world.arrays.bloc[b], a, b), where.at[b])
        inside = kind == len(colours) - 1
        alpha = float(np.clip((2.0 if inside else 4.0) / np.sqrt(len(of_kind)), 0.03, 0.7))
        axes.add_collection(
            LineCollection(
                list(curves), colors=colours[kind], linewidths=0.3 if inside else 0.45, alpha=alpha,
                zorder=1,
            ),
            autolim=False,
        )  # fmt: skip


def bezier(start: NDArray[np.float64], control: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quadratic curves, float64[E, CURVE, 2]."""
    t = np.linspace(0.0, 1.0, CURVE)[None, :, None]
    return np.asarray((1 - t) ** 2 * start[:, None] + 2 * t * (1 - t) * control[:, None] + t**2 * end[:, None])


def _dot_scale(ends: float, side: float) -> float:
    """Area of a dot for each partner, square points, for ``ends`` ends of partnerships on a ring in a panel of ``side``."""
    unit = 72.0 * side / (2.0 * REACH[0])
    return COVERED * np.pi * (OUTER**2 - INNER**2) * unit**2 / max(1.0, ends)


def _draw_institutions(axes: Axes, where: Layout, edges: Edges, world: World, context: Context, scale: float) -> None:
    degree = np.bincount(np.concatenate([edges.first, edges.second]), minlength=world.n)
    colours = np.array([context.bloc_colours[bloc] for bloc in world.blocs])[world.arrays.bloc]
    area = np.clip(scale * degree, min(0.4, scale), MOST_AREA)
    sizes = np.maximum(1, np.round(np.sqrt(area) / SIZE_STEP)).astype(int)  # few sizes keep the SVG small
    order = 1.4 if world.n > MOST_LINES else 2.0
    for size in np.unique(sizes):
        x, y = where.at[sizes == size].T
        axes.scatter(x, y, s=(SIZE_STEP * size) ** 2, c=colours[sizes == size], lw=0, zorder=order)
    for b, bloc in enumerate(world.blocs):
        x, y = 1.16 * where.centre[b]
        axes.text(x, y, bloc, **_along(where.centre[b]), fontsize=SMALL + 0.5, fontweight="bold")
    for c, code in enumerate(world.countries):
        if np.count_nonzero(world.arrays.country_bloc == world.arrays.country_bloc[c]) > 1:
            outwards = where.direction(np.flatnonzero(world.arrays.country == c))
            x, y = 1.06 * outwards
            axes.text(x, y, code, **_along(outwards), fontsize=4.5)


def _along(outwards: NDArray[np.float64]) -> dict[str, Any]:
    """How a text lies along the ring, upright, at the end of a unit vector."""
    turn = np.degrees(np.arctan2(outwards[1], outwards[0])) - 90.0
    upright = (turn + 90.0) % 180.0 - 90.0
    return {"rotation": upright, "rotation_mode": "default", "ha": "center", "va": "center", "color": INK}


def _draw_names(axes: Axes, where: Layout, world: World, named: list[int]) -> None:
    """Numbers of the named institutions, inside the ring."""
    for number, row in enumerate(named, start=1):
        x, y = where.at[row] / np.hypot(*where.at[row])
        axes.plot(*where.at[row], marker="o", ms=2.2, mfc="none", mec=INK, mew=0.5, zorder=3)
        axes.annotate(
            str(number), where.at[row], xytext=(x * (INNER - 0.08), y * (INNER - 0.08)), ha="center", va="center",
            fontsize=5.0, color=INK, zorder=4,
            bbox={"boxstyle": "circle,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
        )  # fmt: skip


# --- below -------------------------------------------------------------------------------------------------------


def _draw_table(page: Page, kinds: list[str], colours: list[str], counts: NDArray[np.int64]) -> None:
    """Partnerships by pair of blocs below each panel; they are the legend as well."""
    width = page.grid.width
    for place, column in enumerate(counts):
        middle = EDGE + (place + 0.5) * width
        page.text(middle + 0.7, page.key_top, "partnerships", size=SMALL - 0.5, ha="right", va="top", color=INK)
        for number, (kind, colour, count) in enumerate(zip(kinds, colours, column, strict=True), start=1):
            y = page.key_top - number * LINE
            line = Line2D(
                [(middle - 0.95) / WIDTH, (middle - 0.72) / WIDTH], [(y - 0.045) / page.height] * 2, color=colour, lw=1.6,
                transform=page.figure.transFigure, figure=page.figure,
            )  # fmt: skip
            page.figure.add_artist(line)
            page.text(middle - 0.66, y, kind, size=SMALL, va="top")
            page.text(middle + 0.7, y, f"{count:,}", size=SMALL, ha="right", va="top")


def _draw_key(page: Page, world: World, named: list[int], top: float) -> None:
    """Names of the numbered institutions, in two columns."""
    rows = -(-len(named) // 2)
    for place, row in enumerate(named):
        column, line = divmod(place, max(1, rows))
        x, y = EDGE + column * 0.5 * (WIDTH - 2 * EDGE), top - 0.04 - line * LINE
        page.text(x, y, f"{place + 1}", size=SMALL, va="top")
        text = f"{world.names[row]} ({world.country_names[world.arrays.country[row]]})"
        page.text(x + 0.2, y, shortened(text, 0.5 * (WIDTH - 2 * EDGE) - 0.3), size=SMALL, va="top")
