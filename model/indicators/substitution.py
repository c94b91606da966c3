"""Whether other partners make up for lost ones: substitution elasticity and compensation ratio."""

from __future__ import annotations

import math


def elasticity(gained: tuple[float, float], lost: tuple[float, float]) -> float:
    """Substitution elasticity: relative growth of one pair for each relative fall of another.

        sigma = dln T_RC / (-dln T_RW)

    Both are (before, after), or (without, with): above 0 where the pair R-C grows as R-W falls. The same whichever of
    the two states comes first. Undefined (NaN) where R-W does not change, or a number is not positive.
    """
    if min(*gained, *lost) <= 0.0:
        return math.nan
    change = -math.log(lost[1] / lost[0])
    return math.log(gained[1] / gained[0]) / change if change != 0.0 else math.nan


def compensation(gained: float, lost: float) -> float:
    """Compensation ratio: partnerships that a pair gains for each one that another pair loses.

        kappa = dT_RC / |dT_RW|,   read in the direction in which R-W falls

    ``gained`` and ``lost`` are the losses and gains dT_RC and dT_RW, with their signs. 1 where all is made up for, 0
    where nothing is (observed for Russia 2022-23: near 0), below 0 where the other pair falls as well. The same
    whichever of the two states comes first. Undefined (NaN) where R-W does not change.
    """
    return -gained / lost if lost != 0.0 else math.nan
