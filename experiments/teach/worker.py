"""What a worker process of the page does: it reads questions from a pipe and writes frames."""

from __future__ import annotations

import gc
from datetime import date
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from ..runner.worker import begin_process
from .messages import Question

if TYPE_CHECKING:
    from .running import Runs

PRELOADED = "experiments.teach.preloaded"
"""The module that the server of these processes imports."""
IDLE = 0.5
"""Seconds without a question after which a worker makes ready for explanations."""
LATE = date(2010, 1, 1)
WARM_UP = Question(
    "explain", "classroom", 1,
    settings=(("world.institutions", 40), ("time.start", LATE), ("time.show_from", LATE)),
)  # fmt: skip
"""A question whose answer loads what a picture does not need."""

Reply = tuple[str, Any]
"""("frame", bytes), ("input", text), ("late", text) or ("failed", text)."""


def serve(questions: Connection) -> None:
    """Answer questions until the pipe is closed."""
    begin_process()
    from .running import Runs

    runs, warm = Runs(), False
    while True:
        try:
            if not warm and not questions.poll(IDLE):
                reply(Runs(), WARM_UP)
                warm = True
            question = questions.recv()
            questions.send(reply(runs, question))
            gc.collect()  # a model refers to itself; all that was preloaded is out of the collector's sight
        except (EOFError, OSError):
            return


def reply(runs: Runs, question: Question) -> Reply:
    """What a question gives; never an exception."""
    from model.errors import InputError

    from .running import GivenUp

    try:
        return "frame", answer(runs, question)
    except InputError as error:
        return "input", error
    except GivenUp:
        return "late", "this takes too long to be played with; the command line has no such limit"
    except Exception as error:
        return "failed", f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def answer(runs: Runs, question: Question) -> bytes:
    """The frame that answers a question. Raises `InputError` and `GivenUp`."""
    from .running import state_of

    scenario = state_of(question)
    if question.kind == "describe":
        from .catalogue import catalogue

        return catalogue(scenario, question.scenario)
    if question.kind == "explain":
        from .explaining import explained

        return explained(runs, scenario, question)
    from .explaining import measures_of
    from .pictures import luck, picture

    model = runs.replicate(scenario, question.replicate, changed=measures_of(question))
    return luck(model, question) if question.kind == "lucks" else picture(model, question)
