"""QR codes of links to this server, drawn beside the event loop: one takes as long as a hundred other requests."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from .house import House

LONGEST_LINK = 1_000
"""Characters; the code of a longer one is too fine for a phone at the back of a room."""
MOST_WAITING = 8
"""Codes that are waited for; nobody needs to bring a join code to ask for one."""


@lru_cache(maxsize=32)
def drawn(link: str) -> bytes:
    """The picture of a link, as SVG."""
    import segno

    image = io.BytesIO()
    segno.make(link, error="l", micro=False).save(image, kind="svg", scale=4, border=2, dark="#262626", nl=False)
    return image.getvalue()


def qr_code(house: House) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of the codes of a house."""
    ours = tuple(f"http://{host}/" for host in house.hosts)
    one_by_one, waiting = asyncio.Semaphore(1), 0

    async def send(request: Request) -> Response:
        nonlocal waiting
        link = request.query_params.get("link", "")
        if not link.startswith(ours) or len(link) > LONGEST_LINK or not link.isprintable():
            return Response("no link of this page", status_code=400, media_type="text/plain")
        if waiting >= MOST_WAITING:
            return Response("ask again", status_code=503, media_type="text/plain", headers={"retry-after": "1"})
        waiting += 1
        try:
            async with one_by_one:
                image = await asyncio.to_thread(drawn, link)
        finally:
            waiting -= 1
        return Response(image, media_type="image/svg+xml", headers={"cache-control": "no-store"})

    return send
