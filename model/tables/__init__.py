"""Tables of a world: the packaged ones, and a user's own, read and checked by the same code."""

from .reading import PACKAGED, Tables, read_tables

__all__ = ["PACKAGED", "Tables", "read_tables"]
