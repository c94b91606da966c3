"""Spells, snapshots and decisions as tidy frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..clock import date_of
from .ledger import ReplicateRecord

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionArray

    from ..world import World

REASONS = ("chosen", "lapsed", "terminated")
CHANNELS = ("official", "personal")
ACTIONS = ("propose", "end")


def last_day(end: float) -> date:
    """The last day of a period that ends at a time in years."""
    return date_of(end) - timedelta(days=1)


@dataclass(frozen=True)
class Labels:
    """What the numbers of a world stand for, as columns of text that are taken from by number."""

    names: ExtensionArray
    countries: ExtensionArray  # of the institutions
    fields: ExtensionArray
    instruments: ExtensionArray  # names of measures

    @classmethod
    def of(cls, world: World, instruments: Sequence[str]) -> Labels:
        """The labels of a world, and of the measures that partnerships may come from."""
        countries = np.array(world.countries, dtype=object)[world.arrays.country]
        return cls(_text(world.names), _text(countries), _text(world.fields), _text(instruments))

    def ends(self, a: np.ndarray, b: np.ndarray) -> dict[str, ExtensionArray]:
        """The two institutions of each row, and their countries."""
        return {
            "a": self.names.take(a),
            "b": self.names.take(b),
            "country_a": self.countries.take(a),
            "country_b": self.countries.take(b),
        }

    def instrument(self, number: np.ndarray) -> ExtensionArray:
        """Measure that each partnership came from, nothing where from none (-1)."""
        return self.instruments.take(number, allow_fill=True)


def _text(values: Sequence[str] | np.ndarray) -> ExtensionArray:
    return pd.array(list(values), dtype="str")


def _replicates(records: Sequence[ReplicateRecord], lengths: Sequence[int]) -> np.ndarray:
    return np.repeat(np.array([record.replicate for record in records], np.int64), lengths)


def spells_frame(world: World, records: Sequence[ReplicateRecord], instruments: Sequence[str]) -> pd.DataFrame:
    """Ended partnerships: replicate, a, b, country_a, country_b, initiator, field, channel, instrument, reason, start, end,
    strength.

    ``instruments``: names of the measures that partnerships may come from, by number; a partnership that came from none
    has none. Times in years (quarters are 0.25 long), strength at the end. Order: replicate, then time of the end.
    """
    labels = Labels.of(world, instruments)
    whole = np.concatenate([record.spell_whole for record in records])
    times = np.concatenate([record.spell_times for record in records])
    return pd.DataFrame(
        {
            "replicate": _replicates(records, [len(record.spell_times) for record in records]),
            **labels.ends(whole[:, 0], whole[:, 1]),
            "initiator": labels.names.take(whole[:, 2]),
            "field": labels.fields.take(whole[:, 3]),
            "channel": _text(CHANNELS).take(whole[:, 4]),
            "instrument": labels.instrument(whole[:, 5]),
            "reason": _text(REASONS).take(whole[:, 6]),
            "start": times[:, 0],
            "end": times[:, 1],
            "strength": times[:, 2],
        }
    )


def snapshots_frame(world: World, records: Sequence[ReplicateRecord], instruments: Sequence[str]) -> pd.DataFrame:
    """Networks at the dates asked for: replicate, date, a, b, country_a, country_b, initiator, field, channel, instrument,
    strength, since.

    ``date`` is the day before, whose end the network stands at; ``since`` the start of the partnership in years. Order:
    replicate, date, then the places of a and b in the world.
    """
    labels = Labels.of(world, instruments)
    kept = [(record.replicate, snapshot) for record in records for snapshot in record.snapshots]
    lengths = [len(snapshot.whole) for _, snapshot in kept]
    whole = np.concatenate([np.zeros((0, 7), np.int64), *(snapshot.whole for _, snapshot in kept)])
    numbers = np.concatenate([np.zeros((0, 2)), *(snapshot.numbers for _, snapshot in kept)])
    dates = np.array([last_day(snapshot.time) for _, snapshot in kept], dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "replicate": np.repeat(np.array([replicate for replicate, _ in kept], np.int64), lengths),
            "date": np.repeat(dates, lengths),
            **labels.ends(whole[:, 0], whole[:, 1]),
            "initiator": labels.names.take(whole[:, 2]),
            "field": labels.fields.take(whole[:, 3]),
            "channel": _text(CHANNELS).take(whole[:, 4]),
            "instrument": labels.instrument(whole[:, 6]),
            "strength": numbers[:, 0],
            "since": numbers[:, 1],
        }
    )


def decisions_frame(world: World, records: Sequence[ReplicateRecord], instruments: Sequence[str]) -> pd.DataFrame:
    """Every proposal and every end that an institution chose: replicate, time, a, b, country_a, country_b, action, accepted,
    instrument.

    ``a`` decides about ``b``; ``accepted`` is b's answer to a proposal, and true for an end, which needs none;
    ``instrument`` is the measure that a partnership which ends came from. What programmes place nobody proposed. Times in
    years. Order: replicate, then time. Empty where the scenario does not keep decisions.
    """
    labels = Labels.of(world, instruments)
    whole = np.concatenate([record.log_whole for record in records])
    return pd.DataFrame(
        {
            "replicate": _replicates(records, [len(record.log_times) for record in records]),
            "time": np.concatenate([record.log_times for record in records]),
            **labels.ends(whole[:, 0], whole[:, 1]),
            "action": _text(ACTIONS).take(whole[:, 2]),
            "accepted": whole[:, 3].astype(bool),
            "instrument": labels.instrument(whole[:, 4]),
        }
    )
