"""What in finished runs stands for a published figure: one function a quantity, on the frames of runs.

Each takes the run that the claim is about, the one that it is held against if it names a ``base``, and the claim's own
arguments as keywords, and returns the value with its interval over replicates; it raises `UntoldError` where the runs do not
tell. Volume, share and partner mix are different quantities and never stand for each other.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from model.clock import year_of
from model.tables import read_tables

from ..comparing.statistics import Interval, mean_interval
from .estimates import UntoldError, jackknifed, ratio
from .frames import begun, by_replicate, in_year, network, replicates_of, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .frames import ClaimRun

VOLUME, TIES, LED = "output.volume", "partnerships.count", "leaders.share"


def leader_share(run: ClaimRun, *, country: str, others: Sequence[str], year: int) -> Interval:
    """Share of the joint works of a country with others, taken together, that it leads."""
    works = np.array([in_year(run, "output.works", "-".join(sorted((country, o))), year) for o in others])
    shares = np.array([in_year(run, LED, f"{country}>{o}", year) for o in others])
    led = np.where(works > 0.0, works * shares, 0.0)  # the share of no works is not defined
    return ratio(led.sum(axis=0), works.sum(axis=0))


def growth(run: ClaimRun, *, pairs: Sequence[str], years: tuple[int, int], indicator: str = VOLUME) -> Interval:
    """Joint works as a database counts them, or another indicator, in the second year over the first."""
    before, after = (summed(run, indicator, pairs, year) for year in years)
    return ratio(after, before)


def lead_over_others(run: ClaimRun, *, country: str, partner: str, year: int) -> Interval:
    """Share of a partner in a country's joint works, less that of its largest other partner."""
    tables = read_tables(run.scenario.world.data or None)
    mixes = {o: in_year(run, "output.mix", f"{country}>{o}", year) for o in tables.countries if o != country}
    if partner not in mixes:
        raise UntoldError(f"the world has no {partner}")
    own = mixes.pop(partner)
    return mean_interval(own - max(mixes.values(), key=lambda mix: float(mix.mean())))


def shortfall(run: ClaimRun, base: ClaimRun, *, pairs: Sequence[str], year: int) -> Interval:
    """How far joint works stay below those of the base in a year, as a share of these."""
    of = ratio(summed(run, VOLUME, pairs, year), _paired(run, summed(base, VOLUME, pairs, year)))
    flipped = [None if end is None else 1.0 - end for end in (of.high, of.low)]
    return Interval(1.0 - of.value, flipped[0], flipped[1], of.error, of.count)


def widening(run: ClaimRun, base: ClaimRun, *, pairs: Sequence[str], years: tuple[int, int]) -> Interval:
    """The shortfall in the second year less that in the first."""
    early, late = ((summed(run, VOLUME, pairs, y), _paired(run, summed(base, VOLUME, pairs, y))) for y in years)
    return jackknifed(lambda m: m[0] / m[1] - m[2] / m[3], np.stack([*early, *late], axis=1))


def compensation_since(
    run: ClaimRun, *, lost: Sequence[str], gained: Sequence[str], years: tuple[int, int], indicator: str = VOLUME
) -> Interval:
    """Joint works, or another indicator, gained by some pairs between two years, for each that other pairs lost."""
    fall, rise = (summed(run, indicator, of, years[1]) - summed(run, indicator, of, years[0]) for of in (lost, gained))
    return _compensated(rise, fall)


def compensation_against(
    run: ClaimRun, base: ClaimRun, *, lost: Sequence[str], gained: Sequence[str], year: int
) -> Interval:
    """Partnerships at the end of a year that some pairs have more than in the base, for each that others have less."""
    fall, rise = (summed(run, TIES, of, year) - _paired(run, summed(base, TIES, of, year)) for of in (lost, gained))
    return _compensated(rise, fall)


def lost_in_fields(
    run: ClaimRun,
    base: ClaimRun,
    *,
    countries: Sequence[str],
    others: Sequence[str],
    date: date,
    fields: Sequence[str] = (),
    dependent: float | None = None,
) -> Interval:
    """Share of partnerships lost against the base in some fields, less that in all other fields.

    The fields are named, or are those whose dependence on facilities is at least ``dependent``.
    """
    table = read_tables(run.scenario.world.data or None).fields
    named = [f for f, row in table.items() if dependent is not None and row.facility_dependence >= dependent]
    chosen = {*fields, *named}
    if unknown := sorted(chosen - set(table)):
        raise UntoldError(f"the world has no field {', '.join(unknown)}")
    counts = []
    for own in (run, base):
        rows = network(own, date, (countries, others))
        inside = rows["field"].isin(list(chosen))
        counts += [by_replicate(own, rows[inside]), by_replicate(own, rows[~inside])]
    hit, rest, hit_base, rest_base = counts
    values = np.stack([hit, rest, _paired(run, hit_base), _paired(run, rest_base)], axis=1)
    return jackknifed(lambda m: m[1] / m[3] - m[0] / m[2], values)


def begun_against(run: ClaimRun, base: ClaimRun, *, pair: tuple[str, str], window: tuple[date, date]) -> Interval:
    """New partnerships of two countries in a window of time, over those of the base."""
    return ratio(begun(run, pair, window), _paired(run, begun(base, pair, window)))


def begun_later(
    run: ClaimRun, *, pair: tuple[str, str], window: tuple[date, date], later: tuple[date, date]
) -> Interval:
    """New partnerships a year in a later window, over those in an earlier one."""
    before, after = (begun(run, pair, w) / (year_of(w[1]) - year_of(w[0])) for w in (window, later))
    return ratio(after, before)


def listed_share_change(run: ClaimRun, *, country: str, other: str, kind: str, dates: tuple[date, date]) -> Interval:
    """Share of the partnerships of two countries that a country's listed institutions hold, second date less first."""
    names, counts = _listed(run, country, kind), []
    for day in dates:
        rows = network(run, day, ([country], [other]))
        counts += [by_replicate(run, rows[rows["a"].isin(names) | rows["b"].isin(names)]), by_replicate(run, rows)]
    return jackknifed(lambda m: m[2] / m[3] - m[0] / m[1], np.stack(counts, axis=1))


def listed_deepened(run: ClaimRun, *, country: str, other: str, kind: str, dates: tuple[date, date]) -> Interval:
    """Share of a country's listed institutions that have more partnerships with the other country than before."""
    names = _listed(run, country, kind)
    networks = [network(run, day, ([country], [other])) for day in dates]
    more = np.zeros(len(replicates_of(run)))
    for name in names:
        before, after = (by_replicate(run, rows[(rows["a"] == name) | (rows["b"] == name)]) for rows in networks)
        more += after > before
    return mean_interval(more / len(names))


def _compensated(rise: NDArray[np.float64], fall: NDArray[np.float64]) -> Interval:
    """Gain for each unit of loss. Raises `UntoldError` where nothing is clearly lost."""
    lost = mean_interval(-fall)
    if lost.value <= 0.0 or (lost.low is not None and lost.low <= 0.0):
        raise UntoldError("nothing was clearly lost that could be made up for")
    return ratio(rise, -fall)


def _paired(run: ClaimRun, of_base: NDArray[np.float64]) -> NDArray[np.float64]:
    """The base's values, of as many replicates as the run has. Raises `UntoldError` where they differ."""
    if len(of_base) != len(replicates_of(run)):
        raise UntoldError("the two runs have different numbers of replicates")
    return of_base


def _listed(run: ClaimRun, country: str, kind: str) -> list[str]:
    """Institutions of a country and kind that are ever listed, and that the run's world has by name."""
    from model.world import build_world

    tables = read_tables(run.scenario.world.data or None)
    listed = {row["institution"] for row in tables.listings if row["country"] == country}
    of_kind = {row["name"] for row in tables.institutions if row["kind"] == kind}
    names = [name for name in build_world(run.scenario).names if name in listed & of_kind]
    if not names:
        raise UntoldError(f"no listed {kind} of {country} has a name in this world")
    return names


@dataclass(frozen=True)
class Quantity:
    """A quantity: the function, and what its value is."""

    function: Callable[..., Interval]
    unit: str  # share, points (difference of shares) or ratio


QUANTITIES = {
    "leader_share": Quantity(leader_share, "share"),
    "growth": Quantity(growth, "ratio"),
    "lead_over_others": Quantity(lead_over_others, "points"),
    "shortfall": Quantity(shortfall, "share"),
    "widening": Quantity(widening, "points"),
    "compensation_since": Quantity(compensation_since, "ratio"),
    "compensation_against": Quantity(compensation_against, "ratio"),
    "lost_in_fields": Quantity(lost_in_fields, "points"),
    "begun_against": Quantity(begun_against, "ratio"),
    "begun_later": Quantity(begun_later, "ratio"),
    "listed_share_change": Quantity(listed_share_change, "points"),
    "listed_deepened": Quantity(listed_deepened, "share"),
}


def parameters_of(quantity: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the arguments that a claim must give, and of those that it may."""
    found = inspect.signature(QUANTITIES[quantity].function).parameters.values()
    own = [p for p in found if p.kind is p.KEYWORD_ONLY or p.name == "base"]
    required = tuple(p.name for p in own if p.default is p.empty)
    return required, tuple(p.name for p in own if p.default is not p.empty)


def measured(quantity: str, run: ClaimRun, base: ClaimRun | None, arguments: dict[str, Any]) -> Interval:
    """The value of a quantity with its interval. Raises `UntoldError`."""
    own = {key: value for key, value in arguments.items() if key != "base"}
    function = QUANTITIES[quantity].function
    return function(run, **own) if base is None else function(run, base, **own)
