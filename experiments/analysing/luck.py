"""What of an outcome's spread is luck: means of design points over replicates, and the parts of the variance.

Replicate k has the same luck at every design point. So a run is, to the first order, the sum of its point, its luck and
a rest (a two-way layout without repetition): y[p, r] = mean[p] + luck[r] + rest[p, r]. What luck adds everywhere does
not blur the comparison of points; the rest does. Where runs are missing, means are those of the least squares fit of
this layout, so that a point that lacks a lucky replicate does not look worse for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


MOST_NOISE = 0.5
"""Share of noise in the variance of points' means above which no factors are compared."""


@dataclass(frozen=True)
class Means:
    """Means of P points over R replicates, and what is left of the runs."""

    mean: NDArray[np.float64]  # float64[P], NaN where no replicate has a value
    count: NDArray[np.int64]  # int64[P], replicates with a value
    luck: NDArray[np.float64]  # float64[R], what replicate r adds at every point; sums to 0
    rest_variance: float | None  # of a run, after its point and its luck; None with one replicate

    @property
    def there(self) -> NDArray[np.bool_]:
        """bool[P], the points that have a value."""
        return self.count > 0

    def noise_of_means(self) -> float | None:
        """Variance that luck leaves in the mean of a point, on average over points: rest / replicates."""
        if self.rest_variance is None:
            return None
        return self.rest_variance * float(np.mean(1.0 / self.count[self.there]))


@dataclass(frozen=True)
class Luck:
    """Parts of the variance of an outcome over all runs; shares of their sum, None where they cannot be told."""

    points: int
    points_with_value: int
    runs_with_value: int
    mean: float
    variance_of_means: float  # over points
    design: float | None  # share of the differences between points
    common: float | None  # share of luck that is the same at every point
    rest: float | None  # share of the rest: luck that acts differently at different points
    standard_error: float | None  # of the difference of two points' means
    noise_share: float | None  # of the variance of the points' means that is noise

    @property
    def mostly_noise(self) -> bool:
        """Whether shares of the variance of points' means would be of luck for the most part."""
        return self.noise_share is not None and self.noise_share > MOST_NOISE


def point_means(values: NDArray[np.float64]) -> Means:
    """Least squares means of points, ``values`` float64[P, R] with NaN where there is none.

    With every value there, they are the plain means.
    """
    known = np.isfinite(values)
    count = known.sum(axis=1)
    some, replicates = count > 0, values.shape[1]
    y, w = np.where(known, values, 0.0)[some], known[some].astype(float)
    n = count[some].astype(float)
    plain = y.sum(axis=1) / n
    luck = _luck(y, w, plain) if replicates > 1 and len(y) else np.zeros(replicates)
    mean = np.full(len(values), np.nan)
    mean[some] = plain - w @ luck / n
    rest = np.where(known[some], y - mean[some, None] - luck, 0.0)
    freedom = int(w.sum()) - len(y) - int((w.sum(axis=0) > 0).sum()) + 1
    return Means(mean, count, luck, float((rest**2).sum()) / freedom if freedom > 0 else None)


def _luck(y: NDArray[np.float64], w: NDArray[np.float64], plain: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each replicate adds, float64[R], on average nothing; ``w`` float64[P, R] is 1 where there is a value.

    The normal equations of the two-way layout, solved for whichever of points and replicates are fewer.
    """
    of_point, of_replicate = w.sum(axis=1), w.sum(axis=0)
    seen = of_replicate > 0
    if w.all():
        luck = y.mean(axis=0)
    elif w.shape[1] <= w.shape[0]:
        normal = np.diag(of_replicate) - (w / of_point[:, None]).T @ w
        luck = np.linalg.lstsq(normal, (w * (y - plain[:, None])).sum(axis=0), rcond=None)[0]
    else:
        weighed = w / np.maximum(1.0, of_replicate)
        own = (weighed * y).sum(axis=0)
        normal = np.diag(of_point) - weighed @ w.T
        mean = np.linalg.lstsq(normal, (w * (y - own)).sum(axis=1), rcond=None)[0]
        luck = own - mean @ weighed
    return np.where(seen, luck - luck[seen].mean(), 0.0)


def parts_of(values: NDArray[np.float64]) -> Luck:
    """Parts of the variance of float64[P, R] by the method of moments; parts below zero are zero.

    Raises nothing: what cannot be told is None. At least one value must be there.
    """
    means = point_means(values)
    there = means.mean[means.there]
    spread = float(np.var(there, ddof=1)) if len(there) > 1 else 0.0
    noise, rest = means.noise_of_means(), means.rest_variance
    shares: tuple[float | None, ...] = (None, None, None)
    if rest is not None and noise is not None:
        between = max(0.0, spread - noise)
        common = max(0.0, float(np.var(means.luck, ddof=1)) - rest / len(there))
        whole = between + common + rest
        shares = (between / whole, common / whole, rest / whole) if whole > 0 else (None, None, None)
    return Luck(
        points=len(values),
        points_with_value=len(there),
        runs_with_value=int(means.count.sum()),
        mean=float(there.mean()),
        variance_of_means=spread,
        design=shares[0],
        common=shares[1],
        rest=shares[2],
        standard_error=None if noise is None else float(np.sqrt(2.0 * noise)),
        noise_share=None if noise is None or spread <= 0 else min(1.0, noise / spread),
    )
