"""The hall: a game while it is on. Takes messages of its pages, keeps the journal, has the model run, tells everyone.

A page that comes, or comes back, is sent the whole view of its place; so nothing is lost with a connection. What others
chose is told when the round is closed, not before.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shlex
import tempfile
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from model.errors import InputError
from model.sources import program_version

from ...errors import ExperimentError
from ..desk import Busy
from ..messages import Question
from .journal import Journal
from .messages import JOURNALED
from .playing import scenario_toml
from .rules import Event, Hand, State, agreed, forces, lifted
from .scoring import Lucks, lines_of, results

AGAIN = 3.0
"""Seconds after which a run that failed is tried again."""
TRIES = 20
KEPT = 24
"""Results that are kept: a round that is taken back and closed again need not run again."""
FILE = "class-game.toml"


class Asked(Protocol):
    """What answers questions: `teach.desk.Desk`."""

    async def ask(self, question: Question, who: Hashable) -> bytes:
        """The frame that answers a question."""
        ...


class Seat(Protocol):
    """A page that is listened to and told."""

    def tell(self, text: str) -> None:
        """Send a text when there is room for it."""
        ...


@dataclass
class Hall:
    """One game, its pages and its results; to be used in one event loop."""

    journal: Journal
    desk: Asked
    address: str = ""
    """Address of the page that groups open."""
    seats: dict[Seat, str] = field(default_factory=dict)
    """Page -> "lecturer" or its ministry."""

    def __post_init__(self) -> None:
        self.menu = self.journal.menu
        self.without = "all"
        """Whose choices the grey line leaves out."""
        self._results: dict[str, dict[str, Any]] = {}
        self._runs: dict[str, Lucks] = {}
        self._trouble = ""
        self._task: asyncio.Task[None] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def state(self) -> State:
        """Where the game stands."""
        return self.journal.state

    async def __aenter__(self) -> Hall:
        self._folder = tempfile.TemporaryDirectory(prefix="comity-")
        self._compute()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        assert self._folder is not None
        self._folder.cleanup()

    # --- who is there -------------------------------------------------------------------------------------------

    def enter(self, seat: Seat, code: str) -> str | None:
        """The place that a code opens; the page then hears of all that happens there."""
        place = self.journal.opening.place_of(code)
        if place is not None:
            self.seats[seat] = place
            self._tell_all()
        return place

    def leave(self, seat: Seat) -> None:
        """Forget a page."""
        if self.seats.pop(seat, None) is not None:
            self._tell_all()

    # --- what is done -------------------------------------------------------------------------------------------

    def take(self, event: Event) -> dict[str, Any]:
        """Do what a message asks; what else its answer says. Raises `InputError` and `ExperimentError`."""
        if event["do"] == "scenario":
            return {"file": FILE, "toml": self.scenario(), "command": self.command()}
        if event["do"] == "without":
            if event["ministry"] not in ("all", *self.menu.played):
                raise InputError(
                    "there is no such ministry", where="ministry", allowed=", ".join(("all", *self.menu.played))
                )
            self.without = event["ministry"]
        elif event["do"] in JOURNALED:
            self.journal.add(event)
        self._compute()
        self._tell_all()
        return {}

    def scenario(self, without: str = "") -> str:
        """The scenario file of the game so far."""
        return scenario_toml(self.menu, self.state, self.journal.opening.seed, without)

    def command(self) -> str:
        """The command that makes the same runs of the file that is saved."""
        return shlex.join(["comity", "run", FILE])

    # --- runs ---------------------------------------------------------------------------------------------------

    def _key(self) -> str:
        return hashlib.sha256(f"{self.without}\n{len(self.state.settled)}\n{self.scenario()}".encode()).hexdigest()

    def _compute(self) -> None:
        """See to it that the results of the present state are had, or are on their way."""
        if self._key() not in self._results and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        tries = 0
        while (key := self._key()) not in self._results and tries < TRIES:
            rounds, without = len(self.state.settled), self.without
            texts = self.scenario(), self.scenario(without), self.scenario("all")
            try:
                now, grey, nobody = [await self._lucks(text) for text in texts]
            except (InputError, ExperimentError, Busy) as error:
                tries += 1
                self._trouble = " ".join(str(error).split())
                self._tell_all()
                await asyncio.sleep(AGAIN)
                continue
            self._trouble = ""
            told = results(self.menu, now, grey, rounds)
            told["goals"] = results(self.menu, now, nobody, rounds)["goals"]  # goals are always against nobody's acts
            self._results[key] = told | {"without": without}
            while len(self._results) > KEPT:
                del self._results[next(iter(self._results))]
            self._tell_all()

    async def _lucks(self, toml: str) -> Lucks:
        """The series of a scenario's lucks."""
        name = hashlib.sha256(toml.encode()).hexdigest()[:24]
        if name not in self._runs:
            assert self._folder is not None
            path = (
                Path(self._folder.name) / f"{name}.toml"
            )  # a text of its own has a name of its own: runs are kept by it
            path.write_text(toml, encoding="utf-8")
            question = Question("lucks", str(path), self.journal.opening.seed, lines=lines_of(self.menu))
            self._runs[name] = Lucks.of_frame(await self.desk.ask(question, "game"))
            while len(self._runs) > KEPT:
                del self._runs[next(iter(self._runs))]
        return self._runs[name]

    # --- what is told -------------------------------------------------------------------------------------------

    def _tell_all(self) -> None:
        views: dict[str, str] = {}
        for seat, place in list(self.seats.items()):
            if place not in views:
                views[place] = json.dumps({"view": self.view(place)}, ensure_ascii=False, allow_nan=False)
            seat.tell(views[place])

    def view(self, place: str) -> dict[str, Any]:
        """What a place may know of the game."""
        state, here = self.state, Counter(self.seats.values())
        found = self._results.get(self._key())
        view: dict[str, Any] = {
            "place": place,
            "program": program_version(),
            "seed": self.journal.opening.seed,
            "moment": state.moment,
            "phase": state.phase,
            "round": state.round,
            "ministries": {
                name: self._told(name, state.hands.get(name, Hand()), here[name]) for name in self.menu.played
            },
            "settled": [{name: self._settled(hands, name) for name in self.menu.played} for hands in state.settled],
            "results": found,
            "running": found is None,
            "trouble": self._trouble if found is None else "",
        }
        if place == "lecturer":
            return view | {
                "codes": dict(self.journal.opening.codes),
                "address": self.address,
                "measures": len(forces(self.menu, state)),
            }
        hand = state.hands.get(place)
        if hand is not None:
            view["hand"] = {
                "choices": [list(choice) for choice in hand.choices],
                "decided": hand.decided,
                "passed": hand.passed,
            }
            view["gone"] = sorted(lifted(self.menu, state, place))
        return view

    def _told(self, name: str, hand: Hand, here: int) -> dict[str, Any]:
        return {"here": here, "decided": hand.decided, "passed": hand.passed}

    def _settled(self, hands: Mapping[str, Hand], ministry: str) -> dict[str, Any]:
        hand = hands[ministry]
        told = [(choice, agreed(self.menu, hands, ministry, choice)) for choice in hand.choices]
        return {
            "choices": [[*choice, in_force] for choice, in_force in told],
            "spent": self.menu.cost(tuple(choice for choice, in_force in told if in_force)),
            "passed": hand.passed,
        }
