"""A long sweep: its time, the memory of all its processes, what the runner adds to the runs, and what a second core gains."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import psutil

from .measuring import ROOT, Row, row, wall_time

SWEEP, POINTS = "class-grid", 20
"""The packaged sweep, and its design points."""
FEW = 20
"""Runs of a sweep that is nearly all beginning and end."""
SAMPLE_SECONDS = 0.5
"""How often memory is looked at."""


@dataclass(frozen=True)
class Sweeping:
    """What a sweep took: seconds from start to end of the command, seconds inside runs, peak memory in GB (10**9 bytes)."""

    wall: float
    in_runs: float
    peak_gb: float


def sweep(runs: int = 10_000, alone: int = 1_000) -> list[Row]:
    """`comity sweep class-grid` in two processes, beside a shorter one in one process."""
    swept(FEW, 1)  # compiles the kernels where nothing has compiled them yet
    beginnings = [swept(FEW, jobs).wall for jobs in (1, 2)]
    one, two = swept(alone, 1), swept(runs, 2)
    each_alone = (one.wall - beginnings[0]) / (alone - FEW)
    each = (two.wall - beginnings[1]) / (runs - FEW)
    name = f"`comity sweep {SWEEP}`, {runs:,} runs, two processes"
    return [
        row("sweep_s", [two.wall], "s", against=name, aim="<= 600"),
        row("sweep_gb", [two.peak_gb], "GB", against="all processes of the same, shared pages once", aim="<= 1.5"),
        row("sweep_overhead", [2 * two.wall / two.in_runs - 1.0], "share", against="seconds of both processes that are not in runs, over those that are", aim="<= 0.05"),
        row("sweep_two_core_efficiency", [each_alone / (2 * each)], "share", against=f"one process, {alone:,} runs; beginnings apart", aim=">= 0.9"),
        row("sweep_start_s", [beginnings[1]], "s", against=f"{FEW} runs, two processes"),
    ]  # fmt: skip


def swept(runs: int, jobs: int) -> Sweeping:
    """Run the packaged sweep with so many runs in a process of its own, its result thrown away."""
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        out = Path(folder) / "out"
        words = ["sweep", SWEEP, "--replicates", str(runs // POINTS), "--jobs", str(jobs), "--out", str(out)]
        begin = wall_time()
        with subprocess.Popen(
            [sys.executable, "-m", "experiments.cli", *words, "--no-figures", "--quiet"],
            cwd=ROOT, stdout=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            memory = Memory(process.pid)
            code = process.wait()
            wall = wall_time() - begin
        if code != 0:
            raise RuntimeError(f"the sweep ended with exit code {code}")
        with (out / "log" / "journal.jsonl").open(encoding="utf-8") as journal:
            seconds = [json.loads(line)["seconds"] for line in journal]
        return Sweeping(wall, sum(seconds), memory.end() / 1e9)


class Memory(threading.Thread):
    """Watches the memory of a process and of all that it started; pages that they share count once where the system tells."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process, self._over, self._peak = psutil.Process(process), threading.Event(), 0
        self.start()

    def run(self) -> None:
        """Look until it is over."""
        while not self._over.wait(SAMPLE_SECONDS):
            self._peak = max(self._peak, sum(map(_bytes_of, self._family())))

    def end(self) -> int:
        """The most bytes that were seen at once."""
        self._over.set()
        self.join()
        return self._peak

    def _family(self) -> list[psutil.Process]:
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _bytes_of(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(memory, "pss", 0) or memory.rss)
