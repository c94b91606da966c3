"""What every figure of a run stands on: its scenario, the tables of its world, observed works, projected inputs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from model.clock import QUARTER, year_of
from model.ensemble import ensemble_of
from model.tables import Tables, observed_by_bloc, read_tables, reference_vintage
from model.world import build_inputs

from .style import SHADE, bloc_colours, pair_colours, pair_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from model.scenario import Scenario

OBSERVED = "#1A1A1A"
MOST_PANELS = 6
"""Pairs of blocs that a figure has room for."""


@dataclass(frozen=True)
class Pair:
    """A pair of blocs as series name it."""

    name: str
    a: str
    b: str

    @property
    def title(self) -> str:
        """For a reader."""
        return f"{self.a} – {self.b}" if self.a != self.b else f"Within {self.a}"


@dataclass(frozen=True)
class Context:
    """A scenario and its world's tables."""

    scenario: Scenario

    @property
    def title(self) -> str:
        """The scenario's title, or its name."""
        return self.scenario.title or self.scenario.name

    @cached_property
    def tables(self) -> Tables:
        """The tables of its world."""
        return read_tables(self.scenario.world.data or None)

    @cached_property
    def blocs(self) -> tuple[str, ...]:
        """Blocs in the order of the tables."""
        return self.tables.blocs

    @cached_property
    def bloc_colours(self) -> dict[str, str]:
        """Bloc -> colour."""
        return bloc_colours(self.blocs)

    @cached_property
    def pair_colours(self) -> dict[str, str]:
        """Pair of blocs -> colour."""
        return pair_colours(self.blocs)

    @property
    def shown(self) -> tuple[float, float]:
        """First and last time that is shown, years."""
        return year_of(self.scenario.time.show_from), year_of(self.scenario.time.end)

    def pairs(self) -> list[Pair]:
        """Pairs of different blocs, those of the first bloc first; a world of one bloc has only its inside."""
        n = len(self.blocs)
        places = [(a, b) for a in range(n) for b in range(a + 1, n)] or [(0, 0)]
        return [Pair(pair_name(self.blocs, a, b), self.blocs[a], self.blocs[b]) for a, b in places]

    def chosen_pairs(self, final: dict[str, float]) -> tuple[list[Pair], str]:
        """At most `MOST_PANELS` pairs, and what is left out, in words.

        ``final`` is the size of pairs: where there are too many, those of the first bloc come first, then the largest.
        """
        pairs = [pair for pair in self.pairs() if pair.name in final]
        if len(pairs) <= MOST_PANELS:
            return pairs, ""
        ranked = sorted(pairs, key=lambda pair: (pair.a != self.blocs[0], -final[pair.name]))[:MOST_PANELS]
        kept = [pair for pair in pairs if pair in ranked]
        return kept, f"{len(kept)} of {len(pairs)} pairs of blocs: those of {self.blocs[0]}, then the largest."

    # --- observed -----------------------------------------------------------------------------------------------

    @cached_property
    def observed(self) -> pd.DataFrame:
        """Observed joint works by year and bloc pair, and "all", in the years that are shown."""
        table = observed_by_bloc(self.tables)
        first, last = self.shown
        return table[(table.index >= first) & (table.index + 1 <= last)]

    @cached_property
    def filling_from(self) -> int | None:
        """First year that was not yet complete when the database was read: the year before. None if that is unknown."""
        read = re.search(r"(\d{4})-\d{2}$", reference_vintage(self.tables) or "")
        return int(read.group(1)) - 1 if read else None

    def draw_observed(self, axes: Axes, values: pd.Series[float], colour: str = OBSERVED) -> NDArray[np.float64]:
        """Draw observed values by year as points in the middle of their years, hollow while filling; returns them."""
        known = values.dropna()
        years = known.index.to_numpy(dtype=float)
        hollow = years >= (self.filling_from or np.inf)
        y = known.to_numpy(dtype=float)
        for part, face in ((~hollow, colour), (hollow, "white")):
            if part.any():
                axes.plot(
                    years[part] + 0.5, y[part], ls="none", marker="o", ms=2.4, mfc=face, mec=OBSERVED, mew=0.6,
                    zorder=3,
                )  # fmt: skip
        return y

    @cached_property
    def has_observed(self) -> bool:
        """Whether there are observed works in the time that is shown."""
        return not self.observed.dropna(how="all").empty

    @cached_property
    def has_filling(self) -> bool:
        """Whether a year that is shown was not yet complete."""
        return (
            self.has_observed and self.filling_from is not None and bool(self.observed.index.max() >= self.filling_from)
        )

    def observed_handles(self) -> list[Artist]:
        """Legend of the observed points."""
        kinds = [(OBSERVED, "observed", self.has_observed), ("white", "still being filled", self.has_filling)]
        return [
            Line2D([], [], ls="none", marker="o", ms=2.8, mfc=face, mec=OBSERVED, mew=0.6, label=label)
            for face, label, there in kinds
            if there
        ]

    def observed_words(self) -> str:
        """What the points are, for the caption; nothing where none fall into the time that is shown."""
        if not self.has_observed:
            return ""
        hollow = f"; {self.filling_from} was still being filled when it was read" if self.has_filling else ""
        missing = self.observed.isna().any(axis=1)
        years = ", ".join(str(year) for year in self.observed.index[missing])
        gaps = f"; {years} is missing for at least one pair" if years else ""
        return f"Points: observed ({reference_vintage(self.tables)}{hollow}{gaps})."

    # --- inputs -------------------------------------------------------------------------------------------------

    def projected_spans(self, blocs: frozenset[str]) -> list[tuple[float, float]]:
        """Spans of the shown time in which inputs of any country of ``blocs`` are projected, years."""
        inputs = build_inputs(self.scenario)
        member = np.array([bloc in blocs for bloc in self.tables.country_blocs])
        spans: list[tuple[float, float]] = []
        for time in inputs.times[inputs.projected[:, member].any(axis=1)]:
            if not self.shown[0] <= time < self.shown[1]:
                continue
            if spans and time <= spans[-1][1] + 1e-9:
                spans[-1] = (spans[-1][0], time + QUARTER)
            else:
                spans.append((float(time), time + QUARTER))
        return spans

    def projected_handles(self) -> list[Artist]:
        """Legend of the shaded spans; nothing where there are none."""
        there = self.projected_spans(frozenset(self.blocs))
        return [Patch(color=SHADE, lw=0, label="inputs projected")] if there else []

    @cached_property
    def spread(self) -> str:
        """What replicates differ in, in words."""
        alone = "replicate noise only, not parameter uncertainty"
        return "luck, and sets of parameters from the ensemble" if ensemble_of(self.scenario) else alone

    @cached_property
    def condition(self) -> str:
        """What a figure depends on: the inputs that were realised, in words."""
        spans = self.projected_spans(frozenset(self.blocs))
        first, last = self.shown
        if not spans:
            return "Conditional on realised inputs"
        realised = [year for year in range(int(first), int(np.ceil(last))) if not _touches(year, spans)]
        if not realised:
            return "Inputs are projected"
        return f"Conditional on realised inputs ({realised[0]}–{realised[-1]}; projected outside)"


def _touches(year: int, spans: list[tuple[float, float]]) -> bool:
    return any(a < year + 1 and year < b for a, b in spans)
