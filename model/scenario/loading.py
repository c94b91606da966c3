"""From a name or a path to a scenario: the file, what it extends, and overrides."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from ..calibration import PACKAGED, calibration_file, read_calibration
from ..errors import InputError, as_written, nearest_name
from ..toml import parse_toml
from .files import find_scenario, read_layers, read_toml
from .schema import Scenario
from .scopes import check_scenario
from .validation import Layer, allowed_keys, elsewhere, place, some, validated

__all__ = ["allowed_keys", "load_scenario", "merged", "parse_override", "read_toml", "scenario_from_text"]


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
    files = read_layers(find_scenario(str(name)))
    content: dict[str, Any] = {}
    layers: list[Layer] = []
    for path, layer in files:
        # what a derived file does not say, it must not inherit: its name
        content.pop("name", None)
        layers.append(Layer(f"{path}: ", layer))
        _check_changes(layers[-1], content)
        content = merged(content, layer)
    content.setdefault("name", files[-1][0].stem)
    if isinstance(overrides, Mapping):
        settings, source = list(overrides.items()), "override"
    else:
        settings, source = [parse_override(text) for text in overrides], "--set"
    for key, value in settings:
        parts = key.split(".")
        _check_setting(parts, content, source)
        content = _with(content, parts, value)
        layers.append(Layer(f"{source} ", _with({}, parts, value)))
    weights = _own_weights(content)
    if weights is not None:
        layers.insert(0, weights)
        content = merged(weights.content, content)
    scenario = validated(content, layers)
    check_scenario(scenario, layers)
    return scenario


def scenario_from_text(text: str, where: str = "scenario") -> Scenario:
    """A scenario from the text of a resolved file. Raises `InputError`."""
    content = parse_toml(text, where)
    return validated(content, [Layer(f"{where}: ", content)])


def _own_weights(content: Mapping[str, Any]) -> Layer | None:
    """Common weights that a user's own folder of tables was calibrated with; what the scenario says goes before them."""
    world = content.get("world")
    data = world.get("data") if isinstance(world, Mapping) else None
    if not isinstance(data, str) or not data or calibration_file(data) == PACKAGED:
        return None
    path = calibration_file(data).resolve()
    weights: dict[str, Any] = {}
    for name, value in read_calibration(path).parameters.items():
        group, _, key = name.partition(".")
        weights.setdefault(group, {})[key] = value
    return Layer(f"{path}: ", {"parameters": weights})


def _check_changes(layer: Layer, base: Mapping[str, Any]) -> None:
    """A derived file that changes a few keys of a measure means an existing one: catch misspelled names."""
    measures, known = layer.content.get("measures"), base.get("measures")
    if not isinstance(measures, Mapping) or not isinstance(known, Mapping):
        return
    for name, measure in measures.items():
        if isinstance(measure, Mapping) and name not in known and "start" not in measure:
            raise InputError(
                f"there is no measure {as_written(name)} to change", where=place(("measures", name), [layer]),
                nearest=nearest_name(name, known), allowed="a measure of the extended scenario, or a whole new one with title, group and start",
            )  # fmt: skip


# --- overrides ------------------------------------------------------------------------------------------------------


def parse_override(text: str) -> tuple[str, object]:
    """Split "path=value"; the value is TOML, or bare text."""
    key, sign, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not sign or not key:
        raise InputError(f"{as_written(text)} is no setting", where="--set", allowed="path.to.key=value")
    try:
        read = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        return key, value
    return key, read["value"] if len(read) == 1 else value


def _with(content: Mapping[str, Any], parts: Sequence[str], value: object) -> dict[str, Any]:
    """The content with another value at a path; what stands there is replaced, tables too."""
    key, rest = parts[0], parts[1:]
    inner = content.get(key)
    return {**content, key: _with(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value}


def _check_setting(parts: Sequence[str], content: Mapping[str, Any], source: str) -> None:
    """The path of an override must exist in the schema, and its measure in the scenario."""
    key = ".".join(parts)
    kind: Any = Scenario
    for depth, part in enumerate(parts):
        names = allowed_keys(kind)
        if names is None:  # a table with free names: measures, growth
            known = content.get("measures")
            known = known if isinstance(known, Mapping) else {}
            if parts[0] == "measures" and part not in known:
                raise InputError(
                    f"there is no measure {as_written(part)}", where=f"{source} {key}",
                    nearest=nearest_name(part, known), allowed=some(known) or "none: the scenario has no measures",
                )  # fmt: skip
            kind = get_args(kind)[1]
            continue
        if part not in names:
            near = nearest_name(part, names) or elsewhere(part, kind)
            path = ".".join([*parts[:depth], near, *parts[depth + 1 :]]) if near else ""
            raise InputError(f"there is no setting {as_written(key)}", where=source, nearest=path, allowed=some(names))
        kind = names[part]
