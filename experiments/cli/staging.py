"""A result of a command while it is made: in a folder beside its place, moved there when it is whole."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .output import Output


@contextmanager
def staged(
    output: Output, target: Path, force: bool, *, kind: str, started: datetime, data: str
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The folder that the block fills, with the log in it, and what its manifest says of scenarios and luck.

    ``data`` is the folder of tables that was used; empty: the packaged ones. When the block ends, the manifest is written and
    the folder put in its place; an error leaves nothing. Raises `ExperimentError` for a full disk.
    """
    from ..results import Staging
    from ..results.manifest import write_manifest
    from ..results.provenance import provenance
    from ..results.writing import times_since

    with Staging(target, force) as staging:
        with output.logging_to(staging.folder / "run.log"):
            content: dict[str, Any] = {}
            yield staging.folder, content
            content = {"kind": kind, **provenance(data), **content}
            write_manifest(
                staging.folder, {**content, "times": times_since(started), "command": ["comity", *sys.argv[1:]]}
            )
        staging.publish()


def drawn(output: Output, draw: Callable[[], object]) -> bool:
    """Whether figures could be drawn: numbers are kept where they could not, and the reason is said."""
    try:
        draw()
    except Exception as error:
        output.say("figures", f"the figures failed ({type(error).__name__}: {error}); the numbers are kept")
        return False
    return True
