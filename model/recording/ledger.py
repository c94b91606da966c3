"""Counts of a replicate by period, as arrays of countries: all that the indicators are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..dynamics.compiling import kernel
from ..dynamics.network import strength_at
from ..dynamics.state import ACCEPTED, ENDED, FOREVER, LOGGED, NOW, OPPORTUNITIES, PROPOSALS, SLOTS, SPELLS, State

FLOWS = ("initiated", "ended", "led")
PACE = (OPPORTUNITIES, PROPOSALS, ACCEPTED, ENDED)


@kernel
def count_stock(world, state, time, strength_years, ties, strength):
    """Add the living partnerships to ``ties`` float64[c, c] and their strengths to ``strength``, in both orders."""
    for slot in range(state.counts[SLOTS]):
        if state.end[slot] < FOREVER or state.first[slot] < 0:
            continue
        a, b = world.country[state.first[slot]], world.country[state.second[slot]]
        w = strength_at(state, slot, time, strength_years)
        ties[a, b] += 1.0
        strength[a, b] += w
        if a != b:
            ties[b, a] += 1.0
            strength[b, a] += w


class Snapshot(NamedTuple):
    """The network at a date; E partnerships, n institutions."""

    time: float  # years
    whole: np.ndarray  # int64[E, 7]: first, second, initiator, field, channel, slot's number, instrument (-1 for none)
    numbers: np.ndarray  # float64[E, 2]: strength, start
    capability: np.ndarray  # float64[n], log units
    contracts: np.ndarray = np.zeros((0, 2))
    """float64[E, 2]: end of the contract term (years; in the past without one), terms begun so far."""


@dataclass
class ReplicateRecord:
    """What one replicate leaves; P periods, c countries. Counts are of the simulated world, not yet scaled."""

    replicate: int
    ends: np.ndarray  # float64[P], end of each period, years
    lengths: np.ndarray  # float64[P], years
    initiated: np.ndarray  # float64[P, c, c], partnerships formed, by country of the initiator and of the other
    ended: np.ndarray  # float64[P, c, c], in both orders
    led: np.ndarray  # float64[P, c, c], joint works, by country of the leader and of the other
    ties: np.ndarray  # float64[P, c, c], at the end of the period, in both orders
    strength: np.ndarray  # float64[P, c, c], the same weighted by strength
    pace: np.ndarray  # float64[P, 4]: opportunities, proposals, accepted, ended by choice
    degree: np.ndarray  # float64[P], mean degree
    spell_whole: np.ndarray  # int64[S, 7], see State
    spell_times: np.ndarray  # float64[S, 3]
    log_whole: np.ndarray = field(default_factory=lambda: np.zeros((0, 5), np.int64))  # int64[D, 5], see State
    log_times: np.ndarray = field(default_factory=lambda: np.zeros(0))  # float64[D]
    programmes: np.ndarray = field(default_factory=lambda: np.zeros((0, 3, 0)))
    """float64[P, 3, I]: money that entered (million 2017 PPP dollars), projects, and new partnerships, by instrument."""
    snapshots: list[Snapshot] = field(default_factory=list)
    measured: list[dict[tuple[str, str], float]] = field(default_factory=list)
    """Indicators at each snapshot, (indicator, pair) -> value, see `model.indicators`."""


def _of_programmes(state: State) -> np.ndarray:
    """Money that entered, projects and new partnerships so far, by instrument, float64[3, I]."""
    return np.stack([state.entered, state.projects.astype(float), state.placed.astype(float)])


class Ledger:
    """Keeps the counts of a running replicate."""

    def __init__(self, countries: int, strength_years: float) -> None:
        self.countries = countries
        self.strength_years = strength_years
        self.rows: list[dict[str, np.ndarray | float]] = []
        self.snapshots: list[Snapshot] = []
        self._pace = np.zeros(len(PACE))
        self._since = 0.0
        self._programmes = np.zeros((3, 0))

    def open(self, state: State) -> None:
        """Begin to count: what happened before is forgotten."""
        for name in FLOWS:
            getattr(state, name)[:] = 0
        self._pace = state.counts[list(PACE)].astype(float)
        self._since = float(state.clock[NOW])
        self._programmes = _of_programmes(state)

    def close_period(self, world: object, state: State) -> None:
        """End a period now and begin the next."""
        now = float(state.clock[NOW])
        ties, strength = np.zeros((2, self.countries, self.countries))
        count_stock(world, state, now, self.strength_years, ties, strength)
        pace = state.counts[list(PACE)].astype(float)
        self.rows.append(
            {
                "ends": now,
                "lengths": now - self._since,
                **{name: getattr(state, name).astype(float) for name in FLOWS},
                "ties": ties,
                "strength": strength,
                "pace": pace - self._pace,
                "degree": float(state.degree.mean()),
                "programmes": _of_programmes(state) - self._programmes,
            }
        )
        self.open(state)

    def snapshot(self, state: State) -> None:
        """Keep the network as it stands now."""
        now = float(state.clock[NOW])
        slots = np.flatnonzero(
            (state.end[: state.counts[SLOTS]] == FOREVER) & (state.first[: state.counts[SLOTS]] >= 0)
        )
        slots = slots[np.lexsort((state.second[slots], state.first[slots]))]
        names = ("first", "second", "initiator", "field", "channel", "number", "instrument")
        whole = np.stack([getattr(state, name)[slots].astype(np.int64) for name in names], axis=1)
        w = 1.0 - (1.0 - state.strength[slots]) * np.exp(-(now - state.since[slots]) / self.strength_years)
        numbers = np.stack([w, state.start[slots]], axis=1)
        contracts = np.stack([state.term[slots], state.terms[slots].astype(float)], axis=1)
        self.snapshots.append(Snapshot(now, whole, numbers, state.capability.copy(), contracts))

    def capture(self) -> dict[str, np.ndarray]:
        """All that is kept so far, as named arrays; `restore` takes them back."""
        kept = {"pace": self._pace, "since": np.array(self._since), "programmes": self._programmes}
        if self.rows:
            kept |= {f"rows.{name}": np.array([row[name] for row in self.rows]) for name in self.rows[0]}
        for k, snapshot in enumerate(self.snapshots):
            kept |= {f"snapshot.{k}.{name}": np.asarray(value) for name, value in snapshot._asdict().items()}
        return kept

    def restore(self, kept: Mapping[str, np.ndarray]) -> None:
        """Stand as the ledger stood that was captured; ``kept`` is not changed by what follows."""
        self._pace, self._since = kept["pace"].copy(), float(kept["since"])
        self._programmes = kept["programmes"].copy()
        columns = {name.removeprefix("rows."): kept[name] for name in kept if name.startswith("rows.")}
        periods = len(columns["ends"]) if columns else 0
        self.rows = [{name: column[period] for name, column in columns.items()} for period in range(periods)]
        self.snapshots = []
        count = sum(name.startswith("snapshot.") for name in kept) // len(Snapshot._fields)
        for k in range(count):
            time, *arrays = (kept[f"snapshot.{k}.{name}"] for name in Snapshot._fields)
            self.snapshots.append(Snapshot(float(time), *arrays))

    def finish(self, replicate: int, state: State) -> ReplicateRecord:
        """All that was kept, as arrays."""

        def stack(name: str) -> np.ndarray:
            return np.array([row[name] for row in self.rows])

        spells, logged = int(state.counts[SPELLS]), int(state.counts[LOGGED])
        return ReplicateRecord(
            replicate, stack("ends"), stack("lengths"), stack("initiated"), stack("ended"), stack("led"), stack("ties"),
            stack("strength"), stack("pace"), stack("degree"),
            state.spell_whole[:spells].copy(), state.spell_times[:spells].copy(),
            state.log_whole[:logged].copy(), state.log_times[:logged].copy(), stack("programmes"), self.snapshots,
        )  # fmt: skip
