"""The world of the scenario that was run last, so that those which differ elsewhere need not build it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.world import World


class LastWorld:
    """The world that was built last, and what it was made of."""

    def __init__(self) -> None:
        self._built: tuple[tuple[object, ...], World] | None = None

    def of(self, scenario: Scenario) -> World:
        """The world of a scenario, built anew only when something that it is made of has changed."""
        from model.world import build_world

        made_of = scenario.world, scenario.parameters, scenario.time.start, scenario.inputs
        if self._built is None or self._built[0] != made_of:
            self._built = made_of, build_world(scenario)
        return self._built[1]
