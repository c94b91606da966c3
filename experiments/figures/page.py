"""A page: panels on a grid that is laid out in inches, a title, a legend, a key and a caption; nothing is left to chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from .style import FAINT, INK

WIDTH = 7.2
"""Width of a page in inches: a double column."""
EDGE = 0.12
HEAD = 0.5
"""Height of the title and the remark below it, inches."""
LEGEND_LINE = 0.15
LEGEND = 6.5
"""Size of the text of legends, points."""
HANDLE = 0.42
"""Room that an entry of a legend needs beside its text, inches."""
LINE = 0.115
"""Distance of lines of small text, inches."""
SMALL = 6.0
"""Size of small text, points."""
TITLE = 9.0
PANEL_TITLE = 7.5
_MEASURED = 100.0


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = SMALL) -> float:
    """Width of a line of text in inches, in the font of the style sheet."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    font.set_size(_MEASURED, 72.0)  # large, so that widths are not rounded to pixels
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64.0 / 72.0 * size / _MEASURED


def wrapped(text: str, width: float, size: float = SMALL) -> list[str]:
    """Text as lines of at most ``width`` inches, broken at spaces but not at non-breaking ones."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def shortened(text: str, width: float, size: float = SMALL) -> str:
    """Text that is at most ``width`` inches long; words that are cut off are shown by an ellipsis."""
    first, *more = wrapped(text, width, size) or [""]
    if not more and text_width(first, size) <= width:
        return first
    while first and text_width(f"{first} …", size) > width:
        first = first[:-1] if " " not in first else first.rpartition(" ")[0]
    return f"{first} …"


@dataclass(frozen=True)
class Grid:
    """Panels in rows and columns; inches. ``below`` belongs to every row, ``left`` and ``right`` to every column."""

    panels: int
    columns: int
    height: float
    above: tuple[float, ...] = (0.24,)
    """Room above each row; the last value is that of all further rows."""
    below: float = 0.22
    left: float = 0.5
    right: float = 0.1

    @property
    def rows(self) -> int:
        """Rows that the panels need."""
        return -(-self.panels // self.columns)

    @property
    def width(self) -> float:
        """Width of a panel."""
        return (WIDTH - 2 * EDGE) / self.columns - self.left - self.right

    def room(self, row: int) -> float:
        """Room above a row."""
        return self.above[min(row, len(self.above) - 1)]

    def top(self, row: int) -> float:
        """Top of the panels of a row, from the top of the grid; the number of rows gives the height of the whole."""
        above = sum(self.room(k) + self.height + self.below for k in range(row))
        return above + (self.room(row) if row < self.rows else 0.0)


def legend_columns(labels: Sequence[str]) -> int:
    """Most columns in which the entries of a legend fit on a page."""
    for columns in range(len(labels), 1, -1):
        parts = np.array_split(
            np.array([text_width(label, LEGEND) for label in labels]), columns
        )  # as legends are laid out
        if sum(float(part.max()) for part in parts) + HANDLE * columns <= WIDTH - 2 * EDGE:
            return columns
    return 1


class Page:
    """A figure with its panels `axes`; `key_top` is where a key of ``key`` inches begins, in inches from the bottom."""

    def __init__(
        self, grid: Grid, title: str, remark: str, caption: Sequence[str], *, key: float = 0.0,
        legend: Sequence[Artist] = (),
    ) -> None:  # fmt: skip
        lines = wrapped(" ".join(sentence for sentence in caption if sentence), WIDTH - 2 * EDGE)
        foot = EDGE + LINE * len(lines) + (0.07 if lines else 0.0)
        columns = legend_columns([str(handle.get_label()) for handle in legend])
        self.head = HEAD + LEGEND_LINE * -(-len(legend) // columns)
        self.height = self.head + grid.top(grid.rows) + key + foot
        self.grid, self.key_top = grid, foot + key
        self.figure = Figure(figsize=(WIDTH, self.height))
        self.axes: list[Axes] = [self._panel(place) for place in range(grid.panels)]
        title = shortened(title, 0.92 * (WIDTH - 2 * EDGE), TITLE)  # bold is wider than what is measured
        self.text(EDGE, self.height - 0.1, title, size=TITLE, weight="bold", va="top")
        self.text(EDGE, self.height - 0.3, remark, size=6.5, style="italic", va="top")
        for number, line in enumerate(lines):
            self.text(EDGE, EDGE + (len(lines) - 1 - number) * LINE, line, size=SMALL, va="bottom")
        if legend:
            self.figure.legend(
                handles=list(legend), loc="upper left", ncols=columns, borderaxespad=0.0, borderpad=0.0,
                bbox_to_anchor=(EDGE / WIDTH, 1.0 - 0.45 / self.height), columnspacing=1.4, handletextpad=0.5,
                labelspacing=0.25, fontsize=LEGEND,
            )  # fmt: skip

    def _panel(self, place: int) -> Axes:
        grid = self.grid
        row, column = divmod(place, grid.columns)
        left = EDGE + column * (grid.width + grid.left + grid.right) + grid.left
        bottom = self.height - self.head - grid.top(row) - grid.height
        box = (left / WIDTH, bottom / self.height, grid.width / WIDTH, grid.height / self.height)
        return self.figure.add_axes(box)

    def text(self, x: float, y: float, text: str, **how: object) -> None:
        """Text at a place in inches from the lower left corner."""
        if text:
            self.figure.text(x / WIDTH, y / self.height, text, **how)  # type: ignore[arg-type]

    def panel_title(self, axes: Axes, title: str, above: float = 0.05) -> None:
        """The title of a panel, ``above`` inches over its top."""
        axes.annotate(
            title, (0.0, 1.0), xytext=(0.0, 72 * above), xycoords="axes fraction", textcoords="offset points",
            ha="left", va="bottom", fontsize=PANEL_TITLE, fontweight="bold", color=INK, annotation_clip=False,
        )  # fmt: skip

    def empty(self, axes: Axes, text: str) -> None:
        """Say in a panel why nothing is drawn in it."""
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=SMALL, color=FAINT)
