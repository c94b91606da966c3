"""What changed since a sweep was begun, in words: keys with their values then and now, from the files beside its runs.

`identity` decides by checksums whether anything did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from model.errors import InputError

from ..results.changes import Change, value_text
from ..results.changes import changes as changes_of
from .identity import PARTS, TOLD, changes
from .loading import BASE, RESOLVED

if TYPE_CHECKING:
    from .loading import Sweep

MOST_SAID = 5
"""Keys that a message names."""
DATA, PROGRAM = "data", "program"
FOLLOWING = ("points", "runs")
"""Parts that change only where others do."""
OWN = ("run.seed", "run.replicates", "name")
"""Keys of the base scenario that are compared by themselves, or that are of no account."""
CODE = {"model_sha256": "the code of the model", "sweeping_sha256": "the code of sweeps"}


class Written(NamedTuple):
    """A sweep and its base scenario as they are written, resolved."""

    sweep: Mapping[str, Any]
    scenario: Mapping[str, Any]

    @classmethod
    def of(cls, sweep: Sweep) -> Written:
        """What would be written of a sweep."""
        return cls(sweep.to_dict(), sweep.base.to_dict())

    @classmethod
    def beside(cls, folder: Path) -> Written:
        """What stands in the folder of a sweep. Raises `InputError` where that cannot be read."""
        from model.scenario.files import read_toml

        return cls(read_toml(folder / RESOLVED), read_toml(folder / BASE))


def refuse_changed(
    then: Mapping[str, Any],
    now: Mapping[str, Any],
    where: Path,
    written: Callable[[], tuple[Written, Written]],
    allowed: str,
) -> None:
    """Raise `InputError` unless runs of the identity ``now`` may stand beside those of ``then``, saying what changed.

    ``written`` gives both as they are written; it is called only where something did.
    """
    if not changes(then, now):
        return
    try:
        before, after = written()
    except InputError:  # the checksums say that something changed, and nothing is left that says what
        before = after = Written({}, {})
    raise InputError(in_words(then, now, before, after), where=str(where), allowed=allowed)


def in_words(then: Mapping[str, Any], now: Mapping[str, Any], before: Written, after: Written) -> str:
    """What changed between two identities, part by part."""
    found = {part: _of_part(part, then, now, before, after) for part in PARTS}
    if any(said for part, said in found.items() if part not in FOLLOWING):
        found = {part: said for part, said in found.items() if part not in FOLLOWING}
    total, left, parts = sum(map(len, found.values())), MOST_SAID, []
    for part, said in found.items():
        if said and left > 0:
            parts.append(f"{PARTS[part]} changed: {'; '.join(said[:left])}")
            left -= len(said)
    more = f" and {total - MOST_SAID:,} more" if total > MOST_SAID else ""
    return "; ".join(parts) + more


def _of_part(part: str, then: Mapping[str, Any], now: Mapping[str, Any], before: Written, after: Written) -> list[str]:
    """What changed in a part of the identity, a text each; nothing where it is the same."""
    if not changes({part: then.get(part)}, {part: now.get(part)}):
        return []
    if part == DATA:
        return [_table(change) for change in changes_of(then[part], now[part])]
    if part == PROGRAM:
        return [_program(change) for change in changes_of(then[part], now[part])]
    if part == "sweep":
        trees = [
            {key: _by_name(value) for key, value in tree.items() if key not in TOLD}
            for tree in (before.sweep, after.sweep)
        ]
        return [_key(change) for change in changes_of(*trees)] or _unknown(then[part], now[part])
    if part == "scenario":
        found = changes_of(before.scenario, after.scenario)
        said = [_key(change) for change in found if change.key not in OWN]
        return said if found else _of_files(then[part], now[part], bool(before.scenario))
    return [_key(Change(part, then.get(part), now.get(part)))]


def _by_name(value: Any) -> Any:
    """Tables that have names as one table under these: factors.mobility.range instead of a list of all factors."""
    if (
        isinstance(value, list | tuple)
        and value
        and all(isinstance(item, Mapping) and "name" in item for item in value)
    ):
        return {item["name"]: {key: inner for key, inner in item.items() if key != "name"} for item in value}
    return value


def _key(change: Change) -> str:
    before, after = value_text(change.a), value_text(change.b)
    if change.a is None:
        return f"{change.key} is new ({after})"
    if change.b is None:
        return f"{change.key} is gone (was {before})"
    if before == after:
        return f"{change.key} has another end than {before}"
    return f"{change.key} was {before}, is {after}"


def _table(change: Change) -> str:
    """A table of data: its content says nothing in few words."""
    origin, _, name = change.key.partition("/")
    what = f"the {origin} table {name}"
    return f"{what} is new" if change.a is None else f"{what} is gone" if change.b is None else f"{what} differs"


def _program(change: Change) -> str:
    if change.key in CODE:
        return f"{CODE[change.key]} differs (checksum {value_text(change.a)} then, {value_text(change.b)} now)"
    name = change.key.removeprefix("libraries.")
    return _key(Change("Comity" if name == "version" else name, change.a, change.b))


def _unknown(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Keys of a sweep file that differ by their checksums."""
    return [f"{change.key} differs" for change in changes_of(then, now)]


def _of_files(then: Mapping[str, Any], now: Mapping[str, Any], known: bool) -> list[str]:
    """A scenario of which no key is known to differ."""
    if known and then.get("files") != now.get("files"):
        return ["its files have other names or contents, though they come to the same settings"]
    return [f"checksum {value_text(then.get('sha256'))} then, {value_text(now.get('sha256'))} now"]
