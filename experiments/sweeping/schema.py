"""What a sweep file may say, typed: a base scenario, axes of settings, and the outcomes that are kept."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from model.parameters import Frozen, Whole

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
COLUMNS = ("point", "replicate", "outcome", "value", "median", "low", "high", "unit", "replicates", "date")
"""Names that columns of the tables have, so that no axis may."""
NUMBERS_ONLY = ("start", "end", "strength", "since")
"""Names that columns of numbers have in all tables of results."""
MOST_POINTS = 2_000
"""Design points of one sweep."""


def _level(value: object) -> object:
    """Levels are what a setting may be: number, true or false, date, text."""
    if isinstance(value, datetime) or not isinstance(value, bool | int | float | date | str):
        raise ValueError("must be a number, true or false, a date or a text")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be finite")
    return value


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "number", float: "number", str: "text"}
    return names.get(type(value), "date")


Level = Annotated[Any, BeforeValidator(_level)]
Years = tuple[Whole, Whole]


class Axis(Frozen):
    """Settings that take the same level together."""

    name: str = Field(description="Short name, a column of the tables")
    title: str = Field("", description="What a reader calls it")
    paths: tuple[str, ...] = Field(min_length=1, description="Dotted paths of settings of the scenario")
    levels: tuple[Level, ...] = Field(min_length=1, description="Values that the settings take, one after the other")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name {self.name!r} must be letters, digits, - and _, beginning with a letter")
        if len(set(self.paths)) < len(self.paths):
            raise ValueError(f"paths of {self.name!r} must not repeat")
        kinds = {_kind(level) for level in self.levels}
        if len(kinds) > 1:
            raise ValueError(f"levels of {self.name!r} must be of one kind, not {' and '.join(sorted(kinds))}")
        if len(set(self.levels)) < len(self.levels):
            raise ValueError(f"levels of {self.name!r} must not repeat")
        if self.name in COLUMNS or (self.name in NUMBERS_ONLY and kinds != {"number"}):
            raise ValueError(f"name {self.name!r} is that of a column of the tables; choose another")
        return self


class Outcome(Frozen):
    """An indicator of a pair, the mean over some years, by itself or as a change against the mean of other years."""

    name: str = Field("", description="What a reader calls it; made from the rest when absent")
    indicator: str = Field(description="Name of an indicator")
    pair: str = Field("World", description="Pair of blocs or countries; World for indicators of the whole network")
    years: Years = Field(description="First and last year of the mean")
    relative_to: Years | None = Field(None, description="First and last year of the mean that it is compared with")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in ("years", "relative_to"):
            span = getattr(self, name)
            if span is not None and span[0] > span[1]:
                raise ValueError(f"{name} must be [first, last]")
        return self

    @property
    def label(self) -> str:
        """The name, or one made from the rest."""
        against = f" against {_years(self.relative_to)}" if self.relative_to else ""
        return self.name or f"{self.indicator} {self.pair} {_years(self.years)}{against}"


def _years(span: Years) -> str:
    return f"{span[0]}-{span[1]}" if span[0] < span[1] else str(span[0])


class SweepFile(Frozen):
    """A sweep, as its file says it."""

    version: Literal[1] = Field(description="Version of the format")
    name: str = Field("", description="Short name; the file's stem when absent")
    title: str = Field("", description="Title")
    question: str = Field("", description="The question that it asks")
    scenario: str = Field(description="Name or path of the base scenario")
    replicates: Whole | None = Field(
        None, ge=1, le=100_000, description="Replicates of each design point; absent: the scenario's"
    )
    seed: Whole | None = Field(
        None, ge=0, le=2**32 - 1, description="Seed, the same at all design points; absent: the scenario's, or drawn"
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the scenario that the sweep changes everywhere"
    )
    axes: tuple[Axis, ...] = Field(min_length=1, description="Settings that are varied, all combinations")
    outcomes: tuple[Outcome, ...] = Field(min_length=1, description="What is kept of each replicate")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        _unique("axes", [axis.name for axis in self.axes])
        _unique("paths of axes", [path for axis in self.axes for path in axis.paths])
        _unique("outcomes", [outcome.label for outcome in self.outcomes])
        points = math.prod(len(axis.levels) for axis in self.axes)
        if points > MOST_POINTS:
            raise ValueError(f"the axes make {points:,} design points, more than {MOST_POINTS:,}")
        return self


def _unique(what: str, names: list[str]) -> None:
    repeated = [name for place, name in enumerate(names) if name in names[:place]]
    if repeated:
        raise ValueError(f"{what} must have different names; {repeated[0]!r} stands there twice")
