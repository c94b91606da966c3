"""Reading one CSV or TOML file into checked rows; every fault names file, line and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import InputError, as_written, kind_of, nearest_name
from ..toml import read_toml

LARGEST_TABLE = 200_000_000
"""Bytes of one table."""


# Parsers of cells; they raise `InputError`, to which `read_csv` adds file, line and column.


def text(value: str) -> str:
    """Any text that is not empty."""
    if not value:
        raise InputError("is empty", allowed="text")
    if not value.isprintable():
        raise InputError(f"{as_written(value)} holds characters that cannot be printed", allowed="text")
    return value


def optional_text(value: str) -> str:
    """Any text."""
    return value


def count(value: str) -> float:
    """A number that is not negative."""
    return _number(value, 0.0, "a number of at least 0")


def number(value: str) -> float:
    """Any finite number."""
    return _number(value, -math.inf, "a number")


def _number(value: str, least: float, allowed: str) -> float:
    try:
        read = float(value)
    except ValueError:
        raise InputError(f"{as_written(value)} is no number", allowed=f"{allowed} such as 1234.5") from None
    if not math.isfinite(read) or read < least:
        raise InputError(f"{value} is {'negative' if math.isfinite(read) else 'not finite'}", allowed=allowed)
    return read


def year(value: str) -> int:
    """A calendar year."""
    if not value.isdecimal() or len(value) != 4 or not 1900 <= int(value) <= 2200:
        raise InputError(f"{as_written(value)} is no year", allowed="a year from 1900 to 2200")
    return int(value)


def optional_day(value: str) -> date | None:
    """A date such as 2022-08-02, or nothing."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InputError(f"{as_written(value)} is no date", allowed="a date such as 2022-08-02") from None


def read_csv(
    path: Path, columns: Mapping[str, Callable[[str], Any]], key: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Rows of a CSV file with the given columns (others are ignored); ``key``: columns that must not repeat."""
    where = str(path)
    try:
        size = path.stat().st_size
        if not path.is_file():  # a folder has no rows, a device or a pipe may have no end
            raise InputError("is not a regular file", where=where, allowed="a CSV file")
        if size > LARGEST_TABLE:
            raise InputError(f"has {size:,} bytes", where=where, allowed=f"at most {LARGEST_TABLE:,}")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_header(where, list(reader.fieldnames or ()), columns)
            rows = [_row(where, reader.line_num, row, columns) for row in reader]
    except FileNotFoundError:
        raise InputError("there is no such table", where=where) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=where, allowed="CSV, saved as UTF-8") from None
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", where=f"{where}: line {reader.line_num}") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=where) from None
    seen = set()
    for row in rows if key else ():
        entry = tuple(row[column] for column in key)
        if entry in seen:
            raise InputError(
                f"{', '.join(map(str, entry))} stands there twice",
                where=where,
                allowed=f"one row for each {', '.join(key)}",
            )
        seen.add(entry)
    return rows


def _lacks(what: str, name: str, found: Iterable[str]) -> str:
    """What is missing, and what was perhaps written in its place."""
    near = nearest_name(name, found)
    return f"has no {what}{name!r}{f', but {near!r}' if near else ''}"


def _check_header(where: str, header: list[str], columns: Mapping[str, object]) -> None:
    for column in columns:
        if column not in header:
            other = [sign for sign in (";", "\t") if len(header) == 1 and sign in header[0]]
            found = f"cells are separated by {as_written(other[0])}" if other else _lacks("column ", column, header)
            raise InputError(
                found, where=where,
                allowed=f"cells separated by commas, with the columns {', '.join(columns)}",
            )  # fmt: skip


def _row(
    where: str, line: int, row: Mapping[str, str | None], columns: Mapping[str, Callable[[str], Any]]
) -> dict[str, Any]:
    if None in row:
        raise InputError(
            "has more cells than the header", where=f"{where}: line {line}",
            allowed='as many as the header; a text with a comma stands in "quotes"',
        )  # fmt: skip
    out = {}
    for column, parse in columns.items():
        try:
            out[column] = parse((row[column] or "").strip())
        except InputError as error:
            place = f"{where}: line {line}, column {column}"
            raise InputError(error.message, where=place, allowed=error.allowed) from None
    return out


def read_toml_table(path: Path, table: str) -> dict[str, dict[str, Any]]:
    """The named table of a TOML file: name -> row."""
    content = read_toml(path)
    rows = content.get(table)
    if not isinstance(rows, dict) or not rows or not all(isinstance(row, dict) for row in rows.values()):
        message = _lacks("table ", table, set(content) - {table})
        raise InputError(message, where=str(path), allowed=f"[{table}] with one table for each")
    return rows


TYPES = {str: "text, in quotes", float: "a number", list: "a list"}
"""Types of the values of a TOML row, in words."""


def checked(row: Mapping[str, Any], keys: Mapping[str, type], where: str) -> None:
    """Check keys and types of a TOML row; whole numbers are numbers as well."""
    for key, kind in keys.items():
        if key not in row:
            raise InputError(_lacks("", key, set(row) - set(keys)), where=where, allowed=", ".join(keys))
        value = row[key]
        fits = isinstance(value, (float, int)) if kind is float else isinstance(value, kind)
        if not fits or isinstance(value, bool):
            raise InputError(f"{as_written(value)} is {kind_of(value)}", where=f"{where}.{key}", allowed=TYPES[kind])


def within(row: Mapping[str, Any], key: str, low: float, high: float, where: str) -> None:
    """Check that a number of a TOML row lies in a range."""
    if not low <= row[key] <= high:  # false for nan as well
        raise InputError(
            f"{as_written(row[key])} is out of range", where=f"{where}.{key}", allowed=f"a number from {low} to {high}"
        )
