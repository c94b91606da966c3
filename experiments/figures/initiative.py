"""Who initiates partnerships and who leads joint works, for the pairs of the first blocs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import bands
from .context import Context
from .page import Grid, Page
from .style import FAINT, pair_name, save
from .trajectories import MIDDLES, shade_projected

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

INDICATORS = {
    "initiators.share": ("{a} initiates, with {b}", "share of new partnerships"),
    "leaders.share": ("{a} leads, with {b}", "share of joint works"),
}
ORDER = ((1, 2), (0, 1), (0, 2))
"""Pairs of blocs, by their places: the share is that of the first named."""


def draw_initiative(folder: Path, context: Context, series: pd.DataFrame) -> list[Path]:
    """Draw shares of initiators and leaders; nothing in a world of one bloc."""
    blocs = context.blocs
    pairs = [(blocs[a], blocs[b], pair_name(blocs, a, b)) for a, b in ORDER if max(a, b) < len(blocs)]
    time = context.scenario.time
    names = [f"{a}>{b}" for a, b, _ in pairs]
    paths = {name: bands.read_paths(series, name, names, time.show_from) for name in INDICATORS}
    if not any(p.pairs for p in paths.values()):
        return []
    count = max(len(p.replicates) for p in paths.values())
    page = Page(
        Grid(2 * len(pairs), len(pairs), 1.4, above=(0.24,), left=0.42, right=0.08),
        f"{context.title}: who initiates, who leads",
        context.condition,
        [
            bands.fan_words(count, context.spread),
            "Dashed: both sides alike. Without observed points: initiators are not observed, leaders for few pairs only.",
            MIDDLES,
        ],
        legend=[*bands.fan_handles(count), *context.projected_handles()],
    )  # fmt: skip
    for row, (indicator, (title, unit)) in enumerate(INDICATORS.items()):
        panels = page.axes[row * len(pairs) : (row + 1) * len(pairs)]
        reach = 0.0
        for axes, (a, b, pair) in zip(panels, pairs, strict=True):
            bands.year_axis(axes, time.show_from, time.end)
            page.panel_title(axes, title.format(a=a, b=b))
            axes.plot(axes.get_xlim(), (0.5, 0.5), color=FAINT, lw=0.7, ls=(0, (4, 2)), zorder=0.8)
            if f"{a}>{b}" in paths[indicator].pairs:
                values = paths[indicator].of(f"{a}>{b}")
                drawn = bands.known_values(bands.fan(axes, paths[indicator].times, values, context.pair_colours[pair]))
                reach = max(reach, float(abs(drawn - 0.5).max()) if len(drawn) else 0.0)
        panels[0].set_ylabel(unit)
        for axes, (a, b, _) in zip(panels, pairs, strict=True):
            _share_around_half(axes, reach)
            shade_projected(axes, context, (a, b), page.grid.width, page.grid.height)
    return save(page.figure, folder, "initiators-leaders")


def _share_around_half(axes: Axes, reach: float) -> None:
    """A share's axis around one half, the same for all panels of a row."""
    reach = min(0.5, max(0.06, 1.1 * reach))
    axes.set_ylim(0.5 - reach, 0.5 + reach)
    axes.yaxis.set_major_formatter(bands.PER_CENT)
