"""Random numbers: the published vectors of the generator, the distributions made of it, and what a draw depends on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import law
from scipy import stats

from model.dynamics import draws
from model.dynamics.draws import Purpose

KEY = draws.stream_key(11, 0)
words = st.integers(0, 2**32 - 1)


def philox(counter: list[int], key: list[int]) -> list[int]:
    return [int(word) for word in draws.philox(*(np.uint64(c) for c in counter), *(np.uint64(k) for k in key))]


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_known_answers_of_philox(counter: list[int], key: list[int], expected: list[int]) -> None:
    """Random123, kat_vectors, philox4x32 10."""
    assert philox(counter, key) == expected


@law(200)
@given(st.lists(words, min_size=4, max_size=4), st.lists(words, min_size=2, max_size=2))
def test_philox_is_ten_rounds_of_the_published_function(counter: list[int], key: list[int]) -> None:
    (a, b, c, d), (k, q) = counter, key
    for _ in range(10):
        high, low = divmod(0xD2511F53 * a, 2**32)
        other_high, other_low = divmod(0xCD9E8D57 * c, 2**32)
        a, b, c, d = other_high ^ b ^ k, other_low, high ^ d ^ q, low
        k, q = (k + 0x9E3779B9) % 2**32, (q + 0xBB67AE85) % 2**32
    assert philox(counter, key) == [a, b, c, d]


def test_numbers_of_the_purposes_are_part_of_every_result() -> None:
    fixed = {
        "EVENT": 1, "THINNING": 2, "CHOICE": 3, "CANDIDATE": 4, "CONSENT": 5, "CONTRACT": 6, "FIELD": 7, "REVIEW": 8,
        "OUTPUT": 9, "COMPLIANCE": 10, "OVER_COMPLIANCE": 11, "LEAKAGE": 12, "NOTICE": 13, "DRIFT": 14, "EXTRA": 15,
        "CHANNEL": 16,
    }  # fmt: skip
    assert fixed.items() <= {name: int(purpose) for name, purpose in Purpose.__members__.items()}.items()
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)


def test_constants_of_the_kernels_are_the_purposes() -> None:
    for purpose in Purpose:
        assert getattr(draws, purpose.name) == int(purpose)


@law(200)
@given(st.tuples(words, words, words, words), st.integers(0, 3), st.integers(1, 1000))
def test_a_draw_depends_on_every_coordinate(coordinates: tuple[int, ...], which: int, shift: int) -> None:
    moved = list(coordinates)
    moved[which] = (moved[which] + shift) % 2**32
    first, second = draws.uniforms(KEY, *coordinates), draws.uniforms(KEY, *moved)
    assert first == draws.uniforms(KEY, *coordinates)
    assert first[0] != second[0] and first[1] != second[1]


def test_a_draw_depends_on_seed_and_replicate() -> None:
    keys = [draws.stream_key(seed, replicate) for seed in range(20) for replicate in range(20)]
    assert len({tuple(key) for key in keys}) == 400
    assert len({draws.uniforms(key, 1, 0, 0, 0) for key in keys}) == 400
    assert all(key.dtype == np.uint64 and (key < 2**32).all() for key in keys)


def test_uniforms_are_uniform_independent_and_have_53_bits() -> None:
    u = np.array([draws.uniforms(KEY, draws.CHOICE, i % 50, i // 50, 0) for i in range(20_000)])
    assert stats.kstest(u[:, 0], "uniform").pvalue > 1e-3
    assert stats.kstest(u[:, 1], "uniform").pvalue > 1e-3
    table = np.histogram2d(u[:, 0], u[:, 1], bins=10, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(table.ravel()).pvalue > 1e-3
    following = np.histogram2d(u[:-1, 0], u[1:, 0], bins=10, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(following.ravel()).pvalue > 1e-3
    whole = u * 2.0**53
    assert (whole == np.floor(whole)).all() and (whole % 2 == 1).mean() == pytest.approx(0.5, abs=0.02)
    assert u.min() >= 0.0 and u.max() < 1.0


def test_normals_are_standard_normal() -> None:
    z = np.array([draws.standard_normal(KEY, draws.DRIFT, i, 8000, 0) for i in range(20_000)])
    assert stats.kstest(z, "norm").pvalue > 1e-3
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < 4.0 / np.sqrt(len(z))


@law(300)
@given(st.floats(0.0, 0.999999), st.floats(1e-4, 499.0))
def test_poisson_is_the_inverse_of_its_distribution(u: float, mean: float) -> None:
    k = draws.poisson_from_uniform(u, mean)
    # u lies between the sums of probabilities up to k - 1 and up to k
    assert stats.poisson.cdf(k - 1, mean) <= u + 1e-9
    assert u <= stats.poisson.cdf(k, mean) + 1e-9


def test_the_largest_uniform_draw_gives_a_plausible_number() -> None:
    """The sum of the probabilities may end a little short of 1; what is above it must not count on for ever."""
    for mean in np.linspace(0.05, 499.0, 200):
        k = draws.poisson_from_uniform(1.0 - 2.0**-53, float(mean))
        assert mean < k < mean + 12.0 * np.sqrt(mean) + 25.0


@pytest.mark.parametrize(("mean_a", "mean_b"), [(0.02, 0.4), (1.0, 3.0), (50.0, 0.1), (900.0, 400.0), (1700.0, 30.0)])
def test_pairs_are_independent_poisson_variates(mean_a: float, mean_b: float) -> None:
    pairs = np.array([draws.poisson_pair(KEY, draws.OUTPUT, i, 3, 8000, mean_a, mean_b) for i in range(6000)])
    assert (pairs >= 0).all()
    for column, mean in ((pairs[:, 0], mean_a), (pairs[:, 1], mean_b)):
        edges = np.unique(stats.poisson.ppf(np.linspace(0.02, 0.98, 12), mean))
        inside = np.searchsorted(edges, column, side="left")
        expected = np.diff(np.concatenate([[0.0], stats.poisson.cdf(edges, mean), [1.0]])) * len(column)
        assert stats.chisquare(np.bincount(inside, minlength=len(expected)), expected).pvalue > 1e-3
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 4.0 / np.sqrt(len(pairs))


def test_a_pair_of_works_without_mean_has_none() -> None:
    assert draws.poisson_pair(KEY, draws.OUTPUT, 0, 0, 0, 0.0, 0.0) == (0, 0)


@law(50)
@given(st.integers(0, 1000), st.floats(0.1, 400.0), st.floats(0.0, 5.0))
def test_more_mean_never_means_fewer_works(institution: int, mean: float, more: float) -> None:
    """Common random numbers: a measure that raises a rate does not lower a count by luck."""
    before, after = (draws.poisson_pair(KEY, draws.OUTPUT, institution, 1, 0, m, 1.0) for m in (mean, mean + more))
    assert before[0] <= after[0] and before[1] == after[1]
