"""Runs each instrument alone on top of a world, and makes the ranking of what they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..comparing.statistics import mean_interval
from . import estimates
from .channel import AtEnd, Channel, Ranking
from .counting import Counts, Horizon, counts_of
from .effects import Effect, effect_of, money_of

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


def variants(instruments: Sequence[Instrument], ranges: bool) -> dict[tuple[str, str], tuple[str, Measure]]:
    """(preset, end of its range) -> name and measure of all that is added, one at a time.

    An end that is the default is not run again.
    """
    found = {}
    for instrument in instruments:
        found[instrument.preset, DEFAULT] = instrument.name, instrument.measure
        for end, measure in ((LOW, instrument.low), (HIGH, instrument.high)):
            if ranges and measure is not None and measure != instrument.measure:
                found[instrument.preset, end] = instrument.name, measure
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

    What they have in common, up to the start of the instruments, is simulated once for each replicate. Raises
    `InputError` for a measure that is about something the world does not have.
    """
    from model.scenario import check_scenario

    from ..runner import run_cells

    base = setting.scenario
    added = variants(instruments, ranges)
    scenarios: list[Scenario] = [base]
    scenarios += [base.model_copy(update={"measures": {**base.measures, name: m}}) for name, m in added.values()]
    for scenario in scenarios:
        check_scenario(scenario)  # a preset may name a field or a kind that the user's tables lack
    replicates = range(base.run.replicates)
    cells = [(place, k) for place in range(len(scenarios)) for k in replicates]
    take = partial(counts_of, horizon, pair.countries, frozenset(base.measures))
    found: dict[tuple[int, int], Counts] = {}
    for place, k, counts in run_cells(scenarios, cells, take, jobs=jobs, on_progress=on_progress):
        found[place, k] = counts
    return {
        key: Counts(*(np.stack(part) for part in zip(*(found[place, k] for k in replicates), strict=True)))
        for place, key in enumerate([BASE, *added])
    }


def assembled(
    settings: Sequence[Setting],
    instruments: Sequence[Instrument],
    pair: Pair,
    horizon: Horizon,
    runs: Sequence[Runs],
    omega: float,
) -> Ranking:
    """The ranking from the counts of all worlds; ``omega``: real institutions that one of theirs stands for."""
    base = settings[0].scenario
    seed, count = int(base.run.seed or 0), base.run.replicates
    weights = estimates.samples(count, seed) if count > 1 else np.zeros((0, count))
    effects = [{i.preset: effect_of(own[i.preset, DEFAULT], own[BASE], i.measure) for i in instruments} for own in runs]
    ranges = any(key[1] in (LOW, HIGH) for own in runs for key in own)
    best, channels = {}, []
    for setting, own, of in zip(settings, runs, effects, strict=True):
        programme = _best_programme(of)
        if programme is not None:
            best[setting.key] = programme
        against = None if programme is None else of[programme]
        for budgeted in (True, False):
            chosen = [i for i in instruments if i.has_budget is budgeted]
            for instrument, standing in _ranked(chosen, of, weights):
                told = standing | _ends(instrument, own, ranges)
                channels.append(_channel(setting.key, instrument, of[instrument.preset], weights, against, told))
    return Ranking(
        scenario=base.name, pair=pair.text, start=horizon.start, years=horizon.years, survive=horizon.survive,
        replicates=count, seed=seed, institutions=base.world.institutions, omega=omega,
        runs=sum(len(own) for own in runs) * count, ranges=ranges, best=best,
        worlds=tuple({"key": s.key, "title": s.title, "differs": list(s.differs)} for s in settings),
        channels=tuple(channels),
        sanctions=_sanctions(instruments, effects) if len(effects) > 1 else (),
    )  # fmt: skip


def _ranked(
    chosen: Sequence[Instrument], effects: Mapping[str, Effect], weights: NDArray[np.float64]
) -> list[tuple[Instrument, dict[str, Any]]]:
    """Instruments of one table, the best first, and how sure their ranks are."""
    of = [effects[i.preset] for i in chosen]
    values = np.array([e.mean_worth(e.surviving) for e in of])
    order = np.argsort(-np.where(np.isnan(values), -np.inf, values), kind="stable")
    standings: list[dict[str, Any]] = [
        {"rank": None, "first": None, "first_by_works": None, "ranks": None} for _ in chosen
    ]
    known = [int(k) for k in order if np.isfinite(values[k])]
    for place, k in enumerate(known):
        standings[k]["rank"] = place + 1
    if len(weights) and len(known) > 1:
        drawn = np.stack([of[k].worth(of[k].surviving, weights) for k in known], axis=1)
        by_works = np.stack([of[k].worth(of[k].works, weights) for k in known], axis=1)
        told = zip(
            known, estimates.first_shares(drawn), estimates.first_shares(by_works), estimates.rank_ranges(drawn),
            strict=True,
        )  # fmt: skip
        for k, first, first_by_works, ranks in told:
            standings[k] |= {"first": float(first), "first_by_works": float(first_by_works), "ranks": ranks}
    return [(chosen[k], standings[k]) for k in order]


def _best_programme(effects: Mapping[str, Effect]) -> str | None:
    """The programme that brings the most surviving partnerships for a million, if that is clear of zero."""
    worths = {
        preset: effect.per_million(effect.surviving, effect.awarded)
        for preset, effect in effects.items()
        if effect.budgeted
    }
    clear = {preset: w.value for preset, w in worths.items() if w is not None and w.low is not None and w.low > 0.0}
    return max(clear, key=lambda preset: clear[preset]) if clear else None


def _channel(
    world: str,
    instrument: Instrument,
    effect: Effect,
    weights: NDArray[np.float64],
    best: Effect | None,
    told: Mapping[str, Any],
) -> Channel:
    measure = instrument.measure
    surviving = mean_interval(effect.surviving.mean(axis=1))
    living = mean_interval(effect.living[:, -1])
    break_even, spread, half, half_range = None, None, None, None
    if best is not None and not effect.budgeted and surviving.clear_of_zero and surviving.value > 0.0:
        break_even = surviving.value / best.mean_worth(best.surviving)
        spread = estimates.percentiles(effect.worth(effect.surviving, weights) / best.worth(best.surviving, weights))
    if living.clear_of_zero:
        half = float(estimates.half_time(effect.living.mean(axis=0)))
        half_range = estimates.percentiles(estimates.half_time(weights @ effect.living))
    named = [
        n for side in (measure.from_, measure.to) if isinstance(side.institutions, tuple) for n in side.institutions
    ]
    return Channel(
        instrument=instrument.preset, title=measure.title, world=world, status=measure.status,
        main=instrument.main, unit=instrument.unit, budgeted=effect.budgeted, named=tuple(named),
        term_years=None if measure.projects is None else measure.projects.term_years,
        surviving=surviving, works=mean_interval(effect.works.mean(axis=1)), living=living,
        placed=float(effect.placed.mean()), money=money_of(instrument.preset, effect) if effect.budgeted else None,
        break_even=break_even, break_even_range=spread,
        seen_from=estimates.seen_from(effect.living), works_seen_from=estimates.seen_from(effect.works),
        half_time=half, half_time_range=half_range, by_year=_by_year(effect), **told,
    )  # fmt: skip


def _ends(instrument: Instrument, own: Runs, ranges: bool) -> dict[str, AtEnd | None]:
    """What an instrument is ranked by at both ends of the range of its main effect, if they were run."""
    found: dict[str, AtEnd | None] = {LOW: None, HIGH: None}
    limits = instrument.measure.range
    for place, (end, measure) in enumerate(((LOW, instrument.low), (HIGH, instrument.high))):
        if not ranges or limits is None or measure is None:
            continue
        counts = own.get((instrument.preset, end), own[instrument.preset, DEFAULT])  # not run where it is the default
        effect = effect_of(counts, own[BASE], measure)
        found[end] = AtEnd(
            limits[place],
            effect.per_million(effect.surviving, effect.awarded)
            if effect.budgeted
            else mean_interval(effect.surviving.mean(axis=1)),
        )
    return found


def _by_year(effect: Effect) -> tuple[dict[str, float | int | None], ...]:
    rows = []
    for year in range(effect.living.shape[1]):
        row: dict[str, float | int | None] = {"year": year + 1}
        for name, paths in (("living", effect.living), ("works", effect.works)):
            interval = mean_interval(paths[:, year])
            row |= {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        rows.append(row)
    return tuple(rows)


def _sanctions(
    instruments: Sequence[Instrument], effects: Sequence[Mapping[str, Effect]]
) -> tuple[dict[str, Any], ...]:
    """What sanctions in force change: the effect with them less the effect without, within replicates, a year."""
    found = []
    for instrument in instruments:
        with_, less = (of[instrument.preset] for of in effects)
        found.append(
            {
                "instrument": instrument.preset,
                "surviving": asdict(mean_interval((with_.surviving - less.surviving).mean(axis=1))),
                "works": asdict(mean_interval((with_.works - less.works).mean(axis=1))),
            }
        )
    return tuple(found)
