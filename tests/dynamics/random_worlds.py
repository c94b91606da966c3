"""Small random worlds, numbers, measures and states, each a function of a seed: what laws of the core are tested on.

Nothing here is likely in life: weights have every sign, affinities differ in the two directions, some institutions
are alone, measures overlap. A law that holds here holds where it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from model.dynamics import bounds as fast_bounds
from model.dynamics import draws, events, network
from model.dynamics.regime import BITS, Regime, bound_factors, idle_regime, marked, no_measures
from model.dynamics.reliance import refresh_reliance
from model.dynamics.state import FREE, LISTED, LOGGED, NOW, SLOTS, SPELLS, State, new_state, with_room
from model.dynamics.terms import MOTIVES, TERMS, Setting, Term
from model.world import WorldArrays

QUARTER_START = 2012.25
TIME = 2012.375
"""Inside the quarter: random states stand here."""

INSTRUMENTS = 3
"""Instruments that partnerships may have come from."""

OF_INSTITUTIONS = (
    "country", "bloc", "kind", "profile", "direction", "size_weight", "facilities", "capability", "absorption",
)  # fmt: skip
"""Arrays of a world with a row for every institution."""

seeds = st.integers(0, 2**32 - 1)


def law(examples: int) -> Any:
    """Hypothesis settings of a law: always the same examples, no deadline, nothing kept on disk."""
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


@dataclass(frozen=True, repr=False)
class Case:
    """A world with its numbers, measures and state, and a key of draws; its text is the call that made it."""

    world: WorldArrays
    setting: Setting
    regime: Regime
    state: State
    key: np.ndarray
    time: float
    made_by: str = "Case"

    def __repr__(self) -> str:
        return self.made_by

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.made_by)

    @property
    def n(self) -> int:
        """Number of institutions."""
        return len(self.world.country)

    def with_setting(self, **changes: Any) -> Case:
        """The same case with other numbers."""
        return replace(self, setting=self.setting._replace(**changes))

    def without_measures(self) -> Case:
        """The same case with no measure in force."""
        return replace(self, regime=no_measures(self.n, self.world.profile.shape[1]))

    def copied(self) -> Case:
        """The same case with a state of its own."""
        return replace(self, state=copied(self.state))


def copied(state: State) -> State:
    """A state that shares no array with another."""
    return State(*(array.copy() for array in state))


def random_world(rng: np.random.Generator, n: int, countries: int = 3, fields: int = 4) -> WorldArrays:
    """A world of ``n`` institutions; every country has at least one."""
    country = np.sort(np.concatenate([np.arange(countries), rng.integers(0, countries, n - countries)]))
    country_bloc = np.arange(countries) % 2
    profile = rng.dirichlet(np.full(fields, 0.7), n) + 1e-9
    profile /= profile.sum(axis=1, keepdims=True)
    return WorldArrays(
        country=country,
        bloc=country_bloc[country],
        kind=rng.integers(0, 3, n),
        profile=profile,
        direction=profile / np.linalg.norm(profile, axis=1, keepdims=True),
        size_weight=rng.uniform(0.2, 3.0, n),
        facilities=rng.integers(0, 8, n).astype(np.uint64),
        capability=rng.normal(0.0, 1.0, n),
        absorption=rng.uniform(0.5, 1.5, n),
        help_need=rng.uniform(0.0, 1.0, fields),
        country_bloc=country_bloc,
        institutions_of=rng.integers(50, 500, countries).astype(float),
    )


def random_setting(
    rng: np.random.Generator,
    world: WorldArrays,
    *,
    unbounded: bool = False,
    domestic: bool = False,
    covariates: int = 1,
    kept: int | None = None,
) -> Setting:
    """Numbers with every term in use in every row; the two unbounded counts only if asked for.

    ``kept`` leaves only so many terms in use, and the unbounded ones: what bounds them is then reached.
    """
    n, c = len(world.country), int(world.country.max()) + 1
    weights = rng.normal(0.0, 0.5, (3, TERMS))
    weights[:, Term.LOAD] = -rng.uniform(0.0, 1.0, 3)
    weights[:, Term.SECULAR] = rng.normal(0.0, 0.03, 3)
    weights[:, [Term.SHARED_COUNT, Term.DEGREE_PLUS]] *= [0.6, 0.2] if unbounded else 0.0
    covariate_weights = rng.normal(0.0, 0.5, (3, covariates))
    if kept is not None:
        for row in weights:
            row[[term for term in rng.permutation(TERMS)[kept:] if term != Term.SHARED_COUNT]] = 0.0
        covariate_weights *= 0.0
    return Setting(
        weights=weights,
        affinity=rng.normal(0.0, 0.7, (c, c)),
        covariates=rng.normal(0.0, 1.0, (covariates, n, n)),
        covariate_weights=covariate_weights,
        search=rng.uniform(0.5, 1.5, (c, c)) / n,
        referral=float(rng.uniform(0.2, 2.0)),
        memory=float(rng.uniform(0.2, 2.0)),
        memory_years=float(rng.uniform(2.0, 6.0)),
        offset=float(rng.normal(0.5, 0.5)),
        consent=True,
        domestic=domestic,
        decay=float(rng.uniform(0.2, 0.8)),
        gap_bound=float(rng.uniform(0.5, 2.0)),
        reference_year=2000.0,
        grid=np.array([QUARTER_START]),
        contract_log_median=float(np.log(37.0 / 12.0)),
        contract_log_sd=0.358,
        strength_initial=0.2,
        strength_years=3.0,
        strength_lapse=0.5,
    )


def random_regime(rng: np.random.Generator, world: WorldArrays, count: int) -> Regime:
    """``count`` measures with overlapping scopes, favourable and not; more than 64 fill a second word of bits."""
    n, fields = world.profile.shape
    if count == 0:
        return no_measures(n, fields)
    words = -(-count // BITS)
    sides = [np.zeros((n, words), np.uint64) for _ in range(2)]
    meeting = np.exp(rng.normal(0.0, 0.5, count)) * (rng.random(count) > 0.1)
    passage = np.where(rng.random(count) < 0.3, rng.uniform(0.0, 0.9, count), 1.0)
    leaked = np.where(passage < 1.0, rng.uniform(0.0, 1.0, count), 0.0)
    formation, maintenance = rng.normal(0.0, 0.4, count), rng.normal(0.0, 0.4, count)
    scope = (rng.random(count) > 0.2)[:, None] * (rng.random((count, fields)) < 0.7)
    for m in range(count):
        on = rng.random((2, n)) < (0.5 if count < 10 else 0.1)
        for side, members in zip(sides, on, strict=True):
            side[members, m // BITS] |= np.uint64(1) << np.uint64(m % BITS)
    acceptance, official = np.exp(rng.normal(0.0, 0.5, count)), rng.random(count) < 0.5

    def some(share: float, *shape: int) -> np.ndarray:
        return rng.random((count, *shape)) < share

    return marked(
        idle_regime(sides[0], sides[1], count, fields, INSTRUMENTS)._replace(
            meeting=meeting, passage=passage, leaked=leaked, formation=formation, acceptance=acceptance,
            initiative=np.where(some(0.4), np.exp(rng.normal(0.0, 0.6, count)), 1.0) * ~some(0.05),
            motives=rng.normal(0.0, 0.6, (count, len(MOTIVES))) * some(0.5, len(MOTIVES)) * some(0.5, 1),
            maintenance=maintenance,
            contract_term=np.where(some(0.4), np.exp(rng.normal(0.0, 0.5, count)), 1.0),
            leadership=np.where(some(0.5), rng.normal(0.0, 1.0, count), 0.0),
            works=np.where(some(0.4), np.exp(rng.normal(0.0, 0.7, count)), 1.0) * ~some(0.1),
            secondary=np.where(some(0.3), rng.uniform(0.1, 1.3, count), 0.0),
            exposed_to=rng.integers(0, len(np.unique(world.country_bloc)), count),
            listed=rng.random(n) < 0.4,
            official=official,
            narrow=some(0.25), instruments=some(0.4, INSTRUMENTS),
            fields=scope.astype(float),
        )
    )  # fmt: skip


def idle_measures(first: np.ndarray, second: np.ndarray, count: int = 1, fields: int = 4) -> Regime:
    """``count`` measures between the same two sides, bool[n] each, on every channel and field, without any effect."""
    bits = np.uint64(2**count - 1)
    sides = [np.where(side, bits, np.uint64(0))[:, None] for side in (first, second)]
    return idle_regime(sides[0], sides[1], count, fields, INSTRUMENTS)


def random_state(
    rng: np.random.Generator, world: WorldArrays, setting: Setting, density: float, former: float, time: float = TIME
) -> State:
    """A state at ``time`` in which pairs are partners with probability ``density``, former ones with ``former``.

    Of the partnerships a third stands inside its contract term, a third past its end, a third has none.
    """
    n = len(world.country)
    blocs = len(np.unique(world.country_bloc))
    state = new_state(n, int(world.country.max()) + 1, width=64, log=1024, blocs=blocs, instruments=INSTRUMENTS)
    state.log_size[:] = rng.normal(0.0, 1.0, n)
    state.capability[:] = rng.normal(0.0, 1.0, n)
    state.capacity[:] = rng.uniform(2.0, 20.0, n)
    state.rate[:] = rng.uniform(3.0, 12.0, n)
    number = 0
    for ends, share in ((True, former), (False, density)):
        for i in range(n):
            for j in range(i + 1, n):
                if rng.random() >= share or (not setting.domestic and world.country[i] == world.country[j]):
                    continue
                a, b = (i, j) if rng.random() < 0.5 else (j, i)
                start = time - rng.uniform(0.1, 8.0)
                term = (-1.0, time - rng.uniform(0.0, 0.1), time + rng.uniform(0.01, 2.0))[rng.integers(3)]
                state = with_room(state)
                slot = network.form(
                    world, state, a, b, number, int(rng.integers(world.profile.shape[1])), int(rng.random() < 0.3),
                    int(rng.integers(-1, INSTRUMENTS)), float(term), float(rng.uniform(0.1, 0.9)), float(start),
                )  # fmt: skip
                number += 1
                if ends:
                    network.dissolve(world, state, slot, 0, float(rng.uniform(start, time)), setting.strength_years)
    refresh_reliance(world, state)
    state.opportunities[:] = rng.integers(0, 1000, n)
    state.clock[NOW] = time
    return with_room(state)


def random_case(
    seed: int, *, n: int = 14, countries: int = 3, density: float = 0.25, former: float = 0.2, measures: int = 0,
    **setting: Any,
) -> Case:  # fmt: skip
    """All of it from one seed; the stream of events is open."""
    rng = np.random.default_rng(seed)
    world = random_world(rng, n, countries)
    numbers = random_setting(rng, world, **setting)
    regime = random_regime(rng, world, measures)
    state = random_state(rng, world, numbers, density, former)
    bound_factors(numbers, regime, state)
    key = draws.stream_key(seed % 2**31, 0)
    events.open_stream(state, key, round(QUARTER_START * 4))
    text = f"n={n}, countries={countries}, density={density}, former={former}, measures={measures}"
    made_by = ", ".join([f"random_case({seed}, {text}", *(f"{name}={value}" for name, value in setting.items())]) + ")"
    return Case(world, numbers, regime, state, key, TIME, made_by)


def refreshed_bounds(case: Case) -> fast_bounds.Bounds:
    """The tables of the fast engine for a case."""
    bounds = fast_bounds.new_bounds(case.world, case.setting)
    fast_bounds.refresh(case.world, case.setting, case.state, bounds)
    return bounds


def ties(state: State) -> dict[tuple[int, int], int]:
    """Living partnerships (lower, higher) -> slot, read from the slots alone."""
    return {
        (int(state.first[slot]), int(state.second[slot])): slot
        for slot in range(state.counts[SLOTS])
        if state.first[slot] >= 0 and np.isinf(state.end[slot])
    }


def different_arrays(a: State, b: State) -> list[str]:
    """Names of the arrays in which two states differ in any bit that means something."""
    # of the partner lists and the tables of slots only the filled part has a meaning
    return [
        name for name, x, y in zip(State._fields, meaningful(a), meaningful(b), strict=True) if not np.array_equal(x, y)
    ]


def meaningful(state: State) -> list[np.ndarray]:
    """The arrays of a state without the room that is not filled yet."""
    slots, free, spells = state.counts[[SLOTS, FREE, SPELLS]]
    filled = []
    for name, array in zip(State._fields, state, strict=True):
        if name in ("partners", "slots"):
            lists = [array[b : b + d] for b, d in zip(state.begins, state.degree, strict=True)]
            array = np.concatenate(lists)
        elif name == "counts":
            array = np.delete(array, LISTED)
        elif name in ("begins", "rooms"):
            array = np.zeros(0)  # where a list stands means nothing
        elif name in ("entered", "projects", "placed"):  # a measure that does nothing has a place too
            array = array[array != 0]
        elif name == "free":
            array = array[:free]
        elif name.startswith("spell_"):
            array = array[:spells]
        elif name.startswith("log_") and name != "log_size":
            array = array[: state.counts[LOGGED]]
        elif name in State._fields[State._fields.index("first") : State._fields.index("free")]:
            array = array[:slots]
        filled.append(array)
    return filled
