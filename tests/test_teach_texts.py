"""The texts of the page: no key lacks a translation, none is missing, and each is in its own language."""

from __future__ import annotations

import json
import re

import pytest

from experiments.teach.application import PAGE
from experiments.teach.catalogue import OF_EFFECTS, OF_MEASURES, OF_PROJECTS
from model.parameters.table import parameter_table
from model.scenario import load_scenario, packaged_scenarios
from model.scenario.schema import json_schema
from model.tables import read_tables

TEXTS = {tag: json.loads((PAGE / "texts" / f"{tag}.json").read_text(encoding="utf-8")) for tag in ("en", "ru", "zh")}
PLACE = re.compile(r"\{(\w+)\}")
CYRILLIC, CHINESE = re.compile(r"[\u0400-\u04ff]"), re.compile(r"[\u4e00-\u9fff]")
CODE = {path: path.read_text(encoding="utf-8") for path in sorted(PAGE.glob("js/*.js"))}


@pytest.mark.parametrize("tag", ["ru", "zh"])
def test_no_key_lacks_a_translation(tag: str) -> None:
    assert TEXTS[tag].keys() == TEXTS["en"].keys()
    assert [key for key, text in TEXTS[tag].items() if not text.strip()] == []


@pytest.mark.parametrize("tag", ["ru", "zh"])
def test_a_translation_has_the_places_for_numbers_and_names_of_the_english_text(tag: str) -> None:
    for key, text in TEXTS["en"].items():
        assert set(PLACE.findall(TEXTS[tag][key])) == set(PLACE.findall(text)), key


def test_sentences_are_in_their_own_language() -> None:
    for key, text in TEXTS["en"].items():
        if key.startswith(("scenario.", "question.", "act.", "lesson.", "caveat")):
            assert not CYRILLIC.search(text) and not CHINESE.search(text), key
            assert CYRILLIC.search(TEXTS["ru"][key]), key
            assert CHINESE.search(TEXTS["zh"][key]), key


def test_every_text_that_the_page_asks_for_is_there() -> None:
    asked = {key: path.name for path, code in CODE.items() for key in re.findall(r'\btext\("([\w.-]+)"', code)}
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    asked |= dict.fromkeys(re.findall(r'data-(?:text|label)="([^"]+)"', html), "index.html")
    assert len(asked) > 60
    assert {key: place for key, place in asked.items() if key not in TEXTS["en"]} == {}


def test_every_issuer_and_every_field_has_its_name() -> None:
    measures = [one for name in packaged_scenarios() for one in load_scenario(name).measures.values()]
    issuers = {part for measure in measures for part in measure.issuer.split(", ") if part}
    fields = {f"field.{name}" for name in read_tables().fields}
    assert len(issuers) > 20 and len(fields) == 8
    assert [one for one in sorted(issuers) if not {f"issuer.{one}", f"bloc.{one}"} & TEXTS["en"].keys()] == []
    assert sorted(fields - TEXTS["en"].keys()) == []


def test_every_packaged_scenario_has_its_name_and_question() -> None:
    wanted = {f"{kind}.{name}" for name in packaged_scenarios() for kind in ("scenario", "question")}
    assert sorted(wanted - TEXTS["en"].keys()) == []


def test_every_measure_of_a_packaged_scenario_has_its_title_in_every_language() -> None:
    titles = {measure.title for name in packaged_scenarios() for measure in load_scenario(name).measures.values()}
    keys = [key for key in TEXTS["en"] if key.startswith("measure.")]
    assert {TEXTS["en"][key] for key in keys} == titles  # by its title the page finds the key
    assert len(keys) == len(titles)
    assert [key for key in keys if not CYRILLIC.search(TEXTS["ru"][key]) or not CHINESE.search(TEXTS["zh"][key])] == []


def test_every_setting_of_the_drawer_has_its_name_and_unit_in_every_language() -> None:
    rows = parameter_table()
    names = {f"parameter.{row.name}": row.description for row in rows}
    assert {key: text for key, text in TEXTS["en"].items() if key.startswith("parameter.")} == names
    kinds = {"Measure": OF_MEASURES, "Effects": OF_EFFECTS, "Projects": OF_PROJECTS}
    told = {key: json_schema()["$defs"][kind]["properties"][key] for kind, keys in kinds.items() for key in keys}
    units = {row.unit for row in rows} | {one["unit"] for one in told.values() if "unit" in one}
    choices = {f"set.{key}.{choice}" for key, one in told.items() for choice in one.get("enum", ())}
    groups = {f"parameters.{row.name.split('.')[0]}" for row in rows}
    wanted = {*names, *groups, *choices, *(f"set.{key}" for key in told), *(f"quantity.{unit}" for unit in units)}
    assert sorted(wanted - TEXTS["en"].keys()) == []
    assert [key for key in wanted if not CYRILLIC.search(TEXTS["ru"][key]) and "ln(" not in TEXTS["ru"][key]] == []
    assert [key for key in wanted if not CHINESE.search(TEXTS["zh"][key])] == []
