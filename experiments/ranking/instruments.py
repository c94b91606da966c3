"""The instruments that are ranked: presets of the group `incentive`, each pointed at one pair and begun on one day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from model.errors import InputError, as_written, nearest_name
from model.scenario import Measure, Preset, preset_table
from model.scenario.adding import parse_addition
from model.scenario.merging import merged, with_value
from model.scenario.presets import with_presets

if TYPE_CHECKING:
    from model.tables import Tables
    from model.world import World


@dataclass(frozen=True)
class Pair:
    """Two blocs or countries, by name or code, and the countries of each."""

    names: tuple[str, str]
    countries: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def text(self) -> str:
        """Such as RU-CN."""
        return "-".join(self.names)


def read_pair(text: str, tables: Tables) -> Pair:
    """The pair that "RU,CN" or "Russia,China" names. Raises `InputError`."""
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2:
        raise InputError(
            f"{as_written(text)} is no pair", where="--between", allowed="two blocs or countries, such as RU,CN"
        )
    known = (*tables.blocs, *tables.countries)
    found = []
    for name in names:
        if name not in known:
            codes = dict(zip(tables.country_names, tables.countries, strict=True))
            near = nearest_name(name, (*known, *codes))
            raise InputError(
                f"there is no bloc or country {as_written(name)}", where="--between", nearest=codes.get(near, near),
                allowed=", ".join(known),
            )  # fmt: skip
        bloc_of = zip(tables.countries, tables.country_blocs, strict=True)
        found.append(tuple(code for code, bloc in bloc_of if name in (code, bloc)))
    if set(found[0]) & set(found[1]):
        raise InputError(
            f"{names[0]} and {names[1]} overlap", where="--between", allowed="two that have nothing in common"
        )
    return Pair((names[0], names[1]), (found[0], found[1]))


@dataclass(frozen=True)
class Instrument:
    """A preset as a measure that can be added to a scenario under ``name``.

    ``low`` and ``high`` are the same measure at both ends of the range of its main effect.
    """

    preset: str
    name: str
    measure: Measure
    main: str
    unit: str
    low: Measure | None
    high: Measure | None

    @property
    def has_budget(self) -> bool:
        """Whether it is a programme with money, so that what it brings can be held against what it costs."""
        return self.measure.projects is not None and self.measure.projects.cost is not None

    @property
    def assumed(self) -> bool:
        """Whether nobody has measured the size of its main effect."""
        return self.measure.status == "assumed"


def instruments_of(
    world: World, tables: Tables, pair: Pair, start: date, taken: Collection[str], only: Sequence[str] = ()
) -> tuple[Instrument, ...]:
    """The presets of incentives, or ``only`` some, pointed at the pair, from ``start``; in the order of the table.

    ``taken``: names of measures that the scenarios have. Raises `InputError` for a name that is no preset, or one of a
    restriction.
    """
    table = {name: preset for name, preset in preset_table().items() if preset.measure.group == "incentive"}
    for name in only:
        if name not in table:
            what = "is a restriction" if name in preset_table() else "is no preset"
            raise InputError(
                f"{as_written(name)} {what}",
                where="--only",
                nearest=nearest_name(name, table),
                allowed=", ".join(table),
            )
    return tuple(_pointed(p, world, tables, pair, start, taken) for n, p in table.items() if not only or n in only)


def _pointed(
    preset: Preset, world: World, tables: Tables, pair: Pair, start: date, taken: Collection[str]
) -> Instrument:
    name, number = preset.name, 1
    while name in taken:
        number += 1
        name = f"{preset.name}-{number}"
    content: dict[str, Any] = {"preset": preset.name, "start": start, **_sides(preset, world, tables, pair)}
    content = with_presets({"measures": {name: content}}, [])["measures"][name]
    ends = preset.measure.range
    low, high = (
        (Measure.model_validate(merged(content, with_value({}, preset.main.split("."), end))) for end in ends)
        if ends
        else (None, None)
    )
    return Instrument(preset.name, name, Measure.model_validate(content), preset.main, preset.unit, low, high)


def _sides(preset: Preset, world: World, tables: Tables, pair: Pair) -> dict[str, dict[str, Any]]:
    """Both sides of the scope: those of the pair, the way round that the preset's example has.

    An example that names institutions keeps them if they are of the pair and in this world; otherwise the largest
    university of each side stands for them.
    """
    example = dict(parse_addition(f"{preset.name},{preset.example}").settings)
    first, second = (_countries(example, side, tables) for side in ("from", "to"))
    one, other = (set(countries) for countries in pair.countries)
    turned = bool(other & first or one & second) and not one & first
    order = (1, 0) if turned else (0, 1)
    sides = {}
    for side, place in zip(("from", "to"), order, strict=True):
        named = _listed(example.get(f"{side}.institutions"))
        if named:
            sides[side] = {"institutions": _institutions(named, world, pair.countries[place])}
        else:
            bloc = pair.names[place] in tables.blocs
            sides[side] = {"blocs" if bloc else "countries": [pair.names[place]]}
    return sides


def _countries(example: Mapping[str, object], side: str, tables: Tables) -> set[str]:
    """Countries that a side of an example names, or that the institutions are of which it names."""
    names, named = _listed(example.get(side)), _listed(example.get(f"{side}.institutions"))
    found = {row["country"] for row in tables.institutions if row["name"] in named}
    blocs = zip(tables.countries, tables.country_blocs, strict=True)
    return found | {code for code, bloc in blocs if code in names or bloc in names}


def _listed(written: object) -> list[str]:
    return [str(name) for name in written] if isinstance(written, list) else [str(written)] if written else []


def _institutions(names: list[str], world: World, countries: Sequence[str]) -> list[str]:
    arrays = world.arrays
    inside = {world.countries.index(code) for code in countries}
    if all(name in world.rows and int(arrays.country[world.rows[name]]) in inside for name in names):
        return names
    university = world.kinds.index("university") if "university" in world.kinds else -1
    rows = [row for row in range(world.n) if int(arrays.country[row]) in inside]
    rows = [row for row in rows if int(arrays.kind[row]) == university] or rows
    return [world.names[max(rows, key=lambda row: float(arrays.size_weight[row]))]]
