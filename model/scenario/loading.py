"""From a name or a path to a scenario: files, what they extend, overrides, and errors that say what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import InputError, nearest_name
from .schema import Scenario

LARGEST_FILE = 1_000_000
"""Bytes; a scenario is a page or two."""


def packaged_folder() -> Path:
    """Where the packaged scenarios are: in the wheel beside this file, in a checkout at its root."""
    inside = Path(__file__).parent / "packaged"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "scenarios"


def packaged_scenarios() -> dict[str, Path]:
    """Name -> file of the packaged scenarios, by name."""
    return {path.stem: path for path in sorted(packaged_folder().glob("*.toml"))}


def find_scenario(name: str, beside: Path | None = None, where: str = "") -> Path:
    """The file of a scenario: a path, or a name looked up beside ``beside``, in ./scenarios, among the packaged ones."""
    if name.endswith(".toml") or "/" in name or "\\" in name:
        path = (beside.parent / name) if beside and not Path(name).is_absolute() else Path(name)
        if not path.exists() and beside is None:
            raise InputError("there is no such file", where=where or str(path), nearest=_near(Path(name).stem))
        if path.exists():
            return path
    folders = ([beside.parent] if beside else []) + [Path("scenarios"), packaged_folder()]
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return folder / f"{name}.toml"
    raise InputError(
        f"there is no scenario {name!r}",
        where=where,
        nearest=_near(name),
        allowed="a file, or a name that `comity list` shows",
    )


def _near(name: str) -> str:
    local = {path.stem for path in Path("scenarios").glob("*.toml")} if Path("scenarios").is_dir() else set()
    return nearest_name(name, {*packaged_scenarios(), *local})


def read_toml(path: Path) -> dict[str, Any]:
    """Read one TOML file, with errors that name file and line."""
    where = str(path)
    if path.is_dir():
        raise InputError("is a folder", where=where, allowed="a TOML file")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(
                f"has {size:,} bytes", where=where, allowed=f"at most {LARGEST_FILE:,}: a scenario is a page or two"
            )
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise InputError("there is no such file", where=where, nearest=_near(path.stem)) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start})", where=where, allowed="TOML, saved as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"is not TOML: {error}", where=where, allowed="key = value, [table]; see `comity show hindcast`"
        ) from None
    except RecursionError:
        raise InputError("is nested too deeply", where=where, allowed="tables as `comity schema` lists them") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=where) from None


def read_layers(path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The file and all that it extends, the most basic first."""
    layers: list[tuple[Path, dict[str, Any]]] = []
    while True:
        if any(path.resolve() == seen.resolve() for seen, _ in layers):
            chain = " -> ".join([*(p.stem for p, _ in reversed(layers)), path.stem])
            raise InputError(f"extends itself: {chain}", where=f"{path}: extends", allowed="a chain that ends")
        content = read_toml(path)
        layers.insert(0, (path, content))
        parent = content.pop("extends", None)
        if parent is None:
            return layers
        if not isinstance(parent, str):
            raise InputError(
                f"{parent!r} is no name", where=f"{path}: extends", allowed="the name or path of a scenario, in quotes"
            )
        path = find_scenario(parent, beside=path, where=f"{path}: extends")


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merged key by key; anything else replaced."""
    out = dict(base)
    for key, value in change.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = merged(out[key], value) if both else value
    return out


def load_scenario(name: str | Path, overrides: Mapping[str, object] | Sequence[str] = ()) -> Scenario:
    """Load a scenario by name or path.

    ``overrides``: dotted paths with values, as a mapping or as texts "path=value" with a TOML value on the right; bare
    words count as text. Raises `InputError`.
    """
    layers = read_layers(find_scenario(str(name)))
    content: dict[str, Any] = {}
    for path, layer in layers:
        # what a derived file does not say, it must not inherit: its name
        content.pop("name", None)
        _check_measures(layer, content, path)
        content = merged(content, layer)
    path = layers[-1][0]
    content.setdefault("name", path.stem)
    settings = overrides.items() if isinstance(overrides, Mapping) else [parse_override(text) for text in overrides]
    for key, value in settings:
        _set(content, key, value)
    scenario = validated(content, str(path))
    check_scenario(scenario, str(path))
    return scenario


def scenario_from_text(text: str, where: str = "scenario") -> Scenario:
    """A scenario from the text of a resolved file."""
    return validated(tomllib.loads(text), where)


def _check_measures(layer: Mapping[str, Any], base: Mapping[str, Any], path: Path) -> None:
    """A derived file that changes a few keys of a measure means an existing one: catch misspelled names."""
    measures = layer.get("measures")
    if not isinstance(measures, Mapping):
        return
    known = base.get("measures", {})
    for name, measure in measures.items():
        if isinstance(measure, Mapping) and name not in known and "start" not in measure and known:
            raise InputError(
                f"there is no measure {name!r} to change", where=f"{path}: measures.{name}",
                nearest=nearest_name(name, known), allowed="a measure of the extended scenario, or a whole new one with title, group and start",
            )  # fmt: skip


def parse_override(text: str) -> tuple[str, object]:
    """Split "path=value"; the value is TOML, or bare text."""
    key, sign, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not sign or not key:
        raise InputError(f"{text!r} is no setting", where="--set", allowed="path.to.key=value")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _set(content: dict[str, Any], key: str, value: object) -> None:
    """Put an override in its place; the path must exist in the schema, and measures must be known."""
    parts = key.split(".")
    _check_path(parts, content, key)
    table = content
    for part in parts[:-1]:
        table[part] = dict(table.get(part, {}))
        table = table[part]
    table[parts[-1]] = value


def _check_path(parts: list[str], content: Mapping[str, Any], key: str) -> None:
    kind: Any = Scenario
    for depth, part in enumerate(parts):
        names = allowed_keys(kind)
        if names is None:  # a table with free names: measures, growth
            known = content.get("measures", {}) if parts[0] == "measures" else None
            if known is not None and part not in known:
                raise InputError(
                    f"there is no measure {part!r}",
                    where=f"--set {key}",
                    nearest=nearest_name(part, known),
                    allowed="a measure of the scenario",
                )
            kind = get_args(kind)[1]
            continue
        if part not in names:
            near = nearest_name(part, names)
            path = ".".join([*parts[:depth], near, *parts[depth + 1 :]]) if near else ""
            raise InputError(f"there is no setting {key!r}", where="--set", nearest=path, allowed=_some(names))
        kind = names[part]


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")


def allowed_keys(kind: Any) -> dict[str, Any] | None:
    """Key -> type of a model; None for a mapping with free names; empty for anything that has no keys."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
    if get_origin(kind) is dict:
        return None
    return {}


def validated(content: Mapping[str, Any], where: str) -> Scenario:
    """Validate the content of a scenario; the first fault becomes an `InputError`."""
    if "version" not in content:
        raise InputError("has no version", where=f"{where}: version", allowed="version = 1")
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise _translated(error, where) from None


def _translated(error: ValidationError, where: str) -> InputError:
    faults = error.errors(include_url=False)
    # an unknown key explains a missing one; a union reports each of its members: take the plainest
    fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    path = _path(fault["loc"])
    more = len({".".join(_path(f["loc"])) for f in faults}) - 1
    at = f"{where}: {'.'.join(path)}" if path else where
    suffix = f" (and {more} more)" if more > 0 else ""
    if fault["type"] == "extra_forbidden":
        names = allowed_keys(_type_at(path[:-1])) or {}
        return InputError(
            f"there is no key {path[-1]!r}{suffix}",
            where=at,
            nearest=nearest_name(path[-1], names),
            allowed=_some(names),
        )
    written = fault.get("input")
    shown = "" if isinstance(written, Mapping) or fault["type"] == "missing" else f"{written!r}: "
    message = re.sub(r"^(Value error|Assertion failed), ", "", fault["msg"])
    if fault["type"] == "missing":
        return InputError(f"is missing{suffix}", where=at, allowed=_described(path))
    if fault["type"] == "literal_error":
        choices = [str(c) for c in _choices(_type_at(path))]
        return InputError(
            f"{written!r} is not possible{suffix}",
            where=at,
            allowed=", ".join(choices) or message,
            nearest=nearest_name(str(written), choices),
        )
    text = f"{shown}{message[0].lower()}{message[1:]}{suffix}"
    return InputError(text if len(text) < 300 else text[:297] + "...", where=at, allowed=_described(path))


def _path(loc: tuple[int | str, ...]) -> list[str]:
    """The dotted path of a fault, without the names of union members and of tuple positions that pydantic adds."""
    return [str(part) for part in loc if not (isinstance(part, str) and ("[" in part or part in ("tuple", "literal")))]


def _type_at(path: Sequence[str]) -> Any:
    kind: Any = Scenario
    for part in path:
        names = allowed_keys(kind)
        if names is None:
            kind = get_args(kind)[1]
        elif part in names:
            kind = names[part]
        else:
            return None
    return kind


def _choices(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(choice for part in get_args(kind) for choice in _choices(part))


def _described(path: Sequence[str]) -> str:
    """What a key means and its range, from the schema."""
    owner = _type_at(path[:-1])
    if not (isinstance(owner, type) and issubclass(owner, BaseModel)):
        return ""
    for name, field in owner.model_fields.items():
        if (field.alias or name) == path[-1]:
            limits = [
                f"{sign} {getattr(m, attr)}"
                for m in field.metadata
                for attr, sign in (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
                if getattr(m, attr, None) is not None
            ]
            return ", ".join([field.description or "", *limits]).strip(", ")
    return ""


def check_scenario(scenario: Scenario, where: str = "") -> None:
    """Check every name in a scope against the tables of the scenario's world."""
    from ..tables import read_tables

    tables = read_tables(scenario.world.data or None)
    known = {
        "blocs": set(tables.blocs), "countries": set(tables.countries), "kinds": set(tables.kinds),
        "institutions": set(tables.institution_names),
    }  # fmt: skip
    prefix = f"{where}: " if where else ""
    for code in scenario.inputs.growth:
        if code not in known["countries"]:
            raise InputError(
                f"there is no country {code!r}",
                where=f"{prefix}inputs.growth",
                nearest=nearest_name(code, known["countries"]),
                allowed=_some(sorted(known["countries"])),
            )
    for name, measure in scenario.measures.items():
        for side_name, side in (("from", measure.from_), ("to", measure.to)):
            for key, names in known.items():
                written = getattr(side, key)
                for entry in written if isinstance(written, tuple) else ():
                    if entry not in names:
                        raise InputError(
                            f"there is no {key[:-1] if key != 'countries' else 'country'} {entry!r}", where=f"{prefix}measures.{name}.{side_name}.{key}",
                            nearest=nearest_name(entry, names), allowed=_some(sorted(names)) if key != "institutions" else "a name of institutions.csv",
                        )  # fmt: skip
        for entry in measure.fields:
            if entry not in tables.fields:
                raise InputError(
                    f"there is no field {entry!r}",
                    where=f"{prefix}measures.{name}.fields",
                    nearest=nearest_name(entry, tables.fields),
                    allowed=_some(tables.fields),
                )
