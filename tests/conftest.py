"""What holds for every test: worker processes start afresh, as on systems that cannot fork, unless a test says otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import launched, missing

os.environ.setdefault("COMITY_START_METHOD", "spawn")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser; where there is none its tests are skipped, and with COMITY_BROWSER=required they fail."""
    if lacking := missing():
        (pytest.fail if os.environ.get("COMITY_BROWSER") == "required" else pytest.skip)(lacking)
    with launched() as running:
        yield running
