"""What a run says about its question, in a few numbers: before and after, volume and share apart, observed beside.

Pure functions on the tidy series and on observed counts; the command line only prints what they return.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from model.scenario import Scenario

REPORTED = {"volume": "output.volume", "share": "output.share"}
"""What is reported of a pair -> indicator."""
CROWDED = 0.5
"""Saturation above which formation and ending compete for the same opportunities (MODEL 3)."""


@dataclass(frozen=True)
class Estimate:
    """Median and 90 % interval over replicates; None where no replicate has a value."""

    median: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Row:
    """One pair, volume or share: means of the years before and after, their change (after / before - 1)."""

    pair: str
    quantity: str
    unit: str
    before: Estimate
    after: Estimate
    change: Estimate
    observed_before: float | None
    observed_after: float | None
    observed_change: float | None


@dataclass(frozen=True)
class Summary:
    """Rows of the table, the years that they compare, and what a reader must know to read them."""

    before: tuple[int, int]
    after: tuple[int, int]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    forecast: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)


def summarise(scenario: Scenario, series: pd.DataFrame) -> Summary:
    """Summary of a run: the pairs of the first bloc over the scenario's `compare_years`."""
    from model.tables import observed_by_bloc, read_tables

    from ..forecasts import forecast_errors

    tables = read_tables(scenario.world.data or None)
    first, last, then, until = scenario.compare_years
    before, after = (first, last), (then, until)
    volume = observed_by_bloc(tables)
    rows = tuple(
        row for pair in pairs_of_first_bloc(tables.blocs) for row in compare_years(series, pair, before, after, volume)
    )
    notes = [
        *_coverage_notes(series, before, after),
        *_input_notes(scenario, before, after),
        *calibration_notes(scenario),
        *crowding(series),
    ]
    notes += _filling_notes(before, after)
    return Summary(before, after, rows, tuple(notes), forecast_errors(scenario, series))


def pairs_of_first_bloc(blocs: Sequence[str]) -> tuple[str, ...]:
    """Bloc pairs of the world's first bloc with each of the others."""
    return tuple(f"{blocs[0]}-{other}" for other in blocs[1:])


def compare_years(
    series: pd.DataFrame,
    pair: str,
    before: tuple[int, int],
    after: tuple[int, int],
    observed: pd.DataFrame | None = None,
) -> tuple[Row, ...]:
    """Volume and share of a pair, means over the years from..to of both spans.

    ``observed``: years x bloc pairs, joint works; a year with a missing pair is missing.
    """
    rows = []
    for quantity, indicator in REPORTED.items():
        of_pair = series[(series["indicator"] == indicator) & (series["pair"] == pair)]
        a, b = (_means(of_pair, span) for span in (before, after))
        seen_a, seen_b = (_observed_mean(observed, pair, quantity, span) for span in (before, after))
        rows.append(
            Row(
                pair=pair,
                quantity=quantity,
                unit=str(of_pair["unit"].iloc[0]) if len(of_pair) else "",
                before=_estimate(a.to_numpy()),
                after=_estimate(b.to_numpy()),
                change=_estimate((b / a - 1.0).to_numpy()),
                observed_before=seen_a,
                observed_after=seen_b,
                observed_change=seen_b / seen_a - 1.0 if seen_a and seen_b is not None else None,
            )
        )
    return tuple(rows)


def crowding(series: pd.DataFrame) -> list[str]:
    """A warning where most opportunities are used up."""
    saturation = series.loc[series["indicator"] == "network.saturation", "value"]
    if len(saturation) and float(saturation.max()) > CROWDED:
        reached = f"saturation reaches {float(saturation.max()):.2f}, above {CROWDED}"
        return [f"{reached}: formation and ending compete for the same opportunities (process.opportunity_rate)"]
    return []


def _in_years(dates: pd.Series[Any], span: tuple[int, int]) -> pd.Series[Any]:
    return dates.dt.year.between(*span)


def _means(of_pair: pd.DataFrame, span: tuple[int, int]) -> pd.Series[Any]:
    """Mean over the years, by replicate; no row where the run does not reach all of them."""
    chosen = of_pair[_in_years(of_pair["date"], span)]
    if chosen["date"].dt.year.nunique() < span[1] - span[0] + 1:
        chosen = chosen.iloc[:0]
    return chosen.groupby("replicate")["value"].mean()


def _estimate(values: np.ndarray) -> Estimate:
    import numpy as np

    known = values[np.isfinite(values)]
    if not len(known):
        return Estimate(None, None, None)
    low, median, high = (float(q) for q in np.quantile(known, (0.05, 0.5, 0.95)))
    return Estimate(median, low, high)


def _observed_mean(observed: pd.DataFrame | None, pair: str, quantity: str, span: tuple[int, int]) -> float | None:
    if observed is None or pair not in observed:
        return None
    values = observed[pair] / observed["all"] if quantity == "share" else observed[pair]
    chosen = values[(values.index >= span[0]) & (values.index <= span[1])].dropna()
    return float(chosen.mean()) if len(chosen) == span[1] - span[0] + 1 else None


def _coverage_notes(series: pd.DataFrame, *spans: tuple[int, int]) -> list[str]:
    years = set(series["date"].dt.year.unique())
    missing = [f"{a}-{b}" for a, b in spans if not set(range(a, b + 1)) <= years]
    return [f"the run does not cover {' and '.join(missing)}"] if missing else []


def _input_notes(scenario: Scenario, *spans: tuple[int, int]) -> list[str]:
    from model.world import build_inputs

    inputs = build_inputs(scenario)
    projected = sorted({int(t) for t, row in zip(inputs.times, inputs.projected, strict=True) if row.any()})
    named = [str(year) for year in projected if any(a <= year <= b for a, b in spans)]
    notes = ["conditional on realised national inputs"]
    if named:
        notes.append(f"national inputs of {', '.join(named)} are projected, at least for one country")
    return notes


def calibration_notes(scenario: Scenario) -> list[str]:
    """What a fan is made of, and which of the values that should be calibrated are not."""
    from model.calibration import PACKAGED, calibration_file, read_calibration
    from model.ensemble import ensemble_of
    from model.parameters import parameter_table

    table = calibration_file(scenario.world.data)
    ensemble = ensemble_of(scenario)
    fan = (
        f"intervals hold luck and {len(ensemble.weights)} sets of parameters, worth {ensemble.effective:.0f} of equal weight"
        if ensemble
        else "intervals hold luck alone, with one set of parameters"
    )
    notes = [fan]
    if scenario.world.data and table == PACKAGED:
        notes.append("this world is not calibrated: its affinities and common weights are those of the packaged one")
    fitted = read_calibration(table).parameters
    changed = []
    for row in parameter_table():
        group, key = row.name.split(".")
        own = getattr(getattr(scenario.parameters, group), key)
        if row.status == "calibrated" and own != fitted.get(row.name, row.default):
            changed.append(f"{row.name} = {own:g}")
    if changed:
        notes.append(f"not the calibrated value: {', '.join(changed)}")
    return notes


def _filling_notes(*spans: tuple[int, int]) -> list[str]:
    """The year before a database was read is still being filled."""
    from model.tables import VINTAGE

    read = re.search(r"(\d{4})-\d{2}$", VINTAGE)
    filling = int(read.group(1)) - 1 if read else None
    if filling and any(a <= filling <= b for a, b in spans):
        return [f"observed works of {filling} were still being filled in when they were read ({VINTAGE})"]
    return []
