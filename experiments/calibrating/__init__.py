"""Calibration: what is fitted to observed counts, by which rule, and how far the counts determine it."""

from .ensemble import MEMBERS, Member, determined, effective_size, ensemble, packed
from .fitting import Fitted, Progress, calibrate
from .observation import observation_slopes

__all__ = [
    "MEMBERS",
    "Fitted",
    "Member",
    "Progress",
    "calibrate",
    "determined",
    "effective_size",
    "ensemble",
    "observation_slopes",
    "packed",
]
