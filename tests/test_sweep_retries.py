"""Failed runs that are asked for again: what the sweep would have been without the failures, and nothing lost on the way."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from short_sweeps import dataset, journalled, short

from experiments.cli import main
from experiments.results import damage, is_result
from experiments.sweeping import Span, load_sweep, open_dataset, parts, run_sweep
from experiments.sweeping.journal import AGAIN, Journal, asked_again, lines, superseded
from experiments.sweeping.runs import FAILED, OK, Finished
from experiments.sweeping.status import status_of
from model.errors import InputError
from model.recording import ReplicateRecord
from model.scenario import Scenario
from model.simulation import Progress, run_replicate
from model.world import World

POINTS, SMALL_PART = 12, 5  # three parts
FAILS_BELOW = 11.0
"""Of a factor from 8 to 18: some points of a Latin hypercube of twelve, in all three parts."""
REASON = "MemoryError: no room"


@pytest.fixture(scope="module", autouse=True)
def small_parts() -> Iterator[None]:
    """Parts of few runs, so that short sweeps have several."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parts, "PART", SMALL_PART)
        yield


def fails_for_want_of_memory(
    scenario: Scenario, world: World, replicate: int, seed: int, callback: Callable[[Progress], None] | None
) -> ReplicateRecord:
    """A model on a machine that is too small for some points."""
    if scenario.parameters.process.opportunity_rate < FAILS_BELOW:
        raise MemoryError("no room")
    return run_replicate(scenario, world, replicate, seed, callback)


def fails_otherwise(*_: object) -> ReplicateRecord:
    """A model that fails everywhere, in another way."""
    raise OverflowError("too much")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, small_parts: None) -> Path:
    """A folder with short.toml, its sweep in `whole`, and in `failed` with runs that a small machine could not do."""
    here = tmp_path_factory.mktemp("retries")
    (here / "short.toml").write_text(short(POINTS))
    quiet = ["--jobs", "1", "--quiet"]
    assert main(["sweep", str(here / "short.toml"), "--out", str(here / "whole"), *quiet]) == 0
    sweep = load_sweep(here / "short.toml")
    assert run_sweep(sweep, here / "failed", jobs=1, simulate=fails_for_want_of_memory) == len(_bad(here))
    assert main(["sweep", str(here / "short.toml"), "--out", str(here / "failed"), "--resume", *quiet]) == 3
    assert is_result(here / "failed") and dataset(here / "failed") != dataset(here / "whole")
    assert {run // SMALL_PART for run in _bad(here)} == {0, 1, 2} and len(_bad(here)) < POINTS - 3
    return here


def _bad(here: Path) -> list[int]:
    points = load_sweep(here / "short.toml").points
    return [point for point in range(POINTS) if float(str(points.values(point)[1])) < FAILS_BELOW]


@pytest.fixture
def failed(here: Path, tmp_path: Path) -> Path:
    """A copy of the sweep with failed runs."""
    return Path(shutil.copytree(here / "failed", tmp_path / "failed"))


def _again(here: Path, folder: Path, *words: str) -> int:
    resumed = ["--resume", "--out", str(folder), "--jobs", "1", "--quiet", *words]
    return main(["sweep", str(here / "short.toml"), *resumed])


def _entries(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log/journal.jsonl").read_text().splitlines()]


def test_without_the_flag_failures_stay(here: Path, failed: Path) -> None:
    assert _again(here, failed) == 3
    assert dataset(failed) == dataset(here / "failed") and len(journalled(failed)) == POINTS


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_failed_runs_that_succeed_leave_no_trace_but_in_the_log(here: Path, failed: Path, jobs: str) -> None:
    bad = _bad(here)
    assert _again(here, failed, "--retry-failed", "--jobs", jobs) == 0
    assert dataset(failed) == dataset(here / "whole")
    assert is_result(failed) and damage(failed) == []
    history = [(line["run"], line["status"], line["reason"]) for line in _entries(failed)[POINTS:]]
    assert history[: len(bad)] == [(run, AGAIN, REASON) for run in bad]
    assert sorted(history[len(bad) :]) == [(run, OK, None) for run in bad]
    assert {line["run"] for line in _entries(failed)[:POINTS] if line["status"] == FAILED} == set(bad)
    assert _again(here, failed, "--retry-failed") == 0  # none is left
    assert len(_entries(failed)) == POINTS + 2 * len(bad)


def test_runs_that_fail_again_are_recorded_with_the_new_reason(here: Path, failed: Path) -> None:
    bad, sweep = _bad(here), load_sweep(here / "short.toml")
    for simulate, reason in (
        (fails_otherwise, "OverflowError: too much"), (fails_for_want_of_memory, REASON),
    ):  # fmt: skip
        assert run_sweep(sweep, failed, jobs=1, resume=True, retry_failed=True, simulate=simulate) == len(bad)
        assert open_dataset(failed).failures["run"].tolist() == bad
        assert set(open_dataset(failed).failures["reason"]) == {reason}
        assert status_of(failed).reasons == {reason: len(bad)}
    assert dataset(failed) == dataset(here / "failed")
    assert _again(here, failed) == 3
    assert dataset(failed) == dataset(here / "failed")


def test_a_sweep_that_is_not_finished_goes_on_and_tries_again(here: Path, tmp_path: Path) -> None:
    """Failures that are in the journal only, in a part and in none yet."""

    class Stopped(Exception):
        pass

    def stop(progress: Any) -> None:
        if progress.share > 0.6:
            raise Stopped

    out = tmp_path / "out"
    sweep = load_sweep(here / "short.toml")
    with pytest.raises(Stopped):
        run_sweep(sweep, out, jobs=1, simulate=fails_otherwise, on_progress=stop)
    assert status_of(out).failed > len(open_dataset(out).failures) > 0
    assert _again(here, out, "--retry-failed") == 0
    assert dataset(out) == dataset(here / "whole")


def test_parts_that_are_lost_after_a_retry_are_made_again_from_the_journal(here: Path, failed: Path) -> None:
    assert _again(here, failed, "--retry-failed") == 0
    done = len(_entries(failed))
    for path in (failed / "data").iterdir():
        path.unlink()
    assert _again(here, failed) == 0
    assert dataset(failed) == dataset(here / "whole") and len(_entries(failed)) == done


def test_results_of_former_settings_do_not_outlive_a_retry(here: Path, failed: Path) -> None:
    """What was drawn of the dataset with holes is not taken into the manifest of the new one."""
    (failed / "figures").mkdir()
    (failed / "figures/old.png").write_bytes(b"old")
    assert _again(here, failed, "--retry-failed", "--no-figures") == 0
    assert not (failed / "figures").exists()


# --- kills -----------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of the process."""


class Death:
    """Ends what runs before its n-th change on the disk, with half of it done where it is a line; nothing changes after that."""

    def __init__(self, patched: pytest.MonkeyPatch, after: int) -> None:
        self.left = after
        for owner, name in ((os, "replace"), (os, "fsync"), (Path, "unlink"), (shutil, "rmtree")):
            patched.setattr(owner, name, self._before(getattr(owner, name)))
        real, write = Journal._write, "_write"

        def half(journal: Journal, lines: list[dict[str, Any]]) -> None:
            if self._alive():
                return real(journal, lines)
            real(journal, lines[: len(lines) // 2])
            journal._file.write(b'{"run": 3, "sta')
            raise Killed

        patched.setattr(Journal, write, half)

    def _alive(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def _before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*given: Any, **named: Any) -> Any:
            if not self._alive():
                raise Killed
            return real(*given, **named)

        return dying


def test_a_kill_at_any_moment_of_a_retry_loses_nothing(here: Path, tmp_path: Path) -> None:
    """Before every change on the disk: going on gives the undisturbed dataset, and no run that was good is run again."""
    bad, sweep = _bad(here), load_sweep(here / "short.toml")
    moments, met = 0, set()
    while True:
        out = Path(shutil.copytree(here / "failed", tmp_path / f"out-{moments}"))
        try:
            with pytest.MonkeyPatch.context() as patched:
                Death(patched, moments)
                run_sweep(sweep, out, jobs=1, resume=True, retry_failed=True)
            break
        except Killed:
            pass
        told, good = status_of(out), open_dataset(out)  # nothing is damaged
        assert told.done >= POINTS - len(bad) and told.damaged == ()
        assert set(good.runs()["run"]) == set(range(POINTS))
        left = run_sweep(sweep, out, jobs=1, resume=True)
        assert left == 0 or set(open_dataset(out).failures["run"]) <= set(bad)
        met.add(left)
        assert run_sweep(sweep, out, jobs=1, resume=True, retry_failed=True) == 0
        assert dataset(out) == dataset(here / "whole"), moments
        results = [line for line in _entries(out) if line["status"] != AGAIN and line["run"] not in bad]
        assert len(results) == POINTS - len(bad)
        moments += 1
    assert moments > 4 * 3 + len(bad)  # a part takes four changes, a run one
    assert {0, len(bad)} < met  # some kills come before it is asked, some when half is asked, some after


# --- shards, merged sweeps -------------------------------------------------------------------------------------------


def test_a_shard_is_tried_again_before_it_is_merged_or_the_whole_after(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep, shards = load_sweep(here / "short.toml"), [tmp_path / "a", tmp_path / "b"]
    for shard, span in zip(shards, (Span(0, 7), Span(7, POINTS)), strict=True):
        run_sweep(sweep, shard, jobs=1, subset=span, simulate=fails_for_want_of_memory)
        assert _again(here, shard, "--subset", f"{span.first}:{span.end}") == 3
    capsys.readouterr()
    assert main(["status", str(shards[0])]) == 3
    said = capsys.readouterr().out
    assert f"--resume --retry-failed --subset 0:7 --out {shards[0]}` runs them again" in said and "comity merge" in said
    assert _again(here, shards[0], "--retry-failed") == 2
    assert "--subset 0:7" in capsys.readouterr().err
    merged = tmp_path / "merged"
    assert main(["merge", *map(str, shards), "--out", str(merged), "--quiet"]) == 3
    assert dataset(merged) == dataset(here / "failed")
    assert _again(here, merged, "--retry-failed") == 0
    assert dataset(merged) == dataset(here / "whole") and damage(merged) == []
    again = [line["reason"] for line in _entries(merged) if line["status"] == AGAIN]
    assert again == [REASON] * len(_bad(here))
    assert _again(here, shards[0], "--retry-failed", "--subset", "0:7") == 0
    assert _again(here, shards[1], "--retry-failed", "--subset", f"7:{POINTS}") == 0
    assert main(["merge", *map(str, shards), "--out", str(tmp_path / "all"), "--quiet"]) == 0
    assert dataset(tmp_path / "all") == dataset(here / "whole")


# --- what is said ----------------------------------------------------------------------------------------------------


def test_status_says_that_failed_runs_can_be_tried_again_only_where_there_are_any(
    here: Path, failed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", str(failed)]) == 3
    assert f"`comity sweep ... --resume --retry-failed --out {failed}` runs them again" in capsys.readouterr().out
    assert main(["status", str(here / "whole")]) == 0
    assert "retry" not in capsys.readouterr().out


def test_a_run_that_was_asked_for_again_is_missing_until_it_is_done(here: Path, failed: Path) -> None:
    bad = _bad(here)
    with Journal(failed / "log/journal.jsonl") as journal:
        journal.ask_again({bad[0]: REASON})
    told = status_of(failed)
    assert (told.done, told.failed) == (POINTS - 1, len(bad) - 1)
    assert bad[0] not in [line["run"] for line in lines(failed / "log/journal.jsonl")]


def test_without_resume_there_is_nothing_to_try_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(here / "short.toml"), "--retry-failed", "--quiet"]) == 2
    assert "--retry-failed stands there without --resume" in capsys.readouterr().err
    with pytest.raises(InputError, match="retry_failed without resume"):
        run_sweep(load_sweep(here / "short.toml"), here / "none", retry_failed=True)
    assert not (here / "none").exists()


TEXTS = st.one_of(st.text(max_size=12), st.just(f'"status": "{AGAIN}"'))


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([OK, FAILED, AGAIN]), TEXTS), max_size=12), st.data())
def test_what_a_journal_says_of_a_run_is_what_came_after_it_was_asked_for_the_last_time(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[int, str, str]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with Journal(path) as journal:
        for run, status, reason in entries:
            if status == AGAIN:
                journal.ask_again({run: reason})
            else:
                journal.add([Finished(run, status, reason, (0.5,), 0.0, "here", 1)])
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    kept = entries[: whole[:cut].count(b"\n")]
    expected, asked = list[tuple[int, str, str]](), set[int]()
    for run, status, reason in kept:
        if status == AGAIN:
            asked.add(run)
            expected = [entry for entry in expected if entry[0] != run]
        else:
            expected.append((run, status, reason))
    assert [(line["run"], line["status"], line["reason"]) for line in lines(path)] == expected
    last = {run: (status, reason) for run, status, reason in expected}
    again = asked_again(path)
    assert {run: line and (line["status"], line["reason"]) for run, line in again.items()} == {
        run: last.get(run) for run in asked
    }
    assert superseded(again, 9, "") is False
    for run in asked:
        assert superseded(again, run, "reason") is (last.get(run) != (FAILED, "reason"))
