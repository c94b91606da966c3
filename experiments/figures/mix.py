"""Partner mix: with whom the joint works of a bloc are, by partner bloc and by partner country."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from . import bands
from .context import Context
from .labels import label_ends, label_room
from .page import Grid, Page
from .style import WITHIN, pair_name, save
from .trajectories import MIDDLES, shade_projected

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

BLOCS = 2
"""Blocs whose mix is drawn: the first ones."""
MOST_AREAS = 9
"""Partner countries with an area of their own; the rest is one."""
OTHERS = "other countries"


def draw_mix(folder: Path, context: Context, series: pd.DataFrame) -> list[Path]:
    """Draw the mix of the first blocs; nothing in a world of one bloc."""
    blocs = context.blocs
    if len(blocs) < 2:
        return []
    time = context.scenario.time
    directed = [f"{a}>{b}" for a in blocs for b in blocs if a != b]
    by_bloc = bands.read_paths(series, "output.mix", directed, time.show_from)
    if not by_bloc.pairs:
        return []
    works = bands.read_paths(series, "output.works", _country_pairs(context), time.show_from)
    count = len(by_bloc.replicates)
    drawn = blocs[:BLOCS]
    page = Page(
        Grid(2 * len(drawn), 2, 1.6, above=(0.24,), left=0.42, right=label_room(_labels(context))),
        f"{context.title}: with whom joint works are",
        context.condition,
        [
            "Left, share by partner bloc:", _lowered(bands.fan_words(count, context.spread)), context.observed_words(),
            "Right, by partner country: mean of the replicates.", MIDDLES,
        ],
        legend=[*bands.fan_handles(count), *context.observed_handles(), *context.projected_handles()],
    )  # fmt: skip
    for row, bloc in enumerate(drawn):
        left, right = page.axes[2 * row : 2 * row + 2]
        for axes in (left, right):
            bands.year_axis(axes, time.show_from, time.end)
        _draw_by_bloc(left, context, by_bloc, bloc, page.grid)
        page.panel_title(left, f"Partner blocs of {bloc}")
        left.set_ylabel("share of its joint works")
        page.panel_title(right, f"Partner countries of {bloc}")
        if works.pairs:
            _draw_by_country(right, context, works, bloc, page.grid)
        else:
            page.empty(right, "no series by country")
    return save(page.figure, folder, "partner-mix")


def _labels(context: Context) -> list[str]:
    """All that may stand at the right of a panel."""
    return [*context.tables.country_names, *context.blocs, *(f"within {bloc}" for bloc in context.blocs), OTHERS]


def _lowered(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _country_pairs(context: Context) -> list[str]:
    """Names of all pairs of countries, as series have them."""
    codes = sorted(context.tables.countries)
    return [f"{a}-{b}" for k, a in enumerate(codes) for b in codes[k + 1 :]]


# --- by bloc -----------------------------------------------------------------------------------------------------


def _draw_by_bloc(axes: Axes, context: Context, mix: bands.Paths, bloc: str, grid: Grid) -> None:
    partners = [b for b in context.blocs if f"{bloc}>{b}" in mix.pairs]
    seen = observed_mix(context, bloc)
    drawn, ends = [], []
    for partner in partners:
        values = bands.fan(axes, mix.times, mix.of(f"{bloc}>{partner}"), context.bloc_colours[partner])
        drawn.append(bands.known_values(values))
        if partner in seen:
            drawn.append(context.draw_observed(axes, seen[partner], context.bloc_colours[partner]))
        known = bands.known_values(values[0])
        ends.append(float(known[-1]) if len(known) else 0.0)
    bands.share_axis(axes, bands.known_values(*drawn))
    label_ends(axes, partners, ends, [context.bloc_colours[p] for p in partners], grid.width, grid.height)
    shade_projected(axes, context, context.blocs, grid.width, grid.height)


def observed_mix(context: Context, bloc: str) -> dict[str, pd.Series[float]]:
    """Partner bloc -> observed share of the bloc's joint works that are with it, by year."""
    blocs = context.blocs
    place = blocs.index(bloc)
    names = {other: pair_name(blocs, *sorted((place, k))) for k, other in enumerate(blocs)}
    there = {other: name for other, name in names.items() if name in context.observed}
    if not there:
        return {}
    own = context.observed[list(there.values())].sum(axis=1, skipna=False)
    return {other: context.observed[name] / own for other, name in there.items() if other != bloc}


# --- by country --------------------------------------------------------------------------------------------------


def country_mix(context: Context, works: bands.Paths, bloc: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of a bloc's joint works by partner country, and inside the bloc: float64[c, T] and float64[T].

    Means over replicates, in the order of the tables; 0 for the bloc's own countries. They sum to 1 where the bloc has
    works at all, as `output.mix` does.
    """
    codes, blocs = context.tables.countries, context.tables.country_blocs
    periods = len(works.times)
    by_country = np.zeros((len(codes), periods, len(works.replicates)))
    inside = np.zeros(by_country.shape[1:])
    place = {code: k for k, code in enumerate(codes)}
    for pair, values in zip(works.pairs, works.values, strict=True):
        a, b = (place[code] for code in pair.split("-"))
        if blocs[a] == bloc and blocs[b] == bloc:
            inside += values
        elif blocs[a] == bloc:
            by_country[b] += values
        elif blocs[b] == bloc:
            by_country[a] += values
    own = by_country.sum(axis=0) + inside
    known = own > 0
    counted = np.maximum(1, known.sum(axis=-1))

    def mean_share(part: NDArray[np.float64]) -> NDArray[np.float64]:
        shares = np.divide(part, own, out=np.zeros_like(part), where=known)
        return np.asarray(shares.sum(axis=-1) / counted)

    return mean_share(by_country), mean_share(inside)


def _draw_by_country(axes: Axes, context: Context, works: bands.Paths, bloc: str, grid: Grid) -> None:
    shares, inside = country_mix(context, works, bloc)
    names, areas, colours = _areas(context, shares, inside, bloc)
    if len(works.times) == 1:  # one period is a bar over all of it
        times, areas = np.array(axes.get_xlim()), np.repeat(areas, 2, axis=1)
    else:
        times = works.times
    axes.stackplot(times, areas, colors=colours, edgecolor="white", linewidth=0.4)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(bands.PER_CENT)
    top = np.cumsum(areas[:, -1])
    label_ends(axes, names, list(top - 0.5 * areas[:, -1]), colours, grid.width, grid.height)


def _areas(
    context: Context, shares: NDArray[np.float64], inside: NDArray[np.float64], bloc: str
) -> tuple[list[str], NDArray[np.float64], list[str]]:
    """Names, areas float64[k, T] and colours from the bottom up: by bloc, the largest partner of a bloc first."""
    tables = context.tables
    size = shares.mean(axis=1)
    partners = [k for k in range(len(tables.countries)) if tables.country_blocs[k] != bloc]
    kept = sorted(partners, key=lambda k: -size[k])[:MOST_AREAS]
    order = sorted(
        kept, key=lambda k: (-sum(size[i] for i in kept if _same_bloc(context, i, k)), _bloc(context, k), -size[k])
    )
    names = [tables.country_names[k] for k in order]
    areas = [shares[k] for k in order]
    colours = []
    for n, k in enumerate(order):
        siblings = [i for i in order if _same_bloc(context, i, k)]
        colours.append(
            _tint(context.bloc_colours[tables.country_blocs[k]], siblings.index(order[n]) / max(1, len(siblings)))
        )
    if len(kept) < len(partners):
        names.append(OTHERS)
        areas.append(sum((shares[k] for k in partners if k not in kept), np.zeros(shares.shape[1])))
        colours.append("#D9D9D9")
    if inside.any():
        names.append(f"within {bloc}")
        areas.append(inside)
        colours.append(WITHIN)
    return names, np.array(areas), colours


def _bloc(context: Context, k: int) -> int:
    return context.blocs.index(context.tables.country_blocs[k])


def _same_bloc(context: Context, i: int, k: int) -> bool:
    return context.tables.country_blocs[i] == context.tables.country_blocs[k]


def _tint(colour: str, share: float) -> str:
    """A colour mixed with white; share 0 leaves it, 1 would leave a quarter of it."""
    red, green, blue = (1.0 - (1.0 - part) * (1.0 - 0.75 * share) for part in to_rgb(colour))
    return to_hex((red, green, blue))
