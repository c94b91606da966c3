"""Scenario files: TOML in, typed and checked out."""

from .files import packaged_scenarios, read_layers
from .loading import load_scenario
from .measure import Effects, Measure, Motives, Projects, Side
from .presets import Preset, preset_table
from .schema import (
    CountryGrowth,
    RunSettings,
    Scenario,
    TimeSettings,
    WorldSettings,
    json_schema,
)
from .scopes import check_scenario

__all__ = [
    "CountryGrowth",
    "Effects",
    "Measure",
    "Motives",
    "Preset",
    "Projects",
    "RunSettings",
    "Scenario",
    "Side",
    "TimeSettings",
    "WorldSettings",
    "check_scenario",
    "json_schema",
    "load_scenario",
    "packaged_scenarios",
    "preset_table",
    "read_layers",
]
