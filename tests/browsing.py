"""Debian's Chromium for tests of pages, in which every request off this machine is blocked and counted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

CHROMIUM = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 90_000
"""Milliseconds that a test waits for a page."""


def missing() -> str:
    """What a browser test lacks here, in words; empty where it can run."""
    if not CHROMIUM:
        return "there is no Chromium"
    return "" if find_spec("playwright") else "Playwright is not installed: uv sync --group browser"


@contextmanager
def launched() -> Iterator[Any]:
    """A running Chromium, closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


class Watched:
    """Pages whose requests off this machine are blocked; what they asked for there, and what they complained of."""

    def __init__(self) -> None:
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []

    def page_of(self, context: Any) -> Any:
        """A page of a browser's context, watched."""
        context.set_default_timeout(PATIENCE)
        context.route("**/*", self._judge)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("websocket", lambda socket: self._here(socket.url))
        return page

    def _judge(self, route: Any) -> None:
        if self._here(route.request.url):
            route.continue_()
        else:
            route.abort()

    def _here(self, url: str) -> bool:
        parts = urlsplit(url)
        here = parts.scheme in ("data", "blob", "file") or parts.hostname == "127.0.0.1"
        if not here:
            self.elsewhere.append(url)
        return here
