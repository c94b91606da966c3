"""The page of `comity teach`: how soon a picture is there, how smoothly it plays, what a class and hostile messages do to it.

The server runs in processes of its own, as a lecturer starts it, and everything here talks to it from outside: a Chromium for
what a reader waits for, sockets for a class.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import string
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from .measuring import ROOT, Row, row, wall_time
from .sweeps import Memory

STUDENTS = 30
EVERY = 2.0
"""Seconds between two changes of one student."""
STRENGTHS = ("academies-2022", "mit-skoltech-2022", "german-freeze-2022", "ostp-2022", "sectoral-2014")
REPEATS = 9
A_SOCKET, AT_ONCE = 40, 4
"""Hostile messages of one socket, as many as a page may send at once, and sockets that send them together."""
BROWSER_FLAGS = ("--no-sandbox", "--disable-background-networking")
PATIENCE = 120.0


@contextmanager
def served(*scenarios: str) -> Iterator[tuple[str, psutil.Process]]:
    """The address and the process of a warm server."""
    words = ["teach", *scenarios, "--port", "0", "--no-browser", "--quiet"]
    with subprocess.Popen(
        [sys.executable, "-m", "experiments.cli", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[4]  # The page is at URL (...
            asyncio.run(_warm(url, scenarios[0] if scenarios else "classroom"))
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()


@contextmanager
def browser() -> Iterator[Any]:
    """A Chromium. Raises `ExperimentError` where there is none."""
    from importlib.util import find_spec

    from experiments.errors import ExperimentError

    program = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None or find_spec("playwright") is None:
        raise ExperimentError("the page is measured in a browser\n  install Chromium, and `uv sync --group browser`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(BROWSER_FLAGS))
        yield running
        running.close()


# --- what a reader waits for --------------------------------------------------------------------------------------

CHANGED = """async (value) => {
  const slider = document.getElementById("control-1"), before = comity.run, begin = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
  while (comity.run === before) await new Promise((done) => setTimeout(done, 2));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - begin;
}"""
"""Milliseconds from the slider to the frame that shows what it does."""
FRAMES = """async () => {
  comity.timeline.go(0, false);
  comity.timeline.toggle(true);
  const begin = performance.now(), drawn = comity.network.frames;
  await new Promise((done) => setTimeout(done, 4000));
  const rate = 1000 * (comity.network.frames - drawn) / (performance.now() - begin);
  comity.timeline.toggle(false);
  return rate;
}"""
"""Pictures of the network a second, while it plays."""


def page() -> list[Row]:
    """Load, slider and frames with 120 and with 600 institutions, in a headless Chromium."""
    rows = []
    with served("classroom", "hindcast") as (url, _), browser() as running:
        loads = [_loaded(running, url)[0] for _ in range(REPEATS)]
        rows.append(
            row("teach_first_load_s", loads, "s", against="an empty browser to the first picture", aim="<= 1.5")
        )
        for scenario, aim in (("classroom", "<= 300"), ("hindcast", "<= 500")):
            _, one = _loaded(running, f"{url}#scenario={scenario}")
            count = one.evaluate("comity.run.names.length")
            delays = [one.evaluate(CHANGED, value) for value in _values(2 * REPEATS)]
            rows.append(row(f"teach_slider_ms_{count}", delays, "ms", against="slider to picture", aim=aim))
            rate = [one.evaluate(FRAMES) for _ in range(3)]
            rows.append(row(f"teach_frames_{count}", rate, "frames/s", against="the network as it plays", aim=">= 50"))
            one.context.close()
    return rows


def _values(count: int) -> list[str]:
    """Values of a slider, no two the same and never back to one that was seen."""
    return [f"{value / 100:.2f}" for value in random.Random(1).sample(range(5, 95), count)]


def _loaded(running: Any, url: str) -> tuple[float, Any]:
    """Seconds until a page is there, and the page."""
    one = running.new_context(viewport={"width": 1280, "height": 720}).new_page()
    one.set_default_timeout(1000 * PATIENCE)
    begin = wall_time()
    one.goto(url)
    one.wait_for_selector("body[data-ready]")
    return wall_time() - begin, one


def exported() -> list[Row]:
    """The page as one file, and how soon it opens from disk."""
    words = ["export-page", "classroom", "--grid", "measures.academies-2022.strength=0,0.5,1", "--quiet"]
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder, browser() as running:
        path = Path(folder) / "page.html"
        subprocess.run(
            [sys.executable, "-m", "experiments.cli", *words, "--out", str(path)],
            cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        opened = [_loaded(running, path.as_uri())[0] for _ in range(REPEATS)]
        return [
            row("export_page_mb", [path.stat().st_size / 1e6], "MB", against="classroom, three states", aim="<= 2"),
            row("export_page_open_s", opened, "s", against="from disk to the first picture", aim="<= 1"),
        ]


# --- a class ------------------------------------------------------------------------------------------------------


def klass(seconds: float = 60.0) -> list[Row]:
    """Thirty students, each changing something every two seconds: delays, memory of all processes, what was dropped."""
    with served("classroom") as (url, process):
        memory = Memory(process.pid)
        delays, dropped = asyncio.run(_students(url, seconds))
        most = memory.end()
    delays.sort()
    what = f"{STUDENTS} students, a change every {EVERY:g} s, {seconds:g} s"
    return [
        row("teach_class_median_s", [delays[len(delays) // 2]], "s", against=what),
        row("teach_class_p95_s", [delays[int(0.95 * (len(delays) - 1))]], "s", against=what, aim="<= 0.6"),
        row("teach_class_mb", [most / 1e6], "MB", against="the server with its workers, shared pages once", aim="<= 400"),
        row("teach_class_dropped", [dropped], "answers", against=f"of {len(delays) + dropped}", aim="<= 0"),
    ]  # fmt: skip


async def _students(url: str, seconds: float) -> tuple[list[float], int]:
    delays: list[float] = []
    dropped = 0

    async def student(number: int) -> None:
        nonlocal dropped
        luck = random.Random(number)
        state: dict[str, Any] = {"scenario": "classroom", "seed": 1, "set": {}}
        async with _socket(url) as socket:
            await asyncio.sleep(luck.uniform(0.0, EVERY))
            end = wall_time() + seconds
            while (begin := wall_time()) < end:
                if luck.random() < 1 / 3:
                    state["seed"] = luck.randrange(1, 41)
                else:
                    state["set"][f"measures.{luck.choice(STRENGTHS)}.strength"] = luck.randrange(0, 101) / 100
                if await _answered(socket, state):
                    delays.append(wall_time() - begin)
                else:
                    dropped += 1
                await asyncio.sleep(max(0.0, EVERY - (wall_time() - begin)))

    await asyncio.gather(*(student(number) for number in range(STUDENTS)))
    return delays, dropped


async def _answered(socket: Any, state: dict[str, Any]) -> bool:
    """Whether a question got its frame."""
    await socket.send(json.dumps({"id": 1, **state}))
    if not json.loads(await asyncio.wait_for(socket.recv(), PATIENCE)).get("ok"):
        return False
    await asyncio.wait_for(socket.recv(), PATIENCE)
    return True


def _socket(url: str) -> Any:
    from websockets.asyncio.client import connect

    origin: Any = url.rstrip("/")
    return connect(f"ws://{url.removeprefix('http://')}ws", origin=origin, max_size=None, compression=None)


async def _warm(url: str, scenario: str) -> None:
    """Ask as many different questions at once as wake every worker."""
    asked = [{"scenario": scenario, "seed": seed, "set": {}} for seed in range(1, 5)]

    async def one(state: dict[str, Any]) -> None:
        async with _socket(url) as socket:
            await _answered(socket, state)

    await asyncio.gather(*(one(state) for state in asked))


# --- hostile messages ---------------------------------------------------------------------------------------------


def fuzzed(messages: int = 10_000) -> list[Row]:
    """Broken, absurd and hostile messages: all are answered, the server lives, its memory stays."""
    with served("classroom") as (url, process):
        asyncio.run(_fuzz(url, messages // 10, 1))
        before = _bytes(process)
        unanswered = asyncio.run(_fuzz(url, messages, 2))
        after = _bytes(process)
        asyncio.run(_warm(url, "classroom"))
    what = f"{messages:,} messages that nobody should send"
    return [
        row("teach_fuzz_unanswered", [unanswered], "messages", against=what, aim="<= 0"),
        row("teach_fuzz_mb", [(after - before) / 1e6], "MB", against="memory after, less before", aim="<= 10"),
    ]


def _bytes(process: psutil.Process) -> int:
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


async def _fuzz(url: str, messages: int, seed: int) -> int:
    """Send messages, on a new socket before one is told to slow down; how many got no answer."""
    unanswered = 0
    rounds = iter(range(messages // A_SOCKET))

    async def send() -> None:
        nonlocal unanswered
        for number in rounds:
            luck = random.Random(f"{seed} {number}")
            async with _socket(url) as socket:
                for _ in range(A_SOCKET):
                    await socket.send(hostile(luck))
                    try:
                        await _error(socket)
                    except TimeoutError:
                        unanswered += 1

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    return unanswered


async def _error(socket: Any) -> None:
    """Take an answer, with its frame if a message was good by chance."""
    if json.loads(await asyncio.wait_for(socket.recv(), PATIENCE)).get("ok"):
        await asyncio.wait_for(socket.recv(), PATIENCE)


def hostile(luck: random.Random) -> str | bytes:
    """A message that nobody should send."""
    words = ["classroom", "../../etc/passwd", "x" * 5000, "", "__class__", "NaN", "\u202e", "measures.a.strength"]
    values: list[Any] = [None, -1, 1e308, 2**70, True, [], {}, [[[[[[1]]]]]], *words]
    state = {key: luck.choice(values) for key in ("id", "kind", "scenario", "seed", "set", "add", "lines", "until")}
    match luck.randrange(6):
        case 0:
            return "".join(luck.choices(string.printable, k=luck.randrange(200)))
        case 1:
            return luck.randbytes(luck.randrange(1, 400))
        case 2:
            return json.dumps(state)
        case 3:
            paths = {f"{luck.choice(words)}.{luck.choice(words)}": luck.choice(values) for _ in range(3)}
            return json.dumps({"id": 1, "scenario": "classroom", "seed": 1, "set": paths})
        case 4:
            return "[" * luck.randrange(1, 9000)
        case _:
            return json.dumps({"id": 1, "scenario": "classroom", "seed": 1})[: luck.randrange(1, 40)]
