"""Checks: published or observed statistics against simulated ones, and what kind of check each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from .mahalanobis import MonteCarloTest, monte_carlo_test

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.05
"""A check with a smaller p is refused."""


class Kind(StrEnum):
    """What a pass of a check would show."""

    test = "test"  # that the process gives something that was not used in building it
    input = "input"  # that the drawing is right: the world is drawn from it
    not_testable = "not testable"  # nothing: there is no figure to hold it against


class Verdict(StrEnum):
    """What came out."""

    fits = "fits"
    refused = "refused"
    none = "–"


@dataclass(frozen=True)
class Statistic:
    """A vector of k numbers that the world has and the simulation gives."""

    name: str
    title: str
    kind: Kind
    components: tuple[str, ...]
    observed: NDArray[np.float64] | None = None  # float64[k]; None where there is no figure; NaN in unknown components
    least: tuple[bool, ...] = ()  # components whose figure is a lower bound
    source: str = ""
    remark: str = ""  # what it was used for, or why it cannot be tested


@dataclass(frozen=True)
class Check:
    """A statistic, its simulated values, and what the test says."""

    statistic: Statistic
    simulated: NDArray[np.float64]  # float64[R, k]
    test: MonteCarloTest | None
    used: tuple[bool, ...] = field(default=())  # components that the test is of

    @property
    def verdict(self) -> Verdict:
        """Whether the joint p is below `LEVEL`."""
        if self.test is None:
            return Verdict.none
        return Verdict.refused if self.test.p < LEVEL else Verdict.fits

    @property
    def target(self) -> NDArray[np.float64] | None:
        """What simulations are held against: figures, and their own mean where it lies above a lower bound."""
        return _target(self.statistic, self.simulated)

    @property
    def p_text(self) -> str:
        """The joint p."""
        return "–" if self.test is None else f"{self.test.p:.3f}"

    @property
    def distance_text(self) -> str:
        """The Mahalanobis distance."""
        if self.test is None:
            return "–"
        return f"{self.test.distance:.1f}" if np.isfinite(self.test.distance) else "∞"

    def to_dict(self) -> dict[str, Any]:
        """As plain types; undefined numbers are None."""
        s, p = self.statistic, self.test
        return {
            "name": s.name, "title": s.title, "kind": s.kind.value, "verdict": self.verdict.value,
            "p": None if p is None else p.p,
            "mahalanobis": None if p is None else _plain(p.distance),
            "smallest_p": None if p is None else p.smallest,
            "components": [self._component(k) for k in range(len(s.components))],
            "source": s.source, "remark": s.remark,
        }  # fmt: skip

    def _component(self, k: int) -> dict[str, Any]:
        s, values = self.statistic, self.simulated[:, k]
        known = values[~np.isnan(values)]
        low, high = np.quantile(known, (0.05, 0.95)) if len(known) else (np.nan, np.nan)
        return {
            "name": s.components[k],
            "observed": None if s.observed is None else _plain(s.observed[k]),
            "at_least": bool(s.least and s.least[k]),
            "tested": bool(self.used and self.used[k]),
            "mean": _plain(known.mean()) if len(known) else None,
            "q05": _plain(low), "q95": _plain(high),
        }  # fmt: skip


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _target(statistic: Statistic, simulated: NDArray[np.float64]) -> NDArray[np.float64] | None:
    if statistic.observed is None:
        return None
    least = np.array(statistic.least or (False,) * len(statistic.components))
    met = least & (simulated.mean(axis=0) > statistic.observed)
    return np.where(met, simulated.mean(axis=0), statistic.observed)


def check(statistic: Statistic, simulated: NDArray[np.float64]) -> Check:
    """Hold a statistic against simulations float64[R, k]. Components that are undefined anywhere are left out.

    Where nothing is left, the check is not testable and says so.
    """
    target = _target(statistic, simulated)
    if target is None or statistic.kind is Kind.not_testable:
        return Check(_untestable(statistic, statistic.remark), simulated, None)
    used = np.isfinite(target) & np.isfinite(simulated).all(axis=0)
    if not used.any():
        known = np.isfinite(target)
        reason = "undefined in a replicate" if known.any() else "no figure"
        return Check(_untestable(statistic, f"{reason}; {statistic.remark}".rstrip("; ")), simulated, None)
    return Check(statistic, simulated, monte_carlo_test(target[used], simulated[:, used]), tuple(used.tolist()))


def _untestable(s: Statistic, reason: str) -> Statistic:
    return Statistic(s.name, s.title, Kind.not_testable, s.components, s.observed, s.least, s.source, reason)


@dataclass(frozen=True)
class Fit:
    """All checks of a scenario."""

    scenario: str
    title: str
    replicates: int
    institutions: int
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    def of(self, *kinds: Kind) -> Sequence[Check]:
        """The checks of some kinds."""
        return [c for c in self.checks if c.statistic.kind in kinds]

    def to_dict(self) -> dict[str, Any]:
        """As plain types, for JSON."""
        return {
            "scenario": self.scenario, "title": self.title, "replicates": self.replicates,
            "institutions": self.institutions, "level": LEVEL, "notes": list(self.notes),
            "checks": [c.to_dict() for c in self.checks],
        }  # fmt: skip
