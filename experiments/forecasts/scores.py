"""Scores of forecasts in log counts: mean absolute error, CRPS, and coverage of the 90 % interval (MODEL 9)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

LEVEL = 0.9
"""Of the intervals."""
BOUND = float(norm.ppf(0.5 + LEVEL / 2.0))
"""Standard deviations from the median to a bound of the interval."""


def crps_normal(y: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of normal forecasts, in the unit of ``y`` (Gneiting and Raftery 2007).

    Arrays of one shape; with ``sd`` 0 it is the absolute error.
    """
    error = np.abs(y - mean)
    safe = np.where(sd > 0.0, sd, 1.0)
    z = error / safe
    score = safe * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / np.sqrt(np.pi))
    return np.where(sd > 0.0, score, error)


def groups(pairs: Sequence[str]) -> dict[str, list[str]]:
    """Pairs by group: all, those of Russia, those of China, and two single ones; empty groups are left out."""
    found = {
        "all": list(pairs),
        "RU": [pair for pair in pairs if "RU" in pair.split("-")],
        "CN": [pair for pair in pairs if "CN" in pair.split("-")],
        "RU-CN": [pair for pair in pairs if pair == "CN-RU"],
        "CN-US": [pair for pair in pairs if pair == "CN-US"],
    }
    return {name: own for name, own in found.items() if own}


def scores(mean: pd.DataFrame, sd: pd.DataFrame, truth: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Group -> mae_log, crps, coverage90. Frames of ln works, years x pairs; missing values of the truth are left out.

    A group without any truth is left out.
    """
    out = {}
    for name, pairs in groups(list(mean)).items():
        y, m, s = (frame[pairs].to_numpy() for frame in (truth.reindex(mean.index), mean, sd))
        known = np.isfinite(y) & np.isfinite(m)
        if not known.any():
            continue
        y, m, s = y[known], m[known], s[known]
        out[name] = {
            "mae_log": float(np.mean(np.abs(y - m))),
            "crps": float(np.mean(crps_normal(y, m, s))),
            "coverage90": float(np.mean(np.abs(y - m) <= BOUND * s)),
        }
    return out
