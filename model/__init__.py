"""Comity's simulated world: scenario, world, dynamics, recording.

    from model import load_scenario, simulate

Names are loaded when they are first used, so that reading a scenario does not load the compiler of the kernels.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import InputError
    from .institution import Institution
    from .partnership_model import PartnershipModel
    from .scenario import Scenario, load_scenario
    from .simulation import Simulation, simulate

__version__ = "0.1.0"

_HOME = {
    "InputError": "errors",
    "Institution": "institution",
    "PartnershipModel": "partnership_model",
    "Scenario": "scenario",
    "load_scenario": "scenario",
    "Simulation": "simulation",
    "simulate": "simulation",
}

__all__ = [
    "InputError",
    "Institution",
    "PartnershipModel",
    "Scenario",
    "Simulation",
    "load_scenario",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f".{_HOME[name]}", __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
