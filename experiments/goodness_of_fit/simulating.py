"""The replicates that figures are held against, and what is taken of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from model.clock import year_of
from model.evidence import network_figures

from . import contracts, networks
from .networks import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.recording import ReplicateRecord, Snapshot
    from model.scenario import Scenario
    from model.world import World

    from ..runner.progress import OnProgress
    from .ties import Ties

Vectors = dict[str, "NDArray[np.float64]"]
"""Statistic -> its values in a replicate."""


@dataclass(frozen=True)
class Plan:
    """What is looked at, and when; times are starts of quarters."""

    contracts: tuple[date, ...]  # first of January after each year whose contracts are looked at; none outside the run
    waves: tuple[date, ...]
    countries: tuple[str, ...]  # whose institutions make the network
    isolates: bool  # whether those without partners belong to it


def plan_of(scenario: Scenario, world: World, ties: Ties | None) -> Plan:
    """What to look at in a run. Without ties networks are looked at all the same, at the last two dates of contracts."""
    every = tuple(date(year + 1, 1, 1) for year in range(contracts.FIRST, contracts.LAST + 1))
    inside = all(scenario.time.start < day <= scenario.time.end for day in every)
    chosen = every if inside else ()
    if ties is not None:
        return Plan(chosen, ties.times, ties.countries, ties.isolates)
    return Plan(chosen, chosen[-2:] or (scenario.time.end,), world.countries, True)


def watched(scenario: Scenario, plan: Plan, ties: Ties | None, resize: bool) -> Scenario:
    """The scenario to the last date that is looked at, with its networks kept then.

    ``resize``: with ties the world gets as many institutions as make the file's countries as numerous as in the file.
    """
    days = tuple(sorted({*plan.contracts, *plan.waves}))
    first = min(scenario.time.show_from, date(days[-1].year - 1, 1, 1))
    time = scenario.time.model_copy(update={"show_from": max(scenario.time.start, first), "end": days[-1]})
    record = scenario.record.model_copy(update={"every": "year", "snapshots": days, "decisions": False})
    found = scenario.model_copy(update={"time": time, "record": record})
    if ties is None or not resize:
        return found
    count = institutions_for(scenario, ties)
    return found.model_copy(update={"world": scenario.world.model_copy(update={"institutions": count})})


def institutions_for(scenario: Scenario, ties: Ties) -> int:
    """Institutions of a world in which the countries of the ties have as many as the file, within what a world may have."""
    from model.world import build_world

    arrays, names = build_world(scenario).arrays, build_world(scenario).countries
    real = arrays.institutions_of
    share = sum(real[names.index(code)] for code in ties.countries) / real.sum()
    return int(min(200_000, max(20, round(ties.institutions / share))))


def take(plan: Plan, scenario: Scenario, world: World, record: ReplicateRecord) -> Vectors:
    """The statistics of a replicate that need its run."""
    by_time = {snapshot.time: snapshot for snapshot in record.snapshots}
    yearly = [by_time[year_of(day)] for day in plan.contracts]
    waves = [_network(by_time[year_of(day)], world, plan.countries) for day in plan.waves]
    out = networks.of_waves(waves, plan.isolates)
    last = record.snapshots[-1]
    if yearly:
        out["terms"] = contracts.of_terms(contracts.first_terms(yearly))
        out["renewals"] = np.array([_renewed(record, yearly, world, of) for of in ("RU", "CN")])
        out["repeated"] = np.array([contracts.repeated(record, last, year_of(plan.contracts[0]) - 1.0)])
    lifetime = record.measured[-1]["survival.median", "World"]
    out["lifetime"] = np.array([lifetime])
    closest = network_figures()["strong ties among partners"].value
    out["strong"] = np.array([contracts.works_of_closest(record.led.sum(axis=0), closest)])
    return out


def _network(snapshot: Snapshot, world: World, countries: tuple[str, ...]) -> Network:
    """The partnerships between institutions of some countries; all institutions of these are numbered."""
    chosen = np.isin(world.arrays.country, [world.countries.index(code) for code in countries])
    number = np.cumsum(chosen) - 1
    first, second = snapshot.whole[:, 0], snapshot.whole[:, 1]
    inside = chosen[first] & chosen[second]
    return Network(number[first[inside]], number[second[inside]], int(chosen.sum()))


def _renewed(record: ReplicateRecord, yearly: list[Snapshot], world: World, code: str) -> float:
    """Share of the ended contract terms of a country with the European Union that were renewed; NaN of none."""
    if code not in world.countries:
        return float("nan")
    members = np.array([name in contracts.MEMBERS for name in world.countries])[world.arrays.country]
    others = world.arrays.country == world.countries.index(code)
    renewed, ended = contracts.renewals(record, yearly, members, others)
    return renewed / ended if ended else float("nan")


def simulated(scenario: Scenario, plan: Plan, jobs: int | None, on_progress: OnProgress | None) -> list[Vectors]:
    """Run a scenario of `watched` and take the statistics of each replicate, in their order."""
    from ..runner import run_cells

    cells = [(0, k) for k in range(scenario.run.replicates)]
    found = {k: taken for _, k, taken in run_cells(
        [scenario], cells, partial(take, plan), jobs=jobs, on_progress=on_progress)}  # fmt: skip
    return [found[k] for k in sorted(found)]
