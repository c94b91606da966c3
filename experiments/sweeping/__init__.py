"""Sweeps: a scenario over a grid of settings, with the same luck at every point of it.

The file (`schema`, `faults`, `loading`), the design (`design`), what is kept (`outcomes`) and the run (`running`) are
apart: another design, or another way to run it, changes one of them.
"""

from .design import DesignPoint
from .loading import FOLDER, Sweep, find_sweep, load_sweep, packaged_sweeps
from .running import SweepResult, run_sweep

__all__ = [
    "FOLDER",
    "DesignPoint",
    "Sweep",
    "SweepResult",
    "find_sweep",
    "load_sweep",
    "packaged_sweeps",
    "run_sweep",
]
