"""A result that is written batch by batch, so that the partnerships of many replicates need not be in memory at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .frames import ordered_series, to_table, write_csv, write_parquet
from .writing import SCENARIO, finish

if TYPE_CHECKING:
    import pandas as pd

    from model.scenario import Scenario
    from model.simulation import Simulation

MOST_CSV = 100
"""Replicates above which the series are left as parquet only: the text of more is too large for what reads text."""


@dataclass(frozen=True)
class Replicated:
    """A scenario, and the series and indicators of all its replicates."""

    scenario: Scenario
    series: pd.DataFrame
    indicators: pd.DataFrame


class ResultInParts:
    """Fills a folder with a result whose replicates come in batches, in the order of their numbers.

    What is in the folder at the end is what `write_result` leaves for all replicates at once.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._kept: dict[str, list[pd.DataFrame]] = {"series": [], "indicators": []}
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def add(self, simulation: Simulation) -> None:
        """Write the partnerships of a batch; its series and indicators are kept."""
        for name, parts in self._kept.items():
            parts.append(getattr(simulation, name))
        frames = {name: getattr(simulation, name) for name in ("spells", "snapshots", "programmes")}
        if simulation.scenario.record.decisions:
            frames["decisions"] = simulation.decisions
        for name, frame in frames.items():
            self._append(name, frame)

    def _append(self, name: str, frame: pd.DataFrame) -> None:
        import pyarrow.parquet as pq

        table = to_table(frame)
        if name not in self._writers:
            path = self.folder / f"{name}.parquet"
            self._writers[name] = pq.ParquetWriter(path, table.schema, compression="zstd", version="2.6")
        self._writers[name].write_table(table)

    def finish(self, scenario: Scenario, started: datetime, command: Sequence[str]) -> Replicated:
        """Write the series and the manifest. ``scenario`` is resolved and has the number of replicates that there are."""
        import pandas as pd

        for writer in self._writers.values():
            writer.close()
        (self.folder / SCENARIO).write_text(scenario.to_toml(), encoding="utf-8")
        ordered = {name: ordered_series(pd.concat(parts, ignore_index=True)) for name, parts in self._kept.items()}
        self._kept = {}
        for name, frame in ordered.items():
            write_parquet(frame, self.folder / f"{name}.parquet")
            if scenario.run.replicates <= MOST_CSV:
                write_csv(frame, self.folder / f"{name}.csv")
        finish(self.folder, scenario, started, command)
        return Replicated(scenario, ordered["series"], ordered["indicators"])
