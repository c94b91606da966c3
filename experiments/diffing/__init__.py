"""Says what two finished runs differ in: settings, measures, program and data, and results."""

from .difference import Difference, diff

__all__ = ["Difference", "diff"]
