"""The table of parameters: complete rows, ranges that validation keeps, and no parameter that does nothing."""

from __future__ import annotations

import math
import tomllib
from datetime import date

import numpy as np
import pytest

from model.calibration import read_calibration
from model.errors import InputError
from model.numbers import term_weights
from model.parameters import Parameter, Parameters, parameter_table
from model.parameters.table import TABLE
from model.recording import ReplicateRecord
from model.scenario import load_scenario
from model.simulation import run_replicate
from model.world import build_world

ROWS = {row.name: row for row in parameter_table()}
FIXED = {"size.reference"}
"""Fixed by definition (MODEL 3): the range holds one value."""


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_complete(name: str) -> None:
    row = ROWS[name]
    assert row.unit and row.description and row.source
    assert row.status in {"measured", "calibrated", "assumed"}
    assert math.isfinite(row.default) and row.low <= row.default <= row.high
    assert (row.low == row.high) == (name in FIXED)
    # a source says where a number comes from; "none" is honest for assumed ones only
    assert row.source != "none" or row.status == "assumed"
    if row.status == "measured":
        assert ".csv" in row.source, "measured numbers name the table that they were measured in"


def test_names_are_used_once_and_defaults_of_calibrated_ones_stand_in_the_calibration() -> None:
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    assert sum(len(rows) for rows in content.values()) == len(ROWS) == len(parameter_table())
    fitted = read_calibration().parameters
    assert set(fitted) == {name for name, row in ROWS.items() if row.status == "calibrated"}
    assert all(ROWS[name].default == value for name, value in fitted.items())
    for group, rows in content.items():
        for key, row in rows.items():
            assert ("default" in row) == (row["status"] != "calibrated"), (group, key)


def test_the_typed_object_holds_the_defaults() -> None:
    parameters = Parameters()
    dumped = parameters.model_dump()
    assert {f"{group}.{key}": value for group, keys in dumped.items() for key, value in keys.items()} == {
        name: row.default for name, row in ROWS.items()
    }
    assert load_scenario("hindcast", {"world.institutions": 60}).parameters == parameters


@pytest.mark.parametrize("name", ROWS)
def test_the_range_is_kept(name: str) -> None:
    row, key = ROWS[name], f"parameters.{name}"
    for value in (row.low, row.high):
        group, _, last = name.partition(".")
        scenario = load_scenario("classroom", {key: value})
        assert getattr(getattr(scenario.parameters, group), last) == value
    for value, word in ((row.low - 1e-6, "too small"), (row.high + 1e-6, "too large"), (math.nan, "not finite")):
        with pytest.raises(InputError, match=word) as error:
            load_scenario("classroom", {key: value})
        assert key in error.value.where and row.description in error.value.allowed


def test_every_weight_of_a_term_reaches_the_kernels() -> None:
    """The three groups of weights name terms of the process, and each stands where its name says."""
    for group, places in (("formation", (0, 1)), ("acceptance", (1,)), ("maintenance", (2,))):
        for key in type(getattr(Parameters(), group)).model_fields:
            low = term_weights(Parameters.model_validate({group: {key: ROWS[f"{group}.{key}"].low}}))
            high = term_weights(Parameters.model_validate({group: {key: ROWS[f"{group}.{key}"].high}}))
            changed = {int(row) for row in np.nonzero(low != high)[0]}
            assert changed == set(places), f"{group}.{key}"


# --- no parameter does nothing -----------------------------------------------------------------------------------


def run_with(changes: dict[str, float]) -> ReplicateRecord:
    scenario = load_scenario("hindcast", {
        **{f"parameters.{name}": value for name, value in changes.items()}, "world.institutions": 60,
        "time.start": date(2006, 1, 1), "time.show_from": date(2006, 1, 1), "time.end": date(2016, 1, 1),
        "record.snapshots": [], "run.ensemble": False,
    })  # fmt: skip
    return run_replicate(scenario, build_world(scenario), 0, 3)


@pytest.fixture(scope="module")
def plain() -> ReplicateRecord:
    return run_with({})


def moved(row: Parameter) -> list[float]:
    """Values on both sides of the default, within the range and not far away."""
    step = max(0.5 * abs(row.default), 0.25)
    return [
        value for value in (min(row.high, row.default + step), max(row.low, row.default - step)) if value != row.default
    ]


def test_the_same_parameters_give_the_same_record(plain: ReplicateRecord) -> None:
    assert not differs(run_with({}), plain)


def differs(one: ReplicateRecord, other: ReplicateRecord) -> bool:
    names = ("initiated", "ended", "led", "ties", "strength")
    return not all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@pytest.mark.parametrize("name", sorted(set(ROWS) - FIXED))
def test_every_parameter_changes_what_happens(name: str, plain: ReplicateRecord) -> None:
    assert any(differs(run_with({name: value}), plain) for value in moved(ROWS[name]))
