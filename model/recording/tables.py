"""Spells, snapshots and decisions as tidy frames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..clock import date_of
from .ledger import ReplicateRecord

if TYPE_CHECKING:
    from ..world import World

REASONS = ("chosen", "lapsed", "terminated")
CHANNELS = ("official", "personal")
ACTIONS = ("propose", "end")


def last_day(end: float) -> date:
    """The last day of a period that ends at a time in years."""
    return date_of(end) - timedelta(days=1)


def spells_frame(world: World, records: Sequence[ReplicateRecord]) -> pd.DataFrame:
    """Ended partnerships: replicate, a, b, country_a, country_b, initiator, field, channel, reason, start, end, strength.

    Times in years (quarters are 0.25 long), strength at the end. Order: replicate, then time of the end.
    """
    frames = []
    names, country = np.array(world.names), np.array(world.countries)[world.arrays.country]
    for record in records:
        whole, times = record.spell_whole, record.spell_times
        frames.append(
            pd.DataFrame(
                {
                    "replicate": record.replicate,
                    "a": names[whole[:, 0]],
                    "b": names[whole[:, 1]],
                    "country_a": country[whole[:, 0]],
                    "country_b": country[whole[:, 1]],
                    "initiator": names[whole[:, 2]],
                    "field": np.array(world.fields)[whole[:, 3]],
                    "channel": np.array(CHANNELS)[whole[:, 4]],
                    "reason": np.array(REASONS)[whole[:, 6]],
                    "start": times[:, 0],
                    "end": times[:, 1],
                    "strength": times[:, 2],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def snapshots_frame(world: World, records: Sequence[ReplicateRecord]) -> pd.DataFrame:
    """Networks at the dates asked for: replicate, date, a, b, country_a, country_b, initiator, field, channel, strength,
    since.

    ``date`` is the day before, whose end the network stands at; ``since`` the start of the partnership in years. Order:
    replicate, date, then the places of a and b in the world.
    """
    columns = [
        "replicate",
        "date",
        "a",
        "b",
        "country_a",
        "country_b",
        "initiator",
        "field",
        "channel",
        "strength",
        "since",
    ]
    frames = []
    names, country = np.array(world.names), np.array(world.countries)[world.arrays.country]
    for record in records:
        for time, whole, numbers in record.snapshots:
            frames.append(
                pd.DataFrame(
                    {
                        "replicate": record.replicate,
                        "date": pd.Timestamp(last_day(time)),
                        "a": names[whole[:, 0]],
                        "b": names[whole[:, 1]],
                        "country_a": country[whole[:, 0]],
                        "country_b": country[whole[:, 1]],
                        "initiator": names[whole[:, 2]],
                        "field": np.array(world.fields)[whole[:, 3]],
                        "channel": np.array(CHANNELS)[whole[:, 4]],
                        "strength": numbers[:, 0],
                        "since": numbers[:, 1],
                    }
                )
            )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def decisions_frame(world: World, records: Sequence[ReplicateRecord]) -> pd.DataFrame:
    """Every proposal and every end that an institution chose: replicate, time, a, b, country_a, country_b, action, accepted.

    ``a`` decides about ``b``; ``accepted`` is b's answer to a proposal, and true for an end, which needs none. Times in
    years. Order: replicate, then time. Empty where the scenario does not keep decisions.
    """
    names, country = np.array(world.names), np.array(world.countries)[world.arrays.country]
    frames = []
    for record in records:
        whole = record.log_whole
        frames.append(
            pd.DataFrame(
                {
                    "replicate": np.full(len(whole), record.replicate),
                    "time": record.log_times,
                    "a": names[whole[:, 0]],
                    "b": names[whole[:, 1]],
                    "country_a": country[whole[:, 0]],
                    "country_b": country[whole[:, 1]],
                    "action": np.array(ACTIONS)[whole[:, 2]],
                    "accepted": whole[:, 3].astype(bool),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
