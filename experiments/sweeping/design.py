"""The design: which values of the factors are run. Points are numbers and settings; nobody holds all their scenarios."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .sampling import unit_sample
from .schema import Design, Factor

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

LOW, HIGH = 0.05, 0.95
"""Quantiles of a distribution that are run one at a time; of a range it is both ends."""


@dataclass(frozen=True)
class Points:
    """The design points of a sweep, in the order of the sampler; of a grid, the last factor running fastest.

    ``bases`` are the values that the factors have in the base scenario; None where their settings differ there.
    """

    factors: tuple[Factor, ...]
    design: Design
    bases: tuple[object, ...]

    def __len__(self) -> int:
        if self._rows is not None:
            return len(self._rows)
        return int(np.prod(self._shape)) if self._sample is None else len(self._sample[0].numbers)

    def values(self, point: int) -> tuple[object, ...]:
        """Value of each factor at a point, as applied."""
        if self._rows is not None:
            return self._rows[point]
        if self._sample is not None:
            return tuple(column[point] for column in self._sample)
        places = np.unravel_index(point, self._shape)
        return tuple(factor.discrete[int(k)] for factor, k in zip(self.factors, places, strict=True))  # type: ignore[index]

    def settings(self, point: int) -> dict[str, object]:
        """Dotted path -> value of what a point changes in the base scenario."""
        changes: dict[str, object] = {}
        alone = None if self._alone is None else self._alone[point]
        for place, (factor, value) in enumerate(zip(self.factors, self.values(point), strict=True)):
            if alone is None or place == alone:
                changes |= dict.fromkeys(factor.settings, value)
        return changes

    def table(self, base_sha256: str) -> pa.Table:
        """Columns point, one for each factor, scenario_sha256: the sha256 of the base scenario's hash and the settings.

        That identifies the scenario of a point without making it.
        """
        import pyarrow as pa

        count = len(self)
        columns = {"point": pa.array(np.arange(count, dtype=np.int64))}
        for place, factor in enumerate(self.factors):
            columns[factor.name] = _column([written(value) for value in self._values_of(place)])
        hashes = [settings_hash(base_sha256, self.settings(point)) for point in range(count)]
        columns["scenario_sha256"] = _column(hashes)
        return pa.table(columns)

    def reach(self, place: int) -> tuple[object, ...]:
        """The outermost values that a factor takes anywhere in the design; all levels of one that has levels."""
        return self._sample[place].reach() if self._sample is not None else ends_of(self.factors[place])

    def _values_of(self, place: int) -> Iterator[object]:
        """Values of a factor by point."""
        if self._sample is not None:
            return (self._sample[place][point] for point in range(len(self)))
        return (self.values(point)[place] for point in range(len(self)))

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        return tuple(len(factor.discrete or ()) for factor in self.factors)

    @cached_property
    def _sample(self) -> list[Column] | None:
        """Values by factor and point of a sampled design."""
        if not self.design.sampled:
            return None
        if self.design.crossed:
            return self._crossed()
        shares = unit_sample(self.design, len(self.factors))
        return [column_of(factor, shares[:, place]) for place, factor in enumerate(self.factors)]

    def _crossed(self) -> list[Column]:
        """A sample of the uncertainties, and at each of its points all combinations of levers, the last running fastest."""
        levers = [len(factor.discrete or ()) for factor in self.factors if factor.role == "lever"]
        combinations = iter(np.indices(levers).reshape(len(levers), -1))
        shares = iter(unit_sample(self.design, len(self.factors) - len(levers)).T)
        return [
            Column(np.tile(next(combinations), self.design.points or 0), factor.discrete)
            if factor.role == "lever"
            else column_of(factor, np.repeat(next(shares), math.prod(levers)))
            for factor in self.factors
        ]

    @cached_property
    def _one_by_one(self) -> list[tuple[int, object]]:
        """(place of the factor, value) of each point but the first, one at a time."""
        return [
            (place, value)
            for place, factor in enumerate(self.factors)
            for value in ends_of(factor)
            if value != self.bases[place]
        ]

    @cached_property
    def _rows(self) -> list[tuple[object, ...]] | None:
        if self.design.kind != "one-at-a-time":
            return None
        changed = [
            tuple(value if k == place else base for k, base in enumerate(self.bases))
            for place, value in self._one_by_one
        ]
        return [self.bases, *changed]

    @cached_property
    def _alone(self) -> list[int] | None:
        """Place of the factor that a point changes, -1 for the base; None where points change all factors."""
        if self.design.kind != "one-at-a-time":
            return None
        return [-1, *(place for place, _ in self._one_by_one)]


@dataclass(frozen=True)
class Column:
    """Values of one factor over a sample: numbers, or places among its levels."""

    numbers: NDArray[Any]
    levels: tuple[object, ...] | None

    def __getitem__(self, point: int) -> object:
        return float(self.numbers[point]) if self.levels is None else self.levels[self.numbers[point]]

    def reach(self) -> tuple[object, ...]:
        """The outermost numbers, or all levels."""
        return (float(self.numbers.min()), float(self.numbers.max())) if self.levels is None else self.levels


def column_of(factor: Factor, shares: NDArray[np.float64]) -> Column:
    """Values of a factor for numbers from 0 to 1."""
    levels = factor.discrete
    if levels is not None:
        return Column(np.minimum((shares * len(levels)).astype(int), len(levels) - 1), levels)
    if factor.distribution is not None:
        return Column(factor.distribution.quantiles(shares), None)
    low, high = factor.bounds
    values = low * (high / low) ** shares if factor.scale == "log" else low + shares * (high - low)
    return Column(np.clip(values, low, high), None)


def ends_of(factor: Factor) -> tuple[object, ...]:
    """What a factor is set to when it is alone: its levels, the ends of its range, two quantiles of its distribution."""
    if factor.discrete is not None:
        return factor.discrete
    shares = np.array([0.0, 1.0] if factor.distribution is None else [LOW, HIGH])
    return column_of(factor, shares).reach()


def settings_hash(base_sha256: str, settings: Mapping[str, object]) -> str:
    """sha256 of a base scenario's hash and what is changed in it."""
    text = json.dumps([base_sha256, settings], sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def written(level: object) -> object:
    """A level as tables hold it: dates as text."""
    return level if level is None or isinstance(level, bool | int | float | str) else str(level)


def _column(values: Sequence[object]) -> pa.Array:
    """A column of plain type; text as a dictionary, null where there is no value."""
    import pyarrow as pa

    column = pa.array(values)
    return column.dictionary_encode() if pa.types.is_string(column.type) else column
