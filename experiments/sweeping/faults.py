"""Faults of a sweep file as `InputError`: which key, what was written, what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from model.errors import InputError, as_written, nearest_name
from model.scenario.validation import allowed_keys

from .schema import SweepFile

FORMER = {"axes": "factors"}
"""Keys that had another name."""


def fault(
    error: ValidationError, content: Mapping[str, Any], where: str, schema: type[BaseModel] = SweepFile
) -> InputError:
    """The first fault of a file of a schema; an unknown key comes first, for it explains a missing one."""
    faults = error.errors(include_url=False)
    first = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    if first["type"] == "tuple_type" and isinstance(first["input"], str):  # a text, where one text is possible
        first = next((f for f in faults if f["type"] == "literal_error" and f["input"] == first["input"]), first)
    if first["type"] == "tuple_type":
        first = {**first, "msg": "must be a list, in brackets"}
    location = _location(first["loc"], first["type"], schema)
    if first["type"] == "missing" and isinstance(location[-1], int):  # an entry of a pair: the pair is wrong
        location = location[:-1]
        first = {**first, "type": "too_short", "msg": "must have two entries", "input": _at(location, content)}
    at = f"{where}: {key_of(location, content)}" if location else where
    names = allowed_keys(_type_at(location[:-1], schema)) or {}
    if first["type"] == "extra_forbidden":
        key = str(location[-1])
        return InputError(
            f"there is no key {key!r}",
            where=at,
            nearest=FORMER.get(key) or nearest_name(key, names),
            allowed=", ".join(names),
        )
    if first["type"] == "missing":
        return InputError("is missing", where=at, allowed=_described(location, schema))
    if first["type"] == "literal_error":
        return _no_such_name(first, location, at)
    given = first.get("ctx", {}).get("error")
    if isinstance(given, InputError):
        at = f"{where}: {key_of((*location, *given.where.split('.')), content)}" if given.where else at
        allowed = given.allowed or _described(location, schema)
        return InputError(given.message, where=at, allowed=allowed, nearest=given.nearest)
    message = re.sub(r"^Value error, ", "", first["msg"])
    message = f"{message[0].lower()}{message[1:]}"
    written = first.get("input")
    if isinstance(written, bool | int | float | str | list):
        message = f"{as_written(written)}: {message}"
    return InputError(message, where=at, allowed=_described(location, schema))


def _no_such_name(first: Mapping[str, Any], location: Sequence[int | str], at: str) -> InputError:
    """The fault of a value that is none of those which a key may have."""
    written, expected = first["input"], str(first["ctx"]["expected"])
    names = re.findall(r"'([^']*)'", expected)
    key = next((part for part in reversed(location) if isinstance(part, str)), "value")
    nearest = nearest_name(written, names) if isinstance(written, str) else ""
    return InputError(
        f"there is no {key} {as_written(written)}", where=at, allowed=", ".join(names) or expected, nearest=nearest
    )


def moved(error: InputError, where: str, before: str = "", after: str = "") -> InputError:
    """The same fault, said of another place."""
    return InputError(f"{before}{error.message}{after}", where=where, allowed=error.allowed, nearest=error.nearest)


def key_of(location: Sequence[int | str], content: Mapping[str, Any]) -> str:
    """A place in the file, with names where entries have them: factors.sanctions.levels, entry 2."""
    keys, entries, here = [], "", content
    for part in location:
        here = _inside(here, part)
        if isinstance(part, str):
            keys.append(part)
        elif isinstance(here, Mapping) and isinstance(here.get("name"), str) and here["name"]:
            keys.append(here["name"])
        else:
            entries += f", entry {part + 1}"
    return ".".join(keys) + entries


def outcome_key(file: SweepFile, where: str, number: int, key: str) -> str:
    """Where a key of an outcome stands, as errors say it; outcomes count from 0."""
    return f"{where}: {key_of(('outcomes', number, key), file.model_dump())}"


def _at(location: Sequence[int | str], content: Any) -> Any:
    """What stands at a place of the file."""
    for part in location:
        content = _inside(content, part)
    return content


def _inside(value: Any, part: int | str) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _type_at(location: Sequence[int | str], schema: type[BaseModel]) -> Any:
    """Type of a place in the schema, None where it has none."""
    kind: Any = schema
    for part in location:
        inner = (allowed_keys(kind) or {}) if isinstance(part, str) else {}
        kind = inner.get(str(part)) if isinstance(part, str) else next(iter(get_args(_present(kind))), None)
    return kind


def _present(kind: Any) -> Any:
    """The type of what may be absent, where it is there."""
    return next((k for k in get_args(kind) if k is not type(None)), kind) if type(None) in get_args(kind) else kind


def _location(loc: Sequence[int | str], kind: str, schema: type[BaseModel]) -> tuple[int | str, ...]:
    """The place of a fault, without what pydantic puts between keys."""
    found: tuple[int | str, ...] = ()
    for place, part in enumerate(loc):
        unknown = kind == "extra_forbidden" and place == len(loc) - 1
        if unknown or isinstance(part, int) or part in (allowed_keys(_type_at(found, schema)) or {}):
            found = (*found, part)
    return found


def _described(location: Sequence[int | str], schema: type[BaseModel]) -> str:
    """What a key means, from the schema."""
    keys = [place for place, part in enumerate(location) if isinstance(part, str)]
    if not keys:
        return ""
    owner, key = _type_at(location[: keys[-1]], schema), location[keys[-1]]
    if not (isinstance(owner, type) and issubclass(owner, BaseModel)):
        return ""
    field = owner.model_fields.get(str(key))
    return (field.description or "") if field else ""
