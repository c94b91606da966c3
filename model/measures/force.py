"""The measures in force at a time, as the arrays of `model.dynamics.regime`, and what they do to institutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..dynamics.regime import BITS, Regime, no_measures
from .compiled import CompiledMeasure

if TYPE_CHECKING:
    from ..world import World


LEAST_CAPACITY = 0.05
"""Least factor of capacity, however strong its measures: load is over capacity, and nobody's is zero."""


def _scaled(factor: float, level: float) -> float:
    """A factor at a part of its strength: 1 at level 0, itself at 1, never negative."""
    return max(0.0, 1.0 + (factor - 1.0) * level)


class Forces:
    """Which measures are in force, and how strongly; rebuilt when a measure starts, ends or grows."""

    def __init__(self, measures: Sequence[CompiledMeasure], world: World) -> None:
        self.measures = tuple(measures)
        self.world = world
        self.time = -np.inf  # of the last update
        self.levels: tuple[float, ...] = ()
        self.active: list[CompiledMeasure] = []
        self.sides: list[tuple[np.ndarray, np.ndarray]] = []
        self._key: tuple[object, ...] | None = None
        self.regime = no_measures(len(world.arrays.country), len(world.fields))
        self.reach = np.zeros(0)
        self.leakage = np.zeros(0)
        self.unrenewable = np.zeros(0, np.int64)

    def update(self, time: float, grid: float) -> bool:
        """Bring the arrays to a time in the quarter that begins at ``grid``; whether anything changed."""
        self.time = time
        active = [(m, m.level(time, grid)) for m in self.measures]
        active = [(m, level) for m, level in active if level > 0.0]
        listed = self._listed(time)
        matters = any(m.first_listed or m.second_listed for m, _ in active)
        key = (*((m.name, level) for m, level in active), listed.tobytes() if matters else b"")
        if key == self._key:
            return False
        self._key = key
        self.active = [m for m, _ in active]
        self.levels = tuple(level for _, level in active)
        self._rebuild(listed)
        return True

    def index(self, measure: CompiledMeasure) -> int:
        """Place of a measure in force in the arrays."""
        return self.active.index(measure)

    def _listed(self, time: float) -> np.ndarray:
        listed = np.zeros(len(self.world.arrays.country), np.bool_)
        for i, since, until in self.world.listed_spells:
            listed[i] |= since <= time < (np.inf if until is None else until)
        return listed

    def _rebuild(self, listed: np.ndarray) -> None:
        n, count = len(self.world.arrays.country), len(self.active)
        words = -(-count // BITS)
        bits = [np.zeros((n, words), np.uint64) for _ in range(2)]
        self.sides = [compiled.sides(self.world.arrays.country, listed) for compiled in self.active]
        meeting, passage, leaked = np.ones(count), np.ones(count), np.zeros(count)
        formation = np.zeros(count)
        acceptance, maintenance = np.ones(count), np.zeros(count)
        lift, ease = np.ones(n), np.ones(n)
        self.reach, self.leakage = np.zeros(count), np.zeros(count)
        for m, (compiled, level) in enumerate(zip(self.active, self.levels, strict=True)):
            measure = compiled.measure
            scope = self.sides[m]
            for of_side, members in zip(bits, scope, strict=True):
                of_side[members, m // BITS] |= np.uint64(1) << np.uint64(m % BITS)
            self.reach[m], self.leakage[m] = min(1.0, level), measure.leakage
            meeting[m] = _scaled(measure.effects.meeting, level)
            acceptance[m] = _scaled(measure.effects.acceptance, level)
            formation[m] = measure.effects.formation * level
            maintenance[m] = measure.effects.maintenance * level
            if measure.mode != "none":
                passage[m] = 1.0 - self.reach[m] * (1.0 - measure.leakage)
                leaked[m] = self.reach[m] * measure.leakage / passage[m] if passage[m] > 0.0 else 0.0
            touched = scope[0] | scope[1]
            lift[touched] *= max(1.0, meeting[m] * passage[m] * np.exp(formation[m]))
            ease[touched] *= max(1.0, np.exp(-maintenance[m]))
        self.regime = Regime(
            bits[0], bits[1], meeting, passage, leaked, formation, acceptance, maintenance,
            np.array([m.measure.channel == "official" for m in self.active], np.bool_),
            np.array([m.fields for m in self.active]).reshape(count, len(self.world.fields)),
            lift, ease,
        )  # fmt: skip
        self.unrenewable = np.array(
            [m for m, compiled in enumerate(self.active) if compiled.measure.mode == "no_renewal"], np.int64
        )

    def institution_factor(self, effect: str) -> np.ndarray:
        """Factor float64[n] that measures put on a quantity of the institutions of their first side.

        ``effect`` is "opportunity" or "capacity".
        """
        factor = np.ones(len(self.world.arrays.country))
        for compiled, level, (first, _) in zip(self.active, self.levels, self.sides, strict=True):
            factor[first] *= _scaled(getattr(compiled.measure.effects, effect), level)
        return np.maximum(factor, LEAST_CAPACITY) if effect == "capacity" else factor

    def capability_growth(self) -> np.ndarray:
        """What measures add to capability, float64[n], log units a year, to the institutions of their second side."""
        growth = np.zeros(len(self.world.arrays.country))
        for compiled, level, (_, second) in zip(self.active, self.levels, self.sides, strict=True):
            growth[second] += compiled.measure.effects.capability * level
        return growth
