"""Content of scenario files as nested tables: put over each other, looked into, changed at a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merged key by key; anything else replaced."""
    out = dict(base)
    for key, value in change.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = merged(out[key], value) if both else value
    return out


def with_value(content: Mapping[str, Any], parts: Sequence[str], value: object) -> dict[str, Any]:
    """The content with another value at a path; what stands there is replaced, tables too."""
    key, rest = parts[0], parts[1:]
    inner = content.get(key)
    return {**content, key: with_value(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value}


def value_at(content: Any, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    for key in path.split("."):
        if not isinstance(content, Mapping) or key not in content:
            return None
        content = content[key]
    return content
