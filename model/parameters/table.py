"""Reads the table of parameters, and makes of it the type that scenarios validate against."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral, Real
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from ..calibration import read_calibration
from ..errors import InputError, as_written, kind_of

TABLE = Path(__file__).parent / "parameters.toml"


@dataclass(frozen=True)
class Parameter:
    """One row of the table."""

    name: str  # dotted: group.key
    default: float
    unit: str
    low: float
    high: float
    status: str  # measured, calibrated or assumed
    source: str
    description: str
    prior: tuple[float, float] | None = None  # plausible range, uniform; None where nothing is drawn


class Frozen(BaseModel):
    """What all typed settings share: nothing unknown, nothing changed later."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _plain_number(value: Any) -> float:
    """Numbers only: no true, no text that looks like a number."""
    if type(value) is bool or not isinstance(value, Real):
        raise InputError(f"{as_written(value)} is {kind_of(value)}, not a number")
    try:
        return float(value)
    except OverflowError:
        return math.inf  # refused as not finite


def _plain_whole(value: Any) -> int:
    """Whole numbers only."""
    if type(value) is bool or not isinstance(value, Integral):
        kind = "not whole" if isinstance(value, float) else f"{kind_of(value)}, not a whole number"
        raise InputError(f"{as_written(value)} is {kind}")
    return int(value)


Number = Annotated[float, BeforeValidator(_plain_number)]
Whole = Annotated[int, BeforeValidator(_plain_whole)]


@lru_cache
def parameter_table() -> tuple[Parameter, ...]:
    """All rows, in the order of the file; the defaults of calibrated ones are those of the packaged calibration."""
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    fitted = read_calibration().parameters
    return tuple(_row(f"{group}.{key}", row, fitted) for group, rows in content.items() for key, row in rows.items())


def _row(name: str, row: dict[str, Any], fitted: dict[str, float]) -> Parameter:
    default = fitted[name] if row["status"] == "calibrated" else row["default"]
    prior = tuple(row["prior"]) if "prior" in row else None
    return Parameter(**{**row, "name": name, "default": default, "prior": prior})


def _number(row: Parameter) -> Any:
    extra: dict[str, Any] = {"unit": row.unit, "status": row.status, "source": row.source}
    field = Field(default=row.default, ge=row.low, le=row.high, description=row.description, json_schema_extra=extra)
    return Number, field


def _parameters_type() -> type[Frozen]:
    groups: dict[str, dict[str, Any]] = {}
    for row in parameter_table():
        group, key = row.name.split(".")
        groups.setdefault(group, {})[key] = _number(row)
    types = {
        group: create_model(f"{group.capitalize()}Parameters", __base__=Frozen, **fields)
        for group, fields in groups.items()
    }
    return create_model(
        "Parameters",
        __base__=Frozen,
        __doc__="Parameters of the model, by group; defaults from the table.",
        **{
            group: (kind, Field(default_factory=kind, description=f"Parameters: {group}"))
            for group, kind in types.items()
        },
    )  # type: ignore[call-overload]


Parameters: Any = _parameters_type()
"""The type of `Scenario.parameters`: attribute access by group and key, values within the table's ranges."""
