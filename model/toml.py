"""TOML files as their content; every fault names the file and the line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from .errors import InputError, as_written

LARGEST = 10_000_000
"""Bytes of a file."""
HOW_TO = 'key = value, with text and dates as in "text" and 2022-02-24, and [table]; see `comity show hindcast`'


def read_toml(path: Path, largest: int = LARGEST) -> dict[str, Any]:
    """Read one file of at most ``largest`` bytes. Raises `InputError`."""
    where = str(path)
    try:
        if path.is_dir():
            raise InputError("is a folder", where=where, allowed="a TOML file")
        size = path.stat().st_size
        if not path.is_file():  # a device or a pipe may have no end
            raise InputError("is not a regular file", where=where, allowed="a TOML file")
        if size > largest:
            raise InputError(f"has {size:,} bytes", where=where, allowed=f"at most {largest:,}")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError("there is no such file", where=where) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(f"is not UTF-8 text (line {line})", where=where, allowed="TOML, saved as UTF-8") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=where) from None
    return parse_toml(text, where)


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """The content of a text; ``where`` names its source. Raises `InputError`."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError("is nested too deeply", where=where, allowed="a few levels of tables") from None
    except ValueError as error:  # beside what is not TOML: whole numbers of thousands of digits
        raise InputError(f"is not TOML: {_reason(str(error), text)}", where=where, allowed=HOW_TO) from None


def _reason(message: str, text: str) -> str:
    """What the reader of TOML says, with the line that it speaks of."""
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if found is None:
        return "a number is too long"
    reason = message.removesuffix(found.group())
    if reason.startswith(("Cannot overwrite", "Cannot declare", "Cannot mutate")):
        reason = "this stands in the file already"
    lines = text.split("\n")
    number = int(found.group(1)) if found.group(1) else len(lines)
    return f"line {number}, {as_written(lines[number - 1].strip())}: {reason}"
