"""The figures of one run."""

from __future__ import annotations

from pathlib import Path

from ..results.reading import read_frame, read_scenario
from .context import Context
from .initiative import draw_initiative
from .mix import draw_mix
from .network import draw_network
from .style import styled
from .trajectories import SHARE, VOLUME, draw_quantity


def draw_run(folder: Path) -> list[Path]:
    """Draw the figures of a run into ``folder / "figures"`` as PNG and SVG; returns the paths.

    ``folder`` holds the frames and the resolved scenario of a run; its result need not be finished. Figures that there
    is nothing for are left out: the network without snapshots, partner mix and leaders in a world of one bloc. Raises
    `InputError` if frames or tables are missing.
    """
    folder = Path(folder)
    context = Context(read_scenario(folder))
    series = read_frame(folder, "series")
    with styled():
        return [
            *draw_quantity(folder, context, series, VOLUME),
            *draw_quantity(folder, context, series, SHARE),
            *draw_mix(folder, context, series),
            *draw_initiative(folder, context, series),
            *draw_network(folder, context, read_frame(folder, "snapshots")),
        ]
