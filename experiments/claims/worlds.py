"""The runs that claims are held against: scenarios to simulate, or folders of finished runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import InputError

if TYPE_CHECKING:
    from model.scenario import Scenario

    from ..results import Result
    from .definition import ClaimTable, WorldOfClaims


def scenarios_of(table: ClaimTable, changes: Sequence[str] = ()) -> dict[str, Scenario]:
    """World -> scenario to run, all with the luck of the first; ``changes`` as of `--set`, after those of the table.

    Raises `InputError`.
    """
    from ..runner import resolved

    loaded = {world.name: _scenario(world, changes) for world in table.needed()}
    if not loaded:
        return {}
    first = resolved(next(iter(loaded.values())))
    return {name: resolved(s, first.run.replicates, first.run.seed) for name, s in loaded.items()}


def _scenario(world: WorldOfClaims, changes: Sequence[str]) -> Scenario:
    from model.scenario import load_scenario

    own = [f"{path}={_as_toml(value)}" for path, value in world.changes.items()]
    # a claim is held against the packaged values, which were set in view of some of them; members draw others
    scenario = load_scenario(world.scenario, ["run.ensemble=false", *own, *changes])
    time = scenario.time
    days = tuple(day for day in world.snapshots if time.show_from < day <= time.end)
    update = {"name": world.name, "record": scenario.record.model_copy(update={"snapshots": days})}
    return scenario.model_copy(update=update | ({"title": world.title} if world.title else {}))


def _as_toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def finished_runs(table: ClaimTable, folders: Sequence[Path]) -> dict[str, Result]:
    """World -> finished run, of folders of runs or of what holds runs, such as those of `comity compare`.

    A run stands for the world that has the name of its scenario. Raises `InputError` for a folder that holds none of them
    and for two runs of one world.
    """
    from ..results import open_result

    wanted = [world.name for world in table.needed()]
    found: dict[str, Result] = {}
    for folder in folders:
        inside = sorted(path.parent for path in folder.glob("*/manifest.json"))
        runs = [open_result(path) for path in (inside or [folder])]
        known = [run for run in runs if run.scenario.name in wanted]
        if not known:
            raise InputError(
                f"holds runs of {', '.join(run.scenario.name for run in runs)} only", where=str(folder),
                allowed=f"runs of {', '.join(wanted)}",
            )  # fmt: skip
        for run in known:
            if run.scenario.name in found:
                raise InputError(
                    f"is a second run of {run.scenario.name}", where=str(run.folder), allowed="one run of each world"
                )
            found[run.scenario.name] = run
    return {name: found[name] for name in wanted if name in found}
