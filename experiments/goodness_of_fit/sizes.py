"""Sizes of institutions: what the model draws, at the number of institutions that was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model.dynamics import draws
from model.dynamics.growth import drift
from model.indicators.concentration import gini
from model.numbers import growth_of
from model.world import build_world

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.scenario import Scenario
    from model.world import World

SHAPE = ("median / mean", "90th percentile / mean", "99th percentile / mean", "share of the top 1 %",
         "share of the top 10 %", "tail exponent, top 10 %", "sd of logs")  # fmt: skip
KINDS = {"university": "education", "institute": "facility", "company": "company"}
"""Kind of the model -> group of the published figures."""
LONG = 1_000.0
"""Years after which an own drift has forgotten where it began."""
LARGEST_WORLD = 200_000


def world_of_all(scenario: Scenario) -> World:
    """The scenario's world with an institution for each real one (at most `LARGEST_WORLD`)."""
    coarse = build_world(scenario)
    count = min(LARGEST_WORLD, round(float(coarse.arrays.institutions_of.sum())))
    settings = scenario.world.model_copy(update={"institutions": count})
    return build_world(scenario.model_copy(update={"world": settings}))


def sampled(
    world: World, country: str, scenario: Scenario, replicate: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sizes over their mean, float64[m], and kinds int64[m], of the institutions of a country in a replicate.

    Size classes with their own drift, which is stationary, as the model draws it; then as many institutions as there are
    are taken with replacement, because those that were counted are one sample of the classes. National totals and
    measures move all sizes of a country alike, so that relative sizes need no run.
    """
    seed = int(scenario.run.seed or 0)
    own = np.zeros(world.n)
    drift(growth_of(scenario, world), own, draws.stream_key(seed, replicate), 0, LONG)
    members = np.flatnonzero(world.arrays.country == world.countries.index(country))
    taken = members[np.random.default_rng([seed, replicate]).integers(0, len(members), len(members))]
    sizes = world.arrays.size_weight[taken] * np.exp(own[taken])
    return sizes / sizes.mean(), world.arrays.kind[taken]


def shape_of(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """`SHAPE` of sizes float64[m]. The exponent is that of Hill (1975), Annals of Statistics 3, 1163-1174."""
    ordered = np.sort(sizes)[::-1]
    top = {share: max(1, round(share * len(ordered))) for share in (0.01, 0.1)}
    mean, total = ordered.mean(), ordered.sum()
    tail = np.log(ordered[: top[0.1]] / ordered[min(top[0.1], len(ordered) - 1)]).mean()
    return np.array(
        [
            np.median(ordered) / mean, np.quantile(ordered, 0.9) / mean, np.quantile(ordered, 0.99) / mean,
            ordered[: top[0.01]].sum() / total, ordered[: top[0.1]].sum() / total,
            1.0 / tail if tail > 0 else np.nan, np.log(ordered).std(ddof=1),
        ]
    )  # fmt: skip


def of_replicate(
    world: World, country: str, scenario: Scenario, replicate: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Gini, shape and mean size by kind (institute and company over university) of a replicate."""
    sizes, kinds = sampled(world, country, scenario, replicate)
    means = {name: _mean(sizes[kinds == k]) for k, name in enumerate(world.kinds)}
    return np.array([gini(sizes)]), shape_of(sizes), by_kind(means)


def by_kind(means: dict[str, float]) -> NDArray[np.float64]:
    """Mean size of institutes and of companies over that of universities, float64[2]; NaN where a kind is missing."""
    base = means.get("university", float("nan"))
    return np.array([means.get(kind, float("nan")) / base for kind in ("institute", "company")])


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")
