"""The arms of a comparison: scenarios with their paths, when they part, and the measures in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

import numpy as np

from model.clock import date_of
from model.errors import InputError
from model.scenario.reach import active, substance

from . import bands
from .context import Context, Pair
from .marks import NO_BREAK, Dated, Mark, marks_of, until
from .style import colour
from .trajectories import ENDS, SHARE, VOLUME, Quantity

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from model.scenario import Measure, Scenario

BASE = "#4D4D4D"
"""Colour of the first arm."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Run(Protocol):
    """What can be drawn beside others: a simulation, or a result that was read back."""

    @property
    def scenario(self) -> Scenario:
        """The scenario, resolved."""

    @property
    def series(self) -> pd.DataFrame:
        """Its tidy series."""


@dataclass(frozen=True)
class Arm:
    """A scenario in a comparison: its letter, colour and paths."""

    letter: str
    colour: str
    context: Context
    volume: bands.Paths
    share: bands.Paths

    @property
    def label(self) -> str:
        """Letter and title."""
        return f"{self.letter}  {self.context.title}"

    def paths(self, quantity: Quantity) -> bands.Paths:
        """Its paths of a quantity."""
        return self.volume if quantity is VOLUME else self.share


def arm_of(place: int, run: Run) -> Arm:
    """The arm of a run that stands at a place among the runs."""
    context = Context(run.scenario)
    names = [pair.name for pair in context.pairs()]
    volume, share = (
        bands.read_paths(run.series, quantity.indicator, names, run.scenario.time.show_from)
        for quantity in (VOLUME, SHARE)
    )
    return Arm(LETTERS[place], BASE if place == 0 else colour(place - 1), context, volume, share)


def window(arms: Sequence[Arm], pairs: Sequence[Pair], lead: float) -> tuple[date, date]:
    """First and last day of a figure: not long before the scenarios part, and to the end of the longest run."""
    shown = min(arm.context.scenario.time.show_from for arm in arms)
    end = max(arm.context.scenario.time.end for arm in arms)
    parted = [
        float(times[apart.any(axis=1)][0])
        for arm in arms[1:]
        for pair in pairs
        for times, a, b in [common(arm.volume, arms[0].volume, pair.name)]
        for apart in [np.abs(a - b) > 0]
        if apart.any()
    ]
    if not parted:
        return shown, end
    return max(shown, date_of(np.floor(min(parted)) - lead)), end


def common(
    of: bands.Paths, base: bands.Paths, pair: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Times float64[T] and values float64[T, R] of both where both have them."""
    times, t_of, t_base = np.intersect1d(of.times.round(6), base.times.round(6), return_indices=True)
    replicates, r_of, r_base = np.intersect1d(of.replicates, base.replicates, return_indices=True)
    if not len(times) or not len(replicates):
        raise InputError(
            "have no period or no replicate in common", where="the runs",
            allowed="runs with the same replicates, periods of the same length and years that overlap",
        )  # fmt: skip
    return times, of.of(pair)[np.ix_(t_of, r_of)], base.of(pair)[np.ix_(t_base, r_base)]


def differing(scenarios: Sequence[dict[str, Measure]]) -> list[Dated]:
    """The measures that are not the same in all scenarios, with the dates that differ; a note says who has which.

    A measure with the same dates everywhere and other effects is marked at its start.
    """
    chosen = []
    for name in dict.fromkeys(name for measures in scenarios for name in measures):
        versions = [measures.get(name) for measures in scenarios]
        there = [version for version in versions if version is not None]
        if all(substance(version) == substance(versions[0]) for version in versions):
            continue
        starts, ends = dict.fromkeys(v.start for v in there), dict.fromkeys(v.end for v in there)
        everywhere = len(there) == len(versions)
        alike = everywhere and len(starts) == len(ends) == 1
        marked_starts = starts if alike or not everywhere or len(starts) > 1 else {}
        marked_ends = ends if not everywhere or len(ends) > 1 else {}
        note = "other effects" if alike else _who(versions, len(starts) > 1)
        chosen.append(Dated(there[0], tuple(marked_starts), tuple(day for day in marked_ends if day), f" [{note}]"))
    return chosen


def _who(versions: Sequence[Measure | None], tell_start: bool) -> str:
    """Letters of the scenarios that have a measure, with their dates where these differ."""
    letters: dict[str, list[str]] = {}
    for letter, version in zip(LETTERS, versions, strict=False):
        if version is not None:
            words = f"from{NO_BREAK}{version.start} {until(version)}" if tell_start else until(version)
            letters.setdefault(words.strip(), []).append(letter)
    return "; ".join(f"{', '.join(who)} {words}".strip() for words, who in letters.items())


def marks_between(arms: Sequence[Arm], pairs: Sequence[Pair], start: date, end: date) -> list[Mark]:
    """Marks of the measures that differ, between two days."""
    scenarios = [active(arm.context.scenario.measures) for arm in arms]
    return marks_of(differing(scenarios), arms[0].context.tables, start, end, [(pair.a, pair.b) for pair in pairs])


def marked_words(marks: Sequence[Mark]) -> str:
    """What the marks of a comparison are, for the caption."""
    if not marks:
        return ""
    words = "Marked: measures that differ between the scenarios, [in which scenario]."
    return f"{words} {ENDS}" if any(mark.ends for mark in marks) else words
