"""What a lesson's file may say, typed: a state of a scenario to begin with, steps, a guess, a reveal, an exercise.

Every text is in all languages of `Text`, so that a file that lacks one cannot be read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from model.errors import InputError, as_written, kind_of, nearest_name
from model.parameters import Frozen, Number, Whole

NAME = re.compile(r"[a-z][a-z0-9-]*")
MOST_CONTROLS = 3
"""Controls in sight; the page keeps all others in its drawer."""
ON_GRID = 1e-9
"""How far a value may be from a step of its control, in steps."""


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError("must be small letters, digits and -, beginning with a letter")
    return text


def _written(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text.strip()


def _value(value: object) -> object:
    """Values are what a setting may be: number, true or false, date, text."""
    if isinstance(value, datetime) or not isinstance(value, bool | int | float | date | str):
        raise InputError(
            f"{as_written(value)} is {kind_of(value)}", allowed="a number, true or false, a date or a text"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be finite")
    return value


Name = Annotated[str, AfterValidator(_name)]
Words = Annotated[str, AfterValidator(_written)]
Value = Annotated[Any, BeforeValidator(_value)]
Years = tuple[Whole, Whole]
Language = Literal["en", "ru", "zh"]


class Text(Frozen):
    """The same words in every language of the page."""

    en: Words = Field(description="English")
    ru: Words = Field(description="Russian")
    zh: Words = Field(description="Chinese, simplified characters")


class Choice(Frozen):
    """A value that a control may take."""

    value: Value = Field(description="Value of the settings")
    label: Text = Field(description="What a reader calls it")


class Control(Frozen):
    """Settings that a student changes together: a slider, or a choice of values (two of them are a switch)."""

    name: Name = Field(description="Short name, by which states set it")
    label: Text = Field(description="What a reader calls it")
    paths: tuple[str, ...] = Field(min_length=1, description="Dotted paths of settings of the scenario")
    start: Value = Field(description="Value at the beginning, and in every state that does not set it")
    min: Number | None = Field(None, description="Left end of the slider")
    max: Number | None = Field(None, description="Right end of the slider")
    step: Number | None = Field(None, gt=0.0, description="Step of the slider")
    choices: tuple[Choice, ...] = Field((), description="Values to choose from, instead of a slider")
    note: Text = Field(description="What is known of the size, and its range")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        ends = (self.min, self.max, self.step)
        if self.choices:
            if any(end is not None for end in ends):
                raise ValueError(f"control {self.name!r} must have choices, or min, max and step, not both")
            if len(self.choices) < 2:
                raise ValueError(f"control {self.name!r} must have at least two choices")
        elif any(end is None for end in ends):
            raise ValueError(f"control {self.name!r} must have choices, or min, max and step")
        elif self.min >= self.max:  # type: ignore[operator]
            raise ValueError(f"control {self.name!r} must have a max above its min")
        if len(set(self.paths)) < len(self.paths):
            raise ValueError(f"paths of {self.name!r} must not repeat")
        self.checked(self.start, "start")
        return self

    @property
    def values(self) -> tuple[Any, ...]:
        """Values that show whether it works: both ends of the slider, or all choices."""
        return tuple(choice.value for choice in self.choices) if self.choices else (self.min, self.max)

    def checked(self, value: object, where: str) -> object:
        """The value, if the control can take it. Raises `InputError`."""
        if self.choices:
            if not any(type(value) is type(other) and value == other for other in self.values):
                allowed = ", ".join(as_written(other) for other in self.values)
                raise InputError(f"{as_written(value)} is no choice of {self.name!r}", where=where, allowed=allowed)
            return value
        low, high, step = self.min, self.max, self.step
        assert low is not None and high is not None and step is not None
        inside = not isinstance(value, bool) and isinstance(value, int | float) and low <= value <= high
        if not inside or abs((value - low) / step - round((value - low) / step)) > ON_GRID:  # type: ignore[operator]
            raise InputError(
                f"{as_written(value)} is not possible for {self.name!r}", where=where,
                allowed=f"a number from {low:g} to {high:g} in steps of {step:g}",
            )  # fmt: skip
        return value


class Series(Frozen):
    """A line of the chart, or a column of the table alone."""

    name: Name = Field(description="Short name, by which the guess names it")
    indicator: str = Field(description="Name of an indicator of the series")
    pair: str = Field(description="Pair of blocs or countries; A>B where the order matters")
    label: Text = Field(description="What a reader calls it")
    aside: bool = Field(False, description="Whether it stands in the table only, not in the chart")


class State(Frozen):
    """What is on the screen."""

    set: dict[str, Value] = Field(default_factory=dict, description="Values of controls that are not at their start")
    year: Whole = Field(description="Year that the network is shown at")
    view: Literal["network", "chart"] = Field("chart", description="What is large")
    lucks: bool = Field(False, description="Whether the fan of many replicates is drawn, not one of them")
    keep: bool = Field(
        False, description="Whether the run that was on the screen stays as a grey line, if none does yet"
    )


class Step(State):
    """A step of the lesson: what to read, and the state that goes with it."""

    text: Text = Field(description="What to look at, or to do")


class Option(Frozen):
    """An answer to pick."""

    text: Text = Field(description="The answer")
    right: bool = Field(False, description="Whether it is the one that the model gives")


class Guess(Frozen):
    """The question before the reveal."""

    kind: Literal["pick", "draw"] = Field(description="Pick an answer, or draw the line")
    text: Text = Field(description="The question")
    series: Name = Field(description="The line that it is about")
    years: Years = Field(description="First and last year that are covered until the reveal")
    options: tuple[Option, ...] = Field((), description="Answers to pick from")
    picks: tuple[Number, ...] = Field(
        (0.5, 0.75, 1.0, 1.25),
        min_length=2,
        max_length=6,
        description="Of a line: factors of its last known value, for those who pick rather than draw; one is near what comes",
    )

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if self.years[0] >= self.years[1]:
            raise ValueError("years must be [first, last]")
        if self.kind == "draw" and self.options:
            raise ValueError("what is drawn has no options")
        if any(factor < 0.0 for factor in self.picks) or list(self.picks) != sorted(set(self.picks)):
            raise ValueError("picks must be from 0, each above the one before")
        if self.kind == "pick" and "picks" in self.model_fields_set:
            raise ValueError("picks belong to a line that is drawn; what is picked has options")
        if self.kind == "pick":
            if len(self.options) < 2:
                raise ValueError("to pick there must be at least two options")
            if sum(option.right for option in self.options) != 1:
                raise ValueError("exactly one option must be right")
        return self


class Finding(Frozen):
    """A figure that a sentence rests on: the mean over replicates and years, and bounds that it must keep to."""

    says: str = Field(min_length=1, description="What the figure is, in English")
    indicator: str = Field(description="Name of an indicator of the series")
    pair: str = Field(description="Pair of blocs or countries")
    years: Years = Field(description="First and last year of the mean")
    set: dict[str, Value] | None = Field(
        None, description="Values of controls; absent: those of the reveal or exercise"
    )
    of: Literal["value", "ratio", "difference"] = Field(
        "value", description="The mean itself, or held against another one: divided by it, or less it"
    )
    against_set: dict[str, Value] | None = Field(
        None, description="Values of controls of the other mean; absent: the same"
    )
    against_years: Years | None = Field(None, description="Years of the other mean; absent: the same")
    low: Number = Field(description="Smallest value that the sentence allows")
    high: Number = Field(description="Largest value that the sentence allows")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in ("years", "against_years"):
            span = getattr(self, name)
            if span is not None and span[0] > span[1]:
                raise ValueError(f"{name} must be [first, last]")
        if self.low > self.high:
            raise ValueError("low must not be above high")
        against = self.against_set is not None or self.against_years is not None
        if against == (self.of == "value"):
            raise ValueError("against_set or against_years belongs to a ratio or a difference, and to nothing else")
        return self


class Reveal(State):
    """What the model shows."""

    sentence: Text = Field(description="What it shows, in a sentence or two")
    because: Text = Field(description="Why, in terms of the model")
    findings: tuple[Finding, ...] = Field(min_length=1, description="The figures that the sentence rests on")


class Exercise(State):
    """A task for the student, with its solution; the state is that of the solution."""

    text: Text = Field(description="The task")
    solution: Text = Field(description="The solution")
    commands: tuple[str, ...] = Field((), description="Commands that show it without the page")
    findings: tuple[Finding, ...] = Field(min_length=1, description="The figures that the solution rests on")


class Lesson(Frozen):
    """A lesson, as its file says it."""

    version: Literal[1] = Field(description="Version of the format")
    name: Name = Field(description="Short name, that of the file")
    awaiting_native_reader: tuple[Language, ...] = Field(
        description="Languages whose texts no native reader has read yet; the page says so"
    )
    title: Text = Field(description="Title")
    question: Text = Field(description="The question that stands above the page")
    goal: Text = Field(description="What a student can say afterwards")
    minutes: Whole = Field(ge=5, le=90, description="Minutes that it takes in class")
    scenario: str = Field(description="Name of a packaged scenario")
    seed: Whole = Field(1, ge=0, le=2**32 - 1, description="Seed of the runs")
    lucks: Whole = Field(20, ge=2, le=100, description="Replicates of the fan")
    years: Years = Field(description="First and last year of the chart")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the scenario that hold throughout, by dotted path"
    )
    controls: tuple[Control, ...] = Field(min_length=1, max_length=MOST_CONTROLS, description="Controls in sight")
    series: tuple[Series, ...] = Field(
        min_length=2, max_length=4, description="Lines of the chart, columns of the table"
    )
    steps: tuple[Step, ...] = Field(min_length=1, description="Steps before the guess, in their order")
    guess: Guess = Field(description="The question before the reveal")
    reveal: Reveal = Field(description="What the model shows")
    exercise: Exercise = Field(description="A task for the student")
    caution: Text = Field(description="What the model cannot say about it")
    sources: tuple[Words, ...] = Field(min_length=1, description="Sources and pages to read on")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _unique("controls", [control.name for control in self.controls])
        _unique("paths of controls", [path for control in self.controls for path in control.paths])
        _unique("series", [series.name for series in self.series])
        if self.years[0] >= self.years[1]:
            raise ValueError("years must be [first, last]")
        known = [series.name for series in self.series if not series.aside]
        if self.guess.series not in known:
            raise InputError(
                f"guess: the chart has no series {as_written(self.guess.series)}", allowed=", ".join(known),
                nearest=nearest_name(self.guess.series, known),
            )  # fmt: skip
        for where, years in (("guess.years", self.guess.years), *self._shown()):
            if years[0] < self.years[0] or years[1] > self.years[1]:
                raise ValueError(f"{where} must be inside the years of the chart, {self.years[0]} to {self.years[1]}")
        for where, values in self.settings_of_controls():
            self.values(values, where)
        return self

    def _shown(self) -> list[tuple[str, Years]]:
        states = [*((f"steps, entry {n + 1}", step) for n, step in enumerate(self.steps)), *self._ends()]
        return [(f"{where}: year", (state.year, state.year)) for where, state in states]

    def _ends(self) -> tuple[tuple[str, Reveal | Exercise], ...]:
        return (("reveal", self.reveal), ("exercise", self.exercise))

    def settings_of_controls(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Where a state or a finding sets controls, and the values that it sets."""
        found: list[tuple[str, Mapping[str, Any]]] = [
            (f"steps, entry {n + 1}: set", step.set) for n, step in enumerate(self.steps)
        ]
        for where, end in self._ends():
            found.append((f"{where}.set", end.set))
            for n, finding in enumerate(end.findings):
                found += [(f"{where}.findings, entry {n + 1}: set", finding.set or {})]
                found += [(f"{where}.findings, entry {n + 1}: against_set", finding.against_set or {})]
        return found

    def values(self, chosen: Mapping[str, Any], where: str = "set") -> dict[str, Any]:
        """Value of every control in a state that sets some of them. Raises `InputError`."""
        known = {control.name: control for control in self.controls}
        for name in chosen:
            if name not in known:
                raise InputError(
                    f"{where}: there is no control {as_written(name)}", allowed=", ".join(known),
                    nearest=nearest_name(name, known),
                )  # fmt: skip
        checked = {name: known[name].checked(value, f"{where}.{name}") for name, value in chosen.items()}
        return {name: checked.get(name, control.start) for name, control in known.items()}

    def settings_at(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Settings of the scenario, dotted path -> value, in a state that sets some controls. Raises `InputError`."""
        values = self.values(chosen)
        of_controls = {path: values[control.name] for control in self.controls for path in control.paths}
        return {**self.settings, **of_controls}


def _unique(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} must have different names; {name!r} stands there twice")
        seen.add(name)
