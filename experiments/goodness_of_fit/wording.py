"""A battery in words: the table, and what to make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .checks import LEVEL, Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .checks import Check, Fit

HEADINGS = ("check", "kind", "component", "observed", "simulated", "5 % to 95 %", "distance", "p", "verdict")
LEFT = ("check", "kind", "component", "verdict")
"""Headings of columns of words."""


def table(fit: Fit) -> list[tuple[str, ...]]:
    """Rows under `HEADINGS`: one for each component, the check's own words in the first of them."""
    return [row for of in fit.checks for row in _rows(of)]


def _rows(of: Check) -> list[tuple[str, ...]]:
    told = of.to_dict()
    rows: list[tuple[str, ...]] = []
    for k, part in enumerate(told["components"]):
        bound = "≥ " if part["at_least"] else ""
        seen = "–" if part["observed"] is None else bound + number(part["observed"])
        low, high = part["q05"], part["q95"]
        spread = "–" if low is None else f"{number(low)} to {number(high)}"
        mean = "–" if part["mean"] is None else number(part["mean"])
        first = (of.statistic.title, of.statistic.kind.value) if k == 0 else ("", "")
        last = (of.distance_text, of.p_text, of.verdict.value) if k == 0 else ("", "", "")
        rows.append((*first, part["name"], seen, mean, spread, *last))
    return rows


def number(value: float) -> str:
    """Three figures, four decimals at most, never an exponent."""
    if abs(value) >= 1000.0:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.01 else f"{value:.4f}".rstrip("0").rstrip(".")


def lines(fit: Fit) -> list[str]:
    """What to make of the table, a sentence or two a line."""
    out = [f"Note: {note}." for note in fit.notes]
    for kind, head in (
        (Kind.test, "Tests, of what was not used in building the model"),
        (Kind.input, "Inputs, where a pass shows only that the drawing is right"),
    ):
        of_kind = fit.of(kind)
        if of_kind:
            out.append(f"{head}: {_told(of_kind)}")
    for of in fit.of(Kind.test, Kind.input):
        if of.verdict is Verdict.refused:
            out += [f"  {of.statistic.title}: {worst(of)}{_remark(of)}."]
    untold: dict[str, list[str]] = {}
    for of in fit.of(Kind.not_testable):
        untold.setdefault(of.statistic.remark, []).append(of.statistic.title)
    out += [f"Not testable, {reason}: {'; '.join(titles)}." for reason, titles in untold.items()]
    smallest = next((of.test.smallest for of in fit.checks if of.test is not None), None)
    if smallest is not None:
        out.append(
            f"p is of the Mahalanobis distance among {fit.replicates} replicates, joint over the components, and at least "
            f"{smallest:.3f}. Refused: p below {LEVEL:g}, which one of twenty true models is. A small p may stand for a small "
            "difference: see the columns."
        )
    return out


def _told(rows: Sequence[Check]) -> str:
    """How many fit, by name."""
    fits = sum(of.verdict is Verdict.fits for of in rows)
    refused = [of.statistic.title for of in rows if of.verdict is Verdict.refused]
    return f"{fits} of {len(rows)} fit" + (f"; refused: {'; '.join(refused)}." if refused else ".")


def worst(of: Check) -> str:
    """The component that is furthest off, relative to what was observed."""
    target = of.target
    if target is None:
        return ""
    mean = of.simulated.mean(axis=0)
    gap = np.where(of.used, np.abs(mean - target) / np.maximum(np.abs(target), 1e-12), -1.0)
    k = int(np.nanargmax(gap))
    return f"furthest off is {of.statistic.components[k]}, {number(float(mean[k]))} for {number(float(target[k]))}"


def _remark(of: Check) -> str:
    return f" ({of.statistic.remark})" if of.statistic.remark else ""
