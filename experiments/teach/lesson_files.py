"""Lessons as files: which there are, what is wrong with one, and whether the model can play it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from model.errors import InputError, as_written
from model.scenario.loading import load_scenario
from model.toml import read_toml

from ..sweeping.faults import fault, moved
from .lesson import Lesson

if TYPE_CHECKING:
    from model.scenario import Scenario

    from ..sweeping.schema import Outcome

FOLDER = Path(__file__).with_name("lessons")
"""The packaged lessons, one file each."""
LARGEST = 200_000
"""Bytes of a file."""
ORDER = (
    "what-sanctions-do",
    "why-ties-do-not-come-back",
    "does-china-replace-the-west",
    "who-leads",
    "which-channel-for-its-money",
    "risk-of-secondary-sanctions",
)
"""The packaged lessons as a course takes them; others follow by name."""
MOST_UNITS = 2
"""Units of a chart's lines: it has an axis on the left and one on the right."""
SOURCE = "override"
"""How errors of `load_scenario` name a setting that is from no file."""


def packaged_lessons() -> dict[str, Path]:
    """Name -> file of the packaged lessons, in the order of a course."""
    files = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    return {name: files[name] for name in (*ORDER, *(name for name in files if name not in ORDER)) if name in files}


def read_lesson(path: Path) -> Lesson:
    """Read a lesson and check it by itself. Raises `InputError`, with file and key."""
    content = read_toml(path, LARGEST)
    if "version" not in content:
        raise InputError("has no version", where=f"{path}: version", allowed="version = 1")
    content = {**content, "settings": dict(flat(content.get("settings", {})))} if _has_settings(content) else content
    try:
        lesson = Lesson.model_validate(content)
    except ValidationError as error:
        raise fault(error, content, str(path), Lesson) from None
    if lesson.name != path.stem:
        raise InputError(
            f"{as_written(lesson.name)} is not the name of the file", where=f"{path}: name", allowed=path.stem
        )
    return lesson


def check_lesson(lesson: Lesson, where: str) -> Scenario:
    """Raise `InputError` unless the scenario takes every state of the lesson and gives all its series and findings.

    ``where`` names the lesson's file. Returns the scenario at the beginning of the lesson.
    """
    from model.recording import INDICATORS

    from ..sweeping.schema import Outcome

    def loaded(chosen: Mapping[str, Any], at: str) -> Scenario:
        try:
            return load_scenario(lesson.scenario, lesson.settings_at(chosen))
        except InputError as error:
            inner = error.where.removeprefix(SOURCE).strip()
            raise moved(error, f"{where}: {at}", f"{inner}: " if inner else "") from None

    base = loaded({}, "scenario")
    for control in lesson.controls:
        for value in control.values:
            loaded({control.name: value}, f"controls.{control.name}")
    for at, chosen in lesson.settings_of_controls():
        loaded(chosen, at)
    for series in lesson.series:
        line = Outcome(indicator=series.indicator, pair=series.pair, years=lesson.years)
        _check_figure(line, base, f"{where}: series.{series.name}", {"years": f"{where}: years"})
    units = list(dict.fromkeys(INDICATORS[series.indicator][0] for series in lesson.series if not series.aside))
    if len(units) > MOST_UNITS:
        raise InputError(
            f"the chart would need {len(units)} axes: {', '.join(units)}", where=f"{where}: series",
            allowed=f"series of {MOST_UNITS} units",
        )  # fmt: skip
    for end, findings in (("reveal", lesson.reveal.findings), ("exercise", lesson.exercise.findings)):
        for number, finding in enumerate(findings):
            at = f"{where}: {end}.findings, entry {number + 1}"
            figure = Outcome(
                indicator=finding.indicator, pair=finding.pair, years=finding.years, relative_to=finding.against_years
            )
            _check_figure(figure, base, at, {"relative_to": f"{at}: against_years"})
    return base


def _check_figure(figure: Outcome, scenario: Scenario, where: str, elsewhere: Mapping[str, str]) -> None:
    """A series of every year, of a pair that there is, inside the run; ``elsewhere``: keys that stand in another place."""
    from model.recording import INDICATORS

    from ..sweeping.outcomes import check_names, check_years

    def place(key: str) -> str:
        return elsewhere.get(key, f"{where}: {key}")

    check_names(figure, scenario, place)
    check_years(figure, scenario, place)
    if figure.indicator not in INDICATORS:
        raise InputError(
            f"{as_written(figure.indicator)} is no series of every year", where=place("indicator"),
            allowed=", ".join(INDICATORS),
        )  # fmt: skip


def flat(table: object, before: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted path -> value of nested tables; anything that is no table is a value."""
    if not isinstance(table, dict):
        return
    for key, value in table.items():
        path = f"{before}{key}"
        if isinstance(value, dict):
            yield from flat(value, f"{path}.")
        else:
            yield path, value


def _has_settings(content: dict[str, Any]) -> bool:
    return isinstance(content.get("settings"), dict)
