"""Scenario files: TOML in, typed and checked out."""

from .loading import check_scenario, load_scenario, packaged_scenarios, read_layers
from .schema import (
    CountryGrowth,
    Effects,
    Measure,
    RunSettings,
    Scenario,
    Side,
    TimeSettings,
    WorldSettings,
    json_schema,
)

__all__ = [
    "CountryGrowth",
    "Effects",
    "Measure",
    "RunSettings",
    "Scenario",
    "Side",
    "TimeSettings",
    "WorldSettings",
    "check_scenario",
    "json_schema",
    "load_scenario",
    "packaged_scenarios",
    "read_layers",
]
