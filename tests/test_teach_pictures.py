"""Frames of runs: the numbers of the command line, ties that fit the counts, the past that is used again."""

from __future__ import annotations

import csv
import shlex
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from experiments.cli import main
from experiments.teach.frames import unpacked
from experiments.teach.messages import Question
from experiments.teach.running import Runs, state_of
from experiments.teach.worker import WARM_UP, answer, reply
from model.clock import year_of
from model.errors import InputError
from model.scenario import load_scenario
from model.scenario.loading import load_scenario as load_file

SMALL = (("world.institutions", 60), ("time.start", date(2004, 1, 1)), ("time.show_from", date(2006, 1, 1)))
STRENGTH = "measures.sectoral-2014.strength"
"""A measure of July 2014."""


def question(*settings: tuple[str, object], kind: str = "run", scenario: str = "classroom", **more: object) -> Question:
    """A question about a small world."""
    return Question(kind, scenario, 5, settings=(*SMALL, *settings), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def runs() -> Runs:
    """What a worker keeps between questions."""
    return Runs()


def by_line(frame: bytes) -> dict[tuple[str, str], np.ndarray]:
    header, arrays = unpacked(frame)
    return {(indicator, pair): arrays["series"][k] for k, (indicator, pair, _) in enumerate(header["lines"])}


@pytest.mark.parametrize("scenario", ["classroom", "hindcast"])  # hindcast has an ensemble, which the page does not use
def test_the_series_of_a_frame_are_the_csv_of_the_command_that_it_names(
    runs: Runs, tmp_path: Path, scenario: str
) -> None:
    asked = question(
        ("measures.academies-2022.strength", 0.4),
        scenario=scenario,
        additions=("joint-fund,start=2010-01-01,from=Russia,to=China",),
    )
    frame = answer(runs, asked)
    header, arrays = unpacked(frame)
    words = shlex.split(header["command"])
    assert words[:3] == ["comity", "run", scenario]
    assert main([*words[1:], "--no-figures", "--quiet", "--jobs", "1", "--out", str(tmp_path / "run")]) == 0
    found = by_line(frame)
    seen = set()
    with (tmp_path / "run" / "series.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            line = (row["indicator"], row["pair"])
            if line in found:
                value = found[line][header["dates"].index(row["date"])]
                assert row["value"] == "" if np.isnan(value) else float(row["value"]) == value
                seen.add(line)
    assert seen == set(found)
    assert len(header["dates"]) == len(arrays["ends"]) == 18


@pytest.mark.parametrize("scenario", ["classroom", "hindcast"])
def test_the_scenario_file_of_a_frame_loads_to_the_scenario_that_was_run(
    runs: Runs, tmp_path: Path, scenario: str
) -> None:
    asked = question(
        (STRENGTH, 0.3), scenario=scenario, additions=("joint-fund,start=2010-01-01,from=Russia,to=China",)
    )
    header, _ = unpacked(answer(runs, asked))
    path = tmp_path / "taken.toml"
    path.write_text(header["toml"], encoding="utf-8")
    assert load_file(path).content_hash() == header["hash"] == state_of(asked).content_hash()


def test_ties_of_a_step_are_as_many_as_the_series_counts(runs: Runs) -> None:
    header, arrays = unpacked(answer(runs, question()))
    lines = by_line(answer(runs, question()))
    blocs = header["blocs"]
    for period, end in enumerate(arrays["ends"]):
        step = round(4 * (end - header["show_from"]))
        alive = (arrays["tie_from"] <= step) & (step < arrays["tie_to"])
        a, b = (np.minimum, np.maximum)
        sides = arrays["bloc"][arrays["tie_a"][alive]], arrays["bloc"][arrays["tie_b"][alive]]
        for low in range(len(blocs)):
            for high in range(low, len(blocs)):
                count = int(np.sum((a(*sides) == low) & (b(*sides) == high)))
                expected = lines["partnerships.count", f"{blocs[low]}-{blocs[high]}"][period] / header["omega"]
                assert count == pytest.approx(expected)


def test_ties_stand_in_the_order_of_their_first_step_and_none_ends_before_it_begins(runs: Runs) -> None:
    _, arrays = unpacked(answer(runs, question()))
    assert np.all(np.diff(arrays["tie_from"].astype(int)) >= 0)
    assert np.all(arrays["tie_from"] < arrays["tie_to"])


def test_a_run_that_goes_on_from_an_earlier_one_gives_the_same_bytes(runs: Runs) -> None:
    for strength in (1.0, 0.2, 0.7):
        answer(runs, question((STRENGTH, strength)))
    assert runs.past.kept
    again = answer(runs, question((STRENGTH, 0.45), ("measures.academies-2022.strength", 0.0)))
    assert again == answer(Runs(), question((STRENGTH, 0.45), ("measures.academies-2022.strength", 0.0)))


def test_a_changed_measure_is_run_from_its_date_only(runs: Runs) -> None:
    answer(runs, question((STRENGTH, 0.9)))
    scenario = state_of(question((STRENGTH, 0.8)))
    found = runs.past.best(scenario, 0)
    assert found is not None
    assert found.day == scenario.measures["sectoral-2014"].start
    assert runs.past.best(state_of(question(("parameters.process.opportunity_rate", 9.0))), 0) is None


def test_moments_are_given_up_when_they_take_too_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Runs()
    answer(own, question())
    assert len(own.past.kept) > 3
    most = max(kept.size for kept in own.past.kept)
    monkeypatch.setattr("experiments.teach.running.KEPT_BYTES", 3 * most)
    own = Runs()
    for strength in (0.1, 0.2, 0.3, 0.4):
        answer(own, question((STRENGTH, strength)))
        assert 0 < sum(kept.size for kept in own.past.kept) <= 3 * most


def test_the_question_that_makes_a_worker_ready_has_an_answer() -> None:
    assert reply(Runs(), WARM_UP)[0] == "frame"


def test_lines_of_countries_come_when_they_are_asked_for(runs: Runs) -> None:
    asked = (("output.volume", "RU-US"), ("leaders.share", "CN>US"), ("output.volume", "no-where"))
    plain, more = (by_line(answer(runs, question(lines=lines))) for lines in ((), asked))
    assert set(more) - set(plain) == set(asked[:2])
    lucky, arrays = unpacked(answer(runs, question(kind="lucks", lines=asked, replicate=3)))
    assert [tuple(line) for line in lucky["lines"]] == list(asked[:2])
    assert arrays["series"].shape == (2, 18)


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ((("world.institutions", 100_000),), "world.institutions"),
        ((("world.floor", 1000),), "world.floor"),
        ((("time.end", date(2190, 1, 1)),), "time.end"),
        ((("measures.sectoral-2014.projects", {"budget": 1e6, "cost": 0.001}),), "measures.sectoral-2014.projects"),
        (((STRENGTH, 99),), STRENGTH),
        ((("measures.sectoral-2013.strength", 1),), "measures.sectoral-2013.strength"),
    ],
)  # fmt: skip
def test_states_that_would_keep_a_class_waiting_or_cannot_be_are_refused(
    runs: Runs, settings: tuple[tuple[str, object], ...], where: str
) -> None:
    asked = question(*settings)
    with pytest.raises(InputError) as refused:
        state_of(asked)
    kind, error = reply(runs, asked)
    assert kind == "input"
    assert str(error) == str(refused.value)
    assert where in error.where


def test_a_run_that_takes_too_long_is_given_up_unless_it_may_compile_or_nobody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("experiments.teach.running.SECONDS", -1.0)
    monkeypatch.setattr(Runs, "compiled", False)
    assert reply(Runs(), question())[0] == "frame"  # the first of a process
    kind, text = reply(Runs(), question())
    assert kind == "late"
    assert "too long" in text
    assert reply(Runs(patient=True), question())[0] == "frame"


def test_the_catalogue_gives_every_measure_and_parameter_with_its_bounds(runs: Runs) -> None:
    header, _ = unpacked(answer(runs, question(kind="describe")))
    scenario = load_scenario("classroom")
    assert [one["name"] for one in header["measures"]] == list(scenario.measures)
    controls = {control["path"]: control for one in header["measures"] for control in one["controls"]}
    assert controls[STRENGTH]["value"] == scenario.measures["sectoral-2014"].strength
    assert (controls[STRENGTH]["low"], controls[STRENGTH]["high"]) == (0, 3)
    assert header["measures"][0]["status"] in ("assumed", "measured", "calibrated")
    assert {one["status"] for one in header["parameters"]} == {"assumed", "measured", "calibrated"}
    touched = {one["name"]: one["touches"] for one in header["measures"]}
    assert touched["sectoral-2014"] == ["Russia", "West"]
    assert touched["mit-skoltech-2022"] == ["Russia", "West"]


def test_an_explanation_adds_up_to_the_value_of_the_twin(runs: Runs) -> None:
    scenario = state_of(question())
    model = runs.replicate(scenario, 0, date(2020, 1, 1))
    row = int(np.argmax(model.state.degree))
    header, _ = unpacked(answer(runs, question(kind="explain", institution=row, until=2020.0)))
    assert header["institution"]["name"] == model.world.names[row]
    assert header["institution"]["degree"] == model.state.degree[row] == len(header["partners"])
    from model.dynamics.terms import MAINTENANCE

    for partner in header["partners"]:
        value = model.twin().value(MAINTENANCE, row, partner["row"], year_of(date(2020, 1, 1)))
        assert sum(partner["terms"].values()) == pytest.approx(value)
    assert header["decisions"]
    for decision in header["decisions"]:
        assert row in (decision["by"], decision["other"])
        assert decision["time"] < 2020.0
        assert decision["action"] in ("propose", "end")


def test_decisions_of_an_explanation_are_those_of_the_log(runs: Runs) -> None:
    header, _ = unpacked(answer(runs, question(kind="explain", institution=2)))
    scenario = state_of(question())
    logged = scenario.model_copy(update={"record": scenario.record.model_copy(update={"decisions": True})})
    model = Runs().replicate(logged, 0)
    record = model.ledger.finish(0, model.state)
    own = (record.log_whole[:, 0] == 2) | (record.log_whole[:, 1] == 2)
    times = record.log_times[own][-6:]
    assert [decision["time"] for decision in header["decisions"]] == times.tolist()


def test_an_institution_that_is_not_there_is_refused(runs: Runs) -> None:
    with pytest.raises(InputError, match="no institution 500"):
        answer(runs, question(kind="explain", institution=500))
