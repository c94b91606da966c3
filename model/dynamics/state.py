"""The state of a simulated world: arrays that live, in one named tuple that kernels read and write.

n institutions, c countries, B blocs, L room for partner lists, T room for partnerships, M remembered partners,
I instruments: the measures of the scenario, by their places in it.
A partnership occupies a *slot*. After its end the slot stays until its last joint work has appeared, then it is free.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiling import part

LAGS = 9
"""Quarters of exposure that a partnership remembers: the current one and the eight before (lag of at most 2 years)."""
REMEMBERED = 8
"""Former partners that an institution remembers (assumed; the oldest gives way)."""

# Typed, as all that kernels hand to each other: numba compiles a function anew for every plain number that is written.
NONE = np.int64(-1)
"""No slot, no instrument."""
OFFICIAL, PERSONAL = np.int64(0), np.int64(1)
"""Channels of a partnership."""
FOREVER = np.inf

# What an institution did at an opportunity (column `action` of the log).
PROPOSED, LEFT = np.int64(0), np.int64(1)

# Why a partnership ended (column `reason` of the spells).
CHOSEN, LAPSED, TERMINATED = np.int64(0), np.int64(1), np.int64(2)

# Scalars that a kernel changes, in State.counts.
SLOTS, FREE, SPELLS, EVENT_NUMBER, NEXT_ACTOR, DEGREE_BOUND, DEGREE_MAX = range(7)
OPPORTUNITIES, PROPOSALS, ACCEPTED, ENDED, LOGGED, LISTED, PLACED = range(7, 14)
COUNTS = 14


class State(NamedTuple):
    """Everything that changes in a run. Times are in years, sizes in works a year, strengths in (0, 1]."""

    # institutions
    log_size: np.ndarray  # float64[n], ln(s_i / s_ref)
    capability: np.ndarray  # float64[n], log units, world mean 0
    capability_shift: np.ndarray  # float64[n], what measures have added to the level that capability returns to
    capacity: np.ndarray  # float64[n], partnerships an institution can serve
    rate: np.ndarray  # float64[n], opportunities a year
    reliance: np.ndarray  # float64[B, n], smoothed share of a bloc among the partners, at the start of the quarter
    degree: np.ndarray  # int64[n], partnerships
    begins: np.ndarray  # int64[n], where the partner list of an institution begins
    rooms: np.ndarray  # int64[n], partners that its list has room for; a full list moves to the end of the lists
    partners: np.ndarray  # int32[L], the lists, each ascending
    slots: np.ndarray  # int32[L], slot of the partnership with the partner in the same place
    opportunities: np.ndarray  # int64[n], events of the dominating stream so far: numbers the draws
    former: np.ndarray  # int32[n, M], former partners, -1 where none
    former_since: np.ndarray  # float64[n, M], when the partnership ended
    former_strength: np.ndarray  # float64[n, M], how strong it was then
    # partnerships, by slot
    first: np.ndarray  # int32[T], the institution with the lower number
    second: np.ndarray  # int32[T]
    initiator: np.ndarray  # int32[T]
    number: np.ndarray  # int64[T], number of the initiator's opportunity: with it, the name of the partnership
    field: np.ndarray  # int32[T]
    channel: np.ndarray  # int32[T], OFFICIAL or PERSONAL
    instrument: np.ndarray  # int32[T], instrument it came from, -1 for none
    terms: np.ndarray  # int32[T], contract terms begun so far
    start: np.ndarray  # float64[T]
    end: np.ndarray  # float64[T], infinity while it lives
    term: np.ndarray  # float64[T], end of the contract term; in the past when there is none
    strength: np.ndarray  # float64[T], at time `since`
    since: np.ndarray  # float64[T]
    exposure: np.ndarray  # float64[T, LAGS], strength times years, by quarter modulo LAGS
    free: np.ndarray  # int32[T], stack of free slots
    # ended partnerships
    spell_whole: np.ndarray  # int64[P, 7]: first, second, initiator, field, channel, instrument, reason
    spell_times: np.ndarray  # float64[P, 3]: start, end, strength at the end
    # decisions, where they are logged; without room they are not
    log_whole: np.ndarray  # int64[E, 5]: institution, other, action, accepted, instrument
    log_times: np.ndarray  # float64[E]
    # programmes, since the start of the run
    entered: np.ndarray  # float64[I], money that came in, of the simulated world: million 2017 PPP dollars over omega
    projects: np.ndarray  # int64[I], projects that were paid, planned or founded
    placed: np.ndarray  # int64[I], new partnerships among them
    # the clock and counters
    clock: np.ndarray  # float64[2]: time now, time of the next event
    counts: np.ndarray  # int64[COUNTS]
    # flows since the last record, by country of the actor and of the partner
    initiated: np.ndarray  # int64[c, c]
    ended: np.ndarray  # int64[c, c], in both orders
    led: np.ndarray  # int64[c, c], joint works by country of the leader and of the other


NOW, NEXT = 0, 1
SHORTEST_LIST = 8
"""Least room of a partner list."""


def new_state(
    n: int, countries: int, width: int = 8, room: int | None = None, spells: int | None = None, log: int = 0,
    blocs: int = 0, instruments: int = 0,
) -> State:  # fmt: skip
    """An empty network of ``n`` institutions with room for ``room`` partnerships, at first ``width`` to an institution.

    ``log``: room for decisions to begin with; 0: they are not logged. ``blocs``: 0 where none is anyone's exposure.
    """
    room = room or max(64, 12 * n)
    spells = spells or max(64, 16 * n)
    counts = np.zeros(COUNTS, np.int64)
    counts[DEGREE_BOUND] = 16
    counts[NEXT_ACTOR] = -1
    counts[LISTED] = width * n
    length = _room_of_lists(np.full(n, width), 0)
    return State(
        log_size=np.zeros(n),
        capability=np.zeros(n),
        capability_shift=np.zeros(n),
        capacity=np.ones(n),
        rate=np.ones(n),
        reliance=np.zeros((blocs, n)),
        degree=np.zeros(n, np.int64),
        begins=np.arange(n) * width,
        rooms=np.full(n, width),
        partners=np.full(length, -1, np.int32),
        slots=np.full(length, -1, np.int32),
        opportunities=np.zeros(n, np.int64),
        former=np.full((n, REMEMBERED), -1, np.int32),
        former_since=np.zeros((n, REMEMBERED)),
        former_strength=np.zeros((n, REMEMBERED)),
        first=np.full(room, -1, np.int32),
        second=np.full(room, -1, np.int32),
        initiator=np.full(room, -1, np.int32),
        number=np.zeros(room, np.int64),
        field=np.zeros(room, np.int32),
        channel=np.zeros(room, np.int32),
        instrument=np.full(room, -1, np.int32),
        terms=np.zeros(room, np.int32),
        start=np.zeros(room),
        end=np.zeros(room),
        term=np.zeros(room),
        strength=np.zeros(room),
        since=np.zeros(room),
        exposure=np.zeros((room, LAGS)),
        free=np.zeros(room, np.int32),
        spell_whole=np.zeros((spells, 7), np.int64),
        spell_times=np.zeros((spells, 3)),
        log_whole=np.zeros((log, 5), np.int64),
        log_times=np.zeros(log),
        entered=np.zeros(instruments),
        projects=np.zeros(instruments, np.int64),
        placed=np.zeros(instruments, np.int64),
        clock=np.zeros(2),
        counts=counts,
        initiated=np.zeros((countries, countries), np.int64),
        ended=np.zeros((countries, countries), np.int64),
        led=np.zeros((countries, countries), np.int64),
    )


def _widened(array: np.ndarray, shape: tuple[int, ...], fill: float) -> np.ndarray:
    wider = np.full(shape, fill, array.dtype)
    wider[tuple(slice(size) for size in array.shape)] = array
    return wider


@part
def grown(room):
    """Room of a list that has moved because it was full."""
    return max(SHORTEST_LIST, 2 * room)


@part
def spare_room(longest):
    """What two moves of the longest list take, where a list of ``longest`` partners grows by one before the second."""
    return 4 * (longest + 1) + 2 * SHORTEST_LIST


def lists_have_room(state: State) -> bool:
    """Whether the lists of two institutions, the longest, can still move to the end."""
    listed, longest = state.counts[[LISTED, DEGREE_MAX]].tolist()
    return bool(listed + spare_room.py_func(longest) <= len(state.partners))


def _room_of_lists(rooms: np.ndarray, longest: int) -> int:
    """Length of the arrays of lists with these rooms: half as much again for lists that move."""
    return int(rooms.sum()) * 3 // 2 + 2 * int(spare_room.py_func(longest))


def _packed_lists(state: State) -> dict[str, np.ndarray]:
    """The partner lists one after the other, each with room to grow; content and order are unchanged."""
    degree, longest = state.degree, int(state.degree.max())
    rooms = np.maximum(SHORTEST_LIST, degree + degree // 2)
    begins = np.cumsum(rooms) - rooms
    within = np.arange(degree.sum()) - np.repeat(np.cumsum(degree) - degree, degree)
    old, new = np.repeat(state.begins, degree) + within, np.repeat(begins, degree) + within
    length = _room_of_lists(rooms, max(longest, int(state.counts[DEGREE_MAX])))
    partners, slots = np.full((2, length), -1, np.int32)
    partners[new], slots[new] = state.partners[old], state.slots[old]
    state.counts[LISTED] = rooms.sum()
    return {"begins": begins, "rooms": rooms, "partners": partners, "slots": slots}


def without_spare_spells(state: State) -> State:
    """The same state, its ended partnerships without the room that nothing stands in yet: views, not copies."""
    ended = int(state.counts[SPELLS])
    return state._replace(spell_whole=state.spell_whole[:ended], spell_times=state.spell_times[:ended])


def with_room(state: State) -> State:
    """The same state with more room wherever it may run out; content is unchanged.

    After it, every living partnership may end at once (a review of terms, a termination), one may be formed, and more
    as long as `network.has_room` says so.
    """
    room, spells = len(state.first), len(state.spell_times)
    counts = state.counts.tolist()
    taken = counts[SLOTS] - counts[FREE]
    new: dict[str, np.ndarray] = {}
    if not lists_have_room(state):
        new |= _packed_lists(state)
    if taken + 2 > room:
        for name in ("first", "second", "initiator", "number", "field", "channel", "instrument", "terms",
                     "start", "end", "term", "strength", "since", "free"):  # fmt: skip
            new[name] = _widened(getattr(state, name), (2 * room,), -1 if name == "instrument" else 0)
        new["exposure"] = _widened(state.exposure, (2 * room, LAGS), 0)
    if counts[SPELLS] + taken + 2 > spells:
        more = 2 * spells + taken + 2
        new["spell_whole"] = _widened(state.spell_whole, (more, 7), 0)
        new["spell_times"] = _widened(state.spell_times, (more, 3), 0)
    logged = len(state.log_times)
    if 0 < logged < counts[LOGGED] + 2:
        new["log_whole"] = _widened(state.log_whole, (2 * logged, 5), 0)
        new["log_times"] = _widened(state.log_times, (2 * logged,), 0)
    return state._replace(**new) if new else state
