"""Which pairs of countries had a restriction between them, and when: what a gravity model with sanctions sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from model.clock import year_of

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.scenario.measure import Side
    from model.tables import Tables


def restricted(scenario: Scenario, tables: Tables, frame: pd.DataFrame) -> pd.DataFrame:
    """Share of each year in which a restriction with both sides was in force, years x pairs, shaped as ``frame``.

    Measures about single institutions, and those of one side, do not count: a dummy of pairs of countries cannot hold
    them.
    """
    out = frame * 0.0
    for measure in scenario.measures.values():
        if measure.group != "restriction" or not (_names(measure.from_) and _names(measure.to)):
            continue
        begin = year_of(measure.start)
        end = year_of(measure.end) if measure.end is not None else float("inf")
        first, second = _countries(measure.from_, tables), _countries(measure.to, tables)
        years = out.index.to_numpy(float)
        share = np.maximum(0.0, np.minimum(end, years + 1.0) - np.maximum(begin, years))
        for pair in out:
            a, b = str(pair).split("-")
            if (a in first and b in second) or (b in first and a in second):
                out[pair] = np.maximum(out[pair], share)
    return out


def _names(side: Side) -> bool:
    """Whether a side is about whole countries, named."""
    return bool((side.countries or side.blocs) and not isinstance(side.institutions, tuple))


def _countries(side: Side, tables: Tables) -> set[str]:
    inside = set(side.countries) if isinstance(side.countries, tuple) else set()
    blocs = side.blocs if isinstance(side.blocs, tuple) else ()
    return inside | {code for code, bloc in zip(tables.countries, tables.country_blocs, strict=True) if bloc in blocs}
