"""Runs each instrument alone on top of a world, and makes the ranking of what they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..comparing.statistics import Interval, mean_interval, ratio_interval
from . import estimates
from .counting import Counts, Horizon, counts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.scenario import Measure, Scenario

    from ..runner.progress import OnProgress
    from .instruments import Instrument, Pair
    from .worlds import Setting

BASE = ("", "")
"""Key of the world to which nothing was added."""
DEFAULT, LOW, HIGH = "default", "low", "high"

Runs = Mapping[tuple[str, str], Counts]
"""Counts of a world, arrays with a row a replicate, by (preset, end of its range)."""


@dataclass(frozen=True)
class Money:
    """Of a programme, million 2017 PPP dollars a year; per million: of what was awarded, and of what was announced."""

    announced: float | None  # None where nothing of it is spent
    entered: float  # what is executed of it
    awarded: float  # what projects cost that were awarded
    surviving_per_million: Interval | None
    works_per_million: Interval | None
    surviving_per_announced: Interval | None
    works_per_announced: Interval | None


@dataclass(frozen=True)
class AtEnd:
    """The outcome by which an instrument is ranked, with the main effect at one end of its range."""

    setting: float
    outcome: Interval | None


@dataclass(frozen=True)
class Channel:
    """What an instrument brings to a world, against the same world without it; a year, unless said otherwise."""

    instrument: str
    title: str
    world: str
    status: str
    main: str
    unit: str
    budgeted: bool
    rank: int | None  # among those with money, or those without; None where nothing can be said
    first: float | None  # share of bootstrap samples in which it is the first
    first_by_works: float | None
    ranks: tuple[int, int] | None  # middle 95 % of its ranks
    surviving: Interval  # new partnerships that survive
    works: Interval
    living: Interval  # at the end of the years, not a year
    placed: float  # new partnerships that it made itself
    money: Money | None
    break_even: float | None  # yearly cost, million, at which it would equal the best programme
    break_even_range: tuple[float, float] | None
    seen_from: int | None  # year in which living partnerships differ clearly, from 1
    works_seen_from: int | None
    half_time: float | None  # years until half of the last difference of living partnerships
    half_time_range: tuple[float, float] | None
    low: AtEnd | None
    high: AtEnd | None
    by_year: tuple[dict[str, float | int | None], ...]

    @property
    def outcome(self) -> Interval | None:
        """What it is ranked by: surviving partnerships, for a million or for a year."""
        return self.money.surviving_per_million if self.money else self.surviving

    @property
    def works_outcome(self) -> Interval | None:
        """Joint works, for a million or for a year."""
        return self.money.works_per_million if self.money else self.works


@dataclass(frozen=True)
class Ranking:
    """Instruments in each world, those with money first, in the order of their ranks there."""

    scenario: str
    pair: str
    start: int
    years: int
    survive: int
    replicates: int
    seed: int
    institutions: int
    omega: float
    runs: int
    worlds: tuple[dict[str, Any], ...]
    channels: tuple[Channel, ...]
    sanctions: tuple[dict[str, Any], ...]  # what sanctions in force change of each outcome

    def of(self, world: str, budgeted: bool) -> list[Channel]:
        """The channels of a table."""
        return [c for c in self.channels if c.world == world and c.budgeted is budgeted]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)


# --- running ----------------------------------------------------------------------------------------------------------


def variants(instruments: Sequence[Instrument], ranges: bool) -> dict[tuple[str, str], tuple[str, Measure]]:
    """(preset, end of its range) -> name and measure of all that is added, one at a time."""
    found = {}
    for instrument in instruments:
        ends = {DEFAULT: instrument.measure}
        if ranges:
            ends |= {end: m for end, m in ((LOW, instrument.low), (HIGH, instrument.high)) if m is not None}
        for end, measure in ends.items():
            if end == DEFAULT or measure != instrument.measure:
                found[instrument.preset, end] = (instrument.name, measure)
    return found


def run_world(
    setting: Setting,
    instruments: Sequence[Instrument],
    pair: Pair,
    horizon: Horizon,
    *,
    ranges: bool = False,
    jobs: int | None = None,
    on_progress: OnProgress | None = None,
) -> Runs:
    """Run the world alone and with each instrument, in one pool; replicate k has the same luck in all of them.

    What they have in common, up to the start of the instruments, is simulated once for each replicate.
    """
    from ..runner import run_cells

    base = setting.scenario
    added = variants(instruments, ranges)
    keys = [BASE, *added]
    scenarios: list[Scenario] = [base]
    scenarios += [base.model_copy(update={"measures": {**base.measures, name: m}}) for name, m in added.values()]
    cells = [(place, k) for place in range(len(scenarios)) for k in range(base.run.replicates)]
    take = partial(counts_of, horizon, pair.countries, frozenset(base.measures))
    found: dict[tuple[int, int], Counts] = {}
    for place, k, counts in run_cells(scenarios, cells, take, jobs=jobs, on_progress=on_progress):
        found[place, k] = counts
    return {
        key: Counts(*(np.stack(part) for part in zip(*(found[place, k] for k in range(base.run.replicates)), strict=True)))
        for place, key in enumerate(keys)
    }


# --- what it brings ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """Paired differences to the world without the instrument; R replicates, Y years, C cohorts."""

    surviving: NDArray[np.float64]  # float64[R, C]
    works: NDArray[np.float64]  # float64[R, Y]
    living: NDArray[np.float64]  # float64[R, Y]
    awarded: NDArray[np.float64]  # float64[R, Y], million; 0 without money
    entered: NDArray[np.float64]  # float64[R, Y]
    announced: NDArray[np.float64] | None  # float64[R, Y]; None where it is not known from what was executed
    placed: NDArray[np.float64]  # float64[R, Y]

    @property
    def cohorts(self) -> int:
        """Years whose new partnerships were watched for long enough."""
        return self.surviving.shape[1]

    def of_cohorts(self, money: NDArray[np.float64]) -> NDArray[np.float64]:
        """Money of the years of these cohorts, float64[R]."""
        return money[:, : self.cohorts].sum(axis=1)

    @property
    def funded(self) -> bool:
        """Whether anything was awarded in time for its partnerships to survive."""
        return bool(self.of_cohorts(self.awarded).any())


def effect_of(counts: Counts, base: Counts, measure: Measure) -> Effect:
    """The differences that a measure makes, and its money."""
    projects = measure.projects
    cost = (projects.cost or 0.0) if projects else 0.0
    executed = projects.executed if projects and projects.cost is not None else 0.0
    return Effect(
        counts.surviving - base.surviving, counts.works - base.works, counts.living - base.living,
        counts.projects * cost, counts.entered, counts.entered / executed if executed > 0.0 else None, counts.placed,
    )  # fmt: skip


def _money(effect: Effect) -> Money:
    survived, works = effect.surviving.sum(axis=1), effect.works.sum(axis=1)
    announced, years = effect.announced, effect.works.shape[1]
    return Money(
        announced=None if announced is None else float(announced.mean()),
        entered=float(effect.entered.mean()),
        awarded=float(effect.awarded.sum(axis=1).mean()) / years,
        surviving_per_million=_ratio(survived, effect.of_cohorts(effect.awarded)),
        works_per_million=_ratio(works, effect.awarded.sum(axis=1)),
        surviving_per_announced=None if announced is None else _ratio(survived, effect.of_cohorts(announced)),
        works_per_announced=None if announced is None else _ratio(works, announced.sum(axis=1)),
    )


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> Interval | None:
    """A ratio of means with Fieller's interval; its ends are None where the money is not clear of zero."""
    if float(below.mean()) == 0.0:
        return None
    return ratio_interval(above, below) or Interval(float(above.mean() / below.mean()), None, None, None, len(above))


def assembled(
    settings: Sequence[Setting],
    instruments: Sequence[Instrument],
    pair: Pair,
    horizon: Horizon,
    runs: Sequence[Runs],
    omega: float,
) -> Ranking:
    """The ranking from the counts of all worlds."""
    base = settings[0].scenario
    seed, count = int(base.run.seed or 0), base.run.replicates
    weights = estimates.samples(count, seed) if count > 1 else np.zeros((0, count))
    effects = [
        {i.preset: effect_of(own[i.preset, DEFAULT], own[BASE], i.measure) for i in instruments} for own in runs
    ]
    channels: list[Channel] = []
    for setting, own, of in zip(settings, runs, effects, strict=True):
        for budgeted in (True, False):
            chosen = [i for i in instruments if i.has_budget is budgeted]
            channels += _table(setting.key, chosen, instruments, own, of, weights)
    return Ranking(
        scenario=base.name, pair=pair.text, start=horizon.start, years=horizon.years, survive=horizon.survive,
        replicates=count, seed=seed, institutions=base.world.institutions, omega=omega,
        runs=sum(len(own) for own in runs) * count,
        worlds=tuple({"key": s.key, "title": s.title, "differs": list(s.differs)} for s in settings),
        channels=tuple(channels),
        sanctions=_sanctions(instruments, effects) if len(effects) > 1 else (),
    )  # fmt: skip


def _table(
    world: str,
    chosen: Sequence[Instrument],
    all_: Sequence[Instrument],
    own: Runs,
    effects: Mapping[str, Effect],
    weights: NDArray[np.float64],
) -> list[Channel]:
    """Channels of one table in one world, in the order of their ranks."""
    of = [effects[i.preset] for i in chosen]
    values = [_value(i, e, e.surviving) for i, e in zip(chosen, of, strict=True)]
    order = sorted(range(len(chosen)), key=lambda k: -values[k] if np.isfinite(values[k]) else np.inf)
    ranks = {k: place + 1 for place, k in enumerate(order)}
    sure = len(weights) > 0 and len(chosen) > 1
    firsts, works_firsts, ranges = [None] * len(chosen), [None] * len(chosen), [None] * len(chosen)
    if sure:
        drawn = np.stack([_drawn(i, e, e.surviving, weights) for i, e in zip(chosen, of, strict=True)], axis=1)
        by_works = np.stack([_drawn(i, e, e.works, weights) for i, e in zip(chosen, of, strict=True)], axis=1)
        firsts, works_firsts = (list(map(float, estimates.first_shares(v))) for v in (drawn, by_works))
        ranges = estimates.rank_ranges(drawn)
    best = _best_programme(all_, effects, weights)
    return [
        _channel(world, chosen[k], of[k], own, weights, best, {
            "rank": ranks[k] if np.isfinite(values[k]) else None,
            "first": firsts[k], "first_by_works": works_firsts[k], "ranks": ranges[k],
        })
        for k in order
    ]  # fmt: skip


def _value(instrument: Instrument, effect: Effect, gained: NDArray[np.float64]) -> float:
    """What is ranked, in the mean over replicates: a million's worth with money, a year's without."""
    ones = np.full((1, len(gained)), 1.0 / len(gained))
    return float(_drawn(instrument, effect, gained, ones)[0])


def _drawn(
    instrument: Instrument, effect: Effect, gained: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The same in each bootstrap sample, float64[samples]; NaN where nothing was awarded."""
    span = gained.shape[1]
    above = weights @ gained.sum(axis=1)
    if not instrument.has_budget:
        return above / span
    below = weights @ effect.awarded[:, :span].sum(axis=1)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0.0)


def _best_programme(
    instruments: Sequence[Instrument], effects: Mapping[str, Effect], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]] | None:
    """Surviving partnerships for a million by the best programme with money, and in bootstrap samples; None if none helps."""
    funded = [i for i in instruments if i.has_budget and effects[i.preset].funded]
    if not funded:
        return None
    best = max(funded, key=lambda i: _value(i, effects[i.preset], effects[i.preset].surviving))
    effect = effects[best.preset]
    interval = _ratio(effect.surviving.sum(axis=1), effect.of_cohorts(effect.awarded))
    if interval is None or interval.low is None or interval.low <= 0.0:
        return None
    return interval.value, _drawn(best, effect, effect.surviving, weights)


def _channel(
    world: str,
    instrument: Instrument,
    effect: Effect,
    own: Runs,
    weights: NDArray[np.float64],
    best: tuple[float, NDArray[np.float64]] | None,
    standing: Mapping[str, Any],
) -> Channel:
    surviving = mean_interval(effect.surviving.mean(axis=1))
    living = mean_interval(effect.living[:, -1])
    break_even, spread = None, None
    if best is not None and not instrument.has_budget and surviving.clear_of_zero and surviving.value > 0.0:
        break_even = surviving.value / best[0]
        spread = estimates.percentiles((weights @ effect.surviving.mean(axis=1)) / best[1])
    half, half_range = None, None
    if living.clear_of_zero:
        half = float(estimates.half_time(effect.living.mean(axis=0)))
        half_range = estimates.percentiles(estimates.half_time(weights @ effect.living))
    return Channel(
        instrument=instrument.preset, title=instrument.measure.title, world=world, status=instrument.measure.status,
        main=instrument.main, unit=instrument.unit, budgeted=instrument.has_budget,
        surviving=surviving, works=mean_interval(effect.works.mean(axis=1)), living=living,
        placed=float(effect.placed.mean()), money=_money(effect) if instrument.has_budget else None,
        break_even=break_even, break_even_range=spread,
        seen_from=estimates.seen_from(effect.living), works_seen_from=estimates.seen_from(effect.works),
        half_time=half, half_time_range=half_range,
        low=_at_end(instrument, LOW, instrument.low, own), high=_at_end(instrument, HIGH, instrument.high, own),
        by_year=_by_year(effect), **standing,
    )  # fmt: skip


def _at_end(instrument: Instrument, end: str, measure: Measure | None, own: Runs) -> AtEnd | None:
    """The outcome at one end of the range, if it was run."""
    if measure is None or instrument.measure.range is None or not any(key[1] in (LOW, HIGH) for key in own):
        return None
    counts = own.get((instrument.preset, end), own[instrument.preset, DEFAULT])  # not run where it is the default
    effect = effect_of(counts, own[BASE], measure)
    if instrument.has_budget:
        outcome = _ratio(effect.surviving.sum(axis=1), effect.of_cohorts(effect.awarded))
    else:
        outcome = mean_interval(effect.surviving.mean(axis=1))
    return AtEnd(instrument.measure.range[0 if end == LOW else 1], outcome)


def _by_year(effect: Effect) -> tuple[dict[str, float | int | None], ...]:
    rows = []
    for year in range(effect.living.shape[1]):
        row: dict[str, float | int | None] = {"year": year + 1}
        for name, paths in (("living", effect.living), ("works", effect.works)):
            interval = mean_interval(paths[:, year])
            row |= {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        rows.append(row)
    return tuple(rows)


def _sanctions(instruments: Sequence[Instrument], effects: Sequence[Mapping[str, Effect]]) -> tuple[dict[str, Any], ...]:
    """What sanctions in force change: the effect with them less the effect without, within replicates, a year."""
    return tuple(
        {
            "instrument": i.preset,
            "surviving": asdict(mean_interval((with_.surviving - less.surviving).mean(axis=1))),
            "works": asdict(mean_interval((with_.works - less.works).mean(axis=1))),
        }
        for i in instruments
        for with_, less in ((effects[0][i.preset], effects[1][i.preset]),)
    )
