"""How two scenarios, or what made two results, differ: dotted keys with both values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.scenario import Scenario

ABSENT = None
"""Value of a key that one of the two does not have."""


@dataclass(frozen=True)
class Change:
    """A key whose values differ; `ABSENT` where one has none."""

    key: str
    a: Any
    b: Any


@dataclass(frozen=True)
class MeasureChanges:
    """Measures that only one scenario has, and the keys in which those of both differ."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: dict[str, tuple[Change, ...]]

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(self.added or self.removed or self.changed)


def changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Change, ...]:
    """Dotted keys of two trees whose values differ, in the order of the first tree, then of the second."""
    before, after = _flat(a), _flat(b)
    keys = [*before, *(key for key in after if key not in before)]
    return tuple(
        Change(key, before.get(key, ABSENT), after.get(key, ABSENT))
        for key in keys
        if _differ(before.get(key, ABSENT), after.get(key, ABSENT))
    )


def setting_changes(a: Scenario, b: Scenario) -> tuple[Change, ...]:
    """Settings that differ, measures left out."""
    trees = [{key: value for key, value in s.to_dict().items() if key != "measures"} for s in (a, b)]
    return changes(*trees)


def measure_changes(a: Scenario, b: Scenario) -> MeasureChanges:
    """How the measures of two scenarios differ."""
    before, after = a.to_dict()["measures"], b.to_dict()["measures"]
    both = {name: changes(before[name], after[name]) for name in before if name in after}
    return MeasureChanges(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed={name: changed for name, changed in both.items() if changed},
    )


def _differ(a: object, b: object) -> bool:
    """Whether two values are not the same; true is not 1."""
    return isinstance(a, bool) != isinstance(b, bool) or a != b


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = _plain(value)
    return flat


def _plain(value: Any) -> Any:
    """As JSON types."""
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
