"""An attribution as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attribution import Attribution, Contribution

UNKNOWN = "-"
MOST_NAMED = 3
"""Contributions that the sentence names."""


def table(found: Attribution) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of text: contributions, the largest first, and their sum."""
    headings = ["", "contribution", "standard\nerror", "95 % interval", "share of\nthe change"]
    exact = found.method == "exact"
    headings += ["alone", "last"] if exact else []
    rows = [
        [
            c.title,
            amount(found, c.value),
            UNKNOWN if c.standard_error is None else amount(found, c.standard_error).lstrip("+"),
            interval(found, c),
            UNKNOWN if c.share is None else f"{100 * c.share:+.0f} %",
            *([amount(found, c.alone or 0.0), amount(found, c.last or 0.0)] if exact else []),
        ]
        for c in found.contributions
    ]
    total = sum(c.value for c in found.contributions)
    whole = [amount(found, total), "", interval(found, found), UNKNOWN if not _clear(found) else "+100 %"]
    whole[1] = UNKNOWN if found.standard_error is None else amount(found, found.standard_error).lstrip("+")
    return headings, [*rows, ["sum: the whole change", *whole, *([""] * 2 if exact else [])]]


def lines(found: Attribution) -> list[str]:
    """What is said below the table."""
    quantity = f"{found.indicator} of {found.pair}, {found.period}"
    said = [
        f"{quantity}: {level(found, found.baseline_value)} in {found.baseline}, "
        f"{level(found, found.scenario_value)} in {found.scenario} ({found.unit}), a change of "
        f"{amount(found, found.change)} ({interval(found, found)})."
    ]
    named = [c for c in found.contributions if _clear(c)][:MOST_NAMED]
    if named and _clear(found):
        parts = [f"{c.title} {amount(found, c.value)} ({100 * (c.share or 0.0):+.0f} %)" for c in named]
        said.append(f"Most of it: {'; '.join(parts)}.")
    unclear = sum(not _clear(c) for c in found.contributions)
    if unclear and found.replicates > 1:
        said.append(f"{unclear} of {len(found.contributions)} contributions are not clear of zero.")
    if found.method == "exact":
        said.append(
            f"Exact Shapley values: all {found.coalitions} coalitions, {found.replicates} replicates with the same luck "
            f"({found.runs:,} runs). Alone: what it changes when no other measure differs; last: when all others do."
        )
    else:
        said.append(
            f"Sampled Shapley values: {found.orders} orders of joining drawn for each of {found.replicates} replicates "
            f"with the same luck ({found.runs:,} runs); the standard errors hold the noise of the drawing as well."
        )
    said.append(
        "A contribution is the mean of what a measure changes when it joins, over the orders in which measures may come; "
        "so contributions sum to the whole. It says which measures of the model made the change, not what they did in the "
        "world."
    )
    return said


def amount(found: Attribution, value: float) -> str:
    """A difference with its sign, with digits enough for the whole; shares in percentage points."""
    share = found.unit == "share"
    scale = 100.0 if share else 1.0
    largest = scale * max(abs(found.change), *(abs(c.value) for c in found.contributions))
    digits = 3 if largest < 0.1 else 2 if largest < 10.0 else 1 if largest < 100.0 else 0
    return f"{scale * value:+z,.{digits}f}" + (" pts" if share else "")


def level(found: Attribution, value: float) -> str:
    """A value of the outcome."""
    return f"{100 * value:.2f} %" if found.unit == "share" else f"{value:,.{0 if abs(value) >= 100 else 2}f}"


def interval(found: Attribution, of: Attribution | Contribution) -> str:
    """Both ends."""
    if of.low is None or of.high is None:
        return UNKNOWN
    return f"{amount(found, of.low).removesuffix(' pts')} to {amount(found, of.high)}"


def _clear(of: Attribution | Contribution) -> bool:
    return of.low is not None and of.high is not None and (of.low > 0.0 or of.high < 0.0)
