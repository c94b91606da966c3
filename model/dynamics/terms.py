"""The terms of the value of a partnership: each one small function, summed in one place.

A term is a statistic of the ordered pair (i, j) in the state *without* the partnership {i, j} (MODEL 3), times a
weight. The same statistics serve three values, which differ in their weights only:

    PROPOSAL     v_ij of a proposal that i makes to j
    ANSWER       v_ji when j answers i (the proposal's weights, and shared partners)
    MAINTENANCE  m_ij when i considers to end the partnership with j

A new term is: a name in `Term`, a function below, a line in `value_without_count`, its range in `RANGES` if that is
fixed, a line in `bounds.rest_span`, and its weights in the table of parameters (model/parameters/parameters.toml,
groups formation, acceptance, maintenance).
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from .compiling import part
from .network import shared_partners, strength_at


class Term(IntEnum):
    """Places of the terms in a row of weights."""

    BASE = 0
    SECULAR = 1
    AFFINITY = 2
    SIZE = 3
    CAPABILITY_GAP = 4
    PROXIMITY = 5
    PROXIMITY_SQUARED = 6
    COMPLEMENT = 7
    FACILITY = 8
    SAME_KIND = 9
    SAME_BLOC = 10
    SHARED_PARTNERS = 11
    SHARED_COUNT = 12
    POPULARITY = 13
    DEGREE_PLUS = 14
    STRENGTH = 15
    LOAD = 16


BASE, SECULAR, AFFINITY, SIZE, CAPABILITY_GAP, PROXIMITY, PROXIMITY_SQUARED, COMPLEMENT, FACILITY = range(9)
SAME_KIND, SAME_BLOC, SHARED_PARTNERS, SHARED_COUNT, POPULARITY, DEGREE_PLUS, STRENGTH, LOAD = range(9, 17)
TERMS = len(Term)

PROPOSAL, ANSWER, MAINTENANCE = np.int64(0), np.int64(1), np.int64(2)
"""Rows of the table of weights; typed, so that one function is compiled for all three."""

RANGES = {
    Term.PROXIMITY: (0.0, 1.0),
    Term.PROXIMITY_SQUARED: (0.0, 1.0),
    Term.COMPLEMENT: (0.0, 1.0),
    Term.FACILITY: (0.0, 1.0),
    Term.SAME_KIND: (0.0, 1.0),
    Term.SAME_BLOC: (0.0, 1.0),
    Term.STRENGTH: (0.0, 1.0),
}
"""Smallest and largest value of the statistics whose range is fixed; `bounds.rest_span` relies on it."""

MOTIVES = (Term.CAPABILITY_GAP, Term.PROXIMITY, Term.COMPLEMENT, Term.FACILITY, Term.SAME_KIND)
"""Terms whose weight measures may change for some institutions: bounded ones, of the pair and not of the network."""


class Setting(NamedTuple):
    """The numbers of the process, fixed between two dates. c countries, K dyadic covariates, n institutions."""

    weights: np.ndarray  # float64[3, TERMS]
    affinity: np.ndarray  # float64[c, c], of the actor's country and the partner's
    covariates: np.ndarray  # float64[K, n, n], may be empty
    covariate_weights: np.ndarray  # float64[3, K]
    search: (
        np.ndarray
    )  # float64[c, c], meeting rate of two institutions by their countries: 1/N; 1 in the reference process
    referral: float  # q
    memory: float  # q_m
    memory_years: float  # a former partner is forgotten after this time
    offset: float  # added to the value in the logit of consent
    consent: bool  # False: a proposal needs no consent (process "forcing" of the reference cases)
    domestic: bool  # True: partners may be of one country (reference cases only)
    decay: float  # ratio of the geometric weighting of shared partners, in (0, 1)
    gap_bound: float  # bound of the capability gap, log units
    reference_year: float  # where the secular term is 0
    grid: np.ndarray  # float64[1], start of the current quarter: the secular term moves on the grid
    contract_log_median: float  # ln years
    contract_log_sd: float
    strength_initial: float
    strength_years: float
    strength_lapse: float  # part of its old strength at which a former partnership is taken up again


@part
def secular(setting):
    """Years since the reference date, at the start of the quarter."""
    return setting.grid[0] - setting.reference_year


@part
def affinity(world, setting, i, j):
    """Calibrated value of the pair of countries."""
    return setting.affinity[world.country[i], world.country[j]]


@part
def size(state, j):
    """ln(s_j / s_ref)."""
    return state.log_size[j]


@part
def capability_gap(setting, state, i, j):
    """How much more capable j is, in log units, bounded on both sides."""
    return max(-setting.gap_bound, min(setting.gap_bound, state.capability[j] - state.capability[i]))


@part
def proximity(world, i, j):
    """Cosine of the two field portfolios."""
    total = 0.0
    for f in range(world.direction.shape[1]):
        total += world.direction[i, f] * world.direction[j, f]
    return min(total, 1.0)


@part
def complement(world, i, j):
    """What j knows beyond i, in the fields that need help: sum of H_f (phi_jf - phi_if)+, in [0, 1]."""
    total = 0.0
    for f in range(world.profile.shape[1]):
        total += world.help_need[f] * max(world.profile[j, f] - world.profile[i, f], 0.0)
    return total


@part
def facility(world, i, j):
    """1 if both are members of the same large facility."""
    return 1.0 if world.facilities[i] & world.facilities[j] else 0.0


@part
def same_kind(world, i, j):
    """1 if the kinds match."""
    return 1.0 if world.kind[i] == world.kind[j] else 0.0


@part
def same_bloc(world, i, j):
    """1 if the blocs match."""
    return 1.0 if world.bloc[i] == world.bloc[j] else 0.0


@part
def motive_statistics(world, setting, state, i, j):
    """Statistics of `MOTIVES` for what i sees in j: a tuple of 5."""
    return (
        capability_gap(setting, state, i, j),
        proximity(world, i, j),
        complement(world, i, j),
        facility(world, i, j),
        same_kind(world, i, j),
    )


@part
def weighted_shared_partners(setting, state, i, j):
    """Geometrically weighted shared partners, (1 - r^k) / (1 - r) for k of them (Snijders et al. 2006): saturates."""
    return (1.0 - setting.decay ** shared_partners(state, i, j)) / (1.0 - setting.decay)


@part
def popularity(state, j, together):
    """ln(1 + degree of j)."""
    return np.log1p(float(state.degree[j] - together))


@part
def degree_plus(state, i, j, together):
    """(d_j + 1) + (2 d_i + 1): counts ego twice (RSiena's degPlus; reference cases only)."""
    return float(state.degree[j] - together + 1 + 2 * (state.degree[i] - together) + 1)


@part
def load(state, i, together):
    """(degree of i / capacity of i)^2."""
    share = (state.degree[i] - together) / state.capacity[i]
    return share * share


@part
def value(world, setting, state, row, i, j, slot, time):
    """Value of the partnership of ``i`` with ``j`` in the eyes of ``i``, without measures.

    ``row`` is PROPOSAL, ANSWER or MAINTENANCE; ``slot`` is that of their partnership, -1 if there is none; time in
    years. Every statistic is taken in the state without the partnership.
    """
    total = value_without_count(world, setting, state, row, i, j, slot, time)
    weight = setting.weights[row, SHARED_COUNT]
    if weight != 0.0:
        total += weight * shared_partners(state, i, j)
    return total


@part
def value_without_count(world, setting, state, row, i, j, slot, time):
    """The same without the unbounded count of shared partners, which the fast engine draws apart."""
    w = setting.weights[row]
    together = 1 if slot >= 0 else 0
    total = w[BASE] + w[LOAD] * load(state, i, together)
    total += w[SECULAR] * secular(setting)
    total += w[AFFINITY] * affinity(world, setting, i, j)
    total += w[SIZE] * size(state, j)
    total += w[CAPABILITY_GAP] * capability_gap(setting, state, i, j)
    if w[PROXIMITY] != 0.0 or w[PROXIMITY_SQUARED] != 0.0:
        cosine = proximity(world, i, j)
        total += w[PROXIMITY] * cosine + w[PROXIMITY_SQUARED] * cosine * cosine
    if w[COMPLEMENT] != 0.0:
        total += w[COMPLEMENT] * complement(world, i, j)
    total += w[FACILITY] * facility(world, i, j)
    total += w[SAME_KIND] * same_kind(world, i, j)
    total += w[SAME_BLOC] * same_bloc(world, i, j)
    if w[SHARED_PARTNERS] != 0.0:
        total += w[SHARED_PARTNERS] * weighted_shared_partners(setting, state, i, j)
    if w[POPULARITY] != 0.0:
        total += w[POPULARITY] * popularity(state, j, together)
    if w[DEGREE_PLUS] != 0.0:
        total += w[DEGREE_PLUS] * degree_plus(state, i, j, together)
    if w[STRENGTH] != 0.0 and slot >= 0:
        total += w[STRENGTH] * strength_at(state, slot, time, setting.strength_years)
    for k in range(setting.covariates.shape[0]):
        total += setting.covariate_weights[row, k] * setting.covariates[k, i, j]
    return total
