"""The command line: exit codes, streams, JSON, results through the real command, and runs that are killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from experiments.cli import main
from experiments.results import is_result

SMALL = [
    "--set", "world.institutions=60", "--set", "time.start=2010-01-01", "--set", "time.show_from=2012-01-01",
    "--no-figures",
]  # fmt: skip
RUN = ["run", "classroom", *SMALL, "--replicates", "2"]


PROGRAM = [sys.executable, "-m", "experiments.cli"]
TINY = """\
# Does anything at all happen?
version = 1
[time]
start = 2018-01-01
show_from = 2019-01-01
[world]
institutions = 60
"""
"""A scenario of its own, which names no seed."""


def command(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The real command, in a process of its own."""
    return subprocess.run([*PROGRAM, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- running -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A run with a seed, one process, JSON."""
    folder = tmp_path_factory.mktemp("cli")
    return folder, command(*RUN, "--seed", "5", "--jobs", "1", "--out", "one", "--json", folder=folder)


def test_a_run_prints_json_and_leaves_a_result(first: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = first
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["seed"], said["replicates"], said["complete"]) == (5, 2, True)
    assert {row["pair"] for row in said["rows"]} >= {"Russia-China", "Russia-West"}
    assert {row["quantity"] for row in said["rows"]} == {"volume", "share"}
    assert is_result(folder / "one") and (folder / "one" / "run.log").stat().st_size > 0
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert events[0] == "start" and events[-1] == "done" and "progress" in events


def test_two_processes_write_the_same_bytes_and_another_seed_others(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = first
    done = command(*RUN, "--seed", "5", "--jobs", "2", "--out", "two", "--quiet", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Russia-China" in done.stdout and "2022-2023" in done.stdout
    assert main([*RUN, "--seed", "6", "--quiet", "--out", str(folder / "three")]) == 0
    one, two, three = ((folder / name / "series.csv").read_bytes() for name in ("one", "two", "three"))
    assert one == two != three
    for name in ("series.parquet", "spells.parquet", "scenario.resolved.toml"):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()


def test_an_existing_folder_is_refused_before_anything_runs(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = first
    before = (folder / "one" / "manifest.json").read_bytes()
    started = time.monotonic()
    assert main([*RUN, "--out", str(folder / "one")]) == 2
    assert time.monotonic() - started < 3.0
    assert (folder / "one" / "manifest.json").read_bytes() == before


def test_reproduce_says_identical_and_notices_damage(
    first: tuple[Path, subprocess.CompletedProcess[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = first
    assert main(["reproduce", str(folder / "one"), "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["identical"] is True
    log = folder / "one" / "series.csv"
    content = log.read_bytes()
    log.write_bytes(content[:-1])
    try:
        assert main(["reproduce", str(folder / "one"), "--quiet"]) == 1
        assert "damaged: series.csv" in capsys.readouterr().out
    finally:
        log.write_bytes(content)


def test_the_default_folder_and_a_drawn_seed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tiny.toml").write_text(TINY)
    for _ in range(2):
        assert main(["run", "tiny.toml", "--replicates", "1", "--no-figures", "--quiet", "--json"]) == 0
    decoder = json.JSONDecoder()
    out = capsys.readouterr().out
    one, end = decoder.raw_decode(out)
    two = json.loads(out[end:])
    assert one["seed"] != two["seed"]
    for said in (one, two):
        folder = Path(said["folder"])
        assert folder.parent == Path("results/tiny") and is_result(folder)
        assert f"seed = {said['seed']}" in (folder / "scenario.resolved.toml").read_text()


def test_figures_that_fail_cost_the_figures_only(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(folder: Path) -> None:
        raise ValueError("no ink")

    monkeypatch.setitem(sys.modules, "experiments.figures", SimpleNamespace(draw_run=fail))  # type: ignore[misc]
    (here / "tiny.toml").write_text(TINY)
    assert main(["run", "tiny.toml", "--replicates", "1", "--out", "run"]) == 3
    assert is_result(here / "run")
    assert "no ink" in capsys.readouterr().err


# --- killed and interrupted --------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_run_that_is_killed_leaves_nothing_that_passes_for_a_result(tmp_path: Path) -> None:
    """At random moments; the seed of the moments is fixed, the moments are not."""
    moments = random.Random(1)
    for number in range(4):
        run = subprocess.Popen(
            [*PROGRAM, *RUN, "--out", f"run{number}", "--quiet"],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(moments.uniform(0.5, 5.0))
        run.kill()
        code = run.wait()
        target = tmp_path / f"run{number}"
        assert is_result(target) == target.exists()
        assert code != 0 or is_result(target)
        if is_result(target):
            assert main(["reproduce", str(target), "--quiet"]) == 0
    assert all(path.name.startswith((".incomplete-", "run")) for path in tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_cleans_up(tmp_path: Path, how: signal.Signals, code: int) -> None:
    words = ["run", "classroom", *SMALL, "--replicates", "500", "--jobs", "2", "--out", "run"]
    with subprocess.Popen([*PROGRAM, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        while json.loads(run.stderr.readline())["event"] != "progress":
            pass
        run.send_signal(how)
        rest = run.stderr.read()
        assert run.wait(60) == code
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []


# --- what is quick -----------------------------------------------------------------------------------------------


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, experiments.cli.app; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not {"numpy", "numba", "pandas", "matplotlib", "mesa", "pydantic", "pyarrow"} & loaded


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for name in (
        "run",
        "compare",
        "sweep",
        "list",
        "show",
        "check",
        "new",
        "schema",
        "plot",
        "reproduce",
        "doctor",
        "bench",
    ):
        assert f" {name} " in out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("comity ")


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["show", "classroom"],
        ["check", "classroom"],
        ["schema"],
        ["doctor"],
        ["new", "mine", "--from", "hindcast"],
    ],
)
def test_json_in_every_command(here: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--json"]) == 0
    json.loads(capsys.readouterr().out)
    assert main(words if words[0] != "new" else ["new", "other", "--from", "hindcast"]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "clasroom"], "classroom"),
        (["run", "classroom", "--set", "world.institution=60"], "world.institutions"),
        (["run", "classroom", "--set", "nonsense"], "path.to.key=value"),
        (["run", "classroom", "--replicates", "0"], "--replicates"),
        (["run", "classroom", "--jobs", "many"], "--jobs"),
        (["run"], "SCENARIO"),
        (["ran"], "ran"),
        (["reproduce", "nowhere"], "nowhere"),
        (["plot", "."], "no result"),
        (["new", "hindcast", "--from", "classroom"], "packaged"),
        (["new", "../x", "--from", "classroom"], "name"),
        (["compare", "hindcast"], "two or more"),
    ],
)
def test_bad_input_is_explained_with_code_2(
    here: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    streams = capsys.readouterr()
    (line,) = streams.err.splitlines()
    error = json.loads(line)
    assert error["event"] == "error" and said in error["message"] and len(error["message"].splitlines()) <= 2
    assert streams.out == "" and list(here.iterdir()) == []


def test_check_names_each_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "good.toml").write_text('version = 1\nextends = "classroom"\n')
    (here / "typo.toml").write_text('version = 1\nextends = "classroom"\n[world]\ninstitution = 3\n')
    (here / "text.toml").write_text("this is not TOML")
    (here / "latin.toml").write_bytes(b"version = 1 # caf\xe9")
    files = ["good.toml", "typo.toml", "text.toml", "latin.toml", "none.toml"]
    assert main(["check", *files]) == 2
    out = capsys.readouterr().out
    assert "good.toml: ok" in out and all(name in out for name in files) and "did you mean 'institutions'" in out
    assert main(["check", *files, "--json"]) == 2
    assert [entry["ok"] for entry in json.loads(capsys.readouterr().out)] == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert main(["check", "good.toml"]) == 0


def test_a_new_scenario_is_good_and_never_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "mine", "--from", "hindcast"]) == 0
    text = (here / "scenarios/mine.toml").read_text()
    assert 'extends = "hindcast"' in text and "# [measures." in text
    assert main(["check", "mine", "scenarios/mine.toml"]) == 0
    assert main(["new", "mine", "--from", "hindcast"]) == 2
    assert main(["new", "beside", "--from", "scenarios/mine.toml"]) == 0
    capsys.readouterr()
    assert main(["check", "beside"]) == 0
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out.split("ok\n")[-1])
    assert [entry["name"] for entry in listed if entry["where"] == "local"] == ["beside", "mine"]


def test_an_unexpected_error_is_one_message_with_a_way_to_more(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import model.scenario

    def fail(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(model.scenario, "load_scenario", fail)
    monkeypatch.delenv("COMITY_TRACEBACK", raising=False)
    assert main(["show", "classroom"]) == 1
    error = capsys.readouterr().err
    assert "by nothing" in error and "COMITY_TRACEBACK" in error and "Traceback" not in error
    monkeypatch.setenv("COMITY_TRACEBACK", "1")
    assert main(["show", "classroom"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_doctor_finds_what_a_killed_run_left(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "results/hindcast/.incomplete-x-1234").mkdir(parents=True)
    assert main(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["leftovers"] == ["results/hindcast/.incomplete-x-1234"]
