"""Numbers of instruments: a partnership remembers the measure that it came from by its place in the scenario.

A branch may have other measures, so that places differ. What was kept is brought to the branch's places by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .dynamics.state import LOGGED, SPELLS

OF_PARTNERSHIPS = ("state.instrument",)
"""Arrays of instruments of partnerships."""
COLUMNS = {"state.spell_whole": (5, SPELLS), "state.log_whole": (4, LOGGED)}
"""Tables in which a column holds the instrument, and which of the state's counts says how many rows are filled."""
SNAPSHOT_COLUMN = 6
BY_INSTRUMENT = ("state.entered", "state.projects", "state.placed", "ledger.programmes", "ledger.rows.programmes")
"""Arrays whose last axis is the instruments."""


def renumbered(kept: Mapping[str, np.ndarray], names: Sequence[str]) -> dict[str, np.ndarray]:
    """What was kept of a run, with instruments by their places in ``names``; nothing of ``kept`` is changed.

    A measure that ``names`` lacks has begun after the moment that was kept, or the branch would have been refused: no
    partnership came from it, and no money went to it.
    """
    before = [str(name) for name in kept["instruments"]]
    if before == list(names):
        return dict(kept)
    place = {name: k for k, name in enumerate(names)}
    # the last entry is where -1 points to: from no instrument
    new = np.array([*(place.get(name, -1) for name in before), -1])
    out = dict(kept)
    for name in OF_PARTNERSHIPS:
        out[name] = new[kept[name]].astype(kept[name].dtype)
    tables = {name: (column, int(kept["state.counts"][count])) for name, (column, count) in COLUMNS.items()}
    for name, table in kept.items():
        if name.startswith("ledger.snapshot.") and name.endswith(".whole"):
            tables[name] = SNAPSHOT_COLUMN, len(table)
    for name, (column, filled) in tables.items():
        out[name] = kept[name].copy()
        out[name][:filled, column] = new[kept[name][:filled, column]]
    for name in BY_INSTRUMENT:
        if name in kept:
            out[name] = np.zeros((*kept[name].shape[:-1], len(names)), kept[name].dtype)
            for k, of in enumerate(before):
                if of in place:
                    out[name][..., place[of]] = kept[name][..., k]
    out["instruments"] = np.array(list(names), np.str_)
    return out
