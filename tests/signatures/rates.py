"""What signatures are made of: how often partnerships are sought, agreed to, begun and given up, and by whom."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from trials import START, world

from model.clock import year_of
from model.dynamics.state import CHOSEN

BEGIN, OVER = year_of(START), 2012.0


def begun(frame: pd.DataFrame, since: float = BEGIN, until: float = OVER) -> pd.DataFrame:
    """Partnerships that began between two times."""
    return frame[(frame["start"] >= since) & (frame["start"] < until)]


def growth(without: pd.DataFrame, with_it: pd.DataFrame) -> float:
    """Ratio of two numbers of rows."""
    return len(with_it) / len(without)


def consent(proposals: pd.DataFrame) -> float:
    """Share of proposals that are accepted."""
    return float(proposals["accepted"].mean())


def hazard(frame: pd.DataFrame, since: float = BEGIN, until: float = OVER) -> float:
    """Partnerships given up by choice, per partnership and year, of those that began before the measure.

    Young partnerships are inside their contract terms: where fewer begin, more of all are given up.
    """
    frame = frame[frame["start"] < BEGIN]
    lived = np.minimum(frame["end"], until) - np.maximum(frame["start"], since)
    given_up = (frame["reason"] == CHOSEN) & (frame["end"] >= since) & (frame["end"] < until)
    return float(given_up.sum() / lived.clip(lower=0.0).sum())


def ratio(of: Callable[[pd.DataFrame], float], without: pd.DataFrame, with_it: pd.DataFrame) -> float:
    """A number of one frame over that of another."""
    return of(with_it) / of(without)


def in_fields(frame: pd.DataFrame, *names: str) -> np.ndarray:
    """Rows of partnerships in some fields, bool."""
    return frame["field"].isin([world().fields.index(name) for name in names]).to_numpy()


def both(frame: pd.DataFrame, members: np.ndarray, actor: str = "initiator") -> np.ndarray:
    """Rows whose two institutions are both members, bool; ``members`` bool[n]."""
    return members[frame[actor]] & members[frame["other"]]


def either(frame: pd.DataFrame, members: np.ndarray, actor: str = "initiator") -> np.ndarray:
    """Rows in which a member takes part, bool."""
    return members[frame[actor]] | members[frame["other"]]


def of_kinds(*names: str) -> np.ndarray:
    """Institutions of some kinds, bool[n]."""
    return np.isin(world().arrays.kind, [world().kinds.index(name) for name in names])
