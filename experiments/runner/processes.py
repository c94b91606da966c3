"""How worker processes come into being.

Where the system can, they are forked from a server that has imported the model and loaded its kernels once (Python's
`forkserver`): a pool then starts in milliseconds, and the workers share those pages of memory. Elsewhere, or with
COMITY_START_METHOD=spawn, every worker starts afresh. Results are the same.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

START_METHODS = ("forkserver", "spawn")
PRELOADED = "experiments.runner.preloaded"
"""The module that the server imports before it forks the first worker."""


def start_method() -> str:
    """The first start method that this system has, or the one that COMITY_START_METHOD names. Raises `InputError`."""
    from model.errors import InputError, as_written, nearest_name

    here = [method for method in START_METHODS if method in multiprocessing.get_all_start_methods()]
    wanted = os.environ.get("COMITY_START_METHOD")
    if wanted is not None and wanted not in here:
        raise InputError(
            f"there is no way {as_written(wanted)} to start a process", where="COMITY_START_METHOD",
            allowed=", ".join(here), nearest=nearest_name(wanted, here),
        )  # fmt: skip
    return wanted or here[0]


def process_context(preload: str = PRELOADED) -> Any:
    """The `multiprocessing` context of the workers; its server, where it does not run yet, is told what to hold ready."""
    context = multiprocessing.get_context(start_method())
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([preload])
    return context


def start_server(preload: str = PRELOADED) -> None:
    """Let the server come up while this process does other things; nothing where workers start afresh."""
    if process_context(preload).get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()


def in_another_process[Given](function: Callable[..., Given], *arguments: object) -> Given:
    """What a function of a module gives, computed in a process of its own: what it had to import goes with it."""
    with ProcessPoolExecutor(1, mp_context=process_context()) as one:
        return one.submit(function, *arguments).result()
