"""Forecasts that are held against what came: the process and the baselines, from one window's own data (MODEL 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from model.scenario.moving import complete, moved_to, placed
from model.scenario.ranges import MEDIAN
from model.tables import observed, reference_vintage

from ..calibrating import MEMBERS, Fitted, Member, calibrate, determined, effective_size, ensemble
from ..calibrating.fitting import log_volume, shortened
from ..calibrating.simulating import Counts, Simulator
from ..calibrating.targets import mass_of
from ..forecasts import BASELINES, BOUND, Past, Spread, in_sample, last_observed, rolling, scores
from .restrictions import restricted
from .withholding import withheld

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from model.scenario import Scenario
    from model.tables import Tables

    from .windows import Window

OURS = "comity"
"""The process, with strengths of measures drawn from their ranges."""
WITHOUT = "comity_no_measures"
"""The process without the measures that begin after the fit."""
EXPLAINED = "comity_explained"
"""The process with the strengths of the packaged timeline, some of which were published later: explained, not predicted."""
ROUNDS = 14
"""Rounds of the point fit of a window."""
REPLICATES = 20
"""Replicates of such a round."""
VARIANT_REPLICATES = 5
"""Replicates of a member in the two variants."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Forecast:
    """Joint works by one method: median and standard deviation of ln works, years x pairs."""

    method: str
    mean: pd.DataFrame
    sd: pd.DataFrame

    def rows(self) -> list[dict[str, Any]]:
        """Median and 90 % interval of every pair and year, in works; pairs without a forecast are left out."""
        out = []
        for pair in self.mean:
            a, b = str(pair).split("-")
            for year, mean, sd in zip(self.mean.index, self.mean[pair], self.sd[pair], strict=True):
                if np.isfinite(mean):
                    low, middle, high = np.exp(mean + np.array([-1.0, 0.0, 1.0]) * BOUND * sd)
                    out.append(
                        {"method": self.method, "a": a, "b": b, "year": int(year), "median": float(middle),
                         "q05": float(low), "q95": float(high)}
                    )  # fmt: skip
        return out


@dataclass(frozen=True)
class Hindcast:
    """What a window gave."""

    window: Window
    conditional: bool
    forecasts: tuple[Forecast, ...]
    scores: dict[str, dict[str, dict[str, float]]]
    """Method -> group -> mae_log, crps, coverage90; empty where the years to predict are not in the data."""
    fitted: Fitted
    members: tuple[Member, ...]
    spreads: dict[str, Spread]
    parameter_sd: tuple[float, ...]
    """Standard deviation of the growth since the last observed year between members, by year ahead, log units."""
    left_out: tuple[str, ...]
    """Measures that name nothing of this world."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "fit": list(self.window.fit),
            "predict": list(self.window.predict),
            "conditional": self.conditional,
            "forecasts": [row for forecast in self.forecasts for row in forecast.rows()],
            "scores": [
                {"method": method, "group": group, **own}
                for method, by_group in self.scores.items()
                for group, own in by_group.items()
            ],
            "in_sample": {"mae_log": self.fitted.error, "pairs": len(self.fitted.targets.pairs)},
            "parameters": self.fitted.calibration.parameters,
            "ensemble": {
                "members": len(self.members),
                "effective": effective_size(self.members),
                "parameter_sd": list(self.parameter_sd),
                "determined": [
                    {"name": row.name, "mean": row.mean, "sd": row.sd, "prior_sd": row.prior_sd, "ratio": row.ratio}
                    for row in determined(self.members)
                ],
            },
            "error_model": {
                name: {"measurement_sd": own.measurement**0.5, "walk_sd": own.walk**0.5}
                for name, own in self.spreads.items()
            },
            "left_out_measures": list(self.left_out),
        }


def hindcast(
    scenario: Scenario,
    tables: Tables,
    window: Window,
    *,
    conditional: bool = True,
    leave_out: bool = False,
    members: int | None = None,
    jobs: int | None = None,
    say: Say = lambda _: None,
) -> Hindcast:
    """Fit to the years of the fit and forecast those of the window, seeing nothing else.

    ``leave_out``: measures that name what this world does not have are left out; otherwise they are an error. Raises
    `InputError` where there is nothing to fit.
    """
    truth = _truth(tables)
    with withheld(tables, window, conditional=conditional) as seen:
        own, left_out = moved_to(scenario, seen.folder) if leave_out else (placed(scenario, seen.folder), ())
        fitted = calibrate(
            own, window.fit, replicates=REPLICATES, rounds=ROUNDS, jobs=jobs,
            on_round=lambda p: say(f"fit, round {p.round} of {p.rounds}: error {p.error:.3f}"),
        )  # fmt: skip
        found = ensemble(
            own, fitted, last=window.predict[1], jobs=jobs, members=MEMBERS if members is None else members,
            on_round=lambda number, rounds: say(f"ensemble, round {number} of {rounds}"),
        )  # fmt: skip
        past = past_of(seen, window, own)
        spreads = {name: rolling(past, method) for name, method in BASELINES.items()}
        spreads[OURS] = in_sample(_residual(found, fitted))
        parameter_sd = _parameter_sd(found, window)
        forecasts = [_baseline(name, past, window, spreads[name]) for name in BASELINES]
        grown = {OURS: [member.counts for member in found]} | _variants(own, found, fitted, window, jobs, say)
        for name, counts in grown.items():
            mean = _grown(past, window, fitted, found, counts)
            forecasts.append(Forecast(name, mean, _sd(past, mean, spreads[OURS], parameter_sd)))
    known = truth.reindex(window.years)
    scored = {f.method: scores(f.mean, f.sd, known.reindex(columns=f.mean.columns)) for f in forecasts}
    return Hindcast(
        window, conditional, tuple(forecasts), {name: own for name, own in scored.items() if own}, fitted, tuple(found),
        spreads, tuple(parameter_sd.tolist()), left_out,
    )  # fmt: skip


def past_of(tables: Tables, window: Window, scenario: Scenario) -> Past:
    """What the baselines may know: tables of the window, and the dated measures."""
    counts = _truth(tables).loc[window.fit[0] : window.fit[1]]
    counts = counts.loc[:, counts.notna().any()]
    years = pd.Index(range(window.fit[0], window.predict[1] + 1))
    frame = pd.DataFrame(0.0, index=years, columns=counts.columns)
    return Past(counts, mass_of(tables, frame), restricted(scenario, tables, frame))


def _truth(tables: Tables) -> pd.DataFrame:
    """Ln works, years x pairs; half a work where there was none."""
    if reference_vintage(tables) is None:
        return pd.DataFrame()
    return np.log(observed(tables).replace(0.0, 0.5))


def _baseline(name: str, past: Past, window: Window, spread: Spread) -> Forecast:
    mean = BASELINES[name](past, window.years)
    return Forecast(name, mean, _sd(past, mean, spread))


def _sd(past: Past, mean: pd.DataFrame, spread: Spread, parameter_sd: ArrayLike = (0.0,)) -> pd.DataFrame:
    """Standard deviations by years since each pair's last count; beyond the last year of ``parameter_sd`` that stays."""
    known, out = np.asarray(parameter_sd), {}
    for pair, last in last_observed(past.counts).items():
        ahead = mean.index.to_numpy() - int(last)
        own = known[np.minimum(ahead, len(known)) - 1]
        out[pair] = np.sqrt(spread.sd(ahead) ** 2 + own**2)
    return pd.DataFrame(out, index=mean.index)


def _grown(past: Past, window: Window, fitted: Fitted, members: list[Member], counts: list[Counts]) -> pd.DataFrame:
    """Ln works, anchored at the last observed value: growth of the weighted mean of the members' works since then."""
    years = np.arange(window.fit[0], window.predict[1] + 1)
    log = pd.DataFrame(_log_mean(members, counts, years), index=years, columns=fitted.targets.pairs)
    ahead, out = list(window.years), {}
    for pair, last in last_observed(past.counts).items():
        out[pair] = past.counts.loc[last, pair] + log.loc[ahead, pair] - log.loc[last, pair]
    return pd.DataFrame(out, index=ahead)


def _log_mean(members: list[Member], counts: list[Counts], years: np.ndarray) -> np.ndarray:
    """Ln of the weighted mean over members of the works that a database counts, float64[Y, P]."""
    weights = np.array([member.weight for member in members])
    logs = [log_volume(m.candidate.calibration, years, own) for m, own in zip(members, counts, strict=True)]
    return np.log(np.einsum("m,myp->yp", weights, np.exp(logs)))


def _residual(members: list[Member], fitted: Fitted) -> np.ndarray:
    """Ln observed - ln of the weighted mean of the members' works, in the years of the fit."""
    years = fitted.targets.years
    return fitted.targets.log - _log_mean(members, [member.counts.first(len(years)) for member in members], years)


def _parameter_sd(members: list[Member], window: Window) -> np.ndarray:
    """Spread of growth since the end of the fit between members, without the noise of replicates; by year ahead.

    The noise is the variance between the replicates of a member over their number; what is left is the median over pairs.
    """
    anchor = window.fit[1] - window.fit[0]
    weights = np.array([member.weight for member in members])
    means = np.array([np.log(np.maximum(member.counts.works.mean(axis=0), 0.5)) for member in members])
    growth = means[:, anchor + 1 :] - means[:, [anchor]]
    centre = np.average(growth, axis=0, weights=weights)
    between = np.average((growth - centre) ** 2, axis=0, weights=weights)
    noise = np.average([_noise(member.counts.works, anchor) for member in members], axis=0, weights=weights)
    return np.sqrt(np.maximum(np.median(between - noise, axis=1), 0.0))


def _noise(works: np.ndarray, anchor: int) -> np.ndarray:
    """Variance of the log growth of a mean over replicates, float64[Y, P] of the years after the anchor."""
    mean = np.maximum(works.mean(axis=0), 0.5)
    relative = works[:, anchor + 1 :] / mean[anchor + 1 :] - works[:, [anchor]] / mean[[anchor]]
    return relative.var(axis=0, ddof=1) / len(works)


def _variants(
    scenario: Scenario, members: list[Member], fitted: Fitted, window: Window, jobs: int | None, say: Say
) -> dict[str, list[Counts]]:
    """Counts of the two other rows where measures begin after the fit: none of them, and those of the packaged strengths."""
    begin, end = date(window.fit[1] + 1, 1, 1), date(window.predict[1] + 1, 1, 1)
    late = {name for name, measure in scenario.measures.items() if begin <= measure.start < end}
    if not late:
        return {}
    kept = complete({name: measure for name, measure in scenario.measures.items() if name not in late})
    runs = {}
    for name, own, changed in (
        (WITHOUT, scenario.model_copy(update={"measures": kept}), {}),
        (EXPLAINED, scenario, dict.fromkeys(late, MEDIAN)),
    ):
        say(f"{name}: {len(members)} members")
        candidates = [replace(m.candidate, measures={**m.candidate.measures, **changed}) for m in members]
        with Simulator(shortened(own, window.fit[0], window.predict[1]), fitted.targets.pairs, jobs) as simulator:
            runs[name] = simulator.run(candidates, [m.luck[:VARIANT_REPLICATES] for m in members])
    return runs
