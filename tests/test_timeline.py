"""The timeline of a scenario: its rows, its marks, the command that draws and prints it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from test_broken_files import assert_good_message

from experiments.cli import main
from experiments.figures import draw_timeline
from experiments.figures.context import Context
from experiments.figures.timeline import letters_of, rows_of, span
from model.scenario import Scenario, load_scenario

START = date(2020, 1, 1)


def scenario_of(**measures: dict[str, Any]) -> Scenario:
    """A scenario of some measures."""
    plain = {"title": "t", "group": "restriction", "start": START}
    return load_scenario("classroom", {"measures": {name: {**plain, **values} for name, values in measures.items()}})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_rows_are_by_kind_then_issuer_then_date() -> None:
    scenario = scenario_of(
        late={"title": "late", "issuer": "US", "start": date(2022, 1, 1)},
        help={"title": "help", "issuer": "RU", "group": "incentive"},
        other={"title": "other", "issuer": "EU", "start": date(2021, 1, 1)},
        early={"title": "early", "issuer": "US", "start": date(2019, 1, 1)},
    )
    rows = [row.heading or (row.measure.title if row.measure else "", row.repeats) for row in rows_of(scenario)]
    assert rows == ["Restrictions", ("early", False), ("late", True), ("other", False), "Incentives", ("help", False)]


def test_every_measure_of_the_hindcast_has_a_row_and_lies_on_the_axis() -> None:
    scenario = load_scenario("hindcast")
    rows = [row.measure for row in rows_of(scenario) if row.measure is not None]
    assert len(rows) == len(scenario.measures) and set(map(id, rows)) == set(map(id, scenario.measures.values()))
    first, last = span(scenario)
    assert first == 1995.0 and last > 2026.0
    assert all(measure.start.year < last for measure in rows)


def test_letters_say_what_becomes_of_partnerships() -> None:
    measures = scenario_of(
        a={"mode": "terminate"}, b={"mode": "no_renewal"}, c={"preset": "joint-call"}, d={"preset": "joint-university"},
        e={"preset": "central-coordination"}, f={"effects": {"meeting": 0.5}}, g={"mode": "freeze_new"},
    ).measures  # fmt: skip
    assert {name: letters_of(measure) for name, measure in measures.items()} == {
        "a": "T", "b": "N", "c": "$", "d": "+", "e": "%", "f": "", "g": "F",
    }  # fmt: skip


def test_what_a_measure_changes_is_what_differs_from_doing_nothing() -> None:
    measures = scenario_of(
        plain={},
        some={"effects": {"meeting": 0.5, "motives": {"complement": 1.0}}, "mode": "freeze_new", "wind_down_days": 30},
        money={"projects": {"budget": 2.0, "cost": 1.0}},
        founded={"projects": {"density": 0.5}},
    ).measures
    assert {name: measure.changes() for name, measure in measures.items()} == {
        "plain": {},
        "some": {"mode": "freeze_new", "effects.meeting": 0.5, "effects.motives.complement": 1.0},
        "money": {"projects.budget": 2.0, "projects.cost": 1.0},
        "founded": {"projects.shape": "pairs", "projects.density": 0.5},
    }


def test_assumed_years_are_shaded_where_the_data_end() -> None:
    context = Context(load_scenario("mega-fund"))
    ((begins, ends),) = context.projected_spans(frozenset(context.blocs))
    assert (begins, ends) == (2023.0, 2036.0)


@pytest.mark.parametrize("name", ["hindcast", "mega-fund"])
def test_the_figure_is_the_same_bytes_each_time(here: Path, name: str) -> None:
    scenario = load_scenario(name)
    for suffix in (".png", ".svg"):
        for copy in ("one", "two"):
            draw_timeline(scenario, here / f"{copy}{suffix}")
        assert (here / f"one{suffix}").read_bytes() == (here / f"two{suffix}").read_bytes()
    with Image.open(here / "one.png") as image:
        assert image.width == 1440 and image.height > 1000
    text = (here / "one.svg").read_text(encoding="utf-8")
    assert text.startswith("<?xml") and "date" not in text[:2000].lower().split("<metadata")[0]


def test_a_scenario_without_measures_is_drawn_as_empty(here: Path) -> None:
    draw_timeline(load_scenario("classroom", {"measures": {}}), here / "empty.png")
    assert (here / "empty.png").stat().st_size > 1000


def test_the_command_draws_and_prints(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["timeline", "classroom", "--add", "joint-call,start=2030-01-01,from=RU,to=CN"]) == 0
    out = capsys.readouterr().out
    figure = "classroom+joint-call-timeline.png"
    assert (here / figure).is_file() and out.rstrip().endswith(figure)
    names = [line.split()[2] for line in out.splitlines() if line.startswith((" R", " I", " C", "R ", "I ", "C "))]
    assert "2030-01-01" in out and "joint-call" in out and len(names) > 50
    assert main(["timeline", "classroom", "--out", "own.svg", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["figure"] == "own.svg" and (here / "own.svg").is_file()
    starts = [entry["start"] for entry in content["measures"]]
    assert starts == sorted(starts) and len(starts) == len(load_scenario("classroom").measures)
    by_name = {entry["name"]: entry for entry in content["measures"]}
    assert by_name["sectoral-2014"]["changes"] == {
        "effects.counts.change": -0.15, "effects.counts.after_years": 4.0, "effects.counts.of": "works",
        "effects.counts.then": "stays",
    }  # fmt: skip
    assert by_name["intas-1993"]["enabled"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "x.pn"], ("--out x.pn", "'.png'")),
        (["--out", "x"], ("no suffix", ".png or .svg")),
        (["--out", "there/x.png"], ("there is no such folder",)),
        (["--out", "kept.png"], ("kept.png", "is there already", "--force")),
        (["--set", "measures.pandemc.strength=0"], ("did you mean 'pandemic'",)),
    ],
)
def test_a_broken_request_is_explained_and_changes_nothing(
    here: Path, words: list[str], said: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "kept.png").write_text("mine")
    assert main(["timeline", "classroom", *words]) == 2
    assert_good_message(json.loads(capsys.readouterr().err)["message"], said)
    assert [path.name for path in here.iterdir()] == ["kept.png"] and (here / "kept.png").read_text() == "mine"
