"""Measures that act on joint works when these appear, whatever becomes of the partnerships that they came from."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..dynamics import output
from ..dynamics.state import SLOTS
from .force import Forces
from .modes import moves

if TYPE_CHECKING:
    from ..dynamics.state import State


class Appearance:
    """What measures do to the works that appear, from quarter to quarter.

    A measure acts from its day to its end: the works of a quarter appear uniformly in it, so that its factor is the mean
    over the quarter. That mean depends on dates and scopes alone, and nothing of it is kept from one quarter to the next.
    """

    def __init__(self, forces: Forces) -> None:
        acting = [m for m in forces.measures if m.measure.effects.works != 1.0]
        self._forces = Forces(acting, forces.world, forces.instruments)
        self._dates = sorted({date for measure in acting for date in moves(measure, forces.world)})

    def factors(self, state: State, begin: float, end: float) -> np.ndarray:
        """Factor of the works of every slot that appear in a quarter, float64[slots]; `output.UNTOUCHED` where no measure acts.

        Both times in years. Slots that are free have the factor 1.
        """
        factors = output.UNTOUCHED
        if not self._dates:
            return factors
        for since, until in pairwise([begin, *(date for date in self._dates if begin < date < end), end]):
            self._forces.update(since, begin)
            if self._forces.active:
                if not len(factors):
                    factors = np.ones(state.counts[SLOTS])
                output.weigh(self._forces.regime, state, (until - since) / (end - begin), factors)
        return factors
