"""What holds for every test: worker processes start afresh, as on systems that cannot fork, unless a test says otherwise."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Desk, launched, missing

os.environ.setdefault("COMITY_START_METHOD", "spawn")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in what a shell runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser; where there is none its tests are skipped, and with COMITY_BROWSER=required they fail."""
    if lacking := missing():
        (pytest.fail if os.environ.get("COMITY_BROWSER") == "required" else pytest.skip)(lacking)
    with launched() as running:
        yield running


@pytest.fixture(scope="module")
def lesson_server() -> Iterator[Any]:
    """A server with the scenarios of the lessons, whose kernels are compiled."""
    from served_pages import served_lessons

    with served_lessons() as running:
        yield running


@pytest.fixture
def desk(browser: Any, lesson_server: Any) -> Iterator[Desk]:
    """A fresh page; afterwards it must not have looked elsewhere, nor complained."""
    one = Desk(browser, lesson_server.opened.url)
    yield one
    one.close()
