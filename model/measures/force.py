"""The measures in force at a time, as the arrays of `model.dynamics.regime`, and what they do to institutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..dynamics.regime import BITS, bound_factors, idle_regime, marked, no_measures
from .compiled import CompiledMeasure
from .tables import FACTORS, MeasureTable

if TYPE_CHECKING:
    from ..dynamics.state import State
    from ..dynamics.terms import Setting
    from ..world import World


LEAST_CAPACITY = 0.05
"""Least factor of capacity, however strong its measures: load is over capacity, and nobody's is zero."""
LEAST_TERM = 0.05
"""Least factor of contract terms: every term has a length."""


def _scaled(factor: np.ndarray, level: np.ndarray) -> np.ndarray:
    """A factor at a part of its strength: 1 at level 0, itself at 1, never negative."""
    return np.maximum(0.0, 1.0 + (factor - 1.0) * level)


def _bits_of(members: np.ndarray) -> np.ndarray:
    """Membership bool[L, n] as bits, uint64[n, words]: bit m of an institution says whether it stands in row m."""
    count, n = members.shape
    words = -(-count // BITS)
    padded = np.zeros((words * BITS, n), np.bool_)
    padded[:count] = members
    octets = np.packbits(padded, axis=0, bitorder="little")  # uint8[words * 8, n], row 0 holds the measures 0 to 7
    return np.ascontiguousarray(octets.T).view("<u8").astype(np.uint64).reshape(n, words)


class Forces:
    """Which measures are in force, and how strongly; renewed when a measure starts, ends or grows.

    ``instruments``: names of the measures that a partnership may have come from, by their numbers in the state; by
    default those of the measures.
    """

    def __init__(
        self, measures: Sequence[CompiledMeasure], world: World, instruments: Sequence[str] | None = None
    ) -> None:
        self.measures = tuple(measures)
        self.world = world
        self.instruments = tuple(m.name for m in measures) if instruments is None else tuple(instruments)
        self.table = MeasureTable.of(measures, world.arrays.country, self.instruments)
        self.time = -np.inf  # of the last update
        self.levels: tuple[float, ...] = ()
        self.active: list[CompiledMeasure] = []
        self.sides = np.zeros((0, 2, world.n), np.bool_)  # first and second side of each measure in force
        self.regime = no_measures(world.n, len(world.fields))
        self.reach, self.leakage, self.barrier = np.zeros((3, 0))
        self._places: dict[str, int] = {}
        self.unrenewable = np.zeros(0, np.int64)
        self.threaten = False  # whether secondary sanctions are in force
        self._bounded = True  # whether bounds of the regime hold
        self._levels = np.zeros(len(measures))  # of all measures
        self._planned = np.zeros(0)  # share of opportunities that each measure in force assigns by plan
        self._listed = np.zeros(world.n, np.bool_)
        spells = [(i, since, np.inf if until is None else until) for i, since, until in world.listed_spells]
        self._spells_on_lists = (
            np.array([i for i, _, _ in spells], np.int64),
            np.array([since for _, since, _ in spells], float),
            np.array([until for _, _, until in spells], float),
        )
        self._bits = (self.regime.first_side, self.regime.second_side)
        self._of_institutions: dict[str, np.ndarray] = {}  # effects on institutions that were asked for

    def update(self, time: float, grid: float) -> bool:
        """Bring the arrays to a time in the quarter that begins at ``grid``; whether anything changed."""
        self.time = time
        levels = self.table.levels(time, grid)
        listed = self.listed(time)
        follow = bool(self.table.follows_lists[levels > 0.0].any()) and not np.array_equal(listed, self._listed)
        if np.array_equal(levels, self._levels) and not follow:
            return False
        others = not np.array_equal(levels > 0.0, self._levels > 0.0)
        self._levels, self._listed = levels, listed
        chosen = np.flatnonzero(levels > 0.0)
        if others or follow:
            self._take_sides(chosen)
        self._act(chosen, levels[chosen])
        return True

    def bound(self, setting: Setting, state: State) -> None:
        """Bring the bounds that the fast engine draws by to the state, where measures or the state have changed."""
        moving = self.threaten or self.regime.seeking.any()  # with partners, and with capabilities
        if moving or not self._bounded:
            bound_factors(setting, self.regime, state)
            self._bounded = True

    def place(self, measure: CompiledMeasure) -> int:
        """Place of a measure in the arrays; -1 if it is not in force."""
        return self._places.get(measure.name, -1)

    def listed(self, time: float) -> np.ndarray:
        """Institutions on a list at a time, bool[n]."""
        rows, since, until = self._spells_on_lists
        listed = np.zeros(self.world.n, np.bool_)
        listed[rows[(since <= time) & (time < until)]] = True
        return listed

    def _take_sides(self, chosen: np.ndarray) -> None:
        """Who stands on which side of the measures int64[L] that are in force."""
        self.active = [self.measures[m] for m in chosen]
        self._places = {m.name: k for k, m in enumerate(self.active)}
        self.sides = np.stack([of_side[chosen] for of_side in self.table.sides], axis=1)
        for place in np.flatnonzero(self.table.follows_lists[chosen]):
            self.sides[place] = self.active[place].sides(self.world.arrays.country, self._listed)
        self._bits = (_bits_of(self.sides[:, 0]), _bits_of(self.sides[:, 1]))

    def _act(self, chosen: np.ndarray, level: np.ndarray) -> None:
        """What the measures int64[L] do at their strengths float64[L]: to new partnerships, to running ones, to terms."""
        table, effects = self.table, {name: values[chosen] for name, values in self.table.effects.items()}
        self.levels = tuple(map(float, level))
        self.reach, self.leakage = np.minimum(1.0, level), table.leakage[chosen]
        self.barrier = np.where(table.prohibits[chosen], 1.0 - self.reach * (1.0 - self.leakage), 1.0)
        narrow = table.narrow[chosen]  # about running partnerships only
        passage = np.where(narrow, 1.0, self.barrier)
        leaks = table.prohibits[chosen] & ~narrow & (passage > 0.0)
        regime = idle_regime(*self._bits, len(chosen), len(self.world.fields), len(self.instruments))
        self.regime = marked(
            regime._replace(
                meeting=np.where(narrow, 1.0, _scaled(effects["meeting"], level)),
                passage=passage,
                leaked=np.where(leaks, self.reach * self.leakage / np.where(leaks, passage, 1.0), 0.0),
                formation=np.where(narrow, 0.0, effects["formation"] * level),
                acceptance=np.where(narrow, 1.0, _scaled(effects["acceptance"], level)),
                initiative=np.where(narrow, 1.0, _scaled(effects["initiative"], level)),
                motives=np.where(narrow[:, None], 0.0, table.motives[chosen] * level[:, None]),
                maintenance=effects["maintenance"] * level,
                contract_term=np.maximum(LEAST_TERM, _scaled(effects["contract_term"], level)),
                leadership=effects["leadership"] * level,
                works=_scaled(effects["works"], level),
                secondary=effects["secondary"] * level,
                exposed_to=table.exposed_to[chosen],
                listed=self._listed.copy(),
                official=table.official[chosen],
                narrow=narrow,
                instruments=table.instruments[chosen],
                fields=table.fields[chosen],
            )
        )
        self.threaten, self._bounded = bool(self.regime.secondary.any()), False
        self.unrenewable = np.flatnonzero(table.unrenewable[chosen])
        self._planned = np.minimum(1.0, table.planned[chosen] * level)
        self._of_institutions.clear()

    def institution_factor(self, effect: str) -> np.ndarray:
        """Factor float64[n] that measures put on a quantity of the institutions of their first side.

        ``effect`` is "opportunity", of which plans take their share, or "capacity".
        """
        factor = self._summed(effect)
        if effect != "opportunity":
            return factor
        for place in np.flatnonzero(self._planned > 0.0):
            factor = factor * np.where(self.sides[place, 0], 1.0 - self._planned[place], 1.0)
        return factor

    def unplanned_factor(self) -> np.ndarray:
        """Factor float64[n] of opportunities before plans take their share."""
        return self._summed("opportunity")

    def added(self, effect: str) -> np.ndarray:
        """What measures add to a quantity of the institutions of their second side, float64[n].

        ``effect`` is "capability" (log units a year), "capability_level" (log units) or "size_growth" (log a year).
        """
        return self._summed(effect)

    def _summed(self, effect: str) -> np.ndarray:
        """What the measures in force do together to a quantity of institutions; the caller must not change it."""
        if effect in self._of_institutions:
            return self._of_institutions[effect]
        is_factor = effect in FACTORS
        total = np.full(self.world.n, 1.0 if is_factor else 0.0)
        full = self.table.effects[effect][self._levels > 0.0]
        for place in np.flatnonzero(full != total[0]):
            level = self.levels[place]
            if is_factor:
                total[self.sides[place, 0]] *= _scaled(full[place], level)  # type: ignore[arg-type]
            else:
                total[self.sides[place, 1]] += full[place] * level
        if effect == "capacity":
            total = np.maximum(total, LEAST_CAPACITY)
        self._of_institutions[effect] = total
        return total
