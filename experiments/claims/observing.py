"""What the packaged counts say of the same quantities: one reading of one database, beside the published figure.

Only for quantities of joint works. A figure was often published of another database than that of the tables, so this stands
beside it and judges nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from model.indicators.substitution import compensation
from model.tables import observed

from .quantities import VOLUME

if TYPE_CHECKING:
    from model.tables import Tables

    from .definition import Claim


def seen(claim: Claim, tables: Tables) -> float | None:
    """The quantity of a claim in the observed counts; None where they do not tell it."""
    if not tables.copublications or claim.arguments.get("indicator", VOLUME) != VOLUME:
        return None
    of: Mapping[str, Any] = claim.arguments
    counts = observed(tables)

    def total(pairs: Sequence[str], year: int) -> float:
        if year not in counts.index or not set(pairs) <= set(counts.columns):
            return math.nan
        return float(counts.loc[year, list(pairs)].sum(skipna=False))

    match claim.quantity:
        case "growth":
            before, after = (total(of["pairs"], year) for year in of["years"])
            value = after / before if before else math.nan
        case "compensation_since":
            fall, rise = (total(of[k], of["years"][1]) - total(of[k], of["years"][0]) for k in ("lost", "gained"))
            value = compensation(rise, fall) if fall < 0.0 else math.nan
        case "lead_over_others":
            pairs = {o: "-".join(sorted((of["country"], o))) for o in tables.countries if o != of["country"]}
            works = {o: total([pair], of["year"]) for o, pair in pairs.items()}
            own = works.pop(of["partner"], math.nan)
            value = (own - max(works.values(), default=math.nan)) / (own + sum(works.values()))
        case _:
            value = math.nan
    return value if math.isfinite(value) else None
