"""What the game offers: places, ministries with goals, and entries with prices, from `menu.toml`."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

MENU = Path(__file__).parent / "menu.toml"

Texts = Mapping[str, str]
"""Language -> text."""
Choice = tuple[str, str]
"""(name of an entry, name of the place it is directed at)."""


@dataclass(frozen=True)
class Place:
    """Countries that a measure may be directed at."""

    name: str
    countries: tuple[str, ...]
    title: Texts


@dataclass(frozen=True)
class Goal:
    """What a ministry is scored by: the change of an indicator, summed over pairs, that it wants."""

    name: str
    indicator: str
    pairs: tuple[str, ...]
    want: str
    """more or less."""
    full: float
    """Change that is worth ten points: a part of the value without any action, or, of shares, a difference."""
    title: Texts

    @property
    def of_share(self) -> bool:
        """Whether changes are differences of shares."""
        return self.indicator.endswith((".share", ".mix"))


@dataclass(frozen=True)
class Entry:
    """Something that a ministry may choose, at a price in million 2017 PPP dollars a year."""

    name: str
    by: tuple[str, ...]
    price: int
    status: str
    source: str
    title: Texts
    preset: str = ""
    keys: int = 1
    """2: comes into force only if the place that it is directed at chooses it too."""
    towards: tuple[str, ...] = ()
    """Places that it may be directed at; none: all but one's own."""
    between: tuple[str, ...] = ()
    """Places of the measure's two sides, where they are not the ministry and its target."""
    turned: bool = False
    """Whether the ministry is the measure's `to`."""
    lifts: tuple[str, ...] = ()
    """Measures of the base that it ends."""


@dataclass(frozen=True)
class Ministry:
    """A place that a group plays."""

    place: str
    goals: tuple[Goal, ...]


@dataclass(frozen=True)
class Menu:
    """The whole game before anyone has played."""

    extends: str
    institutions: int
    first: int
    """Year in which the first round begins."""
    years: int
    """Of a round."""
    rounds: int
    show_from: int
    budget: int
    """Of a ministry, in million 2017 PPP dollars a year, in every round anew."""
    places: Mapping[str, Place]
    ministries: tuple[Ministry, ...]
    entries: Mapping[str, Entry]

    @cached_property
    def played(self) -> tuple[str, ...]:
        """Places of the ministries."""
        return tuple(ministry.place for ministry in self.ministries)

    def begins(self, round_: int) -> date:
        """First day of a round, counted from 0."""
        return date(self.first + self.years * round_, 1, 1)

    @property
    def end(self) -> date:
        """The day on which the last round is over."""
        return self.begins(self.rounds)

    def targets(self, entry: Entry, by: str) -> tuple[str, ...]:
        """Places at which a ministry may direct an entry; none where it may not choose it."""
        if by not in entry.by:
            return ()
        return tuple(place for place in entry.towards or self.places if place != by or entry.towards == (by,))

    def cost(self, choices: tuple[Choice, ...]) -> int:
        """Price of some choices together."""
        return sum(self.entries[name].price for name, _ in choices)

    def fingerprint(self) -> str:
        """The same text for menus of the same rules; texts are no part of it."""
        told = asdict(self)
        for part in (
            *told["places"].values(),
            *told["entries"].values(),
            *(g for m in told["ministries"] for g in m["goals"]),
        ):
            del part["title"]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def told(self) -> dict[str, Any]:
        """The menu as a page needs it."""
        from model.scenario.presets import preset_table

        presets = preset_table()
        entries = []
        for entry in self.entries.values():
            told = asdict(entry) | {"targets": {by: self.targets(entry, by) for by in entry.by}}
            if entry.preset:
                preset = presets[entry.preset]
                told |= {"about": preset.about, "group": preset.measure.group}
            else:
                told |= {"about": ", ".join(entry.lifts), "group": "lift"}
            entries.append(told)
        return {
            "first": self.first, "years": self.years, "rounds": self.rounds, "budget": self.budget,
            "places": {name: place.title for name, place in self.places.items()},
            "ministries": [asdict(ministry) for ministry in self.ministries],
            "entries": entries,
        }  # fmt: skip


def read_menu(path: Path = MENU) -> Menu:
    """The menu of a file of the program."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    del content["version"]
    places = {name: Place(name, **_frozen(told)) for name, told in content.pop("places").items()}
    ministries = tuple(
        Ministry(told["place"], tuple(Goal(**_frozen(goal)) for goal in told["goals"]))
        for told in content.pop("ministries")
    )
    entries = {told["name"]: Entry(**_frozen(told)) for told in content.pop("entries")}
    return Menu(**content, places=places, ministries=ministries, entries=entries)


def _frozen(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
