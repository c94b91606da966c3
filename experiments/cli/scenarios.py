"""`comity list`, `comity show` and `comity new`: scenarios as files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from .output import Output
from .settings import Additions, AsJson, ScenarioName, Settings, overrides

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
LOCAL = Path("scenarios")
"""Folder of a user's own scenarios, in the present folder."""


def list_scenarios(json: AsJson = False) -> int:
    """List scenarios and sweeps, packaged and in ./scenarios, with the question that each asks."""
    output = Output(json)
    entries = [*available(), *available_sweeps()]
    if json:
        output.json(entries)
        return 0
    from rich.table import Table

    table = Table(show_lines=False)
    for heading in ("name", "kind", "where", "question"):
        table.add_column(heading, overflow="fold")
    for entry in entries:
        said = entry["error"] or entry["question"] or entry["title"]
        table.add_row(entry["name"], entry["kind"], entry["where"], said)
    output.table(table)
    return 0


def available() -> list[dict[str, Any]]:
    """Scenarios that a name finds, local ones first: name, kind, where, path, title, question, error."""
    from model.scenario import load_scenario, packaged_scenarios

    return _entries("scenario", LOCAL, packaged_scenarios(), load_scenario)


def available_sweeps() -> list[dict[str, Any]]:
    """Sweeps that a name finds, with the same keys."""
    from ..sweeping import FOLDER, load_sweep, packaged_sweeps

    return _entries("sweep", LOCAL / FOLDER, packaged_sweeps(), lambda path: load_sweep(path).file)


def _entries(
    kind: str, local_folder: Path, packaged: dict[str, Path], load: Callable[[Path], Any]
) -> list[dict[str, Any]]:
    local = {path.stem: path for path in sorted(local_folder.glob("*.toml"))}
    if {path.resolve() for path in local.values()} == {path.resolve() for path in packaged.values()}:
        local = {}  # inside a checkout both are the same folder
    entries = []
    for where, paths in (("local", local), ("packaged", packaged)):
        for name, path in paths.items():
            if where == "packaged" and name in local:
                continue
            entry = {"name": name, "kind": kind, "where": where, "path": str(path)}
            entries.append(entry | {"title": "", "question": "", "error": ""} | _described(path, load))
    return entries


def _described(path: Path, load: Callable[[Path], Any]) -> dict[str, str]:
    """Title and question of a file, or what is wrong with it."""
    from model.errors import InputError

    try:
        loaded = load(path)
    except InputError as error:
        return {"error": str(error)}
    return {"title": loaded.title, "question": loaded.question or first_comment(path)}


def first_comment(path: Path) -> str:
    """The comment that a file begins with, as one line."""
    words = []
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        if not line.startswith("#"):
            break
        words.append(line.lstrip("# ").rstrip())
    return " ".join(words).strip()


def show(name: ScenarioName, set_: Settings = None, add: Additions = None, json: AsJson = False) -> int:
    """Print a scenario with all its values, resolved."""
    from model.scenario import load_scenario

    scenario = load_scenario(name, overrides(set_), add or [])
    output = Output(json)
    if json:
        output.json(scenario.to_dict())
    else:
        output.text(scenario.to_toml().rstrip("\n"))
    return 0


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new scenario.")],
    base: Annotated[str, typer.Option("--from", metavar="SCENARIO", help="Scenario that the new one changes.")],
    json: AsJson = False,
) -> int:
    """Write ./scenarios/NAME.toml, which extends another scenario, ready to be edited."""
    from model.errors import InputError
    from model.scenario import load_scenario, packaged_scenarios

    if not NAME.fullmatch(name):
        raise InputError(
            f"{name!r} is no name",
            where="NAME",
            allowed="letters, digits, - and _, beginning with a letter or digit",
        )
    if name in packaged_scenarios():
        raise InputError(f"there is a packaged scenario {name!r}", where="NAME", allowed="a name of its own")
    scenario = load_scenario(base)
    path = LOCAL / f"{name}.toml"
    text = draft(name, _reference(base), scenario)
    try:
        LOCAL.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError("is there already and is not overwritten", where=str(path), allowed="another name") from None
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(path)) from None
    output = Output(json)
    if json:
        output.json({"path": str(path), "extends": scenario.name})
    else:
        output.text(str(path))
    return 0


def _reference(base: str) -> str:
    """How a file in ./scenarios names its base: by name, or by the path from there."""
    is_path = base.endswith(".toml") or "/" in base or "\\" in base
    return Path(base).absolute().relative_to(LOCAL.absolute(), walk_up=True).as_posix() if is_path else base


def draft(name: str, base: str, scenario: Any) -> str:
    """Text of a new scenario file: what it extends, and comments that show what can be changed."""
    from json import dumps

    lines = [
        "# What changes if ...?",
        "version = 1",
        f"extends = {dumps(base, ensure_ascii=False)}",
        f'title = "{name}"',
        'question = "What changes if ...?"',
        "",
        f"# Everything not said here is as in {base}: `comity show {name}` prints all of it,",
        f"# `comity check scenarios/{name}.toml` checks this file, `comity run {name}` runs it.",
        "",
        "# [world]",
        f"# institutions = {scenario.world.institutions}   # resolution",
        "",
        "# [run]",
        f"# replicates = {scenario.run.replicates}",
        "# seed = 1   # drawn and recorded when absent",
    ]
    if scenario.measures:
        lines += ["", f"# Measures of {base}: switch one off, scale it, or move its dates."]
    for key, measure in scenario.measures.items():
        lines += [
            "",
            f"# [measures.{key}]   # {' '.join(measure.title.split())}",
            "# enabled = false",
            f"# strength = {measure.strength}",
        ]
        lines += [f"# start = {measure.start}"]
    return "\n".join(lines) + "\n"
