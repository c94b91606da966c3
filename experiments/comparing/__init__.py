"""Compares scenarios that were run with the same worlds and the same luck."""

from .alignment import to_one_end
from .batches import BATCH, Replication, read_precision
from .comparison import PRECISION, Comparison, Row, compare
from .compensation import Compensation
from .means import periods_of

__all__ = [
    "BATCH",
    "PRECISION",
    "Comparison",
    "Compensation",
    "Replication",
    "Row",
    "compare",
    "periods_of",
    "read_precision",
    "to_one_end",
]
