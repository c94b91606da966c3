"""The class game in a browser: four groups, a wall, a lost connection, a reload, and a server that was stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched, serious_faults
from served_pages import served

from experiments.teach import conversing
from experiments.teach.game.files import game_of
from experiments.teach.game.journal import Journal
from experiments.teach.game.menu import read_menu
from experiments.teach.serving import Server, open_server
from model.scenario import load_scenario

MENU = read_menu()
PHONE = {"width": 390, "height": 844}
SMALL_TARGETS = """() => [...document.querySelectorAll('button, select, summary, input')]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"""
NAMELESS = """() => [...document.querySelectorAll('button, select, input, img, meter, [role=img], [role=region]')]
    .filter((one) => one.checkVisibility() && !(one.textContent.trim() || one.ariaLabel || one.alt || one.labels?.length))
    .map((one) => one.outerHTML)"""


class Screens(Watched):
    """The wall and the four groups, each in a browser of its own; what they asked of other machines, and complained of."""

    def __init__(self, browser: Any, server: Server, **context: Any) -> None:
        super().__init__()
        self.browser, self.server, self.context = browser, server, context
        self.pages: dict[str, Any] = {}

    @property
    def game(self) -> Journal:
        """What the server plays."""
        game = self.server.opened.house.game
        assert game is not None
        return game

    def page(self, width: int = 1280, height: int = 720) -> Any:
        """A page of a browser of its own."""
        return self.page_of(self.browser.new_context(viewport={"width": width, "height": height}, **self.context))

    def wall(self) -> Any:
        """The lecturer's screen."""
        page = self.pages["lecturer"] = self.page()
        page.goto(self.server.opened.game_url)
        page.wait_for_selector("body[data-ready=lecturer]")
        return page

    def group(self, ministry: str, size: dict[str, int] = PHONE, query: str = "") -> Any:
        """A group's screen, opened by its link."""
        page = self.pages[ministry] = self.page(**size)
        page.goto(f"{self.server.opened.url}game.html{query}#code={self.game.opening.codes[ministry]}")
        page.wait_for_selector(f"body[data-ready={ministry}]")
        return page

    def close(self) -> None:
        """Afterwards nobody has looked elsewhere, nor complained."""
        for page in self.pages.values():
            page.context.close()
        assert self.elsewhere == []
        assert self.complaints == []


@contextmanager
def play(server: Server, browser: Any, **context: Any) -> Iterator[Screens]:
    """Screens that are closed at the end."""
    screens = Screens(browser, server, **context)
    yield screens
    screens.close()


def playing(path: Path, port: int = 0) -> Any:
    """A server of the game of a file."""
    return served(open_server({"classroom": "Classroom"}, port, workers=2, game=game_of(path, 5)))


def choose(page: Any, *choices: str) -> None:
    """Press choices "entry-place", and wait until the server has them."""
    for choice in choices:
        page.click(f"#choose-{choice}")
    page.wait_for_function("() => comity.screen.outstanding === 0")


def close_round(wall: Any, round_: int) -> None:
    """Close a round, and wait for what came of it."""
    wall.wait_for_selector("#close:enabled")
    wall.click("#close")
    wall.wait_for_function(f"() => !comity.view.running && comity.view.round === {round_}")


@pytest.mark.long
def test_four_groups_play_with_a_lost_connection_a_reload_and_a_server_that_was_stopped(
    browser: Any, tmp_path: Path
) -> None:
    path = tmp_path / "game.jsonl"
    with ExitStack() as stack:
        running = stack.enter_context(ExitStack())
        first = running.enter_context(playing(path))
        port = int(first.opened.url.rstrip("/").rsplit(":", 1)[1])
        screens = stack.enter_context(play(first, browser))
        wall = screens.wall()
        for ministry in MENU.played:
            screens.group(ministry)
        pages = screens.pages
        wall.wait_for_function("() => Object.values(comity.view.ministries).every((one) => one.here === 1)")
        assert "code" not in wall.url
        wall.click("#open")

        pages["moscow"].wait_for_selector("#decide")
        choose(pages["moscow"], "joint-call-beijing", "mobility-delhi")
        assert pages["moscow"].inner_text("#left").startswith("49 of 100 left")
        assert pages["moscow"].is_disabled("#choose-mobility-london") is False
        choose(pages["moscow"], "mobility-london")
        assert pages["moscow"].is_disabled("#choose-mobility-tokyo")

        # a connection that is lost between a choice and its answer
        pages["beijing"].evaluate("comity.server.socket.close()")
        pages["beijing"].click("#choose-joint-call-moscow")
        pages["beijing"].wait_for_function("() => comity.server.inside && comity.screen.outstanding === 0")
        assert screens.game.state.hands["beijing"].choices == (("joint-call", "moscow"),)

        # a reload
        choose(pages["brussels"], "mobility-tokyo", "moratorium-moscow")
        pages["brussels"].reload()
        pages["brussels"].wait_for_selector("#choose-moratorium-moscow[aria-pressed=true]")
        assert pages["brussels"].inner_text("#left").startswith("68 of 100 left")

        for ministry in ("moscow", "beijing", "brussels"):
            pages[ministry].click("#decide")
        pages["washington"].context.close()
        del pages["washington"]
        wall.wait_for_function("() => comity.view.ministries.washington.here === 0")
        assert wall.inner_text("[data-place=washington] .status") == "nobody is here"
        assert wall.is_disabled("#close")
        wall.click("#pass-washington")
        close_round(wall, 1)

        assert "Joint call with two keys → Beijing" in wall.inner_text(".deeds")
        sentence = wall.inner_text("#sentence")
        assert sentence.startswith(
            "Partnerships in 2028, against what they would be if nobody had acted: Russia and China"
        )
        results = wall.evaluate("comity.view.results")
        assert wall.evaluate("comity.screen.chart.plot.data[0].at(-1)") == 2028
        for ministry in MENU.played:
            points = sum(goal["points"] for goal in results["goals"][ministry][-1])
            shown = wall.inner_text(f"[data-place={ministry}] .sum").replace("−", "-")
            assert float(shown) == pytest.approx(points, abs=0.051)
        wall.reload()
        wall.wait_for_selector("body[data-ready=lecturer]")
        assert wall.evaluate("comity.view.results") == results

        # the server is stopped in the second round, and started again
        wall.click("#open")
        pages["moscow"].wait_for_selector("#choose-mobility-london[aria-pressed=true]")  # goes on unless struck out
        choose(pages["moscow"], "mobility-london")
        journal = path.read_bytes()
        running.close()
        first.opened.listening.close()
        for page in pages.values():
            page.wait_for_selector("body[data-connection=lost]")
        assert pages["moscow"].inner_text("#notice") == "The connection is lost; trying again."
        pages["moscow"].click("#choose-mobility-london")  # nobody hears it now
        running.enter_context(playing(path, port))
        for page in pages.values():
            page.wait_for_selector("body[data-connection=open]")
        pages["moscow"].wait_for_function("() => comity.screen.outstanding === 0")
        assert path.read_bytes().startswith(journal)
        again = Journal.read(path, MENU)
        assert again.state.hands["moscow"].choices == (
            ("joint-call", "beijing"),
            ("mobility", "delhi"),
            ("mobility", "london"),
        )
        wall.wait_for_function("() => comity.view.results")
        assert wall.evaluate("comity.view.results") == results
        screens.complaints = [said for said in screens.complaints if "ERR_CONNECTION" not in said]

        # an opening is taken back, then the round; and three rounds more
        wall.click("#back")
        wall.wait_for_function("() => comity.view.moment === 'waiting 2'")
        wall.click("#back")
        wall.wait_for_function("() => comity.view.moment === 'open 1'")
        assert wall.evaluate("comity.view.results?.years.at(-1) ?? 2025") == 2025
        for round_ in range(4):
            if round_:
                wall.click("#open")
            for ministry in ("moscow", "beijing", "brussels"):
                pages[ministry].wait_for_function(f"() => comity.view.moment === 'open {round_ + 1}'")
                pages[ministry].click("#decide")
            wall.click("#pass-washington")
            close_round(wall, round_ + 1)
        assert wall.inner_text("h1") == "After four rounds: what came of it?"
        assert wall.locator(".deeds tbody tr").count() == 4

        with wall.expect_download() as download:
            wall.click("#save")
        taken = tmp_path / download.value.suggested_filename
        download.value.save_as(taken)
        scenario = load_scenario(taken)
        assert scenario.run.seed == 5
        assert {name for name in scenario.measures if name.endswith("-1")} == {
            "moscow-joint-call-beijing-1", "moscow-mobility-delhi-1", "brussels-mobility-tokyo-1", "brussels-moratorium-moscow-1",
            "moscow-mobility-london-1",
        }  # fmt: skip


@pytest.fixture(scope="module")
def shown(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A game whose first round is over and whose second one is open."""
    path = tmp_path_factory.mktemp("game") / "game.jsonl"
    game = game_of(path, 5)
    chosen = {
        "moscow": [["mobility", "beijing"]],
        "washington": [["lift-america-china", "beijing"], ["joint-call", "moscow"]],
    }
    game.add({"do": "open"})
    for ministry in MENU.played:
        game.add({"do": "choose", "ministry": ministry, "choices": chosen.get(ministry, []), "decided": True})
    game.add({"do": "close"})
    game.add({"do": "open"})
    with served(open_server({"classroom": "Classroom"}, 0, workers=2, game=game)) as running:
        yield running


def test_a_code_is_typed_and_a_wrong_one_is_told(browser: Any, shown: Server) -> None:
    with play(shown, browser) as screens:
        page = screens.pages["x"] = screens.page(**PHONE)
        page.goto(f"{shown.opened.url}game.html")
        page.fill("#code", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('.problem')?.textContent")
        assert page.inner_text(".problem") == "This is no code of this game."
        assert serious_faults(page) == []
        code = screens.game.opening.codes["beijing"]
        page.fill("#code", f"{code[:3].lower()} {code[3:]}")
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-ready=beijing]")
        assert page.inner_text("h1") == "You are the ministry in Beijing"


def test_the_keyboard_chooses_and_decides_and_keeps_its_place(browser: Any, shown: Server) -> None:
    with play(shown, browser) as screens:
        page = screens.group("brussels")
        page.focus("#choose-mobility-delhi")
        page.keyboard.press("Space")
        page.wait_for_function("() => comity.screen.outstanding === 0")
        assert page.get_attribute("#choose-mobility-delhi", "aria-pressed") == "true"
        assert page.evaluate("document.activeElement.id") == "choose-mobility-delhi"
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") != "0px"
        page.focus("#decide")
        page.keyboard.press("Enter")
        page.wait_for_function("() => comity.view.ministries.brussels.decided")
        assert page.evaluate("document.activeElement.id") == "decide"
        assert page.inner_text(".state").startswith("You have decided for 2029–2031.")
        assert page.is_disabled("#choose-mobility-delhi")
        page.keyboard.press("Enter")
        page.wait_for_function("() => !comity.view.ministries.brussels.decided")


def test_a_press_is_not_lost_to_what_others_do_between_its_down_and_its_up(browser: Any, shown: Server) -> None:
    with play(shown, browser) as screens:
        wall, page, other = screens.wall(), screens.group("beijing"), screens.group("moscow")
        page.locator("#choose-mobility-delhi").hover()
        page.mouse.down()
        other.click("#decide")
        page.wait_for_function("() => comity.view.ministries.moscow.decided")
        page.mouse.up()
        page.wait_for_function("() => comity.screen.outstanding === 0")
        assert ("mobility", "delhi") in screens.game.state.hands["beijing"].choices
        wall.locator("#pass-beijing").hover()
        wall.mouse.down()
        other.click("#decide")
        wall.wait_for_function("() => !comity.view.ministries.moscow.decided")
        wall.mouse.up()
        page.wait_for_function("() => !comity.screen.open()")
        page.click("#decide")
        page.wait_for_function("() => comity.screen.open()")


def test_codes_are_shown_one_by_one_with_a_picture(browser: Any, shown: Server) -> None:
    with play(shown, browser) as screens:
        wall = screens.wall()
        body = wall.inner_text("body")
        assert not any(code in body for code in screens.game.opening.codes.values())
        wall.click("#codes")
        wall.click("#panel summary:has-text('Beijing')")
        wall.wait_for_function("() => document.querySelector('#panel details[open] img').naturalWidth > 0")
        assert serious_faults(wall) == []
        visible = wall.inner_text("#panel")
        assert [place for place, code in screens.game.opening.codes.items() if code in visible] == ["beijing"]
        wall.keyboard.press("Escape")
        assert not wall.is_visible("#panel")


def test_a_group_for_which_there_is_no_room_is_told_and_comes_in_later(
    browser: Any, shown: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with play(shown, browser) as screens:
        page = screens.group("beijing")
        monkeypatch.setattr(conversing, "COME_AGAIN", 0.5)
        monkeypatch.setattr(conversing, "MOST_OF_ADDRESS", 0)
        page.evaluate("comity.server.socket.close()")
        page.wait_for_selector("body[data-connection=full]")
        assert "full" in page.inner_text("#notice")
        monkeypatch.undo()
        page.wait_for_selector("body[data-connection=open]")
        assert page.is_hidden("#notice")


@pytest.mark.long
def test_the_wall_compares_with_what_one_ministry_did(browser: Any, shown: Server) -> None:
    with play(shown, browser) as screens:
        wall = screens.wall()
        wall.wait_for_function("() => comity.view.results")
        wall.select_option("#grey", "moscow")
        wall.wait_for_function("() => comity.view.results?.without === 'moscow'")
        assert "without what Moscow did" in wall.inner_text("#sentence")
        for name in ("partnerships.china", "works.russia", "works.china", "leads"):
            wall.select_option("#lines", name)
            assert wall.get_attribute("#wall-chart", "aria-label") == wall.inner_text("#sentence")
        wall.select_option("#grey", "all")
        wall.wait_for_function("() => comity.view.results?.without === 'all'")


@pytest.mark.parametrize(("lang", "word"), [("en", "Budget spent"), ("ru", "Израсходовано"), ("zh", "已用预算")])
def test_every_screen_speaks_the_language_and_has_large_named_targets(
    browser: Any, shown: Server, lang: str, word: str
) -> None:
    with play(shown, browser, locale=lang) as screens:
        wall, group = screens.wall(), screens.group("washington")
        wall.wait_for_function("() => comity.view.results")
        for page in (wall, group):
            text = page.inner_text("body")
            assert "{" not in text
            assert "game." not in text
            assert page.evaluate(SMALL_TARGETS) == []
            assert page.evaluate(NAMELESS) == []
            assert serious_faults(page) == []
            assert page.evaluate("document.documentElement.lang").startswith(lang)
            assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        assert wall.evaluate("document.scrollingElement.scrollHeight") <= 720
        assert group.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
        titles = json.dumps([entry["title"] for entry in MENU.told()["entries"]], ensure_ascii=False)
        assert group.inner_text(".entry .name span").strip() in titles
        assert group.evaluate("document.querySelector('meter').ariaLabel") == word
