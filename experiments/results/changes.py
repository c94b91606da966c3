"""What two trees of settings, or of what made two results, differ in: dotted keys with both values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

ABSENT = None
"""Value of a key that one of the two does not have."""
LONGEST = 60
"""Characters of a value that are shown."""
HEX = (40, 64)
"""Lengths of hashes, of which the first digits are shown."""


@dataclass(frozen=True)
class Change:
    """A key whose values differ; `ABSENT` where one has none."""

    key: str
    a: Any
    b: Any


def changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Change, ...]:
    """Dotted keys of two trees whose values differ, in the order of the first tree, then of the second."""
    before, after = flat(a), flat(b)
    keys = [*before, *(key for key in after if key not in before)]
    return tuple(
        Change(key, before.get(key, ABSENT), after.get(key, ABSENT))
        for key in keys
        if _differ(before.get(key, ABSENT), after.get(key, ABSENT))
    )


def value_text(value: object) -> str:
    """A value in few characters; hashes by their first digits."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if len(text) in HEX and set(text) <= set("0123456789abcdef"):
        return text[:12]
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _differ(a: object, b: object) -> bool:
    """Whether two values are not the same; true is not 1."""
    return isinstance(a, bool) != isinstance(b, bool) or a != b


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted key -> value of all that is no table, as JSON types."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    """As JSON types."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
