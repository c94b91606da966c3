"""The scenarios between a baseline and a scenario: some players have joined, the others have not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from ..runner import Recipes

if TYPE_CHECKING:
    from model.scenario import Measure, Scenario

    from .players import Player


class Coalitions(Recipes):
    """Scenarios by coalition, made from the texts of both ends: thousands of them travel as two texts and some masks.

    All have the same measures in the same order; those that one of the ends lacks are switched off there. So the empty
    coalition is the baseline and the full one the scenario, to the bit.
    """

    def __init__(self, baseline: str, scenario: str, players: Sequence[Player], masks: Sequence[int]) -> None:
        self.baseline, self.scenario, self.players, self.masks = baseline, scenario, tuple(players), tuple(masks)

    def __reduce__(self) -> tuple[Any, ...]:
        return Coalitions, (self.baseline, self.scenario, self.players, self.masks)

    def __len__(self) -> int:
        return len(self.masks)

    @overload
    def __getitem__(self, place: int) -> Scenario: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Scenario]: ...
    def __getitem__(self, place: int | slice) -> Scenario | Sequence[Scenario]:
        if isinstance(place, slice):
            return [self.of(mask) for mask in self.masks[place]]
        return self.of(self.masks[place])

    def of(self, mask: int) -> Scenario:
        """The scenario of a coalition."""
        without, with_all = self._ends
        joined = [player for place, player in enumerate(self.players) if mask >> place & 1]
        changed = {name for player in joined for name in player.measures}
        measures = {name: (with_all if name in changed else without)[name] for name in without}
        update: dict[str, Any] = {"measures": measures}
        for player in joined:
            if player.setting:
                update[player.setting] = getattr(self._parsed[1], player.setting)
        return self._parsed[0].model_copy(update=update)

    @cached_property
    def _parsed(self) -> tuple[Scenario, Scenario]:
        from model.scenario.loading import scenario_from_text

        return scenario_from_text(self.baseline), scenario_from_text(self.scenario)

    @cached_property
    def _ends(self) -> tuple[dict[str, Measure], dict[str, Measure]]:
        """All measures of both ends, in one order."""
        one, other = (scenario.measures for scenario in self._parsed)
        names = dict.fromkeys([*one, *other])
        ends: list[dict[str, Measure]] = []
        for own, else_ in ((one, other), (other, one)):
            ends.append({name: own.get(name) or else_[name].model_copy(update={"enabled": False}) for name in names})
        return ends[0], ends[1]
