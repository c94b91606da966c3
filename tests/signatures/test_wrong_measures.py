"""Measures that the schema does not allow: each gets one error, which names the file and the key, and no traceback."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Literal, get_args, get_origin

import pytest
import tomli_w
from any_measures import NAMES, any_measures, any_table, bounds, inside
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from test_broken_files import assert_good_message

from model.errors import InputError
from model.scenario import load_scenario
from model.scenario.measure import Measure

Keys = tuple[str, ...]
WRONG_TYPES: dict[type, list[Any]] = {
    float: ["1", "much", True, date(2012, 1, 1), [1.0], {"is": 1.0}, datetime(2012, 1, 1, 12)],
    int: ["30", 1.5, True, date(2012, 1, 1), [30], {"is": 30}],
    bool: [1, 0, "true", "no", [True]],
    str: [1, 1.5, True, date(2012, 1, 1), ["text"]],
    date: ["2012-01-01", 2012, True, datetime(2012, 1, 1), date(1812, 1, 1), date(2999, 1, 1), [date(2012, 1, 1)]],
    tuple: ["physics", 1, True, date(2012, 1, 1), {"is": "physics"}, [1], [["physics"]]],
}
UNKNOWN: dict[str, Any] = {
    "blocs": ["Wset"], "countries": ["XX"], "kinds": ["school"], "institutions": ["Nowhere"], "fields": ["phyics"],
    "instruments": ["nobodys"], "answers": "nobodys", "exposed_to": "Wset", "preset": "joint-cal",
}  # fmt: skip
"""A name of each kind that there is not."""


def is_table(info: FieldInfo) -> bool:
    """Whether a key holds a table."""
    of = inside(info.annotation)
    return isinstance(of, type) and issubclass(of, BaseModel)


def keys_of(table: type[BaseModel], outer: Keys = ()) -> list[tuple[Keys, type[BaseModel], FieldInfo]]:
    """Every key that a measure may have, with the table that it stands in."""
    found = []
    for name, info in table.model_fields.items():
        path = (*outer, info.alias or name)
        found.append((path, table, info))
        if is_table(info):
            found += keys_of(inside(info.annotation), path)
    return found


EVERY_KEY = keys_of(Measure)


def put(measure: dict[str, Any], path: Keys, value: Any) -> None:
    """Write a value into nested tables; where one is not there yet, what it must have is put in."""
    table: type[BaseModel] = Measure
    for key in path[:-1]:
        table = next(inside(info.annotation) for name, info in table.model_fields.items() if key in (name, info.alias))
        must = any(info.is_required() for info in table.model_fields.values())
        measure = measure.setdefault(key, any_table(Random(0), table) if must else {})
    measure[path[-1]] = value


def wrong_values(info: FieldInfo) -> list[Any]:
    """Values of wrong types for a key."""
    of = inside(info.annotation)
    if is_table(info):
        return [1, "text", True, [1, 2], date(2012, 1, 1)]
    if get_origin(of) is Literal:
        return ["nonsense", True, 7, 1.0, [get_args(of)[0]], date(2012, 1, 1)]
    return WRONG_TYPES[get_origin(of) or of]


def numbers_outside(info: FieldInfo) -> list[Any]:
    """Numbers that a key must not have."""
    low, high = bounds(info)
    if inside(info.annotation) is int:
        return [int(low) - 1, int(high) + 1, -(10**12), 10**12]
    return [low - 1, high + 1, low - 1e9, high * 1e9 + 1, math.nan, math.inf, -math.inf]


MISSPELT = [
    ((*(path if is_table(info) else path[:-1]), wrong), 1.0)
    for path, _, info in EVERY_KEY
    for wrong in ("nonsense", f"{path[-1]}x", f"{path[-1][1:]}_")
]
OF_WRONG_TYPE = [(path, value) for path, _, info in EVERY_KEY for value in wrong_values(info)]
OUT_OF_RANGE = [
    (path, value)
    for path, _, info in EVERY_KEY
    if inside(info.annotation) in (float, int)
    for value in numbers_outside(info)
]
OF_NO_NAME = [(path, UNKNOWN[path[-1]]) for path, _, _ in EVERY_KEY if path[-1] in UNKNOWN]


def wrong_value(luck: Random, measure: dict[str, Any]) -> str:
    """One key that there is not, or whose value cannot be."""
    path, value = luck.choice(luck.choice((MISSPELT, OF_WRONG_TYPE, OUT_OF_RANGE, OF_NO_NAME)))
    put(measure, path, value)
    return ".".join(path)


def reversed_order(luck: Random, measure: dict[str, Any]) -> str:
    if luck.random() < 0.5:
        measure["end"] = measure["start"] - timedelta(days=luck.randrange(3000))
        return "end"
    measure["range"] = [luck.uniform(0.1, 9.0), luck.uniform(-9.0, 0.0)]
    return "range"


def missing(luck: Random, measure: dict[str, Any]) -> str:
    key = luck.choice(("title", "group", "start"))
    del measure[key]
    return key


def at_odds(luck: Random, measure: dict[str, Any]) -> str:
    """Keys that are right alone, and wrong together or without another."""
    case = luck.randrange(4)
    if case == 0:
        measure["projects"] = {"budget": 3.0}
        return "projects.cost"
    if case == 1:
        measure["projects"] = {"budget": 3.0, "cost": 1.0, "share": 0.5}
        return "projects.share"
    if case == 2:
        put(measure, ("effects", "secondary"), 0.5)
        measure["exposed_to"] = ""
        return "exposed_to"
    measure["answers"] = NAMES[0]  # its own name
    return "answers"


FAULTS: tuple[Callable[[Random, dict[str, Any]], str], ...] = (*[wrong_value] * 7, reversed_order, missing, at_odds)


def wrong_measures(seed: int) -> tuple[dict[str, Any], str]:
    """Two measures, of which the first has a fault, and the key that it is in."""
    measures = any_measures(seed, 2)
    for measure in measures.values():
        for key in ("instruments", "answers"):  # what is wrong with one must not be wrong with the other
            measure.pop(key, None)
    luck = Random(seed + 1)
    return measures, f"measures.{NAMES[0]}.{luck.choice(FAULTS)(luck, measures[NAMES[0]])}"


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 2**32 - 1))
def test_five_hundred_wrong_measures_are_explained(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    measures, key = wrong_measures(seed)
    file = tmp_path_factory.getbasetemp() / "wrong.toml"
    file.write_text("version = 1\n" + tomli_w.dumps({"measures": measures}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    error = caught.value
    assert error.where.startswith(f"{file}: {key}"), error
    assert error.message and (error.allowed or error.nearest), error
    assert_good_message(str(error).replace(str(file), file.name), (file.name, key))
