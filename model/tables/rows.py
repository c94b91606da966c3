"""Reading one CSV or TOML file into checked rows; every fault names file, line and column."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import InputError, nearest_name

LARGEST_TABLE = 200_000_000
"""Bytes of one table."""


def text(value: str) -> str:
    """Any text that is not empty."""
    if not value:
        raise ValueError("is empty; allowed: text")
    return value


def optional_text(value: str) -> str:
    """Any text."""
    return value


def count(value: str) -> float:
    """A number that is not negative."""
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"{value!r} is no number") from None
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{value!r} is not possible; allowed: a number of at least 0")
    return number


def number(value: str) -> float:
    """Any finite number."""
    try:
        read = float(value)
    except ValueError:
        raise ValueError(f"{value!r} is no number") from None
    if not math.isfinite(read):
        raise ValueError(f"{value!r} is not finite")
    return read


def year(value: str) -> int:
    """A calendar year."""
    if not value.isdigit() or not 1900 <= int(value) <= 2200:
        raise ValueError(f"{value!r} is no year between 1900 and 2200")
    return int(value)


def optional_day(value: str) -> date | None:
    """A date such as 2022-08-02, or nothing."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is no date such as 2022-08-02") from None


def read_csv(
    path: Path, columns: Mapping[str, Callable[[str], Any]], key: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Rows of a CSV file with the given columns (others are ignored); ``key``: columns that must not repeat."""
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise InputError("is too large", where=str(path), allowed=f"at most {LARGEST_TABLE:,} bytes")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for column in columns:
                if column not in (reader.fieldnames or ()):
                    raise InputError(
                        f"has no column {column!r}", where=str(path), nearest=nearest_name(column, reader.fieldnames or ()),
                        allowed=", ".join(columns),
                    )  # fmt: skip
            rows = [_row(path, reader.line_num, row, columns) for row in reader]
    except FileNotFoundError:
        raise InputError("there is no such table", where=str(path)) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start})", where=str(path), allowed="CSV, saved as UTF-8"
        ) from None
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", where=str(path)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from None
    seen = set()
    for row in rows if key else ():
        entry = tuple(row[column] for column in key)
        if entry in seen:
            raise InputError(
                f"{', '.join(map(str, entry))} stands there twice",
                where=str(path),
                allowed=f"one row for each {', '.join(key)}",
            )
        seen.add(entry)
    return rows


def _row(
    path: Path, line: int, row: Mapping[str, str | None], columns: Mapping[str, Callable[[str], Any]]
) -> dict[str, Any]:
    out = {}
    for column, parse in columns.items():
        try:
            out[column] = parse((row[column] or "").strip())
        except ValueError as error:
            raise InputError(str(error), where=f"{path}: line {line}, column {column}") from None
    return out


def read_toml_table(path: Path, table: str) -> dict[str, dict[str, Any]]:
    """The named table of a TOML file: name -> row."""
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise InputError("there is no such table", where=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is not TOML: {error}", where=str(path)) from None
    rows = content.get(table)
    if not isinstance(rows, dict) or not rows or not all(isinstance(row, dict) for row in rows.values()):
        raise InputError(f"has no table [{table}.NAME]", where=str(path), nearest=nearest_name(table, content))
    return rows


def checked(row: Mapping[str, Any], keys: Mapping[str, type | tuple[type, ...]], where: str) -> None:
    """Check keys and types of a TOML row."""
    for key, kind in keys.items():
        if key not in row:
            raise InputError(f"has no {key!r}", where=where, nearest=nearest_name(key, row), allowed=", ".join(keys))
        if not isinstance(row[key], kind) or isinstance(row[key], bool):
            raise InputError(f"{key} = {row[key]!r} has the wrong type", where=where)
