"""Forecasts that are held against what came: the process and the baselines, from one window's own data (MODEL 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from model.scenario.moving import moved_to, placed
from model.tables import observed, reference_vintage

from ..calibrating import Fitted, Member, calibrate, determined, effective_size, ensemble
from ..calibrating.fitting import log_volume, shortened
from ..calibrating.simulating import Candidate, Counts, Simulator
from ..calibrating.targets import mass_of
from ..forecasts import BASELINES, BOUND, Past, Spread, in_sample, last_observed, rolling, scores
from .restrictions import restricted
from .withholding import withheld

if TYPE_CHECKING:
    from model.calibration import Calibration
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
        size = {} if members is None else {"members": members}
        found = ensemble(
            own, fitted, last=window.predict[1], jobs=jobs, **size,
            on_round=lambda number, rounds: say(f"ensemble, round {number} of {rounds}"),
        )  # fmt: skip
        past = past_of(seen, window, own)
        spreads = {name: rolling(past, method) for name, method in BASELINES.items()}
        spreads[OURS] = in_sample(_residual(found, fitted, window))
        parameter_sd = _parameter_sd(found, fitted, window)
        forecasts = [_baseline(name, past, window, spreads[name]) for name in BASELINES]
        grown = {OURS: ([m.candidate.calibration for m in found], [m.counts for m in found])}
        grown |= _variants(own, found, fitted, window, jobs, say)
        forecasts += [
            _ours(name, past, window, fitted, found, *run, spreads[OURS], parameter_sd) for name, run in grown.items()
        ]
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
    return Forecast(name, mean, _sd(past, mean, lambda ahead: spread.sd(ahead)))


def _sd(past: Past, mean: pd.DataFrame, of: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    """Standard deviations by years since each pair's last count."""
    last = last_observed(past.counts)
    return pd.DataFrame({pair: of(mean.index.to_numpy() - int(last[pair])) for pair in mean}, index=mean.index)


def _ours(
    name: str,
    past: Past,
    window: Window,
    fitted: Fitted,
    members: list[Member],
    calibrations: list[Calibration],
    counts: list[Counts],
    spread: Spread,
    parameter_sd: np.ndarray,
) -> Forecast:
    """Anchored at the last observed value: growth of the weighted mean of the members' works since then."""
    years = np.arange(window.fit[0], window.predict[1] + 1)
    weights = np.array([member.weight for member in members])
    seen = np.exp([[c.observation(year + 0.5) for year in years] for c in calibrations])
    works = np.array([own.works.mean(axis=0) for own in counts]) * seen[:, :, None]
    log = pd.DataFrame(
        np.log(np.maximum(np.einsum("m,myp->yp", weights, works), 0.5)), index=years, columns=fitted.targets.pairs
    )
    last, out = last_observed(past.counts), {}
    for pair in past.counts:
        out[pair] = past.counts.loc[last[pair], pair] + log.loc[list(window.years), pair] - log.loc[last[pair], pair]
    mean = pd.DataFrame(out, index=list(window.years))

    def sd(ahead: np.ndarray) -> np.ndarray:
        own = parameter_sd[np.minimum(ahead, len(parameter_sd)) - 1]
        return np.sqrt(spread.sd(ahead) ** 2 + own**2)

    return Forecast(name, mean, _sd(past, mean, sd))


def _residual(members: list[Member], fitted: Fitted, window: Window) -> np.ndarray:
    """Ln observed - ln of the weighted mean of the members' works, in the years of the fit."""
    years = fitted.targets.years
    weights = np.array([member.weight for member in members])
    logs = [
        log_volume(member.candidate.calibration, years, Counts(*(array[:, : len(years)] for array in member.counts)))
        for member in members
    ]
    return fitted.targets.log - np.log(np.einsum("m,myp->yp", weights, np.exp(logs)))


def _parameter_sd(members: list[Member], fitted: Fitted, window: Window) -> np.ndarray:
    """Spread of growth since the end of the fit between members, without the noise of replicates; by year ahead.

    The noise is the variance between the replicates of a member over their number; what is left is the mean over pairs.
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
) -> dict[str, tuple[list[Calibration], list[Counts]]]:
    """The two other rows where measures begin after the fit: none of them, and those of the packaged strengths."""
    begin, end = date(window.fit[1] + 1, 1, 1), date(window.predict[1] + 1, 1, 1)
    late = {name for name, measure in scenario.measures.items() if begin <= measure.start < end}
    if not late:
        return {}
    kept = {name: measure for name, measure in scenario.measures.items() if name not in late}
    kept = {name: measure for name, measure in kept.items() if not measure.answers or measure.answers in kept}
    kept = {name: measure for name, measure in kept.items() if set(measure.instruments) <= set(kept)}
    runs: dict[str, tuple[list[Calibration], list[Counts]]] = {}
    for name, own, changed in (
        (WITHOUT, scenario.model_copy(update={"measures": kept}), {}),
        (EXPLAINED, scenario, dict.fromkeys(late, 0.5)),
    ):
        say(f"{name}: {len(members)} members")
        candidates = [replace(m.candidate, measures={**m.candidate.measures, **changed}) for m in members]
        luck = [
            range(2_000_000 + place * 10, 2_000_000 + place * 10 + VARIANT_REPLICATES) for place in range(len(members))
        ]
        with Simulator(shortened(own, window.fit[0], window.predict[1]), fitted.targets.pairs, jobs) as simulator:
            runs[name] = (
                [candidate.calibration for candidate in candidates],
                simulator.run(_only(candidates, own), luck),
            )
    return runs


def _only(candidates: list[Candidate], scenario: Scenario) -> list[Candidate]:
    """Candidates without strengths of measures that a scenario does not have."""
    return [
        replace(c, measures={name: u for name, u in c.measures.items() if name in scenario.measures})
        for c in candidates
    ]
