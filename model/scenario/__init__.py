"""Scenario files: TOML in, typed and checked out."""

from .files import packaged_scenarios, read_layers
from .loading import load_scenario
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
from .scopes import check_scenario

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
