"""Intercepts of leading: one published share each, the earliest; later ones are left to be tests (MODEL 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .simulating import Counts
    from .targets import Targets


def fitted_leads(
    now: Mapping[str, float],
    counts: Counts,
    targets: Targets,
    published: Sequence[Mapping[str, Any]],
    fit: tuple[int, int],
) -> dict[str, float]:
    """Country -> a_B, so that the simulated share of leaders meets the earliest published one within the fit.

    ``counts`` were simulated with the intercepts ``now``. The logit of a share moves one to one with the difference of
    intercepts; the intercept of the others stays 0.
    """
    leads = dict(now)
    points = sorted((row for row in published if row["low"] == row["high"]), key=lambda row: row["year"])
    for row in points:
        code, others = row["country"], row["others"].split()
        if code in leads or len(others) != 1 or not fit[0] <= row["year"] <= fit[1]:
            continue
        simulated = leader_share(counts, targets, code, others[0], row["year"])
        if simulated is not None and 0.0 < simulated < 1.0:
            leads[code] = float(now.get(code, 0.0) + _logit(row["low"]) - _logit(simulated))
    return leads


def leader_share(counts: Counts, targets: Targets, country: str, other: str, year: int) -> float | None:
    """Share of the joint works of two countries that ``country`` leads in a year, over all replicates; None if unknown."""
    pair = "-".join(sorted((country, other)))
    if pair not in targets.pairs or year not in targets.years:
        return None
    at = int(year - targets.years[0]), targets.pairs.index(pair)
    works, first = (float(array[:, at[0], at[1]].sum()) for array in (counts.works, counts.led))
    if works == 0.0:
        return None
    return first / works if pair.startswith(country) else 1.0 - first / works


def _logit(p: float) -> float:
    return float(np.log(p / (1.0 - p)))
