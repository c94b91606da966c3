"""Validates the content of a scenario; its first fault becomes an error that says what to write, and where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import InputError, as_written, kind_of, nearest_name
from .schema import Scenario

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
MOST_NAMES = 12
"""Names that a message lists."""

WORDS = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "text, in quotes",
    date: "a date such as 2022-02-24, without quotes",
}
LISTED = {
    float: "numbers",
    int: "whole numbers",
    str: "texts, in quotes",
    date: "dates such as 2022-02-24, without quotes",
}
"""Types of values in words, one and many."""

Path = tuple[int | str, ...]
"""Keys from the top of a scenario to a value; whole numbers are places in a list."""


@dataclass(frozen=True)
class Layer:
    """One of the sources of a scenario's content, the later ones going before the earlier ones."""

    source: str  # what stands before a key in messages: "file.toml: " or "--set "
    content: Mapping[str, Any]


def place(path: Path, layers: Sequence[Layer]) -> str:
    """Where the value at a path was written: the last of the layers that say most of it, and the key."""
    depths = [_depth(layer.content, path) for layer in layers]
    source = next((layers[k].source for k in reversed(range(len(layers))) if depths[k] == max(depths)), "")
    return f"{source}{_dotted(path)}".removesuffix(": ")


def _depth(content: object, path: Path) -> int:
    for depth, key in enumerate(path):
        if not isinstance(content, Mapping) or key not in content:
            return depth
        content = content[key]
    return len(path)


def _dotted(path: Path) -> str:
    keys = [str(k) if BARE_KEY.fullmatch(str(k)) else as_written(k) for k in path if isinstance(k, str)]
    places = [f", entry {k + 1}" for k in path if isinstance(k, int)]
    return ".".join(keys) + "".join(places)


def validated(content: Mapping[str, Any], layers: Sequence[Layer]) -> Scenario:
    """The scenario of a content that was merged from layers. Raises `InputError` for the first fault."""
    if "version" not in content:
        raise InputError("has no version", where=place((), layers[-1:]), allowed="version = 1, at the top of the file")
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise _translated(error, content, layers) from None


def _translated(error: ValidationError, content: Mapping[str, Any], layers: Sequence[Layer]) -> InputError:
    faults = error.errors(include_url=False)
    # an unknown key explains a missing one
    fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    paths = {_path(f["loc"], f["type"]) for f in faults}
    more = len(paths) - 1
    path = _path(fault["loc"], fault["type"])
    # a union reports a fault of each of its members: the one furthest inside is meant
    for other in faults:
        deeper = _path(other["loc"], other["type"])
        if len(deeper) > len(path) and deeper[: len(path)] == path:
            fault, path, more = other, deeper, more - 1
    path, message, allowed, nearest = _explained(dict(fault), path, content)
    suffix = f" (and {more} more)" if more > 0 else ""
    return InputError(message + suffix, where=place(path, layers), allowed=allowed, nearest=nearest)


def _explained(fault: dict[str, Any], path: Path, content: Mapping[str, Any]) -> tuple[Path, str, str, str]:
    """(path, message, what is allowed, nearest name) of a fault."""
    kind, written = fault["type"], _value_at(content, path)
    shown, allowed = as_written(written), described(path)
    if kind == "extra_forbidden":
        key = str(path[-1])
        names = allowed_keys(type_at(path[:-1])) or {}
        near = nearest_name(key, names) or elsewhere(key, type_at(path[:-1]))
        return path, f"there is no key {as_written(key)[1:-1]!r}", some(names), near
    if (kind == "missing" and isinstance(path[-1], int)) or kind == "too_long":
        path = path[:-1] if kind == "missing" else path
        entries = _value_at(content, path)
        number = f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"
        return path, f"{as_written(entries)} has {number}", described(path), ""
    if kind == "missing":
        measures = [name for name in content.get("measures", {}) if name != path[1]] if path[0] == "measures" else []
        return path, "is missing", allowed, nearest_name(str(path[1]), measures) if measures else ""
    if kind == "literal_error":
        near = nearest_name(written, map(str, _choices(type_at(path)))) if isinstance(written, str) else ""
        return path, f"{shown} is not possible", allowed, near
    given = fault.get("ctx", {}).get("error")
    if isinstance(given, InputError):
        path = (*path, given.where) if given.where else path
        return path, given.message, given.allowed or described(path), ""
    if kind == "finite_number":
        return path, f"{shown} is not finite", allowed, ""
    if kind.startswith(("greater_than", "less_than")):
        return path, f"{shown} is too {'small' if kind.startswith('greater') else 'large'}", allowed, ""
    return path, f"{shown} is {kind_of(written)}", allowed, ""


def _path(loc: Path, kind: str) -> Path:
    """The path of a fault, without the names of union members and the like that pydantic puts between keys."""
    if kind == "extra_forbidden":
        return loc
    path: Path = ()
    for part in loc:
        names = allowed_keys(type_at(path))
        if isinstance(part, int) or names is None or part in names:
            path = (*path, part)
    return path


def _value_at(content: Any, path: Path) -> Any:
    """What was written at a path, before it was read; None where nothing was."""
    for key in path:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            return None
    return content


def allowed_keys(kind: Any) -> dict[str, Any] | None:
    """Key -> type of a model; None for a mapping with free names; empty for anything that has no keys."""
    kind = _only(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
    if get_origin(kind) is dict:
        return None
    return {}


def _only(kind: Any) -> Any:
    """The one member of a union with None, else the type itself: a table that may be absent has keys as well."""
    members = _members(kind)
    return members[0] if len(members) == 1 else kind


def unit_of(model: type[BaseModel], path: str) -> str:
    """Unit of the value at a dotted path of a model; empty where the schema gives none."""
    *tables, key = path.split(".")
    kind: Any = model
    for part in tables:
        kind = (allowed_keys(kind) or {})[part]
    extra = _only(kind).model_fields[key].json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def type_at(path: Path) -> Any:
    """The type that the schema gives to a path; None where it has none."""
    kind: Any = Scenario
    for part in path:
        names = allowed_keys(kind)
        if names is None:
            kind = get_args(kind)[1]
        elif isinstance(part, int):
            members = [member for member in _members(kind) if get_origin(member) is tuple]
            kind = get_args(members[0])[0] if members else None
        else:
            kind = names.get(part)
    return kind


def elsewhere(key: str, kind: Any) -> str:
    """The path, from a table on, of a key that stands in one of its tables: what belongs there is often left out."""
    found = [
        f"{table}.{key}" for table, inner in (allowed_keys(kind) or {}).items() if key in (allowed_keys(inner) or {})
    ]
    return found[0] if len(found) == 1 else ""


def some(names: Iterable[str]) -> str:
    """The first few names."""
    names = list(names)
    return ", ".join(names[:MOST_NAMES]) + (", ..." if len(names) > MOST_NAMES else "")


def described(path: Path) -> str:
    """What may stand at a path and what it means, from the schema."""
    owner = _only(type_at(path[:-1]))
    if isinstance(owner, type) and issubclass(owner, BaseModel):
        for name, field in owner.model_fields.items():
            if (field.alias or name) == path[-1]:
                meaning = field.description or ""
                return _shape(field.annotation, _limits(field.metadata)) + (f" ({meaning})" if meaning else "")
    return _shape(type_at(path), "")


def _limits(metadata: Iterable[object]) -> str:
    bounds = {
        name: f"{float(bound):.15g}"
        for entry in metadata
        for name in ("ge", "gt", "le", "lt")
        if (bound := getattr(entry, name, None)) is not None
    }
    up_to = "up to" if "gt" in bounds else "to"
    low = f"from {bounds['ge']}" if "ge" in bounds else f"above {bounds['gt']}" if "gt" in bounds else ""
    return " ".join(part for part in (low, f"{up_to} {bounds['le']}" if "le" in bounds else "") if part)


def _shape(kind: Any, limits: str) -> str:
    """A type in words."""
    kind = _bare(kind)
    if kind in WORDS:
        return f"{WORDS[kind]} {limits}".strip()
    if get_origin(kind) is Literal:
        return ", ".join(json.dumps(choice) for choice in get_args(kind))
    if get_origin(kind) is tuple:
        items = [_bare(item) for item in get_args(kind) if item is not Ellipsis]
        number = "" if Ellipsis in get_args(kind) else f"{len(items)} "
        return f"a list of {number}{LISTED[items[0]]}"
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(_shape(member, limits) for member in _members(kind))
    keys = allowed_keys(kind)
    return "tables with names of your choice" if keys is None else f"a table with {some(keys)}" if keys else ""


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _members(kind: Any) -> list[Any]:
    """The members of a union but None; a type that is no union is its own member."""
    return [m for m in get_args(kind) if m is not type(None)] if get_origin(kind) in (Union, UnionType) else [kind]


def _choices(kind: Any) -> list[Any]:
    return [choice for member in _members(kind) if get_origin(member) is Literal for choice in get_args(member)]
