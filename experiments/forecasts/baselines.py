"""What a reader would otherwise use: simple forecasts of joint works, anchored at the last observed value (MODEL 9).

Every method sees logs of counts of the years of the fit, and logs of national publications; the recipes of the first five
are the published ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

DRIFT_YEARS = 10
"""`drift10` takes its slope from the last observed year and the ten before."""
DAMPED_YEARS = 5
"""`damped_trend` takes its slope from the last observed year and the five before."""
DAMPING = 0.85
"""What `damped_trend` keeps of its slope from year to year."""


@dataclass(frozen=True)
class Past:
    """What a forecast may know. Y years of the fit, P pairs, A all years up to the last one to predict.

    counts: ln works, Y x P, missing where nothing was observed. mass: ln (publications of a times those of b), A x P.
    restricted: share of a year in which a restriction between the two countries was in force, A x P.
    """

    counts: pd.DataFrame
    mass: pd.DataFrame
    restricted: pd.DataFrame

    def until(self, year: int) -> Past:
        """What was known at the end of a year."""
        counts = self.counts.loc[:year]
        return Past(counts.loc[:, counts.notna().any()], self.mass, self.restricted)


Method = Callable[[Past, range], pd.DataFrame]
"""From the past to ln works, years to predict x pairs; missing where the method has nothing to go by."""


def last_observed(counts: pd.DataFrame) -> pd.Series[int]:
    """The last year with a count, by pair."""
    return counts.apply(lambda column: column.last_valid_index())


def last_value(past: Past, years: range) -> pd.DataFrame:
    """The last observed count."""
    return pd.DataFrame({pair: past.counts[pair].dropna().iloc[-1] for pair in past.counts}, index=list(years))


def drift10(past: Past, years: range) -> pd.DataFrame:
    """Log-linear slope (least squares) over the last eleven years, anchored at the last value."""
    return _onward(past, years, DRIFT_YEARS, lambda ahead: ahead)


def damped_trend(past: Past, years: range) -> pd.DataFrame:
    """Slope over the last six years, damped by 0.85 a year, anchored at the last value."""
    return _onward(past, years, DAMPED_YEARS, lambda ahead: DAMPING * (1.0 - DAMPING**ahead) / (1.0 - DAMPING))


def _onward(past: Past, years: range, window: int, sum_of: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    out = {}
    for pair, last in last_observed(past.counts).items():
        ahead = recent_slope(past.counts[pair], window) * sum_of(np.array(years) - last)
        out[pair] = past.counts.loc[last, pair] + ahead
    return pd.DataFrame(out, index=list(years))


def recent_slope(log: pd.Series[float], window: int) -> float:
    """Least-squares slope a year over the last known year and ``window`` years before; 0 with fewer than two of them."""
    known = log.dropna()
    recent = known.loc[known.index[-1] - window :]
    return float(np.polyfit(recent.index, recent.to_numpy(), 1)[0]) if len(recent) > 1 else 0.0


def gravity(past: Past, years: range) -> pd.DataFrame:
    """Ln count = pair effect + b * mass, fitted on the years of the fit, anchored at the last value."""
    return _regressed(past, years, [past.mass])


def gravity_trend(past: Past, years: range) -> pd.DataFrame:
    """The same with a common linear time trend."""
    return _regressed(past, years, [past.mass, _year(past)])


def gravity_sanctions(past: Past, years: range) -> pd.DataFrame:
    """The same with a common effect of a restriction in force between the two countries."""
    return _regressed(past, years, [past.mass, _year(past), past.restricted])


def _year(past: Past) -> pd.DataFrame:
    column = past.mass.index.to_numpy(float)
    return pd.DataFrame(dict.fromkeys(past.mass, column), index=past.mass.index)


def _regressed(past: Past, years: range, columns: list[pd.DataFrame]) -> pd.DataFrame:
    """Regression within pairs on some columns (A x P each), then growth from the last value on."""
    log = past.counts
    rows = np.stack([column.loc[log.index, log.columns].to_numpy() for column in columns], axis=-1)
    known = log.notna().to_numpy() & np.isfinite(rows).all(axis=-1)
    within_x, within_y = [], []
    for place in range(log.shape[1]):
        own = known[:, place]
        x, y = rows[own, place], log.to_numpy()[own, place]
        within_x.append(x - x.mean(axis=0) if len(x) else x)
        within_y.append(y - y.mean() if len(y) else y)
    slopes = np.linalg.lstsq(np.concatenate(within_x), np.concatenate(within_y), rcond=None)[0]
    out = {}
    for pair, last in last_observed(log).items():
        ahead = sum(
            slope * (column.loc[list(years), pair] - column.loc[last, pair])
            for slope, column in zip(slopes, columns, strict=True)
        )
        out[pair] = log.loc[last, pair] + ahead
    return pd.DataFrame(out, index=list(years))


def ets(past: Past, years: range) -> pd.DataFrame:
    """Exponential smoothing with an additive damped trend on logs, by maximum likelihood (statsmodels).

    Years without a count are filled in between; a pair of fewer than ten years keeps its last value.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    out = {}
    for pair, last in last_observed(past.counts).items():
        known = past.counts[pair].dropna()
        known = known.reindex(range(int(known.index[0]), int(last) + 1)).interpolate()
        ahead = np.array(years) - int(last)
        if len(known) < 10:
            out[pair] = np.full(len(ahead), known.iloc[-1])
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a flat likelihood is no news to the reader of a table
            fitted = ETSModel(known.to_numpy(), error="add", trend="add", damped_trend=True).fit(disp=False)
            out[pair] = fitted.forecast(int(ahead[-1]))[ahead - 1]
    return pd.DataFrame(out, index=list(years))


BASELINES: dict[str, Method] = {
    "last_value": last_value,
    "drift10": drift10,
    "damped_trend": damped_trend,
    "gravity": gravity,
    "gravity_trend": gravity_trend,
    "gravity_sanctions": gravity_sanctions,
    "ets": ets,
}
"""Methods by name."""
