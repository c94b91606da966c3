"""The desk: who answers what, in which order; and how little of the model the server itself holds."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from experiments.teach import desk as desks
from experiments.teach.desk import Desk
from experiments.teach.messages import Question


class Told:
    """A worker that answers with its own place, and only while it is not held up."""

    made: list[Told]

    def __init__(self) -> None:
        self.place = len(self.made)
        self.free = threading.Event()
        self.free.set()
        self.asked: list[Question] = []
        self.made.append(self)

    def start(self) -> None:
        """Nothing to start."""

    def end(self) -> None:
        """Let go whoever waits."""
        self.free.set()

    def ask(self, question: Question) -> tuple[str, bytes]:
        """The place of this worker."""
        self.asked.append(question)
        self.free.wait(60)
        return "frame", bytes([self.place])


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Told]]:
    """The workers of the next desk."""
    Told.made = []
    monkeypatch.setattr(desks, "Hand", Told)
    yield Told.made
    for hand in Told.made:
        hand.free.set()


def asked(seed: int, replicate: int = 0, strength: float = 1.0) -> Question:
    return Question("run", "classroom", seed, (("measures.mobility-2022.strength", strength),), replicate=replicate)


def test_one_luck_is_always_answered_by_one_worker(hands: list[Told]) -> None:
    async def answers() -> dict[int, set[bytes]]:
        async with Desk(3) as desk:
            found: dict[int, set[bytes]] = {}
            for strength in (0.1, 0.2, 0.3):
                for seed in range(12):
                    found.setdefault(seed, set()).add(await desk.ask(asked(seed, strength=strength), who=seed))
            return found

    found = asyncio.run(answers())
    assert {len(places) for places in found.values()} == {1}
    assert set.union(*found.values()) == {b"\0", b"\1", b"\2"}, "and the lucks are spread over the workers"


def test_who_has_nothing_to_do_helps_after_a_while(hands: list[Told], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "LOYALTY", 0.2)

    async def answers() -> tuple[bytes, float]:
        async with Desk(2) as desk:
            home = (await desk.ask(asked(1), who=1))[0]
            hands[home].free.clear()
            held = asyncio.create_task(desk.ask(asked(1, strength=0.5), who=1))
            while len(hands[home].asked) < 2:
                await asyncio.sleep(0.01)
            began = asyncio.get_running_loop().time()
            helped = await desk.ask(asked(1, strength=0.6), who=2)
            waited = asyncio.get_running_loop().time() - began
            hands[home].free.set()
            assert (await held)[0] == home
            assert helped[0] != home
            return helped, waited

    _, waited = asyncio.run(answers())
    assert waited >= 0.2, "but not before its own worker had the time to come to it"


def test_lines_are_served_in_turn_by_a_worker(hands: list[Told]) -> None:
    async def ask_much() -> None:
        async with Desk(1) as desk:
            hands[0].free.clear()
            tasks = [asyncio.create_task(desk.ask(asked(0), who="first"))]
            await asyncio.sleep(0.05)
            tasks += [asyncio.create_task(desk.ask(asked(seed), who="much")) for seed in (1, 2, 3)]
            await asyncio.sleep(0.05)
            tasks.append(asyncio.create_task(desk.ask(asked(4), who="little")))
            await asyncio.sleep(0.05)
            hands[0].free.set()
            await asyncio.gather(*tasks)

    asyncio.run(ask_much())
    assert [question.seed for question in hands[0].asked] == [0, 1, 4, 2, 3]


def test_a_worker_has_time_to_compile_until_it_has_run_the_model() -> None:
    """Answers that need no kernels come before: what there is to change, or an error."""
    patiences: list[float] = []
    replies = [("frame", b""), ("input", "no"), ("frame", b""), ("frame", b"")]
    pipe = SimpleNamespace(
        send=lambda _: None, poll=lambda seconds: patiences.append(seconds) or True, recv=lambda: replies.pop(0)
    )
    hand: Any = desks.Hand()
    hand._pipe, hand._process = pipe, SimpleNamespace(is_alive=lambda: True)
    for question in (Question("describe", "classroom", 1), asked(1), asked(2), asked(3)):
        hand.ask(question)
    assert patiences == [desks.BEGINNING, desks.BEGINNING, desks.BEGINNING, desks.PATIENCE]


def test_the_server_holds_neither_the_model_nor_its_libraries() -> None:
    """Thirty students and their teacher share one small machine."""
    program = """
import sys
from experiments.cli.doctoring import kernels_cached
from experiments.cli.teaching import played
from experiments.teach.serving import Server, open_server

if __name__ == "__main__":
    kernels_cached()
    Server(open_server(played(["classroom"]), 0, workers=1))
    print(*sorted({"numba", "pandas", "pyarrow", "scipy", "mesa", "matplotlib"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="nothing is forked here")
def test_workers_hold_the_model_and_not_pyarrow() -> None:
    program = """
from experiments.runner.processes import in_another_process, start_server
from experiments.teach.worker import PRELOADED

if __name__ == "__main__":
    start_server(PRELOADED)
    print(in_another_process(eval, "[name for name in ('numba', 'pandas', 'pyarrow') if __import__('sys').modules.get(name)]"))
"""
    forked = {**os.environ, "COMITY_START_METHOD": "forkserver"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=forked, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['numba', 'pandas']"
