"""Full disks while a sweep, a merge, an analysis or an export ends: what is said, and that no half of anything is left."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from short_sweeps import journalled, short

from experiments.cli import main
from experiments.results import damage, is_result

WITHOUT = "cannot be written: No space left on device"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder with a sweep of six runs in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.toml").write_text(short(3, replicates=2))
    return tmp_path


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_merge_that_cannot_be_written_leaves_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for first in (0, 3):
        words = ["--subset", f"{first}:{first + 3}", "--out", f"from-{first}", "--jobs", "1", "--quiet"]
        assert main(["sweep", "short.toml", *words]) == 0
    before = set(here.iterdir())

    with monkeypatch.context() as patched:
        patched.setattr("experiments.sweeping.merging.write_part", full_disk)
        assert main(["merge", "from-0", "from-3", "--out", "all", "--quiet"]) == 1
        patched.setattr("experiments.exporting.dataset.write_csv", full_disk)
        assert main(["export", "from-0", "--csv", "--out", "csv"]) == 1
    said = capsys.readouterr().err
    assert "all: cannot be written: No space left on device" in said and "csv: cannot be written" in said
    assert set(here.iterdir()) == before
    (here / "all").mkdir()
    assert main(["merge", "from-0", "from-3", "--out", "all", "--quiet"]) == 0
    assert main(["export", "all", "--csv", "--out", "csv"]) == 0
    assert main(["export", "all", "--csv", "--out", "csv", "--force"]) == 0
    assert len(list((here / "csv").iterdir())) == 3


LATE_WRITERS = ("experiments.results.manifest.write_manifest", "experiments.sweeping.result.write_csv")


@pytest.mark.parametrize("writer", LATE_WRITERS)
def test_a_merge_whose_last_files_cannot_be_written_leaves_nothing(
    here: Path, writer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _grid(here)
    for first in (0, 2):
        words = ["--subset", f"{first}:{first + 2}", "--out", f"from-{first}", "--jobs", "1", "--quiet"]
        assert main(["sweep", "short.toml", *words]) == 0
    before = set(here.iterdir())
    with monkeypatch.context() as patched:
        patched.setattr(writer, full_disk)
        assert main(["merge", "from-0", "from-2", "--out", "all", "--quiet"]) == 1
    said = json.loads(capsys.readouterr().err)["message"]
    assert said.startswith("all: cannot be written: No space left on device\n  nothing was left there: make room")
    assert set(here.iterdir()) == before
    assert main(["merge", "from-0", "from-2", "--out", "all", "--quiet", "--no-figures"]) == 0
    assert damage(here / "all") == [] and (here / "all/summary.csv").is_file()


@pytest.mark.parametrize("writer", LATE_WRITERS)
def test_a_sweep_whose_last_files_cannot_be_written_goes_on(
    here: Path, writer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _grid(here)
    words = ["sweep", "short.toml", "--out", "out", "--jobs", "1", "--quiet", "--no-figures"]
    with monkeypatch.context() as patched:
        patched.setattr(writer, full_disk)
        assert main(words) == 1
    said = json.loads(capsys.readouterr().err)["message"]
    assert said.startswith("out: cannot be written: No space left on device\n  what is done is kept: make room")
    assert not is_result(here / "out")
    assert main([*words, "--resume"]) == 0
    assert damage(here / "out") == [] and len(journalled(here / "out")) == 4


def _grid(here: Path) -> None:
    """A sweep of four runs that has a summary."""
    text = short(0, replicates=2, values="levels = [0.0, 2.0]", design='kind = "grid"')
    (here / "short.toml").write_text(text.replace('range = "assumed"', "levels = [12.0]"))


def test_a_figure_that_cannot_be_written_leaves_no_half_of_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from matplotlib.figure import Figure

    def half(figure: Figure, path: Path, **_: object) -> None:
        path.write_text("<svg")
        full_disk()

    _grid(here)
    monkeypatch.setattr(Figure, "savefig", half)
    assert main(["sweep", "short.toml", "--out", "out", "--jobs", "1"]) == 3
    assert "No space left on device" in capsys.readouterr().err
    assert is_result(here / "out") and damage(here / "out") == [] and not list((here / "out").rglob("*.svg"))


@pytest.mark.parametrize(
    "writer", ["experiments.results.manifest.write_manifest", "experiments.analysing.writing.write_csv"]
)
def test_an_analysis_that_cannot_be_written_leaves_nothing(
    here: Path, writer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _grid(here)
    assert main(["sweep", "short.toml", "--out", "out", "--jobs", "1", "--quiet", "--no-figures"]) == 0
    before = set(here.iterdir())
    words = ["analyse", "out", "--out", "said", "--quiet", "--no-figures"]
    with monkeypatch.context() as patched:
        patched.setattr(writer, full_disk)
        assert main(words) == 1
    said = json.loads(capsys.readouterr().err)["message"]
    assert said.startswith(f"{here / 'said'}: {WITHOUT}\n  nothing was left there: make room"), said
    assert set(here.iterdir()) == before
    assert main(words) == 0 and damage(here / "said") == []


def test_an_error_that_is_no_full_disk_is_not_said_to_be_one(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _grid(here)
    assert main(["sweep", "short.toml", "--out", "out", "--jobs", "1", "--quiet", "--no-figures"]) == 0

    def fails(*_: object) -> None:
        raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")

    monkeypatch.setattr("experiments.analysing.writing.write_csv", fails)
    assert main(["analyse", "out", "--out", "said", "--quiet", "--no-figures"]) == 1
    assert "cannot be written" not in capsys.readouterr().err and not (here / "said").exists()
