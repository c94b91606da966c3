"""The page in a browser: what a lecturer and a student do, with every request off this machine blocked and counted."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from browsing import LINE, Desk, serious_faults

from experiments.cli import main
from experiments.teach.application import lessons
from experiments.teach.serving import Server

LESSONS = [lesson["name"] for lesson in lessons()]


def test_the_page_stands_on_one_screen_with_a_question_a_sentence_and_three_controls(desk: Desk) -> None:
    page = desk.open()
    assert page.inner_text("h1").endswith("?")
    last = desk.values()[-1]
    sentence = page.inner_text("#sentence")
    assert sentence.startswith("In 2023, Russia and the West")
    assert float(re.findall(r"([\d,]+) joint works", sentence)[0].replace(",", "")) == pytest.approx(last, rel=0.01)
    assert page.locator("#controls .control").count() <= 3
    assert page.evaluate("document.scrollingElement.scrollHeight") <= 720
    for selector in ("#play", "#predict", "#control-0", "#caveat", "#force", "#chart canvas", "#share-open"):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720, selector
        assert box["x"] + box["width"] <= 1280, selector
    assert "not a forecast" in page.inner_text("#caveat")


def test_what_is_drawn_is_what_the_command_line_gives_for_the_state(desk: Desk, tmp_path: Path) -> None:
    page = desk.open()
    desk.slide(1, 0.3)
    words = shlex.split(page.evaluate("comity.run.command"))
    assert main([*words[1:], "--no-figures", "--quiet", "--jobs", "1", "--out", str(tmp_path / "run")]) == 0
    found: dict[str, list[float | None]] = {}
    with (tmp_path / "run" / "series.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            value = float(row["value"]) if row["value"] else None
            found.setdefault(f"{row['indicator']}:{row['pair']}", []).append(value)
    names = page.evaluate("comity.run.lines.map(([indicator, pair]) => `${indicator}:${pair}`)")
    assert len(names) > 100
    for name in names:
        assert desk.values(name) == found[name], name


def test_a_slider_changes_the_picture_without_a_reset_and_back_again(desk: Desk) -> None:
    page = desk.open()
    before = desk.values()
    desk.slide(0, 0)
    assert desk.values() != before
    assert desk.values()[:15] == before[:15]  # the same luck: nothing differs before the measures of 2014
    desk.slide(0, 1)
    assert desk.values() == before
    assert page.evaluate("Object.keys(comity.state.set).length") == 0


def test_a_guess_is_picked_before_the_result_is_seen_and_laid_over_it(desk: Desk) -> None:
    page = desk.open()
    page.click("#predict")
    assert "2021" in page.inner_text(".guess")
    assert "2023" not in page.inner_text("#sentence")
    assert page.evaluate("comity.chart.plot.data[comity.chart.first].slice(-2)") == [None, None]
    assert page.locator("#reveal").is_disabled()
    page.keyboard.press("End")
    assert page.evaluate("comity.timeline.at") == 104  # the years to come stay covered
    page.keyboard.press("1")
    page.click("#reveal")
    known = desk.values()[25]
    assert page.evaluate("comity.guess.get(2023)") == pytest.approx(0.5 * known)
    assert "you guessed" in page.inner_text(".guess")
    assert page.evaluate("comity.chart.plot.data.at(-1).at(-1)") == pytest.approx(0.5 * known)
    assert page.evaluate("comity.chart.plot.data[comity.chart.first].at(-1)") == desk.values()[-1]
    page.click("#predict-end")
    assert page.locator(".guess").count() == 0


def test_a_guess_is_drawn_with_the_pointer(desk: Desk) -> None:
    page = desk.open()
    page.click("#predict")
    box = page.locator("#chart .u-over").bounding_box()
    assert box is not None
    x = [page.evaluate(f"comity.chart.plot.valToPos({year}, 'x')") for year in (2022, 2023)]
    page.mouse.move(box["x"] + x[0], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + x[1] - 1, box["y"] + 0.8 * box["height"], steps=4)
    page.mouse.up()
    guesses = page.evaluate("[...comity.guess.entries()]")
    assert [year for year, _ in sorted(guesses)] == [2021, 2022, 2023]
    assert dict(guesses)[2022] > dict(guesses)[2023] > 0
    page.click("#reveal")
    assert "you guessed" in page.inner_text(".guess")


def test_a_run_that_is_kept_is_a_grey_line_and_the_sentence_compares(desk: Desk) -> None:
    page = desk.open()
    kept = desk.values()
    page.click("#keep")
    desk.slide(1, 0)
    assert page.evaluate("comity.kept.length") == 1
    assert page.evaluate("line => comity.kept[0].values(line)", LINE) == kept
    assert "in the grey run" in page.inner_text("#sentence")
    assert (
        page.evaluate(
            "comity.chart.plot.series.filter(s => s._stroke === '#8C8C8C' || s.stroke?.() === '#8C8C8C').length"
        )
        == 3
    )


def test_twenty_lucks_are_a_band_that_the_first_run_is_part_of(desk: Desk) -> None:
    page = desk.open()
    page.click("#lucks")
    page.wait_for_selector("#lucks:not([disabled])")
    assert page.evaluate("comity.fan.count") == 20
    lucks = page.evaluate("line => [...Array(20).keys()].map(k => Array.from(comity.fan.values(line, k)))", LINE)
    assert lucks[0] == desk.values()
    assert "not a forecast" in page.inner_text("#caveat")
    low, high = page.evaluate("line => comity.fan.band(line)", LINE)
    import numpy as np

    np.testing.assert_allclose([low, high], np.quantile(np.array(lucks), [0.05, 0.95], axis=0))
    desk.slide(1, 0.5)
    assert page.evaluate("comity.fan") is None  # a band of another state would mislead


def test_the_keyboard_does_all(desk: Desk) -> None:
    page = desk.open()
    page.evaluate("document.activeElement.blur()")
    last = page.evaluate("comity.timeline.at")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("comity.timeline.at") == last - 1
    page.keyboard.press("Shift+ArrowLeft")
    assert page.evaluate("comity.timeline.at") == last - 5
    page.keyboard.press("Space")
    assert page.get_attribute("#play", "aria-pressed") == "true"
    page.wait_for_function(f"() => comity.timeline.at > {last - 5}")
    page.keyboard.press("Space")
    assert page.get_attribute("#play", "aria-pressed") == "false"
    page.keyboard.press("2")
    assert page.evaluate("comity.state.lines") == "mix"
    page.keyboard.press("k")
    assert page.evaluate("comity.kept.length") == 1
    page.keyboard.press("r")
    page.wait_for_function("() => comity.kept.length === 0")
    desk.settle()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") != "0px"


def test_numbers_scenario_and_picture_can_be_taken_away(desk: Desk, tmp_path: Path) -> None:
    page = desk.open()
    page.click("#share-open")
    taken = {}
    for kind in ("png", "csv", "toml"):
        with page.expect_download() as download:
            page.click(f"#save-{kind}")
        taken[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(taken[kind])
    import matplotlib.image

    picture = matplotlib.image.imread(taken["png"])
    assert picture.shape[:2] == (900, 1600)
    for top, bottom in ((40, 130), (150, 710), (722, 800), (815, 840), (850, 880)):  # head, network, key, force, caveat
        assert picture[top:bottom, 50:950, :3].std() > 0.02, top
    with taken["csv"].open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if f"{row['indicator']}:{row['pair']}" == LINE]
    assert [float(row["value"]) for row in rows] == desk.values()
    from model.scenario import load_scenario

    assert load_scenario(taken["toml"]).content_hash() == page.evaluate("comity.run.hash")


@pytest.mark.parametrize(("query", "locale", "word"), [("", "ru-RU", "Запад"), ("", "zh-CN", "西方"), ("?lang=ru", "en-US", "Запад"), ("", "fr-FR", "the West")])  # fmt: skip
def test_the_language_is_the_readers_or_the_one_that_is_asked_for(
    browser: Any, lesson_server: Server, query: str, locale: str, word: str
) -> None:
    desk = Desk(browser, lesson_server.opened.url, locale=locale)
    page = desk.open(query)
    assert word in page.inner_text("#sentence")
    assert page.locator(".names span", has_text=word).count() == 1
    assert page.evaluate("document.documentElement.lang").startswith({"Запад": "ru", "西方": "zh"}.get(word, "en"))
    assert "{" not in page.inner_text("body")
    desk.close()


@pytest.mark.parametrize(("width", "height", "query"), [(390, 844, ""), (960, 540, "?mode=embed"), (1280, 720, "?mode=lecture"), (1920, 1080, "?mode=student")])  # fmt: skip
def test_every_layout_keeps_its_width_and_its_targets_are_large(
    desk: Desk, width: int, height: int, query: str
) -> None:
    desk.page.set_viewport_size({"width": width, "height": height})
    page = desk.open(query)
    page.keyboard.press("Escape")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    if width > 700:
        assert page.evaluate("document.scrollingElement.scrollHeight") <= height
        for selector in ("#play", "#predict", "#control-0", "#control-1", "#control-2", "#caveat"):
            box = page.locator(selector).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height, selector
        assert page.evaluate(
            "[...document.querySelectorAll('.side > *')].every(one => one.offsetTop + one.offsetHeight <= one.parentElement.offsetTop + one.parentElement.offsetHeight + 1)"
        )
    caveat = page.locator("#caveat")
    assert "not a forecast" in caveat.inner_text()
    assert caveat.evaluate("one => one.scrollWidth <= one.clientWidth + 1 && one.scrollHeight <= one.clientHeight + 1")
    for name in ("lessons", "drawer", "table", "share"):
        assert page.locator(f"#{name}-open").is_visible(), name
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, summary')].filter(node => node.checkVisibility())
        .filter(node => node.getBoundingClientRect().height < 43.9 || node.getBoundingClientRect().width < 43.9)
        .map(node => node.outerHTML)"""
    )
    assert small == []
    if query == "?mode=lecture":
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > 18


def test_less_motion_is_honoured(browser: Any, lesson_server: Server) -> None:
    desk = Desk(browser, lesson_server.opened.url, reduced_motion="reduce")
    page = desk.open()
    page.evaluate("comity.timeline.go(80, false)")
    before = page.evaluate("comity.network.frames")
    page.evaluate("comity.timeline.go(81, true)")
    page.wait_for_timeout(600)
    assert page.evaluate("comity.network.frames") == before + 1
    desk.close()


def test_an_institution_tells_its_partners_and_its_reasons(desk: Desk) -> None:
    page = desk.open()
    spot = page.evaluate("[comity.network.layout.at[0], comity.network.layout.at[1]]")
    page.locator("#network .dots").click(position={"x": spot[0], "y": spot[1]})
    page.wait_for_selector("#panel .bars", state="attached")
    name = page.evaluate("comity.run.names[0]")
    assert page.inner_text("#panel h2") == name
    partners = page.evaluate(
        """() => { const r = comity.run, s = comity.timeline.at; let n = 0;
        for (let t = 0; t < r.tie_a.length; t++) n += (r.tie_a[t] === 0 || r.tie_b[t] === 0) && r.tie_from[t] <= s && s < r.tie_to[t];
        return n; }"""
    )
    began = page.evaluate(
        """() => { const r = comity.run, s = comity.timeline.at; let n = 0;
        for (let t = 0; t < r.tie_a.length; t++) n += (r.tie_by[t] ? r.tie_b[t] : r.tie_a[t]) === 0 && r.tie_from[t] <= s && s < r.tie_to[t];
        return n; }"""
    )
    assert f"Partners ({partners}); it began {began} of the partnerships" in page.inner_text("#panel")
    assert page.locator("#panel summary", has_text=", since ").count() == partners
    told = page.locator("#panel .quiet").evaluate_all("(all) => all.map((one) => one.textContent)")
    assert sum(one.startswith("it began the partnership") for one in told) == began
    assert sum(one.startswith("the partner began it") for one in told) == partners - began
    page.click("#panel details summary >> nth=0")
    rows = page.locator("#panel details[open] .bars b").all_inner_texts()
    numbers = [float(row.replace("−", "-").replace("+", "")) for row in rows]
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.2)
    page.keyboard.press("Escape")
    assert not page.locator("#panel").is_visible()


def test_the_listed_institution_that_a_lesson_asks_for_can_be_found(desk: Desk) -> None:
    page = desk.open("#lesson=risk-of-secondary-sanctions&stage=2")
    desk.settle()
    rows = page.evaluate("comity.run.listed")
    russian = page.evaluate("comity.run.names.map((_, k) => comity.run.countries[comity.run.country[k]] === 'RU')")
    ((found, begin),) = [
        (row, since) for row, since, end in rows if russian[row] and since <= 2022 and (end or 2100) > 2023
    ]
    for row in (found, russian.index(True)):
        spot = page.evaluate(f"[comity.network.layout.at[{2 * row}], comity.network.layout.at[{2 * row + 1}]]")
        page.locator("#network .dots").click(position={"x": spot[0], "y": spot[1]})
        page.wait_for_selector("#panel[open] .quiet")
        assert (f"on a sanctions list since {int(begin)}" in page.inner_text("#panel")) == (row == found)
        page.keyboard.press("Escape")
    page.click("#table-open")
    (marked,) = (
        page.locator(".institutions tbody tr", has_text="Russia").filter(has_text=str(int(begin))).all_inner_texts()
    )
    assert page.evaluate(f"comity.run.names[{found}]") in marked


def test_the_works_that_an_exercise_asks_for_stand_in_the_table_alone(desk: Desk) -> None:
    page = desk.open("#lesson=who-leads&stage=5")
    page.wait_for_selector("#lucks:not([disabled])")
    desk.settle()
    assert page.evaluate("comity.chart.named.length") == 3 + page.evaluate("comity.kept.length")
    page.click("#table-open")
    heads = page.locator("#table table >> nth=0").locator("th").all_inner_texts()
    works = "China–West: joint works a year"
    assert works in heads and f"mean of 20 lucks: {works}" in heads
    cells = page.locator("#table table >> nth=0").locator("tbody tr:last-child td").all_inner_texts()
    shown = page.evaluate("comity.run.values('output.volume:China-West').at(-1)")
    assert float(cells[heads.index(works)].replace(",", "")) == pytest.approx(shown, rel=0.01)
    assert page.evaluate("comity.fan.mean('output.volume:China-West').at(-1)") == pytest.approx(shown, rel=0.3)


def test_the_table_tells_the_same_and_leads_to_institutions(desk: Desk) -> None:
    page = desk.open()
    page.click("#table-open")
    cells = page.locator("#table table >> nth=0").locator("tbody tr:last-child td").all_inner_texts()
    assert cells[0] == "2023"
    assert float(cells[1].replace(",", "")) == pytest.approx(desk.values()[-1], rel=0.01)
    button = page.locator(".institutions button").first
    name = button.inner_text()
    button.click()
    page.wait_for_selector("#panel h2")
    assert page.inner_text("#panel h2") == name


def test_what_was_changed_is_told_in_words_and_can_be_undone(desk: Desk) -> None:
    page = desk.open(
        "?lang=ru#scenario=classroom&set.measures.sectoral-2014.enabled=false"
        "&set.measures.academies-2022.start=2023-01-01&set.parameters.process.referral=0.4"
    )
    desk.settle()
    page.click("#drawer-open")
    told = page.locator("#drawer li").all_inner_texts()
    assert len(told) == 3
    assert all("parameters." not in one and "measures." not in one and "=" not in one for one in told)
    assert (
        any(": нет" in one for one in told)
        and any("2023-01-01" in one for one in told)
        and any("0,4" in one for one in told)
    )
    page.click("#drawer li button >> nth=0")
    desk.settle()
    page.wait_for_function("() => document.querySelectorAll('#drawer li').length === 2")
    assert len(page.evaluate("Object.keys(comity.state.set)")) == 2

    page = desk.open("#lesson=who-leads&stage=6")
    desk.settle()
    page.click("#drawer-open")
    (told,) = page.locator("#drawer li").all_inner_texts()  # six strengths, that one control sets
    assert told.startswith("China's strategies and talent programmes: 0")
    page.click("#drawer li button")
    desk.settle()
    page.wait_for_function("() => document.querySelectorAll('#drawer li').length === 0")
    assert page.evaluate("comity.run.state.set['measures.strategy-outline-2016.strength']") == 1


def test_the_drawer_changes_a_measure_and_says_what_is_wrong(desk: Desk) -> None:
    page = desk.open()
    before = desk.values()
    page.click("#drawer-open")
    page.click("summary:has-text('Sectoral sanctions on Russia')")
    page.wait_for_selector("#drawer details[open] .setting")
    assert "assumed" in page.inner_text("#drawer details[open]")
    page.fill('[id="set-measures.sectoral-2014.strength"]', "0")
    page.locator('[id="set-measures.sectoral-2014.strength"]').blur()
    desk.settle()
    assert desk.values() != before
    page.fill("#addition", "nonsense,start=2010-01-01")
    page.click("text=Add >> nth=-1")
    page.wait_for_selector("#notice:not([hidden])")
    assert "there is no preset" in page.inner_text("#notice")
    assert page.locator("dialog[open] #notice").is_visible()  # where it can be read, and no panel lies over it
    assert page.input_value("#addition") == "nonsense,start=2010-01-01"
    changed = desk.values()
    page.fill('[id="set-measures.sectoral-2014.strength"]', "99")
    page.locator('[id="set-measures.sectoral-2014.strength"]').blur()
    page.wait_for_function("() => document.getElementById('notice').textContent.includes('strength')")
    desk.settle()
    assert page.input_value('[id="set-measures.sectoral-2014.strength"]') == "0"
    assert page.evaluate("[comity.state.add, comity.state.set['measures.sectoral-2014.strength']]") == [[], 0]
    assert "99" not in page.evaluate("comity.address()")  # what was refused is no part of the state
    page.keyboard.press("Escape")
    assert desk.values() == changed
    desk.slide(1, 0)
    assert desk.values() != changed
    assert not page.locator("#notice").is_visible()


def test_a_lost_connection_is_mended_and_nothing_is_lost(desk: Desk) -> None:
    page = desk.open()
    desk.slide(1, 0.4)
    page.evaluate("comity.source.socket.close()")
    page.wait_for_selector("#notice:not([hidden])")
    page.fill("#control-0", "0.5")
    desk.settle()
    page.wait_for_selector("#notice", state="hidden")
    assert page.evaluate("comity.run.state.set['measures.sectoral-2014.strength']") == 0.5
    page.wait_for_function("() => location.hash.includes('strength.0.5=')")  # the address follows a moment later
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("comity.run.state.set['measures.sectoral-2014.strength']") == 0.5


@pytest.mark.long
@pytest.mark.skipif(not LESSONS, reason="there are no lessons here")
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_can_be_taken_to_its_end(desk: Desk, name: str) -> None:
    page = desk.open(f"#lesson={name}")
    (lesson,) = [one for one in lessons() if one["name"] == name]
    assert page.inner_text("h1") == lesson["question"]["en"]
    seen = []
    for _ in range(len(lesson["steps"]) + 5):
        page.wait_for_selector("#lucks:not([disabled])")
        desk.settle()
        seen.append(page.inner_text("#lesson .said"))
        following = page.locator("#lesson-next")
        if following.is_disabled():
            covered = page.evaluate("comity.hidden")
            assert covered == lesson["guess"]["years"][0] - 1
            if lesson["guess"]["kind"] == "pick":
                page.click("#lesson [data-choice='0']")
            else:
                draw_a_line(page, covered)
        if faults := serious_faults(page):
            pytest.fail(f"step {len(seen)}: {faults}")
        if following.inner_text() == "Finish":
            break
        following.click()
    told = "\n".join(seen)
    for part in (lesson["goal"], lesson["guess"]["text"], lesson["reveal"]["sentence"], lesson["exercise"]["solution"]):
        assert part["en"].strip() in told
    page.click("#lesson-next")
    page.wait_for_selector("#lesson", state="hidden")


def test_a_line_that_is_asked_for_can_be_picked_by_keys_alone(desk: Desk) -> None:
    (lesson,) = [one for one in lessons() if one["name"] == "who-leads"]
    page = desk.open(f"#lesson=who-leads&stage={len(lesson['steps']) + 1}")
    desk.settle()
    assert page.locator("#lesson-next").is_disabled()
    page.keyboard.press("4")
    assert page.get_attribute("#lesson [data-choice='1.5']", "aria-pressed") == "true"
    known = page.evaluate("comity.prediction.known()")
    assert page.evaluate("comity.chart.plot.data.at(-1).at(-1)") == pytest.approx(1.5 * known)
    page.focus("#lesson-next")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.body.dataset.stage === 'reveal'")
    assert page.evaluate("comity.chart.plot.data.at(-1).at(-1)") == pytest.approx(1.5 * known)  # it is laid over
    shown = page.evaluate("comity.run.values('leaders.share:CN>US').at(-1)")
    said = f"For 2023 you guessed {150 * known:.1f}%; this run has {100 * shown:.1f}%."
    assert page.inner_text("#lesson .result") == said.replace(".0%", "%")
    assert 1.35 * known < shown < 1.65 * known  # the pick is what happens


def draw_a_line(page: Any, covered: int) -> None:
    """Draw from the year after the covered one to the right end of the chart."""
    box = page.locator("#chart .u-over").bounding_box()
    begin = page.evaluate(f"comity.chart.plot.valToPos({covered + 1}, 'x')")
    page.mouse.move(box["x"] + begin + 1, box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 0.6 * box["height"], steps=8)
    page.mouse.up()


def test_axe_finds_no_serious_fault(desk: Desk) -> None:
    page = desk.open()
    faults = {}

    def look(where: str) -> None:
        if found := serious_faults(page):
            faults[where] = found

    look("page")
    for name in ("drawer", "table", "share", "lessons"):
        page.click(f"#{name}-open")
        look(name)
        page.keyboard.press("Escape")
    page.evaluate("comity.pick(3)")
    page.wait_for_selector("#panel .bars", state="attached")
    look("panel")
    page.keyboard.press("Escape")
    page.click("#predict")
    look("predict")
    assert faults == {}
