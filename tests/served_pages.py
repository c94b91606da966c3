"""A server of the page in a thread, and a client that talks to it, for tests."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from experiments.teach.application import lessons
from experiments.teach.frames import unpacked
from experiments.teach.house import House
from experiments.teach.serving import Opened, Server, open_server

PATIENCE = 300.0
"""Seconds: the first picture of a clean checkout waits for the kernels to be compiled."""
SCENARIOS = {"classroom": "Classroom", "hindcast": "Hindcast"}
SMALL = {"world.institutions": 60, "time.start": "2004-01-01", "time.show_from": "2006-01-01"}
"""Settings that make a run small."""


@contextmanager
def served(opened: Opened | None = None) -> Iterator[Server]:
    """A running server; by default one on a free port with one worker."""
    opened = opened or open_server(SCENARIOS, 0, workers=1)
    begun = threading.Event()
    server = Server(opened, begun.set)
    thread = threading.Thread(target=server.serve_until_interrupted, daemon=True)
    thread.start()
    assert begun.wait(PATIENCE)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()


@contextmanager
def served_lessons() -> Iterator[Server]:
    """A running server with the scenarios of the lessons, whose kernels are compiled."""
    names = {lesson["scenario"]: lesson["scenario"] for lesson in lessons()}
    with served(open_server({**SCENARIOS, **names}, 0, workers=2)) as running:
        with Client(running.opened.url) as first:
            first.picture()
        yield running


class Client:
    """One page's socket."""

    def __init__(self, url: str, *, origin: str | None = None, code: str = "", source: str = "") -> None:
        host = url.removeprefix("http://").rstrip("/")
        address, port = host.split(":")
        taken = socket.create_connection((address, int(port)), source_address=(source, 0) if source else None)
        self.socket: ClientConnection = connect(
            f"ws://{host}/ws" + (f"?code={code}" if code else ""),
            sock=taken,
            origin=(origin if origin is not None else f"http://{host}") or None,  # type: ignore[arg-type]
            max_size=None,
            open_timeout=PATIENCE,
        )
        self.number = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, **message: Any) -> tuple[dict[str, Any], bytes | None]:
        """The header of the answer, and the frame if there is one."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "scenario": "classroom", "seed": 1, **message}))
        header = self.header()
        if not header.get("ok"):
            return header, None
        frame = self.socket.recv(timeout=PATIENCE)
        assert isinstance(frame, bytes)
        return header, frame

    def header(self) -> dict[str, Any]:
        """The next text from the server."""
        text = self.socket.recv(timeout=PATIENCE)
        assert isinstance(text, str)
        found: dict[str, Any] = json.loads(text)
        return found

    def picture(self, **message: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and arrays of the frame that answers a message."""
        header, frame = self.ask(**message)
        assert frame is not None, header
        return unpacked(frame)


def with_code(opened: Opened, code: str) -> Opened:
    """The same server, with a join code."""
    house = House(opened.house.hosts, opened.house.scenarios, code, opened.url)
    return Opened(opened.listening, house, opened.workers)


def until(condition: Any) -> None:
    """Wait until something holds."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < PATIENCE
        time.sleep(0.02)
