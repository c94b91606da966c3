"""Puts the frames of a simulation and the scenario it came from into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .frames import ordered_series, to_table, write_csv, write_parquet
from .manifest import write_manifest
from .provenance import provenance

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.simulation import Simulation

SCENARIO = "scenario.resolved.toml"


def write_frames(folder: Path, simulation: Simulation) -> None:
    """Write the resolved scenario and all frames: what figures are drawn from."""
    (folder / SCENARIO).write_text(simulation.scenario.to_toml(), encoding="utf-8")
    for name, frame in (("series", simulation.series), ("indicators", simulation.indicators)):
        table = to_table(ordered_series(frame))
        write_parquet(table, folder / f"{name}.parquet")
        write_csv(table, folder / f"{name}.csv")
    write_parquet(simulation.spells, folder / "spells.parquet")
    write_parquet(simulation.snapshots, folder / "snapshots.parquet")
    write_parquet(simulation.programmes, folder / "programmes.parquet")
    if simulation.scenario.record.decisions:
        write_parquet(simulation.decisions, folder / "decisions.parquet")


def finish(folder: Path, scenario: Scenario, started: datetime, command: Sequence[str]) -> None:
    """Write the manifest over the files in the folder. ``scenario`` is resolved: its seed is the one that was used."""
    content: dict[str, Any] = {
        "kind": "run",
        **provenance(scenario.world.data),
        "scenario": {"name": scenario.name, "sha256": scenario.content_hash()},
        "run": {
            "seed": scenario.run.seed,
            "replicates": scenario.run.replicates,
            "engine": scenario.run.engine,
        },
        "times": times_since(started),
        "command": list(command),
    }
    write_manifest(folder, content)


def times_since(started: datetime) -> dict[str, Any]:
    """When something started, that it finishes now, and the seconds between."""
    finished = datetime.now(UTC)
    return {
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - started).total_seconds(), 2),
    }


def write_result(
    folder: Path, simulation: Simulation, *, started: datetime | None = None, command: Sequence[str] = ()
) -> None:
    """Fill a folder with a result without figures; use it inside a `Staging`."""
    write_frames(folder, simulation)
    finish(folder, simulation.scenario, started or datetime.now(UTC), command)
