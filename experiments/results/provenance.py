"""What made a result: program, libraries, machine, data; and how two of these differ."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from model.sources import CODE, code_hash, data_checksums, program_version

from .changes import flat

LIBRARIES = ("numpy", "scipy", "numba", "llvmlite", "mesa", "pandas", "pyarrow", "pydantic")
"""Libraries that numbers pass through."""


def library_versions(names: Iterable[str] = LIBRARIES) -> dict[str, str]:
    """Versions of libraries; those that are not installed are left out."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def processor() -> str:
    """Name of the processor that kernels are compiled for: another one may round sums differently."""
    try:
        from llvmlite import binding

        return str(binding.get_host_cpu_name())
    except ImportError:
        return platform.processor()


def git_state() -> dict[str, Any] | None:
    """Commit of the checkout that the code is in and whether it was changed since; None for an installed package."""
    root = CODE.parent
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=normal")
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit, "dirty": bool(changed)}


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.strip()


def provenance(data_folder: str = "") -> dict[str, Any]:
    """Everything besides scenario and seed that decides the numbers of a run."""
    return {
        "program": {
            "name": "comity",
            "version": program_version(),
            "model_sha256": code_hash(),
            "git": git_state(),
        },
        "environment": {
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "processor": processor(),
            "libraries": library_versions(),
        },
        "data": data_checksums(data_folder),
    }


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two provenances, one line each; the git commit counts only when the code differs."""
    before, after = flat(then), flat(now)
    lines = []
    same_code = before.get("program.model_sha256") == after.get("program.model_sha256")
    for key in sorted(before.keys() | after.keys()):
        skipped = (key.startswith("program.git") and same_code) or key == "environment.release"
        if before.get(key) != after.get(key) and not skipped:
            lines.append(f"{key}: {_short(before.get(key))} then, {_short(after.get(key))} now")
    return lines


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text[:12] if len(text) in (40, 64) else text
