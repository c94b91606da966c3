"""The design: which settings are run. Here the full grid; every point is a scenario that has been checked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from model.errors import InputError

from .loading import Sweep
from .outcomes import check_outcome

if TYPE_CHECKING:
    import pandas as pd

    from model.scenario import Scenario


@dataclass(frozen=True)
class DesignPoint:
    """One level of each axis, in the order of the axes, and the scenario that has them."""

    number: int  # from 0
    levels: tuple[object, ...]
    scenario: Scenario


def grid(sweep: Sweep) -> tuple[DesignPoint, ...]:
    """All combinations of levels, the last axis running fastest. Raises `InputError` for one that cannot run."""
    points = []
    for number, levels in enumerate(product(*(axis.levels for axis in sweep.axes))):
        scenario = _checked(sweep, levels)
        # networks are kept for nobody here
        record = scenario.record.model_copy(update={"snapshots": ()})
        points.append(DesignPoint(number, levels, scenario.model_copy(update={"record": record})))
    return tuple(points)


def _checked(sweep: Sweep, levels: tuple[object, ...]) -> Scenario:
    """The scenario of a combination, whose run must cover the years of all outcomes."""
    at = ", ".join(f"{axis.name} = {level}" for axis, level in zip(sweep.axes, levels, strict=True))
    try:
        scenario = sweep.scenario_at(levels)
        for outcome in sweep.outcomes:
            check_outcome(outcome, scenario, f"outcome {outcome.label}")
    except InputError as error:
        raise InputError(
            f"{error.where}: {error.message}" if error.where else error.message,
            where=f"{sweep.name}, design point {at}",
            allowed=error.allowed,
            nearest=error.nearest,
        ) from None
    return scenario


def design_frame(sweep: Sweep, points: tuple[DesignPoint, ...]) -> pd.DataFrame:
    """Design points as a frame: point, a column for each axis, sha256 of the scenario."""
    import pandas as pd

    columns: dict[str, list[object]] = {"point": [point.number for point in points]}
    for place, axis in enumerate(sweep.axes):
        columns[axis.name] = [written(point.levels[place]) for point in points]
    columns["scenario_sha256"] = [point.scenario.content_hash() for point in points]
    return pd.DataFrame(columns)


def written(level: object) -> object:
    """A level as tables hold it: dates as text."""
    return level if isinstance(level, bool | int | float | str) else str(level)
