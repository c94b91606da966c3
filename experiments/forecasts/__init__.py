"""Simple forecasts of joint works, how far they err with the years, and how forecasts are scored."""

from .baselines import BASELINES, DRIFT_YEARS, Method, Past, last_observed, recent_slope
from .beside_data import forecast_errors
from .scores import BOUND, scores
from .spread import Spread, in_sample, rolling

__all__ = [
    "BASELINES",
    "BOUND",
    "DRIFT_YEARS",
    "Method",
    "Past",
    "Spread",
    "forecast_errors",
    "in_sample",
    "last_observed",
    "recent_slope",
    "rolling",
    "scores",
]
