"""A weighted ensemble of parameters: how far the counts leave them open (MODEL 9).

Each member draws the parameters that have a prior (Latin hypercube), the strengths of measures within their ranges, and an
importance of every country (Bayesian bootstrap, Rubin 1981; by countries and not by pairs, since the pairs of a country err
together, Snijders and Borgatti 1999). It is then fitted to the counts as the point was, from there on, by `adjusting`: a
randomised fit for each draw (Kitanidis 1995; Oliver, He and Reynolds 1996), which needs no search in forty dimensions.
Members are weighted by how well they fit, one independent error for a pair: residuals of a pair persist for years.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from model.ensemble import Ensemble, fingerprint
from model.parameters import parameter_table
from model.scenario.ranges import drawn, main_effect, value_of

from .adjusting import GAIN, Point, mean_of, moved
from .fitting import (
    MEASUREMENT_SD,
    Fitted,
    calibration_at,
    log_volume,
    reference_degree,
    residual_of,
    shortened,
    weight_of,
)
from .resuming import Progressing, points, written
from .simulating import Candidate, Counts, Simulator

if TYPE_CHECKING:
    from model.calibration import Calibration
    from model.scenario import Scenario

MEMBERS = 48
"""Members of an ensemble."""
ROUNDS = 6
"""Rounds of a member's fit; the mean of the last half of them is kept."""
REPLICATES = 2
"""Replicates of a round."""
KEPT = 10
"""Replicates of a member's last simulation."""
PERSISTENT_SD = 0.1
"""Standard deviation of what a pair's counts do that the model cannot: error of one year (MODEL 9)."""


@dataclass(frozen=True)
class Member:
    """One set of parameters, and what it gave."""

    candidate: Candidate
    point: Point
    luck: range
    """Numbers of its last replicates, `KEPT` of them."""
    weight: float
    counts: Counts
    """Of those replicates, from the first year of the fit to the last one that was asked for."""


def drawn_parameters() -> dict[str, tuple[float, float]]:
    """Names and priors of the parameters that members draw."""
    return {row.name: row.prior for row in parameter_table() if row.prior is not None}


def ensemble(
    scenario: Scenario,
    fitted: Fitted,
    *,
    last: int,
    members: int = MEMBERS,
    jobs: int | None = None,
    seed: int = 0,
    on_round: Callable[[int, int], None] | None = None,
    progress: Progressing | None = None,
) -> list[Member]:
    """Members around a fit, simulated to the end of the year ``last``. The same for any number of ``jobs``.

    With ``progress`` every round is kept, and the ensemble goes on after the last one that was.
    """
    targets, first = fitted.targets, int(fitted.targets.years[0])
    fit = (first, int(targets.years[-1]))
    priors = drawn_parameters()
    measures = [name for name, measure in scenario.measures.items() if measure.range is not None]
    sampler = qmc.LatinHypercube(len(priors) + len(measures), rng=np.random.default_rng([seed, 1]))
    u = sampler.random(members)
    rng = np.random.default_rng([seed, 2])
    low, high = np.array(list(priors.values())).T
    values = low + u[:, : len(priors)] * (high - low)
    importance = _importance(targets.pairs, members, rng)
    parameters = [dict(zip(priors, row.tolist(), strict=True)) for row in values]
    quantiles = [dict(zip(measures, row.tolist(), strict=True)) for row in u[:, len(priors) :]]
    now = [_with_drawn(fitted.point, own) for own in parameters]

    def candidates(at: Sequence[Point]) -> list[Candidate]:
        return [
            Candidate(replace(calibration_at(p, targets, fit), lead=fitted.calibration.lead), own, q)
            for p, own, q in zip(at, parameters, quantiles, strict=True)
        ]

    progress = progress or Progressing()
    path: list[list[Point]] = [points(own) for own in progress.done("ensemble") or []]
    now = path[-1] if path else now
    with Simulator(shortened(scenario, *fit), targets.pairs, jobs) as simulator:
        for number in range(len(path), ROUNDS):
            luck = [_numbers(place, REPLICATES, number) for place in range(members)]
            found = simulator.run(candidates(now), luck)
            now = [
                moved(
                    point, residual_of(targets, calibration_at(point, targets, fit), counts), targets,
                    reference_degree(targets, counts), GAIN, own,
                )
                for point, counts, own in zip(now, found, importance, strict=True)
            ]  # fmt: skip
            path.append(now)
            progress.keep("ensemble", [written(own) for own in path])
            if on_round is not None:
                on_round(number + 1, ROUNDS + 1)
    now = [mean_of(list(own)) for own in zip(*path[ROUNDS // 2 :], strict=True)]
    final = candidates(now)
    with Simulator(shortened(scenario, first, last), targets.pairs, jobs) as simulator:
        luck = [_numbers(place, KEPT, ROUNDS) for place in range(members)]
        counts = simulator.run(final, luck)
    if on_round is not None:
        on_round(ROUNDS + 1, ROUNDS + 1)
    weights = _weights(fitted, [c.calibration for c in final], counts)
    return [Member(*row) for row in zip(final, now, luck, weights.tolist(), counts, strict=True)]


def packed(scenario: Scenario, fitted: Fitted, members: Sequence[Member]) -> Ensemble:
    """Members as the table that runs read, beside the values that the scenario had when it was fitted."""
    weights = fitted.calibration.parameters
    strengths = {
        name: path
        for name, measure in scenario.measures.items()
        if name in members[0].candidate.measures and (path := main_effect(measure)) is not None
    }
    rows = []
    for member in members:
        own = {**member.candidate.parameters, **member.candidate.calibration.parameters}
        measures = {name: drawn(scenario.measures[name], member.candidate.measures[name]) for name in strengths}
        rows.append(
            {f"affinity.{pair}": value for pair, value in member.candidate.calibration.affinity.items()}
            | {f"parameters.{name}": value for name, value in own.items()}
            | {f"measures.{name}": value_of(measures[name], path) for name, path in strengths.items()}
        )
    at_fit = {
        f"parameters.{name}": weights[name] if name in weights else weight_of(scenario, name)
        for name in {**drawn_parameters(), **weights}
    }
    at_fit |= {f"measures.{name}": value_of(scenario.measures[name], path) for name, path in strengths.items()}
    columns = tuple(rows[0])
    return Ensemble(
        weights=np.array([member.weight for member in members]),
        columns=columns,
        values=np.array([[row[name] for name in columns] for row in rows]),
        fitted={name: at_fit[name] for name in columns if name in at_fit},
        calibration=fingerprint(fitted.calibration),
        provenance={
            "method": "Latin hypercube of priors and ranges, each member refitted, weighted by its fit",
            "scenario": scenario.name,
            "fit": list(fitted.calibration.provenance["fit"]),
            "members": len(members),
            "effective": round(effective_size(members), 1),
        },
    )


def effective_size(members: Sequence[Member]) -> float:
    """Members that equal weights would need for the same variance (Kish 1965)."""
    weights = np.array([member.weight for member in members])
    return float(weights.sum() ** 2 / (weights**2).sum())


@dataclass(frozen=True)
class Determined:
    """How far the counts determine a drawn parameter."""

    name: str
    prior_sd: float
    sd: float
    """Weighted standard deviation over members."""
    mean: float

    @property
    def ratio(self) -> float:
        """Of the standard deviations: 1 where the counts say nothing."""
        return self.sd / self.prior_sd


def determined(members: Sequence[Member]) -> list[Determined]:
    """What the counts say of each drawn parameter, in the order of the table."""
    weights = np.array([member.weight for member in members])
    out = []
    for name, (low, high) in drawn_parameters().items():
        values = np.array([_value(member, name) for member in members])
        mean, sd = weighted_moments(values, weights)
        out.append(Determined(name, (high - low) / np.sqrt(12.0), sd, mean))
    return out


def weighted_moments(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation."""
    mean = float(np.average(values, weights=weights))
    return mean, float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


def _value(member: Member, name: str) -> float:
    return float({**member.candidate.parameters, **member.point.weights}[name])


def _with_drawn(point: Point, own: dict[str, float]) -> Point:
    """The point with those of its weights that the member draws (a ridge that the fit leaves where it is)."""
    return Point(point.affinity, {name: own.get(name, value) for name, value in point.weights.items()})


def _numbers(place: int, count: int, number: int) -> range:
    """Numbers of replicates: no two members and no two rounds share their luck."""
    begin = 1_000 + (number * 10_000 + place) * max(KEPT, REPLICATES)
    return range(begin, begin + count)


def _importance(pairs: Sequence[str], members: int, rng: np.random.Generator) -> np.ndarray:
    """Importance of each pair for the common weights, float64[members, P]: product of both countries'."""
    countries = sorted({code for pair in pairs for code in pair.split("-")})
    at = np.array([[countries.index(code) for code in pair.split("-")] for pair in pairs])
    own = rng.exponential(1.0, (members, len(countries)))
    return own[:, at[:, 0]] * own[:, at[:, 1]]


def _weights(fitted: Fitted, calibrations: Sequence[Calibration], counts: Sequence[Counts]) -> np.ndarray:
    """Normalised likelihoods: residuals within pairs, one independent error for a pair, noise of replicates included."""
    targets = fitted.targets
    years = len(targets.years)
    logs = []
    for calibration, own in zip(calibrations, counts, strict=True):
        part = own.first(years)
        residual = targets.log - log_volume(calibration, targets.years, part)
        within = residual - np.nanmean(residual, axis=0)
        noise = part.works.std(axis=0, ddof=1) / np.maximum(part.works.mean(axis=0), 0.5) / np.sqrt(len(part.works))
        variance = MEASUREMENT_SD**2 + PERSISTENT_SD**2 + (noise**2).mean(axis=0)
        logs.append(-0.5 * float((np.nanmean(within**2, axis=0) / variance).sum()))
    weights = np.exp(np.array(logs) - max(logs))
    return weights / weights.sum()
