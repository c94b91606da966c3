"""The numbers of shocks as one table: what, of which scenario, when, value and interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..comparing.statistics import Interval
    from .findings import Shocks
    from .hysteresis import Crossing, Hysteresis

UNKNOWN = "-"
SORTED = 2
"""Pairs whose sorting is told."""
COUNTED = {"partnerships.count": "partnerships", "output.volume": "joint works"}
Cells = tuple[str, str, str, str]


def table(found: Shocks) -> tuple[list[str], list[list[str]]]:
    """Headings and rows; a row that begins a shock has its name only."""
    rows: list[list[str]] = []
    for heading, cells in _blocks(found):
        body = list(cells)
        if body:
            rows.append([heading, "", "", ""])
        above = ""
        for name, when, value, interval in body:
            rows.append(["" if name == above else f"  {name}", when, value, interval])
            above = name
    return ["shock", "", "value", "95 % interval"], rows


def _blocks(found: Shocks) -> Iterator[tuple[str, Iterator[Cells]]]:
    for own in found.shown_hysteresis:
        for h in own:
            yield f"Hysteresis: {h.pair}, missing {COUNTED[h.quantity]}", _hysteresis(h)
    for quantity, counted in COUNTED.items():
        rows = [row for row in found.shown_substitution if row.quantity == quantity]
        for (gained, lost), _ in groupby(sorted(rows, key=_pairs), key=_pairs):
            cells = _substitution(found, quantity, gained, lost)
            yield f"Substitution: {gained} for {lost}, {counted}", cells
    for pair in list(dict.fromkeys(row.pair for row in found.sorting))[:SORTED]:
        a, b = sorted(pair.split(">"), key=lambda bloc: bloc != found.first_bloc)
        yield f"Sorting: {a}-{b} partnerships of listed of {pair.split('>')[1]}", _sorting(found, pair)
    for pair in dict.fromkeys(row.pair for row in found.dependency):
        a, b = pair.split(">")
        yield f"Dependency: {a} on {b} less reverse, partnerships", _dependency(found, pair)


def _pairs(row: object) -> tuple[str, str]:
    return row.gained, row.lost  # type: ignore[attr-defined]


def _hysteresis(h: Hysteresis) -> Iterator[Cells]:
    name = f"{h.lifting.scenario} against {h.lifting.baseline}"
    for years, gap in {0: h.at_lifting, **h.gaps}.items():
        when = f"{years} year{'s' if years > 1 else ''} after" if years else f"lifted {h.lifting.day}"
        yield name, when, share(gap.value), ends(gap, share_end)
    yield name, "90 % back", *crossing(h.recovery_months, 12.0 * h.watched, "month")
    yield name, "half-life", *crossing(h.half_life, h.watched, "year")


def _substitution(found: Shocks, quantity: str, gained: str, lost: str) -> Iterator[Cells]:
    for row in found.shown_substitution:
        if (row.quantity, row.gained, row.lost) == (quantity, gained, lost):
            base, period = row.first.rsplit(", ", 1)
            name = f"{row.scenario} against {base}, {period}"
            for what, ratio in (("compensation", row.compensation), ("elasticity", row.elasticity)):
                if ratio is not None:
                    yield name, what, signed(ratio.value), ends(ratio, signed)
    if quantity == "output.volume":
        for o, _ in found.shown_observed:
            if (o.lost, o.gained) == (lost, gained):
                name = f"observed, {o.years[0]} and {o.years[1]} ({o.source})"
                yield name, "compensation", signed(o.compensation), UNKNOWN
                yield name, "elasticity", signed(o.elasticity), UNKNOWN


def _sorting(found: Shocks, pair: str) -> Iterator[Cells]:
    rows = [row for row in found.sorting if row.pair == pair]
    names = {row.scenario for row in rows}
    shared = set.intersection(*({row.day for row in rows if row.scenario == name} for name in names))
    for row in rows:
        if shared and row.day == max(shared):
            yield row.scenario, f"held {row.day}", share(row.share.value), ends(row.share, share_end)
            yield row.scenario, "more than expected", points(row.excess.value), ends(row.excess, points_end)
            if row.against_base is not None:
                against = f"less that of {found.scenarios[0]}"
                yield row.scenario, against, points(row.against_base.value), ends(row.against_base, points_end)


def _dependency(found: Shocks, pair: str) -> Iterator[Cells]:
    for scenario in found.scenarios:
        own = [
            d
            for d in found.dependency
            if (d.scenario, d.pair, d.indicator) == (scenario, pair, "dependency.partnerships")
        ]
        if own:
            yield scenario, own[-1].period, points(own[-1].level.value), ends(own[-1].level, points_end)


# --- numbers as text ----------------------------------------------------------------------------------------------


def crossing(time: Crossing, watched: float, unit: str) -> tuple[str, str]:
    """A time and its interval; what is not reached within the ``watched`` time is longer than that."""

    def text(value: float) -> str:
        if math.isinf(value):
            return f"over {watched:.0f}"
        return f"{value:.0f}" if unit == "month" else f"{value:.1f}"

    if math.isnan(time.value):
        return "never below" if unit == "month" else UNKNOWN, UNKNOWN
    known = time.low is not None and time.high is not None and not math.isinf(time.low)
    interval = f"{text(time.low)} to {text(time.high)}" if known else UNKNOWN  # type: ignore[arg-type]
    return f"{text(time.value)} {unit}s", interval


def ends(value: Interval, form: Callable[[float], str]) -> str:
    """Both ends of an interval."""
    return UNKNOWN if value.low is None or value.high is None else f"{form(value.low)} to {form(value.high)}"


def share(value: float) -> str:
    """A share in per cent."""
    return f"{100 * value:z.1f} %"


def share_end(value: float) -> str:
    """A share without its unit."""
    return f"{100 * value:z.1f}"


def points(value: float) -> str:
    """A difference of shares."""
    return f"{100 * value:+z.1f} pts"


def points_end(value: float) -> str:
    """A difference of shares without its unit."""
    return f"{100 * value:+z.1f}"


def signed(value: float) -> str:
    """A ratio with its sign."""
    return f"{value:+z.3f}"
