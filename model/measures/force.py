"""The measures in force at a time, as the arrays of `model.dynamics.regime`, and what they do to institutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..dynamics.regime import BITS, Regime, bound_factors, idle_regime, marked, no_measures
from ..dynamics.terms import MOTIVES
from .compiled import CompiledMeasure

if TYPE_CHECKING:
    from ..dynamics.state import State
    from ..dynamics.terms import Setting
    from ..world import World


LEAST_CAPACITY = 0.05
"""Least factor of capacity, however strong its measures: load is over capacity, and nobody's is zero."""
LEAST_TERM = 0.05
"""Least factor of contract terms: every term has a length."""


def _scaled(factor: float, level: float) -> float:
    """A factor at a part of its strength: 1 at level 0, itself at 1, never negative."""
    return max(0.0, 1.0 + (factor - 1.0) * level)


class Forces:
    """Which measures are in force, and how strongly; rebuilt when a measure starts, ends or grows.

    ``instruments``: names of the measures that a partnership may have come from, by their numbers in the state; by
    default those of the measures.
    """

    def __init__(
        self, measures: Sequence[CompiledMeasure], world: World, instruments: Sequence[str] | None = None
    ) -> None:
        self.measures = tuple(measures)
        self.world = world
        self.instruments = tuple(m.name for m in measures) if instruments is None else tuple(instruments)
        self.time = -np.inf  # of the last update
        self.levels: tuple[float, ...] = ()
        self.active: list[CompiledMeasure] = []
        self.sides: list[tuple[np.ndarray, np.ndarray]] = []
        self._key: tuple[object, ...] | None = None
        self.regime = no_measures(len(world.arrays.country), len(world.fields))
        self.reach = np.zeros(0)
        self.leakage = np.zeros(0)
        self.unrenewable = np.zeros(0, np.int64)
        self.barrier = np.zeros(0)
        self.threaten = False  # whether secondary sanctions are in force
        self._bounded = True  # whether bounds of the regime hold

    def update(self, time: float, grid: float) -> bool:
        """Bring the arrays to a time in the quarter that begins at ``grid``; whether anything changed."""
        self.time = time
        active = [(m, m.level(time, grid)) for m in self.measures]
        active = [(m, level) for m, level in active if level > 0.0]
        listed = self.listed(time)
        matters = any(m.follows_lists for m, _ in active)
        key = (*((m.name, level) for m, level in active), listed.tobytes() if matters else b"")
        if key == self._key:
            return False
        self._key = key
        self.active = [m for m, _ in active]
        self.levels = tuple(level for _, level in active)
        self._rebuild(listed)
        return True

    def bound(self, setting: Setting, state: State) -> None:
        """Bring the bounds that the fast engine draws by to the state, where measures or the state have changed."""
        moving = self.threaten or self.regime.seeking.any()  # with partners, and with capabilities
        if moving or not self._bounded:
            bound_factors(setting, self.regime, state)
            self._bounded = True

    def index(self, measure: CompiledMeasure) -> int:
        """Place of a measure in force in the arrays."""
        return self.active.index(measure)

    def listed(self, time: float) -> np.ndarray:
        """Institutions on a list at a time, bool[n]."""
        listed = np.zeros(len(self.world.arrays.country), np.bool_)
        for i, since, until in self.world.listed_spells:
            listed[i] |= since <= time < (np.inf if until is None else until)
        return listed

    def _rebuild(self, listed: np.ndarray) -> None:
        n, count = len(self.world.arrays.country), len(self.active)
        words = -(-count // BITS)
        bits = [np.zeros((n, words), np.uint64) for _ in range(2)]
        self.sides = [compiled.sides(self.world.arrays.country, listed) for compiled in self.active]
        regime = idle_regime(bits[0], bits[1], count, len(self.world.fields), len(self.instruments))
        regime.listed[:] = listed
        self.reach, self.leakage, self.barrier = np.zeros(count), np.zeros(count), np.ones(count)
        for m, (compiled, level) in enumerate(zip(self.active, self.levels, strict=True)):
            for of_side, members in zip(bits, self.sides[m], strict=True):
                of_side[members, m // BITS] |= np.uint64(1) << np.uint64(m % BITS)
            self.reach[m], self.leakage[m] = min(1.0, level), compiled.measure.leakage
            if compiled.measure.mode != "none":
                self.barrier[m] = 1.0 - self.reach[m] * (1.0 - self.leakage[m])
            regime.fields[m] = compiled.fields
            regime.official[m] = compiled.measure.channel == "official"
            for name in compiled.measure.instruments:
                regime.narrow[m] = True
                regime.instruments[m] |= np.array([known == name for known in self.instruments], np.bool_)
            self._act_on_running(regime, m, compiled, level)
            if not regime.narrow[m]:
                self._act_on_new(regime, m, compiled, level)
        self.regime, self._bounded, self.threaten = marked(regime), False, bool(regime.secondary.any())
        self.unrenewable = np.array(
            [m for m, compiled in enumerate(self.active) if compiled.measure.mode == "no_renewal"], np.int64
        )

    def _act_on_new(self, regime: Regime, m: int, compiled: CompiledMeasure, level: float) -> None:
        """What measure m does to partnerships that are proposed."""
        effects = compiled.measure.effects
        regime.meeting[m] = _scaled(effects.meeting, level)
        regime.acceptance[m] = _scaled(effects.acceptance, level)
        regime.formation[m] = effects.formation * level
        regime.initiative[m] = _scaled(effects.initiative, level)
        regime.motives[m] = [getattr(effects.motives, term.name.lower()) * level for term in MOTIVES]
        regime.passage[m] = self.barrier[m]
        if compiled.measure.mode != "none" and regime.passage[m] > 0.0:
            regime.leaked[m] = self.reach[m] * self.leakage[m] / regime.passage[m]

    @staticmethod
    def _act_on_running(regime: Regime, m: int, compiled: CompiledMeasure, level: float) -> None:
        """What measure m does to partnerships that there are, and to terms that begin."""
        effects = compiled.measure.effects
        regime.maintenance[m] = effects.maintenance * level
        regime.contract_term[m] = max(LEAST_TERM, _scaled(effects.contract_term, level))
        regime.leadership[m] = effects.leadership * level
        regime.secondary[m] = effects.secondary * level
        regime.exposed_to[m] = max(compiled.exposed_to, 0)

    def institution_factor(self, effect: str) -> np.ndarray:
        """Factor float64[n] that measures put on a quantity of the institutions of their first side.

        ``effect`` is "opportunity" or "capacity".
        """
        factor = np.ones(len(self.world.arrays.country))
        for compiled, level, (first, _) in zip(self.active, self.levels, self.sides, strict=True):
            if (of_measure := getattr(compiled.measure.effects, effect)) != 1.0:
                factor[first] *= _scaled(of_measure, level)
        return np.maximum(factor, LEAST_CAPACITY) if effect == "capacity" else factor

    def added(self, effect: str) -> np.ndarray:
        """What measures add to a quantity of the institutions of their second side, float64[n].

        ``effect`` is "capability" (log units a year), "capability_level" (log units) or "size_growth" (log a year).
        """
        total = np.zeros(len(self.world.arrays.country))
        for compiled, level, (_, second) in zip(self.active, self.levels, self.sides, strict=True):
            if (of_measure := getattr(compiled.measure.effects, effect)) != 0.0:
                total[second] += of_measure * level
        return total
