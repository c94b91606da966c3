"""From a published effect on counts to an effect on the rate at which institutions meet (MODEL 4).

A stock of partnerships answers late to a change of the rate: a count of h years after a measure is never read as a rate.
How late was measured in the model itself, as elasticities of counts to meeting by years since the change
(`model/data/stock_response.csv`, rebuilt by `python -m experiments.calibrating.response`).
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .errors import InputError

TABLE = Path(__file__).parent / "data" / "stock_response.csv"
LEAST_ELASTICITY = 0.1
"""Below it a count has hardly begun to answer, and says next to nothing of the rate."""
NO_ANSWER = 0.05
"""Below it a count does not answer at all."""


@lru_cache
def stock_response() -> dict[str, dict[float, float]]:
    """What is counted ("partnerships" or "works") -> years since the change -> elasticity to meeting."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {of: {float(row["years"]): float(row[of]) for row in rows} for of in ("partnerships", "works")}


def elasticity(of: str, years: float) -> float:
    """Elasticity of a count to meeting after some years, linear between the years of the table.

    Raises `InputError` before the count has begun to answer, and beyond the table.
    """
    curve = stock_response()[of]
    known = sorted(curve)
    answering = [year for year in known if curve[year] >= LEAST_ELASTICITY]
    if not answering[0] <= years <= known[-1]:
        raise InputError(
            f"{years:g} years after a change, {of} say nothing of a rate", where="after_years",
            allowed=f"{answering[0]:g} to {known[-1]:g}",
        )  # fmt: skip
    below = max(year for year in known if year <= years)
    above = min(year for year in known if year >= years)
    part = (years - below) / (above - below) if above > below else 0.0
    return curve[below] + part * (curve[above] - curve[below])


@dataclass(frozen=True)
class MeetingPath:
    """Factors of meeting in time whose counts are as they were published."""

    first: float
    """From the start of the measure."""
    turn: float
    """Years from the start to the turn; infinity where the first factor stays."""
    then: float
    """From the turn on."""


def meeting_path(change: float, after_years: float, of: str, then: str) -> MeetingPath:
    """Factors of meeting whose counts differ by ``change`` (-0.15: 15 % fewer) after some years.

    ``then`` "grows": meeting stays as low, and counts go on falling: (1 + change)^(1/e) with e the elasticity after those years.
    ``then`` "stays": beyond what was published the change of counts neither deepens nor heals. With x1 and x2 the logs of
    the factors, E the curve of elasticities, h = ``after_years`` and d the years in which a count does not answer at all,

        x1 (E(h) - E(d)) + x2 E(d) = ln(1 + change),    x2 E(last year of the curve) = ln(1 + change),

    and the turn comes d years before h, when all that happens later appears after h.
    """
    whole = math.log1p(change)
    if then == "grows":
        return MeetingPath(math.exp(whole / elasticity(of, after_years)), math.inf, 1.0)
    curve = stock_response()[of]
    silent = max((year for year, value in curve.items() if abs(value) < NO_ANSWER), default=0.0)
    unanswered = curve.get(silent, 0.0)
    lasting = whole / curve[max(curve)]
    first = (whole - lasting * unanswered) / (elasticity(of, after_years) - unanswered)
    return MeetingPath(math.exp(first), after_years - silent, math.exp(lasting))
