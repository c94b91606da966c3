"""Runs replicates, in this process or in several: the same numbers for any number of workers.

Nothing here, and nothing that a worker process imports, asks for a terminal, for typer, rich or matplotlib.
"""

from .crew import default_jobs
from .pool import (
    resolved,
    run_batches,
    run_cells,
    run_scenario,
    run_scenarios,
    run_to_checkpoint,
)
from .progress import Progress
from .worker import Recipes

__all__ = [
    "Progress",
    "Recipes",
    "default_jobs",
    "resolved",
    "run_batches",
    "run_cells",
    "run_scenario",
    "run_scenarios",
    "run_to_checkpoint",
]
