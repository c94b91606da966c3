"""Fits affinities and common weights to observed counts by simulation (MODEL 9, first part).

Each round simulates the years of the fit with the same luck and compares log counts by country pair and year:

    residual(pair, year) = ln observed - ln mean simulated

- the mean of a pair moves its affinity (proportional adjustment), the mean of all pairs the level of output rho0;
- within pairs, the regression of residuals on ln(P_a P_b) moves gamma, the one on the year the secular term: the two
  directions that counts can tell apart; `formation.size` lies on a ridge with gamma and stays where it is (MODEL 7);
- the mean degree in the reference year moves the base of formation: a definition, not a fit (MODEL 1).

Common random numbers make the rounds comparable. What is returned is the mean over the rounds after the first
`SETTLING` ones (Polyak and Juditsky 1992): the noise of replicates averages out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from model.calibration import Calibration
from model.errors import InputError
from model.tables import any_foreign, observed, read_tables, reference_vintage

from ..runner import run_scenario
from .leaders import fitted_leads
from .observation import observation_slopes

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.simulation import Simulation
    from model.tables import Tables

REFERENCE_YEAR = 2010
"""Year in which the mean degree is `MEAN_DEGREE`."""
MEAN_DEGREE = 10.0
"""Mean number of international partnerships of an institution in the reference year: assumed, 5-40 (MODEL 1)."""
GAIN = 0.5
"""Part of a residual that a first round moves the weights by: an affinity acts on the proposal and on its answer, so that
a whole residual would overshoot."""
SETTLING = 10
"""Rounds of full gain; after them it falls with the root of their number."""
ROUNDS = 26
"""Rounds in all."""
TOLERANCE = 0.05
"""Largest mean residual of a pair, log units, at which a fit counts as converged: the noise of a small pair."""
WEIGHTS = ("formation.base", "formation.secular", "formation.size", "output.rho0", "output.size_exponent")
"""Common weights that the table of calibration holds."""


@dataclass(frozen=True)
class Progress:
    """One round: its number, the mean absolute residual of log counts, and the largest mean residual of a pair."""

    round: int
    rounds: int
    error: float
    largest: float


@dataclass(frozen=True)
class Fitted:
    """What a calibration found, and how well it fits."""

    calibration: Calibration
    error: float
    """Mean absolute residual of log counts over pairs and years of the fit."""
    by_pair: dict[str, float]
    """The same by pair."""
    largest: float
    """Largest mean residual of a pair, log units."""

    @property
    def converged(self) -> bool:
        """Whether no pair is off by more than `TOLERANCE` on average."""
        return self.largest <= TOLERANCE


def calibrate(
    scenario: Scenario,
    fit: tuple[int, int],
    *,
    replicates: int,
    jobs: int | None = None,
    on_round: Callable[[Progress], None] | None = None,
) -> Fitted:
    """Fit a scenario's world to the counts of the years ``fit``. Raises `InputError` where there is nothing to fit."""
    tables = read_tables(scenario.world.data or None)
    counts = fitted_counts(tables, fit)
    years = _shortened(scenario, fit)
    slopes = observation_slopes(tables, fit)
    weights = {name: _weight(years, name) for name in WEIGHTS}
    now = Calibration(
        affinity=dict.fromkeys(counts, 0.0),
        coverage=slopes.coverage,
        many_country=slopes.many_country,
        fitted_until=float(fit[1] + 1),
        parameters=weights,
    )
    mass = _mass(tables, counts)
    settled: list[Calibration] = []
    for number in range(1, ROUNDS + 1):
        simulation = _simulated(years, now, replicates, jobs)
        residual = _residual(counts, simulation)
        now = _moved(now, residual, mass, _degree(simulation), GAIN * min(1.0, (SETTLING / number) ** 0.5))
        if number > SETTLING:
            settled.append(now)
        if on_round is not None:
            on_round(Progress(number, ROUNDS, _error(residual), float(residual.mean().abs().max())))
    found = _mean_of(settled)
    simulation = _simulated(years, found, replicates, jobs)
    residual = _residual(counts, simulation)
    largest = float(residual.mean().abs().max())
    found = replace(
        found,
        lead=fitted_leads(found.lead, simulation, tables, fit),
        provenance=_provenance(tables, fit, years, replicates, _error(residual), slopes.coverage_error),
    )
    return Fitted(found, _error(residual), residual.abs().mean().to_dict(), largest)


def _residual(counts: pd.DataFrame, simulation: Simulation) -> pd.DataFrame:
    """Ln observed - ln mean simulated, years x pairs."""
    return np.log(counts) - np.log(mean_volumes(simulation, list(counts)))


def _error(residual: pd.DataFrame) -> float:
    return float(residual.abs().stack().mean())


def _mean_of(rounds: list[Calibration]) -> Calibration:
    """Affinities and weights, each its mean over rounds."""
    affinity = {pair: float(np.mean([r.affinity[pair] for r in rounds])) for pair in rounds[0].affinity}
    weights = {name: float(np.mean([r.parameters[name] for r in rounds])) for name in rounds[0].parameters}
    return replace(rounds[-1], affinity=affinity, parameters=weights)


def fitted_counts(tables: Tables, fit: tuple[int, int]) -> pd.DataFrame:
    """Observed counts of the years of the fit, years x pairs; half a work where a year has none, so that its log exists."""
    counts = observed(tables).loc[fit[0] : fit[1]]
    counts = counts.loc[:, counts.notna().any()]
    if len(counts) < 3 or counts.empty:
        raise InputError(
            f"has counts of {len(counts)} years between {fit[0]} and {fit[1]}",
            where=str(tables.folder / "copublications.csv"),
            allowed="at least three years to fit",
        )
    return counts.replace(0.0, 0.5)


def mean_volumes(simulation: Simulation, pairs: list[str]) -> pd.DataFrame:
    """Mean of output.volume over replicates, years x pairs; half a work where nothing appeared."""
    series = simulation.series
    chosen = series[(series["indicator"] == "output.volume") & series["pair"].isin(pairs)]
    table = chosen.pivot_table(index=chosen["date"].dt.year, columns="pair", values="value", observed=True)
    return table.reindex(columns=pairs).clip(lower=0.5)


def _weight(scenario: Scenario, name: str) -> float:
    group, key = name.split(".")
    return float(getattr(getattr(scenario.parameters, group), key))


def _shortened(scenario: Scenario, fit: tuple[int, int]) -> Scenario:
    """The scenario up to the end of the fit, recorded by year."""
    time = scenario.time.model_copy(update={"show_from": date(fit[0], 1, 1), "end": date(fit[1] + 1, 1, 1)})
    record = scenario.record.model_copy(update={"every": "year", "snapshots": ()})
    return scenario.model_copy(update={"time": time, "record": record})


def with_weights(scenario: Scenario, weights: Mapping[str, float]) -> Scenario:
    """The scenario with some parameters changed, by dotted name."""
    groups: dict[str, dict[str, float]] = {}
    for name, value in weights.items():
        group, key = name.split(".")
        groups.setdefault(group, {})[key] = value
    update = {g: getattr(scenario.parameters, g).model_copy(update=values) for g, values in groups.items()}
    return scenario.model_copy(update={"parameters": scenario.parameters.model_copy(update=update)})


def _simulated(scenario: Scenario, calibration: Calibration, replicates: int, jobs: int | None) -> Simulation:
    changed = with_weights(scenario, calibration.parameters)
    return run_scenario(changed, replicates=replicates, jobs=jobs, calibration=calibration)


def _mass(tables: Tables, counts: pd.DataFrame) -> pd.DataFrame:
    """ln(P_a P_b), years x pairs; interpolated where publications are missing."""
    logs = {
        code: np.log(pd.Series({y: v for y, v in tables.national[code, "publications"].items() if v > 0}))
        for code in tables.countries
    }
    filled = pd.DataFrame(logs).reindex(counts.index).interpolate(limit_direction="both")
    return pd.DataFrame({pair: filled[pair.split("-")[0]] + filled[pair.split("-")[1]] for pair in counts})


def _degree(simulation: Simulation) -> float:
    """Mean degree in the reference year, or in the last year where the fit ends before it."""
    series = simulation.series
    degree = series[series["indicator"] == "network.mean_degree"].groupby(series["date"].dt.year)["value"].mean()
    return float(degree.get(REFERENCE_YEAR, degree.iloc[-1]))


def _moved(now: Calibration, residual: pd.DataFrame, mass: pd.DataFrame, degree: float, gain: float) -> Calibration:
    """The calibration after a round; affinities keep the mean 0."""
    by_pair = residual.mean()
    level = float(by_pair.mean())
    on_mass, on_year = within_slopes(residual, mass)
    affinity = {pair: value + gain * float(by_pair[pair] - level) for pair, value in now.affinity.items()}
    mean = float(np.mean(list(affinity.values())))
    weights = dict(now.parameters)
    weights["output.rho0"] *= float(np.exp(gain * level))
    weights["output.size_exponent"] = max(0.0, weights["output.size_exponent"] + gain * on_mass)
    weights["formation.secular"] += gain * on_year
    weights["formation.base"] += gain * float(np.log(MEAN_DEGREE / degree)) + mean
    return replace(now, affinity={pair: value - mean for pair, value in affinity.items()}, parameters=weights)


def within_slopes(residual: pd.DataFrame, mass: pd.DataFrame) -> tuple[float, float]:
    """Least-squares slopes of residuals on mass and on the year, within pairs (pair means taken out)."""
    kept = residual.stack().dropna()
    rows = pd.DataFrame({"residual": kept, "mass": mass.stack().reindex(kept.index)})
    rows["year"] = rows.index.get_level_values(0).astype(float)
    within = rows - rows.groupby(level=1).transform("mean")
    slopes, *_ = np.linalg.lstsq(within[["mass", "year"]].to_numpy(), within["residual"].to_numpy(), rcond=None)
    return float(slopes[0]), float(slopes[1])


def _provenance(
    tables: Tables, fit: tuple[int, int], scenario: Scenario, replicates: int, error: float, spread: float
) -> dict[str, Any]:
    return {
        "status": "calibrated",
        "method": "proportional adjustment of affinities; common weights by regression of residuals within pairs",
        "scenario": scenario.name,
        "fit": list(fit),
        "vintage": reference_vintage(tables) or "",
        "many_country_from_totals": not any_foreign(tables).empty,
        "coverage_error": round(spread, 5),
        "institutions": scenario.world.institutions,
        "replicates": replicates,
        "seed": scenario.run.seed or 0,
        "rounds": ROUNDS,
        "mean_absolute_log_error": round(error, 4),
        "mean_degree": MEAN_DEGREE,
    }
