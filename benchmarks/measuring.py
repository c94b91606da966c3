"""Rows of figures, and how they are taken: the median over repeats, with the extremes beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from experiments.systems import usage_of_children

ROOT = Path(__file__).parents[1]
processor_time = time.process_time
"""The clock of what runs in one thread of this process: seconds of the processor, which other programs do not lengthen."""
wall_time = time.perf_counter
"""The clock of what starts other processes: seconds that pass."""


@dataclass(frozen=True)
class Row:
    """One figure. ``low`` and ``high`` are the extremes over the repeats, ``aim`` is a bound such as "<= 5" or empty."""

    name: str
    value: float
    unit: str
    against: str
    aim: str
    low: float
    high: float

    def to_dict(self) -> dict[str, str | float]:
        """As JSON types."""
        return asdict(self)

    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if not self.aim:
            return None
        sign, bound = self.aim.split()
        return self.value <= float(bound) if sign == "<=" else self.value >= float(bound)


def row(name: str, values: Sequence[float], unit: str, *, against: str = "", aim: str = "") -> Row:
    """The row of a figure that was taken several times."""
    return Row(name, float(median(values)), unit, against, aim, float(min(values)), float(max(values)))


def seconds(work: Callable[[], object], clock: Callable[[], float] = processor_time) -> float:
    """Seconds of one call by a clock; by default of the processor."""
    begin = clock()
    work()
    return clock() - begin


@dataclass(frozen=True)
class Process:
    """What a command took: wall-clock and processor seconds, and its peak memory in GB (10**9 bytes)."""

    wall: float
    processor: float
    peak_gb: float


def command(*words: str, cache: Path | None = None) -> Process:
    """Run a `comity` command in a process of its own; ``cache`` names another folder of compiled kernels.

    Peak memory is the largest of all children so far: a benchmark about memory is to run a larger one than before it.
    """
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # Python keeps the bytecode of what it imports, as it does unasked
    if cache is not None:
        environment["COMITY_CACHE"] = str(cache)
        environment.pop("NUMBA_CACHE_DIR", None)
    before = usage_of_children()
    begin = wall_time()
    subprocess.run(
        [sys.executable, "-m", "experiments.cli", *words],
        cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    wall = wall_time() - begin
    after = usage_of_children()
    return Process(wall, after.processor - before.processor, after.peak / 1e9)


def run_command(scenario: str, *settings: str, cache: Path | None = None) -> Process:
    """`comity run SCENARIO --no-figures` with more words, its result thrown away."""
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        out = Path(folder) / "result"
        return command(
            "run", scenario, "--no-figures", "--quiet", "--jobs", "1", "--out", str(out), *settings, cache=cache
        )
