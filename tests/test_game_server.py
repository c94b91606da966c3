"""The class game on its server: messages, codes, views, what survives, and what the runs of a round are."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from served_pages import PATIENCE, served, until
from test_game_rules import choose
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from experiments.cli import main
from experiments.cli.output import Output
from experiments.cli.teaching import _announce
from experiments.teach.frames import packed
from experiments.teach.game import routes
from experiments.teach.game.files import game_of
from experiments.teach.game.hall import Hall
from experiments.teach.game.journal import Journal
from experiments.teach.game.menu import Goal, read_menu
from experiments.teach.game.messages import OF_GROUP, OF_LECTURER, read_code, read_event
from experiments.teach.game.scoring import Lucks, lines_of, reached, results
from experiments.teach.house import Toll
from experiments.teach.messages import Question, read_message
from experiments.teach.serving import Server, open_server
from model.errors import InputError

MENU = read_menu()
PLAYED = {"classroom": "Classroom"}


# --- messages -----------------------------------------------------------------------------------------------------


def test_messages_of_the_documented_form_are_read() -> None:
    message = {"id": 1, "do": "choose", "at": "open 1", "choices": [["mobility", "delhi"]], "decided": True}
    assert read_event(message, "moscow", "open 1") == choose("moscow", "mobility delhi")
    assert read_event({"id": 1, "do": "pass", "at": "open 1", "ministry": "moscow"}, "lecturer", "open 1") == {
        "do": "pass", "ministry": "moscow",
    }  # fmt: skip
    assert read_code({"id": 1, "code": " ab-c d2 "}) == "ABCD2"


@pytest.mark.parametrize(
    ("place", "change", "where"),
    [
        ("moscow", {"do": "close"}, "do"),
        ("moscow", {"do": "scenario"}, "do"),
        ("lecturer", {"do": "choose"}, "do"),
        ("moscow", {"do": None}, "do"),
        ("moscow", {"at": "open 2"}, "at"),
        ("moscow", {"at": None}, "at"),
        ("moscow", {"ministry": "beijing"}, "message"),
        ("moscow", {"choices": "all"}, "choices"),
        ("moscow", {"choices": [["mobility"]]}, "choices"),
        ("moscow", {"choices": [["mobility", 1]]}, "choices"),
        ("moscow", {"choices": [["x" * 41, "delhi"]]}, "choices"),
        ("moscow", {"choices": [["mobility", "delhi"]] * 21}, "choices"),
        ("moscow", {"decided": 1}, "decided"),
    ],
)
def test_what_a_place_may_not_send_is_refused_and_its_key_named(place: str, change: dict[str, Any], where: str) -> None:
    good = {"id": 1, "do": "choose", "at": "open 1", "choices": [], "decided": False}
    with pytest.raises(InputError) as refused:
        read_event({**good, **change}, place, "open 1")
    assert refused.value.where == where
    assert refused.value.allowed
    assert "None" not in refused.value.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(
    place=st.sampled_from([*MENU.played, "lecturer"]),
    message=st.fixed_dictionaries(
        {"id": JSON},
        optional={
            "do": st.sampled_from([*OF_LECTURER, *OF_GROUP]) | JSON,
            "at": st.just("open 1") | JSON,
            "ministry": st.sampled_from(MENU.played) | JSON,
            "choices": st.lists(st.lists(st.sampled_from([*MENU.entries, *MENU.places]) | JSON, max_size=3)) | JSON,
            "decided": JSON,
            "x": JSON,
        },
    ),
)
def test_whatever_is_sent_is_an_event_of_the_place_or_refused(place: str, message: dict[str, Any]) -> None:
    try:
        event = read_event(read_message(json.dumps(message)), place, "open 1")
    except InputError:
        return
    assert event["do"] in (OF_LECTURER if place == "lecturer" else OF_GROUP)
    assert place == "lecturer" or event["ministry"] == place


# --- the hall, with lucks that are known ------------------------------------------------------------------------------


class Asked:
    """A desk whose frames are made of the number of measures in the scenario; it may fail at first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.questions = failures, []  # type: ignore[var-annotated]

    async def ask(self, question: Question, who: object) -> bytes:
        if self.failures:
            self.failures -= 1
            raise InputError("not yet")
        self.questions.append(question)
        measures = Path(question.scenario).read_text(encoding="utf-8").count("preset = ")
        lines = [[indicator, pair, ""] for indicator, pair in question.lines]
        ends = np.arange(1997.0, 2039.0)
        series = 100.0 + 10.0 * measures + np.random.default_rng(3).random((20, len(lines), len(ends)))
        return packed({"kind": "lucks", "lines": lines}, {"ends": ends, "series": series})


class Seat:
    """A page that remembers what it was told."""

    def __init__(self) -> None:
        self.views: list[dict[str, Any]] = []

    def tell(self, text: str) -> None:
        self.views.append(json.loads(text)["view"])

    @property
    def view(self) -> dict[str, Any]:
        return self.views[-1]


def in_hall(tmp_path: Path, play: Any, desk: Asked | None = None) -> None:
    """Run a play in a hall with a new game."""

    async def run() -> None:
        async with Hall(Journal.begin(tmp_path / "game.jsonl", MENU, 3), desk or Asked()) as hall:
            await asyncio.wait_for(play(hall), PATIENCE)

    asyncio.run(run())


async def settled(hall: Hall) -> None:
    """Wait until results are there."""
    while hall.view("moscow")["running"]:
        await asyncio.sleep(0.01)


def test_what_others_choose_is_told_when_the_round_is_closed_and_codes_only_to_the_lecturer(tmp_path: Path) -> None:
    async def play(hall: Hall) -> None:
        seats = {place: Seat() for place in ("moscow", "beijing", "lecturer")}
        for place, seat in seats.items():
            code = hall.journal.opening.codes.get(place, hall.journal.opening.lecturer)
            assert hall.enter(seat, code) == place
        hall.take({"do": "open"})
        hall.take(choose("moscow", "mobility tokyo"))
        assert seats["moscow"].view["hand"]["choices"] == [["mobility", "tokyo"]]
        for place in ("beijing", "lecturer"):
            assert "tokyo" not in json.dumps(seats[place].view)
        assert seats["beijing"].view["ministries"]["moscow"] == {"here": 1, "decided": True, "passed": False}
        for ministry in ("beijing", "brussels", "washington"):
            hall.take({"do": "pass", "ministry": ministry})
        hall.take({"do": "close"})
        assert seats["beijing"].view["settled"][0]["moscow"]["choices"] == [["mobility", "tokyo", True]]
        for place in ("moscow", "beijing"):
            told = json.dumps(seats[place].views)
            others = [code for name, code in hall.journal.opening.codes.items()]
            assert not any(code in told for code in (*others, hall.journal.opening.lecturer))
        assert seats["lecturer"].view["codes"] == hall.journal.opening.codes
        assert hall.journal.opening.lecturer not in json.dumps(seats["lecturer"].views)

    in_hall(tmp_path, play)


def test_a_run_that_fails_is_tried_again_and_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.teach.game.hall.AGAIN", 0.01)

    async def play(hall: Hall) -> None:
        seat = Seat()
        hall.enter(seat, hall.journal.opening.lecturer)
        await settled(hall)
        assert "not yet" in [view["trouble"] for view in seat.views]
        assert seat.view["trouble"] == ""
        assert seat.view["results"]["years"][-1] == 2025

    in_hall(tmp_path, play, Asked(failures=3))


def test_a_round_that_is_taken_back_and_closed_again_need_not_run_again(tmp_path: Path) -> None:
    desk = Asked()

    async def play(hall: Hall) -> None:
        await settled(hall)
        hall.take({"do": "open"})
        hall.take(choose("moscow", "mobility tokyo"))
        for ministry in ("beijing", "brussels", "washington"):
            hall.take({"do": "pass", "ministry": ministry})
        hall.take({"do": "close"})
        await settled(hall)
        first, asked = hall.view("moscow")["results"], len(desk.questions)
        assert first["years"][-1] == 2028
        hall.take({"do": "back"})
        await settled(hall)
        assert hall.view("moscow")["results"]["years"][-1] == 2025
        for ministry in ("beijing", "brussels", "washington"):
            hall.take({"do": "pass", "ministry": ministry})
        hall.take(choose("moscow", "mobility tokyo"))
        hall.take({"do": "close"})
        await settled(hall)
        assert hall.view("moscow")["results"] == first
        assert len(desk.questions) == asked == 2  # nobody acts; what was chosen

    in_hall(tmp_path, play, desk)


def test_the_grey_line_may_leave_out_one_ministry_and_goals_stay_against_nobody(tmp_path: Path) -> None:
    async def play(hall: Hall) -> None:
        hall.take({"do": "open"})
        hall.take(choose("moscow", "mobility tokyo"))
        hall.take(choose("beijing", "mobility tokyo", "club delhi"))
        for ministry in ("brussels", "washington"):
            hall.take({"do": "pass", "ministry": ministry})
        hall.take({"do": "close"})
        await settled(hall)
        line, found = "partnerships.count:Russia-China", {}
        for without in ("all", "moscow", "beijing", "brussels"):
            hall.take({"do": "without", "ministry": without})
            await settled(hall)
            told = hall.view("moscow")["results"]
            found[without] = (told["lines"][line]["now"][-1] - told["lines"][line]["grey"][-1], told["goals"])
        gaps = {without: gap for without, (gap, _) in found.items()}
        assert gaps == pytest.approx({"all": 30, "moscow": 10, "beijing": 20, "brussels": 0}, abs=0.01)
        assert len({json.dumps(goals) for _, goals in found.values()}) == 1
        with pytest.raises(InputError):
            hall.take({"do": "without", "ministry": "paris"})

    in_hall(tmp_path, play)


# --- scoring ------------------------------------------------------------------------------------------------------


def lucks(goal: Goal, values: np.ndarray) -> Lucks:
    """Lucks whose only lines are those of a goal, with the same values in each, float64[R]."""
    return Lucks({(goal.indicator, pair): values[:, None] for pair in goal.pairs}, [2028])


@pytest.mark.parametrize(
    ("want", "change", "points"),
    [("more", 0.1, 5.0), ("less", 0.1, -5.0), ("more", -0.1, -5.0), ("more", 0.3, 10.0), ("less", 0.3, -10.0)],
)
def test_points_are_the_change_over_what_is_worth_ten(want: str, change: float, points: float) -> None:
    goal = Goal("g", "partnerships.count", ("a", "b"), want, 0.2, {})
    grey = np.linspace(90.0, 110.0, 20)
    told = reached(goal, lucks(goal, grey * (1 + change)), lucks(goal, grey), 2028)
    assert told["nobody"] == pytest.approx(200.0)
    assert told["change"] == pytest.approx(change)
    assert told["points"] == pytest.approx(points)


def test_shares_change_by_points_and_what_is_within_chance_counts_nothing() -> None:
    goal = Goal("g", "leaders.share", ("a>b",), "more", 0.05, {})
    grey = np.full(20, 0.4)
    assert reached(goal, lucks(goal, grey + 0.02), lucks(goal, grey), 2028)["points"] == pytest.approx(4.0)
    noise = np.where(np.arange(20) % 2 == 0, 0.1, -0.09)
    told = reached(goal, lucks(goal, grey + noise), lucks(goal, grey), 2028)
    assert told["change"] == pytest.approx(0.005)
    assert told["low"] < 0 < told["high"]
    assert (told["clear"], told["points"]) == (False, 0.0)


def test_a_share_that_is_undefined_in_some_lucks_is_told_of_the_others() -> None:
    goal = Goal("g", "leaders.share", ("a>b",), "more", 0.05, {})
    grey, more = np.full(20, 0.4), np.full(20, 0.42)
    grey[3] = more[7] = np.nan
    told = reached(goal, lucks(goal, more), lucks(goal, grey), 2028)
    assert (told["value"], told["points"]) == (pytest.approx(0.42), pytest.approx(4.0))
    none = reached(goal, lucks(goal, np.full(20, np.nan)), lucks(goal, grey), 2028)
    assert (none["value"], none["nobody"], none["points"]) == (None, None, 0.0)
    json.dumps(none, allow_nan=False)


def test_the_interval_is_the_paired_t_interval() -> None:
    from scipy.stats import ttest_1samp

    goal = Goal("g", "partnerships.mix", ("a>b",), "more", 0.05, {})
    draw = np.random.default_rng(1)
    grey, difference = draw.random(20), draw.normal(0.1, 0.05, 20)
    told = reached(goal, lucks(goal, grey + difference), lucks(goal, grey), 2028)
    known = ttest_1samp(difference, 0).confidence_interval(0.95)
    assert (told["low"], told["high"]) == pytest.approx((known.low, known.high))


def test_curves_end_with_the_last_round_that_was_closed() -> None:
    series = {line: np.arange(42.0)[None, :] + np.arange(20.0)[:, None] for line in lines_of(MENU)}
    both = Lucks(series, list(range(1996, 2038)))
    told = results(MENU, both, both, 2)
    assert (told["years"][0], told["years"][-1]) == (2015, 2031)
    line = told["lines"]["partnerships.count:Russia-China"]
    assert line["now"] == line["grey"] == [pytest.approx(year - 1996 + 9.5) for year in told["years"]]
    assert not line["differs"]
    assert {place: len(rounds) for place, rounds in told["goals"].items()} == dict.fromkeys(MENU.played, 2)


# --- the server -----------------------------------------------------------------------------------------------------


class Player:
    """A page of the game: its socket, the last view, answers by id."""

    def __init__(self, url: str, code: str, origin: str | None = None) -> None:
        host = url.removeprefix("http://").rstrip("/")
        self.socket = connect(
            f"ws://{host}/game/ws", origin=origin if origin is not None else f"http://{host}",  # type: ignore[arg-type]
            open_timeout=PATIENCE,
        )  # fmt: skip
        self.number, self.views, self.answers = 0, [], {}  # type: ignore[var-annotated]
        self.heard, self.last = 0, {}  # type: ignore[var-annotated]
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        self.entered = self.say(code=code)

    def _listen(self) -> None:
        try:
            for text in self.socket:
                said = json.loads(text)
                if "view" in said:
                    self.views.append(said["view"])
                else:
                    self.answers[said["id"]] = self.last = said
                    self.heard += 1
        except ConnectionClosed:
            return

    def say(self, **message: Any) -> dict[str, Any]:
        """The answer to a message."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, **message}))
        until(lambda: self.number in self.answers or not self.thread.is_alive())
        return self.answers.get(self.number, {})  # type: ignore[no-any-return]

    def do(self, do: str, **more: Any) -> dict[str, Any]:
        """Do something now, and see it: the view of what is done comes before the answer."""
        return self.say(do=do, at=self.view["moment"], **more)

    @property
    def view(self) -> dict[str, Any]:
        until(lambda: self.views)
        return self.views[-1]  # type: ignore[no-any-return]

    def wait(self, **wanted: Any) -> dict[str, Any]:
        """The view once it has these values."""
        until(lambda: all(self.view[key] == value for key, value in wanted.items()))
        return self.view

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def playing(path: Path, port: int = 0) -> Any:
    """A server of the game of a file."""
    return served(open_server(PLAYED, port, workers=1, game=game_of(path, 5)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for tests that leave the game as it was."""
    with playing(tmp_path_factory.mktemp("game") / "game.jsonl") as running:
        yield running


def codes_of(server: Server) -> dict[str, str]:
    game = server.opened.house.game
    assert game is not None
    return {**game.opening.codes, "lecturer": game.opening.lecturer}


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_socket_of_another_page_is_refused(server: Server, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Player(server.opened.url, "x", origin=origin)
    assert refused.value.response.status_code == 403


def test_a_wrong_code_is_told_slowly_and_five_end_the_talk(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.teach.house.A_WRONG_CODE", 0.01)
    code = codes_of(server)["moscow"]
    with Player(server.opened.url, code[:-1]) as guessing:
        assert guessing.entered["error"]["kind"] == "code"
        for wrong in ("", 7, None, {"a": 1}):
            assert guessing.say(code=wrong)["error"]["kind"] == "code"
        until(lambda: not guessing.thread.is_alive())
        assert guessing.views == []
    with Player(server.opened.url, f" {code[:3].lower()}-{code[3:]} ") as typed:
        assert typed.entered["place"] == "moscow"


def silent(server: Server, source: str) -> ClientConnection:
    """A socket of an address that says nothing."""
    host = server.opened.url[7:].rstrip("/")
    address, port = host.split(":")
    taken = socket.create_connection((address, int(port)), source_address=(source, 0))
    return connect(f"ws://{host}/game/ws", sock=taken, origin=f"http://{host}", open_timeout=PATIENCE)  # type: ignore[arg-type]


def test_a_page_that_says_no_code_is_closed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "SILENCE", 0.1)
    with silent(server, "127.0.0.1") as one, pytest.raises(ConnectionClosed):
        one.recv(PATIENCE)


def test_silent_pages_lock_no_group_out(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        per = routes.MOST_UNKNOWN_OF_ADDRESS
        ours = [stack.enter_context(silent(server, "127.0.0.1")) for _ in range(per + 1)]
        with pytest.raises(ConnectionClosed):  # the oldest of the address made room
            ours[0].recv(PATIENCE)
        others = [
            stack.enter_context(silent(server, f"127.0.1.{2 + k // per}")) for k in range(routes.MOST_UNKNOWN + 1 - per)
        ]
        with pytest.raises(ConnectionClosed):  # the oldest of all
            ours[1].recv(PATIENCE)
        with Player(server.opened.url, codes_of(server)["moscow"]) as group:
            assert group.entered["place"] == "moscow"
        assert others[-1].ping().wait(PATIENCE)


def test_guesses_are_not_cheaper_for_those_who_go_away_and_come_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    async def paying(self: Toll) -> None:
        while not release.is_set():
            await asyncio.sleep(0.01)

    monkeypatch.setattr(Toll, "pay", paying)
    try:
        for _ in range(routes.MOST_UNKNOWN_OF_ADDRESS):
            with silent(server, "127.0.0.9") as guess:
                guess.send(json.dumps({"id": 1, "code": "WRONG"}))
        with silent(server, "127.0.0.9") as late:
            assert json.loads(late.recv(PATIENCE))["error"]["kind"] == "busy"
            with pytest.raises(ConnectionClosed):
                late.recv(PATIENCE)
        with Player(server.opened.url, codes_of(server)["moscow"]) as group:  # of another address
            assert group.entered["place"] == "moscow"
    finally:
        release.set()


def test_a_page_that_has_its_answer_has_the_view_of_it(tmp_path: Path) -> None:
    with (
        playing(tmp_path / "game.jsonl") as running,
        Player(running.opened.url, codes_of(running)["lecturer"]) as lecturer,
    ):
        lecturer.do("open")
        with Player(running.opened.url, codes_of(running)["moscow"]) as group:
            for chosen in ([["mobility", "tokyo"]], [["mobility", "tokyo"], ["mobility", "delhi"]], []):
                assert group.do("choose", choices=chosen, decided=False)["ok"]
                assert group.view["hand"]["choices"] == chosen


def test_nobody_does_anything_before_a_code_and_groups_do_nothing_of_the_lecturers(server: Server) -> None:
    with Player(server.opened.url, codes_of(server)["beijing"]) as group:
        for do in OF_LECTURER:
            assert group.do(do)["error"]["where"] == "do"
        assert group.view["phase"] == "waiting"
        assert "codes" not in group.view
    with connect(f"ws://{server.opened.url[7:]}game/ws", origin=server.opened.url.rstrip("/")) as unknown:  # type: ignore[arg-type]
        unknown.send(json.dumps({"id": 1, "do": "open", "at": "waiting 1"}))
        assert json.loads(unknown.recv(PATIENCE))["error"]["kind"] == "code"


def test_hostile_messages_get_an_error_each_and_change_nothing(server: Server) -> None:
    game = server.opened.house.game
    assert game is not None
    draw, before = random.Random(11), game.path.read_bytes()
    strange = [
        None,
        True,
        -1,
        2**70,
        1e308,
        "",
        "x" * 400,
        "\u202e\0",
        [],
        [[]],
        {},
        {"a": 1},
        "open",
        "../..",
        [["mobility", "delhi"]],
    ]
    with Player(server.opened.url, codes_of(server)["moscow"]) as other:
        for _ in range(3):
            with Player(server.opened.url, codes_of(server)["brussels"]) as hostile:
                sent = 0
                while sent < 60:
                    message: dict[str, Any] = {
                        "id": hostile.number + 1,
                        "do": "choose",
                        "at": "waiting 1",
                        "choices": [],
                        "decided": True,
                    }
                    for _ in range(draw.randrange(1, 4)):
                        message[draw.choice([*message, "ministry", "code", "x"])] = draw.choice(strange)
                    text = json.dumps(message)
                    before_this = hostile.heard
                    hostile.socket.send(text[: draw.randrange(len(text))] if draw.random() < 0.3 else text)
                    until(lambda: hostile.heard > before_this)  # noqa: B023
                    assert hostile.last.get("error"), text
                    sent += hostile.last["error"]["kind"] != "rate"
        assert other.do("choose", choices=[], decided=False)["error"]["message"] == "cannot choose: no round is open"
    assert game.path.read_bytes() == before


def test_a_page_that_sends_too_much_is_asked_to_slow_down_and_others_are_served(server: Server) -> None:
    with (
        Player(server.opened.url, codes_of(server)["brussels"]) as fast,
        Player(server.opened.url, codes_of(server)["moscow"]) as other,
    ):
        for _ in range(80):
            fast.socket.send("{}")
        until(lambda: None in fast.answers)
        until(lambda: fast.answers[None]["error"]["kind"] == "rate")
        assert other.say(do="choose", at="waiting 1", choices=[], decided=False)["error"]


@pytest.mark.long
def test_a_game_goes_on_after_the_server_was_stopped_and_its_scenario_is_what_was_run(tmp_path: Path) -> None:
    path = tmp_path / "game.jsonl"
    with playing(path) as first:
        codes = codes_of(first)
        with (
            Player(first.opened.url, codes["lecturer"]) as lecturer,
            Player(first.opened.url, codes["moscow"]) as moscow,
        ):
            assert lecturer.do("open")["ok"]
            assert moscow.do("choose", choices=[["mobility", "beijing"]], decided=True)["ok"]
            late = lecturer.say(do="open", at="waiting 1")
            assert late["error"]["where"] == "at"  # a click that comes twice does nothing
            for ministry in ("beijing", "brussels", "washington"):
                assert lecturer.do("pass", ministry=ministry)["ok"]
            assert lecturer.do("close")["ok"]
            round_1 = lecturer.wait(running=False, round=1)["results"]
            assert lecturer.do("open")["ok"]
            assert moscow.do("choose", choices=[["mobility", "beijing"], ["mobility", "delhi"]], decided=False)["ok"]
    with playing(path) as second:
        assert codes_of(second) == codes
        with (
            Player(second.opened.url, codes["moscow"]) as moscow,
            Player(second.opened.url, codes["lecturer"]) as lecturer,
        ):
            assert moscow.wait(running=False)["results"] == round_1
            assert moscow.view["hand"] == {
                "choices": [["mobility", "beijing"], ["mobility", "delhi"]],
                "decided": False,
                "passed": False,
            }
            moscow.do("choose", choices=moscow.view["hand"]["choices"], decided=True)
            for ministry in ("beijing", "brussels", "washington"):
                lecturer.do("pass", ministry=ministry)
            lecturer.do("close")
            view = lecturer.wait(running=False, round=2)
            saved = lecturer.say(do="scenario")
    told = view["results"]
    for name, line in round_1["lines"].items():  # what was decided later changed nothing before
        assert told["lines"][name]["now"][: len(round_1["years"])] == line["now"], name
    assert told["goals"]["moscow"][0] == round_1["goals"]["moscow"][0]
    assert told["goals"]["beijing"][1][2]["points"] > 0  # more partnerships with Russia
    (tmp_path / saved["file"]).write_text(saved["toml"], encoding="utf-8")
    words = saved["command"].split()
    assert words == ["comity", "run", "class-game.toml"]
    run = tmp_path / "run"
    assert main(["run", str(tmp_path / words[2]), "--no-figures", "--quiet", "--jobs", "1", "--out", str(run)]) == 0
    values: dict[tuple[str, int], list[float]] = {}
    with (run / "series.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = f"{row['indicator']}:{row['pair']}"
            if key in told["lines"]:
                values.setdefault((key, int(row["date"][:4])), []).append(float(row["value"] or "nan"))
    for name, line in told["lines"].items():
        for year, value in zip(told["years"], line["now"], strict=True):
            assert len(values[name, year]) == told["lucks"] == 20
            assert value == pytest.approx(np.nanmean(values[name, year]), rel=1e-5), (name, year)


def test_options_of_the_game_need_the_game(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for words in (["--seed", "3"], ["--new-game"], ["--state", str(tmp_path / "x")]):
        assert main(["teach", *words]) == 2
        assert "--game" in capsys.readouterr().err
    broken = tmp_path / "broken.jsonl"
    broken.write_text("hello\n", encoding="utf-8")
    assert main(["teach", "--game", "--state", str(broken)]) == 2
    assert "holds no game" in capsys.readouterr().err


def test_the_groups_address_is_shown_as_a_qr_code_on_a_terminal_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("experiments.teach.addresses.own_addresses", lambda: ["10.42.0.1"])
    monkeypatch.setattr("experiments.teach.addresses.default_address", lambda: "")
    opened = open_server(PLAYED, 0, lan=True, game=game_of(tmp_path / "game.jsonl", 5))
    try:
        shown = []
        monkeypatch.setattr(
            "segno.make", lambda url, **_: shown.append(url) or SimpleNamespace(terminal=lambda **_: None)
        )
        for terminal in (False, True):
            monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)  # noqa: B023
            _announce(Output(), opened)
        assert shown == [f"{opened.house.address}game.html"]
        assert shown[0] in capsys.readouterr().out
    finally:
        opened.listening.close()
