"""A step does what its docstring says, in that order."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from small_models import measure, model, scenario

from model.dynamics import contracts, events, fast, growth, output
from model.measures import Forces, Programmes
from model.partnership_model import PartnershipModel

PHASES: list[tuple[int, Any, str]] = [
    (1, Forces, "update"),
    (1, contracts, "review"),
    (2, growth, "drift"),
    (2, growth, "resize"),
    (2, growth, "learn"),
    (3, Programmes, "act"),
    (4, events, "open_stream"),
    (4, fast, "evolve"),
    (5, output, "expose"),
    (5, output, "publish"),
    (6, PartnershipModel, "_record"),
]
"""What the code calls in which phase."""

WORDS = {
    1: ("measures", "terms", "reviewed"),
    2: ("inputs", "sizes", "capabilities"),
    3: ("programmes", "calls", "plans", "founded"),
    4: ("form", "dissolve", "cut"),
    5: ("works", "started", "lag"),
    6: ("recorded",),
}


def documented() -> dict[int, str]:
    found = re.findall(r"^\s*(\d)\. (.+)$", PartnershipModel.step.__doc__ or "", re.MULTILINE)
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1))
    return {int(number): text.lower() for number, text in found}


def calls_of(act: Callable[[], object]) -> list[tuple[int, str]]:
    """Phases and functions in the order in which they are called."""
    seen: list[tuple[int, str]] = []

    def watched(phase: int, name: str, original: Any) -> Any:
        def call(*arguments: Any, **keywords: Any) -> Any:
            seen.append((phase, name))
            return original(*arguments, **keywords)

        return call

    with ExitStack() as stack:
        for phase, owner, name in PHASES:
            stack.enter_context(patch.object(owner, name, watched(phase, name, getattr(owner, name))))
        act()
    return seen


def test_docstring_numbers_the_phases_of_the_code() -> None:
    text = documented()
    assert set(text) == set(WORDS)
    for phase, words in WORDS.items():
        assert all(word in text[phase] for word in words), (phase, text[phase])


def test_a_quarter_goes_through_its_phases_in_order() -> None:
    running = model(scenario())
    for _ in range(3):
        called = calls_of(lambda: running.run_for(1))
        phases = [phase for phase, _ in called]
        assert phases == sorted(phases)
        assert {name for _, name in called} == {name for _, _, name in PHASES}
        assert [name for _, name in called if name != "evolve"] == [
            name for _, _, name in PHASES if name != "evolve"
        ]  # and each once; more room may be needed in the middle of phase 4


def test_the_date_of_a_measure_cuts_phase_four_and_repeats_nothing_else() -> None:
    running = model(scenario({"m": measure(date(2010, 5, 11), effects={"meeting": 0.5})}))
    running.run_for(1)
    called = [name for _, name in calls_of(lambda: running.run_for(1))]
    assert called == [
        "update", "review", "drift", "resize", "learn", "act", "open_stream", "evolve", "update", "evolve", "expose",
        "publish", "_record",
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "quarter"), [(date(2010, 4, 1), 1), (date(2010, 1, 1), 0)])
def test_a_measure_of_the_first_day_of_a_quarter_is_in_force_in_all_of_it(day: date, quarter: int) -> None:
    running = model(scenario({"m": measure(day, effects={"meeting": 0.5})}))
    levels: list[tuple[float, tuple[float, ...]]] = []
    original = fast.evolve

    def evolve(*arguments: Any) -> Any:
        levels.append((float(running.state.clock[0]), running.forces.levels))
        return original(*arguments)

    with patch.object(fast, "evolve", evolve):
        running.run_for(3)
    assert {time for time, level in levels if level == (1.0,)} == {2010.0 + 0.25 * k for k in range(quarter, 3)}
    assert {time for time, level in levels if level == ()} == {2010.0 + 0.25 * k for k in range(quarter)}
