"""What a page may ask: messages that are read, and messages that are refused."""

from __future__ import annotations

import json
import random
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.teach.frames import fan, packed, unpacked
from experiments.teach.messages import (
    LONGEST_MESSAGE,
    MOST_ENTRIES,
    MOST_SETTINGS,
    Question,
    identifier_of,
    read_message,
    read_question,
)
from model.errors import InputError

KNOWN = ("classroom", "hindcast")
GOOD = {
    "id": 1,
    "scenario": "classroom",
    "seed": 3,
    "set": {"measures.a.strength": 0.5},
    "add": ["listing,start=2020-01-01"],
}


def read(message: object) -> Question:
    """As the server reads it."""
    return read_question(read_message(json.dumps(message)), KNOWN)


def test_a_message_of_the_documented_form_is_read_as_it_is() -> None:
    question = read(GOOD)
    assert question == Question("run", "classroom", 3, (("measures.a.strength", 0.5),), ("listing,start=2020-01-01",))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (None, "message: is nothing"),
        ({"id": 1}, "scenario: is missing"),
        ({"scenario": "classroom"}, "id: is missing"),
        ({**GOOD, "seed": None}, "seed: is missing"),
        ({**GOOD, "set": {"a.b": None}}, 'set: "a.b": nothing is no value'),
        ({**GOOD, "lines": [None]}, "lines: nothing names no series"),
    ],
)
def test_what_is_not_there_is_said_in_plain_words(message: object, said: str) -> None:
    with pytest.raises(InputError) as refused:
        read(message)
    assert str(refused.value).splitlines()[0] == said


def test_texts_that_are_dates_become_dates_and_others_stay() -> None:
    settings = dict(read({**GOOD, "set": {"a.start": "2022-02-24", "a.mode": "none", "a.end": "2022-99-99"}}).settings)
    assert settings == {"a.start": date(2022, 2, 24), "a.mode": "none", "a.end": "2022-99-99"}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"scenario": "clasroom"}, "scenario"),
        ({"scenario": "../../etc/passwd"}, "scenario"),
        ({"scenario": None}, "scenario"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": 2**32}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"kind": "delete"}, "kind"),
        ({"id": None}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"set": []}, "set"),
        ({"set": {f"a.{k}": 1 for k in range(MOST_SETTINGS + 1)}}, "set"),
        ({"set": {"world.data": "/etc"}}, "set"),
        ({"set": {"world": {"data": "/etc"}}}, "set"),
        ({"set": {"run.replicates": 100000}}, "set"),
        ({"set": {"record.decisions": True}}, "set"),
        ({"set": {"a": [1] * (MOST_ENTRIES + 1)}}, 'set: "a"'),
        ({"set": {"a": [[[[[[1]]]]]]}}, 'set: "a"'),
        ({"set": {"a": None}}, 'set: "a"'),
        ({"set": {"a": "x" * 301}}, 'set: "a"'),
        ({"set": {"a\u202e": 1}}, "set"),
        ({"add": "listing"}, "add"),
        ({"add": ["x"] * 13}, "add"),
        ({"lines": [["a"]]}, "lines"),
        ({"lines": [["a", "b\n"]]}, "lines"),
        ({"kind": "explain", "institution": -1}, "institution"),
        ({"kind": "explain", "until": "now"}, "until"),
        ({"hello": 1}, "message"),
    ],
)  # fmt: skip
def test_what_a_page_may_not_ask_is_refused_and_its_place_is_named(change: dict[str, object], where: str) -> None:
    with pytest.raises(InputError) as refused:
        read({**GOOD, **change})
    assert refused.value.where == where
    assert refused.value.allowed


def test_a_misspelled_scenario_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(InputError) as refused:
        read({**GOOD, "scenario": "clasroom"})
    assert refused.value.nearest == "classroom"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "1", '"x"', '{"a": NaN}', '{"a": Infinity}', "[" * 5000, "9" * 5000, "\0", '{"seed": 1e999999'],
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_message(text)


def test_a_long_message_is_refused_before_it_is_read() -> None:
    with pytest.raises(InputError, match="too long"):
        read_message('{"id": 1, "scenario": "' + "é" * (LONGEST_MESSAGE // 2) + '"}')


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))  # fmt: skip
def test_any_json_but_a_message_is_refused_and_nothing_else(content: object) -> None:
    with pytest.raises(InputError, match=r"."):
        read_question(read_message(json.dumps(content)), KNOWN)


@given(st.dictionaries(st.sampled_from(["id", "scenario", "seed", "set", "add", "kind", "lines", "until"]), st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.integers()))))  # fmt: skip
def test_an_id_that_is_sent_back_is_one_that_was_sent(message: dict[str, object]) -> None:
    identifier = identifier_of(message)
    assert identifier is None or identifier == message["id"]


# --- frames ------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1))
def test_a_frame_gives_back_what_was_packed_and_arrays_are_aligned(seed: int) -> None:
    draw = random.Random(seed)
    generator = np.random.default_rng(seed)
    arrays = {
        f"a{k}": generator.integers(0, 100, draw.randrange(9)).astype(kind)
        for k, kind in enumerate((np.uint8, np.uint16, np.int16, np.float32, np.float64))
    }
    frame = packed({"name": "Ж“中" * draw.randrange(3)}, arrays)
    header, found = unpacked(frame)
    length = int.from_bytes(frame[4:8], "little")
    assert length % 8 == 0
    for name, array in arrays.items():
        assert header["arrays"][name]["at"] % 8 == 0
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_a_fan_holds_the_series_of_all_lucks_in_their_order() -> None:
    ends = np.array([2000.0, 2001.0])
    lucks = [
        packed({"kind": "luck", "lines": [["a", "b"]]}, {"ends": ends, "series": np.array([[k, k + 0.5]])})
        for k in range(3)
    ]
    header, arrays = unpacked(fan(lucks))
    assert header["lines"] == [["a", "b"]]
    np.testing.assert_array_equal(arrays["series"], [[[0, 0.5]], [[1, 1.5]], [[2, 2.5]]])
