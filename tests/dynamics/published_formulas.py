"""The formulas of the model a second time, written from its description and from nothing else.

The author of this file read the statement of the mathematics and the page of the model, and had not opened the code that
simulates. Plain numpy, one function for one formula, no speed, no imports from the product. What stands here is what the
description says; `test_against_published_formulas.py` and `test_against_published_output.py` hold the product to it on random
states. Sections are those of the description.

After the first comparison two things were changed, and nothing else: absorption, which the description has and this file had
forgotten, and damping, of which the first reading is kept beside the one that stands.

A state is a `World` of arrays; `t` counts calendar years, so that a quarter is 0.25.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

FORMATION = (
    "base",
    "secular",
    "affinity",
    "size",
    "capability_gap",
    "proximity",
    "proximity_squared",
    "complement",
    "facility",
    "same_kind",
    "same_bloc",
    "popularity",
    "load",
)
"""Terms of the value of a proposal (section 3). A weight that is not given is zero."""

ACCEPTANCE = (*FORMATION, "shared_partners")
"""Terms of the value in the eyes of the one who answers: shared partners count here, though not in formation."""

MAINTENANCE = (
    "base",
    "proximity",
    "proximity_squared",
    "facility",
    "same_kind",
    "same_bloc",
    "shared_partners",
    "strength",
    "load",
)
"""Terms of the value of keeping a partnership."""


@dataclass
class World:
    """`n` institutions, `f` fields, `k` facilities, `c` countries.

    `tie`: bool (n, n), symmetric, no diagonal. `strength`: (n, n), of ties. `portfolio`: (n, f), rows on the simplex.
    `member`: bool (n, k). `affinity`: (c, c). `capacity`: (n,), partnerships. `size`: (n,), relative to the reference.
    """

    tie: np.ndarray
    strength: np.ndarray
    country: np.ndarray
    bloc: np.ndarray
    kind: np.ndarray
    portfolio: np.ndarray
    member: np.ndarray
    size: np.ndarray
    capability: np.ndarray
    capacity: np.ndarray
    affinity: np.ndarray
    help_needed: np.ndarray
    years: float
    """Since the reference date of the secular term."""
    gap_bound: float
    decay: float
    """Of the saturating count of shared partners."""


def sigma(u):
    """`sigma(u) = 1 / (1 + exp(-u))` (section 3)."""
    return 1.0 / (1.0 + np.exp(-np.asarray(u, dtype=float)))


# Section 3: the statistics ------------------------------------------------------------------------------------------


def without(world: World, i: int, j: int) -> np.ndarray:
    """The ties in the state without {i, j}, in which every statistic of {i, j} is taken. Shape (n, n)."""
    tie = world.tie.copy()
    tie[i, j] = tie[j, i] = False
    return tie


def cosine(a, b) -> float:
    """Proximity of two portfolios."""
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def saturating(count: int, decay: float) -> float:
    """Geometrically weighted shared partners: `1 + r + r^2 + ...`, one summand for each of them."""
    return float(sum(decay**k for k in range(count)))


def statistics(world: World, i: int, j: int) -> dict[str, float]:
    """Every statistic of {i, j} in the eyes of `i`, by the name of its term."""
    tie = without(world, i, j)
    proximity = cosine(world.portfolio[i], world.portfolio[j])
    shared = int(np.sum(tie[i] & tie[j]))
    lacks = np.maximum(0.0, world.portfolio[j] - world.portfolio[i])
    return {
        "base": 1.0,
        "secular": world.years,
        "affinity": float(world.affinity[world.country[i], world.country[j]]),
        "size": float(np.log(world.size[j])),
        "capability_gap": float(np.clip(world.capability[j] - world.capability[i], -world.gap_bound, world.gap_bound)),
        "proximity": proximity,
        "proximity_squared": proximity**2,
        "complement": float(world.help_needed @ lacks),
        "facility": float(np.any(world.member[i] & world.member[j])),
        "same_kind": float(world.kind[i] == world.kind[j]),
        "same_bloc": float(world.bloc[i] == world.bloc[j]),
        "shared_partners": saturating(shared, world.decay),
        "popularity": float(np.log1p(tie[j].sum())),
        "strength": float(world.strength[i, j]),
        "load": float((tie[i].sum() / world.capacity[i]) ** 2),
    }


def value(terms: tuple[str, ...], weights: Mapping[str, float], statistic: Mapping[str, float]) -> float:
    """Sum of weight times statistic over the terms of a value."""
    return sum(weights.get(name, 0.0) * statistic[name] for name in terms)


# Section 3: meeting, choice, answer ---------------------------------------------------------------------------------


def search(n: int, here: np.ndarray, real: np.ndarray, a: int, b: int) -> float:
    """Search between countries `a` and `b`: `1/N`, corrected for a mix of countries that is not the real one.

    `here`: institutions of the world by country, `real`: real ones. With shares as in reality it is `1/N`.
    """
    ratio = (real / real.sum()) / (here / here.sum())
    return float(ratio[a] * ratio[b] / n)


def referral(tie: np.ndarray, i: int, j: int) -> float:
    """`R_ij`, the chance that a random partner of `i` leads on, by a random other partner of its own, to `j`."""
    degree = tie.sum(axis=1)
    shared = np.flatnonzero(tie[i] & tie[j])
    return float(sum(1.0 / (degree[i] * (degree[h] - 1)) for h in shared))


def freshness(years_since_end, memory_years: float):
    """What is left of the memory of a former partner: fades linearly to nothing."""
    return np.maximum(0.0, 1.0 - np.asarray(years_since_end, dtype=float) / memory_years)


def memory(fresh: np.ndarray) -> np.ndarray:
    """`Mem_ij` of all former partners of one institution: fading, and in sum at most 1. Shapes (m,)."""
    return fresh / max(1.0, fresh.sum())


def meeting(by_search: float, q: float, by_referral: float, q_m: float, by_memory: float) -> float:
    """`meet_ij = 1/N + q R_ij + q_m Mem_ij`."""
    return by_search + q * by_referral + q_m * by_memory


def choice(proposals: np.ndarray, endings: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Probabilities of no change, of each proposal, of each ending, from their weights.

    A proposal weighs `meet exp(v)`, an ending `exp(-m)`, no change 1.
    """
    total = 1.0 + proposals.sum() + endings.sum()
    return 1.0 / total, proposals / total, endings / total


def acceptance(v_ji: float, offset: float, factor: float = 1.0, formation: float = 0.0) -> float:
    """Probability that `j` says yes: `sigma(v_ji + offset)`; measures multiply it and add to the value."""
    return float(min(1.0, factor * sigma(v_ji + formation + offset)))


# Section 3: field, contract, strength -------------------------------------------------------------------------------


def field_probabilities(phi_i: np.ndarray, phi_j: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Of the field of a partnership: proportional to `phi_if phi_jf` times what measures do there. Shape (f,)."""
    weight = phi_i * phi_j * factor
    return weight / weight.sum()


def contract_years(standard_normal, median_months: float = 37.0, log_sd: float = 0.358):
    """A log-normal contract term, in years."""
    return median_months / 12.0 * np.exp(log_sd * np.asarray(standard_normal, dtype=float))


def grown(w0, years, growth_years: float = 3.0):
    """Strength after `years` of `dw/dt = (1 - w) / T`, solved exactly."""
    return 1.0 - (1.0 - np.asarray(w0, dtype=float)) * np.exp(-np.asarray(years, dtype=float) / growth_years)


def strength_again(old: float, initial: float, lapse_factor: float = 0.5) -> float:
    """Strength of a partnership of two who remember each other: what a lapse left, at least that of a new one."""
    return max(initial, lapse_factor * old)


# Section 4: measures ------------------------------------------------------------------------------------------------


def level(t: float, start: float, end: float, ramp: float, strength: float) -> float:
    """`L(t)` of a measure: nothing outside its dates, a linear ramp, then its strength."""
    if not start <= t < end:
        return 0.0
    return strength if ramp <= 0.0 else strength * min(1.0, (t - start) / ramp)


def scaled_factor(x: float, reach: float) -> float:
    """A factor of a measure at level `reach`."""
    return max(0.0, 1.0 + (x - 1.0) * reach)


def passage(reach: float, leakage: float) -> tuple[float, float]:
    """What a prohibition lets through, and the share of this that is personal."""
    rho = min(1.0, reach)
    through = 1.0 - rho * (1.0 - leakage)
    return through, (rho * leakage / through if through > 0.0 else 0.0)


def over_fields(phi_i: np.ndarray, phi_j: np.ndarray, factor: np.ndarray) -> float:
    """The factor of a pair: the mean over the field that the partnership would have."""
    weight = phi_i * phi_j
    return float((weight * factor).sum() / weight.sum())


def exposure(partners_in_bloc, degree):
    """`W_j = (west_j + 1) / (d_j + 2)`, smoothed."""
    return (np.asarray(partners_in_bloc) + 1.0) / (np.asarray(degree) + 2.0)


def secondary_risk(s2: float, listed_i: bool, exposure_j: float, listed_j: bool) -> float:
    """`rho = s2 listed_i W_j (1 - listed_j)`."""
    return s2 * float(listed_i) * exposure_j * (1.0 - float(listed_j))


# Section 6: size and capability -------------------------------------------------------------------------------------


def sizes(q: np.ndarray, z: np.ndarray, country: np.ndarray, publications: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Works a year: `q exp(z) P_c / M_c`, scaled so that drift leaves the national total alone. Shape (n,)."""
    drifted = q * np.exp(z)
    out = np.empty_like(drifted)
    for c in np.unique(country):
        here = country == c
        out[here] = drifted[here] * publications[c] / real[c] * q[here].sum() / drifted[here].sum()
    return out


def capacities(size: np.ndarray, scale: float, exponent: float) -> np.ndarray:
    """`K = K0 (s / s_ref)^kappa`, `size` relative to the reference."""
    return scale * size**exponent


def learning(world: World, rate: float, half_degree: float, cap: float, absorb: np.ndarray) -> np.ndarray:
    """`eta d/(d + d0) mean_j[w_ij min((g_j - g_i)+, cap)] absorb_i`, a year. Shape (n,); 0 for who has no partner."""
    n = len(world.size)
    out = np.zeros(n)
    for i in range(n):
        partners = np.flatnonzero(world.tie[i])
        if len(partners):
            gain = [
                world.strength[i, j] * min(max(world.capability[j] - world.capability[i], 0.0), cap) for j in partners
            ]
            out[i] = rate * len(partners) / (len(partners) + half_degree) * float(np.mean(gain)) * absorb[i]
    return out


def capability_after(
    world: World,
    target: np.ndarray,
    rate: float,
    half_degree: float,
    cap: float,
    decay: float,
    absorb: np.ndarray,
    dt: float = 0.25,
) -> np.ndarray:
    """Capability after one Euler step, centred over the world. `target`: the level that it returns to. Shape (n,)."""
    change = learning(world, rate, half_degree, cap, absorb) - decay * (world.capability - target)
    moved = world.capability + dt * change
    return moved - moved.mean()


# Section 7: output, observation, leaders ----------------------------------------------------------------------------


def output_rate(rho0, w, size_i, size_j, exponent, chi=0.0, g_i=0.0, g_j=0.0):
    """Joint works begun a year; sizes relative to the reference."""
    return rho0 * w * (size_i * size_j) ** exponent * np.exp(chi * (g_i + g_j) / 2.0)


def lag_probabilities(first: float = 1.0, last: float = 2.0, quarter: float = 0.25) -> np.ndarray:
    """That a work appears 0, 1, 2, ... quarters later: begun uniformly in a quarter, seen uniformly `first` to `last` on.

    The sum of both moments has a piecewise linear density, so the integral of its distribution is exact: the
    distribution function of `U + V`, `U` on (0, 1) quarters and `V` on (a, b), is the mean of that of `V` over `U`.
    """
    a, b = first / quarter, last / quarter

    def integral(x: float) -> float:  # of the distribution function of V, from minus infinity to x
        inside = np.clip(x, a, b)
        return float((inside - a) ** 2 / (2.0 * (b - a)) + max(0.0, x - b))

    at_most = [integral(x) - integral(x - 1.0) for x in range(int(np.ceil(b)) + 2)]
    return np.diff(at_most)


def growth_by_whole_years(year: int, reference: int, last: int, slope: float, damping: float = 0.85) -> float:
    """`O(t)` in logs as it was first read here: beyond the last year of the fit, damped from one whole year to the next."""
    inside = slope * (min(year, last) - reference)
    return inside + sum(slope * damping**k for k in range(1, max(0, year - last) + 1))


def growth_of_the_record(t: float, reference: float, until: float, slope: float, damping: float = 0.85) -> float:
    """`O(t)` in logs: a constant slope to the end of the fit, which then keeps `damping` of itself a year.

    Time is continuous, so the slope at `t` is `slope damping^(t - until)`, and this is its integral.
    """
    beyond = max(0.0, t - until)
    return slope * (min(t, until) - reference) + slope * (1.0 - damping**beyond) / -np.log(damping)


def leads(
    intercept_i, intercept_j, g_i, g_j, theta: float, initiated_by_j, psi: float, funds=0.0, phi: float = 0.0, extra=0.0
):
    """Probability that `j` leads a work of {i, j}. `initiated_by_j`: +1, or -1 where `i` did. `funds`: `F_j - F_i`."""
    return sigma(
        intercept_j - intercept_i + theta * (g_j - g_i) + phi * funds + psi * np.asarray(initiated_by_j) + extra
    )
