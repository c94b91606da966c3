"""What a page of the game may send, read from a message that nobody vouches for.

`{"id", "code"}` comes first; then `{"id", "do": "choose", "at", "choices": [[entry, place], ..], "decided"}` from a group, and
`{"id", "do": "open" | "close" | "back", "at"}`, `{"id", "do": "pass", "at", "ministry"}`, `{"id", "do": "without", "ministry"}`
or `{"id", "do": "scenario"}` from the lecturer. `at` is the moment that the page believed in, such as "open 2": a message that
comes twice, or late, does nothing. What an event means is judged by `rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model.errors import InputError, as_written, nearest_name

from ..messages import fault
from .rules import MOST_CHOICES, Event

LONGEST_NAME = 40
OF_LECTURER = {
    "open": ("at",), "close": ("at",), "back": ("at",), "pass": ("at", "ministry"), "without": ("ministry",), "scenario": (),
}  # fmt: skip
OF_GROUP = {"choose": ("at", "choices", "decided")}
"""What may be done -> keys that it needs."""
JOURNALED = ("open", "close", "back", "pass", "choose")


def read_code(message: Mapping[str, Any]) -> str:
    """The code of a first message, as people type it. Raises `InputError`."""
    _only(message, ("id", "code"))
    code = message.get("code")
    if not isinstance(code, str) or len(code) > LONGEST_NAME:
        raise InputError(fault(code, "is no code"), where="code", allowed="the code of a group")
    return "".join(code.split()).replace("-", "").upper()


def read_event(message: Mapping[str, Any], place: str, now: str) -> Event:
    """The event of a message from the lecturer or a ministry; ``now`` is the moment of the game. Raises `InputError`."""
    known = OF_LECTURER if place == "lecturer" else OF_GROUP
    do = message.get("do")
    if not isinstance(do, str) or do not in known:
        near = nearest_name(do[:LONGEST_NAME], known) if isinstance(do, str) else ""
        raise InputError(fault(do, "is not possible"), where="do", allowed=", ".join(known), nearest=near)
    _only(message, ("id", "do", *known[do]))
    if "at" in known[do] and _name(message.get("at"), "at") != now:
        raise InputError("the game has moved on meanwhile", where="at", allowed=now)
    event: dict[str, Any] = {"do": do}
    if "ministry" in known[do]:
        event["ministry"] = _name(message.get("ministry"), "ministry")
    if do == "choose":
        event |= {
            "ministry": place,
            "choices": _choices(message.get("choices")),
            "decided": _truth(message.get("decided")),
        }
    return event


def _only(message: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in message:
        if key not in keys:
            raise InputError(
                f"there is no key {as_written(str(key))}", where="message", allowed=", ".join(keys),
                nearest=nearest_name(str(key)[:LONGEST_NAME], keys),
            )  # fmt: skip


def _choices(value: object) -> list[list[str]]:
    if not isinstance(value, list) or len(value) > MOST_CHOICES:
        raise InputError(
            fault(value, "is not possible"),
            where="choices",
            allowed=f"a list of at most {MOST_CHOICES} [entry, place]",
        )
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            raise InputError(
                fault(pair, "is no choice", "nothing is no choice"), where="choices", allowed="[entry, place]"
            )
    return [[_name(word, "choices") for word in pair] for pair in value]


def _name(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not value.isprintable():
        raise InputError(fault(value, "is no name"), where=where, allowed=f"at most {LONGEST_NAME} characters")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise InputError(fault(value, "is not possible"), where="decided", allowed="true or false")
    return value
