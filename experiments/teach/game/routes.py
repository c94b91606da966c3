"""The game's socket and its menu, for the server of the page."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from model.errors import InputError

from ...errors import ExperimentError
from ..messages import identifier_of, read_message
from .hall import Hall
from .menu import Menu
from .messages import read_code, read_event

WRONG_CODES = 5
"""Codes that one page may try."""
A_WRONG_CODE = 1.0
"""Seconds that a wrong code takes, one after the other for all pages together: nobody gets far by guessing."""
MOST_UNKNOWN = 60
"""Pages that have not said a code yet."""


@dataclass(eq=False)
class Page:
    """A page's socket: what is to be sent stands in a line, of views only the latest."""

    socket: WebSocket
    answers: list[str] = field(default_factory=list)
    view: str = ""

    def __post_init__(self) -> None:
        self.something = asyncio.Event()

    def tell(self, text: str) -> None:
        """Send a view; one that was not sent yet is out of date."""
        self.view = text
        self.something.set()

    def answer(self, **content: Any) -> None:
        """Send the answer to a message."""
        self.answers.append(json.dumps(content, ensure_ascii=False))
        self.something.set()

    async def send(self) -> None:
        """Send what stands in the line, for as long as there is a line."""
        while True:
            await self.something.wait()
            self.something.clear()
            answers, self.answers = self.answers, []
            view, self.view = self.view, ""
            for text in (*answers, *([view] if view else [])):
                await self.socket.send_text(text)


class Door:
    """Lets pages into the hall by their codes."""

    def __init__(self) -> None:
        self.unknown = 0
        self._wrong = asyncio.Lock()

    async def wrong(self) -> None:
        """What a wrong code costs."""
        async with self._wrong:
            await asyncio.sleep(A_WRONG_CODE)


async def converse(socket: WebSocket, hall: Hall, door: Door, allowance: Any, strikes: int) -> None:
    """One page's conversation, from its code on; the socket was accepted. Every message gets an answer."""
    page = Page(socket)
    sending = asyncio.create_task(page.send())
    try:
        place = await _let_in(page, hall, door)
        while place is not None and strikes > 0:
            text = await _received(socket)
            if text is None:
                return
            if not allowance.take(monotonic()):
                strikes -= 1
                page.answer(id=None, error=_error(InputError("too many messages; slow down, please"), "rate"))
                await asyncio.sleep(0.05)
                continue
            strikes -= not _answered(page, text, hall, place)
        await asyncio.sleep(0.05)  # so that the last answer is sent
        await socket.close(1008)
    except (WebSocketDisconnect, RuntimeError):
        return  # it went away while it was being answered
    finally:
        hall.leave(page)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _let_in(page: Page, hall: Hall, door: Door) -> str | None:
    """The place whose code the page brings; None for one that has tried often enough, or has gone."""
    if door.unknown >= MOST_UNKNOWN:
        return None
    door.unknown += 1
    try:
        for _ in range(WRONG_CODES):
            text = await _received(page.socket)
            if text is None:
                return None
            identifier, place = None, None
            error = InputError(
                "is no code of this game", where="code", allowed="the code of your group, or the lecturer's"
            )
            try:
                message = read_message(text)
                identifier = identifier_of(message)
                place = hall.enter(page, read_code(message))
            except InputError as one:
                error = one
            if place is not None:
                page.answer(id=identifier, ok=True, place=place)
                return place
            await door.wrong()
            page.answer(id=identifier, error=_error(error, "code"))
        return None
    finally:
        door.unknown -= 1


async def _received(socket: WebSocket) -> str | None:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text = message.get("text")
    return text if text is not None else "\0"


def _answered(page: Page, text: str, hall: Hall, place: str) -> bool:
    """Whether a message was good; its answer stands in the line then."""
    identifier = None
    try:
        message = read_message(text)
        identifier = identifier_of(message)
        told = hall.take(read_event(message, place, hall.state.moment))
    except InputError as error:
        page.answer(id=identifier, error=_error(error, "input"))
        return False
    except ExperimentError as error:
        page.answer(id=identifier, error={"kind": "failed", "message": str(error)})
        return True
    page.answer(id=identifier, ok=True, **told)
    return True


def _error(error: InputError, kind: str) -> dict[str, Any]:
    told = {
        "kind": kind,
        "message": error.message,
        "where": error.where,
        "allowed": error.allowed,
        "nearest": error.nearest,
    }
    return {key: value for key, value in told.items() if value}


def menu_file(menu: Menu) -> Any:
    """The endpoint of the menu."""
    body = json.dumps(menu.told(), ensure_ascii=False).encode()

    async def send(_: Any) -> Response:
        return Response(body, media_type="application/json", headers={"cache-control": "no-cache"})

    return send
