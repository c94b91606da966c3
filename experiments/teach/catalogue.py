"""What can be changed in a scenario, with unit, range, source and status: the drawer of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.parameters.table import parameter_table
from model.recording import INDICATORS
from model.scenario.schema import json_schema
from model.tables import read_tables

from .frames import packed

if TYPE_CHECKING:
    from model.scenario import Measure, Scenario
    from model.tables import Tables

OF_MEASURES = ("enabled", "strength", "start", "end", "mode", "compliance", "leakage", "ramp_years")
"""Keys of a measure that the page offers; the command line knows all of them."""
OF_EFFECTS = (
    "meeting",
    "formation",
    "acceptance",
    "maintenance",
    "works",
    "opportunity",
    "secondary",
    "leadership",
    "initiative",
)
"""Effects that are offered where a measure has them."""
OF_PROJECTS = ("budget", "executed", "cost", "pass_share", "keys", "share")


def catalogue(scenario: Scenario, name: str) -> bytes:
    """The frame of a catalogue; it has no arrays."""
    tables = read_tables(scenario.world.data or None)
    header = {
        "kind": "describe",
        "scenario": name,
        "title": scenario.title,
        "question": scenario.question,
        "show_from": scenario.time.show_from.isoformat(),
        "end": scenario.time.end.isoformat(),
        "measures": [_measure(key, measure, tables) for key, measure in scenario.measures.items()],
        "parameters": _parameters(scenario),
        "indicators": {key: list(told) for key, told in INDICATORS.items()},
    }
    return packed(header, {})


def _touched(measure: Measure, tables: Tables) -> list[str]:
    """Blocs whose institutions one of its sides names."""
    bloc_of = dict(zip(tables.countries, tables.country_blocs, strict=True))
    country_of = {row["name"]: row["country"] for row in tables.institutions}
    found: set[str] = set()
    for side in (measure.from_, measure.to):
        named = (
            [bloc_of[country_of[name]] for name in side.institutions] if isinstance(side.institutions, tuple) else []
        )
        found |= {*side.blocs, *(bloc_of[code] for code in side.countries), *named}
    return sorted(found, key=tables.blocs.index)


def _measure(name: str, measure: Measure, tables: Tables) -> dict[str, Any]:
    controls = [_control(f"measures.{name}", "Measure", key, getattr(measure, key)) for key in OF_MEASURES]
    for key, value in measure.changes().items():
        table, _, inner = key.partition(".")
        if (table == "effects" and inner in OF_EFFECTS) or (table == "projects" and inner in OF_PROJECTS):
            kind = "Effects" if table == "effects" else "Projects"
            controls.append(_control(f"measures.{name}.{table}", kind, inner, value))
    return {
        "name": name,
        "title": measure.title,
        "issuer": measure.issuer,
        "group": measure.group,
        "touches": _touched(measure, tables),
        "preset": measure.preset,
        "status": measure.status,
        "range": list(measure.range) if measure.range else None,
        "evidence": measure.evidence,
        "source": measure.source,
        "controls": controls,
    }


def _control(table: str, model: str, key: str, value: Any) -> dict[str, Any]:
    told = _schema()["$defs"][model]["properties"][key]
    low, high = (_bound(told, name) for name in ("minimum", "maximum"))
    return {
        "path": f"{table}.{key}",
        "key": key,
        "value": value.isoformat() if hasattr(value, "isoformat") else value,
        "low": low,
        "high": high,
        "choices": told.get("enum"),
        "unit": told.get("unit", ""),
        "description": told.get("description", ""),
    }


def _bound(told: dict[str, Any], name: str) -> float | None:
    for entry in (told, *told.get("anyOf", ())):
        if name in entry:
            return float(entry[name])
    return None


def _parameters(scenario: Scenario) -> list[dict[str, Any]]:
    rows = []
    for row in parameter_table():
        group, key = row.name.split(".")
        low, high = row.prior or (row.low, row.high)
        rows.append(
            {
                "path": f"parameters.{row.name}",
                "value": getattr(getattr(scenario.parameters, group), key),
                "low": low,
                "high": high,
                "unit": row.unit,
                "status": row.status,
                "source": row.source,
                "description": row.description,
            }
        )
    return rows


_SCHEMA: dict[str, Any] = {}


def _schema() -> dict[str, Any]:
    if not _SCHEMA:
        _SCHEMA.update(json_schema())
    return _SCHEMA
