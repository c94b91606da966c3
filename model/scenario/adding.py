"""Measures that are tried without a file: a preset and what it needs, in one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from ..errors import InputError, as_written, nearest_name
from .merging import merged, with_value
from .overriding import parse_override
from .presets import preset_table, unknown_preset
from .validation import Layer, allowed_keys, elsewhere, some, type_at
from .values import NAME

SOURCE = "--add"
SIDES = ("from", "to")
JOINED = "+"
"""Between the names of a list."""
FORM = "PRESET,start=DATE,from=NAME,to=NAME,key=value,..., such as academy-moratorium,start=2025-01-01,from=West,to=RU"


@dataclass(frozen=True)
class Addition:
    """A preset, and what a measure that is made from it says besides; sides are lists of names of blocs or countries."""

    preset: str
    settings: tuple[tuple[str, object], ...]


def parse_addition(text: str) -> Addition:
    """Read "preset,key=value,...". Keys are those of a measure, dotted; names of a list are joined by +. Raises `InputError`."""
    preset, *rest = _parts(text)
    if not preset or "=" in preset:
        raise InputError(f"{as_written(text)} names no preset", where=SOURCE, allowed=FORM)
    if preset not in preset_table():
        raise unknown_preset(preset, SOURCE)
    settings: dict[str, object] = {}
    for part in rest:
        if "=" not in part or part.startswith("="):
            raise InputError(f"{as_written(part)} is no setting", where=f"{SOURCE} {preset}", allowed=FORM)
        key, value = parse_override(part)
        if key in settings:
            raise InputError(f"{key} stands there twice", where=f"{SOURCE} {preset}", allowed="each key once")
        settings[key] = _read(preset, key, value)
    return Addition(preset, tuple(settings.items()))


def _parts(text: str) -> list[str]:
    """Split at commas that stand outside brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        else:
            depth += (sign in "[{") - (sign in "]}")
        if sign == "," and depth <= 0 and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _read(preset: str, key: str, value: object) -> object:
    """A value in the type that the key has: names become a list where one belongs."""
    kind = _kind(preset, key.split("."))
    text = isinstance(value, str)
    if key in SIDES:
        return _names(value) if text else value
    lists = [member for member in (kind, *get_args(kind)) if get_origin(member) is tuple]
    words = [choice for member in get_args(kind) for choice in get_args(member) if get_origin(member) is not tuple]
    return _names(value) if text and lists and value not in words else value


def _names(value: object) -> list[str]:
    return [name.strip() for name in str(value).split(JOINED)]


def _kind(preset: str, parts: Sequence[str]) -> Any:
    """The type of a key of a measure; unknown ones are errors."""
    path: tuple[str, ...] = ("measures", preset)
    for depth, part in enumerate(parts):
        names = allowed_keys(type_at(path)) or {}
        if part not in names:
            near = nearest_name(part, names) or elsewhere(part, type_at(path))
            raise InputError(
                f"there is no key {as_written('.'.join(parts))}", where=f"{SOURCE} {preset}",
                nearest=".".join([*parts[:depth], near, *parts[depth + 1 :]]) if near else "", allowed=some(names),
            )  # fmt: skip
        path = (*path, part)
    return type_at(path)


def with_additions(
    content: Mapping[str, Any], texts: Sequence[str], data: object, layers: list[Layer]
) -> dict[str, Any]:
    """The content with measures made from "preset,key=value,..." texts, each under a name of its own.

    A measure is named after its preset, with -2, -3, ... where the name is taken; the scenario's name gets the names
    after a +, so that its results stand apart. ``data``: folder of the world's tables. Raises `InputError`.
    """
    out, names = dict(content), []
    for text in texts:
        addition = parse_addition(text)
        measures = out.get("measures")
        measures = measures if isinstance(measures, Mapping) else {}
        name = _free(addition.preset, measures)
        measure: dict[str, Any] = {"preset": addition.preset}
        for key, value in addition.settings:
            if key in SIDES and isinstance(value, list):
                measure = merged(measure, {key: _side(addition.preset, key, value, data)})
            else:
                measure = merged(measure, with_value({}, key.split("."), value))
        layers.append(Layer(f"{SOURCE} ", {"measures": {name: measure}}))
        out["measures"] = {**measures, name: measure}
        names.append(name)
    if names:
        out["name"] = _longer(str(out.get("name", "")), names)
    return out


def _free(preset: str, measures: Mapping[str, Any]) -> str:
    taken, number = preset, 1
    while taken in measures:
        number += 1
        taken = f"{preset}-{number}"
    return taken


def _longer(name: str, added: Sequence[str]) -> str:
    """The scenario's name with those of its new measures, or with their number where that is too long for a name."""
    whole = JOINED.join([name, *added])
    return whole if NAME.fullmatch(whole) else f"{name}{JOINED}{len(added)} measures"


def _side(preset: str, side: str, names: Sequence[object], data: object) -> dict[str, list[str]]:
    """Blocs and countries of a side, told apart by the tables of the world."""
    from ..tables import read_tables  # with pandas; only who adds measures needs it

    tables = read_tables(data if isinstance(data, str) and data else None)
    found: dict[str, list[str]] = {}
    for name in names:
        where = f"{SOURCE} {preset}: {side}"
        known = (*tables.blocs, *tables.countries)
        if name not in known:
            codes = dict(zip(tables.country_names, tables.countries, strict=True))
            near = nearest_name(str(name), (*known, *codes))
            raise InputError(
                f"there is no bloc or country {as_written(name)}", where=where, nearest=codes.get(near, near),
                allowed=", ".join(known),
            )  # fmt: skip
        found.setdefault("blocs" if name in tables.blocs else "countries", []).append(str(name))
    return found
