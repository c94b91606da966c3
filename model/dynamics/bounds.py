"""Upper bounds by which the fast engine draws strangers without looking at them, renewed at the start of a quarter.

A stranger's value to i splits into what is known from the two countries and the stranger's size, and a rest whose
range is known. The first part is drawn exactly (a table of country pairs, and an alias table of sizes within each
country: Walker 1977, Vose 1991); the rest is bounded, and the candidate accepted or rejected.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiling import allocating_kernel, allocating_part, part
from .state import DEGREE_BOUND, DEGREE_MAX
from .terms import (
    AFFINITY,
    BASE,
    CAPABILITY_GAP,
    COMPLEMENT,
    DEGREE_PLUS,
    FACILITY,
    LOAD,
    MAINTENANCE,
    POPULARITY,
    PROPOSAL,
    PROXIMITY,
    PROXIMITY_SQUARED,
    SAME_BLOC,
    SAME_KIND,
    SECULAR,
    SHARED_PARTNERS,
    SIZE,
    STRENGTH,
    load,
    secular,
)


class Bounds(NamedTuple):
    """Tables of the fast engine; n institutions, c countries. All masses leave out what the actor's own degree adds."""

    members: np.ndarray  # int64[n], institutions ordered by country
    first: np.ndarray  # int64[c + 1], where a country begins in `members`
    alias_share: np.ndarray  # float64[n], alias tables of exp(size value), one table a country
    alias_other: np.ndarray  # int64[n]
    pair_log: np.ndarray  # float64[c, c], bound of v without size and load
    pair_mass: np.ndarray  # float64[c, c], bound of the sum of search weights towards a country
    mass: np.ndarray  # float64[c], its row sums
    peak: np.ndarray  # float64[c], bound of exp(v) of any stranger
    search_peak: np.ndarray  # float64[c], largest meeting rate by search
    lowest: np.ndarray  # float64[1], lower bound of m
    covariate_range: np.ndarray  # float64[K, 2], smallest and largest value of each dyadic covariate
    meet: np.ndarray  # float64[n], scratch of a choice that is drawn by looking at everyone
    weights: np.ndarray  # float64[n], the same
    paths: np.ndarray  # int32[n], paths to each institution while one choice is made; zeros between


def new_bounds(world, setting) -> Bounds:
    """Tables of the right shape; what never changes is filled in."""
    n, c = len(world.country), int(world.country.max()) + 1
    members = np.argsort(world.country, kind="stable").astype(np.int64)
    ranges = [(matrix.min(), matrix.max()) for matrix in setting.covariates]
    return Bounds(
        members=members,
        first=np.searchsorted(world.country[members], np.arange(c + 1)).astype(np.int64),
        alias_share=np.ones(n),
        alias_other=np.arange(n),
        pair_log=np.zeros((c, c)),
        pair_mass=np.zeros((c, c)),
        mass=np.zeros(c),
        peak=np.zeros(c),
        search_peak=setting.search.max(axis=1),
        lowest=np.zeros(1),
        covariate_range=np.array(ranges, float).reshape(-1, 2),
        meet=np.zeros(n),
        weights=np.zeros(n),
        paths=np.zeros(n, np.int32),
    )


@part
def _range_of_square(b1, b2):
    """Smallest and largest value of b1 x + b2 x^2 for x in [0, 1]."""
    low, high = min(0.0, b1 + b2), max(0.0, b1 + b2)
    if b2 != 0.0:
        x = -b1 / (2.0 * b2)
        if 0.0 < x < 1.0:
            y = b1 * x + b2 * x * x
            low, high = min(low, y), max(high, y)
    return low, high


@part
def _span(weight, low, high):
    """Smallest and largest value of weight times a statistic in [low, high]."""
    return min(weight * low, weight * high), max(weight * low, weight * high)


@allocating_part
def rest_span(setting, state, bounds, row):
    """Range of what depends neither on countries nor on size, without the actor's own degree and the unbounded count."""
    w = setting.weights[row]
    low, high = _range_of_square(w[PROXIMITY], w[PROXIMITY_SQUARED])
    for term in (COMPLEMENT, FACILITY, SAME_KIND, STRENGTH):
        a, b = _span(w[term], 0.0, 1.0)
        low, high = low + a, high + b
    gap = min(setting.gap_bound, state.capability.max() - state.capability.min())
    a, b = _span(w[CAPABILITY_GAP], -gap, gap)
    low, high = low + a, high + b
    a, b = _span(w[SHARED_PARTNERS], 0.0, 1.0 / (1.0 - setting.decay))
    low, high = low + a, high + b
    a, b = _span(w[POPULARITY], 0.0, np.log1p(float(state.counts[DEGREE_BOUND])))
    low, high = low + a, high + b
    a, b = _span(w[DEGREE_PLUS], 1.0, float(state.counts[DEGREE_BOUND] + 1))
    low, high = low + a, high + b
    for k in range(setting.covariates.shape[0]):
        a, b = _span(setting.covariate_weights[row, k], bounds.covariate_range[k, 0], bounds.covariate_range[k, 1])
        low, high = low + a, high + b
    return low, high


@allocating_part
def _alias(weights, share, other):
    """Fill an alias table (Vose 1991) of a vector of positive weights; `other` holds places within the vector."""
    n = len(weights)
    scale = n / weights.sum()
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    smalls, larges = 0, 0
    left = weights * scale
    for k in range(n):
        if left[k] < 1.0:
            small[smalls] = k
            smalls += 1
        else:
            large[larges] = k
            larges += 1
    while smalls > 0 and larges > 0:
        smalls -= 1
        poor, rich = small[smalls], large[larges - 1]
        share[poor], other[poor] = left[poor], rich
        left[rich] -= 1.0 - left[poor]
        if left[rich] < 1.0:
            larges -= 1
            small[smalls] = rich
            smalls += 1
    for k in range(larges):
        share[large[k]], other[large[k]] = 1.0, large[k]
    for k in range(smalls):
        share[small[k]], other[small[k]] = 1.0, small[k]


@allocating_kernel
def refresh(world, setting, state, bounds):
    """Renew the tables from the state: at the start of a quarter, and when a degree has outgrown its bound."""
    # the slack is small because popular terms are bounded by it, and relative so that it is not outgrown often
    state.counts[DEGREE_BOUND] = state.counts[DEGREE_MAX] + state.counts[DEGREE_MAX] // 4 + 4
    c = len(bounds.mass)
    w = setting.weights[PROPOSAL]
    _, high = rest_span(setting, state, bounds, PROPOSAL)
    total, largest = np.zeros(c), np.full(c, -np.inf)
    for d in range(c):
        a, b = bounds.first[d], bounds.first[d + 1]
        if a == b:
            continue
        weights = np.empty(b - a)
        for k in range(a, b):
            x = w[SIZE] * state.log_size[bounds.members[k]]
            weights[k - a] = np.exp(x)
            total[d] += weights[k - a]
            largest[d] = max(largest[d], x)
        _alias(weights, bounds.alias_share[a:b], bounds.alias_other[a:b])
    for a in range(c):
        bounds.mass[a], bounds.peak[a] = 0.0, 0.0
        for b in range(c):
            log = w[BASE] + w[SECULAR] * secular(setting) + w[AFFINITY] * setting.affinity[a, b] + high
            if world.country_bloc[a] == world.country_bloc[b]:
                log += w[SAME_BLOC]
            bounds.pair_log[a, b] = log
            open_pair = (setting.domestic or a != b) and total[b] > 0.0
            bounds.pair_mass[a, b] = setting.search[a, b] * np.exp(log) * total[b] if open_pair else 0.0
            bounds.mass[a] += bounds.pair_mass[a, b]
            if open_pair:
                bounds.peak[a] = max(bounds.peak[a], np.exp(log + largest[b]))
    bounds.lowest[0] = lowest_maintenance(setting, state, bounds)


@allocating_part
def lowest_maintenance(setting, state, bounds):
    """Lower bound of the maintenance value of any partnership, without own degree, unbounded count and measures."""
    w = setting.weights[MAINTENANCE]
    low, _ = rest_span(setting, state, bounds, MAINTENANCE)
    low += w[BASE] + w[SECULAR] * secular(setting) + min(w[SAME_BLOC], 0.0)
    low += _span(w[AFFINITY], setting.affinity.min(), setting.affinity.max())[0]
    low += _span(w[SIZE], state.log_size.min(), state.log_size.max())[0]
    return low


@part
def own_degree(setting, state, row, i, together):
    """What the degree of i itself adds to a value, load included; taken exactly. ``together``: 1 for a partnership."""
    w = setting.weights[row]
    added = w[LOAD] * load(state, i, together)
    if w[DEGREE_PLUS] != 0.0:
        added += w[DEGREE_PLUS] * (2 * (state.degree[i] - together) + 1)
    return added
