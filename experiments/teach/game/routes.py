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
from ..house import Toll
from ..messages import identifier_of, read_message
from .hall import Hall
from .menu import Menu
from .messages import read_code, read_event

WRONG_CODES = 5
"""Codes that one page may try."""
MOST_UNKNOWN = 60
"""Pages that have not said a code that is known."""
MOST_UNKNOWN_OF_ADDRESS = 8
SILENCE = 10.0
"""Seconds that such a page may say nothing; a page of ours says its code at once."""


@dataclass(eq=False)
class Page:
    """A page's socket: what is to be sent stands in a line, of views only the latest."""

    socket: WebSocket
    answers: list[str] = field(default_factory=list)
    view: str = ""

    def __post_init__(self) -> None:
        self.something = asyncio.Event()
        self.address = self.socket.client.host if self.socket.client else ""

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
            # the view first: an answer says that it is done, and a page then goes by the last view that it has
            for text in (*([view] if view else []), *answers):
                await self.socket.send_text(text)


class Door:
    """Lets pages into the hall by their codes. Those whose code is not known have few places, of one address fewer still."""

    def __init__(self) -> None:
        # in the order of their silence; None: pays for a wrong code
        self._unknown: dict[Page, asyncio.Timeout | None] = {}
        self.toll = Toll()

    def take_place(self, page: Page) -> bool:
        """Whether a page has a place now; if need be that of the page that has been silent longest.

        A page that pays for a wrong code keeps its place until it has paid: else guesses would cost nothing.
        """
        of_address = [one for one in self._unknown if one.address == page.address]
        if len(of_address) >= MOST_UNKNOWN_OF_ADDRESS and not self._close_one(of_address):
            return False
        if len(self._unknown) >= MOST_UNKNOWN and not self._close_one(list(self._unknown)):
            return False
        self._unknown[page] = None
        return True

    def leave_place(self, page: Page) -> None:
        """The page's code is known, or the page has gone."""
        self._unknown.pop(page, None)

    async def hear(self, page: Page) -> str | None:
        """What a page says; None if it says nothing in time, has gone, or has lost its place."""
        try:
            async with asyncio.timeout(SILENCE) as patience:
                self._unknown.pop(page)
                self._unknown[page] = patience
                text = await _received(page.socket)
        except TimeoutError:
            return None
        if page not in self._unknown:
            return None
        self._unknown[page] = None
        return text

    def _close_one(self, pages: list[Page]) -> bool:
        for page in pages:
            if (patience := self._unknown[page]) is not None:
                patience.reschedule(asyncio.get_running_loop().time())
                del self._unknown[page]
                return True
        return False


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
    """The place whose code the page brings; None for one that has tried often enough, says nothing, or has gone."""
    if not door.take_place(page):
        page.answer(id=None, error={"kind": "busy", "message": "many pages without a code are waiting", "again": 1.0})
        return None
    try:
        for _ in range(WRONG_CODES):
            text = await door.hear(page)
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
            await door.toll.pay()
            page.answer(id=identifier, error=_error(error, "code"))
        return None
    finally:
        door.leave_place(page)


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
