"""National inputs by quarter: data where there are data, continued backwards and forwards where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..clock import QUARTER, QUARTERS_A_YEAR, year_of
from ..tables import Tables, read_tables

if TYPE_CHECKING:
    from ..scenario import Scenario

YEARS_BACK = 8
"""Years whose mean log growth is continued before the data (assumed)."""
DAMPING_BACK = 0.9
"""What is left of that growth a year further back (assumed)."""
YEARS_ON = 5
"""Years whose mean log growth is continued after the data (assumed)."""


@dataclass(frozen=True)
class NationalInputs:
    """Inputs at the start of each quarter of a run; Q quarters, c countries."""

    times: np.ndarray  # float64[Q], start of the quarter, years
    publications: np.ndarray  # float64[Q, c], works a year
    capability_level: (
        np.ndarray
    )  # float64[Q, c], log units: what R&D spending per researcher allows, mean 0 over countries
    projected: np.ndarray  # bool[Q, c], publications are continued, not data


def continued(values: dict[int, float], years: np.ndarray, damping: float, growth: float | None = None) -> np.ndarray:
    """A yearly series in logs over ``years`` float64[Y]: interpolated inside its data, continued outside.

    ``growth`` is the log growth a year after the data; by default the mean of the last years, damped by ``damping``.
    Years with a value of 0 count as missing.
    """
    known = sorted(year for year, value in values.items() if value > 0)
    x, y = np.array(known, float), np.log([values[year] for year in known])
    out = np.interp(years, x, y)
    if len(known) > 1:
        first = max(1, min(YEARS_BACK, len(known) - 1))
        slope = (y[first] - y[0]) / (x[first] - x[0])
        before = x[0] - years[years < x[0]]
        out[years < x[0]] = y[0] - slope * (1.0 - DAMPING_BACK**before) / -np.log(DAMPING_BACK)
    after = years[years > x[-1]] - x[-1]
    if growth is not None:
        out[years > x[-1]] = y[-1] + growth * after
    elif len(known) > 1:
        last = max(1, min(YEARS_ON, len(known) - 1))
        slope = (y[-1] - y[-1 - last]) / (x[-1] - x[-1 - last])
        sum_of_growth = (
            after if damping >= 1.0 else (1.0 - damping**after) / -np.log(damping) if damping > 0 else 0.0 * after
        )
        out[years > x[-1]] = y[-1] + slope * sum_of_growth
    return out


def build_inputs(scenario: Scenario) -> NationalInputs:
    """Inputs of a scenario's run; a year's value stands in its middle."""
    growth = tuple(
        (code, g.publications, g.capability_level, float("inf") if g.held_after is None else float(g.held_after))
        for code, g in sorted(scenario.inputs.growth.items())
    )
    return _build(
        read_tables(scenario.world.data or None), year_of(scenario.time.start), year_of(scenario.time.end), scenario.inputs.damping, growth,
        scenario.parameters.capability.input_weight,
    )  # fmt: skip


@lru_cache(maxsize=32)
def _build(
    tables: Tables,
    start: float,
    end: float,
    damping: float,
    growth: tuple[tuple[str, float, float, float], ...],
    weight: float,
) -> NationalInputs:
    times = start + QUARTER * np.arange(round((end - start) * QUARTERS_A_YEAR))
    middles = times + 0.5 * QUARTER - 0.5  # a year's value belongs to its middle
    given = {code: numbers for code, *numbers in growth}
    publications, level, projected = [], [], []
    for code in tables.countries:
        values = tables.national[code, "publications"]
        own, own_level, held = given.get(code, (None, 0.0, np.inf))
        moments = np.minimum(middles, held)  # inputs that are held stand where they stood
        publications.append(np.exp(continued(values, moments, damping, own)))
        last = max(year for year, value in values.items() if value > 0)
        first = min(year for year, value in values.items() if value > 0)
        projected.append((times >= last + 1) | (times < first))
        spending = _per_researcher(tables, code)
        raw = continued(spending, moments, damping) if spending else np.zeros(len(times))
        level.append(raw + own_level * np.maximum(0.0, np.minimum(times, held) - (last + 1)))
    levels = np.array(level).T
    has_spending = np.array([bool(_per_researcher(tables, code)) for code in tables.countries])
    if has_spending.any():
        levels = levels - levels[:, has_spending].mean(axis=1, keepdims=True)
        levels[:, ~has_spending] = 0.0  # unknown: as the mean of the others (assumed)
    return NationalInputs(times, np.array(publications).T, weight * levels, np.array(projected).T)


def _per_researcher(tables: Tables, code: str) -> dict[int, float]:
    """R&D spending per researcher by year, where both are known."""
    spending = tables.national.get((code, "gerd_constant2017_ppp_bn"), {})
    researchers = tables.national.get((code, "researchers_fte"), {})
    return {year: spending[year] / researchers[year] for year in spending if researchers.get(year, 0.0) > 0.0}
