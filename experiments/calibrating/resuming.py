"""What a calibration has done so far, in a file beside its table: a killed one goes on after its last round."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .adjusting import Point

SUFFIX = ".progress.json"


class Progressing:
    """Rounds done, by stage; ``key`` names all that decides the numbers, so that nothing goes on from other ones.

    Without a path nothing is kept. `close` removes the file: the calibration is done.
    """

    def __init__(self, path: Path | None = None, key: Mapping[str, Any] | None = None) -> None:
        self.path, self.key = path, json.loads(json.dumps(key or {}))
        self.other = False
        """Whether the file was there, and of another calibration: it begins anew."""
        self._stages: dict[str, Any] = {}
        if path is not None and path.is_file():
            content = _read(path)
            self.other = content.get("key") != self.key
            if not self.other:
                self._stages = content["stages"]

    def done(self, stage: str) -> Any:
        """What was kept of a stage, None if nothing was."""
        return self._stages.get(stage)

    def keep(self, stage: str, content: Any) -> None:
        """Keep where a stage stands, on disk whole or not at all."""
        self._stages[stage] = content
        if self.path is None:
            return
        fresh = self.path.with_name(f".incomplete-{self.path.name}-{secrets.token_hex(4)}")
        try:
            with fresh.open("x", encoding="utf-8") as file:
                json.dump({"key": self.key, "stages": self._stages}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self.path)
        finally:
            fresh.unlink(missing_ok=True)

    def close(self) -> None:
        """Forget all of it."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    """Content of the file; empty where it is none of ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and isinstance(content.get("stages"), dict) else {}


def written(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Points as JSON types; floats come back to the bit."""
    return [{"affinity": point.affinity.tolist(), "weights": point.weights} for point in points]


def points(content: Sequence[Mapping[str, Any]]) -> list[Point]:
    """Points of what `written` made."""
    return [Point(np.array(own["affinity"]), dict(own["weights"])) for own in content]
