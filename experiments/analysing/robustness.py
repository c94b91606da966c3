"""Robustness and regret of policies over states of the world.

The measures are those that McPhail and others (2018, Earth's Future 6, table 1) set side by side: worst case (Wald's maximin),
best case, mean (Laplace), Hurwicz's mix, a low percentile, mean against spread, regret (Savage's minimax
regret and its mean), and the share of states in which the outcome is good enough (the domain criterion of Starr). Regret of a
policy in a state is what the best policy of that state does better; it needs every policy in the state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .discovery import Case
from .luck import point_means
from .policies import MOST_POLICIES, Policy, policies_of, states_of
from .refusal import DESIGN, Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Outcome, Sample

OPTIMISM = 0.5
"""Hurwicz's coefficient: the weight of the best case beside the worst."""
PERCENTILE = 0.1
FEWEST_STATES = 2
MEASURES = {
    "worst": "worst case over states",
    "best": "best case over states",
    "mean": "mean over states",
    "hurwicz": "middle of the worst and the best case",
    "percentile": "value that nine of ten states reach",
    "spread": "standard deviation over states",
    "satisficing": "share of states that are good enough",
    "largest_regret": "largest regret over states",
    "percentile_regret": "regret that nine of ten states do not pass",
    "mean_regret": "mean regret over states",
}
"""Measures with what they say. Shares and the first five: more is better, in the sense of the outcome; spread and regret: less."""
OF_REGRET = ("largest_regret", "percentile_regret", "mean_regret")
SMALLER_IS_BETTER = ("spread", *OF_REGRET)


@dataclass(frozen=True)
class Robustness:
    """Measures of one policy; errors are jackknife standard errors over replicates, None where they cannot be told."""

    policy: Policy
    states: int  # in which it has a value
    measures: dict[str, float]
    errors: dict[str, float | None]


@dataclass(frozen=True)
class Robust:
    """All policies on one outcome."""

    outcome: str
    higher_is_better: bool
    case: Case  # what is not good enough
    policies: tuple[Robustness, ...]
    shared_states: int  # in which every policy has a value, what all measures are about; 0 where policies were not tried in the same ones
    states: int
    refused: tuple[Refusal, ...]


def robustness(sample: Sample, outcome: Outcome, case: Case, higher_is_better: bool) -> Robust | Refusal:
    """Measures of every policy; a `Refusal` where the design has no policies to compare."""
    policies = policies_of(sample)
    if len(policies) < 2:
        reason = f"the levers make no policies to compare: 2 to {MOST_POLICIES} combinations of their values"
        return Refusal("robustness", reason, DESIGN)
    if sample.independent is None:
        return Refusal("robustness", "the points of the design are no sample of states of the world", DESIGN)
    state, states = states_of(sample)
    values = outcome.values
    tried = np.array([np.bincount(state[policy.rows], minlength=states) > 0 for policy in policies]).all(axis=0)
    # a sample that happens to try all policies in a few states is not crossed: those states are no sample of all
    crossed = bool(tried.all()) if sample.design.kind == "latin-hypercube" else int(tried.sum()) >= FEWEST_STATES
    if not crossed:
        policies = [replace(policy, rows=policy.rows & sample.independent) for policy in policies]
    whole = _table(policies, state, states, point_means(values).mean)
    shared = np.isfinite(whole).all(axis=0) & crossed
    if crossed:  # all policies in the same states, or a hole would make one look better
        whole[:, ~shared] = np.nan
    refused = _refusals(policies, whole, shared, crossed)
    usable = [place for place in range(len(policies)) if np.isfinite(whole[place]).sum() >= FEWEST_STATES]
    found = _measures(whole, shared, case, higher_is_better)
    replicates = values.shape[1]
    without = []
    if replicates > 1:
        for k in range(replicates):
            mean = point_means(np.delete(values, k, axis=1)).mean
            table = _table(policies, state, states, mean)
            without.append(_measures(np.where(np.isfinite(whole), table, np.nan), shared, case, higher_is_better))
    return Robust(
        outcome.label, higher_is_better, case,
        tuple(
            Robustness(
                policies[p], int(np.isfinite(whole[p]).sum()), {name: float(found[name][p]) for name in found},
                {name: _jackknife([w[name][p] for w in without]) for name in found},
            )
            for p in usable
        ),
        int(shared.sum()), states, tuple(refused),
    )  # fmt: skip


def _table(
    policies: list[Policy], state: NDArray[np.int64], states: int, mean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """float64[policies, states]: the mean of points of a policy in a state, NaN where there is none."""
    table = np.full((len(policies), states), np.nan)
    for place, policy in enumerate(policies):
        rows = policy.rows & np.isfinite(mean)
        count = np.bincount(state[rows], minlength=states)
        total = np.bincount(state[rows], weights=mean[rows], minlength=states)
        table[place] = np.where(count > 0, total / np.maximum(1, count), np.nan)
    return table


def _refusals(
    policies: list[Policy], table: NDArray[np.float64], shared: NDArray[np.bool_], crossed: bool
) -> list[Refusal]:
    if not crossed:
        reason = "the design does not try every policy in the same states: cross levers with uncertainties"
        refused = [Refusal("regret", reason, DESIGN)]
    elif shared.sum() < FEWEST_STATES:
        return [Refusal("robustness", f"{int(shared.sum())} states of the world in which every policy has a value")]
    else:
        refused = []
    return refused + [
        Refusal(f"robustness of {policy.name}", f"fewer than {FEWEST_STATES} states of the world with a value")
        for place, policy in enumerate(policies)
        if np.isfinite(table[place]).sum() < FEWEST_STATES
    ]


def _measures(
    table: NDArray[np.float64], shared: NDArray[np.bool_], case: Case, higher_is_better: bool
) -> dict[str, NDArray[np.float64]]:
    """Each measure, float64[policies]; regret is NaN where it is refused."""
    sign = 1.0 if higher_is_better else -1.0
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    regret = np.full(table.shape, np.nan)
    if shared.sum() >= FEWEST_STATES:  # states in common
        good = sign * table[:, shared]
        regret[:, shared] = good.max(axis=0)[None, :] - good
    for row, lost in zip(table, regret, strict=True):
        known = row[np.isfinite(row)]
        good, lost = sign * known, lost[np.isfinite(lost)]
        if len(known) < FEWEST_STATES:
            for name in MEASURES:
                found[name].append(np.nan)
            continue
        found["worst"].append(sign * good.min())
        found["best"].append(sign * good.max())
        found["mean"].append(known.mean())
        found["hurwicz"].append(sign * (OPTIMISM * good.max() + (1.0 - OPTIMISM) * good.min()))
        found["percentile"].append(sign * np.quantile(good, PERCENTILE))
        found["spread"].append(known.std(ddof=1))
        found["satisficing"].append(1.0 - case.holds(known).mean())
        found["largest_regret"].append(lost.max() if len(lost) else np.nan)
        found["percentile_regret"].append(np.quantile(lost, 1.0 - PERCENTILE) if len(lost) else np.nan)
        found["mean_regret"].append(lost.mean() if len(lost) else np.nan)
    return {name: np.array(values) for name, values in found.items()}


def _jackknife(values: list[float]) -> float | None:
    """Standard error from values with each replicate left out once."""
    n = len(values)
    if n < 2 or not np.isfinite(values).all():
        return None
    own = np.array(values)
    return float(np.sqrt((n - 1) / n * ((own - own.mean()) ** 2).sum()))
