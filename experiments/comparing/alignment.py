"""Makes scenarios comparable: the same end, under the same inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.scenario import Scenario


def to_one_end(scenarios: Sequence[Scenario]) -> tuple[list[Scenario], list[str]]:
    """The scenarios, all to the latest end among them, and notes on those that go on.

    They go on under the inputs that the longest one assumes, so that nothing differs that was not asked for.
    """
    longest = max(scenarios, key=lambda s: s.time.end)
    end, notes, prolonged = longest.time.end, [], []
    for scenario in scenarios:
        if scenario.time.end < end:
            said = f"{scenario.name} goes on from {scenario.time.end} to {end}, the end of {longest.name}"
            changes: dict[str, Any] = {"time": scenario.time.model_copy(update={"end": end})}
            if scenario.inputs != longest.inputs:
                said += ", with the inputs that this one assumes where the data end"
                changes["inputs"] = longest.inputs
            notes.append(said)
            scenario = scenario.model_copy(update=changes)
        prolonged.append(scenario)
    return prolonged, notes
