"""Claims: what agrees with each published figure, as a band, and the model's figure with its interval, each on its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .page import EDGE, PANEL_TITLE, SMALL, WIDTH, Grid, Page, shortened
from .style import FAINT, INK, PALETTE, save, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..claims import Findings, Judged

ROW = 0.34
"""Height of a claim, inches."""
STRIP = 0.15
"""Height of its scale, inches."""
HEADING = 0.24
LABELS = 2.55
"""Room for titles at the left, inches."""
VERDICTS = 0.55
"""Room for figures and verdicts at the right, inches."""
BAND = "#CFE3D4"
MARGIN = 0.18
"""Room beside what is drawn on a scale, as a share of it."""
KINDS = {"test": PALETTE[0], "calibration": PALETTE[1], "assumption": FAINT}
UNTESTED = "cannot be tested"
SCALES = {"share": (100.0, " %"), "points": (100.0, " pts"), "ratio": (1.0, "")}
"""Unit -> factor and what is written behind the figures."""


def draw_claims(folder: Path, found: Findings) -> list[Path]:
    """Draw all claims that have a figure into ``folder / "figures"``; returns the paths, none without such a claim."""
    shown = [row for row in found.rows if row.model is not None]
    if not shown:
        return []
    groups = [(about, list(rows)) for about, rows in groupby(shown, key=lambda row: row.claim.about)]
    with styled():
        page = Page(
            Grid(0, 1, 0.0), "Claims: what was published, and what the model gives", _remark(found), _caption(found, shown),
            key=HEADING * len(groups) + ROW * len(shown), legend=_legend(shown),
        )  # fmt: skip
        top = page.key_top
        for about, rows in groups:
            page.text(EDGE, top - HEADING + 0.08, about, size=PANEL_TITLE, weight="bold", color=INK, va="bottom")
            top -= HEADING
            for row in rows:
                _draw_row(page, row, top)
                top -= ROW
        return save(page.figure, Path(folder), "claims")


def _remark(found: Findings) -> str:
    first = found.worlds[0]
    return f"{first['replicates']} replicates of worlds of {first['institutions']:,} institutions, seed {first['seed']}"


def _caption(found: Findings, shown: Sequence[Judged]) -> list[str]:
    beyond = len(found.rows) - len(shown)
    return [
        "Each claim on its own scale. Band: what agrees with the published figure. Whisker: 95 % interval over replicates, the "
        "luck of one calibrated model, not the uncertainty of its parameters.",
        "A test is one that nothing was set to meet; calibrations and assumptions prove nothing.",
        f"{beyond} more claims cannot be tested with these runs." if beyond else "",
    ]


def _legend(shown: Sequence[Judged]) -> list[Artist]:
    handles: list[Artist] = [Patch(facecolor=BAND, label="agrees with what was published")]
    for kind, tint in KINDS.items():
        if any(row.claim.kind == kind for row in shown):
            handles.append(Line2D([], [], color=tint, marker="o", ms=4, lw=1.2, label=kind))
    if any(row.seen is not None for row in shown):
        handles.append(Line2D([], [], color=INK, marker="D", mfc="white", ms=3.5, lw=0, label="packaged counts"))
    return handles


def _draw_row(page: Page, row: Judged, top: float) -> None:
    """Title, scale, and verdict of a claim; ``top`` in inches from the bottom of the page."""
    width = WIDTH - 2 * EDGE - LABELS - VERDICTS
    bottom = top - STRIP
    box = ((EDGE + LABELS) / WIDTH, bottom / page.height, width / WIDTH, STRIP / page.height)
    axes = page.figure.add_axes(box)
    _draw_scale(axes, row)
    middle = bottom + STRIP / 2
    page.text(EDGE + 0.08, middle, shortened(row.claim.title, LABELS - 0.2, SMALL), size=SMALL, color=INK, va="center")
    page.text(
        WIDTH - EDGE - VERDICTS + 0.1, middle, row.verdict, size=SMALL, va="center", color=INK,
        weight="bold" if row.verdict == "fail" else "normal",
    )  # fmt: skip


def _draw_scale(axes: Axes, row: Judged) -> None:
    model, claim = row.model, row.claim
    if model is None:
        return
    ends = [end for end in (model.low, model.high) if end is not None]
    bounds = [end for end in (claim.low, claim.high) if end is not None]
    all_shown = [model.value, *ends, *bounds, *([] if row.seen is None else [row.seen])]
    room = MARGIN * ((max(all_shown) - min(all_shown)) or abs(model.value) or 1.0)
    left, right = min(all_shown) - room, max(all_shown) + room
    low, high = (left if claim.low is None else claim.low), (right if claim.high is None else claim.high)
    axes.axvspan(low, high, color=BAND, lw=0)
    for bound in bounds:
        axes.axvline(bound, color="#6FA07E", lw=0.8)
    tint = KINDS[claim.kind]
    if len(ends) == 2:
        axes.plot(ends, (0.0, 0.0), color=tint, lw=1.4, solid_capstyle="butt")
    if row.seen is not None:
        axes.plot((row.seen,), (0.0,), "D", ms=3.2, color=INK, mfc="white", mew=0.8)
    axes.plot((model.value,), (0.0,), "o", ms=3.8, color=tint)
    axes.set_xlim(left, right)
    axes.set_ylim(-1.0, 1.0)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.spines["bottom"].set_linewidth(0.5)
    factor, unit = SCALES[claim.unit]
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{factor * x:z.4g}{unit}"))
    axes.tick_params(axis="x", labelsize=5.0, pad=1.0, length=1.5)
