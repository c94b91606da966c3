"""Checks the names in a scenario against the tables of its world."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, as_written, nearest_name
from .validation import Layer, place, some

if TYPE_CHECKING:
    from ..tables import Tables
    from .schema import Scenario

SINGULAR = {"blocs": "bloc", "countries": "country", "kinds": "kind", "institutions": "institution"}
"""Keys of a side of a scope that hold names."""


def check_scenario(scenario: Scenario, layers: Sequence[Layer] = ()) -> None:
    """Check the folder of tables and every name that a scope or a growth path uses. Raises `InputError`.

    ``layers`` are what the scenario was merged from, so that the message can say where a name was written.
    """
    from ..tables import read_tables  # with pandas; only who checks names needs it

    data = scenario.world.data
    if data and not Path(data).is_dir():
        raise InputError(
            f"there is no folder {as_written(data)}", where=place(("world", "data"), layers),
            allowed="a folder with countries.toml, national_inputs.csv, copublications.csv, seen from the present folder",
        )  # fmt: skip
    tables = read_tables(data or None)
    known = {
        "blocs": tables.blocs,
        "countries": tables.countries,
        "kinds": tables.kinds,
        "institutions": tables.institution_names,
    }
    for code in scenario.inputs.growth:
        if code not in tables.countries:
            raise _unknown("country", code, tables.countries, place(("inputs", "growth", code), layers), tables)
    for name, measure in scenario.measures.items():
        for side_name, side in (("from", measure.from_), ("to", measure.to)):
            for key, names in known.items():
                written = getattr(side, key)
                for entry in written if isinstance(written, tuple) else ():
                    if entry not in names:
                        where = place(("measures", name, side_name, key), layers)
                        raise _unknown(SINGULAR[key], entry, names, where, tables)
        for entry in measure.fields:
            if entry not in tables.fields:
                where = place(("measures", name, "fields"), layers)
                raise _unknown("field", entry, tuple(tables.fields), where, tables)
        if measure.exposed_to and measure.exposed_to not in tables.blocs:
            where = place(("measures", name, "exposed_to"), layers)
            raise _unknown("bloc", measure.exposed_to, tables.blocs, where, tables)
        _check_other_measures(name, scenario, layers)


def _check_other_measures(name: str, scenario: Scenario, layers: Sequence[Layer]) -> None:
    """Check the measures that a measure names: those whose partnerships it touches, and the one that it answers."""
    measures = scenario.measures
    measure = measures[name]
    makers = [other for other, m in measures.items() if m.projects is not None]
    for entry in measure.instruments:
        where = place(("measures", name, "instruments"), layers)
        if entry not in measures:
            near = nearest_name(entry, makers)
            raise InputError(
                f"there is no measure {as_written(entry)}", where=where, nearest=near,
                allowed=some(makers) or "none: no measure of the scenario makes partnerships",
            )  # fmt: skip
        if entry not in makers:
            raise InputError(f"{as_written(entry)} makes no partnerships", where=where, allowed=some(makers) or "none")
    if measure.answers and measure.answers not in measures:
        others = [other for other in measures if other != name]
        raise InputError(
            f"there is no measure {as_written(measure.answers)}", where=place(("measures", name, "answers"), layers),
            nearest=nearest_name(measure.answers, others), allowed=some(others) or "none: there are no other measures",
        )  # fmt: skip
    chain = [name]
    while (answered := measures[chain[-1]].answers) in measures:
        if answered in chain:
            raise InputError(
                f"answers itself: {' -> '.join([*chain, answered])}",
                where=place(("measures", name, "answers"), layers), allowed="a measure that does not answer this one",
            )  # fmt: skip
        chain.append(answered)


def _unknown(what: str, entry: str, names: Sequence[str], where: str, tables: Tables) -> InputError:
    near = nearest_name(entry, names)
    if what == "country":  # written by its name instead of its code
        codes = dict(zip(tables.country_names, tables.countries, strict=True))
        near = codes.get(nearest_name(entry, codes), near)
    allowed = f"a name in {tables.folder / 'institutions.csv'}" if what == "institution" else some(names)
    return InputError(f"there is no {what} {as_written(entry)}", where=where, nearest=near, allowed=allowed)
