"""Runs a sweep: all design points with the same luck, and of each run only what the outcomes need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..results.frames import write_csv, write_parquet
from .design import DesignPoint, design_frame, written
from .loading import BASE, Sweep
from .outcomes import frame_of, summarise, unit_of, values_of

if TYPE_CHECKING:
    import pandas as pd

    from model.simulation import Simulation

    from ..runner.progress import OnProgress

RESOLVED = "sweep.resolved.toml"


@dataclass(frozen=True)
class SweepResult:
    """What a sweep gave: values by design point, replicate and outcome, and their summary over replicates."""

    sweep: Sweep
    values: pd.DataFrame
    """point, a column for each axis, replicate, outcome, value, unit; in the order of points, replicates, outcomes."""
    summary: pd.DataFrame
    """A column for each axis, outcome, median, low (5 %), high (95 %), unit, replicates; points, then outcomes."""

    @property
    def seed(self) -> int | None:
        """The seed of all design points."""
        return self.sweep.seed

    def to_dict(self) -> dict[str, Any]:
        """As JSON types; undefined values are None."""
        rows = self.summary.astype(object).where(self.summary.notna(), None).to_dict("records")
        return {
            "name": self.sweep.name,
            "title": self.sweep.file.title,
            "question": self.sweep.file.question,
            "scenario": self.sweep.base.name,
            "axes": [axis.name for axis in self.sweep.axes],
            "outcomes": [outcome.label for outcome in self.sweep.outcomes],
            "points": len(self.sweep.points),
            "replicates": self.sweep.replicates,
            "rows": rows,
        }

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of text: a row for each design point, a column for each axis and outcome."""
        from .wording import table

        return table(self)

    def lines(self) -> list[str]:
        """What is said below the table."""
        from .wording import lines

        return lines(self)


def run_sweep(
    sweep: Sweep, folder: Path, *, jobs: int | None = None, on_progress: OnProgress | None = None
) -> SweepResult:
    """Run the grid of a sweep and write its tables into ``folder``; the same bytes for any number of ``jobs``.

    Replicate k has the same luck at every design point. Files: sweep.resolved.toml, scenario.resolved.toml (the base),
    design.csv, outcomes.parquet, outcomes.csv, summary.csv.
    """
    from ..runner import run_scenarios

    sweep = sweep.seeded()
    (folder / RESOLVED).write_text(sweep.to_toml(), encoding="utf-8")
    (folder / BASE).write_text(sweep.base.to_toml(), encoding="utf-8")
    write_csv(design_frame(sweep.axes, sweep.points), folder / "design.csv")
    found: dict[int, pd.DataFrame] = {}
    scenarios = [point.scenario for point in sweep.points]
    for place, simulation in run_scenarios(scenarios, jobs=jobs, on_progress=on_progress):
        found[place] = _values(sweep, sweep.points[place], simulation)
    values, summary = _tables(sweep, [found[place] for place in range(len(sweep.points))])
    write_parquet(values, folder / "outcomes.parquet")
    write_csv(values, folder / "outcomes.csv")
    write_csv(summary, folder / "summary.csv")
    return SweepResult(sweep, values, summary)


def _values(sweep: Sweep, point: DesignPoint, simulation: Simulation) -> pd.DataFrame:
    """Rows of one design point: replicates, then outcomes in the order of the file."""
    import pandas as pd

    columns = {outcome.label: values_of(outcome, frame_of(outcome, simulation)) for outcome in sweep.outcomes}
    wide = pd.DataFrame(columns, index=range(simulation.replicates))
    levels = {axis.name: written(level) for axis, level in zip(sweep.axes, point.levels, strict=True)}
    return pd.DataFrame(
        {
            "point": point.number,
            **levels,
            "replicate": wide.index.to_numpy().repeat(len(columns)),
            "outcome": list(columns) * len(wide),
            "value": wide.to_numpy(dtype=float).ravel(),
            "unit": [unit_of(outcome) for outcome in sweep.outcomes] * len(wide),
        }
    )


def _tables(sweep: Sweep, by_point: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    values = pd.concat(by_point, ignore_index=True)
    return values, summarise(values, [axis.name for axis in sweep.axes])
