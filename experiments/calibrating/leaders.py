"""Intercepts of leading: one published share each, the earliest; later ones are left to be tests (MODEL 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from model.simulation import Simulation
    from model.tables import Tables


def fitted_leads(
    now: dict[str, float], simulation: Simulation, tables: Tables, fit: tuple[int, int]
) -> dict[str, float]:
    """Country -> a_B, so that the simulated share of leaders meets the earliest published one within the fit.

    The logit of a share moves one to one with the difference of intercepts; the intercept of the others stays 0.
    """
    leads = dict(now)
    points = sorted((row for row in tables.leader_shares if row["low"] == row["high"]), key=lambda row: row["year"])
    for row in points:
        code, others = row["country"], row["others"].split()
        if code in leads or len(others) != 1 or not fit[0] <= row["year"] <= fit[1]:
            continue
        simulated = leader_share(simulation, code, others[0], row["year"])
        if simulated is not None and 0.0 < simulated < 1.0:
            leads[code] = float(now.get(code, 0.0) + _logit(row["low"]) - _logit(simulated))
    return leads


def leader_share(simulation: Simulation, country: str, other: str, year: int) -> float | None:
    """Mean share of the joint works of two countries that ``country`` leads in a year; None where it is not known."""
    series = simulation.series
    chosen = series[
        (series["indicator"] == "leaders.share")
        & (series["pair"] == f"{country}>{other}")
        & (series["date"].dt.year == year)
    ]
    value = chosen["value"].mean()
    return None if np.isnan(value) else float(value)


def _logit(p: float) -> float:
    return float(np.log(p / (1.0 - p)))
