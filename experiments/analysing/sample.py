"""A sweep as arrays: its factors, its design points, and the value of each outcome in each replicate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from model.errors import InputError, nearest_name

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ..sweeping.dataset import Dataset

MOST_LEVELS = 10
"""A factor with at most so many different values in a design is shown by its values, one with more by fifths."""


@dataclass(frozen=True)
class Factor:
    """What a sweep varies. ``levels``: the values that the design has, in order; codes are numbers or places in it."""

    name: str
    title: str
    lever: bool
    levels: tuple[Any, ...]
    numeric: bool
    log: bool = False

    @property
    def discrete(self) -> bool:
        """Whether it is shown value by value."""
        return len(self.levels) <= MOST_LEVELS

    @property
    def nominal(self) -> bool:
        """Whether its values have no order: texts, more than two."""
        return not self.numeric and len(self.levels) > 2

    def text(self, code: float) -> str:
        """A value in short, from its code."""
        return f"{code:.4g}" if self.numeric else str(self.levels[round(code)])


@dataclass(frozen=True)
class Design:
    """What the sampler drew: kind, and what the estimators must know of it."""

    kind: str  # grid, one-at-a-time, latin-hypercube, sobol, morris
    second_order: bool = True  # sobol
    grid_levels: int = 4  # morris


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
                f"there is no outcome {label!r}", where=where, allowed=", ".join(labels), nearest=nearest_name(label, labels)
            )
        return self.outcomes[labels.index(label)]

    @cached_property
    def unit_codes(self) -> NDArray[np.float64]:
        """float64[P, k]: codes from 0 to 1 over the values in the design, in logs where the factor's scale is one."""
        codes = self.codes.copy()
        for place, factor in enumerate(self.factors):
            if factor.log:
                codes[:, place] = np.log(codes[:, place])
        low, high = codes.min(axis=0), codes.max(axis=0)
        return (codes - low) / np.where(high > low, high - low, 1.0)


def sample_of(dataset: Dataset) -> Sample:
    """Read a dataset into arrays. Raises `InputError` where it holds no run, or a run of a point that is not there."""
    sweep, frame, runs = dataset.sweep, dataset.design, dataset.runs()
    if runs.empty:
        raise InputError("holds no runs yet", where=str(dataset.folder), allowed="a sweep of which runs are done")
    frame = frame.sort_values("point", kind="stable")
    points, replicates = len(frame), int(sweep.replicates)
    factors = tuple(_factor(given, frame[given.name]) for given in sweep.factors)
    codes = np.column_stack([_codes(factor, frame[factor.name]) for factor in factors])
    point, replicate = runs["point"].to_numpy(), runs["replicate"].to_numpy()
    _check(point, replicate, points, replicates, str(dataset.folder))
    failed = (runs["status"] == "failed").to_numpy()
    outcomes = []
    for given in sweep.outcomes:
        values = np.full((points, replicates), np.nan)
        values[point, replicate] = runs[given.label].to_numpy(dtype=float, na_value=np.nan)
        values[~np.isfinite(values)] = np.nan
        outcomes.append(Outcome(given.label, _unit(given), values))
    counts = runs.loc[failed, "reason"].fillna("no reason given").value_counts()
    return Sample(
        name=sweep.name or dataset.folder.name,
        title=sweep.title or sweep.name or dataset.folder.name,
        design=_design(sweep.design),
        factors=factors,
        codes=codes,
        outcomes=tuple(outcomes),
        failed=np.bincount(point[failed], minlength=points),
        missing=replicates - np.bincount(point, minlength=points),
        reasons=tuple((str(reason), int(count)) for reason, count in counts.items()),
        complete=bool(dataset.complete),
    )


def _check(
    point: NDArray[np.int64], replicate: NDArray[np.int64], points: int, replicates: int, where: str
) -> None:
    if ((point < 0) | (point >= points) | (replicate < 0) | (replicate >= replicates)).any():
        raise InputError("has runs of design points or replicates that its sweep has not", where=where)
    run = point * replicates + replicate
    if len(np.unique(run)) < len(run):
        raise InputError("has runs that stand there twice", where=where)


def _design(given: Any) -> Design:
    kind = str(getattr(given.kind, "value", given.kind))
    second = getattr(given, "second_order", None)
    return Design(kind, True if second is None else bool(second), int(getattr(given, "levels", None) or 4))


def _unit(given: Any) -> str:
    from ..sweeping.outcomes import unit_of

    return unit_of(given)


def _factor(given: Any, values: pd.Series[Any]) -> Factor:
    numeric = values.dtype.kind in "iuf"
    levels: Sequence[Any] = sorted(values.unique()) if numeric else _ordered(given.levels, values)
    return Factor(
        name=given.name,
        title=given.title or given.name,
        lever=str(getattr(given.role, "value", given.role)) == "lever",
        levels=tuple(levels),
        numeric=numeric,
        log=numeric and str(getattr(given, "scale", "")) == "log" and bool(levels[0] > 0),
    )


def _ordered(given: Sequence[Any] | None, values: pd.Series[Any]) -> list[Any]:
    """Levels that are no numbers in the order of the file; dates, and truth values from false to true, in their own."""
    there = list(values.unique())
    if all(isinstance(level, bool | np.bool_) for level in there):
        return sorted(there)
    written = [str(level) for level in given or ()]
    return sorted(there, key=lambda level: (written.index(str(level)) if str(level) in written else len(written), level))


def _codes(factor: Factor, values: pd.Series[Any]) -> NDArray[np.float64]:
    if factor.numeric:
        return values.to_numpy(dtype=float)
    places = {level: place for place, level in enumerate(factor.levels)}
    return np.array([places[value] for value in values], dtype=float)
