"""Whom the server lets in.

Requests must name this server (Host, so that no other site's name leads here), sockets must come from its own page
(Origin), and in a class they bring its code.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .game.journal import Journal

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'",
    )
)  # fmt: skip
A_WRONG_CODE = 1.0
"""Seconds that a wrong code takes, one after the other for all pages together: nobody gets far by guessing."""
MOST_WRONG = 8
"""Wrong codes of one address that have not taken their second yet; until they have, no code of it is looked at."""


@dataclass(frozen=True)
class House:
    """Where the server stands, and who may come in."""

    hosts: tuple[str, ...]
    """Values of Host that mean this server, in small letters, such as 127.0.0.1:8765."""
    scenarios: Mapping[str, str]
    """Scenarios that are played, the first one first: name -> title."""
    code: str = ""
    """Join code of a class; empty: none is asked for."""
    address: str = ""
    """Address that others open, for links and QR codes."""
    game: Journal | None = None
    """The class game that is played here."""


def from_our_page(headers: Headers, house: House) -> bool:
    """Whether a socket was opened by a page of this server."""
    return headers.get("origin", "") in {f"http://{host}" for host in house.hosts}


def of_this_machine(asked: HTTPConnection) -> bool:
    """Whether a request or a socket was opened on this machine itself."""
    return asked.client is not None and asked.client.host in ("127.0.0.1", "::1")


def knows_code(asked: HTTPConnection, house: House) -> bool:
    """Whether a socket brings the class's code; from this machine itself nobody needs it."""
    if not house.code or of_this_machine(asked):
        return True
    given = asked.query_params.get("code", "").strip().upper()
    return hmac.compare_digest(given.encode(), house.code.encode())


class Toll:
    """What a wrong code costs: its time, one after the other for all pages together."""

    def __init__(self) -> None:
        self._one_by_one = asyncio.Lock()

    async def pay(self) -> None:
        """Wait."""
        async with self._one_by_one:
            await asyncio.sleep(A_WRONG_CODE)


class Guesses:
    """Wrong join codes and what they cost. Who goes away pays all the same: else one could guess without waiting."""

    def __init__(self) -> None:
        self._unpaid: Counter[str] = Counter()
        self._toll = Toll()

    async def right(self, asked: HTTPConnection, house: House) -> bool:
        """Whether a socket may come in by its code; a wrong one is told after its time."""
        here = asked.client.host if asked.client else ""
        if self._unpaid[here] >= MOST_WRONG and not of_this_machine(asked):
            return False
        if knows_code(asked, house):
            return True
        self._unpaid[here] += 1
        try:
            await self._toll.pay()
        finally:
            self._unpaid[here] -= 1
            self._unpaid += Counter()  # addresses that owe nothing are forgotten
        return False


class Guarded:
    """Refuses requests that do not name this server, and adds the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app, self.house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        framed = b"mode=embed" in scope.get("query_string", b"")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_headers(framed)]
            await send(message)

        if Headers(scope=scope).get("host", "").lower() in self.house.hosts:
            await self.app(scope, receive, guarded)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await Response("this server has another name", status_code=403)(scope, receive, guarded)


def _headers(framed: bool) -> Sequence[tuple[bytes, bytes]]:
    ancestors = "*" if framed else "'self'"
    return (
        (b"content-security-policy", f"{POLICY}; frame-ancestors {ancestors}".encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    )
