"""The main effect of a measure, the one that its `range` is about: read it, and put another value there."""

from __future__ import annotations

from .measure import Measure
from .merging import merged, value_at, with_value
from .presets import preset_table

MEDIAN = 0.5
"""Quantile at which a measure has its packaged strength."""


def main_effect(measure: Measure) -> str | None:
    """Dotted path of the effect that ``measure.range`` is about; None without a range or without any effect.

    Of the numbers within the range it is the main effect of the preset that the measure is made from, else the first effect
    in the order of the schema, else the first other number; without any, the preset's main effect, if doing nothing lies
    within the range.
    """
    if measure.range is None:
        return None
    low, high = measure.range
    numbers = [path for path, value in measure.changes().items() if isinstance(value, float) and low <= value <= high]
    main = [preset_table()[measure.preset].main] if measure.preset in preset_table() else []
    effects = [path for path in numbers if path.startswith(("effects.", "projects."))]
    at_rest = [path for path in main if low <= value_of(measure, path) <= high]
    return next(iter([*(path for path in main if path in numbers), *effects, *numbers, *at_rest]), None)


def value_of(measure: Measure, path: str) -> float:
    """The number at a dotted path of a measure, also where it changes nothing; NaN where there is none."""
    value = value_at(measure.model_dump(by_alias=True), path)
    return float("nan") if value is None else float(value)


def drawn(measure: Measure, u: float) -> Measure:
    """The measure with its main effect drawn from its range: ``u`` in [0, 1] as a quantile.

    The packaged value is the median; below and above it the draw is uniform up to the ends of the range (assumed).
    """
    path = main_effect(measure)
    if path is None or measure.range is None:
        return measure
    low, high = measure.range
    middle = value_of(measure, path)
    value = low + 2.0 * u * (middle - low) if u < 0.5 else middle + (2.0 * u - 1.0) * (high - middle)
    return with_main_effect(measure, value)


def with_main_effect(measure: Measure, value: float) -> Measure:
    """The measure with its main effect at ``value``; the measure itself where it has none."""
    path = main_effect(measure)
    if path is None:
        return measure
    content = measure.model_dump(by_alias=True, exclude_unset=True)
    return Measure.model_validate(merged(content, with_value({}, path.split("."), value)))
