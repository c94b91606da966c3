"""From a name or a path to a scenario: the file, what it extends, and overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..calibration import PACKAGED, calibration_file, read_calibration
from ..errors import InputError, as_written, nearest_name
from ..toml import parse_toml
from .adding import with_additions
from .files import find_scenario, read_layers, read_toml
from .merging import merged, value_at, with_value
from .overriding import check_setting, parse_override
from .presets import with_presets
from .schema import Scenario
from .scopes import check_scenario
from .validation import Layer, allowed_keys, place, validated

__all__ = [
    "ScenarioFiles",
    "allowed_keys",
    "load_scenario",
    "merged",
    "parse_override",
    "read_scenario_files",
    "read_toml",
    "scenario_from_text",
]


def load_scenario(
    name: str | Path, overrides: Mapping[str, object] | Sequence[str] = (), additions: Sequence[str] = ()
) -> Scenario:
    """Load a scenario by name or path.

    ``overrides``: dotted paths with values, as a mapping or as texts "path=value" with a TOML value on the right; bare
    words count as text. ``additions``: measures made from presets, as texts "preset,key=value,..."; overrides may
    change them. Raises `InputError`.
    """
    return read_scenario_files(name, additions).scenario(overrides)


@dataclass(frozen=True)
class ScenarioFiles:
    """The files of a scenario, read once: many scenarios can be made from them, also in another process."""

    layers: tuple[tuple[Path, Mapping[str, Any]], ...]  # the most basic first, see `read_layers`
    additions: tuple[str, ...] = ()

    def scenario(self, overrides: Mapping[str, object] | Sequence[str] = ()) -> Scenario:
        """The scenario with these overrides; see `load_scenario`. Raises `InputError`."""
        content: dict[str, Any] = {}
        layers: list[Layer] = []
        for path, layer in self.layers:
            # what a derived file does not say, it must not inherit: its name
            content.pop("name", None)
            layers.append(Layer(f"{path}: ", layer))
            _check_changes(layers[-1], content)
            content = merged(content, layer)
        content.setdefault("name", self.layers[-1][0].stem)
        if isinstance(overrides, Mapping):
            settings, source = list(overrides.items()), "override"
        else:
            settings, source = [parse_override(text) for text in overrides], "--set"
        data = {"world.data": value_at(content, "world.data"), **dict(settings)}["world.data"]
        content = with_additions(content, self.additions, data, layers)
        # which preset a measure is made from comes before what else is said of it
        chosen = [(key.split("."), value) for key, value in settings if _chooses_preset(key)]
        others = [(key.split("."), value) for key, value in settings if not _chooses_preset(key)]
        for parts, value in chosen:
            content = _overridden(content, parts, value, source, layers)
        content = with_presets(content, layers)
        for parts, value in others:
            content = _overridden(content, parts, value, source, layers)
            if parts[0] == "measures" and len(parts) <= 2:  # whole measures
                content = with_presets(content, layers, parts[1:])
        weights = _own_weights(content)
        if weights is not None:
            layers.insert(0, weights)
            content = merged(weights.content, content)
        scenario = validated(content, layers)
        check_scenario(scenario, layers)
        return scenario


def read_scenario_files(name: str | Path, additions: Sequence[str] = ()) -> ScenarioFiles:
    """Read the files of a scenario by name or path. Raises `InputError`."""
    return ScenarioFiles(tuple(read_layers(find_scenario(str(name)))), tuple(additions))


def _overridden(
    content: Mapping[str, Any], parts: Sequence[str], value: object, source: str, layers: list[Layer]
) -> dict[str, Any]:
    check_setting(parts, content, source)
    layers.append(Layer(f"{source} ", with_value({}, parts, value)))
    return with_value(content, parts, value)


def _chooses_preset(path: str) -> bool:
    table, _, rest = path.partition(".")
    return table == "measures" and rest.endswith(".preset")


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
