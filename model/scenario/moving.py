"""A scenario in another world: what it says of countries, blocs and institutions that are not there is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..calibration import PACKAGED, calibration_file, read_calibration
from ..tables import read_tables
from .scopes import check_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..tables import Tables
    from .measure import Measure, Side
    from .schema import Scenario


def moved_to(scenario: Scenario, folder: str | Path) -> tuple[Scenario, tuple[str, ...]]:
    """The scenario on the tables of a folder, and the names of its measures that are left out there.

    A measure is left out when a side of its scope, or its fields, name nothing that this world has, or when it belongs to
    one that is left out; of other scopes the unknown names are. Growth of unknown countries is left out. Common weights
    are those that the folder was calibrated with, if it was. Raises `InputError` for faults of the tables.
    """
    tables = read_tables(folder)
    measures: dict[str, Measure] = {}
    for name, measure in scenario.measures.items():
        own = _measure_in(measure, tables)
        if own is not None:
            measures[name] = own
    measures = complete(measures)
    growth = {code: path for code, path in scenario.inputs.growth.items() if code in tables.countries}
    changed = scenario.model_copy(
        update={"inputs": scenario.inputs.model_copy(update={"growth": growth}), "measures": measures}
    )
    return placed(changed, folder), tuple(name for name in scenario.measures if name not in measures)


def placed(scenario: Scenario, folder: str | Path) -> Scenario:
    """The scenario on the tables of a folder, all of its names checked there. Raises `InputError`."""
    changed = scenario.model_copy(update={"world": scenario.world.model_copy(update={"data": str(folder)})})
    if calibration_file(str(folder)) != PACKAGED:
        changed = with_parameters(changed, read_calibration(calibration_file(str(folder))).parameters)
    check_scenario(changed)
    return changed


def complete(measures: Mapping[str, Measure]) -> dict[str, Measure]:
    """Measures without those that belong to one that is not among them: answers to it, or measures about its partnerships."""
    kept = dict(measures)
    while missing := [
        name for name, m in kept.items() if not {*m.instruments, *([m.answers] if m.answers else ())} <= set(kept)
    ]:
        for name in missing:
            del kept[name]
    return kept


def with_parameters(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with some parameters changed, by dotted name; the values are not checked."""
    groups: dict[str, dict[str, float]] = {}
    for name, value in values.items():
        group, key = name.split(".")
        groups.setdefault(group, {})[key] = value
    update = {g: getattr(scenario.parameters, g).model_copy(update=own) for g, own in groups.items()}
    return scenario.model_copy(update={"parameters": scenario.parameters.model_copy(update=update)})


def _measure_in(measure: Measure, tables: Tables) -> Measure | None:
    sides = {"from_": _side_in(measure.from_, tables), "to": _side_in(measure.to, tables)}
    fields = tuple(name for name in measure.fields if name in tables.fields)
    if None in sides.values() or (measure.fields and not fields):
        return None
    if measure.exposed_to and measure.exposed_to not in tables.blocs:
        return None
    return measure.model_copy(update={**sides, "fields": fields})


def _side_in(side: Side, tables: Tables) -> Side | None:
    known = {
        "blocs": tables.blocs, "countries": tables.countries, "kinds": tables.kinds,
        "institutions": tables.institution_names,
    }  # fmt: skip
    update: dict[str, Any] = {}
    for key, names in known.items():
        written = getattr(side, key)
        if isinstance(written, tuple) and written:
            update[key] = tuple(name for name in written if name in names)
            if not update[key]:
                return None
    return side.model_copy(update=update)
