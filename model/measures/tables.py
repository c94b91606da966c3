"""All measures of a run side by side, as arrays, from which those in force are taken; M measures, n institutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dynamics.terms import MOTIVES
from ..response import MeetingPath, meeting_path
from .compiled import CompiledMeasure, levels

if TYPE_CHECKING:
    from ..scenario.measure import Counts

FACTORS = ("meeting", "acceptance", "initiative", "contract_term", "works", "opportunity", "capacity")
"""Effects that are 1 when a measure does nothing."""
ADDITIONS = ("formation", "maintenance", "leadership", "secondary", "capability", "capability_level", "size_growth")
"""Effects that are 0 when a measure does nothing."""
EFFECTS = FACTORS + ADDITIONS
PLACE = {name: place for place, name in enumerate(EFFECTS)}
"""Name -> row in a table of effects."""
ON_NEW = ("meeting", "acceptance", "initiative", "formation")
"""Effects on partnerships that do not exist yet, beside motives."""
ON_INSTITUTIONS = ("opportunity", "capacity", "capability", "capability_level", "size_growth")
"""Effects on institutions by themselves."""


def neutral(effect: str) -> float:
    """What an effect is when a measure does nothing."""
    return 1.0 if effect in FACTORS else 0.0


NO_PATH = MeetingPath(1.0, np.inf, 1.0)


def _of_counts(counts: Counts | None) -> MeetingPath:
    """Factors of meeting that stand for an effect on counts."""
    return NO_PATH if counts is None else meeting_path(counts.change, counts.after_years, counts.of, counts.then)


def _turn(measure: CompiledMeasure, path: MeetingPath) -> float:
    """Start of the quarter in which meeting turns to what keeps the counts, years; never before the measure's first."""
    return max(measure.start, float(np.ceil(4.0 * (measure.start + path.turn)) / 4.0))


def scaled(factor: np.ndarray, level: np.ndarray | float) -> np.ndarray:
    """A factor at a part of its strength: 1 at level 0, itself at 1, never negative."""
    return np.maximum(0.0, 1.0 + (factor - 1.0) * level)


@dataclass(frozen=True)
class MeasureTable:
    """What the measures of a run would do at full strength, and to whom."""

    effects: np.ndarray  # float64[EFFECTS, M]; on new partnerships nothing, where a measure is narrow
    motives: np.ndarray  # float64[M, 5]; the same
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
    sides: np.ndarray  # bool[M, 2, n], first and second side of the measures that follow no lists
    start: np.ndarray  # float64[M], years
    end: np.ndarray  # float64[M], years
    ramp: np.ndarray  # float64[M], years
    strength: np.ndarray  # float64[M]
    eased_meeting: np.ndarray  # float64[M], factor of meeting after the turn of measures whose counts stay
    turn: np.ndarray  # float64[M], years; infinity for the others

    @classmethod
    def of(cls, measures: Sequence[CompiledMeasure], country: np.ndarray, instruments: Sequence[str]) -> MeasureTable:
        """The table of measures; ``country`` int64[n], ``instruments`` names by their numbers in the state."""

        def column(value: Callable[[CompiledMeasure], Any], *shape: int, kind: type = float) -> np.ndarray:
            return np.array([value(m) for m in measures], kind).reshape(len(measures), *shape)

        nobody = np.zeros(len(country), np.bool_)
        narrow = column(lambda m: len(m.measure.instruments) > 0, kind=bool)
        effects = column(lambda m: [getattr(m.measure.effects, name) for name in EFFECTS], len(EFFECTS)).T.copy()
        paths = [_of_counts(m.measure.effects.counts) for m in measures]
        eased = effects[PLACE["meeting"]] * np.array([path.then for path in paths])
        effects[PLACE["meeting"]] *= np.array([path.first for path in paths])
        for name in ON_NEW:
            effects[PLACE[name], narrow] = neutral(name)
        motives = column(lambda m: [getattr(m.measure.effects.motives, t.name.lower()) for t in MOTIVES], len(MOTIVES))
        motives[narrow] = 0.0
        return cls(
            effects=effects,
            motives=motives,
            fields=column(lambda m: m.fields, len(measures[0].fields) if measures else 0),
            leakage=column(lambda m: m.measure.leakage),
            prohibits=column(lambda m: m.measure.mode != "none", kind=bool),
            unrenewable=column(lambda m: m.measure.mode == "no_renewal", kind=bool),
            official=column(lambda m: m.measure.channel == "official", kind=bool),
            narrow=narrow,
            instruments=column(
                lambda m: [name in m.measure.instruments for name in instruments], len(instruments), kind=bool
            ),
            exposed_to=column(lambda m: max(m.exposed_to, 0), kind=int),
            planned=column(lambda m: m.measure.projects.share if m.measure.projects else 0.0),
            follows_lists=column(lambda m: m.follows_lists, kind=bool),
            sides=column(lambda m: m.sides(country, nobody), 2, len(country), kind=bool),
            start=column(lambda m: m.start),
            end=column(lambda m: m.end),
            ramp=column(lambda m: m.ramp),
            strength=column(lambda m: m.measure.strength),
            eased_meeting=eased,
            turn=np.array([_turn(m, path) for m, path in zip(measures, paths, strict=True)]),
        )

    def chosen(self, places: np.ndarray) -> MeasureTable:
        """The table of some of its measures, by their places int64[L]."""
        taken = {f.name: getattr(self, f.name)[places] for f in fields(self) if f.name != "effects"}
        return MeasureTable(effects=np.take(self.effects, places, axis=1), **taken)

    def effect(self, name: str) -> np.ndarray:
        """One effect at full strength, float64[M]."""
        return self.effects[PLACE[name]]

    def levels(self, time: float, grid: float) -> np.ndarray:
        """Strengths at a time in the quarter that begins at ``grid``, float64[M]."""
        return np.asarray(levels(self.start, self.end, self.ramp, self.strength, time, grid))

    def effects_at(self, level: np.ndarray, turned: np.ndarray) -> dict[str, np.ndarray]:
        """Effect -> float64[M] at parts ``level`` float64[M] of full strength; ``turned`` bool[M], whose meeting has eased."""
        count = len(FACTORS)
        full = self.effects[:count].copy()
        full[PLACE["meeting"], turned] = self.eased_meeting[turned]
        return dict(zip(EFFECTS, [*scaled(full, level), *(self.effects[count:] * level)], strict=True))
