"""Runs the coalitions of an attribution in one pool, and makes shares of the change of what they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from model.errors import InputError

from ..comparing.means import period_name
from ..comparing.statistics import Interval, mean_interval
from . import shapley
from .coalitions import Coalitions
from .outcome import keeping_networks, value_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.scenario import Scenario

    from ..runner.progress import OnProgress
    from ..sweeping.schema import Outcome
    from .players import Player

FEW = 6
"""Players up to which all coalitions are run: 64 for each replicate."""
MOST_EXACT = 12
"""Players up to which this may be asked for."""
PAIRS = 2
"""Pairs of orders that are drawn for each replicate, where there are more players."""


@dataclass(frozen=True)
class Contribution:
    """What a player contributes to the change: mean over replicates, its standard error and 95 % interval.

    ``alone`` is what it changes when nobody else has joined, ``last`` when all others have: where they differ, measures
    interact. Both are None where not all coalitions were run.
    """

    player: str
    title: str
    measures: tuple[str, ...]
    value: float
    standard_error: float | None
    low: float | None
    high: float | None
    share: float | None  # of the whole change; None where that is not clear of zero
    alone: float | None
    last: float | None


@dataclass(frozen=True)
class Attribution:
    """A change between two scenarios and what each player contributes; the contributions sum to the change."""

    scenario: str
    baseline: str
    scenario_title: str
    baseline_title: str
    indicator: str
    pair: str
    period: str
    unit: str
    baseline_value: float
    scenario_value: float
    change: float
    standard_error: float | None
    low: float | None
    high: float | None
    method: str  # exact or sampled
    orders: int  # drawn for each replicate; 0 where all coalitions were run
    coalitions: int
    runs: int
    replicates: int
    seed: int
    contributions: tuple[Contribution, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)


def attribute(
    baseline: Scenario,
    scenario: Scenario,
    players: Sequence[Player],
    outcome: Outcome,
    *,
    exact: bool | None = None,
    pairs: int = PAIRS,
    jobs: int | None = None,
    on_progress: OnProgress | None = None,
) -> Attribution:
    """Attribute the change of an outcome to the players.

    Both scenarios are resolved and have the same luck: replicate k of every coalition sees it. With ``exact`` all 2^n
    coalitions are run, which is the default up to `FEW` players; otherwise the players join in ``pairs`` orders and
    their reverses, drawn anew for each replicate, so that the spread over replicates has the noise of the drawing in it.
    """
    from model.indicators import unit_of

    from ..runner import run_cells

    n = len(players)
    exact = n <= FEW if exact is None else exact
    if exact and n > MOST_EXACT:
        raise InputError(
            f"{n} players have {2**n:,} coalitions", where="--exact", allowed=f"at most {MOST_EXACT} players, or groups"
        )
    seed, count = int(baseline.run.seed or 0), baseline.run.replicates
    ends = [keeping_networks(s, outcome) for s in (baseline, scenario)]
    drawn = {} if exact else {k: shapley.orders(n, pairs, np.random.default_rng([seed, k])) for k in range(count)}
    needed = {
        k: sorted(range(2**n) if exact else {mask for order in drawn[k] for mask in shapley.coalitions(order)})
        for k in range(count)
    }
    masks = sorted({mask for own in needed.values() for mask in own})
    between = Coalitions(ends[0].to_toml(), ends[1].to_toml(), players, masks)
    place = {mask: k for k, mask in enumerate(masks)}
    cells = sorted((place[mask], k) for k, own in needed.items() for mask in own)
    past = [between.of(0), between.of(2**n - 1)]
    values: dict[tuple[int, int], float] = {}
    take = partial(value_of, outcome)
    for at, k, value in run_cells(between, cells, take, past=past, jobs=jobs, on_progress=on_progress):
        values[k, masks[at]] = value
    _refuse_undefined(values, outcome)
    by_replicate = np.array([_of_replicate(k, n, exact, drawn.get(k, []), values, needed[k]) for k in range(count)])
    return _assembled(
        (baseline, scenario), players, outcome, unit_of(outcome.indicator), values, by_replicate, exact, pairs, masks
    )


def _of_replicate(
    k: int,
    n: int,
    exact: bool,
    drawn: Sequence[Sequence[int]],
    values: dict[tuple[int, int], float],
    masks: Sequence[int],
) -> NDArray[np.float64]:
    """Shapley values of a replicate, float64[n]."""
    own = {mask: values[k, mask] for mask in masks}
    if exact:
        return shapley.exact(np.array([own[mask] for mask in range(2**n)]))
    return shapley.from_orders(drawn, own)


def _refuse_undefined(values: dict[tuple[int, int], float], outcome: Outcome) -> None:
    undefined = sum(not np.isfinite(value) for value in values.values())
    if undefined:
        raise InputError(
            f"{outcome.indicator} of {outcome.pair} is undefined in {undefined} of {len(values)} runs",
            where="--outcome", allowed="an outcome that every run has: a volume or a count, or a larger world",
        )  # fmt: skip


def _assembled(
    ends: tuple[Scenario, Scenario],
    players: Sequence[Player],
    outcome: Outcome,
    unit: str,
    values: dict[tuple[int, int], float],
    by_replicate: NDArray[np.float64],
    exact: bool,
    pairs: int,
    masks: Sequence[int],
) -> Attribution:
    baseline, scenario = ends
    count, n = by_replicate.shape
    full = 2**n - 1

    def at(mask: int) -> NDArray[np.float64]:
        return np.array([values[k, mask] for k in range(count)])

    whole = mean_interval(at(full) - at(0))
    found = []
    for place, player in enumerate(players):
        own: Interval = mean_interval(by_replicate[:, place])
        bit = 1 << place
        found.append(
            Contribution(
                player=player.name,
                title=player.title,
                measures=player.measures,
                value=own.value,
                standard_error=own.error,
                low=own.low,
                high=own.high,
                share=own.value / whole.value if whole.clear_of_zero else None,
                alone=float((at(bit) - at(0)).mean()) if exact else None,
                last=float((at(full) - at(full ^ bit)).mean()) if exact else None,
            )
        )
    return Attribution(
        scenario=scenario.name,
        baseline=baseline.name,
        scenario_title=scenario.title or scenario.name,
        baseline_title=baseline.title or baseline.name,
        indicator=outcome.indicator,
        pair=outcome.pair,
        period=period_name(outcome.years),
        unit=unit,
        baseline_value=float(at(0).mean()),
        scenario_value=float(at(full).mean()),
        change=whole.value,
        standard_error=whole.error,
        low=whole.low,
        high=whole.high,
        method="exact" if exact else "sampled",
        orders=0 if exact else 2 * pairs,
        coalitions=len(masks),
        runs=len(values),
        replicates=count,
        seed=int(baseline.run.seed or 0),
        contributions=tuple(sorted(found, key=lambda c: -abs(c.value))),
    )
