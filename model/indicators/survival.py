"""How long partnerships last: Kaplan-Meier estimates, those that still live counted as censored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Survival:
    """A survival curve: steps, and how far it reaches."""

    times: np.ndarray  # float64[K], years since the start at which partnerships ended, ascending
    surviving: np.ndarray  # float64[K], share that outlives each of them
    reach: float  # longest time that anybody was watched, years; beyond it the curve is known only if it is 0

    def at(self, years: float) -> float:
        """Share that outlives a time; undefined (NaN) where nobody was watched that long."""
        if not years <= self.reach and not (len(self.surviving) and self.surviving[-1] == 0.0):
            return float("nan")
        place = int(np.searchsorted(self.times, years, side="right"))
        return float(self.surviving[place - 1]) if place else 1.0

    @property
    def median(self) -> float:
        """Time that half outlive, years: the first at which one half or fewer are left. Undefined (NaN) if never."""
        below = np.flatnonzero(self.surviving <= 0.5)
        return float(self.times[below[0]]) if len(below) else float("nan")


def kaplan_meier(durations: np.ndarray, ended: np.ndarray) -> Survival:
    """Kaplan-Meier estimate of the survival of partnerships.

        S(t) = product over ends t_k <= t of (1 - d_k / n_k)

    d_k partnerships end at age t_k, n_k were watched at that age. ``durations`` float64[N], years until the end or, for
    those with ``ended`` bool[N] false, until they were last seen. Source: Kaplan and Meier (1958), Journal of the
    American Statistical Association 53, 457-481. Tests hold it against `scipy.stats.ecdf` to the bit, which is not used
    here because `scipy.stats` is the slowest import of a run.
    """
    reach = float(durations.max()) if len(durations) else float("nan")
    if not ended.any():
        return Survival(np.zeros(0), np.zeros(0), reach)
    times, place, seen = np.unique(durations, return_inverse=True, return_counts=True)
    ends = np.bincount(place[ended], minlength=len(times))
    if ended.all():  # the product is then the share that is left, here without its rounding
        return Survival(times, 1.0 - np.cumsum(ends) / len(durations), reach)
    watched = len(durations) - (np.cumsum(seen) - seen)
    return Survival(times, np.cumprod((watched - ends) / watched), reach)


def cohort(start: np.ndarray, end: np.ndarray, since: float, until: float) -> tuple[np.ndarray, np.ndarray]:
    """Durations and whether they ended, of the partnerships that began in [since, until), as seen at ``until``.

    ``start``, ``end`` float64[N] in years, end infinite for those that live. Returns float64[M], bool[M].
    """
    chosen = (start >= since) & (start < until)
    ended = end[chosen] <= until
    return np.where(ended, end[chosen], until) - start[chosen], ended
