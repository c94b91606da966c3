"""What docs/game.md says of two ways to play, held to the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.teach.frames import fan
from experiments.teach.game.menu import read_menu
from experiments.teach.game.playing import scenario_toml
from experiments.teach.game.rules import State, apply
from experiments.teach.game.scoring import Lucks, lines_of, results
from experiments.teach.messages import LUCKS, Question
from experiments.teach.running import Runs
from experiments.teach.worker import answer

MENU = read_menu()
SEED = 5
OPEN_DOORS = {
    "moscow": ["joint-call beijing", "mobility beijing", "mobility delhi", "lift-control moscow"],
    "beijing": ["joint-call moscow", "plan moscow", "mobility brussels", "mobility washington"],
    "brussels": ["mobility delhi", "mobility tokyo", "lift-europe-china beijing", "agreement delhi"],
    "washington": ["lift-america-china beijing", "mobility brussels", "mobility beijing"],
}
RESTRICT = {
    "moscow": ["joint-call beijing", "mobility delhi", "mobility beijing"],
    "beijing": ["joint-call moscow", "talent washington", "mobility brussels"],
    "brussels": [
        "moratorium moscow", "funding-ban moscow", "listing moscow", "export-control moscow", "visas moscow",
        "mobility delhi", "mobility tokyo",
    ],
    "washington": [
        "secondary moscow", "visas beijing", "investigations beijing", "listing beijing", "export-control beijing", "talent beijing",
    ],
}  # fmt: skip


def state_of(chosen: dict[str, list[str]]) -> State:
    """The end of a game in which all choose the same in all rounds; what is lifted is lifted in the first."""
    state = State()
    for round_ in range(MENU.rounds):
        state = apply(MENU, state, {"do": "open"})
        for ministry, texts in chosen.items():
            choices = [text.split() for text in texts if not (round_ and text.startswith("lift"))]
            state = apply(MENU, state, {"do": "choose", "ministry": ministry, "choices": choices, "decided": True})
        state = apply(MENU, state, {"do": "close"})
    return state


def lucks(runs: Runs, path: Path, state: State) -> Lucks:
    """The runs of a game's scenario, as its server has them."""
    path.write_text(scenario_toml(MENU, state, SEED), encoding="utf-8")
    lines = lines_of(MENU)
    return Lucks.of_frame(
        fan([answer(runs, Question("lucks", str(path), SEED, lines=lines, replicate=k)) for k in range(LUCKS)])
    )


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, Any]]]:
    """Way to play -> ministry -> goal -> what was reached at the end."""
    folder, runs, found = tmp_path_factory.mktemp("games"), Runs(), {}
    nobody = lucks(runs, folder / "nobody.toml", State())
    for name, chosen in (("open", OPEN_DOORS), ("restrict", RESTRICT)):
        told = results(MENU, lucks(runs, folder / f"{name}.toml", state_of(chosen)), nobody, MENU.rounds)
        found[name] = {
            one.place: dict(zip([goal.name for goal in one.goals], told["goals"][one.place][-1], strict=True))
            for one in MENU.ministries
        }
    return found


def test_open_doors_let_all_networks_grow_and_cost_moscow_its_balance(ends: dict[str, Any]) -> None:
    end = ends["open"]
    assert all(end[ministry]["network"]["points"] > 0 for ministry in MENU.played)
    assert end["moscow"]["balance"]["points"] < 0
    assert end["washington"]["pressure"]["points"] < 0


def test_restrictions_shrink_the_networks_of_beijing_and_washington_and_russia_and_china_still_grow(
    ends: dict[str, Any],
) -> None:
    end = ends["restrict"]
    assert end["beijing"]["network"]["points"] < 0
    assert end["washington"]["network"]["points"] < 0
    assert end["brussels"]["pressure"]["points"] > 0
    assert end["beijing"]["north"]["low"] > 0
