"""Sweeps on a Dask cluster: a scheduler and two workers on loopback, one of which is killed on the way."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from short_sweeps import command, dataset, journalled, short

from experiments.cli import main
from experiments.sweeping import load_sweep, run_sweep
from model.recording import ReplicateRecord

pytest.importorskip("distributed")
RUNS = 270  # two parts
PATIENCE = 300.0
"""Seconds that a busy machine may take."""


class LoopbackCluster:
    """A scheduler and two workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []

    def begin(self) -> str:
        """Start all three; the address of the scheduler."""
        loopback = ["--host", "127.0.0.1", "--scheduler-file", str(self.file), "--no-dashboard"]
        self._start("distributed.cli.dask_scheduler", *loopback, "--port", "0")
        deadline = time.monotonic() + PATIENCE
        while not (self.file.exists() and self.file.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.1)
        address = str(json.loads(self.file.read_text())["address"])
        for _ in range(2):
            own = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder)]
            self._start("distributed.cli.dask_worker", address, *own)
        return address

    def _start(self, module: str, *words: str) -> None:
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        self.processes.append(
            subprocess.Popen([sys.executable, "-m", module, *words], stdout=log, stderr=log, cwd=self.folder)
        )
        log.close()

    def end(self) -> None:
        """Stop what still runs."""
        for process in reversed(self.processes):
            process.kill()
            process.wait(PATIENCE)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LoopbackCluster]:
    """A cluster that ends with the test."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = LoopbackCluster(folder)
    yield made
    made.end()


@pytest.mark.long
def test_a_worker_that_is_killed_mid_sweep_costs_nothing(tmp_path: Path, cluster: LoopbackCluster) -> None:
    file, whole, out = tmp_path / "short.toml", tmp_path / "whole", tmp_path / "out"
    file.write_text(short(RUNS))
    assert main(["sweep", str(file), "--out", str(whole), "--jobs", "1", "--quiet"]) == 0
    address = cluster.begin()
    words = ["sweep", str(file), "--out", str(out), "--executor", "dask", "--scheduler", address, "--quiet"]
    with subprocess.Popen(command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as sitting:
        deadline = time.monotonic() + PATIENCE
        while len(_processes(out)) < 2 and sitting.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        cluster.processes[1].kill()
        before = journalled(out)
        _, said = sitting.communicate(timeout=PATIENCE)
    assert sitting.returncode == 0, said
    assert 0 < len(before) < RUNS
    assert journalled(out)[: len(before)] == before
    assert sorted(journalled(out)) == list(range(RUNS))
    assert dataset(out) == dataset(whole)
    assert cluster.processes[1].pid in _processes(out)


def out_of_memory(*_: object) -> ReplicateRecord:
    """A model on a machine that is too small for it."""
    raise MemoryError


def test_failed_runs_are_tried_again_on_a_cluster(tmp_path: Path, cluster: LoopbackCluster) -> None:
    file, whole, out = tmp_path / "short.toml", tmp_path / "whole", tmp_path / "out"
    file.write_text(short(12))
    assert main(["sweep", str(file), "--out", str(whole), "--jobs", "1", "--quiet"]) == 0
    assert run_sweep(load_sweep(file), out, jobs=1, simulate=out_of_memory) == 12
    words = ["sweep", str(file), "--out", str(out), "--resume", "--retry-failed", "--executor", "dask", "--quiet"]
    assert main([*words, "--scheduler", cluster.begin()]) == 0
    assert dataset(out) == dataset(whole)


@pytest.mark.long
def test_a_scheduler_that_dies_mid_sweep_is_said_to_be_gone(tmp_path: Path, cluster: LoopbackCluster) -> None:
    file, out = tmp_path / "short.toml", tmp_path / "out"
    file.write_text(short(RUNS))
    address = cluster.begin()
    words = ["sweep", str(file), "--out", str(out), "--executor", "dask", "--scheduler", address, "--quiet"]
    with subprocess.Popen(command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as sitting:
        deadline = time.monotonic() + PATIENCE
        while not _processes(out) and sitting.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        cluster.processes[0].kill()
        _, said = sitting.communicate(timeout=PATIENCE)
    assert sitting.returncode == 1, said
    assert f"the scheduler at {address} is gone" in said and "--resume goes on" in said
    assert "Traceback" not in said and "unexpected" not in said
    done = journalled(out)
    assert 0 < len(done) < RUNS
    assert main(["sweep", str(file), "--out", str(out), "--resume", "--jobs", "1", "--quiet"]) == 0
    assert journalled(out)[: len(done)] == done and sorted(journalled(out)) == list(range(RUNS))


def test_a_scheduler_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.runner.executors.CONNECT_SECONDS", 1)
    (tmp_path / "short.toml").write_text(short(2))
    words = ["sweep", str(tmp_path / "short.toml"), "--out", str(tmp_path / "out"), "--executor", "dask"]
    assert main([*words, "--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert "no scheduler answers at tcp://127.0.0.1:1" in capsys.readouterr().err
    assert main(words) == 2
    assert "--scheduler" in capsys.readouterr().err


def _processes(folder: Path) -> set[int]:
    """Processes that runs of a journal were done in."""
    path = folder / "log/journal.jsonl"
    text = path.read_bytes() if path.exists() else b""
    return {json.loads(line)["process"] for line in text[: text.rfind(b"\n") + 1].splitlines()}
