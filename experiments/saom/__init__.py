"""Bare actor-oriented cases: the published process (Snijders and Pickup 2017) run with the model's own kernels."""

from .case import Case, read_case
from .process import choice_probabilities, run_periods

__all__ = ["Case", "choice_probabilities", "read_case", "run_periods"]
