"""From a measure of a scenario to who is in its scope, when, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..clock import year_of
from ..dynamics import draws
from ..errors import InputError, as_written, nearest_name

if TYPE_CHECKING:
    from ..scenario import Measure, Scenario, Side
    from ..world import World, WorldArrays


DAYS_A_YEAR = 365.25
Floats = float | np.ndarray


@dataclass(frozen=True)
class CompiledMeasure:
    """One measure in one world and replicate; n institutions, F fields. Times in years."""

    name: str
    measure: Measure
    start: float  # lag included; not before what it answers
    end: float  # infinity while it is not lifted; not after what it answers
    ramp: float  # years from nothing to full strength
    first: np.ndarray  # bool[n], institutions that the first side (`from`) names, listing left to the date
    second: np.ndarray  # bool[n], that the second side (`to`) names
    complies: np.ndarray  # bool[n], institutions that follow when they stand on the first side
    shunned: np.ndarray  # bool[n], that over-compliance reaches when their country stands on the second side
    first_listed: bool  # whether only listed institutions of the side count
    second_listed: bool
    fields: np.ndarray  # float64[F], 1 where a field is in scope
    exposed_to: int  # bloc whose weight among the partners is the exposure to secondary sanctions; -1 for none

    @property
    def follows_lists(self) -> bool:
        """Whether what it does changes at the dates of lists."""
        return self.first_listed or self.second_listed or self.measure.effects.secondary > 0.0

    @property
    def wind_down(self) -> float:
        """Years from its start to the end of what it terminates."""
        return self.measure.wind_down_days / DAYS_A_YEAR

    def level(self, time: float, grid: float) -> float:
        """Strength at a time; see `levels`."""
        return float(levels(self.start, self.end, self.ramp, self.measure.strength, time, grid))

    def sides(self, country: np.ndarray, listed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both sides of the scope at a date, bool[n] each.

        ``country`` int64[n]; ``listed`` bool[n], institutions on a list at that date. Compliance thins the first side.
        Over-compliance widens the second: it spreads from the institutions in scope to others of their countries.
        """
        first = self.first & listed if self.first_listed else self.first
        second = self.second & listed if self.second_listed else self.second
        if self.shunned.any():
            second = second | (self.shunned & np.isin(country, np.unique(country[second])))
        return first & self.complies, second


def levels(start: Floats, end: Floats, ramp: Floats, strength: Floats, time: float, grid: float) -> Floats:
    """Strength of measures at a time: 0 outside their dates; a ramp moves at the starts of quarters, of which ``grid`` is
    the last. All in years; numbers or arrays of one shape.
    """
    elapsed = np.minimum(np.maximum(0.0, grid - start), ramp)  # so that no ramp is too short to divide by
    grown = elapsed / np.where(ramp > 0.0, ramp, 1.0)
    return np.where((start <= time) & (time < end), strength * np.where(ramp > 0.0, grown, 1.0), 0.0)


def members(side: Side, world: World) -> np.ndarray:
    """Institutions that a side of a scope names, bool[n]; listing is left to the date."""
    arrays = world.arrays
    inside = np.ones(len(arrays.country), np.bool_)
    if side.blocs or side.countries:
        named = np.array([bloc in side.blocs for bloc in world.blocs])[arrays.country_bloc]
        named[[world.countries.index(code) for code in side.countries]] = True
        inside &= named[arrays.country]
    if side.kinds:
        of_kind = np.zeros(len(world.kinds), np.bool_)
        of_kind[[world.kinds.index(kind) for kind in side.kinds]] = True
        inside &= of_kind[arrays.kind]
    if side.institutions not in ("all", "listed"):
        by_name = set(side.institutions)
        inside &= np.array([name in by_name for name in world.names])
    if side.largest_share is not None and side.largest_share < 1.0:
        inside = largest(arrays, side.largest_share, inside)
    return inside


def largest(arrays: WorldArrays, share: float, among: np.ndarray) -> np.ndarray:
    """The largest ``share`` of the institutions ``among`` bool[n] of every country, at least one where there is any; bool[n]."""
    country, size = arrays.country, arrays.size_weight
    inside = np.zeros(len(country), np.bool_)
    for c in np.unique(country[among]):
        of_country = np.flatnonzero(among & (country == c))
        count = max(1, round(share * len(of_country)))
        inside[of_country[np.argsort(-size[of_country], kind="stable")[:count]]] = True
    return inside


def spans(measures: Mapping[str, Measure]) -> dict[str, tuple[float, float]]:
    """Name -> (start, end) in years, of the measures that can do anything; lags are included, infinity: not lifted.

    A measure that answers another one is in force only while that one is. Measures that are switched off, have strength
    zero, or answer what is never in force are left out. Raises `InputError` for an answer to nothing.
    """
    found: dict[str, tuple[float, float]] = {}
    for name, measure in measures.items():
        start, end, link, seen = -np.inf, np.inf, measure, {name}
        while True:
            if not link.enabled or link.strength == 0.0:
                end = -np.inf
                break
            start = max(start, year_of(link.start) + link.lag_years)
            end = min(end, np.inf if link.end is None else year_of(link.end) + link.lag_years)
            if not link.answers or link.answers in seen:  # two that answer each other stand and fall together
                break
            if link.answers not in measures:
                raise InputError(
                    f"there is no measure {as_written(link.answers)}", where=f"measures.{name}.answers",
                    allowed="the name of another measure", nearest=nearest_name(link.answers, measures),
                )  # fmt: skip
            seen.add(link.answers)
            link = measures[link.answers]
        if start < end:
            found[name] = start, end
    return found


def _exposure(name: str, measure: Measure, world: World) -> int:
    """Number of the bloc that secondary sanctions are about; -1 without them."""
    if measure.effects.secondary == 0.0:
        return -1
    if measure.exposed_to not in world.blocs:
        raise InputError(
            f"there is no bloc {as_written(measure.exposed_to)}", where=f"measures.{name}.exposed_to",
            allowed=", ".join(world.blocs), nearest=nearest_name(measure.exposed_to, world.blocs),
        )  # fmt: skip
    return world.blocs.index(measure.exposed_to)


def compile_measures(scenario: Scenario, world: World, key: np.ndarray) -> list[CompiledMeasure]:
    """All measures of a scenario that can do anything, in its order; ``key`` is that of the replicate's draws.

    A measure that is switched off or has strength zero is left out: it changes nothing, not even a cut of the clock.
    """
    n = len(world.arrays.country)
    uniform = draws.uniforms_of_all(key, draws.COMPLIANCE, n)
    compiled = []
    for name, (start, end) in spans(scenario.measures).items():
        measure = scenario.measures[name]
        fields = np.array([1.0 if not measure.fields or f in measure.fields else 0.0 for f in world.fields])
        compiled.append(
            CompiledMeasure(
                name, measure, start, end, measure.ramp_years, members(measure.from_, world),
                members(measure.to, world), uniform[:, 0] < measure.compliance, uniform[:, 1] < measure.over_compliance,
                measure.from_.institutions == "listed", measure.to.institutions == "listed", fields,
                _exposure(name, measure, world),
            )
        )  # fmt: skip
    return compiled
