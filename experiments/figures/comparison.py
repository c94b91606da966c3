"""Scenarios side by side, and their differences to the first one within replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import stdtrit

from model.clock import date_of
from model.errors import InputError

from . import bands
from .context import Context, Pair
from .marks import ROW, Mark, active, draw_key, draw_marks, key_height, marks_of
from .page import WIDTH, Grid, Page, text_width
from .style import FAINT, INK, colour, save, styled
from .trajectories import ENDS, MIDDLES, SHARE, VOLUME, Quantity, final_sizes, is_log, mark_rows, quantity_axis, shade_projected

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from model.scenario import Scenario

LEAD_YEARS = 4.0
"""Years that are shown before the first difference."""
BASE = "#4D4D4D"
"""Colour of the base; blocs and scenarios have others."""


class Run(Protocol):
    """What can be drawn beside others: a simulation, or a result that was read back."""

    @property
    def scenario(self) -> Scenario:
        """The scenario, resolved."""

    @property
    def series(self) -> pd.DataFrame:
        """Its tidy series."""


@dataclass(frozen=True)
class Difference:
    """A paired difference to the base at T times; None for the interval with one replicate."""

    times: NDArray[np.float64]  # float64[T], years
    mean: NDArray[np.float64]  # float64[T]
    median: NDArray[np.float64]  # float64[T]
    low: NDArray[np.float64]  # float64[T], ends of the 95 % interval of the mean
    high: NDArray[np.float64]


def draw_comparison(folder: Path, runs: Sequence[Run]) -> list[Path]:
    """Draw scenarios over each other and their differences to the first, into ``folder / "figures"``; returns the paths.

    ``runs`` have the same seed and replicates, so that replicate k of all saw the same luck, and differences are taken
    within a replicate. Raises `InputError` for fewer than two runs, or if a run shares no replicate or period with the
    base.
    """
    if len(runs) < 2:
        raise InputError("one run cannot be compared", where="draw_comparison", allowed="two or more runs")
    with styled():
        comparison = _Comparison([Context(run.scenario) for run in runs], [run.series for run in runs])
        return [*comparison.draw_volume(Path(folder)), *comparison.draw_difference(Path(folder))]


class _Comparison:
    """Runs under their labels and colours; the first is the base."""

    def __init__(self, contexts: Sequence[Context], series: Sequence[pd.DataFrame]) -> None:
        self.contexts, self.series = contexts, series
        self.base = contexts[0]
        titles = [context.title for context in contexts]
        self.labels = titles if len(set(titles)) == len(titles) else [c.scenario.name for c in contexts]
        self.colours = [BASE, *(colour(k) for k in range(len(contexts) - 1))]
        self.start = min(context.scenario.time.show_from for context in contexts)
        self.end = max(context.scenario.time.end for context in contexts)
        self.widest = max(contexts, key=lambda context: context.scenario.time.end)
        self.pairs, self.left_out = self._pairs()

    def _paths(self, quantity: Quantity) -> list[bands.Paths]:
        names = [pair.name for pair in self.base.pairs()]
        return [
            bands.read_paths(series, quantity.indicator, names, context.scenario.time.show_from)
            for context, series in zip(self.contexts, self.series, strict=True)
        ]

    def _pairs(self) -> tuple[list[Pair], str]:
        """Pairs that every run has; the largest if there are too many."""
        paths = self._paths(VOLUME)
        sizes = final_sizes(paths[0])
        common = {pair: size for pair, size in sizes.items() if all(pair in p.pairs for p in paths)}
        if not common:
            raise InputError(
                "the runs have no pair of blocs in common", where="draw_comparison", allowed="runs of the same world"
            )
        return self.base.chosen_pairs(common)

    def marks(self, start: date, end: date) -> list[Mark]:
        """Marks of the measures that are not the same in all scenarios; numbered over all of them."""
        scenarios = [active(context.scenario.measures) for context in self.contexts]
        names = dict.fromkeys(name for measures in scenarios for name in measures)
        differing = {}
        for name in names:
            versions = [measures.get(name) for measures in scenarios]
            if any(version != versions[0] for version in versions):
                for version in dict.fromkeys(id(v) for v in versions if v is not None):
                    measure = next(v for v in versions if id(v) == version)
                    differing[name, measure.start if measure else None, measure.end if measure else None] = measure
        marks = marks_of([m for m in differing.values() if m is not None], self.base.tables, start, end)
        return [mark for mark in marks if any(mark.concerns(pair.a, pair.b) for pair in self.pairs)]

    def handles(self, kind: str) -> list[Artist]:
        """Legend of the scenarios."""
        chosen = list(zip(self.labels, self.colours, strict=True))[1 if kind == "difference" else 0 :]
        return [Line2D([], [], color=tint, lw=1.5, label=label) for label, tint in chosen]
