"""The design: which settings are run. Here the full grid; every point is a scenario that has been checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from model.errors import InputError, as_written

from .faults import moved, outcome_key
from .outcomes import check_years, snapshots_for
from .schema import Axis, SweepFile

if TYPE_CHECKING:
    import pandas as pd

    from model.scenario import Scenario

SOURCE = "override"
"""How errors of `load_scenario` name the place of a setting that is not from a file."""


@dataclass(frozen=True)
class DesignPoint:
    """One level of each axis, in the order of the axes, and the scenario that has them."""

    number: int  # from 0
    levels: tuple[object, ...]
    scenario: Scenario


def grid(
    file: SweepFile, scenario_with: Callable[[Mapping[str, object]], Scenario], where: str
) -> tuple[DesignPoint, ...]:
    """All combinations of levels, the last axis running fastest.

    ``scenario_with`` makes the scenario of some settings (path -> level); ``where`` is the file of the sweep. Raises
    `InputError` for a combination that cannot run, or whose run does not show the years of an outcome.
    """
    points = []
    timed = any(path.startswith("time.") for axis in file.axes for path in axis.paths)
    for number, levels in enumerate(product(*(axis.levels for axis in file.axes))):
        settings = {path: level for axis, level in zip(file.axes, levels, strict=True) for path in axis.paths}
        at = ", ".join(f"{axis.name} = {as_written(level)}" for axis, level in zip(file.axes, levels, strict=True))
        try:
            scenario = scenario_with(settings)
        except InputError as error:
            raise _blamed(error, file.axes, levels, where, f" (at {at})" if len(levels) > 1 else "") from None
        for place, outcome in enumerate(file.outcomes):
            check_years(outcome, scenario, partial(outcome_key, file, where, place), f" at {at}" if timed else "")
        # networks are kept for the outcomes that need them, and for nobody else
        record = scenario.record.model_copy(update={"snapshots": snapshots_for(file.outcomes, scenario)})
        points.append(DesignPoint(number, levels, scenario.model_copy(update={"record": record})))
    return tuple(points)


def _blamed(error: InputError, axes: Sequence[Axis], levels: tuple[object, ...], where: str, at: str) -> InputError:
    """A fault of a combination, said of the level that it is the fault of, if it is one's."""
    for axis, level in zip(axes, levels, strict=True):
        for path in axis.paths:
            if error.where == f"{SOURCE} {path}":
                entry = f"{where}: axes.{axis.name}.levels, entry {axis.levels.index(level) + 1}"
                return moved(error, entry, f"{path}: ", at)
    return moved(error, f"{where}: axes", f"{error.where}: " if error.where else "", at)


def design_frame(axes: Sequence[Axis], points: Sequence[DesignPoint]) -> pd.DataFrame:
    """Design points as a frame: point, a column for each axis, sha256 of the scenario."""
    import pandas as pd

    columns: dict[str, list[object]] = {"point": [point.number for point in points]}
    for place, axis in enumerate(axes):
        columns[axis.name] = [written(point.levels[place]) for point in points]
    columns["scenario_sha256"] = [point.scenario.content_hash() for point in points]
    return pd.DataFrame(columns)


def written(level: object) -> object:
    """A level as tables hold it: dates as text."""
    return level if isinstance(level, bool | int | float | str) else str(level)
