"""What a sweep file may say, typed: a base scenario, factors, the design, and the outcomes that are kept."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from model.errors import InputError, as_written
from model.parameters import Frozen, Number, Whole

from .distributions import Distribution

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
COLUMNS = (
    "point", "replicate", "outcome", "value", "median", "low", "high", "unit", "replicates", "date", "run", "seed",
    "status", "reason", "scenario_sha256",
)  # fmt: skip
"""Names that columns of the tables have, so that no factor and no outcome may."""
NUMBERS_ONLY = ("start", "end", "strength", "since")
"""Names that columns of numbers have in all tables of results."""
MORRIS_LEVELS = 4
"""Levels of Morris's design where the file says none."""
MOST_POINTS = 1_000_000
"""Design points of one sweep."""
ASSUMED = "assumed"
"""In `range`: the range that the parameter table, or the scenario, gives."""


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


class Factor(Frozen):
    """What is varied: settings that take the same value together, or whole measures that are there or not."""

    name: str = Field(description="Short name, a column of the tables")
    title: str = Field("", description="What a reader calls it")
    role: Literal["uncertainty", "lever"] = Field(
        "uncertainty", description="Whether nobody chooses it, or somebody does"
    )
    paths: tuple[str, ...] = Field((), description="Dotted paths of settings of the scenario; or `measures`")
    measures: tuple[str, ...] = Field((), description="Measures that take place together, or not at all; or `paths`")
    levels: tuple[Level, ...] | None = Field(
        None, min_length=1, description="Values, one after the other; of measures: false and true when absent"
    )
    range: tuple[Number, Number] | Literal["assumed"] | None = Field(
        None, description='[low, high], all values alike; or "assumed", the range that goes with the setting'
    )
    scale: Literal["linear", "log"] = Field("linear", description="Scale on which the values of a range are alike")
    distribution: Distribution | None = Field(None, description="Distribution of the values, instead of a range")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name {self.name!r} must be letters, digits, - and _, beginning with a letter")
        self._check_what()
        self._check_values()
        numbers = self.levels is None or {_kind(level) for level in self.levels} == {"number"}
        own = _alike(self.name)
        if own in COLUMNS or (own in NUMBERS_ONLY and (self.measures or not numbers)):
            raise ValueError(f"name {self.name!r} is that of a column of the tables; choose another")
        return self

    def _check_what(self) -> None:
        if bool(self.paths) == bool(self.measures):
            raise ValueError(f"{self.name!r} must have either paths or measures, at least 1")
        for key in ("paths", "measures"):
            if len(set(getattr(self, key))) < len(getattr(self, key)):
                raise ValueError(f"{key} of {self.name!r} must not repeat")

    def _check_values(self) -> None:
        given = [key for key in ("levels", "range", "distribution") if getattr(self, key) is not None]
        if self.measures:
            if set(given) - {"levels"} or not all(isinstance(level, bool) for level in self.levels or ()):
                raise ValueError(f"levels of {self.name!r}, which is about measures, must be false and true")
        elif len(given) != 1:
            said = " and ".join(given) or "none"
            raise ValueError(f"{self.name!r} must have one of levels, range, distribution, not {said}")
        if self.levels is not None:
            kinds = {_kind(level) for level in self.levels}
            if len(kinds) > 1:
                raise ValueError(f"levels of {self.name!r} must be of one kind, not {' and '.join(sorted(kinds))}")
            if len(set(self.levels)) < len(self.levels):
                raise ValueError(f"levels of {self.name!r} must not repeat")
        if isinstance(self.range, tuple) and self.range[0] >= self.range[1]:
            raise InputError(
                f"{as_written(list(self.range))} is no range", where="range", allowed="[low, high], low below high"
            )
        if self.scale == "log" and (self.range is None or (isinstance(self.range, tuple) and self.range[0] <= 0.0)):
            raise ValueError(f"scale of {self.name!r} can be log only for a range above 0")

    @property
    def discrete(self) -> tuple[Any, ...] | None:
        """The levels, also where they are left out; None for a range or a distribution."""
        return (False, True) if self.measures and self.levels is None else self.levels

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the range, in numbers: one that is "assumed" has been looked up (`assumed.with_assumed_range`)."""
        if not isinstance(self.range, tuple):
            raise ValueError(f"{self.name} has no range in numbers")
        return self.range

    @property
    def settings(self) -> tuple[str, ...]:
        """Dotted paths of the settings that take the value."""
        return self.paths or tuple(f"measures.{name}.enabled" for name in self.measures)


KEYS_OF = {
    "grid": (),
    "one-at-a-time": (),
    "latin-hypercube": ("points",),
    "sobol": ("base",),
    "morris": ("trajectories",),
}
"""Keys that each kind of design needs."""
OPTIONS_OF = {"latin-hypercube": ("levers",), "sobol": ("second_order",), "morris": ("levels",)}
"""Further keys that a kind of design may have."""


class Design(Frozen):
    """Which combinations of values are run."""

    kind: Literal["grid", "one-at-a-time", "latin-hypercube", "sobol", "morris"] = Field(
        "grid", description="Kind of design"
    )
    points: Whole | None = Field(None, ge=1, description="Design points, latin-hypercube")
    base: Whole | None = Field(None, ge=1, description="Size N of the base sample, a power of two, sobol")
    second_order: bool | None = Field(
        None, description="Whether indices of pairs can be computed, sobol; true when absent", strict=True
    )
    levers: Literal["sampled", "crossed"] | None = Field(
        None,
        description="Whether levers are sampled as uncertainties are, or each of their combinations is run at every point of a"
        " sample of the uncertainties, latin-hypercube; sampled when absent",
    )
    trajectories: Whole | None = Field(None, ge=2, description="Trajectories, morris")
    levels: Whole | None = Field(None, ge=4, description="Levels of each factor, an even number, morris; 4 when absent")
    seed: Whole | None = Field(
        None, ge=0, le=2**32 - 1, description="Seed of the sample, apart from the luck of runs; 1 when absent"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed, options = KEYS_OF[self.kind], OPTIONS_OF.get(self.kind, ())
        for key in needed:
            if getattr(self, key) is None:
                raise ValueError(f"a {self.kind} design needs {key}")
        allowed = {"kind", *needed, *options, *(("seed",) if needed else ())}
        for key in type(self).model_fields:
            if key not in allowed and getattr(self, key) is not None:
                raise ValueError(f"a {self.kind} design has no {key}")
        if self.base is not None and self.base & (self.base - 1):
            power = 2 ** (self.base - 1).bit_length()
            raise InputError(
                f"{self.base} is no power of two", where="base", allowed=f"a power of two, such as {power}"
            )
        if self.levels is not None and self.levels % 2:
            raise InputError(
                f"{self.levels} is odd", where="levels", allowed=f"an even number, such as {self.levels + 1}"
            )
        return self

    @property
    def sampled(self) -> bool:
        """Whether the points are a sample."""
        return bool(KEYS_OF[self.kind])

    @property
    def crossed(self) -> bool:
        """Whether every combination of levers is run at every point of a sample of the uncertainties."""
        return self.levers == "crossed"


class Outcome(Frozen):
    """An indicator of a pair, the mean over some years, by itself or as a change against the mean of other years."""

    name: str = Field("", description="What a reader calls it; made from the rest when absent")
    indicator: str = Field(description="Name of an indicator")
    pair: str = Field("World", description="Pair of blocs or countries; World for indicators of the whole network")
    years: Years = Field(description="[first, last], the years of the mean")
    relative_to: Years | None = Field(None, description="[first, last], the years of the mean that it is compared with")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in ("years", "relative_to"):
            span = getattr(self, name)
            if span is not None and span[0] > span[1]:
                raise InputError(f"{as_written(list(span))} ends before it begins", where=name, allowed="[first, last]")
        if not self.label.strip():
            raise ValueError("name must not be blank")
        if _alike(self.label) in COLUMNS:
            raise ValueError(f"name {self.label!r} is that of a column of the tables; choose another")
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
    factors: tuple[Factor, ...] = Field(min_length=1, description="What is varied")
    design: Design = Field(default_factory=Design, description="Which combinations are run; all of them when absent")
    outcomes: tuple[Outcome, ...] = Field(min_length=1, description="What is kept of each replicate")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        factors, outcomes = [factor.name for factor in self.factors], [outcome.label for outcome in self.outcomes]
        _unique("factors", factors)
        _unique("settings of factors", [path for factor in self.factors for path in factor.settings])
        _unique("outcomes", outcomes)
        _unique("factors and outcomes, which are columns of one table,", [*factors, *outcomes])
        if self.design.kind == "grid":
            for factor in self.factors:
                if factor.discrete is None:
                    raise ValueError(f"a grid needs levels of every factor; {factor.name!r} has none")
        if self.design.crossed:
            self._check_crossing()
        points = self.points
        if points > MOST_POINTS:
            raise ValueError(f"the factors make {points:,} design points, more than {MOST_POINTS:,}")
        return self

    def _check_crossing(self) -> None:
        for role in ("lever", "uncertainty"):
            if all(factor.role != role for factor in self.factors):
                raise ValueError(
                    f"levers can be crossed with uncertainties only where there are both; there is no {role}"
                )
        for factor in self.factors:
            if factor.role == "lever" and factor.discrete is None:
                raise ValueError(f"a lever that is crossed needs levels; {factor.name!r} has none")

    @property
    def points(self) -> int:
        """Number of design points; of one factor at a time, those at most."""
        design, factors = self.design, len(self.factors)
        match design.kind:
            case "grid":
                return math.prod(len(factor.discrete or ()) for factor in self.factors)
            case "one-at-a-time":
                return 1 + sum(len(factor.discrete or (0, 1)) for factor in self.factors)
            case "latin-hypercube":
                crossed = [len(f.discrete or ()) for f in self.factors if f.role == "lever" and design.crossed]
                return int(design.points or 0) * math.prod(crossed)
            case "sobol":
                return int(design.base or 0) * ((2 if design.second_order is not False else 1) * factors + 2)
            case "morris":
                return int(design.trajectories or 0) * (factors + 1)


def _unique(what: str, names: list[str]) -> None:
    """Raise `ValueError` unless names differ, in more than capitals and outer spaces."""
    seen: dict[str, str] = {}
    for name in names:
        before = seen.get(_alike(name))
        if before == name:
            raise ValueError(f"{what} must have different names; {name!r} stands there twice")
        if before is not None:
            raise ValueError(
                f"{what} must have names that differ in more than capitals; {before!r} and {name!r} do not"
            )
        seen[_alike(name)] = name


def _alike(name: str) -> str:
    """What a name is compared by: SQL, and some file systems, take capitals and small letters for the same."""
    return name.strip().casefold()
