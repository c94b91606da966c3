"""The rules of the class game as laws, its journal, and the scenario that it makes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from experiments.errors import ExperimentError
from experiments.teach.game.files import game_of
from experiments.teach.game.journal import LETTERS, OF_GROUP, OF_LECTURER, Journal, opening
from experiments.teach.game.menu import read_menu
from experiments.teach.game.playing import scenario_toml
from experiments.teach.game.rules import Event, Hand, State, agreed, apply, forces, lifted
from model.errors import InputError
from model.scenario import load_scenario
from model.scenario.presets import preset_table

MENU = read_menu()
NAMES = st.sampled_from([*MENU.entries, "nothing"])
PLACES = st.sampled_from([*MENU.places, "nowhere"])
CHOICES = st.lists(st.tuples(NAMES, PLACES).map(list), max_size=8)
LIKELY = st.sampled_from([[e.name, t] for e in MENU.entries.values() for t in MENU.targets(e, "beijing")])
EVENTS = st.one_of(
    st.sampled_from([{"do": "open"}, {"do": "close"}, {"do": "back"}]),
    st.builds(lambda m: {"do": "pass", "ministry": m}, st.sampled_from(MENU.played)),
    st.builds(
        lambda m, c, d: {"do": "choose", "ministry": m, "choices": c, "decided": d},
        st.sampled_from(MENU.played), st.one_of(CHOICES, st.lists(LIKELY, max_size=5)), st.booleans(),
    ),
)  # fmt: skip


def choose(ministry: str, *choices: str, decided: bool = True) -> dict[str, Any]:
    """The event of a ministry that chooses "entry place"."""
    return {"do": "choose", "ministry": ministry, "choices": [c.split() for c in choices], "decided": decided}


def played(*rounds: dict[str, list[str]]) -> State:
    """The state after rounds of ministry -> choices; who is not named passes."""
    state = State()
    for chosen in rounds:
        state = apply(MENU, state, {"do": "open"})
        for ministry in MENU.played:
            event = choose(ministry, *chosen[ministry]) if ministry in chosen else {"do": "pass", "ministry": ministry}
            state = apply(MENU, state, event)
        state = apply(MENU, state, {"do": "close"})
    return state


class Table(RuleBasedStateMachine):
    """Anybody does anything in any order."""

    @initialize()
    def begin(self) -> None:
        self.state = State()

    @rule(event=EVENTS)
    def do(self, event: Event) -> None:
        before = self.state
        try:
            self.state = apply(MENU, self.state, event)
        except InputError:
            assert self.state is before

    @rule()
    def all_decide(self) -> None:
        """Without this a round is hardly ever closed."""
        if self.state.phase == "open":
            for ministry, hand in self.state.hands.items():
                self.state = apply(MENU, self.state, choose(ministry, *map(" ".join, hand.choices)))
            self.state = apply(MENU, self.state, {"do": "close"})

    @invariant()
    def no_budget_is_exceeded(self) -> None:
        for hands in (*self.state.settled, self.state.hands):
            assert all(MENU.cost(hand.choices) <= MENU.budget for hand in hands.values())

    @invariant()
    def nobody_has_what_is_not_offered_or_anything_twice(self) -> None:
        for hands in (*self.state.settled, self.state.hands):
            for ministry, hand in hands.items():
                assert len(set(hand.choices)) == len(hand.choices)
                assert all(target in MENU.targets(MENU.entries[name], ministry) for name, target in hand.choices)

    @invariant()
    def the_phase_fits_the_rounds(self) -> None:
        assert (self.state.phase == "over") == (self.state.round == MENU.rounds)
        assert (self.state.phase == "open") == bool(self.state.hands)

    @invariant()
    def what_is_lifted_is_lifted_once(self) -> None:
        for ministry in MENU.played if self.state.settled else ():
            names = [n for hands in self.state.settled for n, _ in hands[ministry].choices if MENU.entries[n].lifts]
            assert len(set(names)) == len(names)
            assert lifted(MENU, self.state, ministry) == set(names)


Table.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_the_rules_hold_whatever_is_done = Table.TestCase


def test_a_choice_beyond_the_budget_is_refused_with_its_cost() -> None:
    state = apply(MENU, State(), {"do": "open"})
    within = choose("moscow", "mobility beijing", "mobility delhi", "mobility tokyo", "commission beijing")
    assert MENU.cost(apply(MENU, state, within).hands["moscow"].choices) == 96
    with pytest.raises(InputError, match="costs 101"):
        apply(MENU, state, {**within, "choices": [*within["choices"], ["association", "beijing"]]})


@pytest.mark.parametrize(
    ("event", "nearest"),
    [
        (choose("moscow", "secondary moscow"), ""),
        (choose("moscow", "mobilty beijing"), "mobility"),
        (choose("moscow", "mobility moscow"), ""),
        (choose("brussels", "listing tokyo"), ""),
        (choose("paris"), ""),
    ],
)
def test_what_is_not_offered_is_refused_and_the_nearest_name_told(event: Event, nearest: str) -> None:
    with pytest.raises(InputError) as refused:
        apply(MENU, apply(MENU, State(), {"do": "open"}), event)
    assert refused.value.nearest == nearest
    assert refused.value.allowed


def test_a_round_waits_for_all_and_the_lecturer_may_let_one_pass() -> None:
    state = apply(MENU, State(), {"do": "open"})
    for ministry in ("moscow", "beijing", "washington"):
        state = apply(MENU, state, choose(ministry))
    with pytest.raises(InputError, match="brussels has not decided"):
        apply(MENU, state, {"do": "close"})
    state = apply(MENU, state, {"do": "pass", "ministry": "brussels"})
    state = apply(MENU, state, {"do": "close"})
    assert state.phase == "waiting"
    assert state.settled[0]["brussels"] == Hand((), True, True)


def test_what_runs_goes_on_unless_it_is_struck_out_and_a_lifting_is_not_offered_again() -> None:
    state = played({"brussels": ["mobility delhi", "lift-europe-russia moscow"]})
    state = apply(MENU, state, {"do": "open"})
    assert state.hands["brussels"].choices == (("mobility", "delhi"),)
    with pytest.raises(InputError, match="chosen before"):
        apply(MENU, state, choose("brussels", "lift-europe-russia moscow"))


def test_taking_back_opens_the_last_round_with_its_choices_and_undoes_an_opening() -> None:
    before = played({"moscow": ["mobility delhi"]})
    again = apply(MENU, before, {"do": "back"})
    assert (again.phase, again.round) == ("open", 0)
    assert again.hands["moscow"] == Hand((("mobility", "delhi"),))
    assert apply(MENU, apply(MENU, before, {"do": "open"}), {"do": "back"}) == before
    with pytest.raises(InputError, match="nothing to take back"):
        apply(MENU, State(), {"do": "back"})
    over = played({}, {}, {}, {})
    assert over.phase == "over"
    assert apply(MENU, over, {"do": "back"}).phase == "open"


def test_two_keys_must_both_be_turned_but_places_that_nobody_plays_agree() -> None:
    state = played({"moscow": ["joint-call beijing", "agreement delhi"], "beijing": ["agreement moscow"]})
    hands = state.settled[0]
    assert not agreed(MENU, hands, "moscow", ("joint-call", "beijing"))
    assert agreed(MENU, hands, "moscow", ("agreement", "delhi"))
    assert [(force.entry, force.target) for force in forces(MENU, state)] == [("agreement", "delhi")]
    both = played({"moscow": ["joint-call beijing"], "beijing": ["joint-call moscow"]})
    assert [(force.by, force.target) for force in forces(MENU, both)] == [("moscow", "beijing")]


# --- the menu and the scenario ------------------------------------------------------------------------------------


def test_the_menu_names_presets_and_measures_that_are_there_and_prices_have_sources() -> None:
    base = load_scenario(MENU.extends)
    for entry in MENU.entries.values():
        assert bool(entry.preset) != bool(entry.lifts), entry.name
        assert not entry.preset or entry.preset in preset_table(), entry.name
        assert set(entry.lifts) <= set(base.measures), entry.name
        assert entry.status in ("measured", "assumed"), entry.name
        assert entry.source, entry.name
        assert (entry.status == "assumed") == entry.source.startswith("assumed"), entry.name
        assert 0 < entry.price <= MENU.budget
        assert all(MENU.targets(entry, by) for by in entry.by), entry.name
    for lifting in (entry for entry in MENU.entries.values() if entry.lifts):
        for name in lifting.lifts:
            assert base.measures[name].enabled, name
            assert base.measures[name].start < MENU.begins(0), name
            assert base.measures[name].end is None, name


def test_every_text_of_the_menu_is_there_in_all_languages() -> None:
    told = [*MENU.places.values(), *MENU.entries.values(), *(goal for m in MENU.ministries for goal in m.goals)]
    for one in told:
        assert set(one.title) == {"en", "ru", "zh"}, one.name
        assert all(one.title.values()), one.name


def test_every_entry_gives_a_scenario_that_loads() -> None:
    """One game with each entry, of two keys towards a place that nobody plays or with the other one's key."""
    for entry in MENU.entries.values():
        by = entry.by[0]
        target = MENU.targets(entry, by)[-1]
        chosen = {by: [f"{entry.name} {target}"]}
        text = scenario_toml(MENU, played(chosen), 3)
        base, scenario = (load_scenario(path) for path in (MENU.extends, _file(text)))
        new = set(scenario.measures) - set(base.measures)
        if entry.lifts:
            assert {name for name in base.measures if scenario.measures[name].end != base.measures[name].end} == set(
                entry.lifts
            )
            continue
        (name,) = new
        measure = scenario.measures[name]
        assert (measure.start, measure.preset) == (date(2026, 1, 1), entry.preset)
        assert measure.end == date(2029, 1, 1)
        sides = [measure.from_.countries, measure.to.countries]
        wanted = [MENU.places[place].countries for place in entry.between or (by, target)]
        assert sides == (wanted[::-1] if entry.turned else wanted)


_FOLDER: list[Path] = []


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path) -> None:
    _FOLDER[:] = [tmp_path]


def _file(text: str) -> Path:
    path = _FOLDER[0] / "game.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rounds_that_follow_each_other_are_one_measure_and_a_pause_parts_them() -> None:
    state = played(*({"moscow": ["mobility delhi"]} if round_ != 2 else {} for round_ in range(4)))
    scenario = load_scenario(_file(scenario_toml(MENU, state, 3)))
    first, second = scenario.measures["moscow-mobility-delhi-1"], scenario.measures["moscow-mobility-delhi-4"]
    assert (first.start, first.end) == (date(2026, 1, 1), date(2032, 1, 1))
    assert (second.start, second.end) == (date(2035, 1, 1), None)


def test_a_ministry_that_is_left_out_takes_its_measures_of_two_keys_along() -> None:
    state = played(
        {"moscow": ["joint-call beijing", "mobility delhi"], "beijing": ["joint-call moscow", "mobility tokyo"]}
    )

    def left(without: str) -> set[str]:
        scenario = load_scenario(_file(scenario_toml(MENU, state, 3, without)))
        return {name for name in scenario.measures if name.endswith("-1")}

    assert left("") == {"moscow-joint-call-beijing-1", "moscow-mobility-delhi-1", "beijing-mobility-tokyo-1"}
    assert left("beijing") == {"moscow-mobility-delhi-1"}
    assert left("moscow") == {"beijing-mobility-tokyo-1"}
    assert left("brussels") == left("")
    assert left("all") == set()


# --- the journal --------------------------------------------------------------------------------------------------


@given(events=st.lists(EVENTS, max_size=30))
@settings(max_examples=60, deadline=None)
def test_a_journal_gives_back_the_state_that_was_left(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    path = tmp_path_factory.mktemp("games") / "game.jsonl"
    game, state = Journal.begin(path, MENU, 7), State()
    for event in [{"do": "open"}, *events]:
        try:
            state = apply(MENU, state, event)
        except InputError:
            with pytest.raises(InputError):
                game.add(event)
        else:
            assert game.add(event) == state
    again = Journal.read(path, MENU)
    assert again.state == game.state == state
    assert again.opening == game.opening


def begun(path: Path) -> Journal:
    """A game in its first round."""
    game = Journal.begin(path, MENU, 7)
    game.add({"do": "open"})
    game.add(choose("moscow", "mobility delhi"))
    return game


def test_a_last_line_that_was_cut_off_never_happened(tmp_path: Path) -> None:
    path = tmp_path / "game.jsonl"
    state = begun(path).state
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"do":"pass","mini')
    again = Journal.read(path, MENU)
    assert again.state == state
    assert path.read_bytes() == whole
    again.add({"do": "pass", "ministry": "beijing"})
    assert Journal.read(path, MENU).state == again.state != state


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [], "holds no game"),
        (lambda lines: ["hello", *lines[1:]], "holds no game"),
        (lambda lines: ['{"comity-game":1}', *lines[1:]], "holds no game"),
        (lambda lines: [lines[0].replace(MENU.fingerprint(), "0"), *lines[1:]], "another menu"),
        (lambda lines: [*lines, "{}"], "line 4 is no event"),
        (lambda lines: [*lines, "[]"], "line 4 is no event"),
        (lambda lines: [*lines[:2], '{"do":"open"}'], "line 3 is no event"),
        (lambda lines: [*lines[:2], '{"do":"choose","ministry":"moscow","choices":3,"decided":true}'], "line 3 is no event"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_game_is_refused_with_its_line(tmp_path: Path, change: Any, message: str) -> None:
    path = tmp_path / "game.jsonl"
    begun(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"{line}\n" for line in change(lines)), encoding="utf-8")
    with pytest.raises(InputError, match=message) as refused:
        Journal.read(path, MENU)
    assert str(path) in refused.value.where


def test_two_programs_do_not_write_one_game(tmp_path: Path) -> None:
    path = tmp_path / "game.jsonl"
    first = begun(path)
    second = Journal.read(path, MENU)
    second.add({"do": "pass", "ministry": "beijing"})
    before = first.state
    with pytest.raises(ExperimentError, match="served twice"):
        first.add({"do": "pass", "ministry": "brussels"})
    assert first.state is before
    assert Journal.read(path, MENU).state == second.state


def test_codes_are_drawn_apart_and_open_their_own_place_only() -> None:
    games = [opening(MENU, 1) for _ in range(200)]
    codes = [code for game in games for code in game.codes.values()]
    assert all(len(code) == OF_GROUP and set(code) <= set(LETTERS) for code in codes)
    assert len(set(codes)) > 790  # of 31**6: drawn from the same few, they would meet
    for game in games:
        assert len({*game.codes.values(), game.lecturer}) == 5
        assert len(game.lecturer) == OF_LECTURER
        assert game.place_of(game.lecturer) == "lecturer"
        assert {game.place_of(code) for code in game.codes.values()} == set(MENU.played)
        assert game.place_of(game.lecturer[:-1]) is game.place_of("") is game.place_of("Ж") is None
    shared = [sum(a == b for a, b in zip(*list(game.codes.values())[:2], strict=True)) for game in games]
    assert sum(shared) / len(shared) < 0.6  # letters that two codes of a game share by chance: 6/31


def test_a_game_is_gone_on_with_or_begun_as_it_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path))
    first = game_of(None, None)
    assert first.path.parent == tmp_path / "games"
    assert game_of(None, None).path == first.path
    assert game_of(None, first.opening.seed).opening == first.opening
    with pytest.raises(InputError, match="was begun with"):
        game_of(None, first.opening.seed + 1)
    second = game_of(None, 5, new=True)
    assert second.path != first.path
    assert second.opening.seed == 5
    named = game_of(tmp_path / "deep" / "mine.jsonl", 6)
    assert game_of(named.path, None).opening == named.opening
    with pytest.raises(InputError, match="is there already"):
        game_of(named.path, None, new=True)
    with pytest.raises(InputError, match="cannot be"):
        game_of(tmp_path, None)


def test_a_game_that_is_over_is_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path))
    first = game_of(None, 1)
    for _ in range(MENU.rounds):
        first.add({"do": "open"})
        for ministry in MENU.played:
            first.add({"do": "pass", "ministry": ministry})
        first.add({"do": "close"})
    assert game_of(None, None).path != first.path
    assert json.loads(first.path.read_text(encoding="utf-8").splitlines()[0])["seed"] == 1
