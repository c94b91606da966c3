"""How far forecasts go wrong with the years: a random walk and the error of measurement, from the years of the fit alone.

    variance(h) = measurement + walk * h

`in_sample` takes it from a model's residuals: an anchored forecast errs by their change over h years. `rolling` takes it
from forecasts that a method would have made within the years of the fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from .baselines import Method, Past, last_observed

HORIZONS = range(1, 6)
"""Years ahead that errors are taken of."""
SHORTEST = 5
"""Fewest years before an origin."""
ORIGINS = 8
"""Most origins, the last ones."""
ASSUMED = (0.10, 0.18)
"""Standard deviations after one and after five years that MODEL 9 reports: what is assumed where the fit is short."""
ASSUMED_ORIGINS = 2
"""Origins that what is assumed weighs as much as."""


@dataclass(frozen=True)
class Spread:
    """Error of an anchored forecast, log units."""

    measurement: float
    """Variance at once."""
    walk: float
    """Variance a year."""

    def sd(self, ahead: np.ndarray) -> np.ndarray:
        """Standard deviation after some years."""
        return np.sqrt(self.measurement + self.walk * np.asarray(ahead, float))


def in_sample(residual: np.ndarray) -> Spread:
    """From residuals of a fit, float64[Y, P], ln observed - ln simulated."""
    errors = {h: residual[h:] - residual[:-h] for h in HORIZONS if h < len(residual)}
    return _spread(errors, residual.shape[1])


def rolling(past: Past, method: Method) -> Spread:
    """From what a method would have forecast at the end of earlier years of the fit."""
    log = past.counts
    first, last = int(log.index[0]), int(log.index[-1])
    errors: dict[int, list[np.ndarray]] = {h: [] for h in HORIZONS}
    for origin in range(max(first + SHORTEST - 1, last - ORIGINS), last):
        before = past.until(origin)
        ahead = range(origin + 1, min(origin + HORIZONS[-1], last) + 1)
        kept = [pair for pair, year in last_observed(before.counts).items() if year == origin]
        gone = log.loc[list(ahead), kept] - method(before, ahead).loc[list(ahead), kept]
        for h, year in enumerate(ahead, start=1):
            errors[h].append(gone.loc[year].to_numpy())
    return _spread({h: np.concatenate(own) for h, own in errors.items() if own}, log.shape[1])


def _spread(errors: dict[int, np.ndarray], pairs: int) -> Spread:
    """Both variances by non-negative least squares on mean squares, together with what is assumed."""
    one, five = (sd**2 for sd in ASSUMED)
    walk = (five - one) / 4.0
    rows, targets, weights = [], [], []
    for h in HORIZONS:
        rows.append([1.0, float(h)])
        targets.append(one - walk + walk * h)
        weights.append(float(ASSUMED_ORIGINS * pairs))
        own = errors.get(h, np.zeros(0))
        known = own[np.isfinite(own)]
        if known.size:
            rows.append([1.0, float(h)])
            targets.append(float(np.mean(known**2)))
            weights.append(float(known.size))
    root = np.sqrt(np.array(weights) / np.array(targets).clip(1e-6))
    found, _ = nnls(np.array(rows) * root[:, None], np.array(targets) * root)
    return Spread(float(found[0]), float(found[1]))
