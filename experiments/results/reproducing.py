"""Runs a result again and compares it bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..runner import run_scenario
from ..runner.progress import OnProgress
from .frames import first_differences, ordered_series
from .manifest import damage
from .provenance import differences, provenance
from .reading import open_result


@dataclass(frozen=True)
class Reproduction:
    """What came of reproducing a result."""

    folder: Path
    damaged: tuple[str, ...]
    """Files that are not what the manifest says; nothing was run then."""
    changed: tuple[str, ...] = ()
    """What differs between then and now: versions, platform, code, data."""
    differing: tuple[str, ...] = ()
    """First rows that came out differently."""

    @property
    def identical(self) -> bool:
        """Whether the result is whole and came out the same to the bit."""
        return not self.damaged and not self.differing


def reproduce(folder: Path, *, jobs: int | None = None, on_progress: OnProgress | None = None) -> Reproduction:
    """Check the files of a result, run its scenario with its seed again, and compare all its frames."""
    result = open_result(folder)
    damaged = damage(folder)
    if damaged:
        return Reproduction(folder, tuple(damaged))
    scenario = result.scenario
    now = provenance(scenario.world.data)
    changed = differences({key: result.manifest.get(key, {}) for key in now}, now)
    simulation = run_scenario(scenario, jobs=jobs, on_progress=on_progress)
    fresh = {
        "series": ordered_series(simulation.series),
        "indicators": ordered_series(simulation.indicators),
        "spells": simulation.spells,
        "snapshots": simulation.snapshots,
        "programmes": simulation.programmes,
    }
    if scenario.record.decisions:
        fresh["decisions"] = simulation.decisions
    differing = [
        f"{name}: {line}" for name, frame in fresh.items() for line in first_differences(getattr(result, name), frame)
    ]
    return Reproduction(folder, (), tuple(changed), tuple(differing))
