"""The one error that users see: what was written, where, what is allowed, and the nearest name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches

LONGEST = 120
"""Characters of one written value that a message repeats."""
DEEPEST = 3
"""Levels of nested tables and lists that a message repeats."""


class InputError(ValueError):
    """Something that a user gave cannot be used.

    ``message`` says what was written; ``where`` names the file and the key; ``allowed`` what would be right; ``nearest``
    the name that was probably meant. Its text is one or two lines.
    """

    def __init__(self, message: str, *, where: str = "", allowed: str = "", nearest: str = "") -> None:
        self.message, self.where, self.allowed, self.nearest = message, where, allowed, nearest
        first = f"{where}: {message}" if where else message
        second = "; ".join(
            part
            for part in (f"allowed: {allowed}" if allowed else "", f"did you mean {nearest!r}?" if nearest else "")
            if part
        )
        super().__init__(f"{first}\n  {second}" if second else first)


def nearest_name(name: str, names: Iterable[str]) -> str:
    """The name that is most like ``name``, or an empty text when none is."""
    folded = {candidate.casefold(): candidate for candidate in names}
    close = get_close_matches(name.casefold()[:LONGEST], folded, n=1, cutoff=0.5)
    return folded[close[0]] if close else ""


def as_written(value: object) -> str:
    """A value as a TOML file has it, on one line, cut where it is long."""
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in _toml(value, 0))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _toml(value: object, depth: int) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value[: LONGEST + 1], ensure_ascii=False)
        case date():
            return value.isoformat()
        case list() | tuple() | Mapping() if depth > DEEPEST:
            return "..."
        case list() | tuple():
            return f"[{', '.join(_toml(item, depth + 1) for item in value[:LONGEST])}]"
        case Mapping():
            pairs = list(value.items())[:LONGEST]
            return f"{{ {', '.join(f'{key} = {_toml(item, depth + 1)}' for key, item in pairs)} }}"
        case int() if abs(value) >= 10**LONGEST:
            return f"a number of more than {LONGEST} digits"
        case _:
            return str(value)


def kind_of(value: object) -> str:
    """What a written value is, in words of TOML."""
    match value:
        case bool():
            return "a truth value"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case datetime():
            return "a date with a time of day"
        case date():
            return "a date"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a table"
        case _:
            return type(value).__name__
