"""The journal: a file that holds all that was done, so that a game goes on after any stop.

The first line says which game it is (seed, codes, menu); every other line is an event of `rules`, in its order. A line is
on the disk before anyone sees its effect. A last line that was cut off, as a power failure may leave it, never took effect.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.errors import InputError

from ...errors import ExperimentError
from .menu import Menu
from .rules import Event, State, apply

FORMAT = 1
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Of a code: none that is read as another one."""
OF_GROUP, OF_LECTURER = 6, 12
"""Letters of a code. Every one is drawn by itself, so that none tells of another."""
LARGEST = 8_000_000
"""Bytes of a journal: some thousand times a game."""


@dataclass(frozen=True)
class Opening:
    """The first line: what is drawn once a game."""

    seed: int
    menu: str
    """Fingerprint of the menu that it was begun with."""
    codes: Mapping[str, str]
    """Ministry -> code of its group."""
    lecturer: str
    """Code of the lecturer's screen."""
    begun: str
    """Time, UTC."""

    def place_of(self, code: str) -> str | None:
        """Ministry, "lecturer", or None for a code that is nobody's. Takes as long whichever it is."""
        found = None
        for place, known in (*self.codes.items(), ("lecturer", self.lecturer)):
            if secrets.compare_digest(code.encode(), known.encode()):
                found = place
        return found


def opening(menu: Menu, seed: int) -> Opening:
    """The first line of a new game."""
    codes: dict[str, str] = {}
    for ministry in menu.played:
        codes[ministry] = _code(OF_GROUP)
        while len(set(codes.values())) < len(codes):
            codes[ministry] = _code(OF_GROUP)
    begun = datetime.now(UTC).isoformat(timespec="seconds")
    return Opening(seed, menu.fingerprint(), codes, _code(OF_LECTURER), begun)


def _code(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


class Journal:
    """A game's file, and the state that it leads to."""

    def __init__(self, path: Path, menu: Menu, opening: Opening, state: State, size: int) -> None:
        self.path, self.menu, self.opening, self.state = path, menu, opening, state
        self._size = size

    @classmethod
    def begin(cls, path: Path, menu: Menu, seed: int) -> Journal:
        """A new game. Raises `InputError` if the file cannot be made or is there already."""
        opened = opening(menu, seed)
        line = _line({"comity-game": FORMAT, **asdict(opened)})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                _write(file, line)
        except OSError as error:
            raise InputError(
                f"cannot be written: {error.strerror}",
                where=f"--state {path}",
                allowed="a file in a folder that can be written",
            ) from None
        return cls(path, menu, opened, State(), len(line))

    @classmethod
    def read(cls, path: Path, menu: Menu) -> Journal:
        """The game of a file, where it was left. Raises `InputError` for a file that holds none."""
        where = f"--state {path}"
        try:
            if path.stat().st_size > LARGEST:
                raise InputError("is too large for a game", where=where, allowed=f"at most {LARGEST:,} bytes")
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=where, allowed="a game's file") from None
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.split(b"\n")[:-1]
        opened = _opening(lines[0] if lines else b"", where)
        if opened.menu != menu.fingerprint():
            raise InputError(
                "was begun with another menu, by another version of the program",
                where=where,
                allowed="a new file for a new game",
            )
        if set(opened.codes) != set(menu.played):
            raise InputError("has codes of other ministries", where=where, allowed=", ".join(menu.played))
        state = State()
        for number, line in enumerate(lines[1:], 2):
            try:
                state = apply(menu, state, json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:  # InputError is a ValueError
                reason = " ".join(str(error).split())
                raise InputError(
                    f"line {number} is no event: {reason}", where=where, allowed="a file as a game leaves it"
                ) from None
        if len(whole) < len(content):
            os.truncate(path, len(whole))
        return cls(path, menu, opened, state, len(whole))

    def add(self, event: Event) -> State:
        """The state after an event, which is in the file by then. Raises `InputError` for what the rules do not allow."""
        state = apply(self.menu, self.state, event)
        line = _line(event)
        if self._size + len(line) > LARGEST:
            raise ExperimentError("the game's file is full; begin another game")
        try:
            with self.path.open("r+b") as file:
                file.seek(0, os.SEEK_END)
                if file.tell() != self._size:
                    raise ExperimentError(f"{self.path} was changed by another program; is it served twice?")
                try:
                    _write(file, line)
                except OSError:
                    file.truncate(self._size)
                    raise
        except OSError as error:
            raise ExperimentError(f"{self.path} cannot be written: {error.strerror}") from None
        self._size += len(line)
        self.state = state
        return state


def _write(file: Any, line: bytes) -> None:
    file.write(line)
    file.flush()
    os.fsync(file.fileno())


def _line(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _opening(line: bytes, where: str) -> Opening:
    try:
        told = json.loads(line)
        if not isinstance(told, dict) or told.pop("comity-game") != FORMAT:
            raise ValueError
        opened = Opening(**told)
        texts = (opened.menu, opened.lecturer, opened.begun, *opened.codes.values())
        if type(opened.seed) is not int or not all(isinstance(text, str) and text for text in texts):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("holds no game", where=where, allowed="a file that `comity teach --game` has begun") from None
    return opened
