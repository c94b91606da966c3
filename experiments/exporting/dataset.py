"""The dataset of a sweep as CSV, for spreadsheets and for programs that do not read Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..results.frames import write_csv

if TYPE_CHECKING:
    from ..sweeping.dataset import Dataset

MOST_ROWS = 1_048_576
"""Rows of a sheet of Excel, the heading among them."""


def write_dataset(dataset: Dataset, folder: Path) -> list[Path]:
    """Write design.csv, runs.csv and outcomes.csv into a folder; returns the paths.

    runs.csv: a row for each run, with the factors of its design point between its number and its outcomes. outcomes.csv: a
    row for each run and outcome, with unit and value; undefined values are empty.
    """
    import pandas as pd

    from ..sweeping.outcomes import unit_of

    runs, design = dataset.runs(), dataset.design
    factors = [factor.name for factor in dataset.sweep.factors]
    labels = [outcome.label for outcome in dataset.sweep.outcomes]
    joined = runs.merge(design[["point", *factors]], on="point", how="left", validate="many_to_one")
    wide = joined[["run", "point", *factors, "replicate", "seed", "status", "reason", *labels]]
    long = wide.melt(
        id_vars=["run", "point", *factors, "replicate", "status"],
        value_vars=labels,
        var_name="outcome",
        value_name="value",
    ).sort_values("run", kind="stable", ignore_index=True)
    units = {outcome.label: unit_of(outcome) for outcome in dataset.sweep.outcomes}
    long.insert(len(long.columns) - 1, "unit", pd.Categorical(long["outcome"].map(units)))
    paths = []
    for name, frame in (("design", design), ("runs", wide), ("outcomes", long)):
        paths.append(folder / f"{name}.csv")
        write_csv(frame, paths[-1])
    return paths


def too_long(dataset: Dataset) -> str:
    """What a user of Excel should know of the size, in words; empty where everything fits."""
    runs = int(dataset.identity["runs"])
    rows = runs * len(dataset.sweep.outcomes)
    if rows < MOST_ROWS:
        return ""
    which = "runs.csv and outcomes.csv have" if runs >= MOST_ROWS else "outcomes.csv has"
    return f"{which} more rows than a sheet of Excel holds ({MOST_ROWS:,}); `comity query` can summarise them first"
