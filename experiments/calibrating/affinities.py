"""Affinities as country + country + bloc pair + a deviation that is shrunk to zero: a pair without data has one too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

RIDGE = 0.1
"""Penalty that tells countries and bloc pairs apart where the pairs do not; small against the number of pairs."""


def structured(
    affinity: Mapping[str, float], variance: Mapping[str, float], countries: Sequence[str], blocs: Sequence[str]
) -> dict[str, float]:
    """Affinities of all pairs of ``countries``; ``blocs`` are theirs.

    ``affinity`` and ``variance`` are the fitted values of the pairs with data and their error variances. What is common
    to a country and to a bloc pair is a ridge regression; the deviation of a pair is kept by the part tau2 / (tau2 +
    variance), tau2 being the variance between the deviations less their errors (empirical Bayes, Efron and Morris 1973).
    """
    names = ["-".join(sorted((a, b))) for place, a in enumerate(countries) for b in countries[:place]]
    of = dict(zip(countries, blocs, strict=True))
    kinds = sorted({_bloc_pair(name, of) for name in names})
    design = {name: _row(name, list(countries), of, kinds) for name in names}
    fitted = [name for name in names if name in affinity]
    x, y = np.array([design[name] for name in fitted]), np.array([affinity[name] for name in fitted])
    fit = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T)
    common = fit @ (y - y.mean())
    deviation = y - y.mean() - x @ common
    errors = np.array([variance[name] for name in fitted])
    free = max(1.0, len(fitted) - float(np.trace(x @ fit)) - 1.0)
    tau2 = max(0.0, float((deviation**2).sum()) / free - float(errors.mean()))
    kept = deviation * tau2 / (tau2 + errors) if tau2 > 0.0 else 0.0 * deviation
    out = {name: float(y.mean() + np.array(design[name]) @ common) for name in names}
    for name, part in zip(fitted, kept, strict=True):
        out[name] += float(part)
    return dict(sorted(out.items()))


def _bloc_pair(name: str, of: Mapping[str, str]) -> str:
    return "-".join(sorted(of[code] for code in name.split("-")))


def _row(name: str, countries: list[str], of: Mapping[str, str], kinds: list[str]) -> list[float]:
    first, second = name.split("-")
    return [float(code in (first, second)) for code in countries] + [float(_bloc_pair(name, of) == k) for k in kinds]
