"""Checkpoints: a run in two parts is the whole run, files that are not whole are refused, and so are false branches."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.cli import main
from experiments.results import open_result
from experiments.runner import Progress, run_scenario, run_scenarios, run_to_checkpoint
from model import checkpoint as checkpoints
from model.checkpoint import Checkpoint, branch, load, save
from model.dynamics.state import SPELLS
from model.errors import InputError
from model.partnership_model import PartnershipModel
from model.scenario import Scenario, load_scenario
from model.scenario.measure import Measure
from model.world import World, build_world

DAY = date(2022, 2, 24)
TINY = ["world.institutions=45", "time.start=2020-01-01", "time.show_from=2021-01-01", "time.end=2023-01-01"]
MEASURES: dict[str, dict[str, Any]] = {
    "cut": {"start": date(2010, 8, 11), "end": date(2011, 5, 4), "effects": {"meeting": 0.4, "opportunity": 0.5}},
    "ramp": {"start": date(2010, 5, 3), "ramp_years": 1.0, "effects": {"meeting": 3.0, "maintenance": -1.0}},
    "ban": {"start": date(2010, 11, 10), "mode": "terminate", "wind_down_days": 80, "leakage": 0.3},
    "stop": {"start": date(2011, 1, 1), "mode": "no_renewal", "lag_years": 0.2, "leakage": 0.2, "compliance": 0.7},
    "listed": {"start": date(2010, 3, 1), "to": {"institutions": "listed"}, "mode": "freeze_new"},
    "call": {
        "start": date(2010, 2, 1),
        "projects": {"budget": 40_000.0, "cost": 1.0, "keys": 1, "pass_share": 0.7, "recall": 0.5, "term_years": 0.5},
    },
    "founding": {"start": date(2010, 8, 1), "projects": {"density": 0.3, "shape": "hub"}},
    "plan": {"start": date(2010, 5, 1), "projects": {"share": 0.3, "keys": 0}},
}
"""Every mode, a ramp, a lag, an end, a wind-down, lists, a change of the rate of opportunities, and every programme."""


def made(engine: str, **changes: object) -> Scenario:
    """A small busy world; popularity makes the bounds of the fast engine matter."""
    common = {"title": "a measure", "group": "restriction", "from": {"blocs": ["West"]}, "channel": "all"}
    return Scenario.model_validate(
        {
            "version": 1,
            "name": "small",
            "time": {"start": date(2010, 1, 1), "show_from": date(2010, 4, 1), "end": date(2012, 1, 1)},
            "world": {"institutions": 40},
            "run": {"seed": 5, "engine": engine, "replicates": 1},
            "record": {"every": "quarter", "decisions": True, "snapshots": [date(2010, 7, 1), date(2011, 4, 1)]},
            "parameters": {
                "formation": {"base": 0.5, "popularity": 0.2},
                "maintenance": {"base": 1.5},
                "contracts": {"median_months": 4.0},
            },
            "measures": {name: common | measure for name, measure in MEASURES.items()},
            **changes,
        }
    )


@lru_cache
def world() -> World:
    return build_world(made("fast"))


def model(of: Scenario) -> PartnershipModel:
    return PartnershipModel(of, world=world())


@lru_cache
def whole(engine: str) -> PartnershipModel:
    """The run that does not stop."""
    return model(made(engine)).run_to_end()


def same(one: PartnershipModel, other: PartnershipModel) -> None:
    """Everything that both keep is the same, bit for bit."""
    first, second = one.capture(), other.capture()
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert array.dtype == second[name].dtype and array.shape == second[name].shape, name
        assert array.tobytes() == second[name].tobytes(), name
    assert (one.time, one.steps, one.running, one.now) == (other.time, other.steps, other.running, other.now)


FIRST, LAST = date(2010, 1, 2), date(2011, 12, 31)
CRITICAL = [
    *(m["start"] + timedelta(k) for m in MEASURES.values() for k in (-1, 0, 1)), date(2010, 4, 1), date(2010, 7, 1),
    date(2011, 1, 1), date(2011, 1, 29), date(2011, 5, 4), FIRST, LAST,
]  # fmt: skip


# --- a run in two parts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["fast", "plain"])
@pytest.mark.parametrize("day", CRITICAL, ids=str)
def test_splitting_at_a_critical_date_changes_nothing(engine: str, day: date, tmp_path: Path) -> None:
    scenario = made(engine)
    stopped = model(scenario).run_to_date(day)
    assert stopped.now == day
    save(tmp_path / "c", Checkpoint(scenario, day, (stopped.capture(),)))
    loaded = load(tmp_path / "c")
    resumed = model(loaded.scenario).restore(loaded.moments[0])
    same(resumed, stopped)
    same(resumed.run_to_end(), whole(engine))
    same(stopped.run_to_end(), whole(engine))
    again = model(loaded.scenario).restore(loaded.moments[0])  # what was loaded is not used up
    same(again.run_to_end(), whole(engine))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.lists(st.dates(FIRST, LAST), min_size=1, max_size=4, unique=True), st.sampled_from(["fast", "plain"]))
def test_splitting_at_any_dates_changes_nothing(days: list[date], engine: str) -> None:
    run = model(made(engine))
    for day in sorted(days):
        run = model(made(engine)).restore(run.run_to_date(day).capture())
    same(run.run_to_end(), whole(engine))


def test_the_runs_that_are_split_show_all_that_measures_do() -> None:
    for run in (whole("fast"), whole("plain")):
        reasons = set(run.state.spell_whole[: run.state.counts[2], 6].tolist())
        assert reasons == {0, 1, 2}
        assert len(run.ledger.rows) == 7 and len(run.ledger.snapshots) == 2


@pytest.mark.parametrize("day", [date(2009, 1, 1), date(2010, 1, 1), date(2012, 1, 1)])
def test_a_date_outside_the_run_is_refused(day: date) -> None:
    with pytest.raises(InputError, match="until"):
        model(made("fast")).run_to_date(day)
    with pytest.raises(InputError, match="--until"):
        run_to_checkpoint(made("fast"), day, jobs=1)


def test_a_new_process_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    scenario, day = made("fast"), date(2010, 11, 20)
    save(tmp_path / "c", run_to_checkpoint(scenario, day, jobs=1))
    script = (
        "import sys, hashlib\nfrom pathlib import Path\nfrom model.checkpoint import load\n"
        "from model.partnership_model import PartnershipModel\nc = load(Path(sys.argv[1]))\n"
        "end = PartnershipModel(c.scenario).restore(c.moments[0]).run_to_end().capture()\n"
        "print(hashlib.sha256(b''.join(end[k].tobytes() for k in sorted(end))).hexdigest())\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "c")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100, check=True)
    end = whole("fast").capture()
    assert done.stdout.strip() == hashlib.sha256(b"".join(end[k].tobytes() for k in sorted(end))).hexdigest()


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of two replicates."""
    path = tmp_path_factory.mktemp("kept") / "c"
    save(path, run_to_checkpoint(made("fast", run={"seed": 5, "replicates": 2}), date(2010, 5, 20), jobs=1))
    return path


def test_a_file_keeps_all_and_the_same_content_gives_the_same_bytes(kept: Path, tmp_path: Path) -> None:
    loaded = load(kept)
    assert (loaded.day, len(loaded.moments)) == (date(2010, 5, 20), 2)
    assert any(not np.array_equal(loaded.moments[0][k], loaded.moments[1][k]) for k in loaded.moments[0])
    save(tmp_path / "again", loaded)
    assert (tmp_path / "again").read_bytes() == kept.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_an_existing_file_is_kept_unless_forced(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        save(path, load(kept))
    assert path.read_text() == "mine"
    save(path, load(kept), force=True)
    assert load(path).day == date(2010, 5, 20)
    for wrong in (tmp_path, tmp_path / "no" / "folder"):
        with pytest.raises(InputError, match="folder"):
            save(wrong, load(kept), force=True)


def test_a_flipped_bit_anywhere_is_refused(kept: Path, tmp_path: Path) -> None:
    content, rng = kept.read_bytes(), random.Random(1)
    start = content.index(b"\n")
    for place in [*range(start + 1), *(rng.randrange(len(content)) for _ in range(150))]:
        changed = bytearray(content)
        changed[place] ^= 1 << rng.randrange(8)
        (tmp_path / "c").write_bytes(changed)
        with pytest.raises(InputError, match=r"is damaged|is not a checkpoint|of the format"):
            load(tmp_path / "c")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: b"", "is not a checkpoint"),
        (lambda content: b"a,b\n1,2\n", "is not a checkpoint"),
        (lambda content: bytes(range(256)) * 9, "is not a checkpoint"),
        (lambda content: content[:30], "is not a checkpoint"),
        (lambda content: content[: len(content) // 2], "is damaged"),
        (lambda content: content[:-1], "is damaged"),
        (lambda content: content + b"\0", "is damaged"),
        (lambda content: content.replace(b"checkpoint 1 ", b"checkpoint 2 ", 1), 'version "2" of the format'),
    ],
)
def test_what_is_no_whole_file_is_refused(
    kept: Path, tmp_path: Path, change: Callable[[bytes], bytes], reason: str
) -> None:
    (tmp_path / "c").write_bytes(change(kept.read_bytes()))
    with pytest.raises(InputError, match=reason):
        load(tmp_path / "c")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "none")
    with pytest.raises(InputError, match="not a regular file"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("program_version", "9.9.9", "version 0.1.0 of Comity\n.*version 9.9.9"),
        ("code_hash", "f" * 64, "a model with sha256"),
        ("data_checksums", {"packaged/listings.csv": "0"}, "another table packaged/"),
    ],
)
def test_another_program_is_refused(
    kept: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object, reason: str
) -> None:
    monkeypatch.setattr(checkpoints, name, lambda *_: value)
    with pytest.raises(InputError, match=reason):
        load(kept)


# --- branches -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def begun() -> Checkpoint:
    """The hindcast on the eve of 24 February 2022, in a tiny world."""
    changes = ["run.seed=3", "run.replicates=2", "record.snapshots=[2021-04-01, 2021-07-01]"]
    return run_to_checkpoint(load_scenario("hindcast", [*TINY, *changes]), DAY, jobs=2)


def test_branches_are_the_whole_runs_of_their_scenarios(begun: Checkpoint) -> None:
    scenarios = [load_scenario(name, TINY) for name in ("hindcast", "no-2022")]
    told: list[Progress] = []
    runs = dict(run_scenarios(scenarios, jobs=2, begun=begun, on_progress=told.append))
    assert (told[-1].steps_done, told[-1].steps, told[-1].replicates_done) == (16, 16, 4)
    for place, run in runs.items():
        full = run_scenario(scenarios[place], seed=3, replicates=2, jobs=1)
        for name in ("series", "spells", "snapshots", "decisions", "programmes"):
            assert getattr(run, name).equals(getattr(full, name)), name
        assert (run.scenario, run.seed) == (full.scenario, 3)
    assert not runs[0].series["value"].equals(runs[1].series["value"])


def test_partnerships_keep_their_instrument_where_measures_stand_elsewhere() -> None:
    """The branch has two more measures, in front and in between, that begin after the date; the others change places."""
    scenario, day = made("fast"), date(2011, 6, 15)
    late = Measure.model_validate(
        {"title": "late", "group": "incentive", "start": day, "projects": {"density": 0.4}, "to": {"blocs": ["Russia"]}}
    )
    measures = dict(scenario.measures)
    others = {"first": late, **measures, "second": late}
    other = scenario.model_copy(update={"measures": others})
    kept = model(scenario).run_to_date(day).capture()
    gone_on = model(branch(Checkpoint(scenario, day, (kept,)), other)).restore(kept).run_to_end()
    full = model(other).run_to_end()
    same(gone_on, full)
    names = np.array(tuple(others))
    ended = full.state.spell_whole[: full.state.counts[SPELLS], 5]
    assert {"call", "founding", "plan"} & set(names[ended[ended >= 0]])
    assert full.state.placed[0] > 0 and np.array_equal(gone_on.state.placed, full.state.placed)


@pytest.mark.parametrize(
    ("settings_", "difference"),
    [
        (["world.institutions=46"], r"world.institutions: .* 45 in the checkpoint, 46 in hindcast"),
        (["world.seed=1"], "world.seed: .* 2026 .* 1 "),
        (["time.start=2019-01-01"], "time.start: .*2020-01-01.*2019-01-01"),
        (["time.show_from=2022-01-01"], "time.show_from"),
        (["time.end=2022-01-01"], "time.end: 2022-01-01 does not come after"),
        (["record.every=quarter"], 'record.every: .*"year".*"quarter"'),
        (["record.snapshots=[2021-10-01]"], "record.snapshots: .* \\[2021-10-01\\] in hindcast"),
        (["run.engine=plain"], "run.engine"),
        (["parameters.formation.same_bloc=0.123"], "parameters.formation.same_bloc: .* 0.123"),
        (["measures.sectoral-2014.enabled=false"], r"measures.sectoral-2014.enabled: .* true .* nothing in hindcast"),
        (["measures.sectoral-2014.effects.meeting=0.2"], "measures.sectoral-2014.effects.meeting: .* 0.2 "),
        (["measures.sectoral-2014.end=2022-02-23"], "measures.sectoral-2014.end: .*2022-02-23"),
        (["measures.cern-2022.start=2022-02-23"], "measures.cern-2022.enabled: .* nothing in the checkpoint, true"),
        (["inputs.damping=0.1"], "inputs.damping: .* 0.85 .* 0.1 "),
    ],
)
def test_what_differs_before_the_date_is_refused(begun: Checkpoint, settings_: list[str], difference: str) -> None:
    changed = load_scenario("hindcast", [*TINY, *settings_])
    with pytest.raises(InputError, match=difference):
        branch(begun, changed)


def test_how_inputs_go_on_after_their_data_matters_where_that_is_before_the_date() -> None:
    early = Checkpoint(load_scenario("classroom", ["run.seed=1"]), date(2010, 5, 6), ())
    assert branch(early, load_scenario("classroom", ["inputs.damping=0.1"])).inputs.damping == 0.1
    late = [*TINY[:1], "time.start=2026-01-01", "time.show_from=2026-01-01", "time.end=2028-01-01", "run.seed=1"]
    late = [*late, "record.snapshots=[]"]
    stopped = Checkpoint(load_scenario("classroom", late), date(2027, 2, 1), ())
    with pytest.raises(InputError, match=r"inputs.growth.CN.publications: .* 0.05 in the checkpoint, 0.1 "):
        branch(stopped, load_scenario("classroom", [*late, "inputs.growth.CN.publications=0.1"]))


def test_what_is_still_to_come_may_differ(begun: Checkpoint) -> None:
    changes = [
        "measures.cern-2022.start=2022-02-24", "measures.sectoral-2014.end=2022-02-24", "time.end=2022-07-01",
        "measures.sectoral-2014.title=other", "compare_years=[2020, 2020, 2021, 2021]",
    ]  # fmt: skip
    scenario = branch(begun, load_scenario("hindcast", [*TINY, *changes]))
    assert (scenario.run.seed, scenario.run.replicates) == (3, 2)
    ((_, run),) = run_scenarios([scenario], jobs=1, begun=begun)
    assert run.spells.equals(run_scenario(scenario, jobs=1).spells)
    fewer = load_scenario("hindcast", [*TINY, "record.snapshots=[2021-07-01, 2022-07-01]"])
    ((_, run),) = run_scenarios([fewer], jobs=1, begun=begun)
    assert len(run.snapshots) > 0
    assert run.snapshots.equals(run_scenario(run.scenario, jobs=1).snapshots)


# --- the commands ---------------------------------------------------------------------------------------------------


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    changes = [word for change in TINY for word in ("--set", change)]
    run = ["run", "hindcast", *changes, "--seed", "3", "--replicates", "1", "--jobs", "1", "--quiet"]
    stop = [*run, "--until", "2022-02-24", "--checkpoint", "c"]
    assert main([*stop, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["checkpoint"], said["date"], said["seed"], said["replicates"]) == ("c", "2022-02-24", 3, 1)
    assert said["bytes"] == Path("c").stat().st_size and [path.name for path in tmp_path.iterdir()] == ["c"]
    after = ["branch", "c", "--scenarios", "hindcast", "no-2022", *changes, "--jobs", "1", "--quiet", "--no-figures"]
    assert main([*after, "--out", "branches"]) == 0
    assert "no-2022" in capsys.readouterr().out
    assert main([*run, "--no-figures", "--out", "whole"]) == 0
    full, part = open_result(Path("whole")), open_result(Path("branches/hindcast"))
    assert full.series.equals(part.series) and full.scenario == part.scenario
    assert Path("branches/comparison.json").is_file()
    capsys.readouterr()
    for words, reason in (
        (stop, "is there already"),
        ([*run, "--until", "2022-02-24"], "--until stands there without --checkpoint"),
        ([*run, "--checkpoint", "d"], "--checkpoint stands there without --until"),
        ([*run, "--until", "soon", "--checkpoint", "d"], "is no date"),
        ([*run, "--until", "2030-01-01", "--checkpoint", "d"], "is not within the run"),
        ([*stop, "--force", "--out", "x"], "--out"),
        (["branch", "c", "--scenarios", "hindcast"], "two or more"),
        (["branch", "whole/series.csv", "--scenarios", "hindcast", "no-2022"], "is not a checkpoint"),
        (["branch", "c", "--scenarios", "hindcast", "no-2022"], "time.start"),
    ):
        assert main(words) == 2, words
        assert reason in capsys.readouterr().err
    assert not Path("d").exists() and not list(tmp_path.glob(".incomplete-*"))
