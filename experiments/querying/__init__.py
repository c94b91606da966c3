"""SQL over the dataset of a sweep, in place and read-only."""

from .asking import Answer, ask
from .tables import TABLES

__all__ = ["TABLES", "Answer", "ask"]
