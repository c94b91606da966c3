"""Exports: the network and the event log for other programs, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.exporting import snapshot_graph
from experiments.exporting.graph import snapshot_dates
from experiments.results import Result, open_result
from model.world import World, build_world

SETTINGS = (
    "world.institutions=60", "time.start=2008-01-01", "time.show_from=2010-01-01", "time.end=2014-01-01",
    "record.snapshots=[2012-01-01, 2014-01-01]", "record.decisions=true", "run.seed=3",
)  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("export") / "run"
    words = [word for setting in SETTINGS for word in ("--set", setting)]
    run = ["run", "classroom", *words, "--replicates", "2", "--jobs", "1", "--no-figures", "--quiet"]
    assert main([*run, "--out", str(folder)]) == 0
    return open_result(folder)


@pytest.fixture(scope="module")
def world(result: Result) -> World:
    return build_world(result.scenario)


def test_graphml_comes_back_through_networkx(result: Result, world: World, tmp_path: Path) -> None:
    words = ["export", str(result.folder), "--format", "graphml", "--replicate", "1", "--out", str(tmp_path / "g")]
    assert main(words) == 0
    days = snapshot_dates(result, 1)
    assert [day.isoformat() for day in days] == ["2011-12-31", "2013-12-31"]
    for day in days:
        written = nx.read_graphml(tmp_path / "g" / f"network-{day.isoformat()}.graphml")
        graph = snapshot_graph(result, world, 1, day)
        assert dict(written.nodes(data=True)) == dict(graph.nodes(data=True))
        assert {frozenset(e[:2]): e[2] for e in written.edges(data=True)} == {
            frozenset(e[:2]): e[2] for e in graph.edges(data=True)
        }
        assert written.number_of_nodes() == world.n
        assert written.number_of_edges() > 0
        assert all(written.nodes[a]["country"] != written.nodes[b]["country"] for a, b in written.edges)


def test_waves_are_symmetric_matrices_in_the_order_of_the_actors(result: Result, world: World, tmp_path: Path) -> None:
    assert main(["export", str(result.folder), "--format", "waves", "--out", str(tmp_path)]) == 0
    actors = pd.read_csv(tmp_path / "actors.csv")
    assert tuple(actors["name"]) == world.names
    for day in snapshot_dates(result, 0):
        wave = np.loadtxt(tmp_path / f"wave-{day.isoformat()}.txt", dtype=int)
        graph = snapshot_graph(result, world, 0, day)
        assert (wave == wave.T).all()
        assert set(np.unique(wave)) == {0, 1}
        assert wave.sum() == 2 * graph.number_of_edges()
        a, b = next(iter(graph.edges))
        assert wave[world.names.index(a), world.names.index(b)] == 1


def test_ties_have_every_partnership_and_everyone_without_one(result: Result, world: World, tmp_path: Path) -> None:
    assert main(["export", str(result.folder), "--format", "ties", "--replicate", "1", "--out", str(tmp_path)]) == 0
    ties = pd.read_csv(tmp_path / "ties.csv", dtype=str, keep_default_na=False)
    for day in snapshot_dates(result, 1):
        graph, rows = snapshot_graph(result, world, 1, day), ties[ties["date"] == day.isoformat()]
        paired = rows[rows["b"] != ""]
        assert {frozenset(pair) for pair in zip(paired["a"], paired["b"], strict=True)} == set(
            map(frozenset, graph.edges)
        )
        assert len(paired) == graph.number_of_edges()
        assert set(rows["a"]) | set(paired["b"]) == set(world.names)
        assert dict(zip(rows["a"], rows["country_a"], strict=True)).items() <= dict(graph.nodes(data="country")).items()


def test_decisions_and_spells_tell_the_same_story(result: Result, tmp_path: Path) -> None:
    """Every end by choice is in both; accepted proposals are at least the partnerships that ended since."""
    log, spells = result.decisions, result.spells
    assert log["time"].min() >= 2010.0
    assert (log.groupby("replicate")["time"].diff().dropna() > 0).all()
    assert log.loc[log["action"] == "end", "accepted"].all()
    ends = log[log["action"] == "end"][["replicate", "time"]].reset_index(drop=True)
    chosen = spells[(spells["reason"] == "chosen") & (spells["end"] >= 2010.0)]
    chosen = chosen[["replicate", "end"]].rename(columns={"end": "time"}).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        ends.sort_values(["replicate", "time"], ignore_index=True),
        chosen.sort_values(["replicate", "time"], ignore_index=True),
        check_dtype=False,
    )
    # what programmes place at the start of a quarter nobody proposed
    begun = spells[(spells["start"] >= 2010.0) & (spells["start"] % 0.25 != 0.0)]
    accepted = set(
        zip(*(log.loc[(log["action"] == "propose") & log["accepted"], c] for c in ("replicate", "time")), strict=True)
    )
    assert set(zip(begun["replicate"], begun["start"], strict=True)) <= accepted
    pace = result.series[result.series["indicator"] == "network.acceptance"]
    share = log[(log["action"] == "propose") & (log["time"] < 2011.0)].groupby("replicate")["accepted"].mean()
    first = pace[pace["date"].dt.year == 2010].set_index("replicate")["value"]
    assert share.to_dict() == pytest.approx(first.to_dict())
    for name, frame in (("decisions", log), ("spells", spells)):
        assert main(["export", str(result.folder), "--format", name, "--out", str(tmp_path / name)]) == 0
        assert len(pd.read_csv(tmp_path / name / f"{name}.csv")) == len(frame)


def test_the_twin_logs_what_the_plain_engine_logs() -> None:
    from model import load_scenario, simulate

    short = [*SETTINGS, "time.end=2011-01-01", "record.snapshots=[]"]
    twin, plain = (
        simulate(load_scenario("classroom", [*short, f'run.engine="{e}"']), replicates=1) for e in ("twin", "plain")
    )
    assert len(plain.decisions) > 0
    pd.testing.assert_frame_equal(twin.decisions, plain.decisions)


def test_logging_changes_nothing_else(result: Result) -> None:
    from model import load_scenario, simulate

    settings = [*SETTINGS, "run.replicates=2"]
    off = simulate(load_scenario("classroom", [*settings, "record.decisions=false"]))
    on = simulate(load_scenario("classroom", settings))
    pd.testing.assert_frame_equal(off.series, on.series)
    assert off.decisions.empty


def test_a_result_with_decisions_is_reproduced(result: Result, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", str(result.folder), "--json", "--quiet", "--jobs", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["identical"] is True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "graphml", "--replicate", "9"], "replicates 0 to 1"),
        (["--format", "gexf"], "graphml"),
        (["--format", "waves", "--out", "{file}"], "no folder"),
        (["--format", "waves", "--out", "{full}"], "not empty"),
    ],
)
def test_what_cannot_be_exported_is_explained(
    result: Result, tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, full = tmp_path / "file", tmp_path / "full"
    file.write_text("x")
    full.mkdir()
    (full / "mine").write_text("x")
    chosen = [word.format(file=file, full=full) for word in words]
    if "--out" not in chosen:
        chosen += ["--out", str(tmp_path / "out")]
    assert main(["export", str(result.folder), *chosen]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--csv"], "holds neither a sweep nor a run\n  allowed: a folder that `comity sweep` or `comity run` wrote"),
        (["--format", "ties"], "holds no run\n  allowed: a folder that `comity run` wrote"),
    ],
)
def test_a_folder_that_holds_nothing_of_comity_is_told(
    tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_text("mine")
    assert main(["export", str(tmp_path / "other"), *words, "--out", str(tmp_path / "out")]) == 2
    assert said in json.loads(capsys.readouterr().err)["message"]
    assert main(["export", str(tmp_path / "none"), *words, "--out", str(tmp_path / "out")]) == 2
    assert "is no folder" in json.loads(capsys.readouterr().err)["message"]
    assert not (tmp_path / "out").exists()


def test_decisions_that_were_not_kept_are_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [w for s in (*SETTINGS, "record.decisions=false", "record.snapshots=[]") for w in ("--set", s)]
    run = ["run", "classroom", *words, "--replicates", "1", "--jobs", "1", "--no-figures", "--quiet"]
    assert main([*run, "--out", str(tmp_path / "run")]) == 0
    for name, said in (("decisions", "record.decisions=true"), ("waves", "record.snapshots")):
        assert main(["export", str(tmp_path / "run"), "--format", name, "--out", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err
