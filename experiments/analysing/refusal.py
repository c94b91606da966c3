"""Why an analysis is not given: an answer of its own, so that nobody takes its absence for a zero."""

from __future__ import annotations

from dataclasses import dataclass

HOLES = "holes"
"""Runs that are missing, failed or undefined stand against it."""
DESIGN = "design"
"""The design cannot answer it."""


@dataclass(frozen=True)
class Refusal:
    """An analysis that was not made, and the reason in a sentence; ``because`` is `HOLES` or `DESIGN`."""

    analysis: str
    reason: str
    because: str = HOLES
