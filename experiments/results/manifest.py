"""manifest.json: what a result is, how it was made, and the checksum of every file in it.

Keys: format, format_version, kind (run, comparison, sweep, sweep shard, attribution, ranking, claims, fit check), program, environment, data (see `provenance`), scenario, run, times, command, files, and
``checksum``, the sha256 of all the rest, so that a changed manifest is noticed as well. Logs have no checksum.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.errors import InputError
from model.sources import sha256

from ..errors import ExperimentError
from .folder import FORMAT, INCOMPLETE, MANIFEST, REPLACED

FORMAT_VERSION = 1
LOG = "run.log"
FIGURES = "figures"
LOGS = "log"
"""Folder of logs."""


def file_checksums(folder: Path) -> dict[str, dict[str, Any]]:
    """Path inside the folder -> sha256 and bytes, for every file but the manifest and logs."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path: path.relative_to(folder).as_posix() for path in paths}
    return {
        name: {"sha256": sha256(path), "bytes": path.stat().st_size}
        for path, name in names.items()
        if name not in (MANIFEST, LOG) and not name.startswith((f"{MANIFEST}.", f"{LOGS}/"))
    }


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest, the last file of a result, over the files that are in the folder now."""
    body = {"format": FORMAT, "format_version": FORMAT_VERSION, **content, "files": file_checksums(folder)}
    body["checksum"] = _checksum(body)
    _replace(folder / MANIFEST, json.dumps(body, indent=2, ensure_ascii=False) + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a result; `InputError` if the folder is none, `ExperimentError` if the manifest is damaged."""
    if folder.name.startswith((INCOMPLETE, REPLACED)):
        raise InputError("was being written when its run ended", where=str(folder), allowed="a finished result")
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(
            "is no result: it has no manifest.json",
            where=str(folder),
            allowed="a folder that `comity run` wrote",
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ExperimentError(f"{path}: is damaged: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(
            "is no result: its manifest.json is of something else",
            where=str(folder),
            allowed="a folder that `comity run` wrote",
        )
    if content.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f"has format version {content.get('format_version')!r}",
            where=str(path),
            allowed=f"version {FORMAT_VERSION} with this Comity",
        )
    return content


def damage(folder: Path) -> list[str]:
    """What is wrong with the files of a result, one line each; empty when it is whole."""
    content = read_manifest(folder)
    if content.get("checksum") != _checksum(content):
        return [f"{MANIFEST}: was changed (its own checksum does not fit)"]
    lines = []
    for name, entry in sorted(content.get("files", {}).items()):
        path = folder / name
        if not path.is_file():
            lines.append(f"{name}: is missing")
        elif path.stat().st_size != entry["bytes"]:
            lines.append(f"{name}: has {path.stat().st_size} bytes, not {entry['bytes']}")
        elif sha256(path) != entry["sha256"]:
            lines.append(f"{name}: its content was changed (checksum)")
    return lines


def register_figures(folder: Path) -> None:
    """Take figures that were drawn again into the manifest; everything else keeps the checksum it had."""
    content = read_manifest(folder)
    kept = {name: entry for name, entry in content["files"].items() if not name.startswith(f"{FIGURES}/")}
    drawn = {name: entry for name, entry in file_checksums(folder).items() if name.startswith(f"{FIGURES}/")}
    content["files"] = dict(sorted((kept | drawn).items()))
    content["checksum"] = _checksum(content)
    _replace(folder / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _checksum(content: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in content.items() if key != "checksum"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
