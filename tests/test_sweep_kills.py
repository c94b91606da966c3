"""Sweeps that are killed at random moments: whatever happens, nothing is lost, nothing is run twice, the bytes are the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from short_sweeps import command, dataset, journalled, short

from experiments.cli import main
from experiments.sweeping import load_sweep, run_sweep
from experiments.sweeping.journal import AGAIN
from experiments.sweeping.runs import OK
from model.recording import ReplicateRecord

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")
RUNS = 290  # two parts
PATIENCE = 300.0
"""Seconds that a sitting may take on a busy machine."""

FULL_DISK = """
import resource, sys
from experiments.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sweep, run in one piece."""
    here = tmp_path_factory.mktemp("kills")
    (here / "short.toml").write_text(short(RUNS // 2, replicates=2))
    assert main(["sweep", str(here / "short.toml"), "--out", str(here / "whole"), "--jobs", "1", "--quiet"]) == 0
    assert len(list((here / "whole/data").iterdir())) == 2
    return here


class Sittings:
    """A sweep that is run in sittings, each ended in its own way, and what was done when it ended."""

    def __init__(self, here: Path, name: str, seed: int) -> None:
        self.file, self.folder, self.rng = here / "short.toml", here / name, np.random.default_rng(seed)
        self.here, self.more = here, list[str]()

    def words(self, jobs: int) -> list[str]:
        """The command, without its program."""
        return [
            "sweep",
            str(self.file),
            "--out",
            str(self.folder),
            "--resume",
            "--jobs",
            str(jobs),
            "--quiet",
            *self.more,
        ]

    def begin(self, jobs: int) -> subprocess.Popen[str]:
        """Begin a sitting, and wait for some runs, at random, and a little more."""
        done = len(journalled(self.folder))
        enough = done + int(self.rng.integers(1, max(2, (RUNS - done) // 3)))
        sitting = subprocess.Popen(
            command(*self.words(jobs)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + PATIENCE
        while sitting.poll() is None and len(journalled(self.folder)) < enough and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(float(self.rng.uniform(0.0, 0.05)))
        return sitting

    def kill_parent(self, jobs: int) -> None:
        """SIGKILL of the process that runs the sweep."""
        sitting = self.begin(jobs)
        before = journalled(self.folder)
        sitting.kill()
        sitting.communicate(timeout=PATIENCE)
        assert journalled(self.folder)[: len(before)] == before

    def kill_worker(self) -> None:
        """SIGKILL of a worker: the sitting goes on to its end by itself."""
        sitting = self.begin(2)
        before = journalled(self.folder)
        workers = [child for child in psutil.Process(sitting.pid).children(recursive=True) if _works(child)]
        if workers:  # none is left when it is done already
            workers[int(self.rng.integers(len(workers)))].kill()
        _, said = sitting.communicate(timeout=PATIENCE)
        assert sitting.returncode == 0, said
        assert journalled(self.folder)[: len(before)] == before

    def fill_disk(self, jobs: int) -> None:
        """No file can grow beyond a limit, which cuts a line of the journal in two."""
        journal = self.folder / "log/journal.jsonl"
        limit = (journal.stat().st_size if journal.exists() else 0) + int(self.rng.integers(300, 4_000))
        before = journalled(self.folder)
        told = subprocess.run(
            [sys.executable, "-c", FULL_DISK, str(max(limit, 300)), *self.words(jobs)],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert told.returncode == 1 and "--resume goes on" in told.stderr, told.stderr
        assert journalled(self.folder)[: len(before)] == before

    def finish(self) -> None:
        """Let the sweep end, and hold it against the undisturbed one."""
        assert main(self.words(1)) == 0
        assert sorted(journalled(self.folder)) == list(range(RUNS))
        assert dataset(self.folder) == dataset(self.here / "whole")


def _works(process: psutil.Process) -> bool:
    """Whether a process is a worker of a pool, not one that looks after others."""
    try:
        words = " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
    return "spawn_main" in words and "tracker" not in words


def test_a_sweep_that_is_killed_a_few_times_comes_out_the_same(undisturbed: Path) -> None:
    sittings = Sittings(undisturbed, "few", 1)
    sittings.kill_parent(1)
    sittings.fill_disk(1)
    sittings.kill_parent(2)
    sittings.finish()


@pytest.mark.long
def test_a_worker_that_is_killed_costs_nothing(undisturbed: Path) -> None:
    sittings = Sittings(undisturbed, "worker", 2)
    sittings.kill_worker()
    sittings.finish()


@pytest.mark.long
def test_an_interrupt_says_that_nothing_is_lost(undisturbed: Path) -> None:
    sittings = Sittings(undisturbed, "interrupted", 3)
    sitting = sittings.begin(2)
    sitting.send_signal(signal.SIGINT)
    _, said = sitting.communicate(timeout=PATIENCE)
    assert sitting.returncode == 130 and "what is done is kept" in said and "--resume" in said
    sittings.finish()


def out_of_memory(*_: object) -> ReplicateRecord:
    """A model on a machine that is too small for it."""
    raise MemoryError


@pytest.mark.long
def test_failed_runs_that_are_tried_again_and_killed_come_out_as_if_they_had_not_failed(undisturbed: Path) -> None:
    sittings = Sittings(undisturbed, "retried", 4)
    assert run_sweep(load_sweep(sittings.file), sittings.folder, jobs=1, simulate=out_of_memory) == RUNS
    sittings.more = ["--retry-failed"]
    sittings.kill_parent(1)
    sittings.more = []
    sittings.kill_parent(2)
    assert main(sittings.words(1)) == 0
    assert dataset(sittings.folder) == dataset(undisturbed / "whole")
    entries = [json.loads(line) for line in (sittings.folder / "log/journal.jsonl").read_text().splitlines()]
    assert sorted(entry["run"] for entry in entries if entry["status"] == OK) == list(range(RUNS))
    assert sorted(entry["run"] for entry in entries if entry["status"] == AGAIN) == list(range(RUNS))


@pytest.mark.statistical
@pytest.mark.parametrize("seed", range(4))
def test_twenty_kills(undisturbed: Path, seed: int) -> None:
    """Five of each series: parents, disks and, to end it, a worker; twenty in all."""
    sittings = Sittings(undisturbed, f"many-{seed}", 100 + seed)
    for how in sittings.rng.permutation(["parent", "parent", "disk", "parent"]):
        if how == "disk":
            sittings.fill_disk(int(sittings.rng.integers(1, 3)))
        else:
            sittings.kill_parent(int(sittings.rng.integers(1, 3)))
    sittings.kill_worker()
    sittings.finish()
