"""The evidence that measures rest on: dated events, mechanisms, sanctions, figures of programmes, what money is worth.

Tables with their sources, carried over. A tag before a source says how far it was read: [V] in the cited page, [R]
general knowledge, not read. Nothing here enters a run by itself; scenarios and presets name it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .errors import InputError, nearest_name
from .tables import rows

FOLDER = Path(__file__).parent / "data" / "evidence"
STATUSES = ("measured", "assumed")


@dataclass(frozen=True)
class Event:
    """A dated event: what of it a scenario has as measures, or why it has none."""

    date: str  # as far as it is known: a day, a month, a year, or a span
    event: str
    kind: str
    actors: str
    channel: str
    measures: tuple[str, ...]  # of the scenario `hindcast`
    note: str
    source: str
    url: str


@dataclass(frozen=True)
class Finding:
    """A row about a mechanism of cooperation or a channel of sanctions, and the preset that stands for it, if one does."""

    preset: str
    note: str
    what: str
    instances: str
    acts_on: str
    size: str
    source: str
    url: str
    confidence: str


@dataclass(frozen=True)
class Conversion:
    """What a unit of a currency was worth in a year, 2017 PPP dollars."""

    currency: str
    year: int
    factor: float
    low: float
    high: float
    status: str  # measured or assumed
    source: str


@lru_cache
def timeline() -> tuple[Event, ...]:
    """The dated events, in order."""
    columns = dict.fromkeys(("date", "event", "type", "actors", "channel", "source", "url"), rows.text)
    read = rows.read_csv(
        FOLDER / "timeline.csv", {**columns, "measures": rows.optional_text, "note": rows.optional_text}
    )
    return tuple(
        Event(
            row["date"], row["event"], row["type"], row["actors"], row["channel"], tuple(row["measures"].split()),
            row["note"], row["source"], row["url"],
        )
        for row in read
    )  # fmt: skip


@lru_cache
def mechanisms() -> tuple[Finding, ...]:
    """Mechanisms of cooperation."""
    return _findings("mechanisms.csv", ("mechanism", "instances", "quantity_changed", "evidence"))


@lru_cache
def sanctions() -> tuple[Finding, ...]:
    """Channels of sanctions."""
    return _findings("sanctions.csv", ("channel", "instance", "quantity_changed", "size_evidence"))


def findings_of(preset: str) -> list[Finding]:
    """All rows that a preset stands for."""
    return [row for row in (*mechanisms(), *sanctions()) if row.preset == preset]


def _findings(name: str, told: tuple[str, str, str, str]) -> tuple[Finding, ...]:
    what, instances, acts_on, size = told
    columns = dict.fromkeys((*told, "source", "url", "confidence"), rows.text)
    read = rows.read_csv(FOLDER / name, {**columns, "preset": rows.optional_text, "note": rows.optional_text})
    return tuple(
        Finding(
            row["preset"], row["note"], row[what], row[instances], row[acts_on], row[size], row["source"], row["url"],
            row["confidence"],
        )
        for row in read
    )  # fmt: skip


@lru_cache
def programme_figures() -> tuple[dict[str, Any], ...]:
    """Figures of programmes: mechanism, country_a, country_b, date_or_year, metric, value, unit, source, url, confidence."""
    columns = ("mechanism", "country_a", "country_b", "date_or_year", "metric", "value", "unit", "source", "url", "confidence")  # fmt: skip
    return tuple(rows.read_csv(FOLDER / "programme_figures.csv", dict.fromkeys(columns, rows.text)))


@lru_cache
def conversions() -> dict[tuple[str, int], Conversion]:
    """(currency, year) -> what a unit of it was worth."""
    columns = {
        "currency": rows.text, "year": rows.year, "factor": rows.count, "low": rows.count, "high": rows.count,
        "status": rows.text, "source": rows.text,
    }  # fmt: skip
    read = rows.read_csv(FOLDER / "money.csv", columns, key=("currency", "year"))
    return {(row["currency"], row["year"]): Conversion(**row) for row in read}


def conversion(currency: str, year: int) -> Conversion:
    """What a unit of a currency was worth in a year, 2017 PPP dollars; an ECU counts as a euro. Raises `InputError`."""
    known = conversions()
    code = "EUR" if currency == "ECU" else currency
    years = sorted(y for c, y in known if c == code)
    if not years:
        currencies = sorted({c for c, _ in known})
        raise InputError(
            f"there is no currency {currency!r}", where=str(FOLDER / "money.csv"),
            nearest=nearest_name(currency, currencies), allowed=", ".join([*currencies, "ECU"]),
        )  # fmt: skip
    if (code, year) not in known:
        raise InputError(
            f"does not know {currency} of {year}",
            where=str(FOLDER / "money.csv"),
            allowed=f"{years[0]} to {years[-1]}",
        )
    return known[code, year]


@dataclass(frozen=True)
class NetworkFigure:
    """A published figure about partnerships between institutions, for a simulated network to be held against."""

    value: float
    relation: str  # about, at least
    unit: str
    context: str
    source: str
    confidence: str


@lru_cache
def network_figures() -> dict[str, NetworkFigure]:
    """Name -> figure."""
    columns = dict.fromkeys(("figure", "relation", "unit", "context", "source", "url", "confidence"), rows.text)
    read = rows.read_csv(FOLDER / "network_figures.csv", {**columns, "value": rows.number}, key=("figure",))
    names = ("value", "relation", "unit", "context", "source", "confidence")
    return {row["figure"]: NetworkFigure(**{name: row[name] for name in names}) for row in read}
