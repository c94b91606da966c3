"""Checks a design before anything runs: paths, and what every value of every factor makes of the scenario.

A grid of up to `MOST_CHECKED` points is checked point by point. Of larger and of sampled designs the outermost values of every
factor are checked alone; a combination that cannot run is then a failed run of the sweep.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from model.errors import InputError, as_written

from .faults import moved, outcome_key
from .outcomes import check_years
from .schema import MORRIS_LEVELS

if TYPE_CHECKING:
    from model.scenario import Scenario

    from .design import Points
    from .schema import Factor, SweepFile

SOURCE = "override"
"""How errors of `load_scenario` name the place of a setting that is not from a file."""
OWN = ("run.seed", "run.replicates")
"""Settings that the sweep itself decides: the luck is the same at all design points."""
UNKNOWN = ("there is no setting", "there is no measure")
"""How the messages of a wrong path begin; in others the value is wrong."""
MOST_CHECKED = 2_000
"""Points of a grid that are checked one by one."""

Load = Callable[[Mapping[str, object]], "Scenario"]
"""Makes the scenario of some settings (path -> value) on top of those of the sweep."""


def refuse_own(setting: str, where: str) -> None:
    """Raise `InputError` for a setting that the sweep itself decides."""
    if setting in OWN:
        key = setting.removeprefix("run.")
        raise InputError(
            f"{setting} is not the scenario's to set in a sweep", where=where, allowed=f"{key} of the sweep, or --{key}"
        )


def check_paths(factor: Factor, value: object, load: Load, where: str) -> None:
    """Every path of a factor must lead to a setting; whether its values are possible is seen at the points."""
    at = f"{where}: factors.{factor.name}.{'paths' if factor.paths else 'measures'}"
    for setting in factor.settings:
        refuse_own(setting, at)
        try:
            load({setting: value})
        except InputError as error:
            if error.message.startswith(UNKNOWN):
                raise moved(error, at) from None


def check_steps(file: SweepFile, where: str) -> None:
    """Raise `InputError` unless the grid of Morris's design runs every level of a factor equally often.

    A grid of p places is cut into as many parts as there are levels, and a step goes over half of it. So each level is run
    equally often, and every step changes it, where their number divides p and is 2 at least.
    """
    grid = file.design.levels or MORRIS_LEVELS
    for factor in file.factors if file.design.kind == "morris" else ():
        levels = len(factor.discrete) if factor.discrete is not None else grid
        if levels < 2 or grid % levels:
            fitting = " or ".join(str(number) for number in range(2, grid + 1) if grid % number == 0)
            wider = f"; or design.levels = {math.lcm(levels, 2)}" if levels > 1 else ""
            what = (
                "1 level, which no step changes"
                if levels == 1
                else f"{levels} levels, which a morris design of {grid} does not run equally often"
            )
            raise InputError(what, where=f"{where}: factors.{factor.name}.levels", allowed=f"{fitting} levels{wider}")


def check_points(file: SweepFile, points: Points, load: Load, where: str) -> None:
    """Raise `InputError` for a point that cannot run, or whose run does not show the years of an outcome."""
    timed = any(path.startswith("time.") for factor in points.factors for path in factor.paths)
    for factors, values in _to_check(file, points):
        at = ", ".join(f"{factor.name} = {as_written(value)}" for factor, value in zip(factors, values, strict=True))
        settings = {path: value for factor, value in zip(factors, values, strict=True) for path in factor.settings}
        try:
            scenario = load(settings)
        except InputError as error:
            raise _blamed(error, factors, values, where, f" (at {at})" if len(values) > 1 else "") from None
        for place, outcome in enumerate(file.outcomes):
            check_years(outcome, scenario, partial(outcome_key, file, where, place), f" at {at}" if timed else "")


def _to_check(file: SweepFile, points: Points) -> Iterator[tuple[Sequence[Factor], tuple[object, ...]]]:
    """Factors and values that are tried together."""
    yield (), ()
    if file.design.kind == "grid" and len(points) <= MOST_CHECKED:
        for point in range(len(points)):
            yield points.factors, points.values(point)
        return
    for place, factor in enumerate(points.factors):
        for value in points.reach(place):
            yield (factor,), (value,)


def _blamed(
    error: InputError, factors: Sequence[Factor], values: tuple[object, ...], where: str, at: str
) -> InputError:
    """A fault of a combination, said of the value that it is the fault of, if it is one's."""
    for factor, value in zip(factors, values, strict=True):
        for path in factor.settings:
            if error.where == f"{SOURCE} {path}":
                return moved(error, f"{where}: factors.{factor.name}.{_key(factor, value)}", f"{path}: ", at)
    return moved(error, f"{where}: factors", f"{error.where}: " if error.where else "", at)


def _key(factor: Factor, value: object) -> str:
    """The key of a factor that a value comes from."""
    if factor.levels is not None:
        return f"levels, entry {factor.levels.index(value) + 1}"
    return "measures" if factor.measures else "range" if factor.range is not None else "distribution"
