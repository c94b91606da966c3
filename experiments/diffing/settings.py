"""How the settings and measures of two scenarios differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..results.changes import Change, changes

if TYPE_CHECKING:
    from model.scenario import Scenario


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
