"""Indicators of networks, of their change under a shock, and of what money buys: exact definitions, one family a file.

Functions are pure on arrays; what is undefined is NaN, never 0. `registry` is the table of names, units and
definitions, `snapshots` and `frame` make the frame of a run, `paired` holds a run against its baseline.
"""

from .frame import indicators_frame, indicators_of
from .registry import (
    EARLIER_YEARS,
    FROM_COUNTS,
    OF_NETWORKS,
    OF_SNAPSHOTS,
    OF_TWO_RUNS,
    Indicator,
    Of,
    names,
    pair_names,
    unit_of,
)
from .snapshots import measure

__all__ = [
    "EARLIER_YEARS",
    "FROM_COUNTS",
    "OF_NETWORKS",
    "OF_SNAPSHOTS",
    "OF_TWO_RUNS",
    "Indicator",
    "Of",
    "indicators_frame",
    "indicators_of",
    "measure",
    "names",
    "pair_names",
    "unit_of",
]
