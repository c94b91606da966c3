"""Lessons: files are read strictly, no text lacks a language, and every sentence holds in the model."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from pydantic import BaseModel

from experiments.sweeping.outcomes import values_of
from experiments.sweeping.schema import Outcome
from experiments.teach.findings import StatesOfLesson
from experiments.teach.lesson import Exercise, Finding, Lesson, Reveal, Text
from experiments.teach.lesson_files import ORDER, check_lesson, packaged_lessons, read_lesson
from model.errors import InputError

LESSONS = packaged_lessons()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")


@lru_cache
def lesson(name: str) -> Lesson:
    return read_lesson(LESSONS[name])


def texts(part: object) -> Iterator[Text]:
    match part:
        case Text():
            yield part
        case BaseModel():
            for name in type(part).model_fields:
                yield from texts(getattr(part, name))
        case tuple():
            for entry in part:
                yield from texts(entry)


def ends(of: Lesson) -> list[tuple[Finding, Reveal | Exercise]]:
    return [(finding, end) for end in (of.reveal, of.exercise) for finding in end.findings]


# --- the packaged lessons ------------------------------------------------------------------------------------------


def test_there_are_the_six_lessons_in_the_order_of_a_course() -> None:
    assert tuple(LESSONS) == ORDER
    assert len(ORDER) == 6


@pytest.mark.parametrize("name", LESSONS)
def test_the_model_plays_the_lesson(name: str) -> None:
    base = check_lesson(lesson(name), str(LESSONS[name]))
    assert base.world.institutions <= 120


@pytest.mark.parametrize("name", LESSONS)
def test_no_text_lacks_a_language_and_each_is_in_its_own(name: str) -> None:
    found = list(texts(lesson(name)))
    assert len(found) >= 20
    for text in found:
        assert CYRILLIC.search(text.ru) and not CHINESE.search(text.ru), text.ru
        assert CHINESE.search(text.zh) and not CYRILLIC.search(text.zh), text.zh
        assert not CYRILLIC.search(text.en) and not CHINESE.search(text.en), text.en


@pytest.mark.parametrize("name", LESSONS)
def test_translations_keep_the_years_and_decimals_of_the_english_text(name: str) -> None:
    def figures(text: str) -> set[str]:
        return {
            figure.replace(",", ".") for figure in re.findall(r"\b(?:19|20)\d\d\b|\b\d+[.,]\d{1,2}\b(?![.,]?\d)", text)
        }

    for text in texts(lesson(name)):
        assert figures(text.en) <= figures(text.ru), text.ru
        assert figures(text.en) <= figures(text.zh.replace("至", " 至 ").replace("年", " 年")), text.zh


@pytest.mark.parametrize("name", LESSONS)
def test_the_languages_that_wait_for_a_native_reader_are_marked(name: str) -> None:
    assert set(lesson(name).awaiting_native_reader) == {"ru", "zh"}


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.statistical
def test_what_the_class_sees_is_what_the_lesson_says(name: str) -> None:
    """The very runs that the page draws, twenty of them."""
    states = StatesOfLesson(lesson(name))
    for finding, end in ends(lesson(name)):
        found = states.interval(finding, end)
        assert found is not None
        assert finding.low <= found.value <= finding.high, finding.says


@pytest.mark.parametrize("name", LESSONS)
def test_the_run_whose_numbers_are_in_the_headline_is_no_exception(name: str) -> None:
    """The first of the twenty, which the page shows by itself."""
    states = StatesOfLesson(lesson(name), replicates=1)
    for finding, end in ends(lesson(name)):
        assert finding.low <= states.value(finding, end) <= finding.high, finding.says


@pytest.mark.parametrize("name", [name for name in LESSONS if lesson(name).guess.kind == "draw"])
def test_what_happens_to_a_drawn_line_can_be_picked(name: str) -> None:
    """In the run on the screen: one of the picks is within a seventh of it."""
    guess = lesson(name).guess
    (line,) = [one for one in lesson(name).series if one.name == guess.series]
    series = StatesOfLesson(lesson(name), replicates=1).series(lesson(name).reveal.set)

    def value(year: int) -> float:
        (found,) = values_of(Outcome(indicator=line.indicator, pair=line.pair, years=(year, year)), series)
        return found

    came = value(guess.years[1]) / value(guess.years[0] - 1)
    assert min(abs(pick / came - 1.0) for pick in guess.picks) < 1 / 7


@pytest.mark.statistical
@pytest.mark.parametrize("name", LESSONS)
def test_the_sentences_hold_for_other_luck(name: str) -> None:
    """With other luck and so many replicates that the whole interval keeps to the bounds."""
    states = StatesOfLesson(lesson(name), replicates=200, seed=20261125)
    for finding, end in ends(lesson(name)):
        found = states.interval(finding, end)
        assert found is not None and found.low is not None and found.high is not None
        assert finding.low <= found.low and found.high <= finding.high, f"{finding.says}: {found}"


# --- other files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    content = tomllib.loads(LESSONS["what-sanctions-do"].read_text(encoding="utf-8"))

    def write(change: Callable[[dict[str, Any]], None]) -> Path:
        changed = copy.deepcopy(content)
        change(changed)
        path = tmp_path / "what-sanctions-do.toml"
        path.write_text(tomli_w.dumps(changed), encoding="utf-8")
        return path

    return write


def _set(*keys: Any) -> Callable[[dict[str, Any]], None]:
    """Set the value at a path of keys, the last of which is the value."""

    def change(content: Any) -> None:
        *way, key, value = keys
        for part in way:
            content = content[part]
        content[key] = value

    return change


def _drop(*keys: Any) -> Callable[[dict[str, Any]], None]:
    def change(content: Any) -> None:
        *way, key = keys
        for part in way:
            content = content[part]
        del content[key]

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_drop("version"), r": version: has no version\n  allowed: version = 1"),
        (_set("gaol", "x"), r": gaol: there is no key 'gaol'\n.*did you mean 'goal'"),
        (_drop("title", "ru"), r": title.ru: is missing\n  allowed: Russian"),
        (_set("steps", 0, "text", "zh", " "), r": steps.text.zh, entry 1: .*is empty"),
        (_set("name", "other"), r': name: "other" is not the name of the file'),
        (_set("controls", 0, "start", 0.3), r": controls.sanctions.start: 0.3 is not possible .*\n.*from 0 to 1 in steps of 0.25"),
        (_set("controls", 0, "choices", [{"value": 1, "label": {"en": "a", "ru": "а", "zh": "一"}}]), "not both"),
        (_set("reveal", "set", {"sanction": 1.0}), r"reveal.set: there is no control .*\n.*did you mean 'sanctions'"),
        (_set("reveal", "set", {"held-back": 2.0}), r"reveal.set.held-back: 2.0 is no choice of .*\n  allowed: 0.0, 1.0"),
        (_set("reveal", "year", 2031), r"reveal: year must be inside the years of the chart"),
        (_set("guess", "series", "work"), r"guess: the chart has no series .*\n.*did you mean 'works'"),
        (_set("guess", "options", 1, "right", True), r"guess: exactly one option must be right"),
        (_set("guess", "kind", "draw"), r"guess: what is drawn has no options"),
        (_set("guess", "picks", [1.0, 0.5]), r"guess: picks must be from 0, each above the one before"),
        (_set("guess", "picks", [0.5, 1.0]), r"guess: picks belong to a line that is drawn"),
        (_set("series", 1, "aside", True), r"guess: the chart has no series"),
        (_set("reveal", "findings", 0, "of", "value"), r"against_set or against_years belongs to a ratio"),
        (_set("reveal", "findings", []), r"reveal.findings: "),
        (_set("minutes", 2), r": minutes: 2: "),
    ],
)  # fmt: skip
def test_faults_name_file_and_key(written: Any, change: Callable[[dict[str, Any]], None], said: str) -> None:
    path = written(change)
    with pytest.raises(InputError, match=said) as caught:
        read_lesson(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).count("\n") <= 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("scenario", "clasroom-2035"), r": scenario: .*did you mean 'classroom-2035'"),
        (_set("controls", 0, "paths", ["measures.academy-2022.strength"]), r"there is no measure .*"),
        (_set("controls", 0, "max", 100.0), r": controls.sanctions: .*measures.academies-2022.strength"),
        (_set("series", 0, "pair", "West-Russia"), r": series.partnerships: pair: .*did you mean 'Russia-West'"),
        (lambda content: content["series"][0].update(indicator="sorting.share", pair="Russia>China"), r": series.partnerships: indicator: .* is no series of every year"),
        (
            lambda content: content["series"].append({**content["series"][0], "name": "mix", "indicator": "partnerships.mix", "pair": "Russia>China"}),
            r": series: the chart would need 3 axes: partnerships, works a year, share.*series of 2 units",
        ),
        (_set("reveal", "findings", 0, "indicator", "partnership.count"), r"reveal.findings, entry 1: indicator: "),
        (_set("reveal", "findings", 0, "years", [2023, 2050]), r"reveal.findings, entry 1: years: 2023 to 2050 is not inside"),
    ],
)  # fmt: skip
def test_what_the_model_cannot_play_is_said(written: Any, change: Callable[[dict[str, Any]], None], said: str) -> None:
    path = written(change)
    found = read_lesson(path)
    with pytest.raises(InputError, match=re.compile(said, re.DOTALL)) as caught:
        check_lesson(found, str(path))
    assert str(caught.value).startswith(str(path))


def test_settings_of_a_state_are_those_of_its_controls(written: Any) -> None:
    found = read_lesson(written(_set("settings", {"world": {"institutions": 60}})))
    settings = found.settings_at({"sanctions": 0.5})
    assert settings["world.institutions"] == 60
    assert settings["measures.ostp-2022.strength"] == 0.5
    assert settings["measures.affiliations-2022.strength"] == 1.0


# --- the guide -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LESSONS)
def test_the_guide_has_every_figure_of_the_lesson_and_each_keeps_to_its_bounds(name: str) -> None:
    guide = (Path(__file__).parents[1] / "docs" / "facilitator.md").read_text(encoding="utf-8")
    table = guide.split(f"<!-- figures of {name} -->")[1].split("<!-- end of figures -->")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.strip().splitlines()[2:]]
    assert [row[0] for row in rows] == [finding.says for finding, _ in ends(lesson(name))]
    for (finding, _), (_, here, there, interval) in zip(ends(lesson(name)), rows, strict=True):
        for text in (here, there, *interval.split(" to ")):
            per = 100.0 if text.endswith(("%", "pts")) or (text.lstrip("+-").isdigit() and finding.high < 10) else 1.0
            value = float(text.split()[0].replace(",", "")) / per
            assert finding.low - 0.5 / per <= value <= finding.high + 0.5 / per, (finding.says, text)
