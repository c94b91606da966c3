"""Goodness of fit: what the replicates gave as violins, what was observed as dots, a figure for each statistic.

In the manner of the plots of sienaGOF (Ripley and others, manual for RSiena), but each component on a scale of its own,
because their units differ.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from .page import SMALL, Grid, Page, wrapped
from .style import FAINT, INK, PALETTE, save, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ..goodness_of_fit import Check, Fit

MOST, FEWEST = 4, 3
"""Panels beside each other; where there are fewer, the rest stays empty."""
TITLE, BOLD = 6.5, 0.88
"""Size of the names of components, points; what is measured of a line that is bold."""
SIMULATED, OBSERVED = PALETTE[4], PALETTE[1]


def draw_fit(folder: Path, fit: Fit) -> list[Path]:
    """Draw a battery into ``folder / "figures"``, ``fit-<statistic>`` for each of its checks; returns the paths."""
    with styled():
        return [
            path for of in fit.checks for path in save(_page(fit, of).figure, Path(folder), f"fit-{of.statistic.name}")
        ]


def _page(fit: Fit, of: Check) -> Page:
    s = of.statistic
    seen = s.observed is not None
    verdict = (
        f"p = {of.p_text}, Mahalanobis distance {of.distance_text}: {of.verdict.value}" if of.test else s.kind.value
    )
    page = Page(
        Grid(
            len(s.components),
            min(MOST, max(FEWEST, len(s.components))),
            1.45,
            above=(0.34,),
            left=0.55,
            right=0.15,
            below=0.16,
        ),
        f"{s.title} ({s.kind.value}): {verdict}" if of.test else f"{s.title}: {verdict}",
        f"{fit.title}, {fit.replicates} replicates of {fit.institutions:,} institutions",
        [
            "Violins: simulated; bar: 5 % to 95 % of the replicates; line: median."
            + (" Dot: observed." if seen else ""),
            f"Observed: {s.source}." if s.source else "",
            f"Note: {s.remark}." if s.remark else "",
        ],
        legend=_legend(seen),
    )
    for k, (axes, component) in enumerate(zip(page.axes, s.components, strict=True)):
        lines = "\n".join(wrapped(component, BOLD * (page.grid.width + page.grid.right + 0.1), TITLE))
        axes.set_title(lines, fontsize=TITLE, pad=5, loc="left")
        values = of.simulated[:, k]
        known = values[~np.isnan(values)]
        target = float(s.observed[k]) if s.observed is not None else float("nan")
        if not len(known):
            page.empty(axes, "undefined")
            axes.set(xticks=[], yticks=[])
            continue
        _violin(axes, known)
        if np.isfinite(target):
            bound = "≥ " if s.least and s.least[k] else ""
            axes.plot((0.0,), (target,), "o", ms=4.5, color=OBSERVED, mec=INK, mew=0.5, zorder=4)
            axes.annotate(
                f"{bound}{target:.3g}", (0.0, target), xytext=(7, 0), textcoords="offset points", va="center",
                fontsize=SMALL, color=INK,
            )  # fmt: skip
        _finish(axes, known, target)
    return page


def _legend(seen: bool) -> list[Artist]:
    handles: list[Artist] = [Patch(color=SIMULATED, alpha=0.6, lw=0, label="simulated")]
    if seen:
        handles.append(Line2D([], [], color=OBSERVED, marker="o", ms=4.5, mec=INK, mew=0.5, lw=0, label="observed"))
    return handles


def _violin(axes: Axes, known: NDArray[np.float64]) -> None:
    """The density of the replicates; where they all agree, a line."""
    if np.ptp(known) > 1e-9 * max(1.0, float(np.abs(known).max())):
        for body in axes.violinplot(known, positions=[0.0], widths=0.8, showextrema=False)["bodies"]:  # type: ignore[attr-defined]
            body.set(facecolor=SIMULATED, edgecolor="none", alpha=0.6)
    low, middle, high = np.quantile(known, (0.05, 0.5, 0.95))
    axes.plot((0.0, 0.0), (low, high), color=FAINT, lw=1.2, solid_capstyle="butt", zorder=3)
    axes.plot((-0.12, 0.12), (middle, middle), color=INK, lw=1.0, zorder=3)


def _finish(axes: Axes, known: NDArray[np.float64], target: float) -> None:
    ends = [float(known.min()), float(known.max()), *([target] if np.isfinite(target) else [])]
    room = 0.12 * (max(ends) - min(ends)) or 0.1 * abs(ends[0]) or 1.0
    axes.set_xlim(-0.7, 1.0)
    axes.set_ylim(min(ends) - room, max(ends) + room)
    axes.set_xticks([])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
