"""The server: the page's files and its sockets. `house` says whom it lets in, `conversing` what a socket may send.

No cookies, no accounts, nothing is written and nothing is sent anywhere else.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import AsyncIterator, Container, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from ..runner.processes import in_another_process
from .conversing import STRIKES, Allowance, attend, entering
from .desk import Desk
from .game.hall import Hall
from .game.routes import Door, converse, menu_file
from .house import Guarded, Guesses, House, of_this_machine
from .qr_codes import qr_code

PAGE = Path(__file__).parent / "page"


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
        async with entering(websocket, house, sockets, guesses) as inside:
            if inside:
                await attend(websocket, desk, house)

    async def game(websocket: WebSocket) -> None:
        assert hall is not None
        async with entering(websocket, house, sockets) as inside:
            if inside:
                await converse(websocket, hall, door, Allowance(), STRIKES)

    sockets: set[WebSocket] = set()
    door, guesses = Door(), Guesses()
    of_game = [] if house.game is None else [
        WebSocketRoute("/game/ws", game), Route("/game/menu.json", menu_file(house.game.menu)),
    ]  # fmt: skip
    routes = [
        *of_game,
        WebSocketRoute("/ws", socket),
        Route("/qr.svg", qr_code(house)),
        Route("/about.json", _about(house)),
        *(Route(path, _file(path, body)) for path, body in _files(house.scenarios).items()),
    ]
    return Guarded(Starlette(routes=routes, lifespan=lifespan), house)


# --- files --------------------------------------------------------------------------------------------------------


def _files(scenarios: Container[str]) -> Mapping[str, bytes]:
    """Path -> content of all that is served: what is in the folder of the page, and lessons about what is played."""
    found = {}
    for path in sorted(PAGE.rglob("*")):
        if path.is_file():
            found["/" + path.relative_to(PAGE).as_posix()] = path.read_bytes()
    found["/"] = found["/index.html"]
    told = in_another_process(lessons)  # the server need not know the model
    found["/lessons.json"] = json.dumps([one for one in told if one["scenario"] in scenarios]).encode()
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
    }

    async def send(request: Request) -> Response:
        # the lecturer's page needs no code and puts it into links; who does not know it yet is asked for it
        here = of_this_machine(request)
        code = {"code_wanted": bool(house.code) and not here} | ({"code": house.code} if house.code and here else {})
        return Response(json.dumps(told | code), media_type="application/json", headers={"cache-control": "no-store"})

    return send
