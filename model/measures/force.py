"""The measures in force at a time, as the arrays of `model.dynamics.regime`, and what they do to institutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..dynamics.regime import BITS, Regime, bound_factors, marked, no_measures
from .calendar import Calendar, Stage
from .compiled import CompiledMeasure
from .tables import FACTORS, NEUTRAL, PLACE, MeasureTable, scaled

if TYPE_CHECKING:
    from ..dynamics.state import State
    from ..dynamics.terms import Setting
    from ..world import World


LEAST_CAPACITY = 0.05
"""Least factor of capacity, however strong its measures: load is over capacity, and nobody's is zero."""
AFTER_PLANS = "opportunity after plans"
"""What is left of the factor of opportunities when plans have taken their share."""
LEAST_TERM = 0.05
"""Least factor of contract terms: every term has a length."""


def _bits_of(members: np.ndarray) -> np.ndarray:
    """Membership bool[L, 2, n] as bits, uint64[2, n, words]: bit m of an institution says whether it stands in row m."""
    count, sides, n = members.shape
    words = -(-count // BITS)
    octets = np.zeros((sides, n, words * BITS // 8), np.uint8)
    octets[:, :, : -(-count // 8)] = np.packbits(members, axis=0, bitorder="little").transpose(1, 2, 0)
    return octets.view("<u8").astype(np.uint64)


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
        self.in_force = self.table.chosen(np.zeros(0, np.int64))
        self.time = -np.inf  # of the last update
        self.levels: tuple[float, ...] = ()
        self.active: list[CompiledMeasure] = []
        self.sides = np.zeros((0, 2, world.n), np.bool_)  # first and second side of each measure in force
        self.regime = no_measures(world.n, len(world.fields))
        self.reach, self.leakage, self.barrier = np.zeros((3, 0))
        self._places: dict[str, int] = {}
        self.unrenewable = np.zeros(0, np.int64)
        self.threaten = False  # whether secondary sanctions are in force
        self._moving = False  # whether its bounds move with the state: with partners, or with capabilities
        self._bounded = True  # whether bounds of the regime hold
        self._levels = np.zeros(len(measures))  # of all measures
        self._listed = np.zeros(world.n, np.bool_)
        spells = [(i, since, np.inf if until is None else until) for i, since, until in world.listed_spells]
        self._spells_on_lists = (
            np.array([i for i, _, _ in spells], np.int64),
            np.array([since for _, since, _ in spells], float),
            np.array([until for _, _, until in spells], float),
        )
        listings = self._spells_on_lists[1:] if self.table.follows_lists.any() else ()
        dates = [date for column in listings for date in column.tolist()]
        self._calendar = Calendar(self.table.start, self.table.end, self.table.ramp, dates)
        self._stage: Stage | None = None  # of the last update
        self._bits = np.zeros((2, world.n, 0), np.uint64)
        self._of_institutions: dict[str, np.ndarray] = {}  # effects on institutions that were asked for

    def update(self, time: float, grid: float) -> bool:
        """Bring the arrays to a time in the quarter that begins at ``grid``; whether anything changed."""
        self.time = time
        stage = self._calendar.stage(time, grid)
        if stage == self._stage:
            return False
        self._stage = stage
        levels = self.table.levels(time, grid)
        listed = self.listed(time)
        follow = bool(self.table.follows_lists[levels > 0.0].any()) and not np.array_equal(listed, self._listed)
        if np.array_equal(levels, self._levels) and not follow:
            return False
        others = not np.array_equal(levels > 0.0, self._levels > 0.0)
        self._levels, self._listed = levels, listed
        chosen = np.flatnonzero(levels > 0.0)
        if others or follow:
            self._take(chosen)
        self._act(levels[chosen])
        return True

    def bound(self, setting: Setting, state: State) -> None:
        """Bring the bounds that the fast engine draws by to the state, where measures or the state have changed."""
        if self._moving or not self._bounded:
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

    def _take(self, chosen: np.ndarray) -> None:
        """Which measures int64[L] are in force, and who stands on which side of them."""
        self.active = [self.measures[m] for m in chosen]
        self._places = {m.name: k for k, m in enumerate(self.active)}
        self.in_force = self.table.chosen(chosen)
        self.sides = self.in_force.sides
        for place in np.flatnonzero(self.in_force.follows_lists):
            self.sides[place] = self.active[place].sides(self.world.arrays.country, self._listed)
        self._bits = _bits_of(self.sides)
        self.unrenewable = np.flatnonzero(self.in_force.unrenewable)

    def _act(self, level: np.ndarray) -> None:
        """What the measures in force do at their strengths float64[L]: to new partnerships, to running ones, to terms."""
        of, effects = self.in_force, self.in_force.effects_at(level)
        self.levels = tuple(level.tolist())
        self.reach, self.leakage = np.minimum(1.0, level), of.leakage
        self.barrier = np.where(of.prohibits, 1.0 - self.reach * (1.0 - self.leakage), 1.0)
        passage = np.where(of.narrow, 1.0, self.barrier)  # the narrow are about running partnerships only
        leaks = of.prohibits & ~of.narrow & (passage > 0.0)
        words = self._bits.shape[2]
        self.regime = marked(
            Regime(
                first_side=self._bits[0],
                second_side=self._bits[1],
                meeting=effects["meeting"],
                passage=passage,
                leaked=np.where(leaks, self.reach * self.leakage / np.where(leaks, passage, 1.0), 0.0),
                formation=effects["formation"],
                acceptance=effects["acceptance"],
                initiative=effects["initiative"],
                motives=of.motives * level[:, None],
                maintenance=effects["maintenance"],
                contract_term=np.maximum(LEAST_TERM, effects["contract_term"]),
                leadership=effects["leadership"],
                works=effects["works"],
                secondary=effects["secondary"],
                exposed_to=of.exposed_to,
                listed=self._listed,
                official=of.official,
                narrow=of.narrow,
                instruments=of.instruments,
                fields=of.fields,
                seeking=np.zeros(words, np.uint64),
                leading=np.zeros(words, np.uint64),
                special=np.zeros(len(level), np.bool_),
                lift=np.ones(self.world.n),
                ease=np.ones(self.world.n),
            )
        )
        self.threaten = bool(self.regime.secondary.any())
        self._moving = self.threaten or bool(self.regime.seeking.any())
        self._bounded = False
        self._of_institutions.clear()

    def institution_factor(self, effect: str) -> np.ndarray:
        """Factor float64[n] that measures put on a quantity of the institutions of their first side.

        ``effect`` is "opportunity", of which plans take their share, or "capacity".
        """
        return self._summed(AFTER_PLANS if effect == "opportunity" else effect)

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
        if effect not in self._of_institutions:
            self._of_institutions[effect] = self._after_plans() if effect == AFTER_PLANS else self._sum_of(effect)
        return self._of_institutions[effect]

    def _sum_of(self, effect: str) -> np.ndarray:
        neutral = NEUTRAL[PLACE[effect]]
        total = np.full(self.world.n, neutral)
        full = self.in_force.effects[PLACE[effect]]
        for place in np.flatnonzero(full != neutral):
            level = self.levels[place]
            if effect in FACTORS:
                total[self.sides[place, 0]] *= scaled(full[place], level)
            else:
                total[self.sides[place, 1]] += full[place] * level
        return np.maximum(total, LEAST_CAPACITY) if effect == "capacity" else total

    def _after_plans(self) -> np.ndarray:
        factor = self._summed("opportunity")
        for place in np.flatnonzero(self.in_force.planned):
            share = min(1.0, self.in_force.planned[place] * self.levels[place])
            factor = factor * np.where(self.sides[place, 0], 1.0 - share, 1.0)
        return factor
