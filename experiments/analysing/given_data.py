"""What any random sample says of its factors: regression, first-order indices, and means by band.

Standardised regression coefficients of values and of ranks (Saltelli and others 2008, chapter 1.2), with R2 as their
warrant; first-order Sobol indices by random balance designs on given data (Tarantola, Gatelli and Mara 2006; Plischke
2010; bias correction of Tissot and Prieur 2012), through SALib. These stand with holes, as long as
holes do not depend on the outcome: they are computed on the points that are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .effects import Effect
from .luck import point_means
from .refusal import Refusal
from .replicates import LEVEL, Estimate, estimate
from .variance_based import RESAMPLES, SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Factor, Sample

BANDS = 5
"""Bands of equal counts in which a continuous factor is shown."""
FEWEST = 5
"""Points for each coefficient, below which no regression is given."""
HARMONICS = 10
"""Of the random balance design."""
FEWEST_FOR_INDICES = 65
"""Points below which first-order indices are mostly noise (more than six times the harmonics)."""


@dataclass(frozen=True)
class Coefficient:
    """What a factor says of an outcome in a sample."""

    factor: str
    regression: Estimate  # standardised: standard deviations of the outcome for one of the factor
    ranks: Estimate  # the same of ranks: any monotonic relation
    first_order: float | None  # first-order Sobol index, None with too few points
    first_order_half_width: float | None


@dataclass(frozen=True)
class GivenData:
    """All factors whose values have an order, the strongest first (the others stand beside them in the fit), and how much of the variance the regressions explain."""

    factors: tuple[Coefficient, ...]
    r_squared: float
    r_squared_of_ranks: float
    points: int


def given_data(sample: Sample, values: NDArray[np.float64], rows: NDArray[np.bool_]) -> GivenData | Refusal:
    """Regression and first-order indices from the means over replicates, ``values`` float64[P, R].

    ``rows`` bool[P] are independent points of the sample.
    """
    from scipy.stats import rankdata

    means = point_means(values)
    there = means.there & rows
    y, X = means.mean[there], sample.unit_codes[there]
    ordered = [place for place, factor in enumerate(sample.factors) if not factor.nominal]
    beside = sample.columns(X)
    if len(y) < FEWEST * (beside.shape[1] + 1):
        return Refusal("regression", f"{len(y)} points with a value are too few for {len(sample.factors)} factors")
    if np.ptp(y) == 0.0 or (np.ptp(X, axis=0) == 0.0).any():
        return Refusal("regression", "the outcome, or a factor, is the same at every point that has a value")
    plain, r_squared = _standardised(beside, y)
    ranks, r_squared_of_ranks = _standardised(np.apply_along_axis(rankdata, 0, beside), rankdata(y))
    first = _first_order(sample, X, y)
    widths = [len(factor.levels) - 1 if factor.nominal else 1 for factor in sample.factors]
    column = np.cumsum([0, *widths[:-1]])
    found = [
        Coefficient(sample.names[i], plain[column[i]], ranks[column[i]], *(first[i] if first else (None, None)))
        for i in ordered
    ]
    return GivenData(
        tuple(sorted(found, key=lambda c: -abs(c.regression.value))), r_squared, r_squared_of_ranks, len(y)
    )


def _standardised(X: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[list[Estimate], float]:
    import statsmodels.api as sm

    scaled = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    fitted = sm.OLS((y - y.mean()) / y.std(ddof=1), sm.add_constant(scaled, has_constant="add")).fit()
    found = [
        estimate(float(fitted.params[i]), float(fitted.bse[i]), float(fitted.df_resid))
        for i in range(1, X.shape[1] + 1)
    ]
    return found, float(fitted.rsquared)


def _first_order(sample: Sample, X: NDArray[np.float64], y: NDArray[np.float64]) -> list[tuple[float, float]] | None:
    from SALib.analyze import rbd_fast

    if len(y) < FEWEST_FOR_INDICES:
        return None
    problem = {"num_vars": X.shape[1], "names": list(sample.names), "bounds": [[0.0, 1.0]] * X.shape[1]}
    found = rbd_fast.analyze(problem, X, y, M=HARMONICS, num_resamples=RESAMPLES // 10, conf_level=LEVEL, seed=SEED)
    return [(float(a), float(b)) for a, b in zip(found["S1"], found["S1_conf"], strict=True)]


def means_by_band(sample: Sample, values: NDArray[np.float64], rows: NDArray[np.bool_]) -> tuple[Effect, ...]:
    """Mean of the outcome in each band, or at each level, of each factor, less the mean of all.

    ``rows`` bool[P] are independent points of the sample. The standard error is that of a mean of as many points, so that
    it holds the spread over the other factors and the luck.
    """
    means = point_means(values)
    used = rows & means.there
    y = means.mean[used]
    effects = []
    for place, factor in enumerate(sample.factors):
        codes = sample.codes[used, place]
        for low, high, code in bands_of(factor, codes):
            inside = (codes >= low) & (codes <= high)
            count = int(inside.sum())
            if not count:
                continue
            own = y[inside]
            error = float(own.std(ddof=1) / np.sqrt(count)) if count > 1 else None
            text = factor.text(low) if low == high else f"{factor.text(low)} to {factor.text(high)}"
            value = code if factor.valued else None
            effects.append(
                Effect(factor.name, text, value, estimate(float(own.mean() - y.mean()), error, count - 1), count)
            )
    return tuple(effects)


def bands_of(factor: Factor, codes: NDArray[np.float64]) -> list[tuple[float, float, float]]:
    """Bands of a factor as (low, high, middle): its values where it has few, else fifths of equal counts."""
    if factor.discrete:
        return [(float(code), float(code), float(code)) for code in np.unique(codes)]
    parts = np.array_split(np.sort(codes), BANDS)
    return [(float(part[0]), float(part[-1]), float(np.median(part))) for part in parts if len(part)]
