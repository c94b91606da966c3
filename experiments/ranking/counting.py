"""What is counted in a replicate: partnerships and joint works of the pair, and the money of the added instrument, by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.recording import ReplicateRecord
    from model.scenario import Scenario
    from model.world import World


@dataclass(frozen=True)
class Horizon:
    """The years that are watched, and how long a new partnership must live to count as surviving."""

    start: int  # first year
    years: int
    survive: int

    @property
    def cohorts(self) -> int:
        """Years whose new partnerships can be watched until they have survived or not."""
        return self.years - self.survive


class Counts(NamedTuple):
    """Of one replicate; Y years, C cohorts. Of the real world: the simulated one times what an institution stands for."""

    formed: NDArray[np.float64]  # float64[Y], partnerships of the pair that began
    surviving: NDArray[np.float64]  # float64[C], those among them that reached the age
    living: NDArray[np.float64]  # float64[Y], at the end of the year
    works: NDArray[np.float64]  # float64[Y], joint works of the pair, without the growth of the database
    entered: NDArray[np.float64]  # float64[Y], money of the instrument, million 2017 PPP dollars
    projects: NDArray[np.float64]  # float64[Y], that it paid, planned or founded
    placed: NDArray[np.float64]  # float64[Y], new partnerships among them


def counts_of(
    horizon: Horizon, pair: tuple[Sequence[str], Sequence[str]], known: frozenset[str], scenario: Scenario, world: World,
    record: ReplicateRecord,
) -> Counts:  # fmt: skip
    """Counts of the pair, codes of countries on each side, and of the measure that is not ``known``, if there is one.

    No network has to be kept: who began in a year and did not end before the age has reached it, because the run goes on
    for so long after the last cohort.
    """
    years = np.flatnonzero((record.ends > horizon.start) & (record.ends <= horizon.start + horizon.years))
    first, second = ([world.countries.index(code) for code in side] for side in pair)

    def between(matrix: np.ndarray) -> np.ndarray:
        return matrix[np.ix_(years, first, second)].sum(axis=(1, 2)) * world.omega

    formed = between(record.initiated) + between(record.initiated.transpose(0, 2, 1))
    early = _ended_early(horizon, first, second, world, record) * world.omega
    money = np.zeros((3, len(years)))
    for place, name in enumerate(scenario.measures):
        if name not in known:
            money = record.programmes[years, :, place].T * world.omega
    return Counts(
        formed, formed[: horizon.cohorts] - early, between(record.ties),
        between(record.led) + between(record.led.transpose(0, 2, 1)), *money,
    )  # fmt: skip


def _ended_early(
    horizon: Horizon, first: Sequence[int], second: Sequence[int], world: World, record: ReplicateRecord
) -> np.ndarray:
    """Partnerships of the pair, by the year in which they began, that ended before the age; float64[C]."""
    country = world.arrays.country
    a, b = country[record.spell_whole[:, 0]], country[record.spell_whole[:, 1]]
    inside = (np.isin(a, first) & np.isin(b, second)) | (np.isin(a, second) & np.isin(b, first))
    start, end = record.spell_times[:, 0], record.spell_times[:, 1]
    cohort = np.floor(start).astype(np.int64) - horizon.start
    inside &= (end - start < horizon.survive) & (cohort >= 0) & (cohort < horizon.cohorts)
    return np.bincount(cohort[inside], minlength=horizon.cohorts).astype(float)
