"""Pairs whose counts a fit never saw, held against what they were: what the process says of a pair without data.

Pairs are left out in turn, in sets in which every country has one pair at most (the rounds of a round-robin tournament),
so that each fit still knows all countries by their other pairs. The affinity of a pair that was left out is that of its
countries and its bloc pair, its deviation shrunk to zero.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from model.calibration import NAME as CALIBRATION
from model.scenario.moving import moved_to, placed
from model.tables import observed, read_tables

from ..calibrating import calibrate
from ..calibrating.adjusting import NOISE
from ..calibrating.fitting import log_volume, shortened
from ..calibrating.simulating import Candidate, Simulator
from ..calibrating.targets import fitted_counts, mass_of
from ..forecasts.scores import groups
from .hindcast import OURS, REPLICATES, ROUNDS, Say

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.tables import Tables

COUNTS = "copublications.csv"
GRAVITY = "gravity_countries"
"""Regression of ln works on an effect of each country and of each bloc pair, ln (P_a P_b) and the year."""
COUNTRIES = "countries_only"
"""The same without bloc pairs and publications: an effect of each country, and the year."""
PRIORS = {"country": 10.0, "year": 0.1, "blocs": 1.0, "mass": 1.0}
"""Standard deviations of what these regressions estimate, log units (assumed)."""


@dataclass(frozen=True)
class LeftOut:
    """Ln works of pairs by fits that did not see them, years x pairs, by method; and what they were."""

    fit: tuple[int, int]
    sets: tuple[tuple[str, ...], ...]
    truth: pd.DataFrame
    said: dict[str, pd.DataFrame]

    def scores(self) -> list[dict[str, Any]]:
        """Method and group -> mean absolute log error, that of the mean over years, and that about the mean."""
        rows = []
        for method, frame in self.said.items():
            for group, pairs in groups(list(self.truth)).items():
                error = (self.truth - frame)[pairs]
                rows.append(
                    {
                        "method": method, "group": group, "mae_log": _mean(error.abs()),
                        "level": _mean(error.mean().abs()), "course": _mean((error - error.mean()).abs()),
                    }
                )  # fmt: skip
        return rows

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        values = [
            {"method": method, "pair": pair, "year": int(year), "works": float(np.exp(frame.loc[year, pair]))}
            for method, frame in self.said.items()
            for pair in frame
            for year in frame.index
        ]
        return {
            "fit": list(self.fit),
            "sets": [list(own) for own in self.sets],
            "scores": self.scores(),
            "said": values,
        }


def left_out(
    scenario: Scenario,
    tables: Tables,
    fit: tuple[int, int],
    *,
    leave_out: bool = False,
    jobs: int | None = None,
    say: Say = lambda _: None,
) -> LeftOut:
    """Fit once for each set of pairs without their counts, and simulate them. ``leave_out``: see `hindcast`."""
    truth = np.log(fitted_counts(tables, fit).where(observed(tables).loc[fit[0] : fit[1]].notna()))
    sets = tuple(own for own in round_robin(list(tables.countries)) if set(own) & set(truth))
    ours = []
    for number, pairs in enumerate(sets):
        known = [pair for pair in pairs if pair in truth]
        with without(tables, known) as seen:
            own = moved_to(scenario, seen.folder)[0] if leave_out else placed(scenario, seen.folder)
            fitted = calibrate(own, fit, replicates=REPLICATES, rounds=ROUNDS, jobs=jobs)
            with Simulator(shortened(own, *fit), known, jobs) as simulator:
                counts = simulator.run([Candidate(fitted.calibration)], [range(REPLICATES)])[0]
        years = truth.index.to_numpy()
        ours.append(pd.DataFrame(log_volume(fitted.calibration, years, counts), index=truth.index, columns=known))
        error = _mean((truth - ours[-1])[known].abs())
        say(f"set {number + 1} of {len(sets)}, {', '.join(known)}: error {error:.3f}")
    mass = mass_of(tables, truth)
    said = {OURS: pd.concat(ours, axis=1)[list(truth)]}
    for name, whole in ((GRAVITY, True), (COUNTRIES, False)):
        parts = [regressed(truth, mass, tables, [p for p in own if p in truth], whole=whole) for own in sets]
        said[name] = pd.concat(parts, axis=1)[list(truth)]
    return LeftOut(fit, sets, truth, said)


def round_robin(countries: Sequence[str]) -> list[tuple[str, ...]]:
    """All pairs of countries in rounds, by the circle method: in a round each country stands once at most."""
    ring: list[str | None] = [*sorted(countries), *([None] if len(countries) % 2 else [])]
    rounds = []
    for _ in range(len(ring) - 1):
        half = len(ring) // 2
        games = zip(ring[:half], reversed(ring[half:]), strict=True)
        rounds.append(tuple("-".join(sorted((a, b))) for a, b in games if a is not None and b is not None))
        ring = [ring[0], ring[-1], *ring[1:-1]]
    return rounds


@contextmanager
def without(tables: Tables, pairs: Sequence[str]) -> Iterator[Tables]:
    """Tables that know nothing of the joint works of some pairs; without a calibration."""
    with TemporaryDirectory(prefix="comity-") as folder:
        path = Path(folder)
        for file in tables.folder.iterdir():
            if file.is_file() and file.name != CALIBRATION:
                shutil.copyfile(file, path / file.name)
        counts = pd.read_csv(path / COUNTS, dtype=str, keep_default_na=False)
        names = zip(counts["country_a"], counts["country_b"], strict=True)
        counts[["-".join(sorted(own)) not in pairs for own in names]].to_csv(path / COUNTS, index=False)
        yield read_tables(path)


def regressed(
    truth: pd.DataFrame, mass: pd.DataFrame, tables: Tables, pairs: Sequence[str], *, whole: bool
) -> pd.DataFrame:
    """Ln works of ``pairs`` by ridge regression on the other pairs.

    The penalty is that of normal priors with the standard deviations `PRIORS` against the error `NOISE`; it matters only where
    the other pairs leave an effect open, as that of a pair of blocs which has no other pair.
    """
    codes = list(tables.countries)
    bloc = dict(zip(codes, tables.country_blocs, strict=True))
    kinds = sorted({tuple(sorted((bloc[a], bloc[b]))) for a, b in combinations(codes, 2)})
    centre = float(truth.index.to_numpy().mean()), float(mass.to_numpy().mean())

    def row(pair: str, year: int) -> list[float]:
        own = pair.split("-")
        found = [float(code in own) for code in codes] + [year - centre[0]]
        if whole:
            blocs = tuple(sorted((bloc[own[0]], bloc[own[1]])))
            found += [float(kind == blocs) for kind in kinds] + [float(mass.loc[year, pair]) - centre[1]]
        return found

    cells = [
        (pair, year)
        for pair in truth
        if pair not in pairs
        for year in truth.index
        if np.isfinite(truth.loc[year, pair])
    ]
    x = np.array([row(pair, year) for pair, year in cells])
    y = np.array([truth.loc[year, pair] for pair, year in cells])
    level = float(y.mean())
    sds = [PRIORS["country"]] * len(codes) + [PRIORS["year"]]
    sds += [PRIORS["blocs"]] * len(kinds) + [PRIORS["mass"]] if whole else []
    penalty = np.diag(NOISE**2 / np.array(sds) ** 2)
    weights = np.linalg.solve(x.T @ x + penalty, x.T @ (y - level))
    said = {pair: [level + float(np.dot(row(pair, year), weights)) for year in truth.index] for pair in pairs}
    return pd.DataFrame(said, index=truth.index)


def _mean(values: pd.DataFrame | pd.Series[float]) -> float:
    """Mean over what is known."""
    return float(np.nanmean(values.to_numpy()))
