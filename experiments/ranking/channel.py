"""What a ranking holds: an instrument in a world, and all of them together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..comparing.statistics import Interval


@dataclass(frozen=True)
class Money:
    """Of a programme, million 2017 PPP dollars a year; per million: of what was awarded, and of what was announced."""

    announced: float | None  # None where nothing of it is spent
    entered: float  # what is executed of it
    awarded: float  # what the projects cost that were awarded
    surviving_per_million: Interval | None
    works_per_million: Interval | None
    surviving_per_announced: Interval | None
    works_per_announced: Interval | None
    currency: str  # in which its size was published; empty where none was
    year: int | None  # of that price
    factor: float | None  # 2017 PPP dollars for a unit of the currency in that year, with its range
    factor_low: float | None
    factor_high: float | None
    factor_status: str
    factor_source: str


@dataclass(frozen=True)
class AtEnd:
    """What an instrument is ranked by, with its main effect at one end of its range."""

    setting: float
    outcome: Interval | None


@dataclass(frozen=True)
class Channel:
    """What an instrument brings to a world, against the same world without it; a year, unless said otherwise."""

    instrument: str
    title: str
    world: str
    status: str
    main: str
    unit: str
    budgeted: bool
    named: tuple[str, ...]  # institutions that its scope names
    term_years: float | None  # of the partnerships that it makes itself
    rank: int | None  # among those with money, or those without; None where nothing can be said
    first: float | None  # share of bootstrap samples in which it is the first
    first_by_works: float | None
    ranks: tuple[int, int] | None  # middle 95 % of its ranks
    surviving: Interval  # new partnerships that survive
    works: Interval
    living: Interval  # partnerships at the end of the years, not a year
    placed: float  # new partnerships that it made itself
    money: Money | None
    break_even: float | None  # cost a year, million, at which it would equal the best programme
    break_even_range: tuple[float, float] | None
    seen_from: int | None  # year, from 1, from which living partnerships differ clearly
    works_seen_from: int | None
    half_time: float | None  # years until half of the last difference of living partnerships
    half_time_range: tuple[float, float] | None
    low: AtEnd | None
    high: AtEnd | None
    by_year: tuple[dict[str, float | int | None], ...]

    @property
    def outcome(self) -> Interval | None:
        """What it is ranked by: surviving partnerships, for a million or for a year."""
        return self.money.surviving_per_million if self.money else self.surviving

    @property
    def works_outcome(self) -> Interval | None:
        """Joint works, for a million or for a year."""
        return self.money.works_per_million if self.money else self.works

    @property
    def assumed(self) -> bool:
        """Whether nobody has measured the size of its main effect."""
        return self.status == "assumed"


@dataclass(frozen=True)
class Ranking:
    """Instruments in each world, those with money first, in the order of their ranks there."""

    scenario: str
    pair: str
    start: int  # first year
    years: int
    survive: int  # years that a new partnership must live to count
    replicates: int
    seed: int
    institutions: int
    omega: float  # real institutions that one stands for
    runs: int
    ranges: bool
    best: dict[str, str]  # world -> the programme that others are held against; absent where none is clear of zero
    worlds: tuple[dict[str, Any], ...]
    channels: tuple[Channel, ...]
    sanctions: tuple[dict[str, Any], ...]  # what sanctions in force change of each outcome, a year

    def of(self, world: str, budgeted: bool) -> list[Channel]:
        """The channels of a table."""
        return [c for c in self.channels if c.world == world and c.budgeted is budgeted]

    def beside(self, channel: Channel) -> list[Channel]:
        """The same instrument in all worlds, in their order."""
        return [
            c
            for world in self.worlds
            for c in self.channels
            if (c.world, c.instrument) == (world["key"], channel.instrument)
        ]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)
