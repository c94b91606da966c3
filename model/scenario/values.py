"""Types of the values in scenario files: dates, names, the version."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from ..clock import is_quarter_start
from ..errors import InputError, as_written, kind_of

VERSION = 1
"""Version of the format of scenario files."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
"""Dates that a file may say."""


def _native_date(value: object) -> object:
    """Dates are written natively: 2022-02-24, without quotes and without a time of day."""
    if type(value) is not date:
        raise InputError(f"{as_written(value)} is {kind_of(value)}, not a date")
    if not FIRST_DAY <= value <= LAST_DAY:
        raise InputError(f"{value} is out of range", allowed=f"a date between {FIRST_DAY} and {LAST_DAY}")
    return value


def _quarter_start(value: date) -> date:
    """The grid of the model, and what lies on it."""
    if not is_quarter_start(value):
        raise InputError(
            f"{value} is not the first day of a quarter",
            allowed=", ".join(f"{value.year}-{month:02}-01" for month in (1, 4, 7, 10)),
        )
    return value


NAME = re.compile(r"[^\W_][\w .+()-]{0,99}(?<![ .])")


def _short_name(value: str) -> str:
    """Results go to a folder of this name."""
    if not NAME.fullmatch(value):
        raise InputError(
            f"{as_written(value)} is no name",
            allowed="a name such as my-scenario: letters, digits, spaces and - _ . + ( ), beginning with a letter or digit",
        )
    return value


MEASURE_NAME = re.compile(r"[\w-]{1,100}")


def _measure_name(value: str) -> str:
    """Dots separate keys in overrides."""
    if not MEASURE_NAME.fullmatch(value):
        raise InputError(f"{as_written(value)} is no name of a measure", allowed="letters, digits, - and _")
    return value


def _known_version(value: object) -> object:
    """The version is a whole number; true and 1.0 are none, although Python thinks so."""
    if type(value) is not int or value != VERSION:
        raise InputError(f"{as_written(value)} is not a version that this Comity reads", allowed=f"version = {VERSION}")
    return value


Day = Annotated[date, BeforeValidator(_native_date)]
QuarterDay = Annotated[date, BeforeValidator(_native_date), AfterValidator(_quarter_start)]
ShortName = Annotated[str, AfterValidator(_short_name)]
MeasureName = Annotated[str, AfterValidator(_measure_name)]
Version = Annotated[Literal[1], BeforeValidator(_known_version)]
