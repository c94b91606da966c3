"""All measures of a run side by side, as arrays, from which those in force are taken; M measures, n institutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dynamics.terms import MOTIVES
from ..response import meeting_factor
from .compiled import CompiledMeasure, levels

if TYPE_CHECKING:
    from ..scenario.measure import Counts

FACTORS = ("meeting", "acceptance", "initiative", "contract_term", "works", "opportunity", "capacity")
"""Effects that are 1 when a measure does nothing."""
ADDITIONS = ("formation", "maintenance", "leadership", "secondary", "capability", "capability_level", "size_growth")
"""Effects that are 0 when a measure does nothing."""


def _of_counts(counts: Counts | None) -> float:
    """Factor of meeting that stands for an effect on counts."""
    return 1.0 if counts is None else meeting_factor(counts.change, counts.after_years, counts.of)


@dataclass(frozen=True)
class MeasureTable:
    """What the measures of a run would do at full strength, and to whom."""

    effects: dict[str, np.ndarray]  # float64[M] each
    motives: np.ndarray  # float64[M, 5]
    fields: np.ndarray  # float64[M, F]
    leakage: np.ndarray  # float64[M]
    prohibits: np.ndarray  # bool[M], has a mode
    unrenewable: np.ndarray  # bool[M], has the mode no-renewal
    official: np.ndarray  # bool[M]
    narrow: np.ndarray  # bool[M], touches only partnerships that came from some instruments
    instruments: np.ndarray  # bool[M, I], which ones
    exposed_to: np.ndarray  # int64[M], 0 without secondary sanctions
    planned: np.ndarray  # float64[M], share of opportunities that is assigned by plan
    follows_lists: np.ndarray  # bool[M]
    sides: tuple[np.ndarray, np.ndarray]  # bool[M, n] each, of the measures that follow no lists
    span: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # float64[M] each: start, end, ramp, strength

    @classmethod
    def of(cls, measures: Sequence[CompiledMeasure], country: np.ndarray, instruments: Sequence[str]) -> MeasureTable:
        """The table of measures; ``country`` int64[n], ``instruments`` names by their numbers in the state."""

        def column(value: Callable[[CompiledMeasure], Any], *shape: int, kind: type = float) -> np.ndarray:
            return np.array([value(m) for m in measures], kind).reshape(len(measures), *shape)

        nobody = np.zeros(len(country), np.bool_)
        both = [m.sides(country, nobody) for m in measures]
        effects = {
            name: np.array([getattr(m.measure.effects, name) for m in measures], float) for name in FACTORS + ADDITIONS
        }
        effects["meeting"] = effects["meeting"] * column(lambda m: _of_counts(m.measure.effects.counts))
        return cls(
            effects,
            column(lambda m: [getattr(m.measure.effects.motives, t.name.lower()) for t in MOTIVES], len(MOTIVES)),
            column(lambda m: m.fields, len(measures[0].fields) if measures else 0),
            column(lambda m: m.measure.leakage),
            column(lambda m: m.measure.mode != "none", kind=bool),
            column(lambda m: m.measure.mode == "no_renewal", kind=bool),
            column(lambda m: m.measure.channel == "official", kind=bool),
            column(lambda m: len(m.measure.instruments) > 0, kind=bool),
            column(lambda m: [name in m.measure.instruments for name in instruments], len(instruments), kind=bool),
            column(lambda m: max(m.exposed_to, 0), kind=int),
            column(lambda m: m.measure.projects.share if m.measure.projects else 0.0),
            column(lambda m: m.follows_lists, kind=bool),
            (
                np.array([first for first, _ in both]).reshape(-1, len(country)),
                np.array([second for _, second in both]).reshape(-1, len(country)),
            ),
            (
                column(lambda m: m.start),
                column(lambda m: m.end),
                column(lambda m: m.ramp),
                column(lambda m: m.measure.strength),
            ),
        )

    def levels(self, time: float, grid: float) -> np.ndarray:
        """Strengths at a time in the quarter that begins at ``grid``, float64[M]."""
        start, end, ramp, strength = self.span
        return np.asarray(levels(start, end, ramp, strength, time, grid))
