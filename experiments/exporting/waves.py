"""Snapshots as waves of adjacency matrices: what RSiena and statnet read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd

from .graph import snapshot_dates, snapshot_graph

if TYPE_CHECKING:
    from model.world import World

    from ..results import Result


def write_waves(result: Result, world: World, replicate: int, folder: Path) -> list[Path]:
    """One 0/1 matrix without header for each date, ``wave-DATE.txt``, and ``actors.csv`` in the order of its rows.

    In R: ``as.matrix(read.table("wave-2013-12-31.txt"))``, then `sienaDependent` on an array of the waves, or
    `network(..., directed = FALSE)` of statnet. Covariates as numbers: country, bloc and kind from 1.
    """
    actors = folder / "actors.csv"
    arrays = world.arrays
    pd.DataFrame(
        {
            "name": world.names,
            "country": arrays.country + 1,
            "bloc": arrays.bloc + 1,
            "kind": arrays.kind + 1,
            "country_code": [world.countries[c] for c in arrays.country],
            "bloc_name": [world.blocs[b] for b in arrays.bloc],
            "kind_name": [world.kinds[k] for k in arrays.kind],
        }
    ).to_csv(actors, index=False, lineterminator="\n")
    paths = [actors]
    for day in snapshot_dates(result, replicate):
        graph = snapshot_graph(result, world, replicate, day)
        matrix = nx.to_numpy_array(graph, nodelist=list(world.names), weight=None, dtype=np.int8)
        path = folder / f"wave-{day.isoformat()}.txt"
        np.savetxt(path, matrix, fmt="%d")
        paths.append(path)
    return paths
