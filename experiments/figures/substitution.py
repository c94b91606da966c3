"""Whether one pair grows as another is lost: what both change by, and the two ratios, with what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .context import Context
from .differences import signed
from .page import EDGE, SMALL, WIDTH, Grid, Page, shortened
from .style import FAINT, INK, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..shocks import Observed, Replacement

HEADINGS = {"partnerships.count": "Partnerships", "output.volume": "Joint works a year"}
ROW = 0.34
"""Height of a row, inches."""
NAMES, CHANGES, GAP = 1.32, 2.2, 0.22
"""Room for names, width of the panel of changes, distance of panels, inches."""
BETWEEN = 0.72
"""Distance of the panels of two quantities, inches."""
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
"""Box behind words that stand over a line."""
MOST = 1.3
"""Largest ratio that is drawn; what is beyond is cut at the edge."""


@dataclass(frozen=True)
class _Ratio:
    value: float
    low: float | None
    high: float | None

    @property
    def text(self) -> str:
        ends = [self.value] if self.low is None or self.high is None else [self.value, self.low, self.high]
        digits = 3 if max(map(abs, ends)) < 0.1 else 2
        value, *interval = (f"{end:+z.{digits}f}".replace("-", "\u2212") for end in ends)
        return f"{value} ({' to '.join(interval)})" if interval else value


@dataclass(frozen=True)
class _Row:
    """A line of the figure: what two pairs change by, lost and gained, and the ratios; None where undefined."""

    name: str
    remark: str
    pairs: tuple[str, str]
    changes: tuple[_Ratio, _Ratio]
    ratios: tuple[_Ratio | None, _Ratio | None]
    observed: bool = False


def draw_substitution(
    folder: Path, context: Context, rows: Sequence[Replacement],
    observed: Sequence[tuple[Observed, tuple[Replacement, ...]]], replicates: int,
) -> list[Path]:  # fmt: skip
    """Draw the shown ratios of a comparison into ``folder / "figures"``; nothing where nothing differs.

    ``context`` is that of the base; ``observed`` what the tables have of the pairs, with the same reading of the runs.
    """
    blocks = {
        quantity: [_of_run(row) for row in rows if row.quantity == quantity and row.change_lost.value != 0.0]
        for quantity in HEADINGS
    }
    if not any(blocks.values()):
        return []
    blocks["output.volume"] += [line for o, alike in observed for line in _of_observed(o, alike)]
    blocks = {quantity: lines for quantity, lines in blocks.items() if lines}
    pairs = list(dict.fromkeys(pair for lines in blocks.values() for line in lines for pair in line.pairs))
    heights = [ROW * len(lines) for lines in blocks.values()]
    periods = {row.first.rsplit(", ", 1)[1] for row in rows}
    grid = Grid(1, 1, sum(heights) + BETWEEN * (len(blocks) - 1), above=(0.34,), below=0.4)
    page = Page(
        grid,
        "Does one partner replace another?",
        f"What the pair that loses most and the next one change by{', ' + periods.pop() if len(periods) == 1 else ''}",
        [
            "Bars: the first named minus the other. Compensation ratio: gained for each one lost; 1 "
            "makes up for all. Elasticity: relative growth for each relative fall. Points and whiskers: means of "
            f"{replicates} replicates with 95 % intervals (Student's t; of ratios, Fieller; {context.spread}). "
            "No ratio stands where the loss is not clear of zero.",
            "Observed is before against after, the scenarios are with against without." if observed else "",
        ],
        legend=[
            *(Patch(color=context.pair_colours[pair], lw=0, label=pair.replace("-", " – ")) for pair in pairs),
            *_handles(bool(observed)),
        ],
    )  # fmt: skip
    (whole,) = page.axes
    top = whole.get_position().y1 * page.height
    whole.remove()
    ratio_width = 0.5 * (WIDTH - 2 * EDGE - NAMES - CHANGES - 2 * GAP)
    for height, (quantity, lines) in zip(heights, blocks.items(), strict=True):
        left, panels = EDGE + NAMES, []
        for width in (CHANGES, ratio_width, ratio_width):
            box = (left / WIDTH, (top - height) / page.height, width / WIDTH, height / page.height)
            panels.append(page.figure.add_axes(box))
            left += width + GAP
            _rows_axis(panels[-1], len(lines))
        top -= height + BETWEEN
        _changes(panels[0], lines, context)
        page.panel_title(panels[0], HEADINGS[quantity])
        panels[0].set_xlabel("change", labelpad=1)
        for axes, place, title, unit in (
            (panels[1], 0, "Compensation ratio", "gained for each one lost"),
            (panels[2], 1, "Elasticity", "relative gain for relative loss"),
        ):
            _ratios(axes, [line.ratios[place] for line in lines], [line.observed for line in lines])
            page.panel_title(axes, title)
            axes.set_xlabel(unit, labelpad=1)
    return save(page.figure, Path(folder), "substitution")


def _of_run(row: Replacement) -> _Row:
    """A row read in the direction in which the lost pair falls."""
    base, _ = row.first.rsplit(", ", 1)
    forward = row.change_lost.value <= 0.0
    name, other = (row.scenario, base) if forward else (base, row.scenario)
    changes = [_directed(change, forward) for change in (row.change_lost, row.change_gained)]
    ratios = [
        None if ratio is None else _Ratio(ratio.value, ratio.low, ratio.high)
        for ratio in (row.compensation, row.elasticity)
    ]
    return _Row(name, f"against {other}", (row.lost, row.gained), (changes[0], changes[1]), (ratios[0], ratios[1]))


def _directed(change: object, forward: bool) -> _Ratio:
    value, low, high = change.value, change.low, change.high  # type: ignore[attr-defined]
    if forward:
        return _Ratio(value, low, high)
    return _Ratio(-value, None if high is None else -high, None if low is None else -low)


def _of_observed(o: Observed, alike: Sequence[Replacement]) -> list[_Row]:
    """The observed row, and below it the first run's reading of the same years."""
    years = f"{o.years[0]} to {o.years[1]}"
    changes = [_Ratio(after - before, None, None) for before, after in (o.lost_works, o.gained_works)]
    ratios = (_Ratio(o.compensation, None, None), _Ratio(o.elasticity, None, None))
    rows = [_Row(f"observed, {years}", o.source, (o.lost, o.gained), (changes[0], changes[1]), ratios, True)]
    for row in alike[:1]:
        changes = [_directed(change, True) for change in (row.change_lost, row.change_gained)]
        found = [None if r is None else _Ratio(r.value, r.low, r.high) for r in (row.compensation, row.elasticity)]
        rows.append(
            _Row(
                f"simulated, {years}",
                row.scenario,
                (row.lost, row.gained),
                (changes[0], changes[1]),
                (found[0], found[1]),
            )
        )
    return rows


def _handles(observed: bool) -> list[Artist]:
    handles: list[Artist] = [Line2D([], [], color=INK, marker="o", ms=3, lw=1.0, label="mean, 95 % interval")]
    if observed:
        handles.append(Line2D([], [], ls="none", marker="D", ms=3.4, mfc="white", mec=INK, mew=0.8, label="observed"))
    return handles


def _rows_axis(axes: Axes, count: int) -> None:
    axes.set_ylim(-count + 0.5, 0.5)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.spines["left"].set_visible(False)
    for k in range(1, count):
        axes.axhline(-k + 0.5, color=FAINT, lw=0.3, zorder=0.4)


def _changes(axes: Axes, lines: Sequence[_Row], context: Context) -> None:
    """Two bars a row, each with its number at its end; names at the left."""
    values = [end for line in lines for c in line.changes for end in (c.value, c.low, c.high, 0.0) if end is not None]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    axes.set_xlim(low - 0.3 * span * (low < 0.0), high + 0.3 * span)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: signed(f"{x:+,.10g}")))
    axes.axvline(0.0, color=INK, lw=0.7, zorder=1.5)
    for k, line in enumerate(lines):
        for change, pair, offset in zip(line.changes, line.pairs, (0.2, -0.2), strict=True):
            y = -k + offset
            face = context.pair_colours[pair]
            axes.barh(y, change.value, height=0.34, color=face, lw=0, zorder=2)
            ends = [change.value]
            if change.low is not None and change.high is not None:
                axes.plot((change.low, change.high), (y, y), color=INK, lw=0.8, solid_capstyle="butt", zorder=3)
                ends += [change.low, change.high]
            at, side = (min(*ends, 0.0), "right") if change.value < 0.0 else (max(*ends, 0.0), "left")
            axes.annotate(
                signed(f"{change.value:+,.0f}"), (at, y), xytext=(-2 if side == "right" else 2, 0),
                textcoords="offset points", ha=side, va="center", fontsize=SMALL, color=INK,
            )  # fmt: skip
        for text, up, size, tint in ((line.name, 0.17, 6.5, INK), (line.remark, -0.2, 5.5, FAINT)):
            axes.annotate(
                shortened(text, NAMES - 0.1, size), (0.0, -k + up), xytext=(-72 * NAMES, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="left", va="center", fontsize=size, color=tint, annotation_clip=False,
            )  # fmt: skip


def _ratios(axes: Axes, ratios: Sequence[_Ratio | None], observed: Sequence[bool]) -> None:
    """A point with its interval in every row, and its number above it."""
    known = [end for r in ratios if r is not None for end in (r.value, r.low, r.high) if end is not None]
    reach = min(MOST, max([0.12, *(1.15 * abs(end) for end in known)]))
    axes.set_xlim(-reach, reach)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: signed(f"{x:+.4g}")))
    axes.axvline(0.0, color=INK, lw=0.7, zorder=1.5)
    how = {"ha": "center", "va": "center", "fontsize": SMALL, "zorder": 4}
    for k, (ratio, seen) in enumerate(zip(ratios, observed, strict=True)):
        if ratio is None:
            axes.text(0.0, -k, "undefined", bbox=BEHIND, **how, color=FAINT, style="italic")  # type: ignore[arg-type]
            continue
        if ratio.low is not None and ratio.high is not None:
            axes.plot(
                (ratio.low, ratio.high), (-k - 0.18, -k - 0.18), color=INK, lw=1.0, solid_capstyle="butt", zorder=2
            )
        marker = (
            {"marker": "D", "ms": 3.6, "mfc": "white", "mec": INK, "mew": 0.8}
            if seen
            else {"marker": "o", "ms": 3.2, "color": INK}
        )
        axes.plot(max(-reach, min(reach, ratio.value)), -k - 0.18, ls="none", zorder=3, clip_on=False, **marker)  # type: ignore[arg-type]
        axes.text(0.0, -k + 0.2, ratio.text, bbox=BEHIND, **how, color=INK)  # type: ignore[arg-type]
