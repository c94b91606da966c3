"""A comparison as text: the rows of its table, and paragraphs made from the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING

from .headline import HEADLINE, headline_rows, shown_rows

if TYPE_CHECKING:
    from .comparison import Comparison, Row
    from .compensation import Compensation

UNKNOWN = "-"
POINTS, SHORT = " points", " pts"
"""Unit of differences between shares, in a sentence and in the table."""
LATE = 0.4
"""Works follow partnerships: a relative change of works below this share of that of partnerships is said to lag."""

Named = Callable[[str], str]
"""Name of a scenario -> what it is called in a sentence."""


def table(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of text of the pairs that matter; a pair, quantity and period in which nothing differs is left out.

    With several scenarios, each begins with a row that names it.
    """
    headings = ["pair", "", "period", comparison.baseline, "difference", f"{100 * comparison.level:.0f} % interval"]
    headings += ["Monte-Carlo\nerror", "replicates\nneeded"]
    rows = []
    above = ("", "", "")
    for row in ordered(comparison):
        here = (row.scenario, row.pair, row.indicator)
        if row.scenario != above[0] and len(comparison.scenarios) > 1:
            rows.append([row.scenario, *[""] * (len(headings) - 1)])
        rows.append(
            [
                "" if here[:2] == above[:2] else row.pair,
                "" if here == above else HEADLINE[row.indicator],
                row.period,
                value_text(row, row.baseline_value),
                change_text(row, row.difference, SHORT),
                interval_text(row),
                UNKNOWN if row.mc_error is None else change_text(row, row.mc_error, SHORT).lstrip("+"),
                UNKNOWN if row.needed is None else f"{row.needed:,}",
            ]
        )
        above = here
    return headings, rows


def ordered(comparison: Comparison) -> list[Row]:
    """Rows to show: by scenario, pair and quantity, periods below each other; a mix after its pair's own rows."""
    pair = {name: place for place, name in enumerate(dict.fromkeys(_pair_of(row) for row in comparison.rows))}
    quantity = {name: place for place, name in enumerate(HEADLINE)}
    rows = [row for scenario in comparison.scenarios for row in shown_rows(comparison, scenario)]
    scenario = {name: place for place, name in enumerate(comparison.scenarios)}
    return sorted(rows, key=lambda row: (scenario[row.scenario], pair[_pair_of(row)], quantity[row.indicator]))


def lines(comparison: Comparison) -> list[str]:
    """Paragraphs: what differs, what is made up for, how sure it is, and notes."""
    said = [line for scenario in comparison.scenarios for line in paragraphs(comparison, scenario)]
    if comparison.replicates == 1:
        said.append("One replicate: intervals, Monte-Carlo errors and compensation ratios are not defined.")
    else:
        said += precision_words(comparison)
    return [*said, *(f"Note: {note}." for note in comparison.notes)]


@dataclass(frozen=True)
class Told:
    """What a scenario changes against the base, in words: of the last period in which anything differs."""

    same: str
    """A sentence about the periods in which nothing differs; empty if there are none."""
    period: str
    """The period that the rest is about; empty if nothing differs anywhere."""
    pairs: tuple[tuple[str, str], ...]
    """Pairs with differences that are clear of zero, and these."""
    unclear: str
    """A sentence about the other pairs; empty if there are none."""
    remarks: tuple[str, ...]
    """Sentences about the lag of works, and about what is made up for."""


def tell(comparison: Comparison, scenario: str, named: Named = str) -> Told:
    """What a scenario changes; ``named`` gives the scenarios the names that are said."""
    rows = [row for row in comparison.rows if row.scenario == scenario and row.of == "blocs"]
    periods = [period for period in comparison.periods if any(row.period == period for row in rows)]
    differing = [p for p in periods if any(row.period == p and not row.identical for row in rows)]
    unchanged = [period for period in periods if period not in differing]
    same = ""
    if unchanged:
        names = named(scenario), named(comparison.baseline)
        same = f"In {', '.join(unchanged)} no replicate of {names[0]} differs from {names[1]}."
    if not differing:
        return Told(same, "", (), "", ())
    last = differing[-1]
    shown = [row for row in ordered(comparison) if row.scenario == scenario and row.period == last]
    clear, unclear = [], []
    for pair, own in groupby(shown, key=_pair_of):
        clauses = [_clause(row) for row in own if _is_clear(row, comparison)]
        if clauses:
            clear.append((pair, joined(clauses)))
        else:
            unclear.append(pair)
    remarks = _lagging(shown, comparison)
    ratios = [c for c in comparison.compensation if c.scenario == scenario and c.period == last]
    if ratios and comparison.replicates > 1:
        remarks.append(_made_up(ratios, comparison.level, named))
    return Told(
        same=same,
        period=last,
        pairs=tuple(clear),
        unclear=f"No difference is clear of zero for {joined(unclear)}." if unclear else "",
        remarks=tuple(remarks),
    )


def paragraphs(comparison: Comparison, scenario: str) -> list[str]:
    """What a scenario changes against the base: where nothing differs, then a paragraph for the last period that differs."""
    told = tell(comparison, scenario)
    said = [told.same] if told.same else []
    if not told.period:
        return said
    sentences = [f"{scenario} against {comparison.baseline}, means over {told.period}."]
    sentences += [f"{pair}: {text}." for pair, text in told.pairs]
    return [*said, " ".join(filter(None, [*sentences, told.unclear, *told.remarks]))]


def _pair_of(row: Row) -> str:
    """The pair of a row; the mix of A>B stands with the pair A-B."""
    return row.pair.replace(">", "-")


def _is_clear(row: Row, comparison: Comparison) -> bool:
    """Whether a difference is clear of zero; with one replicate, whether there is any."""
    if row.low is None or row.high is None:
        return comparison.replicates == 1 and not row.identical
    return row.low > 0.0 or row.high < 0.0


def _clause(row: Row) -> str:
    """One difference in words."""
    share = row.unit == "share"
    percent = "" if row.relative is None or share else f"{100 * row.relative:+z.1f} %"
    ends = "" if row.low is None else interval_text(row, POINTS)
    detail = f" ({'; '.join(filter(None, (percent, ends)))})" if percent or ends else ""
    amount = change_text(row, abs(row.difference), POINTS).lstrip("+")
    more = row.difference > 0
    if row.indicator == "output.share":
        return f"a share of all joint works {amount} {'higher' if more else 'lower'}{detail}"
    if share:
        own, partner = row.pair.split(">") if ">" in row.pair else (row.pair, "the partner")
        return f"{amount} {'more' if more else 'less'} of {own}'s own joint works with {partner}{detail}"
    quantity = "joint works a year" if row.indicator == "output.volume" else HEADLINE[row.indicator]
    return f"{amount} {'more' if more else 'fewer'} {quantity}{detail}"


def joined(parts: Sequence[str]) -> str:
    """Parts of a sentence with commas, and "and" before the last."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _lagging(shown: Sequence[Row], comparison: Comparison) -> list[str]:
    """A word on the lag of works where these have not yet followed partnerships."""
    change = {(row.indicator, row.pair): row for row in shown}
    for row in shown:
        works = change.get(("output.volume", row.pair))
        if row.indicator == "partnerships.count" and works is not None and _is_clear(row, comparison):
            ties, made = row.relative or 0.0, works.relative or 0.0
            if abs(ties) > 0.05 and abs(made) < LATE * abs(ties):
                return ["Joint works appear one to two years after they are begun, so they follow partnerships late."]
    return []


def _made_up(ratios: Sequence[Compensation], level: float, named: Named) -> str:
    """Compensation ratios of a period, and what they mean."""
    first = ratios[0]
    found = [text for text in map(_ratio, ratios) if text]
    if not found:
        return f"Compensation ratio, {first.period}: undefined, {first.reason}."
    against = first.baseline if first.lost_in == first.scenario else first.scenario
    return (
        f"Compensation ratio, {first.period}: {named(first.lost_in)} has {first.loss:,.0f} fewer {first.lost_pair} "
        f"partnerships than {named(against)}; for each of these, {joined(found)}; {100 * level:.0f} % intervals after "
        "Fieller."
    )


def _ratio(found: Compensation) -> str:
    """A ratio with its interval and what it means; empty where it is undefined."""
    if found.ratio is None or found.low is None or found.high is None:
        return ""
    reading = "makes up for a part" if found.low > 0.0 else "falls as well" if found.high < 0.0 else "not clear of zero"
    return f"{found.pair} changes by {found.ratio:+.2f} ({found.low:+.2f} to {found.high:+.2f}: {reading})"


def precision_words(comparison: Comparison) -> list[str]:
    """What pairing saved, and how many replicates the wanted precision takes."""
    rows = [row for row in headline_rows(comparison) if not row.identical]
    factors = sorted(row.variance_reduction for row in rows if row.variance_reduction is not None)
    said = ["Intervals are of means over replicates: they show luck, not what is unknown of parameters and effects."]
    if factors:
        said.append(
            f"Common random numbers divide the variance of these differences by {_factor(median(factors))} "
            f"(median; {_factor(factors[0])} to {_factor(factors[-1])})."
        )
    wanted = [row for row in rows if row.needed is not None]
    if wanted:
        most = max(wanted, key=lambda row: row.needed or 0)
        said.append(
            f"{comparison.replicates} replicates were run; an interval of {100 * comparison.precision:g} % of "
            f"{comparison.baseline}'s value to each side takes up to {most.needed:,} ({most.pair}, "
            f"{HEADLINE[most.indicator]}, {most.period}, {most.scenario})."
        )
    return said


def _factor(value: float) -> str:
    return f"{value:,.{0 if value >= 10.0 else 1}f}"


def value_text(row: Row, value: float) -> str:
    """A value of the row's quantity; shares in per cent."""
    return f"{100 * value:.2f} %" if row.unit == "share" else f"{value:,.{0 if abs(value) >= 100.0 else 1}f}"


def change_text(row: Row, value: float, points: str = SHORT) -> str:
    """A difference with its sign, with digits enough for what is compared; shares in percentage points."""
    scale = 100.0 if row.unit == "share" else 1.0
    largest = scale * max(abs(row.difference), abs(row.low or 0.0), abs(row.high or 0.0))
    digits = (2 if largest >= 0.1 else 3) if row.unit == "share" else (0 if largest >= 10.0 else 1)
    return f"{scale * value:+z,.{digits}f}" + (points if row.unit == "share" else "")


def interval_text(row: Row, points: str = "") -> str:
    """Both ends, with their unit once."""
    if row.low is None or row.high is None:
        return UNKNOWN
    return f"{change_text(row, row.low, '')} to {change_text(row, row.high, points)}"
