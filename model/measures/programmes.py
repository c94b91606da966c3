"""Phase 3: money enters programmes, calls are opened, plans match partners, partnerships are founded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from zlib import crc32

import numpy as np

from ..clock import QUARTER, QUARTERS_A_YEAR
from ..dynamics import programmes as kernels
from ..dynamics.state import FOREVER, OFFICIAL, SLOTS, State, with_room
from .compiled import CompiledMeasure
from .force import Forces

if TYPE_CHECKING:
    from ..dynamics.terms import Setting
    from ..scenario.measure import Projects

SHAPES = {"pairs": kernels.PAIRS, "clique": kernels.CLIQUE, "hub": kernels.HUB}
NO_LIMIT = np.iinfo(np.int64).max


def affordable(entered: float, cost: float) -> int:
    """Projects that the money that has entered pays for; what they cost never exceeds it, not by a rounding either."""
    count = int(entered // cost)
    while count > 0 and count * cost > entered:
        count -= 1
    return count


def kind_of(projects: Projects) -> Literal["calls", "plan", "founding"]:
    """What makes the partnerships of a measure.

    A cost of projects means calls, a share or no review a plan, also where the money or the share is none: who sweeps
    either down to nothing does not come to a founding.
    """
    if projects.cost is not None:
        return "calls"
    return "plan" if projects.share > 0.0 or projects.keys == 0 else "founding"


class Programmes:
    """The measures that make partnerships themselves, in the order of the scenario.

    ``omega``: real institutions that one stands for, so that a coarse world has its part of the money; ``start``: of the
    run, in years; ``rate``: opportunities of an institution a year.
    """

    def __init__(self, forces: Forces, omega: float, start: float, rate: float) -> None:
        self.forces, self.omega, self.start, self.rate = forces, omega, start, rate
        self.measures = tuple(
            (m, m.measure.projects, kind_of(m.measure.projects))
            for m in forces.measures
            if m.measure.projects is not None
        )

    def act(self, setting: Setting, state: State, key: np.ndarray, begin: float) -> State:
        """All that programmes do at the start of a quarter, ``begin`` in years; the state may come back with more room."""
        for measure, projects, kind in self.measures:
            m = self.forces.place(measure)
            if not (self._founds(measure, begin) if kind == "founding" else m >= 0):
                continue
            work = _Work(self.forces, measure, projects, setting, state, key, begin)
            if kind == "founding":
                work.found()
            elif kind == "calls":
                money = projects.budget * projects.executed * self.forces.levels[m] / (QUARTERS_A_YEAR * self.omega)
                state.entered[work.instrument] += money
                if opens_call(measure, begin):
                    work.call()
            else:
                free = self.rate * self.forces.unplanned_factor()
                share = min(1.0, projects.share * self.forces.levels[m])
                work.plan(free * share * QUARTER * kernels.PLANNED_PROPOSALS)
            state = work.state
        return state

    def _founds(self, measure: CompiledMeasure, begin: float) -> bool:
        """Whether a quarter is the first one at or after the start of a measure that founds partnerships."""
        return measure.start <= begin < measure.end and (begin < measure.start + QUARTER or begin == self.start)


def opens_call(measure: CompiledMeasure, begin: float) -> bool:
    """Whether a programme in force opens a call: in the first quarter of every year, and in its own first one."""
    before = begin - QUARTER
    return begin % 1.0 == 0.0 or measure.level(before, before) == 0.0


class _Work:
    """What one measure does in one quarter."""

    def __init__(
        self, forces: Forces, measure: CompiledMeasure, projects: Projects, setting: Setting, state: State,
        key: np.ndarray, begin: float,
    ) -> None:  # fmt: skip
        self.forces, self.projects, self.setting, self.state, self.key = forces, projects, setting, state, key
        self.measure, self.begin = measure, begin
        self.world = forces.world.arrays
        self.name, self.quarter = crc32(measure.name.encode()), round(begin * QUARTERS_A_YEAR)
        self.instrument = forces.instruments.index(measure.name)
        self.own = forces.place(measure)

    def _look(self) -> bool:
        """Look up who stands on which side; whether there is anyone on both."""
        self.on_first, self.on_second = self.measure.sides(self.world.country, self.forces.listed(self.begin))
        self.first, self.second = np.flatnonzero(self.on_first), np.flatnonzero(self.on_second)
        weights = self.world.profile[self.second] * self.measure.fields
        self.stock = np.ascontiguousarray(np.cumsum(weights, axis=0).T)
        return len(self.first) > 0 and len(self.second) > 0

    def call(self) -> None:
        """Open a call: applications, reviews, awards; who is refused may remember the other."""
        projects, state = self.projects, self.state
        assert projects.cost is not None
        limit = affordable(float(state.entered[self.instrument]), projects.cost)
        payable = limit - int(state.projects[self.instrument])
        if payable <= 0 or not self._look():
            return
        count = round(projects.applications * payable)
        pairs, fields = np.empty((count, 2), np.int64), np.empty(count, np.int64)
        kernels.draw_applications(
            self.world, state, self.key, self.name, self.quarter, self.first, self.second, self.on_first,
            self.on_second, self.stock, self._partnered(), projects.acquainted, pairs, fields,
        )  # fmt: skip
        # a pair applies once, and where nobody was left to apply with, nobody does
        _, once = np.unique(np.sort(pairs, axis=1), axis=0, return_index=True)
        once = np.sort(once[pairs[once, 1] != kernels.NOBODY])
        pairs, fields = pairs[once], fields[once]
        order = kernels.reviewed(state, self.key, self.name, self.quarter, pairs, projects.keys, projects.pass_share)
        refused = np.ones(len(pairs), np.bool_)
        refused[order] = ~self._place(pairs[order], fields[order], limit=limit, by_coin=projects.keys == 2)
        if projects.recall > 0.0:
            since = self.begin - (1.0 - projects.recall) * self.setting.memory_years
            kernels.recall(self.state, pairs[refused], since)

    def plan(self, mean: np.ndarray) -> None:
        """Match partners by plan; ``mean`` float64[n]: projects of an institution, on average."""
        if self._look():
            pairs, fields = kernels.planned(
                self.world, self.state, self.key, self.name, self.quarter, self.first, self.second, self.stock, mean
            )
            self._place(pairs, fields, by_capacity=True)

    def found(self) -> None:
        """Found partnerships, once."""
        if self._look():
            shape = SHAPES[self.projects.shape]
            chance = min(1.0, self.projects.density * self.measure.measure.strength)
            pairs, fields = kernels.founded(
                self.world, self.state, self.key, self.name, self.first, self.second, self.on_first, self.on_second,
                self.stock, shape, chance,
            )  # fmt: skip
            self._place(pairs, fields, by_coin=shape == kernels.CLIQUE)

    def _partnered(self) -> np.ndarray:
        """Slots of the official partnerships in scope that have no running project of the programme, int64[p]."""
        state, used = self.state, int(self.state.counts[SLOTS])
        slots = np.flatnonzero((state.end[:used] == FOREVER) & (state.first[:used] >= 0))
        a, b = state.first[slots], state.second[slots]
        inside = (self.on_first[a] & self.on_second[b]) | (self.on_second[a] & self.on_first[b])
        inside &= (self.measure.fields[state.field[slots]] > 0.0) & (state.channel[slots] == OFFICIAL)
        inside &= ~((state.instrument[slots] == self.instrument) & (state.term[slots] > self.begin))
        slots = slots[inside]
        return slots[np.lexsort((state.second[slots], state.first[slots]))]

    def _place(
        self, pairs: np.ndarray, fields: np.ndarray, *, limit: int = NO_LIMIT, by_capacity: bool = False,
        by_coin: bool = False,
    ) -> np.ndarray:  # fmt: skip
        """Give projects to pairs in their order; which of them got one, bool[K]."""
        taken, done = np.zeros(len(pairs), np.bool_), 0
        while done < len(pairs):
            self.state = with_room(self.state)
            done = kernels.place(
                self.world, self.setting, self.forces.regime, self.forces.barrier, self.state, self.key, self.name,
                self.quarter, self.own, self.instrument, pairs, fields, taken, self.projects.term_years, limit,
                by_capacity, by_coin, done, self.begin,
            )  # fmt: skip
        return taken
