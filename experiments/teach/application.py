"""The server: the page's files, the socket, and who may use them.

No cookies, no accounts, nothing is written and nothing is sent anywhere else. Requests must name this server (Host, so
that no other site's name leads here), sockets must come from its own page (Origin), and in a class they bring its code.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import mimetypes
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from model.errors import InputError

from ..errors import ExperimentError
from ..runner.processes import in_another_process
from .desk import Busy, Desk
from .game.hall import Hall
from .game.journal import Journal
from .game.routes import Door, converse, menu_file
from .messages import identifier_of, read_message, read_question

PAGE = Path(__file__).parent / "page"
MOST_SOCKETS = 200
MOST_OF_ADDRESS = 64
"""Sockets of one address: a class may come through one router."""
MOST_AT_WORK = 32
"""Messages of one socket that are being answered."""
A_SECOND = 12.0
"""Messages a second that one page may send for long; a slider that is dragged asks for the next only when the last came."""
AT_ONCE = 40.0
"""Messages that it may send at once."""
STRIKES = 200
"""Refused messages after which a socket is closed."""
LONGEST_LINK = 1_500

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'",
    )
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """Where the server stands, and who may come in."""

    hosts: tuple[str, ...]
    """Values of Host that mean this server, such as 127.0.0.1:8765."""
    scenarios: Mapping[str, str]
    """Scenarios that are played, the first one first: name -> title."""
    code: str = ""
    """Join code of a class; empty: none is asked for."""
    address: str = ""
    """Address that others open, for links and QR codes."""
    game: Journal | None = None
    """The class game that is played here."""


@dataclass
class Allowance:
    """How much a socket may still send: filled `A_SECOND` a second, up to `AT_ONCE`."""

    left: float = AT_ONCE
    seen: float = 0.0

    def take(self, now: float) -> bool:
        """Whether one more message may come."""
        self.left = min(AT_ONCE, self.left + A_SECOND * (now - self.seen)) if self.seen else AT_ONCE
        self.seen = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


def application(house: House, workers: int) -> ASGIApp:
    """The ASGI application of a house; its desk opens when the server starts."""
    desk: Desk | None = None
    hall: Hall | None = None

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        nonlocal desk, hall
        async with Desk(workers) as desk:
            if house.game is None:
                yield
                return
            async with Hall(house.game, desk, house.address or f"http://{house.hosts[0]}/") as hall:
                yield

    async def socket(websocket: WebSocket) -> None:
        assert desk is not None
        await _converse(websocket, desk, house, sockets)

    async def game(websocket: WebSocket) -> None:
        assert hall is not None
        if not _from_our_page(websocket.headers, house) or not _has_room(websocket, sockets):
            await websocket.close(1008)
            return
        await websocket.accept()
        sockets.add(websocket)
        try:
            await converse(websocket, hall, door, Allowance(), STRIKES)
        finally:
            sockets.discard(websocket)

    sockets: set[WebSocket] = set()
    door = Door()
    of_game = [] if house.game is None else [
        WebSocketRoute("/game/ws", game), Route("/game/menu.json", menu_file(house.game.menu)),
    ]  # fmt: skip
    routes = [
        *of_game,
        WebSocketRoute("/ws", socket),
        Route("/qr.svg", _qr_code(house)),
        Route("/about.json", _about(house)),
        *(Route(path, _file(path, body)) for path, body in _files().items()),
    ]
    return _Guarded(Starlette(routes=routes, lifespan=lifespan), house)


# --- files --------------------------------------------------------------------------------------------------------


def _files() -> Mapping[str, bytes]:
    """Path -> content of all that is served: what is in the folder of the page and nothing else."""
    found = {}
    for path in sorted(PAGE.rglob("*")):
        if path.is_file():
            found["/" + path.relative_to(PAGE).as_posix()] = path.read_bytes()
    found["/"] = found["/index.html"]
    found["/lessons.json"] = json.dumps(in_another_process(lessons)).encode()  # the server need not know the model
    return found


def lessons() -> list[dict[str, Any]]:
    """The packaged lessons, checked, in the order of a course. Raises `InputError` for a file that is none."""
    from .lesson_files import packaged_lessons, read_lesson

    return [read_lesson(path).model_dump(mode="json", exclude_none=True) for path in packaged_lessons().values()]


def _file(path: str, body: bytes) -> Any:
    kind = mimetypes.guess_type(path)[0] or "text/html"
    if kind.startswith("text/") or kind in ("application/json", "application/javascript"):
        kind += "; charset=utf-8"
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}

    async def send(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=kind, headers=headers)

    return send


def _about(house: House) -> Any:
    from model.sources import program_version

    told = {
        "program": program_version(),
        "scenarios": [{"name": name, "title": title} for name, title in house.scenarios.items()],
        "address": house.address,
        "code_wanted": bool(house.code),
    }

    async def send(_: Request) -> Response:
        return Response(json.dumps(told), media_type="application/json", headers={"cache-control": "no-store"})

    return send


def _qr_code(house: House) -> Any:
    async def send(request: Request) -> Response:
        import io

        import segno

        link = request.query_params.get("link", "")
        ours = tuple(f"http://{host}/" for host in house.hosts)
        if not link.startswith(ours) or len(link) > LONGEST_LINK or not link.isprintable():
            return Response("no link of this page", status_code=400, media_type="text/plain")
        image = io.BytesIO()
        segno.make(link, error="l", micro=False).save(image, kind="svg", scale=4, border=2, dark="#262626", nl=False)
        return Response(image.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-store"})

    return send


# --- the socket ---------------------------------------------------------------------------------------------------


async def _converse(websocket: WebSocket, desk: Desk, house: House, sockets: set[WebSocket]) -> None:
    """One page's conversation: every message gets an answer, and an answer is a header and, if it is good, a frame."""
    if (
        not _from_our_page(websocket.headers, house)
        or not _knows_code(websocket, house)
        or not _has_room(websocket, sockets)
    ):
        await websocket.close(1008)  # before it was accepted: the handshake ends with 403
        return
    await websocket.accept()
    sockets.add(websocket)
    sending, allowance, strikes = asyncio.Lock(), Allowance(), 0
    asked: set[asyncio.Task[None]] = set()

    async def answer(text: str) -> None:
        nonlocal strikes
        header, frame = await _answered(text, desk, house, websocket)
        strikes += "error" in header and header["error"]["kind"] != "busy"
        async with sending:
            await websocket.send_text(json.dumps(header))
            if frame is not None:
                await websocket.send_bytes(frame)

    try:
        while strikes < STRIKES:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if not allowance.take(monotonic()) or len(asked) >= MOST_AT_WORK:
                strikes += 1
                async with sending:
                    await websocket.send_text(
                        json.dumps(_refused(None, "rate", "too many messages; slow down, please"))
                    )
                await asyncio.sleep(0.05)
                continue
            task = asyncio.create_task(answer(text if text is not None else "\0"))
            asked.add(task)
            task.add_done_callback(asked.discard)
            task.add_done_callback(_ended)
        await websocket.close(1008)
    except (WebSocketDisconnect, RuntimeError):
        return  # it went away while it was being answered
    finally:
        sockets.discard(websocket)
        for task in asked:
            task.cancel()


def _ended(task: asyncio.Task[None]) -> None:
    """A page that left before its answer came is nobody's error."""
    if not task.cancelled():
        task.exception()


async def _answered(text: str, desk: Desk, house: House, who: object) -> tuple[dict[str, Any], bytes | None]:
    identifier = None
    try:
        message = read_message(text)
        identifier = identifier_of(message)
        question = read_question(message, tuple(house.scenarios))
        frame = await desk.ask(question, id(who))
    except InputError as error:
        return _refused(
            identifier, "input", error.message, where=error.where, allowed=error.allowed, nearest=error.nearest
        ), None
    except Busy as error:
        return _refused(identifier, "busy", str(error), again=round(error.again, 1)), None
    except ExperimentError as error:
        return _refused(identifier, "failed", str(error)), None
    return {"id": identifier, "ok": True, "kind": question.kind, "bytes": len(frame)}, frame


def _refused(identifier: object, kind: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": identifier, "error": {"kind": kind, "message": text, **{k: v for k, v in more.items() if v}}}


def _has_room(websocket: WebSocket, sockets: set[WebSocket]) -> bool:
    here = websocket.client.host if websocket.client else ""
    of_address = sum(1 for one in sockets if one.client and one.client.host == here)
    return len(sockets) < MOST_SOCKETS and of_address < MOST_OF_ADDRESS


def _from_our_page(headers: Headers, house: House) -> bool:
    return headers.get("origin", "") in {f"http://{host}" for host in house.hosts}


def _knows_code(websocket: WebSocket, house: House) -> bool:
    """Whether the socket brings the class's code; from this machine itself nobody needs it."""
    if not house.code or (websocket.client and websocket.client.host in ("127.0.0.1", "::1")):
        return True
    given = websocket.query_params.get("code", "").strip().upper()
    return hmac.compare_digest(given.encode(), house.code.encode())


# --- who may come in ----------------------------------------------------------------------------------------------


class _Guarded:
    """Refuses requests that do not name this server, and adds the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app, self.house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self.house.hosts:
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
            await Response("this server has another name", status_code=403)(scope, receive, send)
            return
        framed = b"mode=embed" in scope.get("query_string", b"")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_headers(framed)]
            await send(message)

        await self.app(scope, receive, guarded)


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
