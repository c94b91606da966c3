"""The key of the measures that are marked in a figure: numbers, dates and titles in two columns below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .marks import Mark, rows_of
from .page import EDGE, LINE, SMALL, WIDTH, Page, text_width, wrapped

HEADINGS = {"restriction": "Restrictions", "incentive": "Incentives", "context": "Context"}
DATES, TITLES = 0.28, 0.85
"""Where dates and titles begin in a column, inches."""
COLUMN = 0.5 * (WIDTH - 2 * EDGE)


@dataclass(frozen=True)
class _Line:
    """A line of the key, one text: a heading, the beginning of an entry, or the rest of its title."""

    text: str
    at: float  # inches from the left edge of the column
    begins: bool = False  # whether an entry begins here
    heading: bool = False


def _lines(marks: Sequence[Mark]) -> list[_Line]:
    """Headings and entries by group. Dates stand below each other: numbers are put before them, aligned to the right."""
    lines = []
    for group in rows_of(marks):
        lines.append(_Line(HEADINGS[group], 0.0, heading=True))
        for mark in marks:
            if mark.group == group:
                first, *more = wrapped(mark.title, COLUMN - TITLES - 0.1)
                number = f"{mark.label}   "
                lines.append(_Line(f"{number}{mark.since}   {first}", DATES - text_width(number), begins=True))
                lines += [_Line(rest, TITLES) for rest in more]
    return lines


def _columns(marks: Sequence[Mark]) -> tuple[list[_Line], list[_Line]]:
    """The two columns, as even as they can be without tearing an entry or leaving a heading alone."""
    lines = _lines(marks)
    breaks = [k for k in range(1, len(lines)) if lines[k].heading or (lines[k].begins and not lines[k - 1].heading)]
    middle = min(breaks, key=lambda k: max(k, len(lines) - k), default=len(lines))
    return lines[:middle], lines[middle:]


def key_height(marks: Sequence[Mark]) -> float:
    """Height of the key, inches."""
    return 0.1 + LINE * max(len(column) for column in _columns(marks)) if marks else 0.0


def draw_key(page: Page, marks: Sequence[Mark]) -> None:
    """Draw the key at the place that the page keeps for it."""
    for column, lines in enumerate(_columns(marks)):
        for row, line in enumerate(lines):
            weight = "bold" if line.heading else "normal"
            y = page.key_top - 0.06 - row * LINE
            page.text(EDGE + column * COLUMN + line.at, y, line.text, size=SMALL, weight=weight, va="top")
