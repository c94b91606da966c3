"""`comity check` and `comity schema`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from .output import Output
from .settings import Additions, AsJson


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Paths or names of scenarios, or sweep files.")],
    add: Additions = None,
    json: AsJson = False,
) -> int:
    """Check files; each gets a line: ok, or what is wrong and what would be right. Exit code 2 if any is wrong."""
    output = Output(json)
    found = [(name, fault_of(name, add or [])) for name in files]
    if json:
        output.json([{"file": name, "ok": fault is None, "error": fault} for name, fault in found])
    else:
        for name, fault in found:
            output.text(f"{name}: ok" if fault is None else fault)
    return 2 if any(fault for _, fault in found) else 0


def fault_of(name: str, additions: Sequence[str] = ()) -> str | None:
    """What is wrong with a scenario or a sweep file and its additions, in one or two lines; None if nothing is."""
    from model.errors import InputError
    from model.scenario import load_scenario

    try:
        if _is_sweep(name):
            from ..sweeping import load_sweep

            load_sweep(name, additions=additions)
        else:
            load_scenario(name, (), additions)
    except InputError as error:
        text = str(error)
        return text if name in text else f"{name}: {text}"
    return None


def _is_sweep(name: str) -> bool:
    """Whether a path or a name asks for a sweep rather than for one run: sweeps have factors, and a folder of their own."""
    from model.errors import InputError
    from model.scenario.files import find_scenario, read_toml

    from ..sweeping import FOLDER, find_sweep

    path = Path(name)
    try:
        if path.is_file():
            return path.resolve().parent.name == FOLDER or not {"factors", "axes"}.isdisjoint(read_toml(path))
        find_sweep(name)
    except (InputError, OSError, ValueError):  # said by the scenario's reader
        return False
    try:
        find_scenario(name)
    except InputError:
        return True
    return False


def schema(json: AsJson = False) -> int:
    """Print the JSON Schema of scenario files, for editors."""
    from model.scenario import json_schema

    Output(json).json(json_schema())
    return 0
