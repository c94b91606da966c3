"""The battery: every statistic that the world or its figures know, what it is held against, and what it was used for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from model.evidence import network_figures
from model.tables.distributions import DURATIONS, SIZES, Distribution, distributions

from . import contracts, networks, sizes
from .checks import Check, Fit, Kind, Statistic, check
from .simulating import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.scenario import Scenario
    from model.world import World

    from .ties import Ties

PROJECTS = "multi-partner projects"
NO_TIES = "no figures of institutions: bring them with --ties"
WORKS = "OpenAlex, works of {n:,.0f} institutions in {years}"

NETWORK = {
    "degree": ("Partners", Kind.input, "the mean of the reference year is fixed by definition; a file's depends on what counts as a tie"),
    "degrees": ("Degree distribution", Kind.test, "relative to the mean"),
    "distances": ("Geodesic distances", Kind.test, "share of pairs of institutions"),
    "triads": ("Triad census", Kind.test, "per institution"),
    "clustering": ("Clustering", Kind.test, ""),
    "waves": ("Wave to wave", Kind.test, "between dates of the file"),
}  # fmt: skip
"""Statistic of a network -> title, kind where there are ties, remark."""


def battery(scenario: Scenario, world: World, runs: Sequence[Vectors], ties: Ties | None) -> Fit:
    """Hold everything that is known against the replicates. ``scenario`` is that which was run, resolved."""
    checks = [*_sizes(scenario, world), *_contracts(runs), *_unknown(runs), *_networks(runs, ties)]
    return Fit(
        scenario.name, scenario.title or scenario.name, len(runs), world.n, tuple(checks), tuple(_notes(world, ties))
    )


def _stacked(runs: Sequence[Vectors], name: str, width: int) -> NDArray[np.float64]:
    return np.array([run.get(name, np.full(width, np.nan)) for run in runs])


# --- sizes ----------------------------------------------------------------------------------------------------------


def _sizes(scenario: Scenario, world: World) -> list[Check]:
    published = distributions(SIZES, scenario.world.data)
    found: list[Check] = []
    whole: World | None = None
    for all_ in published:
        if all_.group != "ALL" or all_.country not in world.countries:
            continue
        whole = whole or sizes.world_of_all(scenario)
        groups = {of.group: of for of in published if (of.country, of.years) == (all_.country, all_.years)}
        drawn = [sizes.of_replicate(whole, all_.country, scenario, k) for k in range(scenario.run.replicates)]
        for place, statistic in enumerate(_size_statistics(all_, groups)):
            found.append(check(statistic, np.array([of[place] for of in drawn])))
    if not found:
        none = Statistic("sizes", "Sizes", Kind.not_testable, ("Gini",), remark="no figure of a country of this world")
        found.append(check(none, np.full((scenario.run.replicates, 1), np.nan)))
    return found


def _size_statistics(all_: Distribution, groups: dict[str, Distribution]) -> list[Statistic]:
    of, nan = all_.values, float("nan")
    mean = of.get("mean", nan)
    source = WORKS.format(n=of.get("n", nan), years=all_.years)
    shape = [
        of.get("median", nan) / mean, of.get("p90", nan) / mean, of.get("p99", nan) / mean, of.get("top1pct_share", nan),
        of.get("top10pct_share", nan), of.get("hill_tail_exponent_top10pct", nan), of.get("log_sd", nan),
    ]  # fmt: skip
    means = {kind: groups[group].values.get("mean", nan) for kind, group in sizes.KINDS.items() if group in groups}
    place = all_.country
    return [
        Statistic(f"gini-{place}", f"Sizes, {place}: Gini", Kind.input, ("Gini",), np.array([of.get("gini", nan)]),
                  source=source, remark="size.log_sd was chosen to give it"),
        Statistic(f"sizes-{place}", f"Sizes, {place}: shape", Kind.test, sizes.SHAPE, np.array(shape), source=source,
                  remark="whether sizes are log-normal"),
        Statistic(f"kinds-{place}", f"Sizes, {place}: kinds", Kind.test, ("institute / university", "company / university"),
                  sizes.by_kind(means), source=source, remark="mean size; kinds of unnamed institutions are drawn whatever their size"),
    ]  # fmt: skip


# --- contracts ------------------------------------------------------------------------------------------------------


def _contracts(runs: Sequence[Vectors]) -> list[Check]:
    known = [of for of in distributions(DURATIONS) if of.group == PROJECTS]
    values = known[0].values if known else {}
    months = np.array([values.get(name, np.nan) for name in ("p10", "median", "mean", "p90")])
    years = f"{contracts.FIRST}-{contracts.LAST}"
    outside = "" if "terms" in runs[0] else f"needs a run from {contracts.FIRST} to the end of {contracts.LAST}; "
    terms = Statistic(
        "terms", "Contracts, months", Kind.input, contracts.TERMS, months,
        source=f"CORDIS, {values.get('n', 0):,.0f} {PROJECTS} {years}",
        remark=f"{outside}contracts.* were taken from it, but for the mean",
    )  # fmt: skip
    figures = network_figures()
    russia, china = figures["renewed EU-RU"], figures["renewed EU-CN"]
    renewed = Statistic(
        "renewals", "Contracts renewed", Kind.input, ("EU-Russia", "EU-China"), np.array([russia.value, china.value]),
        (russia.relation == "at least", china.relation == "at least"), source=f"{russia.source}, EU projects",
        remark=f"{outside}contracts.renewed, one share for all, was assumed in view of both",
    )  # fmt: skip
    return [check(s, _stacked(runs, s.name, len(s.components))) for s in (terms, renewed)]


def _unknown(runs: Sequence[Vectors]) -> list[Check]:
    """What the simulation gives and nobody has published for institutions."""
    figures = network_figures()
    closest, works = figures["strong ties among partners"], figures["works with strong ties"]
    found = [
        Statistic("lifetime", "Lifetimes, years", Kind.not_testable, ("median",),
                  remark="no published figure of institutions"),
        Statistic("repeated", "Repeated pairs", Kind.not_testable, ("share of the new ones",),
                  remark="no published figure of institutions"),
        Statistic("strong", "Strong ties", Kind.not_testable, (f"works with closest {100 * closest.value:.0f} %",),
                  np.array([works.value]), source=works.source,
                  remark="published for 72 countries; a world of a few has other partners, and their counts are fitted"),
    ]  # fmt: skip
    return [check(s, _stacked(runs, s.name, len(s.components))) for s in found]


# --- networks -------------------------------------------------------------------------------------------------------


def _networks(runs: Sequence[Vectors], ties: Ties | None) -> list[Check]:
    observed = None if ties is None else networks.of_waves(ties.waves, ties.isolates)
    found = []
    for name, (title, kind, remark) in NETWORK.items():
        statistic = Statistic(name, title, kind, networks.COMPONENTS[name], remark=remark)
        if observed is None or ties is None:
            statistic = replace(statistic, kind=Kind.not_testable, remark=NO_TIES)
        elif name == "waves" and len(ties.waves) < 2:
            statistic = replace(statistic, kind=Kind.not_testable, remark="the file has one date")
        else:
            statistic = replace(statistic, observed=observed[name], source=str(ties.path.name))
        found.append(check(statistic, _stacked(runs, name, len(statistic.components))))
    return found


def _notes(world: World, ties: Ties | None) -> list[str]:
    if ties is None:
        return []
    inside = int(np.isin(world.arrays.country, [world.countries.index(code) for code in ties.countries]).sum())
    dates = ", ".join(
        f"{day} ({at})" if (at - day).days != 1 else f"{day}" for day, at in zip(ties.days, ties.times, strict=True)
    )
    notes = [
        f"{ties.path.name} has {ties.institutions:,} institutions of {', '.join(ties.countries)} at {dates}; simulated: {inside:,}"
    ]
    if not ties.isolates:
        notes.append("the file lists no institution without partners: such are left out on both sides")
    if ties.domestic:
        notes.append(f"{ties.domestic:,} ties within a country are left out: partnerships are international")
    return notes
