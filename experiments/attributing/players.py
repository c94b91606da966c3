"""Who takes part in an attribution: what differs between a scenario and its baseline, measure by measure or in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model.checkpoint import OF_NO_EFFECT
from model.errors import InputError, as_written, nearest_name

if TYPE_CHECKING:
    from model.scenario import Measure, Scenario

MUST_AGREE = ("world", "run.engine", "time.start", "time.show_from", "time.end", "record.every")
"""Settings that cannot be attributed: with another world there is no common luck."""
SETTINGS = ("parameters", "inputs")
"""Tables of other settings, each one player where it differs."""


@dataclass(frozen=True)
class Player:
    """A measure, a group of measures, or a table of other settings, that takes the scenario's form when it joins."""

    name: str
    title: str
    measures: tuple[str, ...] = ()
    setting: str = ""


def players_of(
    baseline: Scenario, scenario: Scenario, *, by_kind: bool = False, groups: Sequence[tuple[str, Sequence[str]]] = ()
) -> tuple[Player, ...]:
    """What differs between two scenarios, as players, in the order of measures; other settings last.

    ``by_kind`` puts the measures of one preset together; ``groups`` are names with measures that belong together. Raises
    `InputError` if nothing differs, if a group names a measure that does not differ, or if worlds differ.
    """
    check_comparable(baseline, scenario)
    differing = {name: measure for name, measure in _all(baseline, scenario) if _differs(name, baseline, scenario)}
    grouped: dict[str, list[str]] = {}
    where: dict[str, str] = {}
    for name, members in groups:
        for member in members:
            if member not in differing:
                raise InputError(
                    f"{as_written(member)} does not differ between {baseline.name} and {scenario.name}",
                    where=f"--group {name}", nearest=nearest_name(member, differing),
                    allowed=", ".join(list(differing)[:8]) + (", ..." if len(differing) > 8 else ""),
                )  # fmt: skip
            if member in where:
                raise InputError(f"{member} stands in two groups", where=f"--group {name}", allowed="each one once")
            where[member] = name
    for member, measure in differing.items():
        own = (measure.preset or measure.group) if by_kind else member
        grouped.setdefault(where.get(member, own), []).append(member)
    found = [
        Player(
            name=name,
            title=differing[members[0]].title if members == [name] else _group_title(name, members),
            measures=tuple(members),
        )
        for name, members in grouped.items()
    ]
    content = baseline.to_dict(), scenario.to_dict()
    found += [
        Player(name=table, title=f"Other {table}", setting=table)
        for table in SETTINGS
        if content[0][table] != content[1][table]
    ]
    if not found:
        raise InputError(
            f"{scenario.name} and {baseline.name} do not differ", where="attribute", allowed="two scenarios that do"
        )
    return tuple(found)


def _group_title(name: str, members: Sequence[str]) -> str:
    count = "1 measure" if len(members) == 1 else f"{len(members)} measures"
    return f"{name.replace('-', ' ').capitalize()} ({count})"


def check_comparable(baseline: Scenario, scenario: Scenario) -> None:
    """Raise `InputError` where the two have no common luck."""
    one, other = baseline.to_dict(), scenario.to_dict()
    for path in MUST_AGREE:
        a, b = _at(one, path), _at(other, path)
        if a != b:
            raise InputError(
                f"{path} of {scenario.name} is not that of {baseline.name}", where="attribute",
                allowed="scenarios that differ in measures, parameters or inputs",
            )  # fmt: skip


def _at(tree: Mapping[str, Any], path: str) -> Any:
    for key in path.split("."):
        tree = tree[key]
    return tree


def _all(baseline: Scenario, scenario: Scenario) -> list[tuple[str, Measure]]:
    """Measures of both, those of the baseline in their order first; the scenario's version where it has one."""
    names = dict.fromkeys([*baseline.measures, *scenario.measures])
    return [(name, scenario.measures.get(name) or baseline.measures[name]) for name in names]


def _differs(name: str, baseline: Scenario, scenario: Scenario) -> bool:
    return _substance(baseline.measures.get(name)) != _substance(scenario.measures.get(name))


def _substance(measure: Measure | None) -> dict[str, Any] | None:
    """What a measure does; nothing where it is switched off."""
    if measure is None or not measure.enabled or measure.strength == 0.0:
        return None
    return measure.model_dump(exclude={*OF_NO_EFFECT, "preset"})
