"""Where games are kept, and which one is gone on with."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from model.errors import InputError

from .journal import Journal
from .menu import Menu, read_menu

LARGEST_DRAWN = 10_000
"""Seeds that are drawn are below: short enough to be written on a board."""


def game_of(path: Path | None, seed: int | None, new: bool = False) -> Journal:
    """The game of a file, or of the user's data folder: the one that was left, or a new one. Raises `InputError`.

    ``path`` None: the latest one of the folder, unless it is over or ``new`` is asked for.
    """
    menu = read_menu()
    if path is not None and path.exists():
        if new:
            raise InputError(
                "is there already", where=f"--state {path}", allowed="--new-game with a file that is not there"
            )
        return _same_luck(Journal.read(path, menu), seed)
    if path is None and not new:
        left = _left(menu)
        if left is not None:
            return _same_luck(left, seed)
    seed = secrets.randbelow(LARGEST_DRAWN) if seed is None else seed
    return Journal.begin(path if path is not None else _fresh(), menu, seed)


def folder() -> Path:
    """Folder of the games of this user."""
    import platformdirs

    return Path(platformdirs.user_data_dir("comity", appauthor=False)) / "games"


def _fresh() -> Path:
    """A name that sorts after all earlier ones."""
    return folder() / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}-{secrets.token_hex(2)}.jsonl"


def _left(menu: Menu) -> Journal | None:
    """The latest game, if it can be gone on with."""
    for path in sorted(folder().glob("*.jsonl"), reverse=True)[:1]:
        try:
            left = Journal.read(path, menu)
        except InputError:
            return None  # of another version: it stays where it is, and a new one is begun
        return left if left.state.phase != "over" else None
    return None


def _same_luck(game: Journal, seed: int | None) -> Journal:
    if seed is not None and seed != game.opening.seed:
        raise InputError(
            f"the game of {game.path} was begun with {game.opening.seed}", where=f"--seed {seed}",
            allowed="no --seed to go on with it, or --new-game",
        )  # fmt: skip
    return game
