"""What a page may ask, read from a message that nobody vouches for.

A message is one line of JSON: ``{"id", "kind", "scenario", "seed", "set": {path: value}, "add": [...]}``. Everything in it
is bounded here; what it means is judged by the same loading as the command line's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.errors import InputError, as_written, kind_of, nearest_name

LONGEST_MESSAGE = 16_384
"""Bytes of a message."""
LONGEST_ID = 64
LONGEST_TEXT = 300
"""Characters of a text inside a message."""
MOST_SETTINGS = 60
MOST_ADDITIONS = 12
MOST_LINES = 8
MOST_ENTRIES = 200
"""Numbers and texts inside the value of one setting."""
DEEPEST = 4
LUCKS = 20
"""Replicates of the fan that the page draws."""
KINDS = ("run", "lucks", "describe", "explain")
KEYS = ("id", "kind", "scenario", "seed", "set", "add", "lines", "institution", "until")
FORBIDDEN = ("world.data", "run", "record")
"""Paths that a page may not set: they name files of the server, or what it does for everyone."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LINE_NAME = re.compile(r"[A-Za-z0-9_.> -]{1,60}")

Identifier = str | int | None


@dataclass(frozen=True)
class Question:
    """A message that was read: what is asked of which state."""

    kind: str
    scenario: str
    seed: int
    settings: tuple[tuple[str, Any], ...] = ()
    additions: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    """(indicator, pair) of series that are wanted besides those of blocs."""
    institution: int = 0
    until: float | None = None
    """Time in years at which an institution is explained; None: the end."""
    replicate: int = 0

    def key(self) -> str:
        """The same text for the same question."""
        return json.dumps([*self.__dict__.items()], default=str, sort_keys=True)


def read_message(text: str) -> dict[str, Any]:
    """The object that a message holds. Raises `InputError` if it holds none."""
    if len(text) > LONGEST_MESSAGE or len(text.encode("utf-8", "replace")) > LONGEST_MESSAGE:
        raise InputError("is too long", where="message", allowed=f"{LONGEST_MESSAGE} bytes")
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InputError("is no JSON", where="message", allowed=_SHAPE) from None
    if not isinstance(content, dict):
        raise InputError(f"is {'nothing' if content is None else kind_of(content)}", where="message", allowed=_SHAPE)
    return content


_SHAPE = 'an object {"id", "scenario", "seed", "set": {path: value}, "add": [..]}'


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def fault(value: object, what: str, of_nothing: str = "is missing") -> str:
    """What is wrong with a value of a message: what it was, and what that is not; JSON's null is nothing."""
    return of_nothing if value is None else f"{as_written(value)} {what}"


def identifier_of(message: Mapping[str, Any]) -> Identifier:
    """The id of a message, to be sent back; None where it has none that can be."""
    given = message.get("id")
    if isinstance(given, str):
        return given if len(given) <= LONGEST_ID and given.isprintable() else None
    return given if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**53 else None


def read_question(message: Mapping[str, Any], known: Sequence[str]) -> Question:
    """The question of a message; ``known`` are the scenarios that are played. Raises `InputError`."""
    for key in message:
        if key not in KEYS:
            raise InputError(
                f"there is no key {as_written(str(key))}", where="message", allowed=", ".join(KEYS),
                nearest=nearest_name(str(key), KEYS),
            )  # fmt: skip
    if identifier_of(message) is None:
        raise InputError(
            fault(message.get("id"), "names no message"), where="id", allowed="a whole number or a short text"
        )
    kind = _one_of(message.get("kind", "run"), KINDS, "kind")
    institution = _whole(message.get("institution", 0), "institution", 0, 100_000)
    return Question(
        kind=kind,
        scenario=_one_of(message.get("scenario"), known, "scenario"),
        seed=_whole(message.get("seed", 1), "seed", 0, 2**32 - 1),
        settings=_settings(message.get("set", {})),
        additions=_texts(message.get("add", []), "add", MOST_ADDITIONS),
        lines=_lines(message.get("lines", [])),
        institution=institution if kind == "explain" else 0,
        until=_until(message.get("until")) if kind == "explain" else None,
    )


def _one_of(value: object, known: Sequence[str], where: str) -> str:
    if not isinstance(value, str) or value not in known:
        near = nearest_name(value[:LONGEST_TEXT], known) if isinstance(value, str) else ""
        raise InputError(fault(value, "is not possible"), where=where, allowed=", ".join(known), nearest=near)
    return value


def _whole(value: object, where: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise InputError(fault(value, "is not possible"), where=where, allowed=f"a whole number from {low} to {high}")
    return value


def _until(value: object) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not 1900 <= value <= 2300:  # type: ignore[operator]
        raise InputError(fault(value, "is no time"), where="until", allowed="a year, such as 2022.25")
    return float(value)  # type: ignore[arg-type]


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise InputError(
            fault(value, "is not possible"), where=where, allowed=f"a line of at most {LONGEST_TEXT} characters"
        )
    return value


def _texts(value: object, where: str, most: int) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > most:
        raise InputError(fault(value, "is not possible"), where=where, allowed=f"a list of at most {most} texts")
    return tuple(_text(entry, where) for entry in value)


def _settings(value: object) -> tuple[tuple[str, Any], ...]:
    """Paths and values, in the order of the message: a later one may change what an earlier one has made."""
    if not isinstance(value, dict) or len(value) > MOST_SETTINGS:
        raise InputError(
            fault(value, "is not possible"), where="set", allowed=f"an object with at most {MOST_SETTINGS} paths"
        )
    return tuple((_path(path), _value(entry, f"set: {as_written(path)}")) for path, entry in value.items())


def _path(path: str) -> str:
    path = _text(path, "set")
    for closed in FORBIDDEN:
        if path == closed or path.startswith(f"{closed}.") or closed.startswith(f"{path}."):
            raise InputError(
                f"{as_written(path)} cannot be set from a page", where="set",
                allowed="world, time, inputs, parameters and measures; the seed has a key of its own",
            )  # fmt: skip
    return path


def _value(value: Any, where: str) -> Any:
    room = [MOST_ENTRIES]

    def read(entry: Any, depth: int) -> Any:
        room[0] -= 1
        if depth > DEEPEST or room[0] < 0:
            raise InputError("is too large a value", where=where, allowed=f"at most {MOST_ENTRIES} entries")
        match entry:
            case bool() | int() | float():
                return entry
            case str():
                text = _text(entry, where)
                return _day(text) if _DAY.fullmatch(text) else text
            case list():
                return [read(inner, depth + 1) for inner in entry]
            case dict():
                return {_text(key, where): read(inner, depth + 1) for key, inner in entry.items()}
        raise InputError(
            fault(entry, "is no value", "nothing is no value"), where=where, allowed="a number, a text, true or false"
        )

    return read(value, 0)


def _day(text: str) -> date | str:
    """A date as TOML has it; JSON has none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _lines(value: object) -> tuple[tuple[str, str], ...]:
    allowed = f"a list of at most {MOST_LINES} [indicator, pair]"
    if not isinstance(value, list) or len(value) > MOST_LINES:
        raise InputError(fault(value, "is not possible"), where="lines", allowed=allowed)
    for entry in value:
        if (
            not isinstance(entry, list)
            or len(entry) != 2
            or not all(isinstance(word, str) and _LINE_NAME.fullmatch(word) for word in entry)
        ):
            raise InputError(fault(entry, "names no series", "nothing names no series"), where="lines", allowed=allowed)
    return tuple((indicator, pair) for indicator, pair in value)
