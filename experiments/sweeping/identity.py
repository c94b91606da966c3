"""What a sweep is of: runs of two sweeps may stand in one dataset only where all of this is the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.sources import code_hash, data_checksums, program_version

from ..results.provenance import library_versions

if TYPE_CHECKING:
    from .loading import Sweep

FORMAT, FORMAT_VERSION = "comity-sweep", 1
DECIDING = (
    "assumed.py", "design.py", "distributions.py", "loading.py", "outcomes.py", "runs.py", "sampling.py", "schema.py",
)  # fmt: skip
"""Files of this package that decide numbers."""
SHORT = 12
"""Digits of a checksum that a message shows."""


def identity_of(sweep: Sweep) -> dict[str, Any]:
    """Sweep, scenario, data and program of a sweep that has a seed, as JSON types."""
    content = {key: value for key, value in sweep.to_dict().items() if key not in TOLD}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": sweep.name,
        "sha256": sweep.content_hash(),
        "sweep": {key: _hash(value) for key, value in content.items()},
        "scenario": {"name": sweep.base.name, "sha256": sweep.base.content_hash(), "files": _files_hash(sweep)},
        **made_of(sweep.base.world.data),
        "seed": sweep.seed,
        "replicates": sweep.replicates,
        "points": len(sweep.points),
        "runs": sweep.runs,
    }


TOLD = ("name", "title", "question", "version", "scenario", "seed", "replicates")
"""Keys of a sweep that change no number, or are compared by themselves."""


def made_of(folder: str) -> dict[str, Any]:
    """The program, the data, and the folder of the user's own tables, empty where the packaged ones are used."""
    return {"folder": folder, "data": data_checksums(folder), "program": program_identity()}


@lru_cache
def program_identity() -> dict[str, Any]:
    """What runs a sweep: version, checksums of the code that decides numbers, versions of libraries."""
    digest = hashlib.sha256()
    for name in DECIDING:
        digest.update(name.encode() + (Path(__file__).parent / name).read_bytes())
    return {
        "version": program_version(),
        "model_sha256": code_hash(),
        "sweeping_sha256": digest.hexdigest(),
        "libraries": library_versions(),
    }


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two identities, a line each: the part, the key, then and now."""
    lines = []
    for part, words in PARTS.items():
        before, after = _flat(then.get(part), part), _flat(now.get(part), part)
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key) and key not in UNSAID]
        lines += [
            f"{words} changed: {key} {_short(before.get(key))} then, {_short(after.get(key))} now" for key in keys
        ]
    return lines


PARTS = {
    "seed": "the seed", "replicates": "the number of replicates", "sweep": "the sweep", "scenario": "the scenario",
    "data": "the data", "program": "the program", "points": "the design", "runs": "the design",
}  # fmt: skip
"""Parts of an identity in words, in the order in which differences are said."""
UNSAID = ("scenario.name",)


def _files_hash(sweep: Sweep) -> str:
    """sha256 of all that scenarios of points are made from."""
    layers = [[path.name, layer] for path, layer in sweep.source.layers]
    return _hash([layers, sweep.source.additions, {k: v for k, v in sweep.changes.items() if k != "run.seed"}])


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _flat(tree: object, prefix: str) -> dict[str, object]:
    if not isinstance(tree, Mapping):
        return {prefix: tree}
    return {name: value for key, inner in tree.items() for name, value in _flat(inner, f"{prefix}.{key}").items()}


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text[:SHORT] if len(text) == 64 else text
