"""The main effect of a measure, the one that its `range` is about: read it, and put another value there."""

from __future__ import annotations

from .measure import Measure
from .merging import merged, with_value
from .presets import preset_table


def main_effect(measure: Measure) -> str | None:
    """Dotted path of the effect that ``measure.range`` is about; None without a range or without any effect.

    It is the main effect of the preset that the measure is made from, else the first number, in the order of the schema;
    of those that lie within the range.
    """
    if measure.range is None:
        return None
    changed = measure.changes()
    low, high = measure.range
    numbers = {path: value for path, value in changed.items() if isinstance(value, float) and low <= value <= high}
    if measure.preset in preset_table() and preset_table()[measure.preset].main in numbers:
        return preset_table()[measure.preset].main
    effects = [path for path in numbers if path.startswith(("effects.", "projects."))]
    return next(iter([*effects, *numbers]), None)


def drawn(measure: Measure, u: float) -> Measure:
    """The measure with its main effect drawn from its range: ``u`` in [0, 1] as a quantile.

    The packaged value is the median; below and above it the draw is uniform up to the ends of the range (assumed).
    """
    path = main_effect(measure)
    if path is None or measure.range is None:
        return measure
    low, high = measure.range
    middle = float(measure.changes()[path])
    value = low + 2.0 * u * (middle - low) if u < 0.5 else middle + (2.0 * u - 1.0) * (high - middle)
    return with_main_effect(measure, value)


def with_main_effect(measure: Measure, value: float) -> Measure:
    """The measure with its main effect at ``value``; the measure itself where it has none."""
    path = main_effect(measure)
    if path is None:
        return measure
    content = measure.model_dump(by_alias=True, exclude_unset=True)
    return Measure.model_validate(merged(content, with_value({}, path.split("."), value)))
