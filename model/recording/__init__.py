"""What a run leaves: counts by country pair and period, spells, snapshots; and the indicators made of them."""

from .ledger import Ledger, ReplicateRecord, Snapshot
from .programmes import programmes_frame
from .series import INDICATORS, series_frame, series_of
from .tables import decisions_frame, last_day, snapshots_frame, spells_frame

__all__ = [
    "INDICATORS",
    "Ledger",
    "ReplicateRecord",
    "Snapshot",
    "decisions_frame",
    "last_day",
    "programmes_frame",
    "series_frame",
    "series_of",
    "snapshots_frame",
    "spells_frame",
]
