"""Presets: the sanctions and instruments of the literature, each a set of values of a measure that a scenario may start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import InputError, as_written, kind_of, nearest_name
from ..toml import read_toml
from .measure import Measure
from .merging import merged, value_at
from .validation import Layer, place, unit_of

TABLE = Path(__file__).parent / "presets.toml"
OWN = "@own"
"""In `instruments` of the table: the measure that is made from the preset."""
TOLD = ("title", "group", "status", "range", "evidence", "source")
"""Keys that tell about a measure and change nothing."""
SOME_DAY = date(2000, 1, 1)
"""A start, only to check what a preset says."""


@dataclass(frozen=True)
class Preset:
    """One row of the table."""

    name: str
    about: str  # what it is, and by what it works
    example: str  # sides that make sense, as one would write them after --add
    main: str  # dotted path of its main effect, the one that `range` is about
    values: Mapping[str, Any]  # what it gives to a measure, nested as in a file
    measure: Measure  # the same, checked

    @property
    def effects(self) -> dict[str, Any]:
        """Dotted path -> value of all that it gives to a measure of its name and that changes something."""
        return {path: value for path, value in _flat(_named(self.values, self.name)) if path.split(".")[0] not in TOLD}

    @property
    def default(self) -> float:
        """Value of the main effect."""
        return float(value_at(self.values, self.main))

    @property
    def unit(self) -> str:
        """Unit of the main effect."""
        return unit_of(Measure, self.main)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        measure = self.measure
        return {
            "name": self.name, "title": measure.title, "group": measure.group, "about": self.about, "main": self.main,
            "effects": self.effects, "unit": self.unit, "default": self.default,
            "range": list(measure.range or ()), "status": measure.status, "evidence": measure.evidence,
            "source": measure.source,
        }  # fmt: skip


@lru_cache
def preset_table() -> dict[str, Preset]:
    """Name -> preset, in the order of the file. Raises `InputError` for a row that is no set of values of a measure."""
    return {name: _row(name, dict(row)) for name, row in read_toml(TABLE).items()}


def _row(name: str, row: dict[str, Any]) -> Preset:
    about, example, main = row.pop("about"), row.pop("example"), row.pop("main")
    measure = Measure.model_validate(_named(row, name) | {"start": SOME_DAY})
    return Preset(name, about, example, main, row, measure)


def _named(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The values for a measure of that name."""
    if OWN not in values.get("instruments", ()):
        return dict(values)
    return {**values, "instruments": [name if entry == OWN else entry for entry in values["instruments"]]}


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    out: list[tuple[str, Any]] = []
    for key, value in tree.items():
        out += _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", value)]
    return out


def with_presets(content: Mapping[str, Any], layers: list[Layer], names: Sequence[str] = ()) -> dict[str, Any]:
    """The content with the values of presets under its measures; what a measure says itself goes before them.

    ``names``: only these measures; empty: all. Puts the values of each preset below ``layers``, so that messages can say where they come from. Raises `InputError`
    for an unknown preset.
    """
    measures = content.get("measures")
    if not isinstance(measures, Mapping):
        return dict(content)
    whole = dict(measures)
    for name, measure in measures.items():
        chosen = measure.get("preset") if isinstance(measure, Mapping) else None
        if (not chosen and isinstance(chosen, str | None)) or (names and name not in names):
            continue
        if not isinstance(chosen, str):
            where = place(("measures", name, "preset"), layers)
            raise InputError(f"{as_written(chosen)} is {kind_of(chosen)}", where=where, allowed="text, in quotes")
        if chosen not in preset_table():
            raise unknown_preset(chosen, place(("measures", name, "preset"), layers))
        values = _named(preset_table()[chosen].values, name)
        layers.insert(0, Layer(f"preset {chosen}: ", {"measures": {name: values}}))
        whole[name] = merged(values, measure)
    return {**content, "measures": whole}


def unknown_preset(name: str, where: str) -> InputError:
    """The error for a name that no preset has."""
    return InputError(
        f"there is no preset {as_written(name)}", where=where, nearest=nearest_name(name, preset_table()),
        allowed="a name that `comity measures` shows",
    )  # fmt: skip
