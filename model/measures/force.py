"""The measures in force at a time, as the arrays of `model.dynamics.regime`, and what they do to institutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..dynamics.regime import BITS, bound_factors, idle_regime, marked
from .calendar import Calendar, Stage
from .compiled import CompiledMeasure
from .tables import FACTORS, ON_INSTITUTIONS, MeasureTable, neutral, scaled

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
        self.time = -np.inf  # of the last update
        self._levels = np.zeros(len(measures))  # of all measures
        self._turned = np.zeros(len(measures), np.bool_)  # of all measures: whether meeting has eased
        self._listed = np.zeros(world.n, np.bool_)
        spells = [(i, since, np.inf if until is None else until) for i, since, until in world.listed_spells]
        self._spells_on_lists = (
            np.array([i for i, _, _ in spells], np.int64),
            np.array([since for _, since, _ in spells], float),
            np.array([until for _, _, until in spells], float),
        )
        listings = self._spells_on_lists[1:] if self.table.follows_lists.any() else ()
        dates = [date for column in listings for date in column.tolist()]
        turns = self.table.turn[np.isfinite(self.table.turn)].tolist()
        self._calendar = Calendar(self.table.start, self.table.end, self.table.ramp, [*dates, *turns])
        self._stage: Stage | None = None  # of the last update
        self._bounded = False  # whether bounds of the regime hold
        self._of_institutions: dict[str, np.ndarray] = {}  # effects on institutions that were asked for
        self._take(np.zeros(0, np.int64))
        self._act(np.zeros(0), np.zeros(0, np.bool_))

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
        turned = self.table.turn <= time
        if np.array_equal(levels, self._levels) and np.array_equal(turned, self._turned) and not follow:
            return False
        others = not np.array_equal(levels > 0.0, self._levels > 0.0)
        self._levels, self._turned, self._listed = levels, turned, listed
        chosen = np.flatnonzero(levels > 0.0)
        if others or follow:
            self._take(chosen)
        self._act(levels[chosen], turned[chosen])
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
        """Which measures int64[L] are in force, who stands on which side of them, and what does not depend on strength."""
        self.active = [self.measures[m] for m in chosen]
        self._places = {m.name: k for k, m in enumerate(self.active)}
        self.in_force = of = self.table.chosen(chosen)
        self.sides, self.leakage = of.sides, of.leakage  # of the sides, the first and the second, bool[L, 2, n]
        self.unrenewable = np.flatnonzero(of.unrenewable)
        self.threaten = bool(of.effect("secondary").any())  # whether secondary sanctions are in force
        for place in np.flatnonzero(of.follows_lists):
            self.sides[place] = self.active[place].sides(self.world.arrays.country, self._listed)
        first, second = _bits_of(self.sides)
        idle = idle_regime(first, second, len(chosen), len(self.world.fields), len(self.instruments))
        self._whole = marked(
            idle._replace(
                initiative=of.effect("initiative"),
                motives=of.motives,
                leadership=of.effect("leadership"),
                secondary=of.effect("secondary"),
                exposed_to=of.exposed_to,
                official=of.official,
                narrow=of.narrow,
                instruments=of.instruments,
                fields=of.fields,
            )
        )
        # whether bounds of the regime move with the state: with partners, or with capabilities
        self._moving = self.threaten or bool(self._whole.seeking.any())
        self._acting = {name: np.flatnonzero(of.effect(name) != neutral(name)) for name in ON_INSTITUTIONS}
        self._planning = np.flatnonzero(of.planned)

    def _act(self, level: np.ndarray, turned: np.ndarray) -> None:
        """What the measures in force do at their strengths float64[L]: to new partnerships, to running ones, to terms."""
        of, effects = self.in_force, self.in_force.effects_at(level, turned)
        self.levels = tuple(level.tolist())
        self.reach = np.minimum(1.0, level)
        self.barrier = np.where(of.prohibits, 1.0 - self.reach * (1.0 - of.leakage), 1.0)
        passage = np.where(of.narrow, 1.0, self.barrier)  # the narrow are about running partnerships only
        leaked = np.zeros(len(level))
        np.divide(self.reach * of.leakage, passage, out=leaked, where=of.prohibits & ~of.narrow & (passage > 0.0))
        self.regime = self._whole._replace(
            meeting=effects["meeting"],
            passage=passage,
            leaked=leaked,
            formation=effects["formation"],
            acceptance=effects["acceptance"],
            initiative=effects["initiative"],
            motives=of.motives * level[:, None],
            maintenance=effects["maintenance"],
            contract_term=np.maximum(LEAST_TERM, effects["contract_term"]),
            leadership=effects["leadership"],
            works=effects["works"],
            secondary=effects["secondary"],
            listed=self._listed,
            lift=np.ones(self.world.n),
            ease=np.ones(self.world.n),
        )
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
        total, full = np.full(self.world.n, neutral(effect)), self.in_force.effect(effect)
        for place in self._acting[effect]:
            level = self.levels[place]
            if effect in FACTORS:
                total[self.sides[place, 0]] *= scaled(full[place], level)
            else:
                total[self.sides[place, 1]] += full[place] * level
        return np.maximum(total, LEAST_CAPACITY) if effect == "capacity" else total

    def _after_plans(self) -> np.ndarray:
        factor = self._summed("opportunity")
        for place in self._planning:
            share = min(1.0, self.in_force.planned[place] * self.levels[place])
            factor = factor * np.where(self.sides[place, 0], 1.0 - share, 1.0)
        return factor
