"""Forecasts from the years of a fit alone, held against what came, beside what a reader would otherwise use."""

from .hindcast import Forecast, Hindcast, hindcast
from .left_out import LeftOut, left_out
from .windows import ALL, FINAL, ROLLING, Window, span, window

__all__ = [
    "ALL",
    "FINAL",
    "ROLLING",
    "Forecast",
    "Hindcast",
    "LeftOut",
    "Window",
    "hindcast",
    "left_out",
    "span",
    "window",
]
