"""What measures that make partnerships themselves took in, spent and placed, as a tidy frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .ledger import ReplicateRecord
from .tables import last_day

if TYPE_CHECKING:
    from ..scenario import Measure
    from ..world import World


def programmes_frame(world: World, measures: Mapping[str, Measure], records: Sequence[ReplicateRecord]) -> pd.DataFrame:
    """One row a replicate, period and measure with projects: replicate, date, measure, entered, awarded, projects,
    partnerships.

    ``measures`` are those of the scenario, in its order. ``date`` is the last day of the period; ``entered`` the executed
    budget and ``awarded`` what projects cost, in million 2017 PPP dollars, 0 for measures without money; ``projects`` all
    that were paid, planned or founded, ``partnerships`` the new ones among them. Everything is of the real world: counts
    of the simulated one times the institutions that one stands for.
    """
    made = [(place, name, m.projects) for place, (name, m) in enumerate(measures.items()) if m.projects is not None]
    places = [place for place, _, _ in made]
    costs = np.array([projects.cost or 0.0 for _, _, projects in made])
    frames = []
    for record in records:
        entered, projects, partnerships = record.programmes[:, :, places].transpose(1, 0, 2) * world.omega
        dates = np.array([last_day(end) for end in record.ends], dtype="datetime64[us]")
        frames.append(
            pd.DataFrame(
                {
                    "replicate": np.full(entered.size, record.replicate),
                    "date": np.repeat(dates, len(made)),
                    "measure": pd.array([name for _, name, _ in made] * len(dates), dtype="str"),
                    "entered": entered.ravel(),
                    "awarded": (projects * costs).ravel(),
                    "projects": projects.ravel(),
                    "partnerships": partnerships.ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
