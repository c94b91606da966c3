"""Dates of measures on a time axis: thin lines, short numbers above the panel, a key below the figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from model.clock import year_of
from model.scenario.reach import active, touched

from .labels import spread
from .page import text_width
from .style import INK

if TYPE_CHECKING:
    from model.scenario import Measure, Scenario
    from model.tables import Tables

GROUPS = {"restriction": "R", "incentive": "I", "context": "C"}
"""Group of a measure -> letter of its numbers."""
LINES = {"restriction": "-", "incentive": (0, (4, 2)), "context": (0, (1, 1.5))}
ROW = 0.095
"""Height of a row of numbers above a panel, inches."""
NO_BREAK = "\u00a0"
"""A space at which lines are not broken."""
NUMBER = 5.5
"""Size of the numbers above a panel, points."""


@dataclass(frozen=True)
class Dated:
    """A measure and the dates of it that are to be marked; ``note`` stands after its title in the key."""

    measure: Measure
    starts: tuple[date, ...]
    ends: tuple[date, ...]
    note: str = ""


@dataclass(frozen=True)
class Mark:
    """A measure on the time axis. ``first`` and ``second`` are the blocs that its two sides touch."""

    group: str
    number: int
    title: str
    since: date
    starts: tuple[date, ...]
    ends: tuple[date, ...]
    first: frozenset[str]
    second: frozenset[str]

    @property
    def label(self) -> str:
        """Such as "R4"."""
        return f"{GROUPS[self.group]}{self.number}"

    def concerns(self, a: str, b: str) -> bool:
        """Whether partnerships of the blocs ``a`` and ``b`` are in its scope, whichever way round."""
        return (a in self.first and b in self.second) or (b in self.first and a in self.second)


def marks_of(
    chosen: Iterable[Dated], tables: Tables, start: date, end: date, pairs: Sequence[tuple[str, str]]
) -> list[Mark]:
    """Marks of the dates that lie between two days and concern one of the ``pairs`` of blocs, numbered by date in groups."""
    marks: list[Mark] = []
    counts = dict.fromkeys(GROUPS, 0)
    for dated in sorted(chosen, key=lambda d: (d.measure.start, d.measure.title)):
        measure = dated.measure
        starts, ends = (tuple(day for day in days if start <= day < end) for days in (dated.starts, dated.ends))
        if not starts and not ends:
            continue
        mark = Mark(
            measure.group, counts[measure.group] + 1, measure.title + dated.note, measure.start, starts, ends,
            touched(measure.from_, tables), touched(measure.to, tables),
        )  # fmt: skip
        if any(mark.concerns(a, b) for a, b in pairs):
            counts[measure.group] += 1
            marks.append(mark)
    return marks


def until(measure: Measure) -> str:
    """The end of a measure in words, if it has one."""
    return f"to{NO_BREAK}{measure.end}" if measure.end is not None else ""


def scenario_marks(scenario: Scenario, tables: Tables, pairs: Sequence[tuple[str, str]]) -> list[Mark]:
    """Marks of a scenario over the time that it shows."""
    chosen = [
        Dated(m, (m.start,), (m.end,) if m.end else (), f" ({until(m)})" if m.end else "")
        for m in active(scenario.measures).values()
    ]
    return marks_of(chosen, tables, scenario.time.show_from, scenario.time.end, pairs)


@dataclass
class _Label:
    """Numbers that stand together above a panel; ``at`` and ``width`` in inches from the panel's left edge."""

    at: float
    numbers: list[int]
    ended: bool
    letter: str

    @property
    def text(self) -> str:
        return ("×" if self.ended else "") + self.letter + ranges(self.numbers)

    @property
    def width(self) -> float:
        return text_width(self.text, NUMBER) + 0.05


def ranges(numbers: Sequence[int]) -> str:
    """Whole numbers in short: 4, 5, 6, 9 is "4–6, 9"."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(p[0]) if len(p) == 1 else f"{p[0]}–{p[-1]}" for p in parts)


def rows_of(marks: Sequence[Mark]) -> list[str]:
    """Groups that need a row of numbers, top row first."""
    return [group for group in GROUPS if any(mark.group == group for mark in marks)]


def draw_marks(axes: Axes, marks: Sequence[Mark], rows: Sequence[str], width: float) -> None:
    """Draw marks in a panel of ``width`` inches and their numbers above it, a row for each group of ``rows``."""
    left, right = axes.get_xlim()
    scale = width / (right - left)
    for row, group in enumerate(reversed(rows)):
        labels = []
        for ended in (False, True):
            inside = [
                (year_of(day), mark.number)
                for mark in marks
                for day in (mark.ends if ended else mark.starts)
                if mark.group == group and left <= year_of(day) < right
            ]
            axes.vlines(
                sorted({at for at, _ in inside}), 0, 1, transform=axes.get_xaxis_transform(), color=INK, lw=0.5,
                ls=LINES[group], alpha=0.2 if ended else 0.45, zorder=0.9,
            )  # fmt: skip
            labels += [_Label((at - left) * scale, [n], ended, GROUPS[group]) for at, n in inside]
        for label in _placed(labels, width):
            axes.annotate(
                label.text, (label.at / width, 1.0), xytext=(0, 72 * (row * ROW + 0.02)), xycoords="axes fraction",
                textcoords="offset points", ha="center", va="bottom", fontsize=NUMBER, color=INK, annotation_clip=False,
            )  # fmt: skip


def _placed(labels: list[_Label], width: float) -> list[_Label]:
    """Labels of a row where they do not overlap: numbers of neighbours are put together, or moved apart."""
    labels = sorted(labels, key=lambda label: (label.at, label.ended))
    merged = True
    while merged:
        merged = False
        for k in range(len(labels) - 1):
            a, b = labels[k], labels[k + 1]
            if b.at - a.at < 0.5 * (a.width + b.width) and a.ended == b.ended:
                weight = len(b.numbers) / (len(a.numbers) + len(b.numbers))
                labels[k : k + 2] = [_Label(a.at + weight * (b.at - a.at), a.numbers + b.numbers, a.ended, a.letter)]
                merged = True
                break
    places = spread([label.at for label in labels], [label.width for label in labels], -0.1, width + 0.1)
    for label, at in zip(labels, places, strict=True):
        label.at = at
    return labels
