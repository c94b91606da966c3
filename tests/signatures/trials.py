"""A preset beside a plain bonus: one small world without it, with it, and with meeting changed to the same mean effect.

The world has about 120 institutions. Its largest ones carry real names, all of universities, so kinds are dealt in turn
instead, by size: every country has companies and institutes, large and small. Every second institution is on a list.
Half of the new partnerships are personal ones all the time, so that what a measure does to a channel can be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from model.clock import year_of
from model.dynamics.state import FOREVER, NOW, PERSONAL, PROPOSED, SLOTS, SPELLS
from model.partnership_model import PartnershipModel
from model.scenario import Scenario, load_scenario
from model.world import World, build_world

FIRST, START, END = date(1996, 1, 1), date(2004, 1, 1), date(2012, 1, 1)
REPLICATES, SEED = 16, 11
NAME = "tried"
"""Name of the measure that is tried, and so of the instrument of its projects."""
HABIT = {
    "title": "half of all new partnerships are personal ones", "group": "context", "start": FIRST,
    "mode": "freeze_new", "leakage": 1.0, "strength": 0.5,
}  # fmt: skip
TOLERANCE = 0.04
"""Largest difference of the mean effects of a preset and its plain bonus, as a share of what there is without them."""


@dataclass(frozen=True)
class Trial:
    """A preset in the small world.

    ``first`` and ``second``: blocs that stand for `from` and `to`; ``second`` empty: anyone abroad. ``changes``: other keys of the measure, nested as in a
    file; what they exaggerate is said beside them. ``counted``: what the plain bonus must do as much of, on average: partnerships formed after the start,
    or living at the end, between the two sides. ``beside``: other measures of all three worlds.
    """

    preset: str
    first: str = "West"
    second: str = "China"
    changes: Mapping[str, Any] = field(default_factory=dict)
    counted: str = "formed"
    beside: Mapping[str, Any] = field(default_factory=dict)
    replicates: int = REPLICATES
    engine: str = "fast"

    @property
    def sides(self) -> dict[str, Any]:
        """`from` and `to` of the measure."""
        return {"from": {"blocs": [self.first]}, "to": {"blocs": [self.second]} if self.second else {}}

    @cached_property
    def none(self) -> Runs:
        """The world without the measure."""
        if not self.beside and self.engine == "fast":
            return undisturbed(self.replicates)
        return run(self.beside, self.replicates, self.engine)

    @cached_property
    def with_preset(self) -> Runs:
        """The world with the measure."""
        return run({**self.beside, NAME: self.measure()}, self.replicates, self.engine)

    def measure(self, **others: Any) -> dict[str, Any]:
        """The measure, as a file would say it."""
        sides = {key: {**self.sides[key], **self.changes.get(key, {})} for key in ("from", "to")}
        return {"preset": self.preset, "start": START, **self.changes, **sides, **others}

    def with_plain(self, factor: float) -> Runs:
        """The world with the plain bonus: meeting between the two sides times a factor."""
        plain = {"title": "plain bonus", "group": "context", "start": START, **self.sides, "channel": "all"}
        return run({**self.beside, NAME: {**plain, "effects": {"meeting": factor}}}, self.replicates, self.engine)

    def mean_effect(self, runs: Runs) -> float:
        """What the plain bonus must match, as a mean of a replicate."""
        inside = runs.between(self.first, self.second)
        begun = (
            inside[inside["start"] >= year_of(START)] if self.counted == "formed" else inside[inside["end"] == np.inf]
        )
        return len(begun) / self.replicates

    @cached_property
    def plain(self) -> Runs:
        """The world with the plain bonus of the same mean effect; its factor is found by false position."""
        target, without = self.mean_effect(self.with_preset), self.mean_effect(self.none)
        best, nearest = self.none, np.inf
        tried = [(1.0, without - target)]
        factor = float(np.clip((target / without) ** 1.5, 0.0, 20.0))
        for _ in range(8):
            if nearest <= 0.5 * TOLERANCE * without:
                break
            runs = self.with_plain(factor)
            off = self.mean_effect(runs) - target
            if abs(off) < nearest:
                best, nearest = runs, abs(off)
            tried.append((factor, off))
            factor = _next_factor(tried)
        return best


def _next_factor(tried: list[tuple[float, float]]) -> float:
    """Between the nearest factors that give too little and too much; beyond all of them while there is only one kind."""
    low = max((f for f, off in tried if off < 0.0), default=0.0)
    high = min((f for f, off in tried if off >= 0.0), default=20.0)
    off_low, off_high = dict(tried).get(low), dict(tried).get(high)
    if off_low is None or off_high is None or low >= high:
        return 0.5 * (low + high)
    return low + (high - low) * off_low / (off_low - off_high)


def tell_apart(trial: Trial, signature: Callable[[Runs, Runs], bool]) -> None:
    """The signature holds for the preset, and does not for the plain bonus of the same mean effect."""
    without, preset, plain = (trial.mean_effect(runs) for runs in (trial.none, trial.with_preset, trial.plain))
    assert abs(preset - plain) <= TOLERANCE * without, "the comparison is not fair"
    assert signature(trial.none, trial.with_preset)
    assert not signature(trial.none, trial.plain)


# --- the world -------------------------------------------------------------------------------------------------------


def scenario(measures: Mapping[str, Any], engine: str = "fast") -> Scenario:
    """The classroom without any other measures."""
    return load_scenario(
        "classroom",
        {
            "measures": {"habit": HABIT, **measures}, "time.start": FIRST, "time.show_from": FIRST, "time.end": END,
            "record.snapshots": [], "record.decisions": True, "run.seed": SEED, "run.engine": engine,
        },
    )  # fmt: skip


@cache
def world() -> World:
    """The small world."""
    built = build_world(scenario({}))
    country, kinds = built.arrays.country, len(built.kinds)
    rank = np.arange(built.n) - np.searchsorted(country, country)  # by size, in its country
    listed = tuple((int(i), year_of(FIRST), None) for i in np.flatnonzero(rank % 2 == 1))
    return replace(built, arrays=built.arrays._replace(kind=rank % kinds), listed_spells=listed)


NO_PROJECTS = pd.DataFrame(
    columns=["first", "second", "initiator", "field", "start", "term", "instrument", "time", "replicate"]
)

NOBODY_RECALLED = pd.DataFrame(columns=["institution", "other", "time", "replicate"])


@dataclass(frozen=True)
class Runs:
    """What the replicates of a world left; R replicates, n institutions, c countries."""

    partnerships: pd.DataFrame  # of all dates; initiator, other, field, personal, instrument, reason, start, end, term
    decisions: pd.DataFrame  # proposals and ends by choice: institution, other, proposed, accepted, time
    capability: np.ndarray  # float64[R, years, n], at the ends of years
    led: np.ndarray  # float64[R, years, c, c], joint works by country of the leader and of the other
    projects: pd.DataFrame  # at every end of a quarter, living partnerships with an instrument: start, term, time, ...
    recalled: pd.DataFrame  # at every end of a quarter, who remembers whom without a partnership: refused applicants
    models: tuple[PartnershipModel, ...]  # as they ended

    def between(self, first: str, second: str = "") -> pd.DataFrame:
        """Partnerships with one end in each of two blocs; ``second`` empty: anyone."""
        return across(self.partnerships, "initiator", first, second)

    def proposals(self, first: str, second: str = "") -> pd.DataFrame:
        """Proposals after START between institutions of two blocs, either way; ``second`` empty: anyone."""
        made = self.decisions[self.decisions["proposed"] & (self.decisions["time"] >= year_of(START))]
        return across(made, "institution", first, second)


def of_bloc(name: str) -> np.ndarray:
    """Institutions of a bloc, bool[n]; an empty name: all."""
    return np.ones(world().n, np.bool_) if not name else world().arrays.bloc == world().blocs.index(name)


def listed() -> np.ndarray:
    """Institutions on a list, bool[n]."""
    inside = np.zeros(world().n, np.bool_)
    inside[[i for i, _, _ in world().listed_spells]] = True
    return inside


def top(share: float, among: np.ndarray | None = None) -> np.ndarray:
    """The largest ``share`` of the institutions ``among`` (all) of each country, bool[n]."""
    arrays = world().arrays
    inside = np.ones(world().n, np.bool_) if among is None else among
    chosen = np.zeros(world().n, np.bool_)
    for c in range(len(world().countries)):
        rows = np.flatnonzero(inside & (arrays.country == c))  # by size
        chosen[rows[: max(1, round(share * len(rows)))]] = True
    return chosen


def across(frame: pd.DataFrame, actor: str, first: str, second: str) -> pd.DataFrame:
    """Rows with one end in each of two blocs."""
    one, two = of_bloc(first), of_bloc(second)
    a, b = frame[actor].to_numpy(), frame["other"].to_numpy()
    return frame[(one[a] & two[b]) | (two[a] & one[b])]


@cache
def undisturbed(replicates: int) -> Runs:
    """The world without any measure but the habit."""
    return run({}, replicates)


def run(measures: Mapping[str, Any], replicates: int = REPLICATES, engine: str = "fast") -> Runs:
    """The small world under measures, the same luck in each replicate."""
    of = scenario(measures, engine)
    yearly: dict[int, list[np.ndarray]] = {k: [] for k in range(replicates)}
    projects, recalled = [NO_PROJECTS], [NOBODY_RECALLED]

    def look(model: PartnershipModel) -> None:
        if model.quarter % 4 == 0:
            yearly[model.replicate].append(model.state.capability.copy())
        if model.programmes.measures and model.now >= START:
            projects.append(_projects(model))
            recalled.append(_recalled(model))

    models = tuple(PartnershipModel(of, replicate=k, world=world()).run_to_end(look) for k in range(replicates))
    led = np.array([model.ledger.finish(k, model.state).led for k, model in enumerate(models)])
    return Runs(
        pd.concat([_partnerships(model) for model in models], ignore_index=True),
        pd.concat([_decisions(model) for model in models], ignore_index=True),
        np.array(list(yearly.values())), led, pd.concat(projects[1:] or projects, ignore_index=True),
        pd.concat(recalled[1:] or recalled, ignore_index=True), models,
    )  # fmt: skip


def _partnerships(model: PartnershipModel) -> pd.DataFrame:
    """Ended partnerships, then living ones."""
    state = model.state
    count, names = int(state.counts[SPELLS]), np.array([*model.forces.instruments, ""])
    first, second, initiator, field_, channel, instrument, reason = state.spell_whole[:count].T
    ended = pd.DataFrame({
        "initiator": initiator, "other": first + second - initiator, "field": field_, "personal": channel == PERSONAL,
        "instrument": names[instrument], "reason": reason, "start": state.spell_times[:count, 0],
        "end": state.spell_times[:count, 1], "term": np.nan, "replicate": model.replicate,
    })  # fmt: skip
    used = _living(model)
    living = pd.DataFrame({
        "initiator": state.initiator[used], "other": state.first[used] + state.second[used] - state.initiator[used],
        "field": state.field[used], "personal": state.channel[used] == PERSONAL,
        "instrument": names[state.instrument[used]], "reason": -1, "start": state.start[used], "end": np.inf,
        "term": state.term[used], "replicate": model.replicate,
    })  # fmt: skip
    return pd.concat([ended, living], ignore_index=True)


def _living(model: PartnershipModel) -> np.ndarray:
    """Slots of the living partnerships."""
    state, used = model.state, int(model.state.counts[SLOTS])
    return np.flatnonzero((state.end[:used] == FOREVER) & (state.first[:used] >= 0))


def _projects(model: PartnershipModel) -> pd.DataFrame:
    """The living partnerships that have an instrument."""
    state, slots = model.state, _living(model)
    slots = slots[state.instrument[slots] >= 0]
    columns = {name: getattr(state, name)[slots] for name in ("first", "second", "initiator", "field", "start", "term")}
    names = np.array(model.forces.instruments)
    return pd.DataFrame({
        **columns, "instrument": names[state.instrument[slots]], "time": float(state.clock[NOW]),
        "replicate": model.replicate,
    })  # fmt: skip


def _recalled(model: PartnershipModel) -> pd.DataFrame:
    """Remembered partners of strength zero: there never was a partnership."""
    state = model.state
    mine, place = np.nonzero((state.former >= 0) & (state.former_strength == 0.0))
    return pd.DataFrame({
        "institution": mine, "other": state.former[mine, place], "time": float(state.clock[NOW]),
        "replicate": model.replicate,
    })  # fmt: skip


def _decisions(model: PartnershipModel) -> pd.DataFrame:
    record = model.ledger.finish(model.replicate, model.state)
    institution, other, action, accepted, _ = record.log_whole.T
    return pd.DataFrame({
        "institution": institution, "other": other, "proposed": action == PROPOSED, "accepted": accepted == 1,
        "time": record.log_times, "replicate": model.replicate,
    })  # fmt: skip
