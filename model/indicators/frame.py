"""All indicators beside the series, as one tidy frame with its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..recording.tables import last_day
from . import dependency, leadership
from .registry import OF_NETWORKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..recording import ReplicateRecord
    from ..world import World

COLUMNS = ("scenario", "replicate", "date", "pair", "indicator", "value", "unit")


def of_counts(world: World, record: ReplicateRecord) -> dict[tuple[str, str], np.ndarray]:
    """Indicators of `registry.FROM_COUNTS` of a replicate: (indicator, pair) -> float64[P], a value for each period."""
    c, blocs = len(world.countries), len(world.blocs)
    member = np.zeros((blocs, c))
    member[world.arrays.country_bloc, np.arange(c)] = 1.0
    led = member @ record.led @ member.T
    gaps = {}
    for name, both in (("partnerships", member @ record.ties @ member.T), ("output", led + led.transpose(0, 2, 1))):
        once = both * (1.0 - 0.5 * np.eye(blocs))  # inside a bloc both orders are summed
        gaps[f"dependency.{name}"] = dependency.asymmetry(dependency.mix(once))
    there = led.transpose(0, 2, 1)
    gaps["leaders.premium"] = leadership.premium(led, there, there, led)
    names = world.blocs
    return {
        (name, f"{names[a]}>{names[b]}"): table[:, a, b]
        for name, table in gaps.items()
        for a, b in permutations(range(blocs), 2)
    }


def indicators_of(
    world: World, record: ReplicateRecord
) -> Iterator[tuple[tuple[str, str], NDArray[np.datetime64], NDArray[np.float64]]]:
    """All indicators of a replicate: (indicator, pair), the last days of its periods or days before snapshots, a value each."""
    ends = np.array([last_day(end) for end in record.ends], dtype="datetime64[ns]")
    for key, values in of_counts(world, record).items():
        yield key, ends, values
    if record.measured:
        dates = np.array([last_day(snapshot.time) for snapshot in record.snapshots], dtype="datetime64[ns]")
        for key in record.measured[0]:
            yield key, dates, np.array([values[key] for values in record.measured])


def indicators_frame(scenario: str, world: World, records: Sequence[ReplicateRecord]) -> pd.DataFrame:
    """The tidy frame of indicators of a run: scenario, replicate, date, pair, indicator, value, unit.

    ``date`` is the last day of a period, or the day before a snapshot, at whose end the network stands as it was kept.
    Rows are ordered by indicator (as in `registry.OF_NETWORKS`), pair, replicate and date.
    """
    found: dict[tuple[str, str], list[tuple[int, np.ndarray, np.ndarray]]] = {}
    for record in records:
        for key, dates, values in indicators_of(world, record):
            found.setdefault(key, []).append((record.replicate, dates, values))
    order = {name: place for place, name in enumerate(OF_NETWORKS)}
    keys = sorted(found, key=lambda key: (order[key[0]], key[1]))
    blocks = [block for key in keys for block in found[key]]
    sizes = [sum(len(values) for _, _, values in found[key]) for key in keys]
    lengths = [len(values) for _, _, values in blocks]
    nothing = [np.zeros(0)]

    def labelled(of_key: Sequence[str], known: Sequence[str]) -> pd.Categorical:
        place = {label: code for code, label in enumerate(known)}
        codes = np.array([place[label] for label in of_key], np.int16)
        return pd.Categorical.from_codes(np.repeat(codes, sizes), categories=list(known))

    units = [OF_NETWORKS[name].unit for name, _ in keys]
    return pd.DataFrame(
        {
            "scenario": labelled([scenario] * len(keys), [scenario]),
            "replicate": np.repeat(np.array([number for number, _, _ in blocks], np.int32), lengths),
            "date": np.concatenate([dates for _, dates, _ in blocks] or nothing).astype("datetime64[ns]"),
            "pair": labelled([pair for _, pair in keys], sorted({pair for _, pair in keys})),
            "indicator": labelled([name for name, _ in keys], list(OF_NETWORKS)),
            "value": np.concatenate([values for _, _, values in blocks] or nothing).astype(np.float64),
            "unit": labelled(units, sorted(set(units))),
        }
    )
