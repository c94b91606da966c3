"""Sweeps: a scenario over a design of settings, with the same luck at every point of it.

The file (`schema`, `distributions`, `faults`, `loading`, `checking`), the design (`design`, `sampling`, `assumed`), what is
kept of a run (`outcomes`, `runs`), the folder that nothing can lose (`folder`, `identity`, `changed`, `journal`, `parts`, `lock`) and the
way through it (`running`, `status`, `merging`, `dataset`, `result`) are apart.
"""

from .dataset import Dataset, open_dataset
from .loading import FOLDER, Sweep, find_sweep, load_sweep, packaged_sweeps
from .parts import Span
from .result import SweepResult
from .running import run_sweep

__all__ = [
    "FOLDER",
    "Dataset",
    "Span",
    "Sweep",
    "SweepResult",
    "find_sweep",
    "load_sweep",
    "open_dataset",
    "packaged_sweeps",
    "run_sweep",
]
