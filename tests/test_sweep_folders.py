"""Folders of sweeps: going on, refusing, failing runs, shards, status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from short_sweeps import command, dataset, journalled, short

from experiments.cli import main
from experiments.errors import ExperimentError
from experiments.results import damage, is_result, read_manifest
from experiments.sweeping import Span, SweepResult, load_sweep, open_dataset, parts, run_sweep
from experiments.sweeping.journal import Journal, finished, lines
from experiments.sweeping.lock import is_locked, locked
from experiments.sweeping.merging import merge_shards
from experiments.sweeping.runs import FAILED, OK, Finished, reason_of
from experiments.sweeping.status import status_of
from model.errors import InputError
from model.recording import ReplicateRecord
from model.scenario import Scenario
from model.simulation import Progress, run_replicate
from model.world import World

ROOT = Path(__file__).parents[1]
POINTS, SMALL_PART = 100, 32  # four parts


@pytest.fixture(scope="module", autouse=True)
def small_parts() -> Iterator[None]:
    """Parts of fewer runs, so that sweeps of few have several."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parts, "PART", SMALL_PART)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, small_parts: None) -> Path:
    """A folder with short.toml and its sweep in `whole`."""
    here = tmp_path_factory.mktemp("folders")
    (here / "short.toml").write_text(short(POINTS))
    assert run_sweep(load_sweep(here / "short.toml"), here / "whole", jobs=1) == 0
    return here


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder with a sweep of six runs in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.toml").write_text(short(3, replicates=2))
    return tmp_path


class Stopped(Exception):
    """What ends a sweep in these tests."""


def stop_at(share: float) -> Callable[..., None]:
    """A listener that ends the sweep when so much of it is done."""

    def listen(progress: object) -> None:
        if progress.share >= share:  # type: ignore[attr-defined]
            raise Stopped

    return listen


# --- going on --------------------------------------------------------------------------------------------------------


def test_a_sweep_goes_on_where_it_stopped_with_any_number_of_processes(whole: Path, tmp_path: Path) -> None:
    sweep, out = load_sweep(whole / "short.toml"), tmp_path / "out"
    for share, jobs in ((0.1, 2), (0.9, 1)):
        with pytest.raises(Stopped):
            run_sweep(sweep, out, jobs=jobs, resume=True, on_progress=stop_at(share))
    assert status_of(out).done == len(journalled(out)) < POINTS
    assert run_sweep(sweep, out, jobs=2, resume=True) == 0
    assert sorted(journalled(out)) == list(range(POINTS))
    assert dataset(out) == dataset(whole / "whole")


def test_nothing_but_whole_parts_ends_in_parquet(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that fails in the middle of a part leaves what cannot be taken for one, and the next sitting clears it away."""
    sweep, out = load_sweep(whole / "short.toml"), tmp_path / "out"

    def fails(table: object, path: Path) -> None:
        path.write_bytes(b"PAR1 and no more")
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr("experiments.sweeping.parts.write_parquet", fails)
        with pytest.raises(ExperimentError, match=r"No space left on device(.|\n)*--resume goes on"):
            run_sweep(sweep, out, jobs=1, resume=True)
    assert [path.suffix for path in (out / "data").iterdir()] == [".unfinished"]
    assert run_sweep(sweep, out, jobs=1, resume=True) == 0
    assert dataset(out) == dataset(whole / "whole")


def test_runs_in_no_whole_part_yet_are_said_to_be_done(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, target = tmp_path / "out", ["--out", str(tmp_path / "to")]
    with pytest.raises(Stopped):
        run_sweep(load_sweep(whole / "short.toml"), out, jobs=1, on_progress=stop_at(0.2))
    for words in (
        ["query", str(out), "select 1"],
        ["analyse", str(out), *target],
        ["export", str(out), "--csv", *target],
    ):
        assert main(words) == 2
        captured = capsys.readouterr()
        assert f"20 runs are done, none in a whole part of {SMALL_PART} yet" in captured.err and captured.out == ""
    assert not (tmp_path / "to").exists()


def test_a_damaged_part_is_made_again_from_the_journal(whole: Path, tmp_path: Path) -> None:
    sweep, out = load_sweep(whole / "short.toml"), tmp_path / "out"
    assert run_sweep(sweep, out, jobs=1) == 0
    first, second, *_ = sorted((out / "data").iterdir())
    first.write_bytes(first.read_bytes()[:-7] + b"changed")
    second.unlink()
    assert status_of(out).damaged == (first.name,)
    assert run_sweep(sweep, out, jobs=1, resume=True) == 0
    assert journalled(out) == journalled(out)[:POINTS]
    assert dataset(out) == dataset(whole / "whole")


def test_a_beginning_that_was_killed_begins_again(here: Path) -> None:
    sweep = load_sweep("short.toml")
    run_sweep(sweep, here / "one", jobs=1)
    (here / "two/data").mkdir(parents=True)
    (here / "two/sweep.resolved.toml").write_text("version =")
    (here / "two/sweep.json.new").write_text("{")
    assert run_sweep(sweep, here / "two", jobs=1, resume=True) == 0
    assert dataset(here / "one") == dataset(here / "two")


def test_a_drawn_seed_is_kept_when_a_sweep_goes_on(here: Path) -> None:
    from model.scenario import load_scenario

    (here / "open.toml").write_text(load_scenario("classroom").to_toml().replace("seed = 1\n", ""))
    text = short(3).replace("seed = 3\n", "").replace('"classroom"', '"open.toml"')
    (here / "short.toml").write_text(text)
    words = ["sweep", "short.toml", "--out", "out", "--resume", "--quiet", "--jobs", "1"]
    assert main(words) == 0
    (here / "out/manifest.json").unlink()
    before = dataset(here / "out")
    assert main(words) == 0
    assert dataset(here / "out") == before and len(journalled(here / "out")) == 3


# --- refusing --------------------------------------------------------------------------------------------------------

CHANGES = {
    "scenario": (
        "world.institutions = 30", "world.institutions = 31",
        "the scenario changed: world.institutions was 30, is 31",
    ),
    "a measure": (
        "[settings]", "[settings]\nmeasures.pandemic.strength = 0.5",
        "the scenario changed: measures.pandemic.strength was 1.0, is 0.5",
    ),
    "a date": (
        "time.start = 2022-01-01", "time.start = 2021-01-01",
        "the scenario changed: time.start was 2022-01-01, is 2021-01-01",
    ),
    "a factor": (
        "range = [0.0, 2.0]", "range = [0.0, 1.0]",
        "the sweep changed: factors.mobility.range was [0.0, 2.0], is [0.0, 1.0]",
    ),
    "a role": (
        "range = [0.0, 2.0]", 'range = [0.0, 2.0]\nrole = "lever"',
        "the sweep changed: factors.mobility.role is new (lever)",
    ),
    "design": ("points = 3", "points = 4", "the sweep changed: design.points was 3, is 4"),
    "outcomes": (
        "years = [2022, 2023]", "years = [2023, 2023]",
        "the sweep changed: outcomes.ties.years was [2022, 2023], is [2023, 2023]",
    ),
    "seed": ("seed = 3", "seed = 4", "the seed changed: seed was 3, is 4"),
    "replicates": ("replicates = 2", "replicates = 3", "the number of replicates changed: replicates was 2, is 3"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_sweep_is_not_gone_on_with(here: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "short.toml", "--out", "out", "--resume", "--jobs", "1", "--quiet"]
    assert main(words) == 0
    kept = dataset(here / "out")
    written, instead, said = CHANGES[what]
    text = (here / "short.toml").read_text()
    assert written in text
    (here / "short.toml").write_text(text.replace(written, instead))
    capsys.readouterr()
    assert main(words) == 2
    message = json.loads(capsys.readouterr().err)["message"]
    assert f"out: {said}\n" in message, message  # that, and nothing else
    assert dataset(here / "out") == kept


def test_of_many_changes_a_handful_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "short.toml", "--out", "out", "--resume", "--jobs", "1", "--quiet"]
    assert main(words) == 0
    text = (here / "short.toml").read_text()
    for written, instead in (
        ("world.institutions = 30", "world.institutions = 31"), ("points = 3", "points = 4\nseed = 5"),
        ("[0.0, 2.0]", "[0.0, 1.0]"), ("time.start = 2022-01-01", "time.start = 2021-01-01"),
        ("[2023, 2023]", "[2022, 2023]"),
    ):  # fmt: skip
        text = text.replace(written, instead)
    (here / "short.toml").write_text(text)
    capsys.readouterr()
    assert main(words) == 2
    said = json.loads(capsys.readouterr().err)["message"].splitlines()[0]
    assert said.count(" was ") + said.count(" is new ") == 5 and "and 1 more" in said
    assert "the sweep changed: " in said and "; the scenario changed: " in said


@pytest.mark.parametrize("left", ["", "version = ["])
def test_a_change_of_which_the_file_is_lost_is_said_by_its_checksum(here: Path, left: str) -> None:
    run_sweep(load_sweep("short.toml"), here / "out", jobs=1)
    for name in ("sweep.resolved.toml", "scenario.resolved.toml"):
        (here / "out" / name).write_text(left)
    changed = load_sweep("short.toml", ["world.institutions=31"])
    with pytest.raises(InputError, match="the scenario changed"):
        run_sweep(changed, here / "out", jobs=1, resume=True)


def test_files_that_come_to_the_same_settings_are_said_to(here: Path) -> None:
    from model.scenario import load_scenario

    (here / "own.toml").write_text(load_scenario("classroom").to_toml())
    (here / "short.toml").write_text((here / "short.toml").read_text().replace('"classroom"', '"own.toml"'))
    run_sweep(load_sweep("short.toml"), here / "out", jobs=1)
    text = (here / "own.toml").read_text()
    (here / "own.toml").write_text(text.replace("institutions = 120", "institutions = 121"))  # the sweep has its own
    assert (here / "own.toml").read_text() != text
    with pytest.raises(InputError, match="they come to the same settings"):
        run_sweep(load_sweep("short.toml"), here / "out", jobs=1, resume=True)


def test_of_data_the_table_is_named_and_of_the_program_the_version(here: Path) -> None:
    from experiments.sweeping.changed import Written, in_words
    from experiments.sweeping.identity import identity_of

    sweep = load_sweep("short.toml")
    then = identity_of(sweep)
    tables, program = dict(then["data"]), {**then["program"], "version": "0.2"}
    tables |= {"packaged/fields.toml": "0" * 64, "own/new.csv": "1" * 64}
    del tables["packaged/listings.csv"]
    program["libraries"] = {**program["libraries"], "numpy": "9.9"}
    said = in_words(then, {**then, "data": tables, "program": program}, Written.of(sweep), Written.of(sweep))
    numpy = then["program"]["libraries"]["numpy"]
    assert said == (
        "the data changed: the packaged table fields.toml differs; the packaged table listings.csv is gone; "
        "the own table new.csv is new; the program changed: "
        f"Comity was {then['program']['version']}, is 0.2; numpy was {numpy}, is 9.9"
    )


def test_a_new_title_is_no_change(here: Path) -> None:
    words = ["sweep", "short.toml", "--out", "out", "--resume", "--jobs", "1", "--quiet"]
    assert main(words) == 0
    text = (here / "short.toml").read_text()
    (here / "short.toml").write_text(text.replace('title = "Short"', 'title = "Shorter"'))
    assert main(words) == 0


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("code_hash", "the program changed: the code of the model differs"),
        ("program_version", "the program changed: Comity was "),
        ("data_checksums", "the data changed: the packaged table "),
        ("library_versions", "the program changed: numpy was "),
    ],
)
def test_another_program_or_other_data_do_not_go_on(
    here: Path, function: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.sweeping import identity

    sweep = load_sweep("short.toml")
    run_sweep(sweep, here / "out", jobs=1)
    own = {"data_checksums": {"packaged/new.csv": "0"}, "library_versions": {"numpy": "0.1"}}.get(function, "other")
    monkeypatch.setattr(identity, function, lambda *_: own)
    identity.program_identity.cache_clear()
    try:
        with pytest.raises(InputError) as caught:
            run_sweep(sweep, here / "out", jobs=1, resume=True)
    finally:
        identity.program_identity.cache_clear()
    assert caught.value.message.startswith(said)


def test_a_worker_with_another_program_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.sweeping import runs

    own = runs.made_of("")
    other = {**own, "program": {**own["program"], "version": "0"}}
    monkeypatch.setattr(runs, "made_of", lambda _: other)
    with pytest.raises(ExperimentError, match="differs: the program changed"):
        run_sweep(load_sweep("short.toml", seed=11), here / "out", jobs=1)


def test_folders_of_others_and_of_running_sweeps_are_left_alone(here: Path) -> None:
    sweep = load_sweep("short.toml")
    (here / "other").mkdir()
    (here / "other/letter.txt").write_text("dear")
    for options in ({}, {"resume": True}, {"force": True}):
        with pytest.raises(InputError, match="holds other files"):
            run_sweep(sweep, here / "other", jobs=1, **options)  # type: ignore[arg-type]
    run_sweep(sweep, here / "out", jobs=1)
    with pytest.raises(InputError, match="--resume to go on"):
        run_sweep(sweep, here / "out", jobs=1)
    with locked(here / "out"):
        assert is_locked(here / "out")
        for options in ({"resume": True}, {"force": True}):
            with pytest.raises(InputError, match="is being run by another process"):
                run_sweep(sweep, here / "out", jobs=1, **options)  # type: ignore[arg-type]
    assert not is_locked(here / "out")
    assert run_sweep(sweep, here / "out", jobs=1, force=True) == 0


def test_options_that_do_not_go_together(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["--resume"], "--resume stands there without --out"),
        (["--resume", "--force", "--out", "out"], "stand there together"),
        (["--subset", "3"], "is no range of runs"),
        (["--subset", "4:9"], "is not within the sweep"),
        (["--subset", "4:4"], "0 <= i < j <= 6"),
        (["--scheduler", "tcp://127.0.0.1:1"], "--executor dask"),
        (["--jobs", "0"], ""),
        (["--jobs", "2", "--executor", "dask", "--scheduler", "tcp://127.0.0.1:1"], "a cluster has its own workers"),
    ):
        assert main(["sweep", "short.toml", "--quiet", *words]) == 2
        assert said in capsys.readouterr().err
    assert not (here / "results").exists()


# --- failing runs ----------------------------------------------------------------------------------------------------


FAILS_BELOW = 8.1
"""Of a factor from 8 to 18: one point of a Latin hypercube of a hundred."""


def test_a_worker_that_did_another_sweep_takes_nothing_for_its_own(here: Path) -> None:
    """A second sweep of the same scenario and outcomes, in the same process, has other points under the same numbers."""
    run_sweep(load_sweep("short.toml"), here / "first", jobs=1)
    (here / "short.toml").write_text(short(3, replicates=2, values="range = [1.0, 1.5]", design=OTHER_SAMPLE))
    run_sweep(load_sweep("short.toml"), here / "second", jobs=1)
    words = ["sweep", "short.toml", "--out", "alone", "--jobs", "1", "--quiet", "--no-figures"]
    subprocess.run(command(*words), check=True, stdout=subprocess.DEVNULL)
    assert dataset(here / "second") == dataset(here / "alone")


OTHER_SAMPLE = 'kind = "latin-hypercube"\npoints = 3\nseed = 2'


def fails_now_and_then(
    scenario: Scenario, world: World, replicate: int, seed: int, callback: Callable[[Progress], None] | None
) -> ReplicateRecord:
    """A model that fails in the lowest hundredth of a factor."""
    if scenario.parameters.process.opportunity_rate < FAILS_BELOW:
        raise ZeroDivisionError("nothing to divide by")
    return run_replicate(scenario, world, replicate, seed, callback)


def test_nearly_an_executor_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "short.toml", "--executor", "daks"]) == 2
    said = json.loads(capsys.readouterr().err)["message"]
    assert "'daks' is not one of 'processes', 'dask'" in said and "Did you mean 'dask'?" in said


def test_one_failed_run_in_a_hundred_costs_itself_only(whole: Path, tmp_path: Path) -> None:
    sweep = load_sweep(whole / "short.toml")
    rates = [sweep.points.values(point)[1] for point in range(POINTS)]
    bad = [point for point, rate in enumerate(rates) if float(str(rate)) < FAILS_BELOW]
    assert len(bad) == POINTS // 100
    for name, jobs in (("one", 1), ("two", 2)):
        assert run_sweep(sweep, tmp_path / name, jobs=jobs, simulate=fails_now_and_then) == len(bad)
    assert dataset(tmp_path / "one") == dataset(tmp_path / "two")
    found, good = open_dataset(tmp_path / "one"), open_dataset(whole / "whole").runs()
    runs = found.runs()
    assert runs.loc[runs["status"] == FAILED, "point"].tolist() == bad
    assert set(runs.loc[bad, "reason"]) == {"ZeroDivisionError: nothing to divide by"}
    assert runs.loc[bad, ["ties", "degree"]].isna().all(axis=None)
    rest = runs.drop(index=bad)
    assert rest.equals(good.drop(index=bad)) and set(rest["status"]) == {OK}
    assert found.failures["run"].tolist() == bad
    assert found.failures["opportunity"].tolist() == [rates[point] for point in bad]
    told = status_of(tmp_path / "one")
    assert (told.failed, told.reasons) == (len(bad), {"ZeroDivisionError: nothing to divide by": len(bad)})
    (line,) = [line for line in lines(tmp_path / "one/log/journal.jsonl") if line["run"] == bad[0]]
    assert "fails_now_and_then" in line["trace"]


def kills_now_and_then(
    scenario: Scenario, world: World, replicate: int, seed: int, callback: Callable[[Progress], None] | None
) -> ReplicateRecord:
    """A model that takes its process with it in the lowest hundredth of a factor."""
    if scenario.parameters.process.opportunity_rate < FAILS_BELOW:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_replicate(scenario, world, replicate, seed, callback)


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_run_that_kills_its_workers_costs_itself_only(whole: Path, tmp_path: Path) -> None:
    assert run_sweep(load_sweep(whole / "short.toml"), tmp_path / "out", jobs=2, simulate=kills_now_and_then) == 1
    found = open_dataset(tmp_path / "out")
    (bad,) = found.failures["run"]
    assert found.failures["reason"].tolist() == ["its worker process died (killed, or out of memory?)"]
    assert found.failures["opportunity"].item() < FAILS_BELOW
    good = open_dataset(whole / "whole").runs()
    assert found.runs().drop(index=bad).equals(good.drop(index=bad))


def fails_in_one_replicate(
    scenario: Scenario, world: World, replicate: int, seed: int, callback: Callable[[Progress], None] | None
) -> ReplicateRecord:
    """A model that fails at one point of a grid, in its first replicate."""
    if replicate == 0 and scenario.measures["mobility-2022"].strength == 2.0:
        raise MemoryError
    return run_replicate(scenario, world, replicate, seed, callback)


def test_a_grid_says_how_many_replicates_of_a_point_are_left(here: Path) -> None:
    text = short(0, replicates=3, values="levels = [0.0, 2.0]", design='kind = "grid"')
    (here / "short.toml").write_text(text.replace('range = "assumed"', "levels = [12.0]"))
    assert run_sweep(load_sweep("short.toml"), here / "out", jobs=1, simulate=fails_in_one_replicate) == 1
    result = SweepResult(open_dataset(here / "out"))
    assert result.summary["replicates"].tolist() == [3, 3, 2, 2]
    runs = result.runs
    assert runs["reason"].dropna().tolist() == ["MemoryError"]
    assert result.summary["median"].tolist()[2] == runs.loc[runs["point"] == 1, "ties"].dropna().median()
    assert "1 run of 6 failed" in " ".join(result.lines())


IMPOSSIBLE = """
[[factors]]
name = "begins"
paths = ["measures.mobility-2022.start"]
levels = [2022-02-27, 2023-04-01]

[[factors]]
name = "ends"
paths = ["measures.mobility-2022.end"]
levels = [2023-01-01, 2023-10-01]
"""


def test_points_of_a_sample_that_cannot_be_are_failed_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each value is good by itself; some come together that cannot: the sweep ends with exit code 3, and says how many."""
    text = short(12, replicates=2).replace("[design]", f"{IMPOSSIBLE}\n[design]")
    (here / "short.toml").write_text(text)
    assert main(["sweep", "short.toml", "--out", "out", "--jobs", "1", "--json", "--quiet"]) == 3
    said = json.loads(capsys.readouterr().out)
    found = open_dataset(here / "out")
    design = found.design
    bad = design.loc[(design["begins"] == "2023-04-01") & (design["ends"] == "2023-01-01"), "point"].tolist()
    assert bad and said["failed"] == 2 * len(bad) and said["complete"] is False
    assert found.failures["point"].tolist() == [point for point in bad for _ in range(2)]
    assert set(found.failures["reason"]) == {"measures.mobility-2022.end: 2023-01-01 does not come after the start"}
    assert is_result(here / "out") and read_manifest(here / "out")["run"]["failed"] == 2 * len(bad)
    assert main(["status", "out"]) == 3
    assert f"{2 * len(bad)} runs failed" in capsys.readouterr().out
    assert main(["sweep", "short.toml", "--out", "out", "--jobs", "1", "--resume", "--quiet"]) == 3
    assert len(journalled(here / "out")) == 24


def test_reasons_are_the_same_everywhere() -> None:
    assert reason_of(ValueError("<thing at 0x7f21ab45cd10>  is\n bad")) == "ValueError: <thing at 0x> is bad"
    assert reason_of(KeyError()) == "KeyError"
    assert reason_of(InputError("is 3", where="override a.b", allowed="4")) == "a.b: is 3"


# --- shards ----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_parts_of_a_span_are_its_runs_once_in_order(first: int, length: int) -> None:
    span = Span(first, first + length)
    found = list(span.parts())
    assert [run for part in found for run in range(part.first, part.end)] == list(range(first, first + length))
    for part in found:
        assert part.first // SMALL_PART == (part.end - 1) // SMALL_PART
        assert span.part_of(part.first) == span.part_of(part.end - 1) == part


def test_shards_make_the_whole(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, cuts = str(whole / "short.toml"), (0, 20, 65, POINTS)
    shards = [str(tmp_path / f"shard-{first}") for first in cuts[:-1]]
    for shard, first, end in zip(shards, cuts[:-1], cuts[1:], strict=True):
        assert main(["sweep", file, "--subset", f"{first}:{end}", "--out", shard, "--jobs", "1", "--quiet"]) == 0
        manifest = read_manifest(Path(shard))
        assert (manifest["kind"], manifest["subset"]) == ("sweep shard", [first, end])
    assert main(["merge", *reversed(shards), "--out", str(tmp_path / "all"), "--quiet", "--json"]) == 0
    assert dataset(tmp_path / "all") == dataset(whole / "whole")
    assert damage(tmp_path / "all") == [] and read_manifest(tmp_path / "all")["kind"] == "sweep"
    assert sorted(path.name for path in (tmp_path / "all/log").glob("runs-*")) == [
        "runs-000000-000019", "runs-000020-000064", "runs-000065-000099",
    ]  # fmt: skip
    capsys.readouterr()
    for folders, said in (
        (shards[:2], "runs 65:100 are missing"),
        (shards[1:], "runs 0:20 are missing"),
        ([*shards, shards[1]], "runs 20:65 are there twice"),
        ([*shards, str(whole / "whole")], "is not finished"),
        ([str(tmp_path)], "holds no sweep"),
    ):
        assert main(["merge", *folders, "--out", str(tmp_path / "none"), "--quiet"]) == 2
        assert said in capsys.readouterr().err
        assert not (tmp_path / "none").exists()
    assert main(["merge", *shards, "--out", shards[0], "--quiet"]) == 2


def test_failures_of_shards_are_those_of_the_whole(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "short.toml").write_text(short(12, replicates=2).replace("[design]", f"{IMPOSSIBLE}\n[design]"))
    for first, end in ((0, 9), (9, 24)):
        words = ["--subset", f"{first}:{end}", "--out", f"from-{first}", "--jobs", "1", "--quiet"]
        assert main(["sweep", "short.toml", *words]) == 3
    assert main(["merge", "from-0", "from-9", "--out", "all", "--quiet"]) == 3
    failed = len(open_dataset(here / "all").failures)
    capsys.readouterr()
    assert main(["status", "all"]) == 3
    said = capsys.readouterr().out
    assert "24 of 24 runs done, finished" in said and f"{failed} runs failed:" in said
    assert f"{failed} times: measures.mobility-2022.end: 2023-01-01 does not come after the start" in said
    assert sum(status_of(here / f"from-{first}").failed for first in (0, 9)) == failed


def test_a_shard_points_to_merge_and_not_to_what_needs_the_whole(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    merge = "`comity merge SHARD... --out DIR`"
    assert main(["sweep", "short.toml", "--subset", "0:3", "--out", "part", "--jobs", "1", "--quiet"]) == 0
    said = capsys.readouterr().out
    assert f"A shard, runs 0:3 of 6: {merge}" in said and "comity analyse" not in said
    assert main(["status", "part"]) == 0
    assert merge in capsys.readouterr().out
    for words, code in (
        (["analyse", "part", "--out", "to"], 2),
        (["query", "part", "select count(*) from runs"], 0),
        (["export", "part", "--csv", "--out", "csv"], 0),
    ):
        assert main(words) == code
        assert merge.removesuffix("`") in capsys.readouterr().err
    assert main(["sweep", "short.toml", "--out", "whole", "--jobs", "1", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["status", "whole"]) == 0 and main(["query", "whole", "select 1"]) == 0
    captured = capsys.readouterr()
    assert "merge" not in captured.out + captured.err


def test_one_thing_is_counted_as_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "short.toml").write_text(short(1))
    assert main(["sweep", "short.toml", "--dry-run", "--jobs", "1"]) == 0
    assert "Latin hypercube: 1 design point, 1 replicate each, 1 run." in capsys.readouterr().out
    assert main(["sweep", "short.toml", "--out", "out", "--jobs", "1"]) == 0
    captured = capsys.readouterr()
    assert "short, 1 design point: 1 replicate, seed 3" in captured.err
    assert "1 design point with 1 replicate each" in captured.out
    assert main(["status", "out"]) == 0
    assert capsys.readouterr().out == "short: 1 of 1 run done, finished\n"


@pytest.mark.skipif(os.name == "nt", reason="a script of a POSIX shell")
def test_the_script_for_slurm_makes_shards_of_the_whole(here: Path) -> None:
    """The script of the docs, task by task, one of them twice."""
    program = here / "bin/comity"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m experiments.cli "$@"\n')
    program.chmod(0o755)
    variables = {"SWEEP": "short.toml", "RUNS": "6", "SHARDS": "2", "SLURM_CPUS_PER_TASK": "1"}
    path = {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    for task in ("1", "0", "1"):
        subprocess.run(
            ["bash", str(ROOT / "docs/sweep.slurm")], check=True, stdout=subprocess.DEVNULL,
            env={**os.environ, **path, **variables, "SLURM_ARRAY_TASK_ID": task},
        )  # fmt: skip
    assert main(["merge", "shards/0", "shards/1", "--out", "all", "--quiet"]) == 0
    run_sweep(load_sweep("short.toml"), here / "one", jobs=1)
    assert dataset(here / "all") == dataset(here / "one")


def test_a_shard_needs_a_seed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from model.scenario import load_scenario

    (here / "open.toml").write_text(load_scenario("classroom").to_toml().replace("seed = 1\n", ""))
    text = short(3).replace("seed = 3\n", "").replace('"classroom"', '"open.toml"')
    (here / "short.toml").write_text(text)
    assert main(["sweep", "short.toml", "--subset", "0:2", "--quiet"]) == 2
    assert "--seed" in capsys.readouterr().err


def test_shards_of_two_sweeps_do_not_go_together(here: Path) -> None:
    for first, seed in ((0, 1), (3, 2)):
        words = ["--subset", f"{first}:{first + 3}", "--seed", str(seed), "--jobs", "1", "--quiet"]
        assert main(["sweep", "short.toml", *words, "--out", f"from-{first}"]) == 0
    with pytest.raises(InputError, match="the seed changed"):
        merge_shards([here / "from-0", here / "from-3"], here / "out", lambda folder: None)


# --- journal and status ----------------------------------------------------------------------------------------------

VALUES = st.one_of(st.none(), st.floats(allow_nan=False))


@given(
    st.lists(st.lists(VALUES, min_size=2, max_size=2), min_size=1, max_size=8), st.text(max_size=20), st.data()
)  # fmt: skip
def test_a_journal_gives_back_what_was_written_however_it_was_cut(
    tmp_path_factory: pytest.TempPathFactory, values: list[list[float | None]], reason: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    runs = [Finished(k, OK, reason or None, tuple(v), 0.25, "here", 7) for k, v in enumerate(values)]
    with Journal(path) as journal:
        journal.add(runs)
    assert [finished(line) for line in lines(path)] == runs
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    kept = whole[:cut].count(b"\n")
    more = Finished(99, FAILED, "why", (None, None), 0.0, "", 0, "trace")
    with Journal(path) as journal:
        journal.add([more])
    assert [finished(line) for line in lines(path)] == [*runs[:kept], more]


def test_numbers_go_through_the_journal_to_the_bit() -> None:
    rng = np.random.default_rng(1)
    numbers = rng.integers(0, 2**63, 2000).view(np.float64)
    numbers = numbers[np.isfinite(numbers)]
    assert [json.loads(json.dumps(float(x))).hex() for x in numbers] == [float(x).hex() for x in numbers]


def test_status_of_a_sweep_on_its_way(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    with pytest.raises(Stopped):
        run_sweep(load_sweep(whole / "short.toml"), out, jobs=1, on_progress=stop_at(0.5))
    assert main(["status", str(out)]) == 3
    assert capsys.readouterr().out.startswith("short: 50 of 100 runs done, stopped; --resume goes on\n")
    with locked(out):
        assert main(["status", str(out), "--json"]) == 3
        told = json.loads(capsys.readouterr().out)
    assert (told["runs"], told["done"], told["failed"], told["running"], told["complete"]) == (100, 50, 0, True, False)
    assert told["seconds_left"] > 0 and told["last"]
    assert main(["status", str(tmp_path)]) == 2
    assert not open_dataset(out).complete and len(open_dataset(out).runs()) == SMALL_PART
