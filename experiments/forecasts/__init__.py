"""Forecasts of joint works, the model's and the simple ones that a reader would otherwise use."""

from .beside_data import forecast_errors

__all__ = ["forecast_errors"]
