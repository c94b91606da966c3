"""Scenario discovery: in which region of the uncertainties is an outcome what nobody wants, for each policy by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

import numpy as np

from model.errors import InputError

from . import prim
from .luck import point_means
from .policies import Policy, policies_of
from .refusal import DESIGN, Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Outcome, Sample

WORST = 0.25
"""Share of the points that are of interest where nobody says which."""
DIGITS = 6
"""Digits of a value that is chosen here."""
MOST_BOXES = 3
FEWEST_CASES = 8
"""Cases, and points that are none, below which no box is looked for."""
DENSER = 1.2
"""A box must be denser than the whole by this factor."""
CASE = re.compile(r"(?P<label>.+?)\s*(?P<sign><=|>=|<|>)\s*(?P<value>[-+0-9.eE%]+)\s*")


@dataclass(frozen=True)
class Case:
    """Which points are of interest: the mean of an outcome on one side of a value."""

    outcome: str
    sign: str  # <, <=, >, >=
    value: float
    chosen_here: bool = False  # by `WORST`, not by the user

    def __str__(self) -> str:
        return f"{self.outcome} {self.sign} {self.value:.6g}"

    def shown(self) -> str:
        """As figures have it."""
        return f"{self.outcome} {self.sign.replace('<=', '≤').replace('>=', '≥')} {self.value:.4g}"

    def holds(self, mean: NDArray[np.float64]) -> NDArray[np.bool_]:
        """bool[n] of means float64[n]."""
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[self.sign]
        return compare(mean, self.value)


@dataclass(frozen=True)
class FoundBox:
    """A box of a trajectory that was chosen, without limits that may be chance."""

    box: prim.Box
    place: int  # on the trajectory, from 0
    quasi_p: dict[int, float]  # of restricted factors, by their column


@dataclass(frozen=True)
class Discovery:
    """What PRIM found for a case, under one policy or over all points."""

    case: Case
    policy: Policy | None  # None: the design has no levers, or all points
    columns: tuple[int, ...]  # factors that boxes may restrict
    points: int
    cases: int
    left_out: int  # points without a value
    trajectory: tuple[prim.Box, ...]  # of the first box
    boxes: tuple[FoundBox, ...]


def read_case(text: str, sample: Sample) -> Case:
    """A case from "OUTCOME < VALUE" (or <=, >, >=; a value may be in %). Raises `InputError`."""
    match = CASE.fullmatch(text.strip())
    allowed = "OUTCOME < VALUE, or with <=, > or >=, such as " + f'"{sample.outcomes[0].label} < 100"'
    if match is None:
        raise InputError(f"{text!r} is no case", where="--case", allowed=allowed)
    outcome = sample.outcome(match["label"].strip(), "--case")
    number = match["value"]
    try:
        value = float(number.removesuffix("%")) * (0.01 if number.endswith("%") else 1.0)
    except ValueError:
        raise InputError(f"{number!r} is no number", where=f"--case {text}", allowed=allowed) from None
    return Case(outcome.label, match["sign"], value)


def worst_case(sample: Sample, outcome: Outcome, higher_is_better: bool) -> Case:
    """The worst quarter of the points that have a value: of the independent ones, where PRIM looks for boxes."""
    mean = point_means(outcome.values).mean
    there = np.isfinite(mean)
    if sample.independent is not None and (there & sample.independent).any():
        there &= sample.independent
    at = float(np.quantile(mean[there], WORST if higher_is_better else 1.0 - WORST))
    return Case(outcome.label, "<=" if higher_is_better else ">=", _outwards(at, higher_is_better), chosen_here=True)


def _outwards(value: float, up: bool) -> float:
    """A number in `DIGITS` digits, not below itself, or not above: so that rounding excludes no case."""
    exact = Decimal(value)
    last = Decimal(1).scaleb(exact.adjusted() - DIGITS + 1)
    return float(exact.quantize(last, ROUND_CEILING if up else ROUND_FLOOR)) if value else value


def discover(sample: Sample, outcome: Outcome, case: Case) -> tuple[list[Discovery], list[Refusal]]:
    """Boxes for a case: for each policy over the uncertainties, or over all factors where there are no levers."""
    if sample.independent is None:
        return [], [
            Refusal(f"PRIM, {case}", "the points of the design are no independent sample of its factors", DESIGN)
        ]
    means = point_means(outcome.values)
    policies: Sequence[Policy | None] = policies_of(sample) or [None]
    columns = tuple(k for k, f in enumerate(sample.factors) if not f.lever) or tuple(range(len(sample.factors)))
    found: list[Discovery] = []
    lacking: list[tuple[Policy | None, str]] = []
    for policy in policies:
        rows = sample.independent if policy is None else policy.rows & sample.independent
        there = rows & means.there
        X, cases = sample.codes[np.ix_(there, columns)], case.holds(means.mean[there])
        if cases.sum() < FEWEST_CASES or (~cases).sum() < FEWEST_CASES:
            lacking.append((policy, f"{int(cases.sum())} cases in {len(cases)} points"))
            continue
        found.append(_discovered(sample, case, policy, columns, X, cases, int((rows & ~means.there).sum())))
    return found, [_too_few(case, lacking, len(policies))] if lacking else []


def _too_few(case: Case, lacking: Sequence[tuple[Policy | None, str]], policies: int) -> Refusal:
    """One refusal for all policies under which points of one kind are too few."""
    needed = f"at least {FEWEST_CASES} of each kind are needed"
    (policy, counts), *more = lacking
    if policy is None:
        return Refusal(f"PRIM, {case}", f"{counts}: {needed}", DESIGN)
    if not more:
        return Refusal(f"PRIM, {case}, {policy.name}", f"{counts}: {needed}", DESIGN)
    said = "; ".join(f"{policy.name}: {counts}" for policy, counts in lacking if policy)
    return Refusal(f"PRIM, {case}, {len(lacking)} of {policies} policies", f"{needed} ({said})", DESIGN)


def _discovered(
    sample: Sample, case: Case, policy: Policy | None, columns: tuple[int, ...], X: NDArray[np.float64],
    cases: NDArray[np.bool_], left_out: int,
) -> Discovery:  # fmt: skip
    nominal = [sample.factors[k].nominal for k in columns]
    left = np.ones(len(X), dtype=bool)
    first: tuple[prim.Box, ...] = ()
    boxes: list[FoundBox] = []
    for _ in range(MOST_BOXES):
        if cases[left].sum() < FEWEST_CASES or (~cases[left]).sum() < 1:
            break
        path = prim.trajectory(X[left], cases[left], nominal)
        plain = [prim.significant(box, X[left], cases[left]) for box in path]
        place = prim.chosen(plain)
        box = plain[place]
        first = first or tuple(path)
        if not box.limits or box.density < DENSER * cases.mean():
            break
        inside = left & box.holds(X)
        whole = prim.Box(
            box.limits, int(inside.sum()), int((inside & cases).sum()), float((inside & cases).sum() / cases.sum()),
            box.density, float(inside.mean()),
        )  # fmt: skip
        boxes.append(FoundBox(whole, place, prim.quasi_p(box, X[left], cases[left])))
        left &= ~inside
    return Discovery(case, policy, columns, len(X), int(cases.sum()), left_out, first, tuple(boxes))
