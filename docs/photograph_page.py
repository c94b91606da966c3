"""Pictures of the page of `comity teach` for teaching.md, each below 60 kB. Needs the group `browser` and a Chromium.

uv run --group browser python docs/photograph_page.py                  all pictures, into docs/images
uv run --group browser python docs/photograph_page.py --png FOLDER     as PNG in full size, to look at
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parent / "images"
LARGEST = 60_000
WIDEST = 960
"""Pixels of a picture of the documentation."""
PATIENCE = 120_000
"""Milliseconds that the browser waits for anything."""


@dataclass(frozen=True)
class Shot:
    """A state of the page: what its address says, how large its window is, and what is done before the picture."""

    name: str
    query: str = ""
    width: int = 1280
    height: int = 720
    prepare: Callable[[Any], None] = lambda page: None


def _settled(page: Any) -> None:
    page.wait_for_function("() => !comity.asking && !comity.wanted")
    page.wait_for_selector("#lucks:not([disabled])", state="attached")
    page.wait_for_timeout(400)


def _fan(page: Any) -> None:
    page.click("#lucks")
    _settled(page)


def _compare(page: Any) -> None:
    page.click("#keep")
    page.fill("#control-1", "0")
    _settled(page)


def _reveal(page: Any) -> None:
    _steps(page, 4)


def _guess(page: Any) -> None:
    _steps(page, 3)


def _steps(page: Any, count: int) -> None:
    for _ in range(count):
        _settled(page)
        if page.locator("#lesson-next").is_disabled():
            page.click("#lesson [data-choice='1']")
        page.click("#lesson-next")
    _settled(page)


def _predict(page: Any) -> None:
    page.click("#predict")
    page.keyboard.press("2")


def _institution(page: Any) -> None:
    page.evaluate("comity.jump(2019)")
    page.evaluate("comity.pick(comity.run.names.findIndex((_, k) => comity.run.bloc[k] === 0))")
    page.wait_for_selector("#panel .bars", state="attached")
    page.click("#panel details summary >> nth=0")


def _opened(name: str) -> Callable[[Any], None]:
    return lambda page: page.click(f"#{name}-open")


SHOTS = (
    Shot("page"),
    Shot("lecture", "?mode=lecture", prepare=_compare),
    Shot("student-ru", "?mode=student&lang=ru#lesson=what-sanctions-do", prepare=_guess),
    Shot("reveal", "#lesson=what-sanctions-do", prepare=_reveal),
    Shot("embed-zh", "?mode=embed&lang=zh", 960, 540),
    Shot("phone", "", 390, 844),
    Shot("table", prepare=_opened("table")),
    Shot("drawer", prepare=_opened("drawer")),
    Shot("share", prepare=_opened("share")),
    Shot("institution", prepare=_institution),
    Shot("keep", prepare=_compare),
    Shot("fan", prepare=_fan),
    Shot("predict", prepare=_predict),
)


@contextmanager
def served() -> Iterator[str]:
    """The address of a server that runs here."""
    from experiments.cli.teaching import played
    from experiments.teach.serving import Server, open_server

    begun = threading.Event()
    server = Server(open_server(played([]), 0, workers=2), begun.set)
    thread = threading.Thread(target=server.serve_until_interrupted)
    thread.start()
    begun.wait(PATIENCE / 1000)
    try:
        yield server.opened.url
    finally:
        server.should_exit = True
        thread.join()


def small(png: bytes) -> bytes:
    """The picture as WebP below `LARGEST` bytes."""
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    for quality in range(85, 20, -10):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < LARGEST:
            return out.getvalue()
    raise SystemExit("a picture cannot be made small enough")


def main() -> None:
    """Take the pictures that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(s.name for s in SHOTS)}")
    parser.add_argument("--png", type=Path, metavar="FOLDER", help="write PNG in full size there instead")
    parser.add_argument("--lang", default="", help="language of pictures that name none")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for shot in SHOTS:
            if options.names and shot.name not in options.names:
                continue
            context = browser.new_context(
                viewport={"width": shot.width, "height": shot.height}, locale=options.lang or "en-US"
            )
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto(url + shot.query)
            page.wait_for_selector("body[data-ready]")
            _settled(page)
            shot.prepare(page)
            page.wait_for_timeout(400)
            png = page.screenshot()
            if options.png:
                options.png.mkdir(parents=True, exist_ok=True)
                (options.png / f"{shot.name}.png").write_bytes(png)
            else:
                (IMAGES / f"teach-{shot.name}.webp").write_bytes(small(png))
            print(shot.name, flush=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
