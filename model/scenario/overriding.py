"""Settings that change a scenario when it is loaded: "path=value"."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from ..errors import InputError, as_written, nearest_name
from .schema import Scenario
from .validation import allowed_keys, elsewhere, some


def parse_override(text: str) -> tuple[str, object]:
    """Split "path=value"; the value is TOML, or bare text."""
    key, sign, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not sign or not key:
        raise InputError(f"{as_written(text)} is no setting", where="--set", allowed="path.to.key=value")
    try:
        read = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        return key, value
    return key, read["value"] if len(read) == 1 else value


def check_setting(parts: Sequence[str], content: Mapping[str, Any], source: str) -> None:
    """The path of an override must exist in the schema, and its measure in the scenario."""
    key = ".".join(parts)
    kind: Any = Scenario
    for depth, part in enumerate(parts):
        names = allowed_keys(kind)
        if names is None:  # a table with free names: measures, growth
            known = content.get("measures")
            known = known if isinstance(known, Mapping) else {}
            if parts[0] == "measures" and part not in known:
                raise InputError(
                    f"there is no measure {as_written(part)}", where=f"{source} {key}",
                    nearest=nearest_name(part, known), allowed=some(known) or "none: the scenario has no measures",
                )  # fmt: skip
            kind = get_args(kind)[1]
            continue
        if part not in names:
            near = nearest_name(part, names) or elsewhere(part, kind)
            path = ".".join([*parts[:depth], near, *parts[depth + 1 :]]) if near else ""
            raise InputError(f"there is no setting {as_written(key)}", where=source, nearest=path, allowed=some(names))
        kind = names[part]
