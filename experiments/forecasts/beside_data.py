"""Simple forecasts of joint works, and the model's own beside them: anchored at the last observed value, as MODEL 9 asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from model.calibration import calibration_file, read_calibration
from model.tables import observed, read_tables, reference_vintage

from .baselines import BASELINES, Past

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.tables import Tables

BESIDE = ("drift10",)
"""Methods that stand beside a run's own forecast: those that need nothing but counts."""


def anchored(simulated: pd.DataFrame, counts: pd.DataFrame, years: range) -> pd.DataFrame:
    """The model's forecast: the last observed value times the simulated growth since; works, ``years`` x pairs."""
    out = {}
    for pair in counts:
        known = counts[pair].dropna()
        last = int(known.index[-1])
        out[pair] = known.loc[last] * simulated.loc[list(years), pair] / simulated.loc[last, pair]
    return pd.DataFrame(out, index=list(years))


def mean_absolute_log_error(forecast: pd.DataFrame, truth: pd.DataFrame) -> float:
    """Mean over pairs and years of the absolute error of log counts; years without a count are left out."""
    return float(np.nanmean(np.abs(np.log(forecast.to_numpy()) - np.log(truth[forecast.columns].to_numpy()))))


def last_filled_year(tables: Tables) -> int:
    """The last observed year that was no longer being filled in when the database was read."""
    counts = observed(tables)
    read = re.search(r"(\d{4})-\d{2}$", reference_vintage(tables) or "")
    return min(int(counts.index[-1]), int(read.group(1)) - 2) if read else int(counts.index[-1])


def forecast_errors(scenario: Scenario, series: pd.DataFrame) -> dict[str, Any] | None:
    """Errors after the years that the calibration was fitted to, until the last filled year: the model and `BESIDE`.

    Keys: from, to, pairs, fit, mean_absolute_log_error by method. None where the run does not cover the years, or
    nothing was fitted.
    """
    fit = read_calibration(calibration_file(scenario.world.data)).provenance.get("fit")
    tables = read_tables(scenario.world.data or None)
    if fit is None or reference_vintage(tables) is None:
        return None
    counts = observed(tables).replace(0.0, 0.5)
    last = last_filled_year(tables)
    years = range(fit[1] + 1, last + 1)
    chosen = series[(series["indicator"] == "output.volume") & series["pair"].isin(list(counts))]
    if scenario.record.every == "year":
        simulated = chosen.pivot_table(index=chosen["date"].dt.year, columns="pair", values="value", observed=True)
    else:
        by_year = chosen.groupby([chosen["date"].dt.year.rename("year"), "pair"], observed=True)["value"].mean()
        simulated = by_year.unstack()
    fitted = counts.loc[fit[0] : fit[1]].dropna(axis=1, how="all")
    fitted = fitted[[pair for pair in fitted if pair in simulated]]
    if not years or fitted.empty or not {fit[1], *years} <= set(simulated.index):
        return None
    forecasts = {"comity": anchored(simulated.clip(lower=0.5), fitted, years)}
    past = Past(np.log(fitted), pd.DataFrame(), pd.DataFrame())
    forecasts |= {name: np.exp(BASELINES[name](past, years)) for name in BESIDE}
    truth = counts.loc[list(years)]
    return {
        "from": years[0],
        "to": years[-1],
        "pairs": fitted.shape[1],
        "fit": list(fit),
        "mean_absolute_log_error": {name: mean_absolute_log_error(f, truth) for name, f in forecasts.items()},
    }
