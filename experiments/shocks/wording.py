"""What is said of shocks below their table: why there is none, what else differs, and what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .table import signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .findings import Shocks
    from .hysteresis import Hysteresis
    from .lifting import Lifting
    from .substitution import Observed, Replacement

NAMED = 4
"""Most measures that are named in a sentence."""


def lines(found: Shocks) -> list[str]:
    """One paragraph a line."""
    said = [f"Hysteresis is left out: {why}." for why in _reasons(found)]
    for own in found.shown_hysteresis:
        said += [_lifted(own[0]), *(f"Note: {note}." for note in beside(own[0].lifting))]
    said += [
        f"Substitution is undefined for {row.scenario}, {row.quantity}: {row.reason}."
        for row in found.shown_substitution
        if row.compensation is None
    ]
    said += [f"{observed_words(o)} {as_observed_words(rows)}".rstrip() for o, rows in found.shown_observed]
    return said


def _reasons(found: Shocks) -> list[str]:
    """Why there is no hysteresis: what comes nearest, of many pairs of scenarios."""
    if not found.not_lifted:
        return []
    nearest = [why for why in found.not_lifted if "has no restriction" not in why]
    return nearest[:1] or ["no scenario has restrictions that another one never had"]


def _lifted(h: Hysteresis) -> str:
    lifting = h.lifting
    return (
        f"{lifting.scenario} lifts {counted(lifting.measures, 'restriction')} on {lifting.day} that {lifting.baseline} never "
        f"had. What is missing of {h.pair} is what the two differ by, nothing that was put in."
    )


def beside(lifting: Lifting) -> list[str]:
    """What the gap holds besides the lifted measures, one clause each."""
    return [
        f"the gap holds as well {counted(names, 'measure')} {what}: {few(names)}"
        for names, what in (
            (lifting.ended_before, f"that {lifting.scenario} had and {lifting.baseline} had not, ended before"),
            (lifting.goes_on, f"that {lifting.scenario} keeps and {lifting.baseline} has not, or not alike"),
            (lifting.only_in_base, f"that {lifting.baseline} keeps and {lifting.scenario} has not, or not alike"),
        )
        if names
    ]


def observed_words(observed: Observed) -> str:
    """The observed reading of substitution."""
    before, after = observed.years
    works = ", ".join(
        f"{pair} {a:,.0f} and {b:,.0f}"
        for pair, (a, b) in ((observed.lost, observed.lost_works), (observed.gained, observed.gained_works))
    )
    return (
        f"Observed, joint works of {before} and {after} ({observed.source}): {works}; compensation "
        f"{signed(observed.compensation)}."
    )


def as_observed_words(rows: Sequence[Replacement]) -> str:
    """The same reading of the first run that covers the years; nothing where none does."""
    if not rows:
        return ""
    row = rows[0]
    works = ", ".join(
        f"{pair} {before:,.0f} and {before + change.value:,.0f}"
        for pair, before, change in (
            (row.lost, row.lost_before, row.change_lost), (row.gained, row.gained_before, row.change_gained),
        )
    )  # fmt: skip
    ratio = "undefined, for " + str(row.reason) if row.compensation is None else signed(row.compensation.value)
    return f"Simulated, {row.scenario}: {works}; compensation {ratio}."


def counted(names: Sequence[str], what: str) -> str:
    """A number of measures."""
    return f"{len(names)} {what}{'s' if len(names) != 1 else ''}"


def few(names: Sequence[str]) -> str:
    """Some of the names, and how many more."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
