"""Queries over a sweep: what they give, what they cannot reach, and how faults are told; the dataset as CSV."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent / "analysing"))

from known_sweeps import grid_of, write_sweep

from experiments.cli import main
from experiments.errors import ExperimentError
from experiments.exporting.dataset import MOST_ROWS, too_long
from experiments.querying import TABLES, ask
from experiments.sweeping.dataset import open_dataset

LABEL = 'works, "joint" and it\'s share'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grid of 2 x 200 points with 2 replicates, in four parts; run 5 failed, and one outcome is undefined at b = 0."""
    factors, rows = grid_of(a=["low", "high"], b=[float(k) for k in range(200)])
    outcomes = {
        "ties": lambda a, b, k: 10.0 * (a == "high") + b + 0.25 * k,
        LABEL: lambda a, b, k: np.where(b == 0, np.nan, 1.0 / np.maximum(b, 1.0)),
    }
    return write_sweep(tmp_path_factory.mktemp("asked") / "sweep", factors, rows, outcomes, replicates=2, failed=[5])


def refused(folder: Path, sql: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The message of a query that is bad input."""
    assert main(["query", str(folder), sql]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return str(json.loads(captured.err)["message"])


# --- what queries give -----------------------------------------------------------------------------------------------


def test_the_tables_have_the_columns_that_are_documented(folder: Path) -> None:
    for table, (_, columns) in TABLES.items():
        found = ask(folder, f"select * from {table} limit 1").columns
        assert set(found) >= {name for name, _ in columns}
    assert ask(folder, "select * from runs limit 1").columns[-2:] == ("ties", LABEL)
    assert ask(folder, "select * from design limit 1").columns == ("point", "a", "b", "scenario_sha256")


def test_all_parts_are_there_once(folder: Path) -> None:
    assert ask(folder, "select count(*), count(distinct run), min(run), max(run) from runs").rows == (
        (800, 800, 0, 799),
    )
    assert ask(folder, "select count(*), count(value) from outcomes").rows == ((1600, 1600 - 2 - 4),)


def test_means_by_level_are_those_of_pandas(folder: Path) -> None:
    answer = ask(folder, "select a, avg(ties) as mean from runs join design using (point) group by a order by a")
    dataset = open_dataset(folder)
    by_hand = dataset.runs().merge(dataset.design, on="point").groupby("a")["ties"].mean()
    assert dict(answer.rows) == pytest.approx(by_hand.to_dict())
    assert (answer.columns, answer.numeric) == (("a", "mean"), (False, True))


def test_failed_runs_and_undefined_values_are_null(folder: Path) -> None:
    assert ask(folder, "select status, reason, ties from runs where run = 5").rows == (
        ("failed", "made to fail", None),
    )
    rows = ask(folder, "select outcome, value, unit from outcomes where run = 0").rows
    assert rows == (("ties", 0.0, "partnerships"), (LABEL, None, "partnerships"))


def test_json_csv_and_a_table_say_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "select a, count(*) as runs, sum(ties) as total, null as nothing from runs join design using (point) group by a order by a"
    assert main(["query", str(folder), sql, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["runs"] for row in found] == [400, 400] and found[0]["nothing"] is None
    assert main(["query", str(folder), sql, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [float(row["total"]) for row in rows] == [row["total"] for row in found]
    assert rows[0]["nothing"] == ""
    assert main(["query", str(folder), sql]) == 0
    out = capsys.readouterr().out
    assert "high" in out and "2 rows" in out


def test_decimals_dates_and_lists_become_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "select 1.50::decimal(6, 2) as d, date '2022-02-24' as day, [1, 2] as l, 'NaN'::double as n, 10::hugeint as h"
    assert main(["query", str(folder), sql, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"d": 1.5, "day": "2022-02-24", "l": [1, 2], "n": None, "h": 10}]


def test_outcomes_named_by_words_of_the_language_keep_their_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    factors, rows = grid_of(a=[0.0, 1.0])
    outcomes = {
        name: lambda a, k, add=add: a + add for add, name in enumerate(("order", "end", "true", "all", "plain"))
    }
    folder = write_sweep(tmp_path / "s", factors, rows, outcomes)
    found = ask(folder, "select outcome, value from outcomes where point = 1").rows
    assert found == (("order", 1.0), ("end", 2.0), ("true", 3.0), ("all", 4.0), ("plain", 5.0))
    assert ask(folder, 'select "end", plain from runs where point = 0').rows == ((1.0, 4.0),)
    assert 'reason, "order", "end", "true", "all", plain;' in refused(folder, "select nothing from runs", capsys)


def test_a_sweep_that_goes_on_can_be_asked(tmp_path: Path) -> None:
    factors, rows = grid_of(a=[0.0, 1.0, 2.0])
    part = write_sweep(tmp_path / "s", factors, rows, {"y": lambda a, k: a + k}, replicates=2, until=3)
    assert ask(part, "select count(*) from runs").rows == ((3,),)


@pytest.mark.parametrize("harm", ["a byte turned", "cut short", "gone", "design cut short"])
@pytest.mark.parametrize(
    "words", [["query", "{s}", "select sum(ties) from runs"], ["analyse", "{s}"], ["export", "{s}", "--csv"]]
)
def test_a_damaged_dataset_is_read_by_no_command(
    folder: Path, tmp_path: Path, harm: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    swept = shutil.copytree(folder, tmp_path / "s")
    part = swept / ("design.parquet" if harm.startswith("design") else "data/part-000256-000511.parquet")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    if harm == "gone":
        part.unlink()
    else:
        part.write_bytes(content if harm == "a byte turned" else content[: len(content) // 2])
    options = ["--out", str(tmp_path / "out")] if words[0] != "query" else []
    assert main([*(word.format(s=swept) for word in words), *options]) == 2
    said = json.loads(capsys.readouterr().err.splitlines()[-1])["message"]
    assert said.startswith(f"{swept}: {part.name} is {'missing' if harm == 'gone' else 'damaged'}\n")
    assert ("--resume" in said) != harm.startswith("design") and not (tmp_path / "out").exists()


# --- what queries cannot do --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{secret}')",
        "select * from read_text('{secret}')",
        "select * from read_blob('{secret}')",
        "select * from '{secret}'",
        "select * from read_parquet('{other}')",
        "select * from glob('{folder}/*')",
        "select (select count(*) from read_csv('{secret}')) from runs",
        "explain analyze select * from read_csv('{secret}')",
    ],
)
def test_no_other_file_is_read(folder: Path, tmp_path: Path, sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    secret, other = tmp_path / "secret.csv", tmp_path / "other.parquet"
    secret.write_text("word\nhidden\n")
    pd.DataFrame({"word": ["hidden"]}).to_parquet(other)
    message = refused(folder, sql.format(secret=secret, other=other, folder=tmp_path), capsys)
    assert "hidden" not in message and "no other file is opened" in message


@pytest.mark.parametrize(
    "sql",
    [
        "copy runs to '{target}'", "copy (select 1) to '{folder}/new.parquet'", "export database '{target}'",
        "attach '{target}' as other", "create table mine as select 1", "create view mine as select 1",
        "insert into runs select * from runs", "delete from design", "drop view runs", "set enable_external_access = true",
        "reset lock_configuration", "install httpfs", "load httpfs", "pragma database_list", "checkpoint",
        "prepare q as select 1", "call pragma_version()", "use memory", "vacuum",
    ],
)  # fmt: skip
def test_nothing_is_written_or_changed(
    folder: Path, tmp_path: Path, sql: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    message = refused(folder, sql.format(target=tmp_path / "target", folder=folder), capsys)
    assert "the dataset is only read" in message
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select * from rns", "did you mean 'runs'"),
        ("select foo from runs", 'columns of runs: run, point, replicate, seed, status, reason, ties, "works'),
        ("selct 1", "syntax error"),
        ("", "there is no statement"),
        ("select 1; select 2", "2 statements stand there"),
        ("select 1/ from runs", "syntax error"),
        ("select ties + a from runs join design using (point)", "query:"),
        ("select cast(a as double) from design", "Could not convert"),
    ],
)
def test_a_wrong_query_is_explained(folder: Path, sql: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(folder, sql, capsys)
    assert says in message and "Traceback" not in message and "allowed" in message


def test_a_folder_of_something_else_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "comity sweep" in refused(tmp_path, "select 1", capsys)
    assert main(["query", str(tmp_path), "select 1", "--csv", "--json"]) == 2


def test_without_duckdb_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ExperimentError, match="query extra"):
        ask(folder, "select 1")


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_the_dataset_is_exported_as_csv(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(folder), "--csv", "--out", str(tmp_path / "csv")]) == 0
    assert [Path(line).name for line in capsys.readouterr().out.splitlines()] == [
        "design.csv",
        "runs.csv",
        "outcomes.csv",
    ]
    design, runs, long = (pd.read_csv(tmp_path / "csv" / f"{name}.csv") for name in ("design", "runs", "outcomes"))
    dataset = open_dataset(folder)
    assert (len(design), len(runs), len(long)) == (400, 800, 1600)
    assert list(runs.columns) == ["run", "point", "a", "b", "replicate", "seed", "status", "reason", "ties", LABEL]
    assert runs["ties"].to_numpy() == pytest.approx(dataset.runs()["ties"].to_numpy(), nan_ok=True, abs=0.0)
    joined = runs.merge(design, on="point")
    assert (joined["a_x"] == joined["a_y"]).all() and (joined["b_x"] == joined["b_y"]).all()
    ties = long[long["outcome"] == "ties"]
    assert ties["run"].tolist() == runs["run"].tolist()
    assert ties["value"].to_numpy() == pytest.approx(runs["ties"].to_numpy(), nan_ok=True, abs=0.0)
    assert set(long["unit"]) == {"partnerships"}


def test_what_a_sweep_cannot_be_exported_as_is_explained(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert main(["export", str(folder), "--format", "graphml", *out]) == 2
    assert "--csv" in capsys.readouterr().err
    assert main(["export", str(folder), *out]) == 2
    assert "no format is given" in capsys.readouterr().err
    assert main(["export", str(folder), "--csv", "--format", "ties", *out]) == 2
    assert not (tmp_path / "out").exists()


def test_users_of_excel_are_told_what_does_not_fit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = open_dataset(folder)
    assert too_long(dataset) == ""
    monkeypatch.setitem(dataset.identity, "runs", MOST_ROWS - 1)
    assert too_long(dataset).startswith("outcomes.csv has more rows")
    monkeypatch.setitem(dataset.identity, "runs", MOST_ROWS)
    assert too_long(dataset).startswith("runs.csv and outcomes.csv have")
