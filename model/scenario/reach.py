"""What a scenario's measures reach: which of them can change anything, what they do, and which blocs they touch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..tables import Tables
    from .measure import Measure, Side

TOLD = frozenset({"title", "issuer", "group", "status", "range", "evidence", "source", "preset"})
"""Keys of a measure that change nothing in a run."""


def active(measures: Mapping[str, Measure]) -> dict[str, Measure]:
    """The measures that can change anything."""
    return {name: measure for name, measure in measures.items() if measure.enabled and measure.strength != 0.0}


def substance(measure: Measure | None, *leave_out: str) -> dict[str, Any] | None:
    """What a measure does, without what is told about it, and without further keys; None for none."""
    return None if measure is None else measure.model_dump(exclude={*TOLD, *leave_out})


def touched(side: Side, tables: Tables) -> frozenset[str]:
    """Blocs that one side of a scope touches; kinds and sizes are in every bloc."""
    bloc = dict(zip(tables.countries, tables.country_blocs, strict=True))
    countries = set(tables.countries)
    if side.blocs or side.countries:
        countries = {code for code in countries if code in side.countries or bloc[code] in side.blocs}
    if side.institutions == "listed":
        countries &= {row["country"] for row in tables.listings}
    elif side.institutions != "all":
        known = {row["name"]: row["country"] for row in tables.institutions}
        if all(name in known for name in side.institutions):
            countries &= {known[name] for name in side.institutions}
    return frozenset(bloc[code] for code in countries)
