"""The command line `comity`. Importing it costs nothing: worker processes import the main module again."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed, 2 bad input, 3 partly done, 130 interrupted."""
    from .app import run_command

    return run_command(arguments)
