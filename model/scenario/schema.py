"""What a scenario file may say, typed. The JSON Schema, the validation and the documentation come from here."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any, Literal, Self

import tomli_w
from pydantic import Field, field_validator, model_validator

from ..errors import InputError, as_written
from ..parameters import Frozen, Number, Parameters, Whole
from .measure import Measure, meta
from .values import MeasureName, QuarterDay, ShortName, Version


class TimeSettings(Frozen):
    """When the run begins, from when it is shown, and when it ends. All on the first day of a quarter."""

    start: QuarterDay = Field(
        date(1976, 1, 1), description="Start of the run, well before it is shown", json_schema_extra=meta("date")
    )
    show_from: QuarterDay = Field(
        date(1996, 1, 1), description="First day that is shown", json_schema_extra=meta("date")
    )
    end: QuarterDay = Field(date(2024, 1, 1), description="First day after the run", json_schema_extra=meta("date"))

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.show_from < self.start:
            raise InputError(
                f"{self.show_from} comes before the start", where="show_from", allowed=f"{self.start} or later"
            )
        if self.end <= self.show_from:
            raise InputError(
                f"{self.end} does not come after show_from", where="end", allowed=f"a date after {self.show_from}"
            )
        return self


class WorldSettings(Frozen):
    """Which world is built, and how finely."""

    institutions: Whole = Field(
        600, ge=20, le=200_000, description="Resolution: institutions in all", json_schema_extra=meta("institutions")
    )
    seed: Whole = Field(
        2026,
        ge=0,
        le=2**32 - 1,
        description="Seed of the world: portfolios and standings of institutions",
        json_schema_extra=meta("1"),
    )
    floor: Whole = Field(
        4, ge=1, le=1000, description="Fewest institutions of a country", json_schema_extra=meta("institutions")
    )
    data: str = Field(
        "", description="Folder of the user's own tables; empty: the packaged ones", json_schema_extra=meta("path")
    )


class RunSettings(Frozen):
    """How often, with which luck, by which engine."""

    replicates: Whole = Field(20, ge=1, le=100_000, description="Replicates", json_schema_extra=meta("runs"))
    seed: Whole | None = Field(
        None, ge=0, le=2**32 - 1, description="Seed; drawn and recorded when absent", json_schema_extra=meta("1")
    )
    engine: Literal["fast", "plain", "twin"] = Field(
        "fast", description="Engine of the process; all sample the same one"
    )
    ensemble: bool = Field(
        False,
        description="Whether each replicate runs with a set of parameters of the ensemble that was fitted with the calibration, where there is one",
        strict=True,
    )


class RecordSettings(Frozen):
    """What is kept."""

    every: Literal["year", "quarter"] = Field("year", description="Length of a period of the series")
    snapshots: tuple[QuarterDay, ...] = Field(
        (), description="Dates within the run at which the network is kept", json_schema_extra=meta("dates")
    )
    decisions: bool = Field(False, description="Whether every proposal, answer and end is kept", strict=True)


class CountryGrowth(Frozen):
    """Growth of a country's inputs after its data end, or after a year from which it is held."""

    publications: Number = Field(
        0.0, ge=-0.5, le=0.5, description="Growth of publications", json_schema_extra=meta("log per year", "assumed")
    )
    capability_level: Number = Field(
        0.0,
        ge=-0.5,
        le=0.5,
        description="Growth of what inputs allow",
        json_schema_extra=meta("log units per year", "assumed"),
    )
    held_after: Whole | None = Field(
        None,
        ge=1950,
        le=2200,
        description="Last year in which publications and what inputs allow grow, data or not; for counterfactuals",
        json_schema_extra=meta("year"),
    )
    range: tuple[Number, Number] | None = Field(
        None, description="Range of the growth of publications, to be run", json_schema_extra=meta("log per year")
    )
    source: str = Field("", description="Where the growth comes from")

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.range is not None and not self.range[0] <= self.publications <= self.range[1]:
            raise InputError(
                f"{as_written(self.range)} does not hold the growth of publications, {self.publications:g}", where="range",
                allowed="[low, high] around it",
            )  # fmt: skip
        return self


class InputSettings(Frozen):
    """How national inputs go on where data end."""

    damping: Number = Field(
        0.85,
        ge=0,
        le=1,
        description="What is left of the last growth after a year",
        json_schema_extra=meta("1/year", "assumed"),
    )
    growth: dict[str, CountryGrowth] = Field(
        default_factory=dict, description="Growth by country code, instead of the damped one"
    )


class Scenario(Frozen):
    """A scenario, resolved: nothing is left to look up."""

    version: Version = Field(description="Version of the format")
    name: ShortName = Field(description="Short name; the file's stem when absent")
    title: str = Field("", description="Title")
    question: str = Field("", description="The question that it asks")
    compare_years: tuple[Whole, Whole, Whole, Whole] = Field(
        (2019, 2021, 2022, 2023), description="Years before, and years after, that the summary compares", json_schema_extra=meta("years"))  # fmt: skip
    time: TimeSettings = Field(default_factory=TimeSettings, description="Dates of the run")
    world: WorldSettings = Field(default_factory=WorldSettings, description="The world")
    run: RunSettings = Field(default_factory=RunSettings, description="Replicates, seed, engine")
    record: RecordSettings = Field(default_factory=RecordSettings, description="What is kept")
    inputs: InputSettings = Field(default_factory=InputSettings, description="National inputs beyond the data")
    parameters: Parameters = Field(default_factory=Parameters, description="Parameters of the model")
    measures: dict[MeasureName, Measure] = Field(default_factory=dict, description="Measures by short name")

    @field_validator("compare_years")
    @classmethod
    def _in_order(cls, years: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        first, last, then, until = years
        if not first <= last < then <= until:
            raise InputError(
                f"{as_written(years)} are not in order",
                allowed="[first and last year before, first and last year after], such as [2019, 2021, 2022, 2023]",
            )
        return years

    def to_dict(self) -> dict[str, Any]:
        """The whole scenario as TOML types; absent values are left out."""
        return self.model_dump(mode="python", by_alias=True, exclude_none=True)

    def to_toml(self) -> str:
        """The resolved scenario as TOML; it loads back to an equal scenario."""
        question = " ".join("".join(c if c.isprintable() else " " for c in self.question).split())
        comment = f"# {question}\n\n" if question else ""
        return comment + tomli_w.dumps(_listed(self.to_dict()))

    def content_hash(self) -> str:
        """sha256 of the resolved content."""
        text = json.dumps(self.to_dict(), sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _listed(value: Any) -> Any:
    """TOML has arrays, no tuples."""
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_listed(item) for item in value]
    return value


BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def _bounded(entry: Any) -> Any:
    """Bounds under their names in JSON Schema; pydantic leaves its own where a value may be absent."""
    if isinstance(entry, dict):
        return {BOUNDS.get(k, k) if isinstance(v, int | float) else k: _bounded(v) for k, v in entry.items()}
    return [_bounded(item) for item in entry] if isinstance(entry, list) else entry


def json_schema() -> dict[str, Any]:
    """JSON Schema of scenario files, with unit, range, source and status of every value, for editors and pages."""
    schema: dict[str, Any] = _bounded(Scenario.model_json_schema(by_alias=True))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Comity scenario"
    schema["properties"]["extends"] = {"type": "string", "description": "Scenario that this one changes"}
    schema["required"] = ["version"]
    del schema["$defs"]["Measure"]["required"]  # a file that extends another one says only what it changes
    return schema
