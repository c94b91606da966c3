"""A user's network between institutions, at one or more dates, from a CSV file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model.errors import InputError, as_written, nearest_name
from model.tables import rows

from .networks import Network

if TYPE_CHECKING:
    from model.scenario import Scenario

COLUMNS = ("date", "a", "country_a", "b", "country_b")
FEWEST = 10
"""Institutions in a file."""


@dataclass(frozen=True)
class Ties:
    """Waves of a network; all number the same n institutions."""

    path: Path
    days: tuple[date, ...]  # of the waves, in order; the network stands at the end of the day
    times: tuple[date, ...]  # start of a quarter at which each is held against the simulation
    waves: tuple[Network, ...]
    countries: tuple[str, ...]  # those that have an institution in the file, in the order of the world
    isolates: bool  # whether institutions without partners are listed
    domestic: int  # ties within a country, which were left out

    @property
    def institutions(self) -> int:
        """Institutions in the file."""
        return self.waves[0].n


def quarter_start(day: date) -> date:
    """The start of a quarter that is nearest to the end of a day."""
    after = day + timedelta(days=1)
    begins = date(after.year, 3 * ((after.month - 1) // 3) + 1, 1)
    following = date(begins.year + begins.month // 10, (begins.month + 2) % 12 + 1, 1)
    return begins if after - begins <= following - after else following


def read_ties(path: Path, countries: Sequence[str], scenario: Scenario) -> Ties:
    """Read and check a file of ties. Raises `InputError`.

    Columns: ``date`` at whose end the tie stands, ``a`` and ``b`` names of institutions, ``country_a`` and ``country_b``
    codes of ``countries``; others are ignored. A row with neither ``b`` nor ``country_b`` says that ``a`` is there and has
    no partner at that date. Ties within a country are left out: partnerships are international.
    """
    columns = {
        "date": _day, "a": rows.text, "country_a": rows.text, "b": rows.optional_text, "country_b": rows.optional_text,
    }  # fmt: skip
    read = rows.read_csv(path, columns)
    if not read:
        raise InputError("has no rows", where=str(path), allowed=f"a row for each tie: {', '.join(COLUMNS)}")
    country = _countries(path, read, countries)
    names = {name: number for number, name in enumerate(country)}
    if len(names) < FEWEST:
        raise InputError(f"has {len(names)} institutions", where=str(path), allowed=f"{FEWEST} or more")
    days = tuple(sorted({row["date"] for row in read}))
    times = _times(path, days, scenario)
    pairs: dict[date, set[tuple[int, int]]] = {day: set() for day in days}
    domestic = 0
    for row in read:
        if not row["b"]:
            continue
        where = f"{path}: {row['date']}, {row['a']}, {row['b']}"
        a, b = sorted((names[row["a"]], names[row["b"]]))
        if a == b:
            raise InputError("ties an institution to itself", where=where, allowed="two institutions")
        if (a, b) in pairs[row["date"]]:
            raise InputError("stands there twice", where=where, allowed="one row for each pair and date, in any order")
        pairs[row["date"]].add((a, b))
    of_country = list(country.values())
    waves = []
    for day in days:
        ends = np.array(sorted(pairs[day]), np.int64).reshape(-1, 2)
        abroad = np.array([of_country[a] != of_country[b] for a, b in ends.tolist()], np.bool_)
        domestic += int((~abroad).sum())
        if not abroad.any():
            raise InputError(
                f"has no tie between two countries on {day}",
                where=str(path),
                allowed="international ties at every date",
            )
        waves.append(Network(ends[abroad, 0], ends[abroad, 1], len(names)))
    present = set(of_country)
    return Ties(
        path, days, times, tuple(waves), tuple(code for code in countries if code in present),
        any(not row["b"] for row in read), domestic,
    )  # fmt: skip


def _day(value: str) -> date:
    """A date, which must be there."""
    found = rows.optional_day(value)
    if found is None:
        raise InputError("is empty", allowed="a date such as 2013-12-31")
    return found


def _countries(path: Path, read: Iterable[dict[str, Any]], known: Sequence[str]) -> dict[str, str]:
    """Institution -> country, in the order of first appearance; checked."""
    found: dict[str, str] = {}
    for row in read:
        where = f"{path}: {row['date']}, {row['a']}, {row['b']}"
        if bool(row["b"]) != bool(row["country_b"]):
            missing = "country_b" if row["b"] else "b"
            raise InputError(f"{missing} is empty", where=where, allowed="both b and country_b, or neither")
        for name, code in ((row["a"], row["country_a"]), (row["b"], row["country_b"])):
            if not name:
                continue
            if code not in known:
                raise InputError(
                    f"there is no country {as_written(code)} in this world", where=where,
                    nearest=nearest_name(code, known), allowed=", ".join(known),
                )  # fmt: skip
            if found.setdefault(name, code) != code:
                raise InputError(
                    f"{as_written(name)} is of {found[name]} and of {code}", where=where,
                    allowed="one country for each institution",
                )  # fmt: skip
    return found


def _times(path: Path, days: Sequence[date], scenario: Scenario) -> tuple[date, ...]:
    """Starts of quarters at which waves are held against a run; checked."""
    times = tuple(quarter_start(day) for day in days)
    time = scenario.time
    for day, at in zip(days, times, strict=True):
        if not time.start < at <= time.end:
            raise InputError(
                f"{day} is not within the run of {scenario.name}", where=str(path),
                allowed=f"dates after {time.start} and before {time.end}",
            )  # fmt: skip
    for k in range(1, len(times)):
        if times[k] == times[k - 1]:
            raise InputError(
                f"{days[k - 1]} and {days[k]} are of one quarter", where=str(path), allowed="one date a quarter"
            )
    return times
