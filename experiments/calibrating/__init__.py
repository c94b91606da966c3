"""Calibration: what is fitted to observed counts, by which rule, and how well it forecasts beside simple methods."""

from .fitting import Fitted, Progress, calibrate
from .observation import observation_slopes

__all__ = ["Fitted", "Progress", "calibrate", "observation_slopes"]
