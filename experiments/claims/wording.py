"""Claims as a table and as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from .definition import KINDS, Claim
from .judging import FAIL, OPEN, PASS, UNTESTED, Findings, Judged

UNKNOWN = "–"
NOT_UNCERTAINTY = (
    "Intervals: 95 %, over replicates: the luck of one calibrated model. They do not hold the uncertainty of parameters and of "
    "the assumed sizes of measures, which is larger."
)


def table(found: Findings) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of text; a row that begins a group of claims has its name only."""
    rows = []
    tested, places = _tested(found), sources(found)
    for about, own in groupby(tested, key=lambda row: row.claim.about):
        rows.append([about, *[""] * 6])
        for row in own:
            claim = row.claim
            value = UNKNOWN if row.model is None else number(row.model.value, claim.unit)
            rows.append(
                [f"  {claim.title}", claim.kind, f"{agreeing(claim)} [{places[claim.source]}]", value, interval(row),
                 UNKNOWN if row.seen is None else number(row.seen, claim.unit), row.verdict]
            )  # fmt: skip
    return ["claim", "kind", "published", "model", "95 %", "packaged\ncounts", "verdict"], rows


def _tested(found: Findings) -> list[Judged]:
    return [row for row in found.rows if row.verdict != UNTESTED]


def sources(found: Findings) -> dict[str, int]:
    """Source -> its number in the table, from 1."""
    return {source: place for place, source in enumerate(dict.fromkeys(r.claim.source for r in _tested(found)), 1)}


def lines(found: Findings) -> list[str]:
    """What is said below the table, one paragraph a line."""
    return list(_lines(found))


def _lines(found: Findings) -> Iterator[str]:
    for source, place in sources(found).items():
        said = dict.fromkeys(row.claim.published for row in _tested(found) if row.claim.source == source)
        yield f"[{place}] {source}: {'; '.join(said)}."
    untested = [row for row in found.rows if row.verdict == UNTESTED]
    if untested:
        yield "Cannot be tested:"
    for row in untested:
        yield f"- {row.claim.title} ({row.claim.published}; {row.claim.source}): {row.reason}."
    yield summary(found)
    yield (
        "Published: the bounds of what agrees with it; claims.json says where they come from. "
        "pass: the whole interval agrees with what was published; fail: none of it does; open: a bound lies inside it, or there "
        "is no interval."
    )
    yield NOT_UNCERTAINTY
    yield " ".join(f"{kind.capitalize()}: {meaning}." for kind, meaning in KINDS.items())
    if any(row.seen is not None for row in found.rows):
        yield (
            "Packaged counts: the same quantity in the observed counts of the tables, where the figure was published of "
            "another database; it judges nothing."
        )


def summary(found: Findings) -> str:
    """How many claims of each kind got which verdict."""
    parts = []
    for kind in KINDS:
        told = [f"{n} {verdict}" for verdict in (PASS, FAIL, OPEN) if (n := found.count(verdict, kind))]
        if told:
            parts.append(f"{kind}s: {', '.join(told)}")
    beyond = found.count(UNTESTED)
    text = "; ".join([*parts, *([f"{beyond} cannot be tested"] if beyond else [])])
    return f"{text[:1].upper()}{text[1:]}."


def agreeing(claim: Claim) -> str:
    """What was published, as the bounds of what agrees with it."""
    low, high, unit = claim.low, claim.high, claim.unit
    if low is not None and high is not None:
        return number(low, unit) if low == high else spread(low, high, unit)
    return f"over {number(low, unit)}" if low is not None else f"under {number(high or 0.0, unit)}"


def interval(row: Judged) -> str:
    """Both ends of the model's interval."""
    if row.model is None or row.model.low is None or row.model.high is None:
        return UNKNOWN
    return spread(row.model.low, row.model.high, row.claim.unit)


def spread(low: float, high: float, unit: str) -> str:
    """Two ends, with one unit."""
    return f"{number(low, unit).removesuffix(' %').removesuffix(' pts')} to {number(high, unit)}"


def number(value: float, unit: str) -> str:
    """A figure in its unit: a share in per cent, a difference of shares in points, a ratio as it is."""
    match unit:
        case "share":
            return f"{100 * value:z.1f} %"
        case "points":
            return f"{100 * value:+z.1f} pts" if value else "0 pts"
        case _:
            return f"{value:z.2f}"
