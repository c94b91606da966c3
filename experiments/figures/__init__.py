"""Figures of runs, comparisons and sweeps, as PNG and SVG, the same bytes for the same numbers."""

from .comparison import draw_comparison
from .run import draw_run
from .sweep import draw_sweep

__all__ = ["draw_comparison", "draw_run", "draw_sweep"]
