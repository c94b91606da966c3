"""`comity calibrate`."""

from __future__ import annotations

from ..errors import ExperimentError
from .settings import AsJson, Quiet


def calibrate(quiet: Quiet = False, json: AsJson = False) -> int:
    """Fit affinities and common weights to observed counts and write the table of calibrated values."""
    raise ExperimentError("`comity calibrate` is not connected yet")
