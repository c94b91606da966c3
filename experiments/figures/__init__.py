"""Figures of runs, comparisons and sweeps, as PNG and SVG, the same bytes for the same numbers."""

from .channels import draw_channels
from .comparison import draw_comparison
from .contributions import draw_contributions
from .goodness_of_fit import draw_fit
from .outcomes import draw_outcomes
from .run import draw_run
from .sweep import draw_sweep
from .timeline import draw_timeline

__all__ = [
    "draw_channels",
    "draw_comparison",
    "draw_contributions",
    "draw_fit",
    "draw_outcomes",
    "draw_run",
    "draw_sweep",
    "draw_timeline",
]
