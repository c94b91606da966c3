"""The picture of the class game in game.md: the wall after two rounds. Needs the group `browser` and a Chromium.

uv run --group browser python docs/photograph_game.py
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from photograph_page import IMAGES, PATIENCE, small

SEED = 5
CHOSEN = {
    "moscow": [["joint-call", "beijing"], ["mobility", "delhi"], ["mobility", "beijing"]],
    "beijing": [["joint-call", "moscow"], ["talent", "washington"], ["mobility", "brussels"]],
    "brussels": [["moratorium", "moscow"], ["listing", "moscow"], ["mobility", "delhi"], ["joint-call", "beijing"]],
    "washington": [["secondary", "moscow"], ["investigations", "beijing"], ["mobility", "tokyo"]],
}


def played(folder: str) -> Any:
    """A game of two rounds."""
    from experiments.teach.game.files import game_of

    game = game_of(Path(folder) / "game.jsonl", SEED)
    for _ in range(2):
        game.add({"do": "open"})
        for ministry, choices in CHOSEN.items():
            game.add({"do": "choose", "ministry": ministry, "choices": choices, "decided": True})
        game.add({"do": "close"})
    return game


def main() -> None:
    """Take the picture."""
    import threading

    from playwright.sync_api import sync_playwright

    from experiments.teach.serving import Server, open_server

    chromium = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        begun = threading.Event()
        server = Server(open_server({"classroom": "Classroom"}, 0, workers=2, game=played(folder)), begun.set)
        thread = threading.Thread(target=server.serve_until_interrupted)
        thread.start()
        begun.wait(PATIENCE / 1000)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="en-US")
        page.set_default_timeout(PATIENCE)
        page.goto(server.opened.game_url)
        page.wait_for_function("() => window.comity?.view?.results")
        page.wait_for_timeout(400)
        (IMAGES / "game-wall.webp").write_bytes(small(page.screenshot()))
        browser.close()
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
