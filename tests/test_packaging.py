"""The built distribution: it holds all that it needs, and works from its own place, away from the working copy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Beside code, every file below these folders is needed at run time.
DATA = {
    "model/data": "model/data",
    "model/parameters": "model/parameters",
    "scenarios": "model/scenario/packaged",
    "experiments/teach/page": "experiments/teach/page",
}


def run(*words: str | Path, folder: Path) -> str:
    """Standard output of a command that must succeed, away from the working copy and its environment."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        [*map(str, words)], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, so that this is complete as well."""
    folder = tmp_path_factory.mktemp("dist")
    run("uv", "build", "--quiet", "--out-dir", folder, folder=ROOT)
    (built,) = folder.glob("*.whl")
    assert len(list(folder.glob("*.tar.gz"))) == 1
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with the wheel; its dependencies are those of this environment.

    A line in a .pth file shows it this environment's packages, but not the editable install among them: .pth files in
    a folder that was added this way are not read.
    """
    folder = tmp_path_factory.mktemp("installed") / "env"
    run("uv", "venv", "--quiet", "--python", sys.executable, folder, folder=folder.parent)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run("uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel, folder=folder.parent)
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder).strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_the_wheel_holds_code_data_parameters_and_scenarios(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for source, target in DATA.items():
            files = [path for path in (ROOT / source).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
            assert files
            for path in files:
                inside = f"{target}/{path.relative_to(ROOT / source).as_posix()}"
                assert archive.read(inside) == path.read_bytes(), inside
    for package in ("model", "experiments"):
        for path in (ROOT / package).rglob("*.py"):
            assert path.relative_to(ROOT).as_posix() in names
    assert any(name.startswith("model/scenario/packaged/experiments/") for name in names)
    assert any(name.endswith(".mplstyle") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"model", "experiments"}
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names)


def test_the_installed_command_finds_what_is_packaged(python: Path, tmp_path: Path) -> None:
    environment = python.parents[1]
    listed = json.loads(run(python, "-m", "experiments.cli", "list", "--json", folder=tmp_path))
    named = {entry["name"]: entry for entry in listed}
    assert set(named) >= {path.stem for path in (ROOT / "scenarios").glob("*.toml")}
    for entry in listed:
        assert entry["error"] == "" and entry["question"], entry
        assert environment in Path(entry["path"]).parents, entry
    sweeps = sorted(path.stem for path in (ROOT / "scenarios/experiments").glob("*.toml"))
    checked = run(python, "-m", "experiments.cli", "check", *sorted(named), *sweeps, folder=tmp_path)
    assert checked.count(": ok\n") == len(named) + len(sweeps)
    presets = json.loads(run(python, "-m", "experiments.cli", "measures", "--json", folder=tmp_path))
    assert len(presets) == 28
    shown = run(python, "-m", "experiments.cli", "measures", "show", "joint-call", folder=tmp_path)
    assert "[measures.joint-call]" in shown and "6 of 90" in shown


def test_the_installed_code_is_the_wheel_s_own(python: Path, tmp_path: Path) -> None:
    code = (
        "import experiments, model, importlib.metadata as m; from model.tables import PACKAGED, read_tables; "
        "from model.parameters import parameter_table; from model.parameters.table import TABLE; "
        "print(model.__file__, experiments.__file__, PACKAGED, TABLE, sep='\\n'); "
        "print(m.version('comity') == model.__version__, len(parameter_table()) > 50, len(read_tables().copublications) > 2000)"
    )
    *paths, last = run(python, "-c", code, folder=tmp_path).splitlines()
    assert all(python.parents[1] in Path(path).parents for path in paths), paths
    assert last == "True True True"


def test_the_installed_program_runs_by_its_name(python: Path, tmp_path: Path) -> None:
    program = python.with_name("comity.exe" if os.name == "nt" else "comity")
    assert run(program, "--version", folder=tmp_path).startswith("comity ")
    assert "institutions = 120" in run(program, "show", "classroom", folder=tmp_path)
    run(program, "new", "mine", "--from", "hindcast", folder=tmp_path)
    assert 'extends = "hindcast"' in (tmp_path / "scenarios/mine.toml").read_text(encoding="utf-8")
