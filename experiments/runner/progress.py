"""How far a run is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Steps (quarters) and replicates that are done, over all scenarios of the run."""

    steps_done: int
    steps: int
    replicates_done: int
    replicates: int

    @property
    def share(self) -> float:
        """Share of the steps that are done, 0 to 1."""
        return self.steps_done / self.steps if self.steps else 1.0


OnProgress = Callable[[Progress], None]
