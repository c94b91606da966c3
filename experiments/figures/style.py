"""The look of all figures: the style sheet, colours of blocs and of pairs of blocs, and files that are the same bytes."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

STYLE = Path(__file__).with_name("comity.mplstyle")
FIGURES = "figures"
"""Folder of the figures inside the folder of a result."""
DPI = 200
SUFFIXES = (".png", ".svg")
"""Kinds of files that figures are written to."""

PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#6B6B00", "#332288", "#DDCC77", "#AA4499",
)  # fmt: skip
"""Colours after Okabe and Ito (2008) and Tol (2021), without reds; colour-blind readers tell the first seven apart."""
INK = "#262626"
FAINT = "#8C8C8C"
WITHIN = "#A6A6A6"
"""Partnerships inside a bloc."""
SHADE = "#F0EDE4"
"""Spans of time in which something is assumed."""

_GOLDEN = 0.618033988749895


def colour(place: int) -> str:
    """A colour as "#RRGGBB" for a place in an order; no two of the first few hundred are the same."""
    if place < len(PALETTE):
        return PALETTE[place]
    beyond = place - len(PALETTE)
    r, g, b = colorsys.hls_to_rgb((0.12 + _GOLDEN * beyond) % 1.0, (0.38, 0.58, 0.48)[beyond % 3], 0.55)
    return f"#{round(255 * r):02X}{round(255 * g):02X}{round(255 * b):02X}"


def bloc_colours(blocs: Sequence[str]) -> dict[str, str]:
    """Colours of blocs, by their order in the world's tables only."""
    return {bloc: colour(place) for place, bloc in enumerate(blocs)}


def pair_name(blocs: Sequence[str], a: int, b: int) -> str:
    """Name of a pair of blocs as series have it; ``a`` <= ``b`` are places in the order of the tables."""
    return f"{blocs[a]}-{blocs[b]}"


def pair_colours(blocs: Sequence[str]) -> dict[str, str]:
    """Colours of pairs of blocs: a pair of the first bloc has the colour of its partner, every other one its own."""
    colours, free = {}, len(blocs)
    for a in range(len(blocs)):
        colours[pair_name(blocs, a, a)] = WITHIN
        for b in range(a + 1, len(blocs)):
            colours[pair_name(blocs, a, b)] = colour(b if a == 0 else free)
            free += a > 0
    return colours


@contextmanager
def styled() -> Iterator[None]:
    """The style sheet over matplotlib's own defaults, whatever the user has set; restored afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rc_file(STYLE)
        yield


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write ``folder / "figures" / name`` as PNG and SVG, without dates; returns both paths."""
    target = folder / FIGURES
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / f"{name}{suffix}" for suffix in SUFFIXES]
    for path in paths:
        write(figure, path)
    return paths


def write(figure: Figure, path: Path) -> None:
    """Write one file, PNG or SVG by its suffix; where it cannot be written, nothing of it stays."""
    try:
        _write(figure, path)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _write(figure: Figure, path: Path) -> None:
    figure.set_dpi(DPI)
    if path.suffix == ".svg":
        figure.savefig(path, dpi=DPI, metadata={"Date": None})
        return
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    # straight from the canvas: matplotlib's own way to a PNG takes twice as long and adds its version
    opaque = np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[:, :, :3])
    Image.fromarray(opaque).save(path, dpi=(DPI, DPI), compress_level=4)
