"""Ranges that go with a setting: of the parameter table, of a measure's main effect, of a country's growth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.errors import InputError, as_written

from .schema import ASSUMED, Factor

if TYPE_CHECKING:
    from model.scenario import Scenario

OF_WHAT = "[low, high], or a parameter with a plausible range, the main effect of a measure with a range, growth of publications"


def with_assumed_range(factor: Factor, base: Scenario, where: str) -> Factor:
    """The factor with numbers for the range "assumed"; ``where`` says where its range stands. Raises `InputError`."""
    if factor.range != ASSUMED:
        return factor
    ranges = {path: assumed_range(path, base, where) for path in factor.paths}
    first = next(iter(ranges.values()))
    for path, own in ranges.items():
        if own != first:
            raise InputError(
                f"{factor.paths[0]} and {path} have different ranges, {as_written(first)} and {as_written(own)}",
                where=where, allowed="paths of one range, or [low, high]",
            )  # fmt: skip
    return factor.model_copy(update={"range": first})


def assumed_range(path: str, base: Scenario, where: str) -> tuple[float, float]:
    """The range that goes with a setting. Raises `InputError` where none does."""
    from model.parameters import parameter_table
    from model.scenario.ranges import main_effect

    table, _, rest = path.partition(".")
    found: tuple[float, float] | None = None
    if table == "parameters":
        found = next((row.prior for row in parameter_table() if row.name == rest), None)
    elif table == "measures":
        name, _, effect = rest.partition(".")
        measure = base.measures.get(name)
        if measure is not None and measure.range is not None:
            main = main_effect(measure)
            if main != effect:
                raise InputError(
                    f"the range of measure {name} is not about {as_written(effect)[1:-1]}", where=where,
                    allowed=f"measures.{name}.{main}" if main else OF_WHAT,
                )  # fmt: skip
            found = measure.range
    elif path.startswith("inputs.growth.") and path.endswith(".publications"):
        growth = base.inputs.growth.get(path.split(".")[2])
        found = growth.range if growth is not None else None
    if found is None:
        raise InputError(f"{path} has no range that goes with it", where=where, allowed=OF_WHAT)
    return found
