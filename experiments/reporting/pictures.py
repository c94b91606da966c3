"""Figures as they stand in the page: small PNGs inside it, with a caption and words for those who do not see them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..results.manifest import FIGURES

if TYPE_CHECKING:
    from .sources import Source

COLOURS = 128
"""Colours of an embedded figure: line drawings need no more, and are a third as large."""
KNOWN = {
    "outcomes": (
        "What changes, at a glance",
        "Dot plot of differences against the base with 95 % intervals, by pair of blocs: partnerships and joint works in "
        "per cent of the base, share and mix in percentage points.",
    ),
    "volume": (
        "Joint works a year",
        "Lines of joint works a year by pair of blocs over time: medians and bands over replicates, observed works as "
        "points, dated measures as vertical lines.",
    ),
    "difference": (
        "Differences over time",
        "Lines of the difference to the base over time by pair of blocs, with 95 % intervals: joint works a year on the "
        "left, share of all joint works on the right.",
    ),
    "share": (
        "Share of all joint works",
        "Lines of the share of each pair of blocs in all joint works over time, with bands over replicates.",
    ),
    "partner-mix": (
        "Partner mix",
        "Areas of the composition of each bloc's own partnerships by partner bloc over time.",
    ),
    "initiators-leaders": (
        "Who starts and who leads",
        "Lines of the share of partnerships that each bloc started and of joint works that it led, over time.",
    ),
    "hysteresis": (
        "What comes back after lifting",
        "Lines of partnerships and joint works with and without restrictions that are lifted at a marked date; below, the "
        "share that is missing, with the values one, three, five and ten years after.",
    ),
    "substitution": (
        "Whether one partner replaces another",
        "Bars of what the pair of blocs that loses most and the next one change by, and the compensation ratio and the "
        "elasticity with 95 % intervals, what was observed beside them.",
    ),
    "sorting": (
        "Who of a side holds the partnerships",
        "Lines of the share of partnerships that listed institutions hold, against their share of all, by date; below, "
        "the difference with 95 % intervals.",
    ),
    "dependency": (
        "Who needs whom more",
        "Lines of the dependency asymmetry of each pair of the first bloc over time, of partnerships and of joint works, "
        "with bands over replicates.",
    ),
    "network": (
        "The network",
        "Drawings of the network of the largest institutions at several dates, coloured by bloc.",
    ),
}
"""Name of a figure -> title, and what is to be seen; in this order."""


@dataclass(frozen=True)
class Picture:
    """A figure in the page."""

    name: str
    title: str
    caption: str
    alt: str
    data: str  # data: URI
    width: int
    height: int


def pictures(source: Source, condition: str) -> list[Picture]:
    """The figures of a folder; those of a folder without figures are drawn for the page."""
    with _figures(source) as folder:
        paths = {path.stem: path for path in sorted(folder.glob("*.png"))}
        order = [*(name for name in KNOWN if name in paths), *(name for name in paths if name not in KNOWN)]
        return [_picture(paths[name], condition) for name in order]


@contextmanager
def _figures(source: Source) -> Iterator[Path]:
    there = source.folder / FIGURES
    if there.is_dir() and any(there.glob("*.png")):
        yield there
        return
    from ..figures import draw_comparison, draw_outcomes, draw_run
    from ..shocks import shocks_of
    from ..shocks.drawing import draw_shocks

    with TemporaryDirectory() as name:
        folder = Path(name)
        if source.is_comparison:
            draw_comparison(folder, source.results)
            draw_outcomes(folder, source.comparison)
        else:
            for path in source.folder.iterdir():
                if path.is_file():
                    (folder / path.name).symlink_to(path.resolve())
            draw_run(folder)
        draw_shocks(folder, source.results, shocks_of(source.results))
        yield folder / FIGURES


def _picture(path: Path, condition: str) -> Picture:
    from PIL import Image

    title, seen = KNOWN.get(
        path.stem, (path.stem.replace("_", " ").replace("-", " ").capitalize(), f"Figure {path.stem}.")
    )
    with Image.open(path) as image:
        plain = image.convert("RGB")
        few = plain.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        buffer = BytesIO()
        few.save(buffer, "PNG", optimize=True)
        width, height = plain.size
    return Picture(
        name=path.stem,
        title=title,
        caption=f"{condition}.",
        alt=f"{seen} The numbers are in the tables of this page and in the folder of the result.",
        data=f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}",
        width=width,
        height=height,
    )
