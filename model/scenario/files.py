"""Scenario files: where they are found, how they are read, and what they extend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import toml
from ..errors import InputError, as_written, nearest_name

LARGEST_FILE = 1_000_000
"""Bytes; a scenario is a page or two."""
LONGEST_CHAIN = 20
"""Files that one scenario may extend, one the other."""


def packaged_folder() -> Path:
    """Where the packaged scenarios are: in the wheel beside this file, in a checkout at its root."""
    inside = Path(__file__).parent / "packaged"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "scenarios"


def packaged_scenarios() -> dict[str, Path]:
    """Name -> file of the packaged scenarios, by name."""
    return {path.stem: path for path in sorted(packaged_folder().glob("*.toml"))}


def find_scenario(name: str, beside: Path | None = None, where: str = "") -> Path:
    """The file of a scenario: a path, or a name looked up beside ``beside``, in ./scenarios, among the packaged ones.

    A path that ``beside`` extends is taken from the folder of ``beside``.
    """
    folders = ([beside.parent] if beside else []) + [Path("scenarios"), packaged_folder()]
    if _is_path(name):
        path = folders[0] / name if beside else Path(name)
        if _exists(path):
            return path
        message = "is a link that leads nowhere" if _is_link(path) else "there is no such file"
        raise InputError(message, where=f"{where}: {as_written(name)}" if where else name, nearest=_near(path.stem))
    for folder in folders if name else ():
        if _exists(folder / f"{name}.toml"):
            return folder / f"{name}.toml"
    raise InputError(
        f"there is no scenario {as_written(name)}",
        where=where,
        nearest=_near(name),
        allowed="a file, or a name that `comity list` shows",
    )


def _is_path(name: str) -> bool:
    return name.endswith(".toml") or "/" in name or "\\" in name


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except (OSError, ValueError):  # no name of a file, see `_exists`
        return False


def _exists(path: Path) -> bool:
    """Whether there is something; a name that cannot be one (too long, with a null character) is nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _near(name: str) -> str:
    local = {path.stem for path in Path("scenarios").glob("*.toml")} if Path("scenarios").is_dir() else set()
    return nearest_name(name, {*packaged_scenarios(), *local})


def read_toml(path: Path) -> dict[str, Any]:
    """Read a scenario's file, which is a page or two. Raises `InputError`."""
    return toml.read_toml(path, LARGEST_FILE)


def read_layers(path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The file and all that it extends, the most basic first."""
    layers: list[tuple[Path, dict[str, Any]]] = []
    while True:
        chain = " -> ".join([*(p.stem for p, _ in reversed(layers)), path.stem])
        if any(path.resolve() == seen.resolve() for seen, _ in layers):
            raise InputError(f"extends itself: {chain}", where=f"{path}: extends", allowed="a chain that ends")
        if len(layers) >= LONGEST_CHAIN:
            raise InputError(f"extends more than {LONGEST_CHAIN} files", where=f"{layers[-1][0]}: extends")
        content = read_toml(path)
        layers.insert(0, (path, content))
        parent = content.pop("extends", None)
        if parent is None:
            return layers
        if not isinstance(parent, str):
            raise InputError(
                f"{as_written(parent)} is no name",
                where=f"{path}: extends",
                allowed="the name or path of a scenario, in quotes",
            )
        path = find_scenario(parent, beside=path, where=f"{path}: extends")
