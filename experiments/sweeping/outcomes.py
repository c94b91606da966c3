"""Outcomes: which exist, their values in a run, and their summary over replicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from model.errors import InputError, as_written, nearest_name

from .schema import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from model.scenario import Scenario

Place = Callable[[str], str]
"""Key of an outcome -> where it stands in the file, as errors say it."""
LOW, HIGH = 0.05, 0.95
"""Quantiles of the summary, beside the median."""
RELATIVE = "relative change"
"""Unit of an outcome that is compared with other years."""


def pairs_of(indicator: str, scenario: Scenario) -> tuple[str, ...]:
    """Names of the pairs that an indicator has in the world of a scenario, as `model.recording` writes them."""
    from model.recording import INDICATORS
    from model.tables import read_tables

    if indicator.startswith("network."):
        return ("World",)
    tables = read_tables(scenario.world.data or None)
    groups = (tables.blocs, tables.countries)
    if ">" in INDICATORS[indicator][1].split(":")[0]:
        return tuple(f"{a}>{b}" for names in groups for a in names for b in names if a != b)
    blocs = [f"{a}-{b}" for place, a in enumerate(tables.blocs) for b in tables.blocs[place:]]
    codes = sorted(tables.countries)
    return (*blocs, *(f"{a}-{b}" for place, a in enumerate(codes) for b in codes[place + 1 :]))


def check_names(outcome: Outcome, scenario: Scenario, place: Place) -> None:
    """Raise `InputError` unless a run of the scenario gives the indicator, for the pair."""
    from model.recording import INDICATORS

    if outcome.indicator not in INDICATORS:
        raise InputError(
            f"there is no indicator {as_written(outcome.indicator)}",
            where=place("indicator"),
            nearest=nearest_name(outcome.indicator, INDICATORS),
            allowed=", ".join(INDICATORS),
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


def values_of(outcome: Outcome, series: pd.DataFrame) -> pd.Series[float]:
    """Value of an outcome by replicate, in their order, float64; NaN where it is undefined.

    The mean over the years, or its change (mean / mean of the other years - 1).
    """
    of_pair = series[(series["indicator"] == outcome.indicator) & (series["pair"] == outcome.pair)]
    mean = _mean(of_pair, outcome.years)
    if outcome.relative_to is None:
        return mean
    against = _mean(of_pair, outcome.relative_to)
    return mean / against.where(against != 0.0) - 1.0


def _mean(of_pair: pd.DataFrame, span: tuple[int, int]) -> pd.Series[float]:
    chosen = of_pair[of_pair["date"].dt.year.between(*span)].groupby("replicate")["value"]
    return chosen.mean().where(chosen.count() == chosen.size()).sort_index()


def unit_of(outcome: Outcome) -> str:
    """Unit of an outcome."""
    from model.recording import INDICATORS

    return RELATIVE if outcome.relative_to is not None else INDICATORS[outcome.indicator][0]


def summarise(values: pd.DataFrame, axes: Sequence[str]) -> pd.DataFrame:
    """Median and 90 % interval over the replicates with a value, for each design point and outcome, in their order.

    Columns: the axes, outcome, median, low, high, unit, replicates (how many have a value).
    """
    keys = ["point", *axes, "outcome", "unit"]
    grouped = values.groupby(keys, sort=False, observed=True)["value"]
    table = grouped.agg(
        median="median",
        low=lambda v: v.quantile(LOW),
        high=lambda v: v.quantile(HIGH),
        replicates="count",
    ).reset_index()
    return table[[*axes, "outcome", "median", "low", "high", "unit", "replicates"]]
