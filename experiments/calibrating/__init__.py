"""Calibration: what is fitted to observed counts, and by which rule."""

from .fitting import Fitted, Progress, calibrate
from .observation import observation_slopes

__all__ = ["Fitted", "Progress", "calibrate", "observation_slopes"]
