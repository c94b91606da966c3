"""The simulated world: who is there, and what nations put in."""

from .arrays import WorldArrays
from .building import World, build_world
from .inputs import NationalInputs, build_inputs

__all__ = ["NationalInputs", "World", "WorldArrays", "build_inputs", "build_world"]
