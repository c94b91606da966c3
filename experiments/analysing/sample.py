"""A sweep as arrays: its factors, its design points, and the value of each outcome in each replicate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from model.errors import InputError, nearest_name

from ..sweeping.dataset import refuse_empty
from ..sweeping.outcomes import unit_of
from ..sweeping.runs import FAILED

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ..sweeping.dataset import Dataset
    from ..sweeping.schema import Factor as Given

MOST_LEVELS = 10
"""A factor with at most so many different values in a design is shown by its values, one with more by fifths."""


@dataclass(frozen=True)
class Factor:
    """What a sweep varies. ``levels``: the values that the design has, in order; codes are numbers or places in it.

    Of dates both are days, counted as `date.toordinal` does: dates have an order, and are as far apart as they are.
    """

    name: str
    title: str
    lever: bool
    levels: tuple[Any, ...]
    numeric: bool
    log: bool = False
    span: tuple[float, float] = (0.0, 1.0)  # lowest and highest value that it may take, as codes
    ends: tuple[float, float] = (0.0, 1.0)  # the same, also where the design does not reach them
    dated: bool = False

    @property
    def discrete(self) -> bool:
        """Whether it is shown value by value."""
        return len(self.levels) <= MOST_LEVELS

    @property
    def nominal(self) -> bool:
        """Whether its values have no order: texts, more than two."""
        return not self.numeric and len(self.levels) > 2

    @property
    def valued(self) -> bool:
        """Whether its codes are its values: numbers, no days."""
        return self.numeric and not self.dated

    @property
    def graded(self) -> bool:
        """Whether a surface can be drawn along it: numbers, more than two."""
        return self.valued and len(self.levels) > 2

    def text(self, code: float) -> str:
        """A value in short, from its code: to about a hundredth of the span where it is continuous."""
        if np.isnan(code):
            return "as in the base"
        if self.dated:
            return date.fromordinal(round(code)).isoformat()
        if not self.numeric:
            level = self.levels[round(code)]
            return str(level).lower() if isinstance(level, bool | np.bool_) else str(level)
        width = self.span[1] - self.span[0]
        if self.discrete or self.log or width <= 0.0:
            return f"{code:.6g}" if self.discrete else f"{code:.3g}"
        digits = max(0, 2 - math.floor(math.log10(width)))
        return f"{round(code, digits) + 0.0:g}" if digits < 6 else f"{code:.3g}"


@dataclass(frozen=True)
class Design:
    """What the sampler drew: kind, and what the estimators must know of it."""

    kind: str  # grid, one-at-a-time, latin-hypercube, sobol, morris
    second_order: bool = True  # sobol
    crossed: bool = False  # latin-hypercube: all combinations of levers at each point of a sample of the uncertainties


@dataclass(frozen=True)
class Outcome:
    """An outcome of P design points in R replicates."""

    label: str
    unit: str
    values: NDArray[np.float64]  # float64[P, R], NaN where failed, undefined or not yet run


@dataclass(frozen=True)
class Sample:
    """A sweep's design and what came of it."""

    name: str
    title: str
    design: Design
    factors: tuple[Factor, ...]
    codes: NDArray[np.float64]  # float64[P, k]: values of numeric factors, else places in their levels
    outcomes: tuple[Outcome, ...]
    failed: NDArray[np.int64]  # int64[P]: failed runs of each point
    missing: NDArray[np.int64]  # int64[P]: runs that have not been made
    reasons: tuple[tuple[str, int], ...]  # reasons of failures with their counts, the most frequent first
    complete: bool

    @property
    def points(self) -> int:
        """Design points."""
        return len(self.codes)

    @property
    def replicates(self) -> int:
        """Replicates of each point."""
        return self.outcomes[0].values.shape[1]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(factor.name for factor in self.factors)

    def place(self, name: str) -> int:
        """Column of a factor in `codes`."""
        return self.names.index(name)

    def outcome(self, label: str, where: str) -> Outcome:
        """An outcome by its label. Raises `InputError`, said of ``where``."""
        labels = [outcome.label for outcome in self.outcomes]
        if label not in labels:
            raise InputError(
                f"there is no outcome {label!r}",
                where=where,
                allowed=", ".join(labels),
                nearest=nearest_name(label, labels),
            )
        return self.outcomes[labels.index(label)]

    @cached_property
    def independent(self) -> NDArray[np.bool_] | None:
        """bool[P], the points that are independent draws, or the whole of a grid; None where there are none.

        Saltelli's sample has two independent samples; its other points repeat their coordinates. The points of a trajectory
        of Morris, and those of one factor at a time, hang on one another.
        """
        if self.design.kind in ("morris", "one-at-a-time"):
            return None
        rows = np.ones(self.points, dtype=bool)
        if self.design.kind == "sobol":
            place = np.arange(self.points) % self.block
            rows = (place == 0) | (place == self.block - 1)
        return rows

    def columns(self, unit_codes: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n, m] of unit codes float64[n, k]: what has no order as columns of zeros and ones, one for each value but the first."""
        found = []
        for place, factor in enumerate(self.factors):
            own = unit_codes[:, place]
            if factor.nominal:
                level = np.rint(own * (len(factor.levels) - 1))
                found += [(level == k).astype(float) for k in range(1, len(factor.levels))]
            else:
                found.append(own)
        return np.column_stack(found)

    @property
    def block(self) -> int:
        """Points that belong together: a base point of Saltelli's sample with its copies, a trajectory of Morris; else 1."""
        k = len(self.factors)
        if self.design.kind == "sobol":
            return 2 * k + 2 if self.design.second_order else k + 2
        return k + 1 if self.design.kind == "morris" else 1

    @cached_property
    def unit_codes(self) -> NDArray[np.float64]:
        """float64[P, k]: codes from 0 to 1 over the values in the design, in logs where the factor's scale is one."""
        codes = self.codes.copy()
        for place, factor in enumerate(self.factors):
            if factor.log:
                codes[:, place] = np.log(codes[:, place])
        low, high = np.nanmin(codes, axis=0), np.nanmax(codes, axis=0)
        return (codes - low) / np.where(high > low, high - low, 1.0)


def sample_of(dataset: Dataset) -> Sample:
    """Read a dataset into arrays. Raises `InputError` for a shard, or where no run is there yet."""
    if dataset.identity.get("subset"):
        raise InputError(
            "holds a shard of a sweep",
            where=str(dataset.folder),
            allowed="the whole: `comity merge SHARD... --out DIR`",
        )
    refuse_empty(dataset)
    sweep, runs = dataset.sweep, dataset.runs()
    frame = dataset.design.sort_values("point", kind="stable")
    points, replicates = len(frame), int(dataset.identity["replicates"])
    factors = tuple(_factor(given, frame[given.name]) for given in sweep.factors)
    point, replicate = runs["point"].to_numpy(), runs["replicate"].to_numpy()
    failed = (runs["status"] == FAILED).to_numpy()
    outcomes = []
    for given in sweep.outcomes:
        values = np.full((points, replicates), np.nan)
        values[point, replicate] = runs[given.label].to_numpy(dtype=float, na_value=np.nan)
        values[~np.isfinite(values)] = np.nan
        outcomes.append(Outcome(given.label, unit_of(given), values))
    counts = runs.loc[failed, "reason"].fillna("no reason given").value_counts()
    design = sweep.design
    return Sample(
        name=str(dataset.identity["name"]),
        title=sweep.title or str(dataset.identity["name"]),
        design=Design(design.kind, design.second_order is not False, design.crossed),
        factors=factors,
        codes=np.column_stack([_codes(factor, frame[factor.name]) for factor in factors]),
        outcomes=tuple(outcomes),
        failed=np.bincount(point[failed], minlength=points),
        missing=replicates - np.bincount(point, minlength=points),
        reasons=tuple((str(reason), int(count)) for reason, count in counts.items()),
        complete=dataset.complete,
    )


def _factor(given: Given, values: pd.Series[Any]) -> Factor:
    there = values.dropna()
    truth = all(isinstance(value, bool | np.bool_) for value in there)
    dated = bool(given.discrete) and all(isinstance(level, date) for level in given.discrete or ())
    if dated:
        there = there.map(_day)
    numeric = not truth and there.dtype.kind in "iuf"
    levels = sorted(there.unique()) if numeric or truth else _ordered(given.discrete or (), there)
    span = (float(levels[0]), float(levels[-1])) if numeric else (0.0, float(len(levels) - 1))
    return Factor(
        name=given.name,
        title=given.title or given.name,
        lever=given.role == "lever",
        levels=tuple(levels),
        numeric=numeric,
        log=given.scale == "log",
        span=given.bounds if isinstance(given.range, tuple) else span,
        ends=_ends(given, numeric, span),
        dated=dated,
    )


def _ends(given: Given, numeric: bool, span: tuple[float, float]) -> tuple[float, float]:
    """Codes of the lowest and the highest value that a factor may take; those of the design where it has no end."""
    if given.discrete is not None:
        codes = [_day(level) if isinstance(level, date) else level for level in given.discrete]
        return (min(codes), max(codes)) if numeric else (0.0, len(codes) - 1.0)
    if given.distribution is None:
        return given.bounds if isinstance(given.range, tuple) else span
    low, high = given.distribution.quantiles(np.array([0.0, 1.0]))
    return (float(low), float(high)) if np.isfinite([low, high]).all() else span


def _ordered(given: Sequence[object], values: pd.Series[Any]) -> list[Any]:
    """Texts in the order of the file."""
    written = [str(level) for level in given]
    return sorted(
        values.unique(), key=lambda level: (written.index(str(level)) if str(level) in written else len(written), level)
    )


def _day(level: object) -> float:
    """A date, which is text in the design, as the number of its day."""
    return float(date.fromisoformat(str(level)).toordinal())


def _codes(factor: Factor, values: pd.Series[Any]) -> NDArray[np.float64]:
    """float64[P]; NaN at the base of one factor at a time, where the factor's settings differ among themselves."""
    if factor.dated:
        values = values.map(_day, na_action="ignore")
    if factor.numeric:
        return values.to_numpy(dtype=float, na_value=np.nan)
    places = {level: place for place, level in enumerate(factor.levels)}
    return np.array([places.get(value, np.nan) for value in values], dtype=float)
