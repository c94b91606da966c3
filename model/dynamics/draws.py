"""Random numbers as a function of what they decide: Philox 4x32-10, counter-based.

A draw is a function of (seed, replicate, purpose, institution, number, index) and of nothing else. So results do not
depend on the number of workers or on the order of work, and two scenarios share the luck of replicate k.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011; the published known-answer
vectors are in the tests.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from .compiling import allocating_kernel, part


class Purpose(IntEnum):
    """What a draw decides. Numbers are fixed and only ever appended: they are part of every result."""

    EVENT = 1  # waiting time and actor of an event of the dominating stream
    THINNING = 2  # whether an event of the dominating stream is an opportunity
    CHOICE = 3  # the actor's choice at an opportunity
    CANDIDATE = 4  # further draws of the choice (fast engine)
    CONSENT = 5  # the partner's answer
    CONTRACT = 6  # contract term of a new partnership
    FIELD = 7  # its field
    REVIEW = 8  # renewal, continuation or lapse at the end of a term
    OUTPUT = 9  # joint works that appear in a quarter
    COMPLIANCE = 10  # whether an institution follows a measure
    OVER_COMPLIANCE = 11  # whether a measure spreads to an institution outside its scope
    LEAKAGE = 12  # whether a partnership goes on as a personal one
    NOTICE = 13  # when an open-ended partnership under no-renewal ends
    DRIFT = 14  # an institution's own change of size
    EXTRA = 15  # the component that positive measures add (fast engine)
    CHANNEL = 16  # whether a new partnership under a prohibition is a personal one
    CALL = 17  # who applies for a project (programmes: the institution is the checksum of the measure's name)
    PARTNER = 18  # with which stranger
    SCORE = 19  # what a review says of an application
    PASS = 20  # how many applications a review passes, where its share is no whole number
    PLAN = 21  # how many projects the plan gives to an institution
    FOUNDING = 22  # which partnerships are founded
    PROJECT = 23  # whether a project passes prohibitions, and who initiates it


# Plain integers for the kernels: numba freezes globals, and an enum member there costs compile time.
EVENT, THINNING, CHOICE, CANDIDATE, CONSENT, CONTRACT, FIELD, REVIEW = (int(p) for p in list(Purpose)[:8])
OUTPUT, COMPLIANCE, OVER_COMPLIANCE, LEAKAGE, NOTICE, DRIFT, EXTRA, CHANNEL = (int(p) for p in list(Purpose)[8:16])
CALL, PARTNER, SCORE, PASS, PLAN, FOUNDING, PROJECT = (int(p) for p in list(Purpose)[16:])

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)  # multipliers of the round function
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)  # Weyl increments of the key
_LOW, _32, _11 = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(11)
_STEP = 2.0**-53


def stream_key(seed: int, replicate: int) -> np.ndarray:
    """Key of a replicate's draws: two 32-bit words in an array uint64[2], hashed by numpy's SeedSequence."""
    return np.random.SeedSequence([seed, replicate]).generate_state(2, np.uint32).astype(np.uint64)


@part
def philox(c0, c1, c2, c3, k0, k1):
    """Four 32-bit words (in uint64) from a counter of four and a key of two: ten rounds of Philox."""
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = (p1 >> _32) ^ c1 ^ k0
        c1 = p1 & _LOW
        c2 = (p0 >> _32) ^ c3 ^ k1
        c3 = p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@part
def uniforms(key, purpose, institution, number, index):
    """Two uniforms in [0, 1) with 53 bits for one decision.

    ``key`` uint64[2]; ``purpose``, ``institution``, ``number`` and ``index`` are integers below 2**32.
    """
    a, b, c, d = philox(np.uint64(index), np.uint64(number), np.uint64(institution), np.uint64(purpose), key[0], key[1])
    return ((a << _32 | b) >> _11) * _STEP, ((c << _32 | d) >> _11) * _STEP


@allocating_kernel
def uniforms_of_all(key, purpose, n):
    """The first two uniforms of each of ``n`` institutions for a decision that each takes once, float64[n, 2]."""
    drawn = np.empty((n, 2))
    for i in range(n):
        drawn[i, 0], drawn[i, 1] = uniforms(key, purpose, i, 0, 0)
    return drawn


@part
def standard_normal(key, purpose, institution, number, index):
    """One standard normal draw (Box and Muller 1958)."""
    u, v = uniforms(key, purpose, institution, number, index)
    return np.sqrt(-2.0 * np.log(1.0 - u)) * np.cos(2.0 * np.pi * v)


@part
def poisson_from_uniform(u, mean):
    """Poisson variate by inversion of ``u`` in [0, 1); exact for means below 500."""
    if u < 1.0 - mean:  # below exp(-mean), which need not be computed: most quarters of most partnerships
        return 0
    p = np.exp(-mean)
    total = p
    k = 0
    while u >= total:
        k += 1
        p *= mean / k
        if k > mean and total + p == total:  # what rounding leaves above the sum of probabilities
            break
        total += p
    return k


@part
def poisson_pair(key, purpose, institution, number, index, mean_a, mean_b):
    """Two independent Poisson variates from one decision; large means are drawn as sums of parts below 500."""
    parts = int(max(mean_a, mean_b) // 500.0) + 1
    a, b = 0, 0
    for k in range(parts):
        # each has an index of its own: quarters take the low 16 bits, parts the high ones
        u, v = uniforms(key, purpose, institution, number, index + (k << 16))
        a += poisson_from_uniform(u, mean_a / parts)
        b += poisson_from_uniform(v, mean_b / parts)
    return a, b
