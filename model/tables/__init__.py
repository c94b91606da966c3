"""Tables of a world: the packaged ones, and a user's own, read and checked by the same code."""

from .observed import VINTAGE, any_foreign, bloc_pair, observed, observed_by_bloc, reference_vintage
from .reading import PACKAGED, Tables, read_tables

__all__ = [
    "PACKAGED",
    "VINTAGE",
    "Tables",
    "any_foreign",
    "bloc_pair",
    "observed",
    "observed_by_bloc",
    "read_tables",
    "reference_vintage",
]
