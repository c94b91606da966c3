"""Compares scenarios that were run with the same worlds and the same luck."""

from .comparison import Comparison, Compensation, Row, compare

__all__ = ["Comparison", "Compensation", "Row", "compare"]
