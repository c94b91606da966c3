"""Debian's Chromium for tests of pages, in which every request off this machine is blocked and counted."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

CHROMIUM = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 90_000
"""Milliseconds that a test waits for a page."""
ELSEWHERE = re.compile(r"^wss?://(?!127\.0\.0\.1[:/])")
LINE = "output.volume:Russia-West"


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
        context.route_web_socket(ELSEWHERE, lambda socket: (self.elsewhere.append(socket.url), socket.close()))
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
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


class Desk(Watched):
    """A page with its server."""

    def __init__(self, browser: Any, url: str, **context: Any) -> None:
        super().__init__()
        self.url = url
        self.context = browser.new_context(viewport={"width": 1280, "height": 720}, **context)
        self.page = self.page_of(self.context)

    def open(self, query: str = "") -> Any:
        """Go to the page and wait until it is there."""
        self.page.goto(self.url + query)
        self.page.wait_for_selector("body[data-ready]")
        return self.page

    def values(self, line: str = LINE) -> list[float]:
        """What the chart draws of a line."""
        return self.page.evaluate("line => comity.run.values(line)", line)  # type: ignore[no-any-return]

    def settle(self) -> None:
        """Wait until nothing is asked for any more."""
        self.page.wait_for_function("() => !comity.asking && !comity.wanted")

    def slide(self, control: int, value: float) -> None:
        """Move a slider, and wait for the picture."""
        self.page.fill(f"#control-{control}", str(value))
        self.settle()

    def close(self) -> None:
        """Afterwards it has not looked elsewhere, nor complained."""
        self.context.close()
        assert self.elsewhere == []
        assert self.complaints == []


def serious_faults(page: Any) -> list[tuple[str, list[str]]]:
    """What axe-core finds serious or critical: rule and places."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        (found["id"], [node["html"][:200] for node in found["nodes"]])
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
