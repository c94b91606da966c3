"""Contract terms, renewals, lifetimes and repeated partnerships of a replicate."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from model.clock import QUARTER
from model.dynamics.state import TERMINATED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.recording import ReplicateRecord, Snapshot

TERMS = ("10th percentile", "median", "mean", "90th percentile")
"""Statistics of contract terms, in months."""
FIRST, LAST = 2014, 2020
"""Years in which the projects began whose durations were measured (institution_distributions.csv)."""
MEMBERS = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR",
     "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"]
)  # fmt: skip
"""Members of the European Union in those years; Great Britain took part in its programmes until 2020."""


def _no_instrument(snapshot: Snapshot) -> NDArray[np.bool_]:
    """Partnerships that no measure has placed: instruments have terms of their own."""
    return np.asarray(snapshot.whole[:, 6] < 0)


def first_terms(snapshots: Sequence[Snapshot]) -> NDArray[np.float64]:
    """First contract terms of the partnerships that began in the year before each snapshot, months.

    Nobody leaves a contract, and hardly any lasts less than a year, so that those seen at the end of their first year are
    nearly all that began in it.
    """
    found = []
    for snapshot in snapshots:
        start, (term, terms) = snapshot.numbers[:, 1], snapshot.contracts.T
        young = (start >= snapshot.time - 1.0) & (terms == 1) & (term > snapshot.time) & _no_instrument(snapshot)
        found.append(12.0 * (term - start)[young])
    return np.concatenate(found) if found else np.zeros(0)


def of_terms(months: NDArray[np.float64]) -> NDArray[np.float64]:
    """`TERMS` of durations float64[m]; NaN of none."""
    if not len(months):
        return np.full(len(TERMS), np.nan)
    low, middle, high = np.quantile(months, (0.1, 0.5, 0.9))
    return np.array([low, middle, months.mean(), high])


def renewals(
    record: ReplicateRecord, snapshots: Sequence[Snapshot], one: NDArray[np.bool_], other: NDArray[np.bool_]
) -> tuple[int, int]:
    """Contract terms that were renewed, and all that ended, between yearly snapshots, of partnerships of two sides.

    ``one``, ``other`` bool[n]: institutions of the two sides. A term that ends at least a quarter before
    the next snapshot has been reviewed by then. Terms cut off by a measure are left out: they did not come up for renewal.
    """
    renewed, ended = 0, 0
    cut = _cut_off(record)
    for before, after in pairwise(snapshots):
        term, terms = before.contracts.T
        due = (term > before.time) & (term <= after.time - QUARTER) & _no_instrument(before)
        first, second = before.whole[:, 0], before.whole[:, 1]
        due &= (one[first] & other[second]) | (other[first] & one[second])
        living = {(a, b, start): number for (a, b), start, number in zip(
            after.whole[:, :2].tolist(), after.numbers[:, 1].tolist(), after.contracts[:, 1].tolist(), strict=True)}  # fmt: skip
        for place in np.flatnonzero(due):
            a, b = before.whole[place, :2].tolist()
            name = (a, b, float(before.numbers[place, 1]))
            if name in cut:
                continue
            ended += 1
            renewed += name in living and living[name] > terms[place]
    return renewed, ended


def _cut_off(record: ReplicateRecord) -> set[tuple[int, int, float]]:
    chosen = record.spell_whole[:, 6] == TERMINATED
    pairs, starts = record.spell_whole[chosen, :2].tolist(), record.spell_times[chosen, 0].tolist()
    return {(a, b, start) for (a, b), start in zip(pairs, starts, strict=True)}


def repeated(record: ReplicateRecord, last: Snapshot, since: float) -> float:
    """Share of the partnerships that began in [since, date of the last snapshot) whose pair had had one before.

    NaN where none began.
    """
    over = record.spell_times[:, 1] <= last.time
    pairs = np.concatenate([record.spell_whole[over, :2], last.whole[:, :2]])
    start = np.concatenate([record.spell_times[over, 0], last.numbers[:, 1]])
    order = np.lexsort((start, pairs[:, 1], pairs[:, 0]))
    pairs, start = pairs[order], start[order]
    again = np.zeros(len(start), np.bool_)
    again[1:] = (pairs[1:] == pairs[:-1]).all(axis=1)
    new = start >= since
    return float(again[new].mean()) if new.any() else float("nan")


def works_of_closest(led: NDArray[np.float64], share: float) -> float:
    """Share of a country's joint works that it has with the closest ``share`` of its partner countries, in the mean.

    ``led`` float64[c, c], works by country of the leader and of the other. NaN for fewer than four partners each.
    """
    works = led + led.T
    np.fill_diagonal(works, 0.0)
    closest = round(share * (len(works) - 1))
    totals = works.sum(axis=1)
    if closest < 1 or not (totals > 0).all():
        return float("nan")
    return float((np.sort(works, axis=1)[:, -closest:].sum(axis=1) / totals).mean())
