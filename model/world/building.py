"""Builds a world from tables and a scenario (MODEL 1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from ..clock import year_of
from ..tables import Tables, read_tables
from ..tables.reading import COMPANY_SHARE
from .arrays import WorldArrays
from .inputs import build_inputs

if TYPE_CHECKING:
    from ..scenario import Scenario

CONCENTRATION = {"university": 8.0, "institute": 3.0, "company": 2.0}
"""Concentration of field portfolios around the world's shares: a university is broad, a company narrow (assumed)."""

# What a draw of the world decides; fixed numbers, only ever appended.
_KIND, _PORTFOLIO, _STANDING = 1, 2, 3


@dataclass(frozen=True)
class World:
    """A world at a resolution: arrays, and the names behind their numbers."""

    arrays: WorldArrays
    names: tuple[str, ...]
    real: tuple[bool, ...]  # whether the name is that of a real institution
    countries: tuple[str, ...]
    country_names: tuple[str, ...]
    blocs: tuple[str, ...]
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    omega: float  # real institutions for which one stands
    listed_spells: tuple[tuple[int, float, float | None], ...]  # (institution, from, until) in years
    facility_names: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of institutions."""
        return len(self.names)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Name -> row."""
        return {name: row for row, name in enumerate(self.names)}


def world_uniforms(seed: int, purpose: int, n: int, k: int) -> np.ndarray:
    """Uniforms of the world, float64[n, k]: a function of (seed, purpose) only, rows in the order of the institutions."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, purpose]))).random((n, k))


def institutions_by_country(published: np.ndarray, institutions: int, floor: int) -> np.ndarray:
    """n_c = max(floor, M_c / omega), int64[c], whose sum is ``institutions`` unless the floor lifts it."""
    exact = published * institutions / published.sum()
    counts = np.floor(exact).astype(np.int64)
    # largest remainders get what rounding down has left
    for c in np.argsort(counts - exact, kind="stable")[: institutions - counts.sum()]:
        counts[c] += 1
    return np.maximum(counts, floor)


def size_bins(count: int, log_sd: float) -> np.ndarray:
    """Means of ``count`` equal-probability bins of a log-normal with mean 1, largest first, float64[count]."""
    edges = special.ndtri(np.linspace(0.0, 1.0, count + 1))
    means = count * np.diff(special.ndtr(edges - log_sd))
    return means[::-1] / means.mean()


def build_world(scenario: Scenario) -> World:
    """The world of a scenario: a function of its tables, `world` and some parameters, not of the run's seed."""
    tables = read_tables(scenario.world.data or None)
    p = scenario.parameters
    published = np.array([tables.publishing_institutions(code) for code in tables.countries])
    counts = institutions_by_country(published, scenario.world.institutions, scenario.world.floor)
    n, c = int(counts.sum()), len(counts)
    country = np.repeat(np.arange(c), counts)
    names, real, kind = _names_and_kinds(tables, counts, world_uniforms(scenario.world.seed, _KIND, n, 2))
    shares = np.array([row.world_share for row in tables.fields.values()])
    concentration = np.array([CONCENTRATION[name] for name in tables.kinds])[kind]
    profile = portfolios(shares / shares.sum(), concentration, scenario.world.seed)
    standing = p.capability.spread * special.ndtri(world_uniforms(scenario.world.seed, _STANDING, n, 1)[:, 0])
    capability = build_inputs(scenario).capability_level[0][country] + standing
    bloc_of = np.array([tables.blocs.index(bloc) for bloc in tables.country_blocs])
    arrays = WorldArrays(
        country=country,
        bloc=bloc_of[country],
        kind=kind,
        profile=profile,
        direction=profile / np.linalg.norm(profile, axis=1, keepdims=True),
        size_weight=np.concatenate([size_bins(count, p.size.log_sd) for count in counts]),
        facilities=_memberships(tables, country, profile),
        capability=capability - capability.mean(),
        absorption=np.ones(n),
        help_need=np.array([row.help_need for row in tables.fields.values()]),
        country_bloc=bloc_of,
        institutions_of=published,
    )
    rows = {name: row for row, name in enumerate(names) if real[row]}
    spells = [
        (rows[entry["institution"]], year_of(entry["from"]), year_of(entry["until"]) if entry["until"] else None)
        for entry in tables.listings
        if entry["institution"] in rows
    ]
    return World(
        arrays, tuple(names), tuple(real), tables.countries, tables.country_names, tables.blocs, tables.kinds,
        tuple(tables.fields), float(published.sum() / n), tuple(spells), tuple(tables.facilities),
    )  # fmt: skip


def _names_and_kinds(tables: Tables, counts: np.ndarray, u: np.ndarray) -> tuple[list[str], list[bool], np.ndarray]:
    """Names and kinds: the largest of a country carry real names, the rest plain generated ones such as "CN company 7"."""
    names: list[str] = []
    real: list[bool] = []
    kind = np.zeros(int(counts.sum()), np.int64)
    for c, code in enumerate(tables.countries):
        known = [row for row in tables.institutions if row["country"] == code]
        share = tables.university_share(code) * (1.0 - COMPANY_SHARE)
        for k in range(counts[c]):
            row = len(names)
            if k < len(known):
                name, of_kind = known[k]["name"], known[k]["kind"]
            else:
                of_kind = (
                    "company"
                    if u[row, 0] < COMPANY_SHARE
                    else "university"
                    if u[row, 0] < COMPANY_SHARE + share
                    else "institute"
                )
                name = f"{code} {of_kind} {k + 1}"
            names.append(name)
            real.append(k < len(known))
            kind[row] = tables.kinds.index(of_kind)
    return names, real, kind


def portfolios(shares: np.ndarray, concentration: np.ndarray, seed: int) -> np.ndarray:
    """Field portfolios float64[n, F]: Dirichlet around ``shares`` with a concentration of each institution."""
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _PORTFOLIO])))
    gamma = np.maximum(generator.standard_gamma(concentration[:, None] * shares[None, :]), 1e-12)
    return gamma / gamma.sum(axis=1, keepdims=True)


def _memberships(tables: Tables, country: np.ndarray, profile: np.ndarray) -> np.ndarray:
    """Bits of the large facilities, uint64[n]: members are those with the largest portfolio in its field."""
    bits = np.zeros(len(country), np.uint64)
    fields = list(tables.fields)
    for bit, facility in enumerate(tables.facilities.values()):
        f = fields.index(facility["field"])
        for code in facility["members"]:
            if code not in tables.countries:
                continue
            rows = np.flatnonzero(country == tables.countries.index(code))
            count = max(1, round(facility["share"] * len(rows)))
            bits[rows[np.argsort(-profile[rows, f], kind="stable")[:count]]] |= np.uint64(1) << np.uint64(bit)
    return bits
