"""The pages about tables of analyses say what is in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from known_sweeps import grid_of, known_sample
from test_sensitivity import FOUR, THREE, hypercube, ishigami, saltelli, trajectories

from experiments.analysing import Analysis, Wanted, analyse, read_case, tables
from experiments.analysing.columns import TABLES


def of_all_designs(folder: Path) -> list[Analysis]:
    """Analyses that have every table between them."""
    factors, rows = grid_of(policy=["none", "fund"], a=[0.0, 1.0, 2.0, 3.0])
    factors[0]["role"] = "lever"
    grid = known_sample(folder / "g", factors, rows, {"y": lambda p, a, k: a + (p == "fund") + k}, replicates=2)
    sobol = known_sample(
        folder / "s", THREE, saltelli(THREE, 64), {"y": ishigami}, design={"kind": "sobol", "base": 64}
    )
    design = {"kind": "morris", "trajectories": 10}
    morris = known_sample(folder / "m", FOUR, trajectories(FOUR, 10), {"y": lambda a, *_: a}, design=design)
    latin = known_sample(
        folder / "l", FOUR, hypercube(FOUR, 200), {"y": lambda a, *_: np.asarray(a)}, design={"kind": "latin-hypercube"}
    )
    return [
        analyse(grid),
        analyse(sobol),
        analyse(morris),
        analyse(latin, Wanted(cases=(read_case("y < 0.3", latin),))),
    ]


def test_every_table_has_the_columns_that_are_told_in_their_order(tmp_path: Path) -> None:
    seen = set()
    for analysis in of_all_designs(tmp_path):
        for name, rows in tables(analysis).items():
            seen.add(name)
            for row in rows:
                assert list(row) == [column for column, _ in TABLES[name][1]], name
    assert seen == set(TABLES)
