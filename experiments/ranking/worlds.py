"""The worlds to which instruments are added: with sanctions in force, and without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from model.errors import InputError

if TYPE_CHECKING:
    from model.scenario import Scenario

WITH, WITHOUT = "with", "without"
NOTHING = "none"
"""Instead of a scenario without sanctions: one world only."""
LONGEST = 50
"""Years that may be watched."""


@dataclass(frozen=True)
class Setting:
    """A world to which instruments are added; ``differs`` are the measures in which it is another than the first one."""

    key: str
    title: str
    scenario: Scenario
    differs: tuple[str, ...] = ()


def settings_of(base: Scenario, other: Scenario | None, start: date, years: int, survive: int) -> tuple[Setting, ...]:
    """The scenario, and the same with the measures of another one, both to the end of the years that are watched.

    Raises `InputError` for a start that is no first of January or not within what the scenario shows, and for too few
    years to see anything survive.
    """
    if (start.month, start.day) != (1, 1):
        raise InputError(f"{start} is no first of January", where="--start", allowed="such as 2026-01-01")
    if start < base.time.show_from or start <= base.time.start:
        raise InputError(
            f"{start} is before {base.name} is shown", where="--start", allowed=f"after {base.time.show_from}"
        )
    if not survive < years <= LONGEST:
        raise InputError(f"{years} years", where="--years", allowed=f"{survive + 1} to {LONGEST}")
    with_ = _watched(base, start, years)
    found = [Setting(WITH, base.title or base.name, with_)]
    if other is not None:
        measures = without(base, other).measures
        names = [
            name for name in dict.fromkeys([*with_.measures, *measures]) if with_.measures.get(name) != measures[name]
        ]
        if not names:
            raise InputError(
                f"{other.name} has the same measures as {base.name}", where="--without",
                allowed=f"a scenario without sanctions, or {NOTHING}",
            )  # fmt: skip
        scenario = with_.model_copy(update={"measures": measures})
        found.append(Setting(WITHOUT, other.title or other.name, scenario, tuple(names)))
    return tuple(found)


def _watched(scenario: Scenario, start: date, years: int) -> Scenario:
    """The scenario to the end of the watched years, with counts of every year and no networks kept."""
    time = scenario.time.model_copy(update={"end": start.replace(year=start.year + years)})
    record = scenario.record.model_copy(update={"every": "year", "snapshots": (), "decisions": False})
    return scenario.model_copy(update={"time": time, "record": record})


def without(base: Scenario, other: Scenario) -> Scenario:
    """The base with the measures of another scenario, all else as it is.

    What the other one says of a measure goes before; a measure that it does not know stays, unless it is a restriction.
    """
    measures = {}
    for name, measure in base.measures.items():
        unknown = measure.model_copy(update={"enabled": False}) if measure.group == "restriction" else measure
        measures[name] = other.measures.get(name, unknown)
    measures |= {name: measure for name, measure in other.measures.items() if name not in measures}
    return base.model_copy(update={"measures": measures})


def names_taken(settings: Sequence[Setting]) -> set[str]:
    """Names of measures that any of the worlds has."""
    return {name for setting in settings for name in setting.scenario.measures}
