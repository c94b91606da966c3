"""`comity report`: one page about finished results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .output import Output
from .settings import AsJson, Quiet

Folders = Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders that `run` or `compare` left.")]
File = Annotated[Path, typer.Option("--out", metavar="FILE", help="The page.")]
Replace = Annotated[bool, typer.Option("--force", help="Replace an existing file.")]


def report(
    folders: Folders,
    out: File = Path("report.html"),
    force: Replace = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Write one self-contained page about finished results, for someone who never saw the program."""
    from ..reporting import write_report

    output = Output(json, quiet)
    path = write_report(folders, out, force)
    size = path.stat().st_size
    if json:
        output.json({"report": str(path), "bytes": size, "results": [str(folder) for folder in folders]})
    else:
        output.text(str(path))
    output.say("done", f"{path} ({size:,} bytes)", report=str(path), bytes=size)
    return 0
