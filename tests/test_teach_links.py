"""How one comes to the page: links that hold its whole state, addresses that cannot be shown, codes of a class."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from browsing import Desk, serious_faults
from served_pages import SMALL, open_server, served, with_code

from experiments.teach import application, conversing, house
from experiments.teach.serving import Server

CODE = "ABC234"
LESSON = "who-leads"
WAVE = "measures.sectoral-2014.strength"


def told(page: Any) -> str:
    """What the page says at its foot."""
    words: str = page.inner_text("#notice:not([hidden])")
    return words


def test_a_link_holds_the_whole_state(desk: Desk, browser: Any, lesson_server: Server) -> None:
    page = desk.open()
    desk.slide(1, 0.2)
    desk.slide(2, 7)
    page.evaluate("comity.arrange('ring'); comity.choose('mix'); comity.jump(2019.5)")
    page.click("#share-open")
    link = page.input_value("#link")
    other = Desk(browser, "")
    other.open(link)
    for told in ("comity.state", "comity.run.hash", "comity.timeline.at", "comity.network.layoutName", "comity.lines"):
        assert other.page.evaluate(told) == page.evaluate(told), told
    assert other.page.inner_text("#sentence") == page.inner_text("#sentence")
    assert other.values() == desk.values()
    assert page.evaluate("comity.state.seed") == 7
    other.close()
    page.wait_for_function(
        "() => document.querySelector('.qr').complete && document.querySelector('.qr').naturalWidth > 0"
    )


def test_a_link_into_a_lesson_holds_its_seed_settings_and_year(desk: Desk, browser: Any) -> None:
    page = desk.open(f"#lesson={LESSON}&stage=1")
    kept = page.evaluate("structuredClone(comity.state)")
    page.evaluate("comity.change({ seed: 12 })")
    desk.settle()
    desk.slide(0, 0)
    page.evaluate("comity.timeline.go(comity.run.steps, false)")
    state = page.evaluate("comity.state")
    assert (state["seed"], state["set"] != kept["set"], state["year"] != kept["year"]) == (12, True, True)
    other = Desk(browser, "")
    other.open(desk.url + page.evaluate("comity.address()"))
    assert other.page.evaluate("comity.state") == state
    assert other.page.evaluate("comity.run.hash") == page.evaluate("comity.run.hash")
    assert other.page.input_value("#control-0") == "0"
    other.page.click("#lesson-next")  # the next step is the lesson's own again
    other.settle()
    assert other.page.evaluate("comity.state.seed") == kept["seed"]
    other.close()


@pytest.mark.parametrize("name", ["why-ties-do-not-come-back", "which-channel-for-its-money"])
def test_the_grey_line_of_a_lesson_is_the_run_that_was_to_be_kept_also_behind_a_link(desk: Desk, name: str) -> None:
    (lesson,) = [one for one in application.lessons() if one["name"] == name]
    page = desk.open(f"#lesson={name}")
    first = page.evaluate("comity.run.hash")
    kept = "comity.kept.map((one) => one.hash)"
    for stage in range(1, len(lesson["steps"]) + 4):
        page.evaluate(f"comity.player.go({stage})")
        page.wait_for_selector("#lucks:not([disabled])")
        desk.settle()
        assert page.evaluate(kept) == ([] if stage < 2 else [first]), stage
    other = Desk(page.context.browser, "")
    for stage in (4, 3, 2):  # the solution, the exercise and the reveal, each by its own link
        other.page.goto("about:blank")
        other.open(f"{desk.url}#lesson={name}&stage={len(lesson['steps']) + stage}")
        other.page.wait_for_selector("#lucks:not([disabled])")
        assert other.page.evaluate(kept) == [first], stage
    other.page.click("#table-open")
    heads = other.page.locator("#table table >> nth=0").locator("th").all_inner_texts()
    assert len(set(heads)) == len(heads) == 1 + 3 * len(other.page.evaluate("comity.lines"))  # with the mean of lucks
    other.close()


def test_an_address_that_is_typed_leads_into_a_lesson_and_out_of_it(desk: Desk) -> None:
    page = desk.open()
    page.evaluate(f"location.hash = '#lesson={LESSON}&stage=2'")
    page.wait_for_selector("#lesson:not([hidden])")
    desk.settle()
    assert page.evaluate("comity.player.stage") == 2
    page.evaluate(f"location.hash = '#scenario=classroom&seed=3&year=2015&set.{WAVE}=0.5'")
    page.wait_for_selector("#lesson", state="hidden")
    page.wait_for_function("() => comity.run.seed === 3")
    desk.settle()
    assert page.evaluate(f"[comity.state.year, comity.run.state.set['{WAVE}']]") == [2015, 0.5]


def test_the_skip_link_changes_the_place_and_not_the_state(desk: Desk) -> None:
    page = desk.open("#scenario=classroom&seed=5")
    page.focus(".skip")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash.includes('seed=5') || location.hash === '#time'")
    page.keyboard.press("ArrowLeft")
    desk.settle()
    assert page.evaluate("comity.state.seed") == 5
    assert not page.locator("#notice").is_visible()


@pytest.mark.parametrize(
    ("address", "said", "seed"),
    [
        ({"scenario": "classroom", "seed": 4, "set.measures.sectoral-2014.strenght": 1}, "strength", 1),
        ({"scenario": "classroom", "seed": "four"}, "seed", 1),
        ({"scenario": "clasroom", "seed": 4}, "clasroom", 1),
        ({"lesson": "who-leeds", "scenario": "classroom", "seed": 4}, "who-leeds", 4),
        ({"lesson": LESSON, "set.measures.nothing.strength": 1}, "nothing", None),
        ({"scenario": "classroom", "seed": 4, "sed": 7}, "sed", 4),
        ({"v": 9, "scenario": "classroom", "seed": 4}, "v=9", 4),
        ({"scenario": "classroom", "seed": 4, "layout": "heap"}, "layout=heap", 4),
        ({"scenario": "classroom", "seed": 4, "lines": "worcs"}, "lines=worcs", 4),
        ({"scenario": "classroom", "seed": 4, "year": "never"}, "year=never", 4),
        ({"scenario": "classroom", "seed": 4, "year": 2999}, "year=2999", 4),
        ({"scenario": "classroom", "seed": 4, "program": "0.0.1"}, "0.0.1", 4),
    ],
)
def test_what_an_address_asks_for_in_vain_is_said_and_the_page_stands(
    desk: Desk, address: dict[str, Any], said: str, seed: int | None
) -> None:
    page = desk.open(f"#{urlencode(address)}")
    desk.settle()
    assert said in told(page)
    if seed is not None:
        assert page.evaluate("[comity.run.scenario, comity.run.seed]") == ["classroom", seed]
    assert page.locator("#control-0").is_visible()
    assert len(desk.values()) > 20


def as_a_student(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes is of another machine."""
    for module in (application, house):
        monkeypatch.setattr(module, "of_this_machine", lambda _: False)


def test_a_class_types_its_code_once(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    as_a_student(monkeypatch)
    with served(with_code(open_server({"classroom": ""}, 0, workers=1), CODE)) as running:
        desk = Desk(browser, running.opened.url)
        address = "#" + urlencode({f"set.{path}": value for path, value in SMALL.items()})
        page = desk.page
        page.goto(desk.url + address)
        page.fill("#code", "WRONG2")
        page.keyboard.press("Enter")
        page.wait_for_selector(".join .problem:not(:empty)")
        assert page.input_value("#code") == "WRONG2"
        assert serious_faults(page) == []
        page.keyboard.press("Escape")  # without a code there is nothing to see
        page.fill("#code", CODE.lower())
        page.click("#join")
        page.wait_for_selector("body[data-ready]")
        assert page.locator(".door").count() == 0
        page.goto(f"{desk.url}?code=WRONG3{address}")
        page.fill("#code", CODE)
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-ready]")
        assert "WRONG3" not in page.url
        page.reload()
        page.wait_for_selector("body[data-ready]")
        assert page.locator(".door").count() == 0
        assert len(desk.values()) > 5
        desk.complaints = [
            one for one in desk.complaints if "WebSocket" not in one
        ]  # the browser tells of the wrong code
        desk.close()


def test_a_page_for_which_there_is_no_room_says_so_and_comes_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = desk.open()
    monkeypatch.setattr(conversing, "COME_AGAIN", 0.5)
    monkeypatch.setattr(conversing, "MOST_OF_ADDRESS", 0)
    page.evaluate("comity.source.socket.close()")
    page.wait_for_function("() => document.getElementById('notice').textContent.includes('full')")
    monkeypatch.undo()
    page.wait_for_selector("#notice", state="hidden")
    desk.slide(0, 0.5)
    assert page.evaluate("comity.refusal") is None
