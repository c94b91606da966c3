"""Hysteresis, substitution, sorting and dependency as commands tell them: numbers in the folder, figures, a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .output import Output

if TYPE_CHECKING:
    from ..comparing.means import Run
    from ..shocks import Shocks


def measure_shocks(output: Output, folder: Path, runs: Sequence[Run], figures: bool) -> tuple[Shocks | None, bool]:
    """Measure the shocks of runs, the base first, and leave numbers and figures in ``folder``.

    Returns them, and whether all is there: a failure here must not cost the runs.
    """
    found: Shocks | None = None
    try:
        from ..shocks import shocks_of, write_shocks

        found = shocks_of(runs)
        write_shocks(folder, found)
        if figures:
            from ..shocks.drawing import draw_shocks

            draw_shocks(folder, runs, found)
    except Exception as error:
        what = "shocks" if found is None else "the figures of shocks"
        output.say("shocks", f"{what} failed ({type(error).__name__}: {error}); the numbers of the runs are kept")
        return found, False
    return found, True
