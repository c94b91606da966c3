"""A difference of two runs as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..comparing.wording import paragraphs
from ..results.changes import value_text

if TYPE_CHECKING:
    from ..results.changes import Change
    from .difference import Difference, Run


def settings_lines(difference: Difference) -> list[str]:
    """Runs, settings, measures, program and data, a difference a line."""
    said = [_run_line("a", difference.a), _run_line("b", difference.b), ""]
    said += _section("Settings", difference.settings)
    measures = difference.measures
    if not measures.any:
        said.append("Measures: the same.")
    else:
        said.append("Measures:")
        said += [f"  {name}: added" for name in measures.added]
        said += [f"  {name}: removed" for name in measures.removed]
        for name, found in measures.changed.items():
            said += [f"  {name}.{line}" for line in map(change_line, found)]
    for part, found in difference.made_by.items():
        said += _section(part.capitalize(), found)
    return said


def result_lines(difference: Difference) -> list[str]:
    """What is said below the table of results."""
    comparison = difference.comparison
    if difference.same_series:
        return ["Results: the series are the same to the last bit."]
    same = sum(row.identical for row in comparison.rows)
    said = [difference.luck, f"{len(comparison.rows) - same:,} of {len(comparison.rows):,} compared values differ."]
    said += [line for scenario in comparison.scenarios for line in paragraphs(comparison, scenario)]
    return [*said, *(f"Note: {note}." for note in comparison.notes)]


def change_line(change: Change) -> str:
    """A key with both values."""
    return f"{change.key}: {value_text(change.a)} -> {value_text(change.b)}"


def _run_line(letter: str, run: Run) -> str:
    seed = f"{run.replicates} replicates, seed {run.seed}, version {run.version}, scenario {run.sha256[:12]}"
    return f"{letter}: {run.folder} ({run.scenario}; {seed})"


def _section(title: str, found: Iterable[Change]) -> list[str]:
    changes = list(found)
    return [f"{title}:", *(f"  {change_line(change)}" for change in changes)] if changes else [f"{title}: the same."]
