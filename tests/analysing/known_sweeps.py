"""Folders of sweeps whose outcome is a known function of the factors, in the runner's format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import tomli_w

from experiments.analysing import Sample, sample_of
from experiments.results.frames import write_parquet
from experiments.results.manifest import write_manifest
from experiments.sweeping.dataset import open_dataset
from experiments.sweeping.identity import FORMAT, FORMAT_VERSION
from experiments.sweeping.parts import PART, schema
from model.sources import sha256

NEEDED = {"latin-hypercube": {"points": 1}, "sobol": {"base": 1}, "morris": {"trajectories": 2}}
"""Keys of designs that analyses do not look at."""


def write_sweep(
    folder: Path,
    factors: Sequence[Mapping[str, Any]],
    rows: Sequence[Sequence[Any]],
    outcomes: Mapping[str, Callable[..., Any]],
    *,
    design: Mapping[str, Any] | None = None,
    replicates: int = 1,
    failed: Sequence[int] = (),
    until: int | None = None,
) -> Path:
    """Write a sweep: ``outcomes`` give value(s) from the columns and the replicate; runs in ``failed`` failed."""
    kind = str((design or {}).get("kind", "grid"))
    frame = pd.DataFrame([tuple(row) for row in rows], columns=[factor["name"] for factor in factors])
    columns = [frame[name].to_numpy() for name in frame.columns]
    (folder / "data").mkdir(parents=True)
    frame.insert(0, "point", np.arange(len(frame)))
    frame["scenario_sha256"] = "0" * 64
    frame.to_parquet(folder / "design.parquet", index=False)
    content = {
        "version": 1, "name": "known", "title": "Known", "scenario": "scenario.resolved.toml", "replicates": replicates,
        "seed": 1, "design": {**NEEDED.get(kind, {}), **(design or {})},
        "factors": [{"paths": [f"parameters.{factor['name']}"], **factor} for factor in factors],
        "outcomes": [{"name": name, "indicator": "partnerships.count", "years": [2020, 2020]} for name in outcomes],
    }  # fmt: skip
    (folder / "sweep.resolved.toml").write_text(tomli_w.dumps(content))
    identity = {
        "format": FORMAT, "format_version": FORMAT_VERSION, "name": "known", "replicates": replicates, "seed": 1,
        "points": len(frame), "runs": len(frame) * replicates,
    }  # fmt: skip
    (folder / "sweep.json").write_text(json.dumps(identity))
    runs = pd.DataFrame({"run": np.arange(len(frame) * replicates)})
    runs["point"], runs["replicate"] = runs["run"] // replicates, runs["run"] % replicates
    runs["seed"] = 1
    bad = runs["run"].isin(list(failed))
    runs["status"] = np.where(bad, "failed", "ok")
    runs["reason"] = pd.Series(np.where(bad, "made to fail", None), dtype=object)
    for name, function in outcomes.items():
        values = np.column_stack(
            [np.broadcast_to(np.asarray(function(*columns, k), dtype=float), len(frame)) for k in range(replicates)]
        ).ravel()
        runs[name] = np.where(bad, np.nan, values)
    runs = runs.iloc[:until]
    kept = []
    for first in range(0, len(runs), PART):
        part = runs.iloc[first : first + PART]
        last = part["run"].iloc[-1]
        table = pa.Table.from_pandas(
            part, schema=schema(list(outcomes)), preserve_index=False
        ).replace_schema_metadata()
        path = folder / "data" / f"part-{first:06d}-{last:06d}.parquet"
        write_parquet(table, path)
        kept.append(json.dumps({"part": path.name, "sha256": sha256(path)}) + "\n")
    (folder / "log").mkdir()
    (folder / "log/parts.jsonl").write_text("".join(kept))
    if until is None:
        write_manifest(folder, {"kind": "sweep"})
    return folder


def known_sample(folder: Path, *arguments: Any, **options: Any) -> Sample:
    """The sample of such a folder."""
    return sample_of(open_dataset(write_sweep(folder, *arguments, **options)))


def grid_of(**levels: Sequence[Any]) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
    """Factors and rows of a full grid."""
    return [{"name": name, "levels": list(own)} for name, own in levels.items()], list(product(*levels.values()))


def ishigami(x1: Any, x2: Any, x3: Any, *_: Any) -> Any:
    """Ishigami and Homma (1990) with a = 7, b = 0.1."""
    return np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
