"""Knowledge output: what partnerships are worth by strength, capability and complementarity, with its lag."""

from __future__ import annotations

import numpy as np

SHORTEST_LAG, LONGEST_LAG = 1.0, 2.0
"""Years from a partnership at work to its output; the lag is uniform between them (MODEL 7)."""


def complementarity(first: np.ndarray, second: np.ndarray, profile: np.ndarray, help_need: np.ndarray) -> np.ndarray:
    """What two institutions know beyond each other in the fields that need help, mean of both directions, float64[E].

        c_ij = 1/2 sum_f H_f |phi_if - phi_jf|

    The mean of the model's term *complement* of (i, j) and of (j, i): in [0, 1], 0 for equal portfolios. ``first``,
    ``second`` int64[E]; ``profile`` float64[n, F], rows sum to 1; ``help_need`` float64[F] in [0, 1].
    """
    return 0.5 * np.abs(profile[first] - profile[second]) @ help_need


def knowledge_of_ties(
    first: np.ndarray, second: np.ndarray, strength: np.ndarray, capability: np.ndarray, complement: np.ndarray
) -> np.ndarray:
    """Knowledge that partnerships are working on, float64[E].

        k_ij = w_ij sqrt(G_i G_j) c_ij,   G = exp(g)

    ``capability`` float64[n] is g, in log units with world mean 0, so that a partnership of full strength and
    complementarity between two average institutions is 1. ``strength`` w and ``complement`` c float64[E].
    """
    return strength * np.exp(0.5 * (capability[first] + capability[second])) * complement


def of_institutions(first: np.ndarray, second: np.ndarray, value: np.ndarray, n: int) -> np.ndarray:
    """Sum of what each institution's partnerships are worth, float64[n]; ``value`` float64[E]. Both ends count it whole."""
    return np.bincount(first, value, minlength=n) + np.bincount(second, value, minlength=n)


def appeared(times: np.ndarray, working: np.ndarray, at: float) -> float:
    """Knowledge output that appears at a time: the mean of what was worked on one to two years before.

        K(t) = integral over u from 1 to 2 years of k(t - u) du

    ``times`` float64[T], ascending, are the dates at which the network was looked at, ``working`` float64[T] what it was
    worth then; between two dates it is taken to move in a straight line. Undefined (NaN) unless the dates reach from
    two years before to one year before.
    """
    begin, end = at - LONGEST_LAG, at - SHORTEST_LAG
    if not len(times) or times[0] > begin or times[-1] < end:
        return float("nan")
    inside = times[(times > begin) & (times < end)]
    corners = np.concatenate([[begin], inside, [end]])
    return float(np.trapezoid(np.interp(corners, times, working), corners) / (end - begin))
