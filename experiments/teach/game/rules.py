"""The rules: what a state of the game is, and what an event makes of it. Nothing here knows of files, pages or runs.

A round is opened, ministries choose within their budget and say that they have decided (or the lecturer lets one pass),
and the lecturer closes it. What is chosen goes on in the next round unless it is struck out. The lecturer may take back
what was opened or closed last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from model.errors import InputError, as_written, nearest_name

from .menu import Choice, Menu

MOST_CHOICES = 20
"""Choices of a ministry in a round."""

Phase = Literal["waiting", "open", "over"]


@dataclass(frozen=True)
class Hand:
    """What a ministry has chosen in a round."""

    choices: tuple[Choice, ...] = ()
    decided: bool = False
    passed: bool = False
    """The lecturer has let it pass."""


@dataclass(frozen=True)
class State:
    """Where a game stands."""

    phase: Phase = "waiting"
    hands: Mapping[str, Hand] = field(default_factory=dict)
    """Ministry -> its choices in the round that is open."""
    settled: tuple[Mapping[str, Hand], ...] = ()
    """Rounds that were closed."""

    @property
    def round(self) -> int:
        """The round that is open or will be opened next, counted from 0."""
        return len(self.settled)

    @property
    def moment(self) -> str:
        """Phase and round, such as "open 2", counted from 1: another one after everything that the lecturer does."""
        return f"{self.phase} {self.round + 1}"


Event = Mapping[str, Any]
"""`{"do": "open" | "close" | "back"}`, `{"do": "pass", "ministry"}` or `{"do": "choose", "ministry", "choices", "decided"}`."""


def apply(menu: Menu, state: State, event: Event) -> State:
    """The state after an event. Raises `InputError` for what the rules do not allow; the state is then as it was."""
    match event["do"]:
        case "open":
            return _opened(menu, state)
        case "choose":
            return _chosen(menu, state, event)
        case "pass":
            return _passed(menu, state, event)
        case "close":
            return _closed(menu, state)
        case "back":
            return _taken_back(state)
    raise InputError(
        f"{as_written(event['do'])} is not possible", where="do", allowed="open, choose, pass, close, back"
    )


def lifted(menu: Menu, state: State, ministry: str) -> frozenset[str]:
    """Entries that a ministry has lifted in rounds that are over: they are not offered again."""
    return frozenset(name for hands in state.settled for name, _ in hands[ministry].choices if menu.entries[name].lifts)


def _opened(menu: Menu, state: State) -> State:
    _must_be(state, "waiting", "open a round")
    hands = {}
    for ministry in menu.played:
        last = state.settled[-1][ministry].choices if state.settled else ()
        hands[ministry] = Hand(tuple(choice for choice in last if not menu.entries[choice[0]].lifts))
    return replace(state, phase="open", hands=hands)


def _chosen(menu: Menu, state: State, event: Event) -> State:
    _must_be(state, "open", "choose")
    ministry = _ministry(menu, event)
    choices = tuple((name, target) for name, target in event["choices"])
    _check(menu, state, ministry, choices)
    hand = Hand(choices, bool(event["decided"]))
    return replace(state, hands={**state.hands, ministry: hand})


def _check(menu: Menu, state: State, ministry: str, choices: tuple[Choice, ...]) -> None:
    if len(choices) > MOST_CHOICES:
        raise InputError(f"{len(choices)} are too many", where="choices", allowed=f"at most {MOST_CHOICES}")
    gone = lifted(menu, state, ministry)
    for name, target in choices:
        entry = menu.entries.get(name)
        targets = menu.targets(entry, ministry) if entry else ()
        if not targets:
            offered = [one.name for one in menu.entries.values() if ministry in one.by]
            raise InputError(
                f"{as_written(name)} is not offered to {ministry}", where="choices", allowed=", ".join(offered),
                nearest=nearest_name(name, offered),
            )  # fmt: skip
        if target not in targets:
            raise InputError(
                f"{name} cannot be directed at {as_written(target)}", where="choices", allowed=", ".join(targets)
            )
        if name in gone:
            raise InputError(f"{name} was chosen before and is still in force", where="choices", allowed="once a game")
    if len(set(choices)) < len(choices):
        raise InputError("the same choice stands there twice", where="choices", allowed="each once")
    cost = menu.cost(choices)
    if cost > menu.budget:
        raise InputError(f"costs {cost}", where="choices", allowed=f"at most the budget of {menu.budget}")


def _passed(menu: Menu, state: State, event: Event) -> State:
    _must_be(state, "open", "pass")
    return replace(state, hands={**state.hands, _ministry(menu, event): Hand((), True, True)})


def _closed(menu: Menu, state: State) -> State:
    _must_be(state, "open", "close a round")
    waited = [ministry for ministry in menu.played if not state.hands[ministry].decided]
    if waited:
        raise InputError(
            f"{', '.join(waited)} {'has' if len(waited) == 1 else 'have'} not decided", where="close",
            allowed="once all have decided, or were let pass",
        )  # fmt: skip
    settled = (*state.settled, state.hands)
    return State("over" if len(settled) == menu.rounds else "waiting", {}, settled)


def _taken_back(state: State) -> State:
    """A round that is open is closed again as if it had not been opened; else the last one is open again."""
    if state.phase == "open":
        return State("waiting", {}, state.settled)
    if not state.settled:
        raise InputError("there is nothing to take back", where="back", allowed="once a round was opened")
    again = {ministry: Hand(hand.choices) for ministry, hand in state.settled[-1].items()}
    return State("open", again, state.settled[:-1])


def _must_be(state: State, phase: Phase, what: str) -> None:
    if state.phase != phase:
        now = {"waiting": "no round is open", "open": "a round is open", "over": "the game is over"}[state.phase]
        raise InputError(f"cannot {what}: {now}", where="do", allowed="what the state of the game allows")


def _ministry(menu: Menu, event: Event) -> str:
    name = event["ministry"]
    if name not in menu.played:
        raise InputError(f"there is no ministry {as_written(name)}", where="ministry", allowed=", ".join(menu.played))
    return str(name)


# --- what comes into force ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Force:
    """A measure that the game brings into force: rounds first to last, both included."""

    entry: str
    by: str
    target: str
    first: int
    last: int


def agreed(menu: Menu, hands: Mapping[str, Hand], ministry: str, choice: Choice) -> bool:
    """Whether a choice comes into force: of two keys both must be turned. Places that nobody plays agree."""
    name, target = choice
    if menu.entries[name].keys < 2 or target not in menu.played:
        return True
    return (name, ministry) in hands[target].choices


def forces(menu: Menu, state: State) -> tuple[Force, ...]:
    """What the rounds that were closed bring into force, in the order of the menu; rounds that follow are one measure."""
    held: dict[tuple[str, str, str], list[int]] = {}
    for round_, hands in enumerate(state.settled):
        for ministry in menu.played:
            for name, target in hands[ministry].choices:
                if not agreed(menu, hands, ministry, (name, target)):
                    continue
                two = menu.entries[name].keys == 2 and target in menu.played
                first, second = sorted((ministry, target), key=list(menu.places).index) if two else (ministry, target)
                rounds = held.setdefault((name, first, second), [])
                if round_ not in rounds:
                    rounds.append(round_)
    found = [Force(*key, *stretch) for key, rounds in held.items() for stretch in _stretches(rounds)]
    order = list(menu.entries)
    return tuple(sorted(found, key=lambda f: (f.first, order.index(f.entry), f.by, f.target)))


def _stretches(rounds: list[int]) -> list[tuple[int, int]]:
    """Rounds, in order, as (first, last) of those that follow each other."""
    found: list[tuple[int, int]] = []
    for round_ in rounds:
        if found and found[-1][1] == round_ - 1:
            found[-1] = (found[-1][0], round_)
        else:
            found.append((round_, round_))
    return found
