"""Simple forecasts of joint works, how far they err with the years, and how forecasts are scored."""

from .baselines import BASELINES, Method, Past, last_observed
from .beside_data import forecast_errors
from .scores import BOUND, scores
from .spread import Spread, in_sample, rolling

__all__ = [
    "BASELINES",
    "BOUND",
    "Method",
    "Past",
    "Spread",
    "forecast_errors",
    "in_sample",
    "last_observed",
    "rolling",
    "scores",
]
