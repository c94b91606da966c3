"""When a scenario lifts restrictions that another one never had: the date, and what differs beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from model.scenario.reach import active, substance, touched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from model.scenario import Measure, Scenario
    from model.tables import Tables


@dataclass(frozen=True)
class Lifting:
    """Restrictions that end on one day in a scenario and that its base never had; names of measures."""

    scenario: str
    baseline: str
    day: date
    pairs: tuple[str, ...]
    """Pairs of blocs for which more of them end on the day than go on."""
    measures: tuple[str, ...]
    ended_before: tuple[str, ...]
    """Restrictions that the base never had and that ended earlier."""
    goes_on: tuple[str, ...]
    """Measures in force in the scenario after the day that the base has not, or has with other effects."""
    only_in_base: tuple[str, ...]
    """Measures in force in the base after the day that the scenario has not, or has with other effects."""

    @property
    def beside(self) -> tuple[str, ...]:
        """All that the two differ in besides the lifted measures."""
        return tuple(dict.fromkeys((*self.ended_before, *self.goes_on, *self.only_in_base)))


def find_lifting(base: Scenario, other: Scenario, tables: Tables) -> Lifting | str:
    """The lifting of `other` against `base`, or why there is none, in words.

    It is the day inside the run on which most of the restrictions end that the base never had, the later one of two.
    """
    theirs, ours = active(other.measures), active(base.measures)
    own = {
        name: measure
        for name, measure in theirs.items()
        if measure.group == "restriction" and name not in ours and measure.start < other.time.end
    }
    if not own:
        return f"{other.name} has no restriction that {base.name} never had"
    ends = Counter(m.end for m in own.values() if m.end is not None and other.time.show_from < m.end < other.time.end)
    if not ends:
        return f"{other.name} lifts none of the {len(own)} restrictions that {base.name} never had"
    day = max(ends, key=lambda end: (ends[end], end))
    lifted = {name: m for name, m in own.items() if m.end == day}
    remaining = {name: m for name, m in own.items() if m.end is None or m.end > day}
    pairs = tuple(
        f"{a}-{b}"
        for a, b in combinations(tables.blocs, 2)
        if _concerning(lifted, tables, a, b) > _concerning(remaining, tables, a, b)
    )
    if not pairs:
        return (
            f"{other.name} lifts {len(lifted)} of the restrictions that {base.name} never had on {day}, but for no pair of "
            "blocs more than go on"
        )
    after, before = _in_force(theirs, day, other), _in_force(ours, day, base)
    return Lifting(
        scenario=other.name,
        baseline=base.name,
        day=day,
        pairs=pairs,
        measures=tuple(lifted),
        ended_before=tuple(name for name, m in own.items() if m.end is not None and m.end < day),
        goes_on=_not_in(after, before),
        only_in_base=_not_in(before, after),
    )


def _concerning(measures: Mapping[str, Measure], tables: Tables, a: str, b: str) -> int:
    """How many of the measures act on partnerships of two blocs."""
    count = 0
    for measure in measures.values():
        first, second = touched(measure.from_, tables), touched(measure.to, tables)
        count += (a in first and b in second) or (b in first and a in second)
    return count


def _in_force(measures: Mapping[str, Measure], day: date, scenario: Scenario) -> dict[str, Measure]:
    """Measures that act at some time after a day."""
    return {name: m for name, m in measures.items() if m.start < scenario.time.end and (m.end is None or m.end > day)}


def _not_in(some: Mapping[str, Measure], others: Mapping[str, Measure]) -> tuple[str, ...]:
    """Names of measures that the others have not, or with other effects; dates do not count."""
    return tuple(
        name
        for name, measure in some.items()
        if name not in others or substance(measure, "start", "end") != substance(others[name], "start", "end")
    )
