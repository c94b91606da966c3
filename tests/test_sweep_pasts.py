"""Runs of a sweep that begin alike: simulated once until they part, and to the bit what each run by itself gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from short_sweeps import dataset, short

from experiments.runner.past import Past, apart
from experiments.sweeping import Sweep, load_sweep, run_sweep
from experiments.sweeping.running import BLOCK, in_blocks, work_of
from experiments.sweeping.runs import OK, POINTS_AT_HAND, Finished, Run

LONG = """\
version = 1
title = "Two restrictions and a rate"
question = "What do they do?"
scenario = "classroom"
replicates = 3
seed = 3

[settings]
world.institutions = 40
time.start = 2004-01-01
time.show_from = 2006-01-01

[[factors]]
name = "rate"
paths = ["parameters.process.opportunity_rate"]
levels = [4.0, 6.0]

[[factors]]
name = "sectoral"
paths = ["measures.sectoral-2014.strength"]
levels = [0.0, 0.5, 1.0]

[[factors]]
name = "mobility"
paths = ["measures.mobility-2022.strength"]
levels = [0.0, 1.0]

[[outcomes]]
name = "ties"
indicator = "partnerships.count"
pair = "Russia-West"
years = [2007, 2023]

[[outcomes]]
name = "spread"
indicator = "network.mean_degree"
years = [2023, 2023]
"""


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    path = tmp_path_factory.mktemp("pasts") / "long.toml"
    path.write_text(LONG)
    return load_sweep(path)


def results(done: Sequence[Finished]) -> list[tuple[int, str, tuple[float | None, ...]]]:
    return sorted((run.number, run.status, run.values) for run in done)


def test_runs_that_share_their_past_give_what_each_gives_alone(sweep: Sweep) -> None:
    runs = list(in_blocks(sweep, iter(range(sweep.runs))))
    alone: list[Finished] = []
    steps = [0, 0]

    def count(kind: int) -> None:
        steps[kind] += 1

    for run in runs:
        alone += work_of(sweep)([run], lambda: count(0))
    together = work_of(sweep)(runs, lambda: count(1))
    assert results(together) == results(alone)
    assert {run.status for run in together} == {OK}
    # of the six points with one rate the first two go the whole way, the others at least not until 2014
    assert steps[1] <= steps[0] * (2 + 4 * 0.5) / 6
    assert steps[1] > 0


def test_any_order_and_any_batches_give_the_same(sweep: Sweep) -> None:
    runs = list(in_blocks(sweep, iter(range(sweep.runs))))
    luck = np.random.default_rng(1)
    shuffled = [runs[int(k)] for k in luck.permutation(len(runs))]
    assert results(work_of(sweep)(shuffled, lambda: None)) == results(work_of(sweep)(runs, lambda: None))


def test_little_room_for_moments_costs_time_only(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [run for run in in_blocks(sweep, iter(range(sweep.runs))) if run.replicate == 0]
    expected = results(work_of(sweep)(runs, lambda: None))
    for room in (0, 300_000):
        monkeypatch.setattr("experiments.sweeping.runs.KEPT_BYTES", room)
        work = work_of(sweep)
        assert results(work(runs, lambda: None)) == expected
        assert work._past.bytes == sum(kept.size for kept in work._past.kept) <= room


def test_a_point_that_cannot_be_made_leaves_the_past_of_the_others_alone(sweep: Sweep) -> None:
    runs = [run for run in in_blocks(sweep, iter(range(sweep.runs))) if run.point < 6]
    broken = [
        run._replace(settings={**run.settings, "measures.sectoral-2014.strength": -1.0}) if run.point == 2 else run
        for run in runs
    ]
    done = work_of(sweep)(broken, lambda: None)
    good = work_of(sweep)([run for run in runs if run.point != 2], lambda: None)
    assert results([run for run in done if run.status == OK]) == results(good)
    assert sorted(run.number for run in done if run.status != OK) == [run.number for run in runs if run.point == 2]


@pytest.mark.long
def test_a_sweep_with_pasts_has_the_same_bytes_for_any_workers_and_when_it_goes_on(
    sweep: Sweep, tmp_path: Path
) -> None:
    run_sweep(sweep, tmp_path / "one", jobs=1)
    run_sweep(sweep, tmp_path / "two", jobs=2)
    whole = dataset(tmp_path / "one")
    assert dataset(tmp_path / "two") == whole
    journal = tmp_path / "two/log/journal.jsonl"
    journal.write_text("".join(sorted(journal.read_text().splitlines(keepends=True))[::3]))
    for part in (tmp_path / "two/data").iterdir():
        part.unlink()
    run_sweep(sweep, tmp_path / "two", jobs=2, resume=True)
    assert dataset(tmp_path / "two") == whole


@given(numbers=st.sets(st.integers(0, 35)))
def test_blocks_have_every_run_once(sweep: Sweep, numbers: set[int]) -> None:
    runs = list(in_blocks(sweep, iter(sorted(numbers))))
    assert sorted(run.number for run in runs) == sorted(numbers)
    assert all(run.number == run.point * sweep.replicates + run.replicate for run in runs)
    assert all(run.settings == sweep.points.settings(run.point) for run in runs)


def test_points_that_differ_elsewhere_keep_their_order(tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text(short(5, replicates=3))  # each point has a rate of its own
    sweep = load_sweep(tmp_path / "short.toml")
    assert [run.number for run in in_blocks(sweep, iter(range(15)))] == list(range(15))


def test_points_that_differ_in_measures_come_replicate_by_replicate(sweep: Sweep) -> None:
    runs = list(in_blocks(sweep, iter(range(sweep.runs))))
    first = runs[: sweep.runs // 2]
    assert [run.replicate for run in first] == [0] * 6 + [1] * 6 + [2] * 6
    assert {run.settings["parameters.process.opportunity_rate"] for run in first} == {4.0}


def test_blocks_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "many.toml").write_text(
        LONG.replace("levels = [0.0, 0.5, 1.0]", f"levels = {[k / 100 for k in range(100)]}").replace(
            "[4.0, 6.0]", "[4.0]"
        )
    )
    many = load_sweep(tmp_path / "many.toml", replicates=2)
    blocks = longest_blocks(list(in_blocks(many, iter(range(many.runs)))))
    assert {len({run.point for run in block}) for block in blocks[:-1]} == {POINTS_AT_HAND}
    large = load_sweep(tmp_path / "many.toml", replicates=BLOCK)
    blocks = longest_blocks(list(in_blocks(large, iter(range(3 * BLOCK)))))
    assert [len(block) for block in blocks] == [BLOCK] * 3


def longest_blocks(runs: list[Run]) -> list[list[Run]]:
    """Runs cut where replicates begin again with another point."""
    blocks: list[list[Run]] = []
    points: set[int] = set()
    for run in runs:
        if run.replicate == 0 and (not blocks or run.point not in points) and (not blocks or blocks[-1][-1].replicate):
            blocks.append([])
            points = set()
        blocks[-1].append(run)
        points.add(run.point)
    return blocks


def test_days_that_are_kept_stand_apart() -> None:
    days = [date(2014, 7, 31), date(2015, 2, 18), date(2022, 2, 24), date(2022, 3, 2), date.min, date.max]
    assert apart(days, date(1976, 1, 1), date(2024, 1, 1)) == [date(2014, 7, 31), date(2022, 2, 24)]
    assert apart(days, date(2014, 7, 31), date(2022, 3, 1)) == [date(2015, 2, 18), date(2022, 2, 24)]


def test_what_was_kept_on_a_guess_gives_way_first(sweep: Sweep) -> None:
    moment = {"array": np.zeros(10)}  # 80 bytes
    past = Past(250)
    for number, likely in enumerate((True, False, True, False, True)):
        past.keep(sweep.base, number, date(2014, 1, 1), moment, likely)
    assert [kept.replicate for kept in past.kept] == [0, 2, 4]
    past.keep(sweep.base, 5, date(2014, 1, 1), moment)
    assert [kept.replicate for kept in past.kept] == [2, 4, 5]
    past.keep(sweep.base, 6, date(2014, 1, 1), {"array": np.zeros(100)})
    assert [kept.replicate for kept in past.kept] == [2, 4, 5], "what is larger than all room is not kept"
    assert past.bytes == 240
