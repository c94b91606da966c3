"""The indicators of a replicate's network at the dates of its snapshots, by the definitions of this package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from . import brokerage, concentration, dependency, kinds, knowledge, leadership, polarisation, structure, survival
from .registry import WORLD

if TYPE_CHECKING:
    from ..recording import ReplicateRecord, Snapshot
    from ..world import World

COHORT_YEARS = 10.0
"""Partnerships that began in so many years before a date make its survival curve."""
NEW_YEARS = 5.0
"""Partnerships that began in so many years before a date count as new: a planning period."""
LONGEST_KEPT = {"one_year": 1.0, "three_years": 3.0, "five_years": 5.0}
"""Ages at which survival is told, years."""

Values = dict[tuple[str, str], float]
"""(indicator, pair) -> value."""


def listed_at(world: World, time: float) -> np.ndarray:
    """Institutions that are on a list at the end of the day before a time in years, bool[n]."""
    listed = np.zeros(world.n, np.bool_)
    for i, since, until in world.listed_spells:
        listed[i] |= since < time <= (np.inf if until is None else until)
    return listed


@dataclass(frozen=True)
class Grouped:
    """The groups of a world: blocs and countries, and everyone."""

    world: World

    @cached_property
    def groups(self) -> tuple[tuple[str, np.ndarray], ...]:
        """(name, members bool[n]) of World, blocs and countries."""
        arrays = self.world.arrays
        blocs = [(name, arrays.bloc == b) for b, name in enumerate(self.world.blocs)]
        countries = [(name, arrays.country == c) for c, name in enumerate(self.world.countries)]
        return ((WORLD, np.ones(self.world.n, np.bool_)), *blocs, *countries)

    @cached_property
    def bloc_pairs(self) -> tuple[tuple[int, int, str], ...]:
        """(first, second, name) of pairs of blocs, each also with itself."""
        names = self.world.blocs
        return tuple((a, b, f"{names[a]}-{names[b]}") for a in range(len(names)) for b in range(a, len(names)))

    def directed(self, matrices: tuple[np.ndarray, np.ndarray]) -> Iterator[tuple[str, float]]:
        """("A>B", value) from tables of blocs and of countries, by row A and column B."""
        for names, matrix in zip((self.world.blocs, self.world.countries), matrices, strict=True):
            for a, b in permutations(range(len(names)), 2):
                yield f"{names[a]}>{names[b]}", float(matrix[a, b])


@dataclass(frozen=True)
class Look:
    """One snapshot with what it is held against."""

    grouped: Grouped
    record: ReplicateRecord
    snapshot: Snapshot

    @property
    def world(self) -> World:
        """The world."""
        return self.grouped.world

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Both ends of the partnerships, int64[E] each."""
        return self.snapshot.whole[:, 0], self.snapshot.whole[:, 1]

    @property
    def strength(self) -> np.ndarray:
        """float64[E]."""
        return self.snapshot.numbers[:, 0]

    @cached_property
    def history(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Partnerships that ended before the date and those that live: first, second, start, end (infinite)."""
        whole, times = self.record.spell_whole, self.record.spell_times
        over = times[:, 1] <= self.snapshot.time
        first, second = self.ends
        return (
            np.concatenate([whole[over, 0], first]),
            np.concatenate([whole[over, 1], second]),
            np.concatenate([times[over, 0], self.snapshot.numbers[:, 1]]),
            np.concatenate([times[over, 1], np.full(len(first), np.inf)]),
        )


def measure(world: World, record: ReplicateRecord) -> list[Values]:
    """The values of all indicators of `registry.OF_SNAPSHOTS` at each snapshot of a replicate."""
    grouped = Grouped(world)
    found: list[Values] = []
    for snapshot in record.snapshots:
        look = Look(grouped, record, snapshot)
        values: Values = {}
        for family in (_concentration, _dependency, _sorting, _leaders, _brokerage, _polarisation, _knowledge,
                       _survival, _kinds):  # fmt: skip
            values |= family(look)
        found.append(values)
    _lag_knowledge(record, found)
    return found


def _mean(values: np.ndarray) -> float:
    """Mean of what is defined; NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _concentration(look: Look) -> Values:
    world, (first, second), strength = look.world, look.ends, look.strength
    arrays, blocs, c = world.arrays, len(world.blocs), len(world.countries)
    out: Values = {}
    partners = concentration.partner_concentration(first, second, strength, world.n)
    by_country = concentration.weight_by_partner_group(first, second, strength, arrays.country, c)
    by_bloc = concentration.weight_by_partner_group(first, second, strength, arrays.bloc, blocs)
    over_blocs = concentration.herfindahl(by_bloc)
    for name, members in look.grouped.groups:
        out["concentration.institutions", name] = _mean(partners[members])
        out["concentration.blocs", name] = _mean(over_blocs[members])
        out["concentration.countries", name] = float(concentration.herfindahl(by_country[members].sum(axis=0)))
    fields = len(world.fields)
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    w, field = np.concatenate([strength, strength]), np.tile(look.snapshot.whole[:, 3], 2)
    cell = arrays.bloc[ends] * fields + field
    for name, of, size in (("institutions", others, world.n), ("blocs", arrays.bloc[others], blocs)):
        spread = np.bincount(cell * size + of, w, minlength=blocs * fields * size).reshape(blocs, fields, size)
        found = concentration.herfindahl(spread)
        for b, bloc in enumerate(world.blocs):
            for f, title in enumerate(world.fields):
                out[f"concentration.field_{name}", f"{bloc}:{title}"] = float(found[b, f])
    every = structure.between_groups(first, second, arrays.bloc, blocs, strength)
    total = float(strength.sum())
    for a, b, pair in look.grouped.bloc_pairs:
        out["partnerships.strength_share", pair] = float(every[a, b]) / total if total else float("nan")
    return out


def _dependency(look: Look) -> Values:
    arrays, (first, second) = look.world.arrays, look.ends
    names, blocs = look.world.blocs, len(look.world.blocs)
    together = (arrays.facilities[first] & arrays.facilities[second]) != 0
    made = look.snapshot.whole[:, 6] >= 0
    out: Values = {}
    for name, chosen in (("facilities", together), ("instruments", made)):
        between = structure.between_groups(first[chosen], second[chosen], arrays.bloc, blocs)
        gap = dependency.asymmetry(dependency.mix(between))
        for a, b in permutations(range(blocs), 2):
            out[f"dependency.{name}", f"{names[a]}>{names[b]}"] = float(gap[a, b])
    return out


def _sorting(look: Look) -> Values:
    world, (first, second) = look.world, look.ends
    listed = listed_at(world, look.snapshot.time)
    share, expected = [], []
    for group, count in ((world.arrays.bloc, len(world.blocs)), (world.arrays.country, len(world.countries))):
        held, among_all = dependency.sorting(first, second, listed, group, count)
        share.append(held)
        expected.append(np.broadcast_to(among_all, held.shape))
    of: dict[str, tuple[np.ndarray, np.ndarray]] = {
        "sorting.share": (share[0], share[1]),
        "sorting.expected": (expected[0], expected[1]),
        "sorting.excess": (share[0] - expected[0], share[1] - expected[1]),
    }
    return {(name, pair): value for name, tables in of.items() for pair, value in look.grouped.directed(tables)}


def _leaders(look: Look) -> Values:
    """Works of the period that ends at the date, per institution that takes part; undefined between two periods."""
    world, (first, second) = look.world, look.ends
    arrays, c, blocs = world.arrays, len(world.countries), len(world.blocs)
    period = np.flatnonzero(look.record.ends == look.snapshot.time)
    led = look.record.led[period[0]] if len(period) else np.full((c, c), np.nan)
    member = np.zeros((blocs, c))
    member[arrays.country_bloc, np.arange(c)] = 1.0
    one = np.ones(len(first))
    tables = []
    for group, count, works in ((arrays.bloc, blocs, member @ led @ member.T), (arrays.country, c, led)):
        takes_part = concentration.weight_by_partner_group(first, second, one, group, count) > 0
        participants = np.stack([takes_part[group == g].sum(axis=0) for g in range(count)]).astype(float)
        tables.append(leadership.per_participant(works, participants))
    return {("leaders.per_participant", pair): value for pair, value in look.grouped.directed((tables[0], tables[1]))}


def _brokerage(look: Look) -> Values:
    """Brokerage, and what needs the same walks: clustering, degrees, components."""
    world, (first, second) = look.world, look.ends
    bloc, names = world.arrays.bloc, world.blocs
    matrix = structure.adjacency(first, second, world.n)
    paths = brokerage.shortest_paths(matrix, bloc, len(names))
    triangles, brokered = brokerage.closed_and_open_pairs(matrix, bloc, len(names))
    out: Values = {}
    for a, b in combinations(range(len(names)), 2):
        for c in range(len(names)):
            if c not in (a, b):
                pair = f"{names[a]}-{names[c]}-{names[b]}"
                out["brokerage.paths", pair] = float(paths.through[a, b, c])
                out["brokerage.liaisons", pair] = float(brokered[c, a, b]) * world.omega
    between = np.bincount(bloc, paths.betweenness, minlength=len(names))
    for name, value in zip(names, between, strict=True):
        out["brokerage.betweenness", name] = float(value / between.sum()) if between.any() else float("nan")
    degree = structure.degrees(first, second, world.n)
    clustering = structure.local_clustering(degree, triangles)
    for name, members in look.grouped.groups:
        own = degree[members]
        median, ninetieth = np.quantile(own, (0.5, 0.9)).tolist()
        out["degree.median", name], out["degree.ninetieth", name] = median, ninetieth
        out["degree.gini", name] = concentration.gini(own)
        out["degree.isolated", name] = float((own == 0).mean())
        out["structure.clustering", name] = _mean(clustering[members])
    out["structure.transitivity", WORLD] = structure.transitivity(degree, triangles)
    out["structure.largest_component", WORLD] = structure.largest_component(matrix)
    return out


def _polarisation(look: Look) -> Values:
    (first, second), bloc = look.ends, look.world.arrays.bloc
    out: Values = {
        ("polarisation.modularity", WORLD): polarisation.modularity(first, second, bloc),
        ("polarisation.external_internal", WORLD): polarisation.external_internal(first, second, bloc),
    }
    for b, name in enumerate(look.world.blocs):
        out["polarisation.external_internal", name] = polarisation.external_internal(first, second, bloc, of=b)
    return out


def _knowledge(look: Look) -> Values:
    world, (first, second) = look.world, look.ends
    arrays = world.arrays
    complement = knowledge.complementarity(first, second, arrays.profile, arrays.help_need)
    value = knowledge.knowledge_of_ties(first, second, look.strength, look.snapshot.capability, complement)
    between = structure.between_groups(first, second, arrays.bloc, len(world.blocs), value) * world.omega
    out: Values = {("knowledge.working", WORLD): float(value.sum()) * world.omega}
    for a, b, pair in look.grouped.bloc_pairs:
        out["knowledge.working", pair] = float(between[a, b])
    own = knowledge.of_institutions(first, second, value, world.n)
    for name, members in look.grouped.groups:
        out["knowledge.gini", name] = concentration.gini(own[members])
    return out


def _lag_knowledge(record: ReplicateRecord, found: list[Values]) -> None:
    """Add the knowledge output that appears at each date, from what the dates before it saw at work."""
    times = np.array([snapshot.time for snapshot in record.snapshots])
    pairs = [pair for name, pair in found[0] if name == "knowledge.working"] if found else []
    for pair in pairs:
        working = np.array([values["knowledge.working", pair] for values in found])
        for values, time in zip(found, times, strict=True):
            values["knowledge.output", pair] = knowledge.appeared(times, working, float(time))


def _survival(look: Look) -> Values:
    first, second, start, end = look.history
    until = look.snapshot.time
    durations, ended = survival.cohort(start, end, until - COHORT_YEARS, until)
    young = (start >= until - COHORT_YEARS) & (start < until)
    a, b = (look.world.arrays.bloc[which[young]] for which in (first, second))
    pair_of = np.minimum(a, b) * len(look.world.blocs) + np.maximum(a, b)
    out: Values = {}
    named = [(low * len(look.world.blocs) + high, pair) for low, high, pair in look.grouped.bloc_pairs]
    for number, pair in [(-1, WORLD), *named]:
        chosen = np.ones(len(durations), np.bool_) if pair == WORLD else pair_of == number
        curve = survival.kaplan_meier(durations[chosen], ended[chosen])
        for name, years in LONGEST_KEPT.items():
            out[f"survival.{name}", pair] = curve.at(years)
        out["survival.median", pair] = curve.median
    return out


def _kinds(look: Look) -> Values:
    world, arrays = look.world, look.world.arrays
    old_first, old_second, start, _ = look.history
    new = start >= look.snapshot.time - NEW_YEARS
    names = kinds.pair_names(world.kinds)
    out: Values = {}
    for indicator, (first, second) in (
        ("kinds.share", look.ends), ("kinds.new_share", (old_first[new], old_second[new])),
    ):  # fmt: skip
        low = np.minimum(arrays.bloc[first], arrays.bloc[second])
        high = np.maximum(arrays.bloc[first], arrays.bloc[second])
        for a, b, pair in [(-1, -1, WORLD), *look.grouped.bloc_pairs]:
            chosen = slice(None) if pair == WORLD else (low == a) & (high == b)
            shares = kinds.mix_of_kinds(first[chosen], second[chosen], arrays.kind, len(world.kinds))
            out |= {(indicator, f"{pair}:{name}"): float(v) for name, v in zip(names, shares, strict=True)}
    return out
