"""Policies: the combinations of levers of a design, and the states of the world that they were tried in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Sample

MOST_POLICIES = 60
"""More combinations of levers than that are no policies that somebody compares."""


@dataclass(frozen=True)
class Policy:
    """A combination of levers."""

    name: str
    codes: tuple[float, ...]  # of the levers, in their order
    rows: NDArray[np.bool_]  # bool[P], points that have it


def policies_of(sample: Sample) -> list[Policy]:
    """The policies of a design in the order of their levers' codes; none without levers, or with too many of them."""
    levers = [k for k, factor in enumerate(sample.factors) if factor.lever]
    if not levers:
        return []
    unique, inverse = np.unique(sample.codes[:, levers], axis=0, return_inverse=True)
    if len(unique) > MOST_POLICIES:
        return []
    inverse = inverse.ravel()
    return [
        Policy(
            ", ".join(f"{sample.names[k]} = {sample.factors[k].text(c)}" for k, c in zip(levers, codes, strict=True)),
            tuple(float(c) for c in codes),
            inverse == number,
        )
        for number, codes in enumerate(unique)
    ]


def states_of(sample: Sample) -> tuple[NDArray[np.int64], int]:
    """State of the world (combination of uncertainties) of each point, int64[P], and how many there are."""
    columns = [k for k, factor in enumerate(sample.factors) if not factor.lever]
    if not columns:
        return np.zeros(sample.points, dtype=np.int64), 1
    unique, inverse = np.unique(sample.codes[:, columns], axis=0, return_inverse=True)
    return inverse.ravel().astype(np.int64), len(unique)
