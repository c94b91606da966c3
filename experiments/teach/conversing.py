"""A page's socket: what it may send, and that every message gets an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from model.errors import InputError

from ..errors import ExperimentError
from .desk import Busy, Desk
from .house import Guesses, House, from_our_page
from .messages import identifier_of, read_message, read_question

MOST_SOCKETS = 200
MOST_OF_ADDRESS = 64
"""Sockets of one address: a class may come through one router."""
COME_AGAIN = 5.0
"""Seconds after which a page for which there was no room may come again."""
MOST_AT_WORK = 32
"""Messages of one socket that are being answered."""
A_SECOND = 12.0
"""Messages a second that one page may send for long; a slider that is dragged asks for the next only when the last came."""
AT_ONCE = 40.0
"""Messages that it may send at once."""
STRIKES = 200
"""Refused messages after which a socket is closed."""


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


@asynccontextmanager
async def entering(
    websocket: WebSocket, house: House, sockets: set[WebSocket], guesses: Guesses | None = None
) -> AsyncIterator[bool]:
    """Open a socket of our page, while there is room for it; yields whether it is open, and so counted among ``sockets``.

    With ``guesses`` it must bring the class's code.
    """
    if not from_our_page(websocket.headers, house) or not (guesses is None or await guesses.right(websocket, house)):
        await websocket.close(1008)  # before it was accepted: the handshake ends with 403
        yield False
    elif not _has_room(websocket, sockets):
        await _turn_away(websocket)
        yield False
    else:
        await websocket.accept()
        sockets.add(websocket)
        try:
            yield True
        finally:
            sockets.discard(websocket)


async def attend(websocket: WebSocket, desk: Desk, house: House) -> None:
    """One page's conversation: every message gets an answer, and an answer is a header and, if it is good, a frame."""
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


async def _turn_away(websocket: WebSocket) -> None:
    """Tell a page for which there is no room when to come again; 403 would say that its code is wrong."""
    with suppress(WebSocketDisconnect, RuntimeError):
        await websocket.accept()
        told = _refused(None, "busy", "too many pages of this address, or of all, are open", again=COME_AGAIN)
        await websocket.send_text(json.dumps(told))
        await websocket.close(1013)


def _has_room(websocket: WebSocket, sockets: set[WebSocket]) -> bool:
    """Whether there is room for one more socket, and for one more of its address."""
    here = websocket.client.host if websocket.client else ""
    of_address = sum(1 for one in sockets if one.client and one.client.host == here)
    return len(sockets) < MOST_SOCKETS and of_address < MOST_OF_ADDRESS
