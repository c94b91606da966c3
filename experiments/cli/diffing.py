"""`comity diff`: what two finished runs differ in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .output import Output
from .settings import AsJson

First = Annotated[Path, typer.Argument(metavar="A", help="Folder of a run.")]
Second = Annotated[Path, typer.Argument(metavar="B", help="Folder of another run.")]


def diff(first: First, second: Second, json: AsJson = False) -> int:
    """Say what two finished runs differ in: settings, measures, program and data, and results with intervals."""
    from ..diffing import diff as diff_of
    from ..diffing.wording import result_lines, settings_lines
    from .comparing import print_table

    output = Output(json)
    found = diff_of(first, second)
    if json:
        output.json(found.to_dict())
        return 0
    for line in settings_lines(found):
        output.text(line)
    if not found.same_series:
        print_table(output, found.comparison)
    for line in result_lines(found):
        output.text(line)
    return 0
