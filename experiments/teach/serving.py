"""Starts the server: where it listens, what it prints, how it ends."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import uvicorn

from model.errors import InputError

from ..systems import cores
from .addresses import LOOPBACK, class_addresses
from .application import application
from .game.journal import Journal
from .house import House
from .messages import LONGEST_MESSAGE
from .protocols import Requests, Sockets, keep_quiet_about_peers

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Of a join code: none that is read as another one."""
CODE_LENGTH = 6
BACKLOG = 128
HTTP = 80
"""The port that an address need not name."""


@dataclass(frozen=True)
class Opened:
    """A server that is ready to run: its listening socket and its house."""

    listening: socket.socket
    house: House
    workers: int
    others: tuple[str, ...] = ()
    """Other addresses that the class may try."""

    @property
    def url(self) -> str:
        """Address on this machine."""
        return f"http://{LOOPBACK}:{self.listening.getsockname()[1]}/"

    @property
    def class_url(self) -> str:
        """Address for the class, with its code; empty where only this machine is served."""
        return f"{self.house.address}?code={self.house.code}" if self.house.address else ""

    @property
    def game_url(self) -> str:
        """Address of the lecturer's screen of the game; the code stands where no server is sent it."""
        return f"{self.url}game.html#code={self.house.game.opening.lecturer}" if self.house.game else ""


def open_server(
    scenarios: Mapping[str, str],
    port: int,
    lan: bool = False,
    workers: int | None = None,
    game: Journal | None = None,
    address: str = "",
) -> Opened:
    """Take the port. ``address``: the one to tell the class. Raises `InputError` if one of them cannot be had."""
    outside = class_addresses(address) if lan else []
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("0.0.0.0" if lan else LOOPBACK, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise InputError(
            f"{port} cannot be listened on: {error.strerror}",
            where="--port",
            allowed="another one, or 0 for any that is free",
        ) from None
    port = listening.getsockname()[1]
    hosts = [f"{name}:{port}" for name in (LOOPBACK, "localhost", *outside)]
    if port == HTTP:
        hosts += [LOOPBACK, "localhost", *outside]  # browsers leave it out
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)) if lan else ""
    urls = tuple(f"http://{one}:{port}/" for one in outside)
    house = House(tuple(hosts), scenarios, code, urls[0] if urls else "", game)
    return Opened(listening, house, workers or cores(), urls[1:])


class Server(uvicorn.Server):
    """A server that says when pages can be opened."""

    def __init__(self, opened: Opened, on_start: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                application(opened.house, opened.workers),
                http=Requests,
                ws=Sockets,
                ws_max_size=2 * LONGEST_MESSAGE,
                ws_per_message_deflate=False,  # compression would triple the delay
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,  # where a request comes from is what its connection says, not a header of it
                timeout_graceful_shutdown=1,
                limit_concurrency=400,
            )
        )
        keep_quiet_about_peers()
        self.opened, self.on_start = opened, on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the desk, listen, and say so."""
        await super().startup(sockets)
        self.on_start()

    def serve_until_interrupted(self) -> None:
        """Serve until the process is interrupted, or `should_exit` is set."""
        with suppress(KeyboardInterrupt):  # uvicorn ends in order, and raises it again afterwards
            self.run([self.opened.listening])
