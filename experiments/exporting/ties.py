"""Snapshots as a list of ties: what `comity fit-check --ties` reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from .graph import snapshot_dates, snapshot_graph

if TYPE_CHECKING:
    from model.world import World

    from ..results import Result

COLUMNS = ("date", "a", "country_a", "b", "country_b")


def write_ties(result: Result, world: World, replicate: int, folder: Path) -> list[Path]:
    """One file ``ties.csv`` with all dates: a row for each partnership, and one without ``b`` for who has none."""
    rows = []
    for day in snapshot_dates(result, replicate):
        graph = snapshot_graph(result, world, replicate, day)
        country = graph.nodes(data="country")
        rows += [(day.isoformat(), a, country[a], b, country[b]) for a, b in graph.edges]
        rows += [(day.isoformat(), a, country[a], "", "") for a, degree in graph.degree if degree == 0]
    path = folder / "ties.csv"
    pd.DataFrame(rows, columns=COLUMNS).to_csv(path, index=False, lineterminator="\n")
    return [path]
