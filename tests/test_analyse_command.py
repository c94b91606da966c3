"""`comity analyse` on sweeps that were run: from the command to the files, exit codes, faults."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from short_sweeps import short

from experiments.cli import main
from experiments.results import damage, read_manifest
from experiments.sweeping.dataset import open_dataset
from experiments.sweeping.parts import Span, write_part


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Sobol design over two factors, 16 base points without second order, 2 replicates: 128 short runs."""
    folder = tmp_path_factory.mktemp("swept")
    text = short(0, replicates=2, design='kind = "sobol"\nbase = 16\nsecond_order = false')
    (folder / "short.toml").write_text(text)
    words = [
        "sweep",
        str(folder / "short.toml"),
        "--out",
        str(folder / "sweep"),
        "--jobs",
        "1",
        "--quiet",
        "--no-figures",
    ]
    assert main(words) == 0
    return folder / "sweep"


@pytest.fixture(scope="module")
def analysed(swept: Path) -> Path:
    """Its analysis, with figures."""
    target = swept.parent / "analysed"
    assert main(["analyse", str(swept), "--out", str(target), "--quiet"]) == 0
    return target


def test_the_result_is_whole_and_names_its_sweep(analysed: Path, swept: Path) -> None:
    manifest = read_manifest(analysed)
    assert manifest["kind"] == "analysis" and damage(analysed) == []
    assert manifest["sweep"]["name"] == open_dataset(swept).identity["name"] and manifest["sweep"]["folder"] == str(
        swept
    )
    names = {path.name for path in analysed.iterdir()}
    assert {"analysis.json", "sobol.csv", "effects.csv", "luck.csv", "surrogates.csv", "figures"} <= names
    assert {"ties-sobol.png", "ties-tornado.svg"} <= {path.name for path in (analysed / "figures").iterdir()}


def test_tables_and_json_say_the_same(analysed: Path) -> None:
    content = json.loads((analysed / "analysis.json").read_text())
    assert (content["design"], content["points"], content["replicates"]) == ("sobol", 64, 2)
    assert content["complete"] is True
    for name, rows in content["tables"].items():
        table = pd.read_csv(analysed / f"{name}.csv")
        assert len(table) == len(rows) and list(table.columns) == list(rows[0])
    sobol = {(row["outcome"], row["order"], row["factors"]): row["index"] for row in content["tables"]["sobol"]}
    # the ties of a small world hang on how often there are opportunities, and its density as well
    assert sobol["degree", "total", "opportunity"] > 0.8 > 0.2 > sobol["degree", "total", "mobility"]


def test_the_sweep_itself_is_not_touched(swept: Path, analysed: Path) -> None:
    assert damage(swept) == []


def test_the_same_dataset_gives_the_same_analysis(
    swept: Path, analysed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = swept.parent / "again"
    assert main(["analyse", str(swept), "--out", str(again), "--quiet", "--no-figures", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (again / "analysis.json").read_bytes() == (analysed / "analysis.json").read_bytes()
    assert not (again / "figures").exists()
    assert {key: value for key, value in said.items() if key != "folder"} == json.loads(
        (again / "analysis.json").read_text()
    )


def test_words_for_people(swept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["analyse", str(swept), "--outcome", "ties", "--case", "ties < 100", "--no-figures", "--quiet"]
    assert main([*words, "--out", str(tmp_path / "a")]) == 0
    out = capsys.readouterr().out
    assert "ties, partnerships (sobol, 64 points, 2 replicates)" in out and "degree" not in out
    assert "total less noise" in out and "Not given: PRIM, ties < 100" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--outcome", "tied"], "did you mean 'ties'"),
        (["--case", "ties"], "is no case"),
        (["--lower-is-better", "works"], "there is no outcome 'works'"),
        (["--out", "{swept}"], "is there already"),
    ],
)
def test_faults_are_explained(
    swept: Path, tmp_path: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = [word.format(swept=swept) for word in words]
    out = [] if "--out" in chosen else ["--out", str(tmp_path / "a")]
    assert main(["analyse", str(swept), *chosen, *out, "--quiet"]) == 2
    assert says in json.loads(capsys.readouterr().err)["message"]
    assert list(tmp_path.iterdir()) == []


def test_folders_of_something_else_are_explained(
    tmp_path: Path, analysed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path, tmp_path / "nothing", analysed):
        assert main(["analyse", str(folder), "--quiet"]) == 2
        assert "comity sweep" in json.loads(capsys.readouterr().err)["message"]


def test_a_sweep_with_holes_ends_with_exit_code_3(
    swept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    import pyarrow.parquet as pq

    torn = tmp_path / "torn"
    shutil.copytree(swept, torn)
    (part,) = (torn / "data").glob("*.parquet")
    table = pq.read_table(part)
    columns = table.to_pydict()
    for run in (6, 7):  # both replicates of point 3
        columns["status"][run], columns["reason"][run] = "failed", "FloatingPointError: overflow"
        columns["ties"][run] = columns["degree"][run] = None
    write_part(torn, Span(0, 128), table.from_pydict(columns, schema=table.schema))
    assert main(["analyse", str(torn), "--out", str(tmp_path / "a"), "--no-figures", "--quiet", "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["complete"] is False and "sobol" not in said["tables"]
    assert {row["reason"].split(";")[0] for row in said["tables"]["refused"] if row["because"] == "holes"} == {
        "1 of 64 design points have no value, which tears 1 of 16 blocks of the sample"
    }
    assert main(["analyse", str(torn), "--out", str(tmp_path / "b"), "--no-figures", "--quiet", "--whole-blocks"]) == 3
    assert "15 whole blocks are too few" in capsys.readouterr().out
