"""Sittings of a sweep: a line of JSON for each time that a process began to run it, with what it ran on."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..results.provenance import provenance
from .parts import LOG

if TYPE_CHECKING:
    from ..runner.executors import AnyExecutor

SESSIONS = f"{LOG}/sessions.jsonl"


def begin_session(folder: Path, executor: AnyExecutor) -> None:
    """Note that this process runs the sweep of a folder from now on. Raises `OSError`."""
    line = {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "executor": type(executor).__name__.lower(),
        "workers": executor.workers,
        "environment": provenance()["environment"],
    }
    with (folder / SESSIONS).open("ab") as file:
        file.write(json.dumps(line).encode() + b"\n")


def sessions(folder: Path) -> list[dict[str, Any]]:
    """All sittings, in their order."""
    path = folder / SESSIONS
    found = []
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            found.append(json.loads(text))
        except ValueError:  # a full disk cut it short
            continue
    return found
