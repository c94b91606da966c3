"""Worlds: how many institutions, how large, who they are, what they do, where they belong; national inputs."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from model.clock import year_of
from model.scenario import Scenario, load_scenario
from model.tables import read_tables
from model.tables.reading import COMPANY_SHARE
from model.world import World, build_inputs, build_world
from model.world.building import institutions_by_country, portfolios, size_bins
from model.world.inputs import DAMPING_BACK, continued

LOG_SD = 1.58
GENERATED = re.compile(r"[A-Z]{2} (university|institute|company) \d+")


def scenario_of(institutions: int, *overrides: str) -> Scenario:
    return load_scenario("hindcast", [f"world.institutions={institutions}", *overrides])


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(scenario_of(600))


# --- how many ----------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(st.floats(1.0, 1e5), min_size=2, max_size=20), st.integers(20, 5000), st.integers(1, 20))
def test_institutions_of_countries_follow_the_real_ones(published: list[float], n: int, floor: int) -> None:
    real = np.array(published)
    counts = institutions_by_country(real, n, floor)
    exact = real * n / real.sum()
    assert (counts >= floor).all()
    above = counts > floor
    assert (np.abs(counts - exact)[above] < 1.0).all()
    if (np.floor(exact) >= floor).all():
        assert counts.sum() == n


@pytest.mark.parametrize("n", [60, 120, 600, 1200, 6000])
def test_a_world_has_the_resolution_asked_for(n: int) -> None:
    world = build_world(scenario_of(n))
    counts = np.bincount(world.arrays.country)
    assert world.n == len(world.names) == counts.sum()
    assert counts.min() >= 4
    # the floor lifts small countries of a coarse world, and nothing else changes the sum
    lifted = counts == 4
    assert world.n == n or lifted.any()
    published = world.arrays.institutions_of
    assert world.omega == pytest.approx(published.sum() / world.n)
    assert counts[~lifted] == pytest.approx(published[~lifted] * n / published.sum(), abs=1.0)
    tables = read_tables()
    assert published.tolist() == [tables.publishing_institutions(code) for code in tables.countries]


# --- how large ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_sizes_are_the_means_of_bins_of_equal_probability(count: int) -> None:
    """Against numerical integration of x f(x) between the quantiles of the log-normal of mean 1."""
    law = stats.lognorm(s=LOG_SD, scale=math.exp(-0.5 * LOG_SD**2))
    edges = law.ppf(np.linspace(0.0, 1.0, count + 1))
    expected = []
    for low, high in itertools.pairwise(edges):
        # in logs, where the integrand is smooth
        a, b = (math.log(edge) if 0 < edge < math.inf else sign * 40.0 for edge, sign in ((low, -1), (high, 1)))
        part, _ = integrate.quad(lambda y: math.exp(2.0 * y) * law.pdf(math.exp(y)), a, b, limit=200)
        expected.append(count * part)
    assert size_bins(count, LOG_SD) == pytest.approx(expected[::-1], rel=1e-6)


def test_sizes_fall_and_keep_their_mean() -> None:
    sizes = size_bins(500, LOG_SD)
    assert (np.diff(sizes) < 0).all() and sizes.min() > 0
    assert sizes.mean() == pytest.approx(1.0, abs=1e-12)


def test_a_coarse_institution_stands_for_its_size_class() -> None:
    fine = size_bins(600, LOG_SD)
    for count in (1, 4, 60):
        assert size_bins(count, LOG_SD) == pytest.approx(fine.reshape(count, -1).mean(axis=1), rel=1e-9)


def test_the_inequality_of_sizes_is_the_measured_one() -> None:
    """Gini of a log-normal: 2 Phi(sd / sqrt 2) - 1; measured 0.736 of 1,818 Russian institutions, 2021."""
    sizes = np.sort(size_bins(20_000, LOG_SD))
    n = len(sizes)
    gini = 2.0 * np.sum(np.arange(1, n + 1) * sizes) / (n * sizes.sum()) - (n + 1) / n
    assert gini == pytest.approx(2.0 * special.ndtr(LOG_SD / math.sqrt(2.0)) - 1.0, abs=2e-3)
    assert gini == pytest.approx(0.736, abs=2e-3)


def test_sizes_have_mean_one_in_every_country(world: World) -> None:
    for c in range(len(world.countries)):
        sizes = world.arrays.size_weight[world.arrays.country == c]
        assert sizes.mean() == pytest.approx(1.0) and (np.diff(sizes) < 0).all()


# --- who ---------------------------------------------------------------------------------------------------------


def test_the_largest_carry_real_names_and_the_rest_visibly_others(world: World) -> None:
    tables = read_tables()
    assert len(set(world.names)) == world.n and len(world.real) == world.n
    for c, code in enumerate(world.countries):
        rows = np.flatnonzero(world.arrays.country == c)
        known = [row for row in tables.institutions if row["country"] == code]
        carried = min(len(known), len(rows))
        assert [world.names[row] for row in rows[:carried]] == [row["name"] for row in known[:carried]]
        assert [world.kinds[world.arrays.kind[row]] for row in rows[:carried]] == [r["kind"] for r in known[:carried]]
        assert [world.real[row] for row in rows] == [True] * carried + [False] * (len(rows) - carried)
    for name, real in zip(world.names, world.real, strict=True):
        assert bool(GENERATED.fullmatch(name)) != real, name
    generated = world.names.index(next(n for n in world.names if GENERATED.fullmatch(n)))
    code, kind, _ = world.names[generated].split(" ")
    assert world.countries[world.arrays.country[generated]] == code
    assert world.kinds[world.arrays.kind[generated]] == kind
    assert world.rows["Lomonosov Moscow State University"] == 0


def test_kinds_have_the_shares_of_the_tables() -> None:
    world = build_world(scenario_of(6000))
    tables, kind = read_tables(), world.arrays.kind
    generated = ~np.array(world.real)
    n = generated.sum()
    companies = (kind[generated] == world.kinds.index("company")).mean()
    assert companies == pytest.approx(COMPANY_SHARE, abs=4 * math.sqrt(COMPANY_SHARE / n))
    of_china = generated & (world.arrays.country == world.countries.index("CN"))
    universities = (kind[of_china] == world.kinds.index("university")).mean()
    expected = tables.university_share("CN") * (1.0 - COMPANY_SHARE)
    assert universities == pytest.approx(expected, abs=4 * math.sqrt(0.25 / of_china.sum()))


# --- what they do ------------------------------------------------------------------------------------------------


def test_portfolios_lie_on_the_simplex(world: World) -> None:
    profile, direction = world.arrays.profile, world.arrays.direction
    assert profile.shape == (world.n, len(world.fields)) and (profile > 0).all()
    assert profile.sum(axis=1) == pytest.approx(np.ones(world.n))
    assert np.linalg.norm(direction, axis=1) == pytest.approx(np.ones(world.n))
    assert direction * np.linalg.norm(profile, axis=1, keepdims=True) == pytest.approx(profile)


def test_portfolios_scatter_around_the_world_s_shares_as_dirichlet() -> None:
    """Mean a_f, variance a_f (1 - a_f) / (concentration + 1)."""
    shares, n = np.array([0.5, 0.3, 0.2]), 20_000
    for concentration in (2.0, 8.0):
        profile = portfolios(shares, np.full(n, concentration), seed=1)
        variance = shares * (1.0 - shares) / (concentration + 1.0)
        assert profile.mean(axis=0) == pytest.approx(shares, abs=5 * math.sqrt(variance.max() / n))
        assert profile.var(axis=0) == pytest.approx(variance, rel=0.05)


def test_universities_are_broad_and_companies_narrow() -> None:
    world = build_world(scenario_of(6000))
    focus = (world.arrays.profile**2).sum(axis=1)
    mean = {kind: focus[world.arrays.kind == k].mean() for k, kind in enumerate(world.kinds)}
    assert mean["university"] < mean["institute"] < mean["company"]


def test_capabilities_are_centred_and_spread_as_asked() -> None:
    for spread in (0.0, 0.5):
        world = build_world(scenario_of(6000, f"parameters.capability.spread={spread}"))
        capability, country = world.arrays.capability, world.arrays.country
        assert capability.mean() == pytest.approx(0.0, abs=1e-12)
        within = np.concatenate(
            [capability[country == c] - capability[country == c].mean() for c in np.unique(country)]
        )
        assert within.std() == pytest.approx(spread, rel=0.04, abs=1e-12)


# --- the same world ----------------------------------------------------------------------------------------------


def same(one: World, two: World) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one.arrays, two.arrays, strict=True)) and one.names == two.names


def test_a_world_depends_on_its_own_seed_and_not_on_that_of_the_run(world: World) -> None:
    assert same(world, build_world(scenario_of(600)))
    assert same(world, build_world(scenario_of(600, "run.seed=77", "run.replicates=3", "time.end=2010-01-01")))
    other = build_world(scenario_of(600, "world.seed=1"))
    assert not np.array_equal(other.arrays.profile, world.arrays.profile)
    assert np.array_equal(other.arrays.size_weight, world.arrays.size_weight)  # sizes are no luck
    assert other.names != world.names  # kinds of generated ones are drawn
    assert [n for n, r in zip(other.names, other.real, strict=True) if r] == [n for n, r in zip(world.names, world.real, strict=True) if r]  # fmt: skip


# --- facilities and lists ----------------------------------------------------------------------------------------


def test_members_of_a_facility_are_those_with_the_most_in_its_field(world: World) -> None:
    tables = read_tables()
    assert world.facility_names == tuple(tables.facilities) and len(world.facility_names) >= 3
    for bit, facility in enumerate(tables.facilities.values()):
        inside = (world.arrays.facilities >> np.uint64(bit)) & np.uint64(1) == 1
        in_field = world.arrays.profile[:, world.fields.index(facility["field"])]
        for c, code in enumerate(world.countries):
            of_country = world.arrays.country == c
            members = inside & of_country
            if code not in facility["members"]:
                assert not members.any()
                continue
            assert members.sum() == max(1, round(facility["share"] * of_country.sum()))
            assert in_field[members].min() >= in_field[of_country & ~inside].max()
    assert world.arrays.facilities.max() < 1 << len(world.facility_names)


def test_listed_spells_are_those_of_the_table(world: World) -> None:
    tables = read_tables()
    expected = {
        (row["institution"], year_of(row["from"]), year_of(row["until"]) if row["until"] else None)
        for row in tables.listings
    }
    found = {(world.names[row], since, until) for row, since, until in world.listed_spells}
    assert found == {spell for spell in expected if spell[0] in world.names}
    assert ("Moscow Aviation Institute", 1999.0, 2010.0) in found
    assert all(world.real[row] for row, _, _ in world.listed_spells)
    # a coarse world lists those whose names it carries
    coarse = build_world(scenario_of(60))
    assert {coarse.names[row] for row, _, _ in coarse.listed_spells} < {name for name, _, _ in found}


# --- national inputs ---------------------------------------------------------------------------------------------


def test_a_year_s_value_stands_in_its_middle() -> None:
    inputs = build_inputs(scenario_of(60))
    tables = read_tables()
    assert len(inputs.times) == inputs.publications.shape[0] == 48 * 4
    for code, year in (("RU", 2010), ("CN", 2018)):
        c = tables.countries.index(code)
        around = [int(np.flatnonzero(inputs.times == year + part)[0]) for part in (0.25, 0.5)]  # centred at +-0.125
        product = inputs.publications[around[0], c] * inputs.publications[around[1], c]
        values = tables.national[code, "publications"]
        # log-linear on both sides of the middle of the year
        slopes = [math.log(values[year + 1] / values[year]), math.log(values[year] / values[year - 1])]
        assert math.log(product) == pytest.approx(
            2 * math.log(values[year]) + 0.125 * (slopes[0] - slopes[1]), abs=1e-9
        )


def test_what_is_continued_is_said() -> None:
    inputs = build_inputs(scenario_of(60))
    tables = read_tables()
    for c, code in enumerate(tables.countries):
        years = [year for year, value in tables.national[code, "publications"].items() if value > 0]
        known = (inputs.times >= min(years)) & (inputs.times < max(years) + 1)
        assert (inputs.projected[:, c] == ~known).all()
    assert np.isfinite(inputs.publications).all() and (inputs.publications > 0).all()
    assert inputs.capability_level.mean(axis=1) == pytest.approx(np.zeros(len(inputs.times)), abs=1e-12)


def test_a_scenario_s_growth_goes_before_the_damped_one() -> None:
    plain = build_inputs(scenario_of(60, "time.end=2036-01-01"))
    grown = build_inputs(scenario_of(60, "time.end=2036-01-01", "inputs.growth.RU.publications=-0.05"))
    ru = read_tables().countries.index("RU")
    data = plain.times <= 2022.25
    assert np.array_equal(plain.publications[data], grown.publications[data])
    others = [c for c in range(plain.publications.shape[1]) if c != ru]
    assert np.array_equal(plain.publications[:, others], grown.publications[:, others])
    assert np.diff(np.log(grown.publications[plain.times >= 2023.0, ru])) == pytest.approx(-0.05 / 4)


def test_series_are_continued_by_their_last_growth() -> None:
    values = {2000 + k: math.exp(0.1 * k) for k in range(10)}
    years = np.array([1999.0, 2004.5, 2009.0, 2010.0, 2030.0])
    damped = continued(values, years, damping=0.8)
    assert damped[1:3] == pytest.approx([0.45, 0.9])
    assert damped[0] == pytest.approx(-0.1 * (1.0 - DAMPING_BACK) / -math.log(DAMPING_BACK))
    assert damped[3] == pytest.approx(0.9 + 0.1 * (1.0 - 0.8) / -math.log(0.8))
    assert continued(values, years, damping=1.0)[3:] == pytest.approx([1.0, 3.0])
    assert continued(values, years, damping=0.0)[3:] == pytest.approx([0.9, 0.9])
    assert continued(values, years, damping=0.8, growth=-0.2)[3:] == pytest.approx([0.7, -3.3])
    assert continued({2005: 7.0, 2006: 0.0}, years, damping=0.8) == pytest.approx(np.full(5, math.log(7.0)))


def test_inputs_that_are_held_stand_where_they_stood() -> None:
    grown = build_inputs(load_scenario("hindcast"))
    held = build_inputs(load_scenario("hindcast", {"inputs.growth.CN.held_after": 2005}))
    never = build_inputs(load_scenario("hindcast", {"inputs.growth.CN.held_after": 2100}))
    assert np.array_equal(grown.publications, never.publications)
    assert np.array_equal(grown.capability_level, never.capability_level)
    china = read_tables(None).countries.index("CN")
    others = [c for c in range(held.publications.shape[1]) if c != china]
    assert np.array_equal(grown.publications[:, others], held.publications[:, others])
    middles = held.times - 0.375  # of quarters, where a year's value stands at the whole year
    before = middles <= 2005
    assert np.array_equal(grown.publications[before], held.publications[before])
    assert len(set(held.publications[~before, china])) == 1
    assert held.publications[-1, china] == pytest.approx(read_tables(None).national["CN", "publications"][2005])
    assert grown.publications[-1, china] > 3.0 * held.publications[-1, china]
