"""Numbers of things in words: one run is, two runs are."""

from __future__ import annotations


def counted(count: int, what: str) -> str:
    """A number and what it counts: 1 run, 1,024 runs."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def verb(count: int, singular: str, plural: str) -> str:
    """The verb of so many: 1 of 32 runs has, 2 of 32 runs have."""
    return singular if count == 1 else plural
