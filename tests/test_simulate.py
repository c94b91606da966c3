"""`simulate`: the one way to run scenarios in Python, its progress, its seeds, and what loading it costs."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from textwrap import dedent

import numpy as np
import pandas as pd
import pytest

from model import PartnershipModel, load_scenario
from model.errors import InputError
from model.recording import INDICATORS
from model.scenario import Scenario
from model.simulation import Progress, Simulation, assemble, run_replicate, simulate
from model.world import build_world

SMALL = ["world.institutions=60", "time.start=2010-01-01", "time.show_from=2012-01-01", "time.end=2015-01-01"]


@pytest.fixture(scope="module")
def small() -> Scenario:
    return load_scenario("classroom", [*SMALL, "run.replicates=3", "run.seed=7", "record.snapshots=[2014-01-01]"])


@pytest.fixture(scope="module")
def done(small: Scenario) -> Simulation:
    return simulate(small)


def assert_same(one: Simulation, other: Simulation) -> None:
    for name in ("series", "indicators", "spells", "snapshots"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)


def test_a_few_lines_are_enough(done: Simulation) -> None:
    works = done.series[(done.series["indicator"] == "output.volume") & (done.series["pair"] == "Russia-West")]
    by_year = works.groupby(works["date"].dt.year)["value"].mean()
    assert list(by_year.index) == [2012, 2013, 2014] and (by_year > 0).all()


def test_what_a_simulation_holds(small: Scenario, done: Simulation) -> None:
    assert (done.scenario, done.seed, done.replicates) == (small, 7, 3)
    assert [record.replicate for record in done.records] == [0, 1, 2]
    assert (
        set(done.series["replicate"]) == set(done.spells["replicate"]) == set(done.snapshots["replicate"]) == {0, 1, 2}
    )
    assert set(done.series["indicator"]) == set(INDICATORS) and set(done.series["scenario"]) == {"classroom"}
    assert set(done.snapshots["date"].dt.date) == {date(2013, 12, 31)}
    assert done.world.n == build_world(small).n


def test_the_same_seed_gives_the_same_frames_and_another_one_others(small: Scenario, done: Simulation) -> None:
    assert_same(simulate(small), done)
    assert_same(simulate(small, seed=7, replicates=3), done)
    assert not simulate(small, seed=8).series["value"].equals(done.series["value"])


def test_replicates_differ_and_do_not_depend_on_each_other(small: Scenario, done: Simulation) -> None:
    world = build_world(small)
    backwards = [run_replicate(small, world, k, 7) for k in (2, 0, 1)]
    assert_same(assemble(small, world, backwards, 7), done)
    first = simulate(small, replicates=1)
    chosen = done.series[done.series["replicate"] == 0].reset_index(drop=True)
    assert np.array_equal(chosen["value"], first.series["value"], equal_nan=True)
    ties = [record.ties for record in done.records]
    assert not np.array_equal(ties[0], ties[1]) and not np.array_equal(ties[1], ties[2])


def test_a_seed_is_drawn_and_recorded_where_none_is_named(small: Scenario) -> None:
    open_seed = small.model_copy(update={"run": small.run.model_copy(update={"seed": None})})
    one, other = (simulate(open_seed, replicates=1) for _ in range(2))
    assert one.seed != other.seed
    assert_same(simulate(open_seed, replicates=1, seed=one.seed), one)
    with pytest.raises(InputError, match="has no seed"):
        PartnershipModel(open_seed)


def test_the_callback_hears_of_every_step_and_disturbs_nothing(small: Scenario, done: Simulation) -> None:
    heard: list[tuple[int, int, int, date]] = []
    degrees: list[float] = []

    def listen(progress: Progress) -> None:
        heard.append((progress.replicate, progress.step, progress.steps, progress.date))
        degrees.append(float(progress.model.state.degree.mean()))

    assert_same(simulate(small, callback=listen), done)
    assert [entry[:3] for entry in heard] == [(k, step, 20) for k in range(3) for step in range(1, 21)]
    assert [entry[3] for entry in heard[:2]] == [date(2010, 4, 1), date(2010, 7, 1)] and heard[19][3] == date(
        2015, 1, 1
    )
    assert degrees[19] == done.records[0].degree[-1]


def test_a_failing_callback_is_heard_of(small: Scenario) -> None:
    def fail(progress: Progress) -> None:
        raise RuntimeError(f"at {progress.date}")

    with pytest.raises(RuntimeError, match="at 2010-04-01"):
        simulate(small, callback=fail)


def test_a_model_runs_step_by_step_as_simulate_does(small: Scenario, done: Simulation) -> None:
    model = PartnershipModel(small, replicate=1)
    assert model.now == date(2010, 1, 1) and model.quarters_in_all == 20
    while model.running:
        model.run_for(1)
    record = model.ledger.finish(1, model.state)
    assert np.array_equal(record.ties, done.records[1].ties) and np.array_equal(record.led, done.records[1].led)


def test_the_package_s_own_names_work_in_a_fresh_process() -> None:
    code = f"""
        from model import load_scenario, simulate
        done = simulate(load_scenario("classroom", {SMALL}), replicates=1, seed=1)
        print(len(done.series), done.seed)
    """
    run = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True)
    rows, seed = run.stdout.split()
    assert int(rows) > 100 and seed == "1"


def loaded_by(code: str) -> set[str]:
    """Top-level modules that some lines of code load, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


def test_what_is_loaded_is_what_is_used() -> None:
    assert not {"numpy", "numba", "pandas", "mesa", "pydantic"} & loaded_by("import model")
    assert not {"numba", "mesa", "pandas", "matplotlib"} & loaded_by("import model.scenario")
    reading = loaded_by("from model import load_scenario; load_scenario('classroom')")
    assert not {"numba", "mesa", "matplotlib"} & reading
    running = loaded_by("from model import simulate")
    assert {"numba", "mesa"} <= running
    assert not {"matplotlib", "typer", "rich", "experiments"} & running


def test_names_of_the_package_are_what_they_say() -> None:
    """No name is hidden by a module of the same name, whatever was imported before."""
    import model

    for name in model.__all__:
        assert callable(getattr(model, name)), name
    assert model.simulate is simulate and model.Simulation is Simulation
    with pytest.raises(AttributeError, match="no attribute 'simulated'"):
        _ = model.simulated
