"""A ranking as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .estimates import SAMPLES
from .worlds import WITH, WITHOUT

if TYPE_CHECKING:
    from ..comparing.statistics import Interval
    from .channel import AtEnd, Ranking

UNKNOWN = "-"
ASSUMED = "*"
"""After the name of an instrument whose size nobody has measured."""
WORDS = {WITH: "with", WITHOUT: "without"}


def head(found: Ranking, budgeted: bool) -> str:
    """What stands above a table."""
    what = (
        "With a budget: for a million 2017 PPP dollars that was awarded"
        if budgeted
        else "Without a budget: a year, whatever it costs"
    )
    return what + (". Upper line with sanctions in force, lower line without." if len(found.worlds) > 1 else ".")


def table(found: Ranking, budgeted: bool) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of text, in the order of ranks in the first world; a line of a cell for each world."""
    headings = ["", "surviving", "joint works", "first in", "seen\nfrom", "half-\ntime"]
    headings += ["announced\nexecuted"] if budgeted else ["equal\nat"]
    headings += ["over the range\nof its size"] if found.ranges else []
    rows = []
    for channel in found.of(found.worlds[0]["key"], budgeted):
        beside = found.beside(channel)
        columns = [
            [spread(c.outcome) for c in beside],
            [spread(c.works_outcome) for c in beside],
            [percent(c.first) for c in beside],
            [UNKNOWN if c.seen_from is None else str(c.seen_from) for c in beside],
            [UNKNOWN if c.half_time is None else f"{c.half_time:.1f}" for c in beside],
            [number(c.break_even) for c in beside],
        ]
        if channel.money is not None:
            columns[-1] = [number(channel.money.announced), number(channel.money.entered)]
        if found.ranges:
            columns.append([at_end(channel.low), at_end(channel.high)])
        name = channel.instrument + (f" {ASSUMED}" if channel.assumed else "")
        rows.append([name, *("\n".join(column) for column in columns)])
    return headings, rows


def lines(found: Ranking) -> list[str]:
    """What is said below the tables."""
    return [*explained(found), *(f"Note: {note}." for note in notes(found))]


def explained(found: Ranking) -> Iterator[str]:
    """How the numbers came about and how to read them."""
    cohorts = found.years - found.survive
    without = "".join(f"; without: {w['title']} ({len(w['differs'])} measures differ)" for w in found.worlds[1:])
    yield (
        f"Each instrument alone, between {found.pair} from {found.start}-01-01, against the same world without it: "
        f"{found.years} years, {found.replicates} replicates with the same luck. World: {found.worlds[0]['title']}{without}."
    )
    yield (
        f"Surviving: partnerships of the pair that began in the first {cohorts} years and lived {found.survive}, all of "
        "them, whoever made them, so that what an instrument only relabels or crowds out does not count. Works: joint works "
        f"of the pair within the {found.years} years. Intervals: 95 %, of the luck of replicates only."
    )
    yield (
        f"First in: share of {SAMPLES:,} bootstrap samples of replicates in which it has the most surviving. Seen from: "
        "first year of two in a row in which living partnerships differ clearly. Half-time: years until half of the "
        "difference at the end."
    )
    channels = [c for c in found.channels if c.world == found.worlds[0]["key"]]
    assumed = sum(c.assumed for c in channels)
    if assumed:
        yield (
            f"{ASSUMED} The size of its main effect is assumed, not measured: {assumed} of {len(channels)} instruments. Their "
            "order is that of the sizes that were assumed as much as of how they work"
            + ("." if found.ranges else "; --ranges runs both ends of each.")
        )
    if found.best and any(not c.budgeted for c in channels):
        names = ", ".join(f"{name} ({WORDS[world]})" for world, name in found.best.items())
        yield (
            "Equal at: the cost, in million a year, at which it would bring as many surviving partnerships for a million "
            f"as the best programme, {names}; what it does cost nobody has published."
        )
    yield from _of_sanctions(found)


def _of_sanctions(found: Ranking) -> Iterator[str]:
    if not found.sanctions:
        return
    clear = [s for s in found.sanctions if _clear(s["surviving"])]
    if not clear:
        yield "Sanctions in force change the surviving partnerships of no instrument clearly."
        return
    said = [f"{s['instrument']} {s['surviving']['value']:+,.1f} ({_ends(s['surviving'])}) a year" for s in clear]
    rest = len(found.sanctions) - len(clear)
    yield f"Sanctions in force change what instruments bring: {'; '.join(said)}; of {rest} others not clearly."


def notes(found: Ranking) -> list[str]:
    """What limits the reading of this ranking."""
    said = []
    first = [c for c in found.channels if c.world == found.worlds[0]["key"]]
    for channel in first:
        if channel.budgeted and channel.rank is None:
            said.append(
                f"{channel.instrument} awarded no project in time: one institution of this world stands for "
                f"{found.omega:.1f} real ones, and so does a project; a finer world (--set world.institutions=...) or more "
                "--years show it"
            )
        money = channel.money
        if money is not None and money.factor and money.factor_low and money.factor_high:
            less, more = money.factor / money.factor_high - 1.0, money.factor / money.factor_low - 1.0
            if more > less:
                said.append(
                    f"money of {channel.instrument} was published in {money.currency} and is worth {money.factor:g} 2017 PPP "
                    f"dollars each ({money.factor_status}, {money.factor_low:g} to {money.factor_high:g}): at the ends of "
                    f"that range its figures for a million are {100 * less:+.0f} % and {100 * more:+.0f} %"
                )
        if channel.named and found.omega >= 2.0:
            said.append(
                f"{channel.instrument} is about named institutions, each of which stands for {found.omega:.1f} real ones in "
                "this world: it counts as that many of its kind"
            )
    short = [c.instrument for c in first if c.term_years is not None and c.term_years >= found.survive]
    if short:
        said.append(
            f"partnerships under contract do not end, and the terms of {', '.join(short)} are {found.survive} years or more: "
            "those that it made survive by contract; --survive asks for longer"
        )
    return said


def spread(of: Interval | None) -> str:
    """A value and its interval."""
    if of is None:
        return UNKNOWN
    if of.low is None or of.high is None:
        return number(of.value)
    digits = _digits(max(abs(of.value), abs(of.low), abs(of.high)))
    return f"{of.value:z,.{digits}f} ({of.low:z,.{digits}f} to {of.high:z,.{digits}f})"


def at_end(end: AtEnd | None) -> str:
    """The outcome at one end of a range, and the end."""
    return UNKNOWN if end is None else f"{number(end.outcome.value if end.outcome else None)} at {end.setting:g}"


def number(value: float | None) -> str:
    """A number with about three digits that count."""
    return UNKNOWN if value is None else f"{value:z,.{_digits(abs(value))}f}"


def _digits(size: float) -> int:
    """Decimals of a number."""
    return 0 if size >= 100.0 else 1 if size >= 10.0 else 2


def percent(share: float | None) -> str:
    """A share."""
    return UNKNOWN if share is None else f"{100 * share:.0f} %"


def _clear(of: dict[str, Any]) -> bool:
    return of["low"] is not None and (of["low"] > 0.0 or of["high"] < 0.0)


def _ends(of: dict[str, Any]) -> str:
    return f"{of['low']:+,.1f} to {of['high']:+,.1f}"
