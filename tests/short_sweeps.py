"""Sweeps of very short runs, for tests of what carries them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

SHORT = """\
version = 1
title = "Short"
question = "What does a strength do?"
scenario = "classroom"
replicates = {replicates}
seed = 3

[settings]
world.institutions = 30
time.start = 2022-01-01
time.show_from = 2022-01-01

[[factors]]
name = "mobility"
paths = ["measures.mobility-2022.strength"]
{values}

[[factors]]
name = "opportunity"
paths = ["parameters.process.opportunity_rate"]
range = "assumed"

[design]
{design}

[[outcomes]]
name = "ties"
indicator = "partnerships.count"
pair = "Russia-West"
years = [2022, 2023]

[[outcomes]]
name = "degree"
indicator = "network.mean_degree"
years = [2023, 2023]
"""


def short(points: int, replicates: int = 1, values: str = "range = [0.0, 2.0]", design: str = "") -> str:
    """The text of a sweep over a Latin hypercube of so many points, or another design."""
    chosen = design or f'kind = "latin-hypercube"\npoints = {points}'
    return SHORT.format(replicates=replicates, values=values, design=chosen)


def command(*words: str) -> list[str]:
    """A command of Comity in a process of its own."""
    return [sys.executable, "-m", "experiments.cli", *words]


def journalled(folder: Path) -> list[int]:
    """Numbers of the runs in a sweep's journal, whole lines only, in the order in which they ended."""
    path = folder / "log/journal.jsonl"
    text = path.read_bytes() if path.exists() else b""
    return [json.loads(line)["run"] for line in text[: text.rfind(b"\n") + 1].splitlines()]


def dataset(folder: Path) -> dict[str, bytes]:
    """All files that a sweep leaves and that hold no times: name -> content."""
    names = [*(path.name for path in (folder / "data").iterdir())]
    found = {f"data/{name}": (folder / "data" / name).read_bytes() for name in names}
    kept = ("design.parquet", "design.csv", "sweep.json", "sweep.resolved.toml", "scenario.resolved.toml")
    return found | {name: (folder / name).read_bytes() for name in kept}
