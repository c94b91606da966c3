"""The analysis of a sweep: for each outcome, what its design can answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from model.errors import InputError

from ..plurals import counted, verb
from .discovery import Case, Discovery, discover, worst_case
from .effects import Effect, Share, grid_effects, one_at_a_time
from .given_data import GivenData, given_data, means_by_band
from .holes import Holes, holes_of
from .luck import Luck, parts_of
from .policies import policies_of
from .refusal import DESIGN, HOLES, Refusal
from .robustness import Robust, robustness
from .screening import Screening, elementary_effects
from .surrogate import Surrogates, surrogates
from .variance_based import SobolIndices, sobol_indices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Outcome, Sample


@dataclass(frozen=True)
class Wanted:
    """What the user asks beyond the design: outcomes, cases for PRIM, which way is better, what to do with torn blocks."""

    outcomes: tuple[str, ...] = ()  # labels; none: all
    cases: tuple[Case, ...] = ()  # at most one for each outcome; the others: the worst quarter
    lower_is_better: tuple[str, ...] = ()  # labels
    whole_blocks: bool = False


@dataclass(frozen=True)
class OfOutcome:
    """Everything that was found about one outcome; what was refused stands among ``refused``."""

    outcome: Outcome
    holes: Holes
    higher_is_better: bool
    case: Case | None = None
    luck: Luck | None = None
    effects: tuple[Effect, ...] = ()
    shares: tuple[Share, ...] = ()
    higher_orders: float | None = None
    sobol: SobolIndices | None = None
    screening: Screening | None = None
    given_data: GivenData | None = None
    surrogates: Surrogates | None = None
    discoveries: tuple[Discovery, ...] = ()
    robust: Robust | None = None
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """The analysis of a sweep."""

    sample: Sample
    outcomes: tuple[OfOutcome, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def complete(self) -> bool:
        """Whether nothing was refused because of holes, and no run is still to be made."""
        return self.sample.complete and not any(
            refusal.because == HOLES for found in self.outcomes for refusal in found.refused
        )


def analyse(sample: Sample, wanted: Wanted | None = None) -> Analysis:
    """Analyse the outcomes of a sample. Raises `InputError` for labels that are not among them."""
    wanted = wanted or Wanted()
    labels = tuple(dict.fromkeys(wanted.outcomes)) or tuple(outcome.label for outcome in sample.outcomes)
    _check(sample, wanted, labels)
    cases = {case.outcome: case for case in wanted.cases}
    found = []
    for label in labels:
        outcome = sample.outcome(label, "--outcome")
        found.append(_of_outcome(sample, outcome, cases.get(label), label not in wanted.lower_is_better, wanted))
    return Analysis(sample, tuple(found), tuple(_notes(sample)))


def _check(sample: Sample, wanted: Wanted, labels: Sequence[str]) -> None:
    """Raise `InputError` for what is asked of outcomes that are not there or not analysed, or twice of one."""
    asked = [("--case", case.outcome) for case in wanted.cases]
    asked += [("--lower-is-better", label) for label in wanted.lower_is_better]
    for option, label in asked:
        sample.outcome(label, option)
        if label not in labels:
            raise InputError(f"{label!r} is not analysed", where=option, allowed=f"--outcome {label!r} besides")
    own = [case.outcome for case in wanted.cases]
    for label in own:
        if own.count(label) > 1:
            raise InputError(f"there are several cases of {label!r}", where="--case", allowed="one for each outcome")


def _of_outcome(
    sample: Sample, outcome: Outcome, case: Case | None, higher_is_better: bool, wanted: Wanted
) -> OfOutcome:
    holes = holes_of(sample, outcome)
    values = outcome.values
    if not np.isfinite(values).any():
        refusal = Refusal("all analyses", "no run has a value of this outcome")
        return OfOutcome(outcome, holes, higher_is_better, refused=(refusal,))
    case = case or worst_case(sample, outcome, higher_is_better)
    refused: list[Refusal] = []
    effects, shares, higher = _effects(sample, values, refused)
    sobol = screening = given = None
    if sample.design.kind == "sobol":
        sobol = _kept(sobol_indices(sample, values, wanted.whole_blocks), refused)
    if sample.design.kind == "morris":
        screening = _kept(elementary_effects(sample, values), refused)
    if sample.design.crossed:
        reason = "points that share a state of the world are no independent draws: the design compares policies"
        refused.append(Refusal("effects, regression", reason, DESIGN))
    elif sample.design.kind in ("latin-hypercube", "sobol") and sample.independent is not None:
        given = _kept(given_data(sample, values, sample.independent), refused)
    replacing = _kept(surrogates(sample, values), refused)
    if replacing is not None and replacing.found[0].q_squared <= 0.0 and sum(f.graded for f in sample.factors) > 1:
        reason = f"the surrogate predicts points that it has not seen no better than their mean (Q2 {replacing.found[0].q_squared:.2f})"
        refused.append(Refusal("surface", reason, DESIGN))
    discoveries, without = discover(sample, outcome, case)
    refused += without
    robust = None
    if any(factor.lever for factor in sample.factors):
        robust = _kept(robustness(sample, outcome, case, higher_is_better), refused)
        refused += robust.refused if robust else ()
    if not holes.total:  # nothing that is missing stands against it
        refused = [replace(refusal, because=DESIGN) for refusal in refused]
    return OfOutcome(
        outcome, holes, higher_is_better, case, parts_of(values), effects, shares, higher, sobol, screening, given,
        replacing, tuple(discoveries), robust, tuple(refused),
    )  # fmt: skip


def _effects(
    sample: Sample, values: NDArray[np.float64], refused: list[Refusal]
) -> tuple[tuple[Effect, ...], tuple[Share, ...], float | None]:
    kind = sample.design.kind
    if kind == "grid":
        grid = grid_effects(sample, values)
        refused += grid.refused
        return grid.main, grid.shares, grid.higher
    if kind == "one-at-a-time":
        effects, without = one_at_a_time(sample, values)
        refused += without
        return effects, (), None
    if sample.independent is None or sample.design.crossed:
        return (), (), None
    return means_by_band(sample, values, sample.independent), (), None


def _kept[T](found: T | Refusal, refused: list[Refusal]) -> T | None:
    if isinstance(found, Refusal):
        refused.append(found)
        return None
    return found


def _notes(sample: Sample) -> Sequence[str]:
    notes = []
    runs = sample.points * sample.replicates
    if not sample.complete:
        done = runs - int(sample.missing.sum())
        there = f"{done:,} of {counted(runs, 'run')} {verb(done, 'is', 'are')} there"
        notes.append(f"the sweep is not complete: {there}; `comity sweep --resume` goes on")
    if sample.failed.sum():
        reason, count = sample.reasons[0]
        more = f", and {counted(len(sample.reasons) - 1, 'other reason')}" if len(sample.reasons) > 1 else ""
        failed = f"{int(sample.failed.sum()):,} of {counted(runs, 'run')} failed"
        notes.append(f"{failed}: {reason} ({counted(count, 'time')}){more}")
    if sample.replicates == 1:
        notes.append("one replicate: luck cannot be told from the effect of factors")
    if any(factor.lever for factor in sample.factors) and not policies_of(sample):
        notes.append("levers take too many values to be compared as policies: give them levels")
    return notes
