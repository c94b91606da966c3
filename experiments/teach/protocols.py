"""How connections are kept: none for ever by who sends half a request, or reads nothing.

uvicorn bounds what an answer may be, not how long a peer may take, so its protocols are extended here. They are no public
interface: `pyproject.toml` names the versions that this was written for, and `tests/test_teach_server.py` holds it to them.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

MOST_OF_ADDRESS = 150
"""Connections of one address; sockets are among them."""
STANDSTILL = 10.0
"""Seconds in which a request must come whole, or some of an answer must be read."""
MOST_UNREAD_PONGS = 64_000
"""Bytes of answers to pings, beyond what is being written, that a peer need not have read."""
OF_PEERS = (
    "Invalid UTF-8 sequence received from client.",
    "Invalid HTTP request received.",
    "Unsupported upgrade request.",
    "Exceeded concurrency limit.",
)
"""What uvicorn says, partly with a traceback, of what others have sent: nothing that a lecturer can mend."""


def keep_quiet_about_peers() -> None:
    """Let no page write into the terminal of the server; what fails at this end is still said."""
    logging.getLogger("uvicorn.error").addFilter(_of_this_end)


def _of_this_end(record: logging.LogRecord) -> bool:
    return record.msg not in OF_PEERS


def _address(connection: Any) -> str:
    return connection.client[0] if connection.client else ""


class Requests(H11Protocol):
    """HTTP with a bound for the connections of an address, and an end for those that stand still."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._watch: asyncio.TimerHandle | None = None
        self._unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless its address has enough."""
        super().connection_made(transport)
        here = _address(self)
        if sum(_address(one) == here for one in self.connections) > MOST_OF_ADDRESS:
            transport.abort()
        else:
            self._start_watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end_watch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read; only a request that is whole counts as one."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._start_watch()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._start_watch()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Hand the connection over to the socket's protocol."""
        super().handle_websocket_upgrade(event)
        self._end_watch()

    def _start_watch(self) -> None:
        self._end_watch()
        self._unread = self.transport.get_write_buffer_size()
        self._watch = self.loop.call_later(STANDSTILL, self._look)

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _look(self) -> None:
        unread = self.transport.get_write_buffer_size()
        answering = self.cycle is not None and not self.cycle.response_complete
        if 0 < unread < self._unread or (answering and not unread):
            self._start_watch()
        else:
            self.transport.abort()


class Sockets(WebSocketsSansIOProtocol):
    """WebSockets that end, whatever their peer does, and hold no more than what it may ask for."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._unread_pongs = 0

    def data_received(self, data: bytes) -> None:
        """Read; a socket that is closed for what it sent has a last moment to be told so."""
        super().data_received(data)
        if self.transport.is_closing():
            self._end_soon()

    def eof_received(self) -> None:
        """The peer sends no more; what it has not read soon it never will."""
        self._end_soon()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Nobody is at this end any more."""
        super().on_task_complete(task)
        self._end_soon()

    def resume_writing(self) -> None:
        """The peer reads."""
        self._unread_pongs = 0
        super().resume_writing()

    def handle_ping(self) -> None:
        """Answer, but not one who sends pings and reads nothing."""
        before = self.transport.get_write_buffer_size()
        super().handle_ping()
        if not self.writable.is_set():
            self._unread_pongs += self.transport.get_write_buffer_size() - before
            if self._unread_pongs > MOST_UNREAD_PONGS:
                self.transport.abort()

    def handle_cont(self, event: Frame) -> None:
        """Take the next part of a message; empty ones, which no bound of length counts, are not kept."""
        if event.data or event.fin:
            super().handle_cont(event)

    def keepalive_timeout(self) -> None:
        """A peer that does not answer gives its place back, read or not."""
        super().keepalive_timeout()
        self.transport.abort()

    def _end_soon(self) -> None:
        self.loop.call_later(STANDSTILL, self.transport.abort)
