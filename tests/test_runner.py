"""The runner: the same numbers for any number of processes, progress, interrupts, and workers that die or are lean."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest

from experiments.errors import ExperimentError
from experiments.runner import Progress, default_jobs, resolved, run_batches, run_cells, run_scenario, run_scenarios
from experiments.runner import worker as worker_module
from experiments.runner.past import common_past
from experiments.runner.processes import START_METHODS, start_method
from experiments.runner.signals import deliver, held_back
from model.errors import InputError
from model.recording import ReplicateRecord
from model.scenario import Scenario, load_scenario
from model.world import World

SMALL = ("world.institutions=60", "time.start=2010-01-01", "time.show_from=2012-01-01", "time.end=2016-01-01")


@pytest.fixture(scope="module")
def small() -> Scenario:
    return load_scenario("classroom", [*SMALL, "run.replicates=3", "run.seed=7"])


@pytest.mark.parametrize("method", [m for m in START_METHODS if m in multiprocessing.get_all_start_methods()])
def test_any_number_of_processes_gives_the_same_numbers(
    small: Scenario, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMITY_START_METHOD", method)
    here, there = run_scenario(small, jobs=1), run_scenario(small, jobs=2)
    assert here.series.equals(there.series)
    assert here.spells.equals(there.spells)
    assert (here.seed, here.replicates) == (there.seed, there.replicates) == (7, 3)


def test_a_start_method_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMITY_START_METHOD", "swapn")
    with pytest.raises(InputError, match=r"COMITY_START_METHOD: there is no way .swapn.*\n.*did you mean 'spawn'"):
        start_method()


def test_a_seed_is_drawn_when_none_is_named_and_recorded(small: Scenario) -> None:
    open_seed = small.model_copy(update={"run": small.run.model_copy(update={"seed": None})})
    first, second = resolved(open_seed), resolved(open_seed)
    assert first.run.seed is not None and first.run.seed != second.run.seed
    assert resolved(open_seed, seed=3).run.seed == 3
    assert resolved(small, replicates=9).run.replicates == 9
    again = run_scenario(resolved(open_seed, replicates=1), jobs=1)
    assert again.seed == again.scenario.run.seed


def test_another_seed_gives_another_result(small: Scenario) -> None:
    one, two = run_scenario(small, replicates=1, jobs=1), run_scenario(small, replicates=1, seed=8, jobs=1)
    assert not one.series["value"].equals(two.series["value"])


def test_several_scenarios_share_the_luck_of_a_replicate(small: Scenario) -> None:
    twin = small.model_copy(update={"name": "twin"})
    done = dict(run_scenarios([small, twin], replicates=2, jobs=2))
    assert set(done) == {0, 1}
    assert done[0].series["value"].equals(done[1].series["value"])
    assert set(done[1].series["scenario"]) == {"twin"}


def _parting(scenario: Scenario) -> list[Scenario]:
    """The scenario, without its pandemic, and with a longer one."""
    pandemic = scenario.measures["pandemic"]
    changes = ({"enabled": False}, {"end": date(2022, 6, 1)})
    others = [
        scenario.model_copy(
            update={
                "name": f"other-{k}",
                "measures": {**scenario.measures, "pandemic": pandemic.model_copy(update=change)},
            }
        )
        for k, change in enumerate(changes)
    ]
    return [scenario, *others]


LATE = ("world.institutions=60", "time.start=2010-01-01", "time.show_from=2012-01-01", "time.end=2023-01-01")


def test_a_common_past_ends_where_the_first_measure_differs() -> None:
    late = resolved(load_scenario("classroom", [*LATE, "run.replicates=3", "run.seed=7"]))
    arms = _parting(late)
    assert common_past(arms) == late.measures["pandemic"].start
    assert common_past(arms[::2]) == min(d for d in (late.measures["pandemic"].end, date(2022, 6, 1)) if d)
    assert common_past([late, late.model_copy(update={"name": "twin"})]) is None  # nothing parts them
    assert common_past([late]) is None
    other = late.model_copy(update={"run": late.run.model_copy(update={"seed": 8})})
    assert common_past([arms[1], other]) is None
    coarse = arms[1].model_copy(update={"world": late.world.model_copy(update={"institutions": 70})})
    assert common_past([late, coarse]) is None


def test_batches_from_a_common_past_give_what_whole_runs_give() -> None:
    late = resolved(load_scenario("classroom", [*LATE, "run.replicates=3", "run.seed=7"]))
    arms = _parting(late)
    whole = dict(run_scenarios(arms, jobs=1))
    done = list(run_batches(arms, [range(2), range(2, 3)], largest=2, jobs=1))
    for place in range(3):
        series = pd.concat([batch[place].series for batch in done])
        keys = ["indicator", "pair", "replicate", "date"]
        pd.testing.assert_frame_equal(
            series.sort_values(keys, ignore_index=True), whole[place].series.sort_values(keys, ignore_index=True)
        )
        spells = pd.concat([batch[place].spells for batch in done], ignore_index=True)
        pd.testing.assert_frame_equal(spells, whole[place].spells)


def test_cells_are_single_replicates_in_any_order() -> None:
    late = resolved(load_scenario("classroom", [*LATE, "run.replicates=3", "run.seed=7"]))
    arms = _parting(late)
    whole = dict(run_scenarios(arms, jobs=1))
    wanted = [(2, 1), (0, 0), (2, 0)]
    found = {(place, k): taken for place, k, taken in run_cells(arms, wanted, ended_partnerships, jobs=2)}
    assert set(found) == set(wanted)
    for (place, k), count in found.items():
        assert count == int((whole[place].spells["replicate"] == k).sum())


def ended_partnerships(scenario: Scenario, world: World, record: ReplicateRecord) -> int:
    """What the cells above keep of a record."""
    return len(record.spell_times)


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_grows_to_the_end(small: Scenario, jobs: int) -> None:
    seen: list[Progress] = []
    run_scenario(small, replicates=2, jobs=jobs, on_progress=seen.append)
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert seen[-1] == Progress(steps_done=48, steps=48, replicates_done=2, replicates=2)


def test_bad_numbers_are_refused(small: Scenario) -> None:
    with pytest.raises(InputError, match="replicates"):
        run_scenario(small, replicates=0)
    with pytest.raises(InputError, match="seed"):
        run_scenario(small, seed=-1)
    with pytest.raises(InputError, match="jobs"):
        run_scenario(small, jobs=0)
    assert default_jobs() >= 1


def test_an_error_of_the_model_reaches_the_caller(small: Scenario) -> None:
    """In a pool too: a scenario whose world cannot be built fails there as it fails here."""
    broken = small.model_copy(update={"world": small.world.model_copy(update={"data": "no-such-folder"})})
    with pytest.raises(InputError, match="no-such-folder"):
        dict(run_scenarios([small, broken], replicates=1, jobs=2))


def _script(folder: Path, body: str) -> list[str]:
    """A script that runs ``body`` with a small scenario, as a user's own would."""
    head = f"""
        from experiments.runner import run_scenario, run_scenarios
        from model.scenario import load_scenario
        scenario = load_scenario("classroom", {[*SMALL, "run.seed=7"]!r})
        """
    path = folder / "script.py"
    main = dedent(head) + dedent(body)
    path.write_text(
        "def main():\n"
        + "".join(f"    {line}\n" for line in main.splitlines())
        + "if __name__ == '__main__':\n    main()\n"
    )
    return [sys.executable, str(path)]


def test_a_worker_that_dies_gives_a_clear_error(tmp_path: Path) -> None:
    body = """
        import os, signal
        from multiprocessing import active_children
        from experiments.errors import ExperimentError
        def kill(progress):
            for child in active_children():
                os.kill(child.pid, signal.SIGKILL)
        try:
            run_scenario(scenario, replicates=40, jobs=2, on_progress=kill)
        except ExperimentError as error:
            print("said:", error)
        """
    done = subprocess.run(_script(tmp_path, body), capture_output=True, text=True, timeout=120, check=False)
    assert "said: a worker process died" in done.stdout, done.stderr
    assert issubclass(ExperimentError, Exception)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_its_run(tmp_path: Path, how: signal.Signals) -> None:
    body = """
        from multiprocessing import active_children
        def tell(progress):
            print([child.pid for child in active_children()], flush=True)
        run_scenario(scenario, replicates=500, jobs=2, on_progress=tell)
        """
    with subprocess.Popen(_script(tmp_path, body), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout is not None
        workers: list[int] = []
        while len(workers) < 2:
            workers = json.loads(run.stdout.readline())
        run.send_signal(how)
        run.stdout.read()
        run.wait(60)
    deadline = time.monotonic() + 30
    while any(map(_is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(_is_alive, workers))


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_an_interrupt_while_locks_of_futures_are_taken_hangs_nothing(tmp_path: Path, how: str) -> None:
    """`wait` takes the locks of all futures one by one: a signal that was raised there would leave them taken for good."""
    body = f"""
        import signal, sys
        from concurrent.futures import _base
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        class Struck(_base._AcquireFutures):
            def __enter__(self):
                for place, future in enumerate(self.futures):
                    future._condition.acquire()
                    if place == 1:
                        signal.raise_signal(signal.{how})
        _base._AcquireFutures = Struck
        try:
            run_scenario(scenario, replicates=20, jobs=2)
        except (KeyboardInterrupt, SystemExit) as error:
            print("ended:", type(error).__name__, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
        """
    done = subprocess.run(_script(tmp_path, body), capture_output=True, text=True, timeout=100, check=False)
    name = {"SIGINT": "KeyboardInterrupt", "SIGTERM": "SystemExit"}[how]
    assert done.stdout == f"ended: {name} True\n", done.stderr


def test_signals_wait_for_the_end_of_the_outermost_block_and_a_second_one_does_not() -> None:
    seen = []
    with pytest.raises(KeyboardInterrupt), held_back():
        with held_back():
            signal.raise_signal(signal.SIGINT)
            seen.append("inner")
        seen.append("outer")
    with pytest.raises(KeyboardInterrupt), held_back():
        signal.raise_signal(signal.SIGINT)
        deliver()
        seen.append("not reached")
    with pytest.raises(KeyboardInterrupt), held_back():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        seen.append("not reached")
    assert seen == ["inner", "outer"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_what_a_worker_imports_is_lean() -> None:
    """Neither the command line nor figures: workers start often."""
    code = f"import sys, model.simulation, model.scenario.loading, {worker_module.__name__}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"typer", "rich", "matplotlib"} & set(loaded)
