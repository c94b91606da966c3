"""The figures of shocks: each is left out where there is nothing to show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..figures.context import Context
from ..figures.dependency import draw_dependency
from ..figures.hysteresis import draw_hysteresis
from ..figures.sorting import draw_sorting
from ..figures.style import styled
from ..figures.substitution import draw_substitution
from .wording import beside

if TYPE_CHECKING:
    from ..comparing.means import Run
    from .findings import Shocks


def draw_shocks(folder: Path, runs: Sequence[Run], found: Shocks) -> list[Path]:
    """Draw what was found of runs, the base first, into ``folder / "figures"`` as PNG and SVG; returns the paths.

    Of several scenarios that lift restrictions the first is drawn; the table has all.
    """
    contexts = {run.scenario.name: Context(run.scenario) for run in runs}
    paths: list[Path] = []
    with styled():
        for own in found.shown_hysteresis[:1]:
            lifting = own[0].lifting
            notes = [f"{note[0].upper()}{note[1:]}." for note in beside(lifting)]
            paths += draw_hysteresis(folder, contexts[lifting.baseline], contexts[lifting.scenario], own, notes)
        paths += draw_substitution(
            folder, contexts[found.scenarios[0]], found.shown_substitution, found.shown_observed, found.replicates
        )
        paths += draw_sorting(folder, list(contexts.values()), found.sorting, found.replicates)
        paths += draw_dependency(folder, list(contexts.values()), [run.indicators for run in runs])
    return paths
