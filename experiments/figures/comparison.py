"""Scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.lines import Line2D

from model.clock import year_of
from model.errors import InputError

from . import bands
from .arms import LETTERS, Arm, Run, arm_of, marked_words, marks_between, window
from .context import Pair
from .differences import draw_differences
from .key import draw_key, key_height
from .marks import ROW
from .page import Grid, Page
from .style import save, styled
from .trajectories import MIDDLES, VOLUME, final_sizes, finish_panel, is_log, mark_rows, quantity_axis

LEAD_YEARS = 10.0
"""Years that are shown before the scenarios part."""


def draw_comparison(folder: Path, runs: Sequence[Run]) -> list[Path]:
    """Draw scenarios over each other and their differences to the first, into ``folder / "figures"``; returns the paths.

    ``runs`` have the same seed and replicates, so that replicate k of all saw the same luck, and differences are taken
    within a replicate. Raises `InputError` for fewer than two runs, or if one has no pair of blocs, no replicate or no
    period in common with the first.
    """
    if not 2 <= len(runs) <= len(LETTERS):
        raise InputError(f"{len(runs)} runs cannot be compared", where="draw_comparison", allowed="2 to 26 runs")
    arms = [arm_of(place, run) for place, run in enumerate(runs)]
    base = arms[0]
    sizes = {
        pair: size for pair, size in final_sizes(base.volume).items() if all(pair in arm.volume.pairs for arm in arms)
    }
    pairs, left_out = base.context.chosen_pairs(sizes)
    if not pairs:
        raise InputError("have no pair of blocs in common", where="the runs", allowed="runs of the same world")
    with styled():
        return [
            *_draw_volume(Path(folder), arms, pairs, left_out),
            *draw_differences(Path(folder), arms, pairs, left_out),
        ]


def _draw_volume(folder: Path, arms: Sequence[Arm], pairs: Sequence[Pair], left_out: str) -> list[Path]:
    start, end = window(arms, pairs, LEAD_YEARS)
    marks = marks_between(arms, pairs, start, end)
    columns = min(2, len(pairs))
    rows = mark_rows(marks, pairs, columns)
    longest = max((arm.context for arm in arms), key=lambda c: c.scenario.time.end)
    count = len(arms[0].volume.replicates)
    page = Page(
        Grid(len(pairs), columns, 1.32, above=tuple(0.26 + ROW * len(row) for row in rows), left=0.55, right=0.08),
        f"{VOLUME.heading[0].upper()}{VOLUME.heading[1:]} under {len(arms)} scenarios",
        longest.condition,
        [
            bands.fan_words(count, longest.spread, inner=False), longest.observed_words(), MIDDLES,
            marked_words(marks), left_out,
        ],
        key=key_height(marks),
        legend=[
            *(Line2D([], [], color=arm.colour, lw=1.6, label=arm.label) for arm in arms),
            *longest.observed_handles(), *longest.projected_handles(),
        ],
    )  # fmt: skip
    first = year_of(start)
    for place, (axes, pair) in enumerate(zip(page.axes, pairs, strict=True)):
        bands.year_axis(axes, start, end)
        drawn = []
        for arm in arms:
            inside = arm.volume.times >= first
            values = arm.volume.of(pair.name)[inside]
            width = 2.2 if arm is arms[0] else 1.1
            drawn.append(
                bands.fan(axes, arm.volume.times[inside], values, arm.colour, inner=False, alpha=0.15, width=width)
            )
        seen = VOLUME.observed(longest, pair)
        points = longest.draw_observed(axes, seen[seen.index >= first])
        log = is_log(VOLUME, *(median for median, _, _ in drawn))
        quantity_axis(axes, VOLUME, bands.known_values(*drawn, points), log)
        finish_panel(page, axes, place, pair, marks, rows, longest)
    draw_key(page, marks)
    return save(page.figure, folder, "volume")
