"""Outcomes: which exist, their values in a run, and their summary over replicates."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from model.errors import InputError, as_written, nearest_name

from .schema import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from model.recording import ReplicateRecord
    from model.scenario import Scenario
    from model.world import World

Place = Callable[[str], str]
"""Key of an outcome -> where it stands in the file, as errors say it."""
LOW, HIGH = 0.05, 0.95
"""Quantiles of the summary, beside the median."""
EPOCH = 1970
"""Year that numpy counts years from."""
RELATIVE = "relative change"
"""Unit of an outcome that is compared with other years."""


def pairs_of(indicator: str, scenario: Scenario) -> tuple[str, ...]:
    """Names of the pairs that an indicator has in the world of a scenario, as results write them."""
    from model.indicators import OF_NETWORKS, pair_names
    from model.recording import INDICATORS
    from model.tables import read_tables

    tables = read_tables(scenario.world.data or None)
    if indicator in OF_NETWORKS:
        return pair_names(OF_NETWORKS[indicator].of, tables.blocs, tables.countries, tuple(tables.fields), tables.kinds)
    if indicator.startswith("network."):
        return ("World",)
    groups = (tables.blocs, tables.countries)
    if ">" in INDICATORS[indicator][1].split(":")[0]:
        return tuple(f"{a}>{b}" for names in groups for a in names for b in names if a != b)
    blocs = [f"{a}-{b}" for place, a in enumerate(tables.blocs) for b in tables.blocs[place:]]
    codes = sorted(tables.countries)
    return (*blocs, *(f"{a}-{b}" for place, a in enumerate(codes) for b in codes[place + 1 :]))


def check_names(outcome: Outcome, scenario: Scenario, place: Place) -> None:
    """Raise `InputError` unless a run of the scenario gives the indicator, for the pair."""
    from model.indicators import names

    known = names()
    if outcome.indicator not in known:
        raise InputError(
            f"there is no indicator {as_written(outcome.indicator)}",
            where=place("indicator"),
            nearest=nearest_name(outcome.indicator, known),
            allowed=", ".join(known),
        )
    pairs = pairs_of(outcome.indicator, scenario)
    if outcome.pair not in pairs:
        turned = "-".join(reversed(outcome.pair.split("-")))
        raise InputError(
            f"{outcome.indicator} has no pair {as_written(outcome.pair)}",
            where=place("pair"),
            nearest=turned if turned in pairs else nearest_name(outcome.pair, pairs),
            allowed=", ".join(pairs[:8]) + (", ..." if len(pairs) > 8 else ""),
        )


def snapshots_for(outcomes: Sequence[Outcome], scenario: Scenario) -> tuple[date, ...]:
    """Dates at which the network must be kept for outcomes: the ends of their years, where an indicator needs networks."""
    from model.indicators import EARLIER_YEARS, OF_SNAPSHOTS

    years = {
        year + 1 - earlier
        for outcome in outcomes
        if outcome.indicator in OF_SNAPSHOTS
        for span in (outcome.years, outcome.relative_to)
        if span is not None
        for year in range(span[0], span[1] + 1)
        for earlier in (0, *EARLIER_YEARS.get(outcome.indicator, ()))
    }
    time = scenario.time
    return tuple(day for day in (date(year, 1, 1) for year in sorted(years)) if time.start < day <= time.end)


def check_years(outcome: Outcome, scenario: Scenario, place: Place, at: str = "") -> None:
    """Raise `InputError` unless a run of the scenario shows all years of the outcome; ``at`` says which run it is."""
    from model.clock import year_of

    first, after = year_of(scenario.time.show_from), year_of(scenario.time.end)
    for name in ("years", "relative_to"):
        span = getattr(outcome, name)
        if span is not None and not (first <= span[0] and span[1] + 1 <= after):
            raise InputError(
                f"{span[0]} to {span[1]} is not inside the run{at}",
                where=place(name),
                allowed=f"whole years from {scenario.time.show_from} to {scenario.time.end}",
            )


def values_of(outcome: Outcome, series: pd.DataFrame) -> list[float]:
    """Value of an outcome in each replicate of a tidy frame, in their order; NaN where it is undefined."""
    of_pair = series[(series["indicator"] == outcome.indicator) & (series["pair"] == outcome.pair)]
    return [
        value_in(outcome, own["date"].dt.year.to_numpy(), own["value"].to_numpy())
        for _, own in of_pair.groupby("replicate")
    ]


def values_of_record(
    outcomes: Sequence[Outcome], scenario: Scenario, world: World, record: ReplicateRecord
) -> tuple[float | None, ...]:
    """Values of outcomes in one replicate; None where one is undefined."""
    from model.calibration import calibration_file, read_calibration
    from model.indicators import OF_NETWORKS, indicators_of
    from model.recording import last_day, series_of

    found: dict[tuple[str, str], tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
    if any(outcome.indicator in OF_NETWORKS for outcome in outcomes):
        for key, dates, values in indicators_of(world, record):
            found[key] = dates.astype("datetime64[Y]").astype(np.int64) + EPOCH, values
    if any(outcome.indicator not in OF_NETWORKS for outcome in outcomes):
        years = np.array([last_day(end).year for end in record.ends])
        series = series_of(world, read_calibration(calibration_file(scenario.world.data)), record)
        found |= {key: (years, values) for key, values in series.items()}
    numbers = [value_in(outcome, *found[outcome.indicator, outcome.pair]) for outcome in outcomes]
    return tuple(None if math.isnan(number) else number for number in numbers)


def value_in(outcome: Outcome, years: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """Value of an outcome in a series: years int64[n], values float64[n]; NaN where it is undefined.

    The mean over the years, or its change (mean / mean of the other years - 1).
    """
    mean = _mean(years, values, outcome.years)
    if outcome.relative_to is None:
        return mean
    against = _mean(years, values, outcome.relative_to)
    return mean / against - 1.0 if against != 0.0 else math.nan


def _mean(years: NDArray[np.int64], values: NDArray[np.float64], span: tuple[int, int]) -> float:
    """Mean over the values of some years; the sum is exact, so that it is the same everywhere."""
    chosen = values[(years >= span[0]) & (years <= span[1])]
    return math.fsum(chosen) / len(chosen) if len(chosen) else math.nan


def unit_of(outcome: Outcome) -> str:
    """Unit of an outcome."""
    from model.indicators import unit_of as unit_of_indicator

    return RELATIVE if outcome.relative_to is not None else unit_of_indicator(outcome.indicator)


def summarise(values: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Median and 90 % interval over the replicates with a value, for each design point and outcome, in their order.

    Columns: the factors, outcome, median, low, high, unit, replicates (how many have a value).
    """
    keys = ["point", *factors, "outcome", "unit"]
    grouped = values.groupby(keys, sort=False, observed=True, dropna=False)["value"]
    table = grouped.agg(
        median="median",
        low=lambda v: v.quantile(LOW),
        high=lambda v: v.quantile(HIGH),
        replicates="count",
    ).reset_index()
    return table[[*factors, "outcome", "median", "low", "high", "unit", "replicates"]]
