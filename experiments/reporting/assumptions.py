"""What a result assumes: parameters and growth that nobody measured, with their ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.parameters import parameter_table

if TYPE_CHECKING:
    from model.scenario import Scenario

NEUTRAL = {0.0}
"""Values at which a weight or a rate does nothing."""


@dataclass(frozen=True)
class AssumedParameter:
    """A parameter that is neither measured nor fitted."""

    name: str
    description: str
    value: str
    unit: str
    range: str
    source: str
    changed: bool  # from its default


@dataclass(frozen=True)
class AssumedGrowth:
    """Growth of a country's inputs after its data."""

    country: str
    what: str
    value: str
    range: str
    source: str


def assumed_parameters(scenario: Scenario) -> tuple[list[AssumedParameter], int, int]:
    """Assumed parameters that act; how many assumed ones are off; how many are measured or calibrated."""
    found, off, known = [], 0, 0
    for row in parameter_table():
        group, key = row.name.split(".")
        value = float(getattr(getattr(scenario.parameters, group), key))
        if row.status != "assumed":
            known += 1
        elif value in NEUTRAL:
            off += 1
        else:
            found.append(
                AssumedParameter(
                    name=row.name,
                    description=row.description,
                    value=f"{value:g}",
                    unit="" if row.unit == "1" else row.unit,
                    range=f"{row.low:g} to {row.high:g}",
                    source=row.source,
                    changed=value != row.default,
                )
            )
    return found, off, known


def assumed_growth(scenario: Scenario) -> list[AssumedGrowth]:
    """Growth that the scenario states by country, instead of the damped growth of the last years."""
    found = []
    for country, growth in scenario.inputs.growth.items():
        limits = getattr(growth, "range", None)
        for key, words in (("publications", "publications"), ("capability_level", "what inputs allow")):
            value = float(getattr(growth, key))
            if value != 0.0 or key == "publications":
                found.append(
                    AssumedGrowth(
                        country=country,
                        what=words,
                        value=f"{100 * value:+.1f} % a year".replace("-", "\u2212"),
                        range=f"{100 * limits[0]:+.1f} to {100 * limits[1]:+.1f} %".replace("-", "\u2212")
                        if limits and key == "publications"
                        else "",
                        source=getattr(growth, "source", "") or "assumed",
                    )
                )
    return found
