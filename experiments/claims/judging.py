"""Holds runs against the table of claims: a row for each, with a verdict that more replicates can only sharpen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from model.errors import InputError
from model.tables import read_tables

from .definition import KINDS
from .estimates import UntoldError
from .frames import replicates_of
from .observing import seen
from .quantities import measured

if TYPE_CHECKING:
    from ..comparing.statistics import Interval
    from .definition import Claim, ClaimTable
    from .frames import ClaimRun

PASS, FAIL, OPEN, UNTESTED = "pass", "fail", "open", "cannot be tested"
"""Verdicts: the whole interval agrees with what was published; none of it does; a bound lies inside it, or it is not defined; no figure."""


@dataclass(frozen=True)
class Judged:
    """A claim, the model's figure, and what follows."""

    claim: Claim
    model: Interval | None
    seen: float | None  # the same quantity in the packaged counts
    verdict: str
    reason: str  # why there is no figure; empty where there is one

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        claim = self.claim
        told = ("about", "title", "kind", "because", "published", "low", "high", "bounds", "source", "unit")
        model = None if self.model is None else asdict(self.model)
        return {
            "claim": claim.name, **{key: getattr(claim, key) for key in told}, "quantity": claim.quantity,
            "worlds": list(claim.worlds), "model": model, "seen": self.seen, "verdict": self.verdict,
            "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True)
class Findings:
    """All claims in the order of their table, and the runs that they were held against."""

    rows: tuple[Judged, ...]
    worlds: tuple[dict[str, Any], ...]  # name, title, seed, replicates, institutions of each run

    def count(self, verdict: str, kind: str = "") -> int:
        """How many claims, of a kind or of all, got a verdict."""
        return sum(row.verdict == verdict and kind in ("", row.claim.kind) for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        verdicts = (PASS, FAIL, OPEN, UNTESTED)
        counts = {kind: {verdict: self.count(verdict, kind) for verdict in verdicts} for kind in KINDS}
        return {"worlds": list(self.worlds), "counts": counts, "claims": [row.to_dict() for row in self.rows]}


def judge(table: ClaimTable, runs: Mapping[str, ClaimRun]) -> Findings:
    """Hold finished runs, by the name of their world, against the claims; those whose worlds are not there say so.

    Raises `InputError` for runs that do not belong together: another seed, number of replicates or resolution.
    """
    _check_together(list(runs.values()))
    rows = tuple(_judged(claim, runs) for claim in table.claims)
    return Findings(rows, tuple(_told(name, run) for name, run in runs.items()))


def verdict_of(model: Interval, low: float | None, high: float | None) -> str:
    """Whether an interval lies within bounds, beyond them, or across one; open without an interval.

    A single bound must be passed: a gap that is said to grow does not if it stays what it was.
    """
    if model.low is None or model.high is None:
        return OPEN
    if low is not None and high is not None:
        inside, outside = low <= model.low and model.high <= high, model.high < low or model.low > high
    elif low is not None:
        inside, outside = model.low > low, model.high <= low
    else:
        inside, outside = high is None or model.high < high, high is not None and model.low >= high
    return PASS if inside else FAIL if outside else OPEN


def _judged(claim: Claim, runs: Mapping[str, ClaimRun]) -> Judged:
    if claim.untestable:
        return Judged(claim, None, None, UNTESTED, claim.untestable)
    missing = [name for name in claim.worlds if name not in runs]
    if missing:
        return Judged(claim, None, None, UNTESTED, f"there is no run of {' and '.join(missing)}")
    run, *others = (runs[name] for name in claim.worlds)
    tables = read_tables(run.scenario.world.data or None)
    try:
        model = measured(claim.quantity, run, others[0] if others else None, dict(claim.arguments))
    except UntoldError as error:
        return Judged(claim, None, seen(claim, tables), UNTESTED, str(error))
    return Judged(claim, model, seen(claim, tables), verdict_of(model, claim.low, claim.high), "")


def _check_together(runs: Sequence[ClaimRun]) -> None:
    for run in runs[1:]:
        if _luck(run) != _luck(runs[0]):
            raise InputError(
                _words(run), where=f"claims: {run.scenario.name}",
                allowed=f"as {runs[0].scenario.name}, which {_words(runs[0])}: replicate k must have the same luck",
            )  # fmt: skip


def _luck(run: ClaimRun) -> tuple[int | None, int, int]:
    return run.scenario.run.seed, len(replicates_of(run)), run.scenario.world.institutions


def _words(run: ClaimRun) -> str:
    seed, count, institutions = _luck(run)
    return f"has seed {seed}, {count} replicates and {institutions} institutions"


def _told(name: str, run: ClaimRun) -> dict[str, Any]:
    seed, count, institutions = _luck(run)
    title = run.scenario.title or run.scenario.name
    return {"name": name, "title": title, "seed": seed, "replicates": count, "institutions": institutions}
