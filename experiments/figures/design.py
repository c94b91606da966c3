"""The design of a sweep as arrays: axes with their levels, estimates by setting, and values in few characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from model.errors import InputError, nearest_name

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

ESTIMATE = ("median", "low", "high")
MOST_FACETS = 12
"""Panels of a page; further settings are left out, and the caption says so."""
SHARE, CHANGE = "share", "relative change"
"""Units whose values are written in per cent, a change with its sign."""


@dataclass(frozen=True)
class Axis:
    """An axis of the design: its levels in order, and whether they are numbers."""

    name: str
    levels: tuple[Any, ...]
    numeric: bool

    def text(self, level: Any) -> str:
        """A level in short."""
        return f"{level:.4g}" if self.numeric else str(level)


@dataclass(frozen=True)
class Facet:
    """The estimates at one setting of the axes beyond the second; a and b levels on the first two axes."""

    title: str
    values: NDArray[np.float64]  # float64[3, a, b]: median, low, high; NaN where the design has no point or no value


def check(table: pd.DataFrame, axes: Sequence[str], outcomes: Sequence[str]) -> None:
    """Raise `InputError` unless the table of a sweep has what is to be drawn, each design point once."""
    if not axes:
        raise InputError("a sweep has at least one axis", where="draw_sweep", allowed="names of columns")
    for column in (*axes, "outcome", *ESTIMATE):
        if column not in table:
            raise InputError(
                f"there is no column {column!r}", where="the table of the sweep",
                allowed=", ".join(map(str, table.columns)), nearest=nearest_name(column, map(str, table.columns)),
            )  # fmt: skip
    there = [str(outcome) for outcome in table["outcome"].unique()]
    for outcome in outcomes:
        if outcome not in there:
            raise InputError(
                f"there is no outcome {outcome!r}", where="the table of the sweep", allowed=", ".join(there),
                nearest=nearest_name(outcome, there),
            )  # fmt: skip
    twice = table[table["outcome"].isin(list(outcomes))].duplicated([*axes, "outcome"])
    if twice.any():
        row = table.loc[twice.index[twice][0]]
        point = ", ".join(f"{axis} = {row[axis]}" for axis in axes)
        raise InputError(f"{row['outcome']} at {point} stands there twice", where="the table of the sweep")


def axis_of(table: pd.DataFrame, name: str) -> Axis:
    """An axis and its levels: numbers are in their order, anything else in the order of the table; truth values are no numbers."""
    values = table[name]
    levels = list(dict.fromkeys(values))
    numeric = all(isinstance(level, int | float | np.number) and not isinstance(level, bool) for level in levels)
    return Axis(name, tuple(sorted(levels) if numeric else levels), numeric)


def facets_of(rows: pd.DataFrame, design: Sequence[Axis]) -> tuple[list[Facet], str]:
    """The estimates by setting of the further axes, and what is left out, in words."""
    x, y, further = design[0], design[1] if len(design) > 1 else None, design[2:]
    grouped: dict[tuple[Any, ...], NDArray[np.float64]] = {}
    order = {axis.name: {level: k for k, level in enumerate(axis.levels)} for axis in design}
    names = [axis.name for axis in design]
    for point, estimate in zip(
        rows[names].itertuples(index=False, name=None), rows[list(ESTIMATE)].to_numpy(dtype=float), strict=True
    ):
        shape = (3, len(x.levels), len(y.levels) if y else 1)
        values = grouped.setdefault(point[2:], np.full(shape, np.nan))
        values[:, order[x.name][point[0]], order[y.name][point[1]] if y else 0] = estimate
    keys = sorted(grouped, key=lambda key: [order[axis.name][level] for axis, level in zip(further, key, strict=True)])
    left_out = (
        f"The first {MOST_FACETS} of {len(keys)} settings of the further axes." if len(keys) > MOST_FACETS else ""
    )
    facets = [
        Facet(", ".join(f"{a.name} = {a.text(v)}" for a, v in zip(further, key, strict=True)), grouped[key])
        for key in keys[:MOST_FACETS]
    ]
    return facets, left_out


def number(value: float, unit: str = "") -> str:
    """A value in few characters; shares and changes in per cent, undefined values as a dash."""
    if not np.isfinite(value):
        return "–"
    if unit in (SHARE, CHANGE):
        return f"{'+' if unit == CHANGE and value > 0 else ''}{number(100.0 * value)} %"
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 else f"{value:.3g}" if size >= 0.001 or value == 0 else f"{value:.1e}"
    return text.replace("-", "\u2212")
