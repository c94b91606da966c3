"""What shocks do: hysteresis after lifting, substitution, sorting, dependency; each a number with its interval."""

from .findings import FILE, Shocks, shocks_of, write_shocks
from .hysteresis import Crossing, Hysteresis, hysteresis_of
from .levels import Dependency, Sorting
from .lifting import Lifting, find_lifting
from .substitution import Observed, Replacement

__all__ = [
    "FILE",
    "Crossing",
    "Dependency",
    "Hysteresis",
    "Lifting",
    "Observed",
    "Replacement",
    "Shocks",
    "Sorting",
    "find_lifting",
    "hysteresis_of",
    "shocks_of",
    "write_shocks",
]
