"""Fits affinities and common weights to observed counts by simulation (MODEL 9, first part).

Each round simulates the years of the fit with the same luck and compares log counts by country pair and year; `adjusting`
says what a round moves. The noise of replicates is averaged out over rounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from model.calibration import Calibration
from model.tables import any_foreign, read_tables, reference_vintage

from .adjusting import GAIN, MEAN_DEGREE, SETTLING, WEIGHTS, Point, first_point, gain_of, mean_of, moved
from .affinities import structured
from .leaders import fitted_leads
from .resuming import Progressing, points, written
from .simulating import Candidate, Counts, Simulator
from .targets import Targets, targets_of

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.simulation import Simulation
    from model.tables import Tables

REFERENCE_YEAR = 2010
"""Year in which the mean degree is `MEAN_DEGREE`; the last year of a fit that ends before it."""
ROUNDS = 26
"""Rounds in all."""
FURTHER = 30
"""Most rounds before those, in a world whose level or degree begins far from what is wanted."""
FAR = 0.15
"""What counts as far, log units."""
TOLERANCE = 0.05
"""Largest mean residual of a pair, log units, at which a fit counts as converged: the noise of a small pair."""
MEASUREMENT_SD = 0.07
"""Error of a count, log units: two vintages differ by 5 to 10 % (MODEL 9)."""
REPLICATE_CV = 1.3
"""Variation of a pair's total in one replicate, over the root of its partnerships (MODEL 9)."""


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
    point: Point
    targets: Targets
    residual: pd.DataFrame
    """Ln observed - ln simulated, years x pairs."""

    @property
    def error(self) -> float:
        """Mean absolute residual of log counts over pairs and years of the fit."""
        return mean_absolute(self.residual.to_numpy())

    @property
    def by_pair(self) -> dict[str, float]:
        """The same by pair."""
        return self.residual.abs().mean().to_dict()

    @property
    def largest(self) -> float:
        """Largest mean residual of a pair, log units."""
        return float(self.residual.mean().abs().max())

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
    rounds: int = ROUNDS,
    on_round: Callable[[Progress], None] | None = None,
    progress: Progressing | None = None,
) -> Fitted:
    """Fit a scenario's world to the counts of the years ``fit``. Raises `InputError` where there is nothing to fit.

    With ``progress`` every round is kept, and the fit goes on after the last one that was.
    """
    tables = read_tables(scenario.world.data or None)
    targets = targets_of(tables, fit)
    years = shortened(scenario, fit[0], fit[1])
    now = first_point(targets, {name: weight_of(years, name) for name in WEIGHTS})
    settled: list[Point] = []
    settling = min(SETTLING, rounds // 2)
    numbers = range(replicates)
    progress = progress or Progressing()
    number, further = 0, 0
    if (begun := progress.done("fit")) is not None:
        number, further = begun["round"], begun["further"]
        now, *settled = points([begun["now"], *begun["settled"]])
    with Simulator(years, targets.pairs, jobs) as simulator:
        while number < rounds:
            counts = simulator.run([Candidate(calibration_at(now, targets, fit))], [numbers])[0]
            residual = residual_of(targets, calibration_at(now, targets, fit), counts)
            degree = reference_degree(targets, counts)
            now = moved(now, residual, targets, degree, gain_of(number + 1))
            if _far(residual, degree) and further < FURTHER:
                further += 1
            else:
                number += 1
            if number > settling:
                settled.append(now)
            kept = {"round": number, "further": further, "now": written([now])[0], "settled": written(settled)}
            progress.keep("fit", kept)
            if on_round is not None:
                largest = float(np.abs(np.nanmean(residual, axis=0)).max())
                on_round(Progress(number + further, rounds + further, mean_absolute(residual), largest))
        found = mean_of(settled)
        fitted = _finished(found, tables, targets, fit, simulator, numbers)
    provenance = _provenance(tables, fit, years, replicates, rounds, fitted.error, targets.slopes.coverage_error)
    return replace(fitted, calibration=replace(fitted.calibration, provenance=provenance))


def _far(residual: np.ndarray, degree: float) -> bool:
    """Whether the level of counts or the mean degree is still far from what is wanted."""
    return abs(float(np.nanmean(residual))) > FAR or abs(float(np.log(MEAN_DEGREE / max(degree, 0.1)))) > FAR


def _finished(
    found: Point, tables: Tables, targets: Targets, fit: tuple[int, int], simulator: Simulator, numbers: range
) -> Fitted:
    """The calibration at a point: with affinities of all pairs, and the intercepts of leading."""
    counts = simulator.run([Candidate(calibration_at(found, targets, fit))], [numbers])[0]
    affinity = structured(
        dict(zip(targets.pairs, found.affinity.tolist(), strict=True)),
        error_variance(counts, len(numbers), targets),
        tables.countries,
        tables.country_blocs,
    )
    mean = float(np.mean([affinity[pair] for pair in targets.pairs]))
    affinity = {pair: value - mean for pair, value in affinity.items()}
    point = Point(np.array([affinity[pair] for pair in targets.pairs]), {**found.weights})
    point.weights["formation.base"] += mean
    calibration = replace(calibration_at(point, targets, fit), affinity=affinity)
    counts = simulator.run([Candidate(calibration)], [numbers])[0]
    calibration = replace(calibration, lead=fitted_leads({}, counts, targets, tables.leader_shares, fit))
    residual = residual_of(targets, calibration, counts)
    return Fitted(calibration, point, targets, pd.DataFrame(residual, index=targets.years, columns=targets.pairs))


def error_variance(counts: Counts, replicates: int, targets: Targets) -> dict[str, float]:
    """Error variance of a pair's fitted affinity: noise of replicates and of counts, over the root of its years."""
    spread = counts.works.mean(axis=1).std(axis=0) / np.maximum(counts.works.mean(axis=(0, 1)), 0.5)
    years = np.isfinite(targets.log).sum(axis=0)
    poisson = 1.0 / np.maximum(np.exp(np.nanmean(targets.log, axis=0)), 0.5)
    variance = spread**2 / replicates + (MEASUREMENT_SD**2 + poisson) / np.maximum(years, 1)
    # an affinity acts twice: an error of counts is worth half of it in affinity
    return dict(zip(targets.pairs, (GAIN**2 * variance).tolist(), strict=True))


def calibration_at(point: Point, targets: Targets, fit: tuple[int, int]) -> Calibration:
    """A point as the table that a run reads."""
    return Calibration(
        affinity=dict(zip(targets.pairs, point.affinity.tolist(), strict=True)),
        coverage=targets.slopes.coverage,
        many_country=targets.slopes.many_country,
        fitted_until=float(fit[1] + 1),
        parameters=dict(point.weights),
    )


def residual_of(targets: Targets, calibration: Calibration, counts: Counts) -> np.ndarray:
    """Ln observed - ln mean simulated, float64[Y, P]; half a work where nothing appeared."""
    return targets.log - log_volume(calibration, targets.years, counts)


def log_volume(calibration: Calibration, years: np.ndarray, counts: Counts) -> np.ndarray:
    """Ln of the mean joint works over replicates as the database counts them, float64[Y, P]."""
    seen = np.array([calibration.observation(year + 0.5) for year in years])
    return np.log(np.maximum(counts.works.mean(axis=0) * np.exp(seen)[:, None], 0.5))


def mean_absolute(residual: np.ndarray) -> float:
    """Mean absolute residual; missing ones are left out."""
    return float(np.nanmean(np.abs(residual)))


def weight_of(scenario: Scenario, name: str) -> float:
    """A parameter of a scenario by its dotted name."""
    group, key = name.split(".")
    return float(getattr(getattr(scenario.parameters, group), key))


def shortened(scenario: Scenario, first: int, last: int) -> Scenario:
    """The scenario recorded by year from ``first`` to the end of ``last``."""
    time = scenario.time.model_copy(update={"show_from": date(first, 1, 1), "end": date(last + 1, 1, 1)})
    record = scenario.record.model_copy(update={"every": "year", "snapshots": ()})
    run = scenario.run.model_copy(update={"seed": scenario.run.seed or 0})
    return scenario.model_copy(update={"time": time, "record": record, "run": run})


def reference_degree(targets: Targets, counts: Counts) -> float:
    """Mean degree in the reference year, or in the last year where the fit ends before it."""
    place = min(max(REFERENCE_YEAR - int(targets.years[0]), 0), counts.degree.shape[1] - 1)
    return float(counts.degree[:, place].mean())


def mean_volumes(simulation: Simulation, pairs: list[str]) -> pd.DataFrame:
    """Mean of output.volume over replicates, years x pairs; half a work where nothing appeared."""
    series = simulation.series
    chosen = series[(series["indicator"] == "output.volume") & series["pair"].isin(pairs)]
    table = chosen.pivot_table(index=chosen["date"].dt.year, columns="pair", values="value", observed=True)
    return table.reindex(columns=pairs).clip(lower=0.5)


def _provenance(
    tables: Tables, fit: tuple[int, int], scenario: Scenario, replicates: int, rounds: int, error: float, spread: float
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
        "rounds": rounds,
        "mean_absolute_log_error": round(error, 4),
        "mean_degree": MEAN_DEGREE,
    }
