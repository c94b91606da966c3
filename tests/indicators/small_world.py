"""Seven institutions in Russia, China and the West whose indicators can be computed by hand.

    0 RU university   1 RU institute   2 CN university (listed since 2005)   3 CN company
    4 DE university   5 US university   6 US institute

Partnerships at the start of 2011 (strength; field; begun): 0-2 (0.5; physics; 2010.5), 0-4 (1; earth; 2000), 2-5 (0.5;
physics; 2007), 3-5 (0.5; physics; 2010), 4-5 (0.5; earth; 2005); 2-5 and 4-5 came from instruments. 1 and 6 have none.
Ended: 1-3 (2003 to 2005), 1-4 (2002 to 2006), 0-5 (1995 to 2008). 0, 2 and 4 are members of one large facility.
"""

from __future__ import annotations

import math

import numpy as np

from model.recording import ReplicateRecord, Snapshot
from model.world import World, WorldArrays

OMEGA = 2.0
RU, CN, DE, US = range(4)


def world() -> World:
    country = np.array([RU, RU, CN, CN, DE, US, US])
    bloc = np.array([0, 1, 2, 2])
    half = [0.5, 0.5]
    profile = np.array([[1.0, 0.0], half, [0.0, 1.0], half, half, half, half])
    arrays = WorldArrays(
        country=country, bloc=bloc[country], kind=np.array([0, 1, 0, 2, 0, 0, 1]), profile=profile,
        direction=profile / np.linalg.norm(profile, axis=1, keepdims=True), size_weight=np.ones(7),
        facilities=np.array([1, 0, 1, 0, 1, 0, 0], np.uint64), capability=np.zeros(7), absorption=np.ones(7),
        help_need=np.array([1.0, 0.5]), country_bloc=bloc, institutions_of=np.full(4, 3.5),
    )  # fmt: skip
    return World(
        arrays, tuple("abcdefg"), (True,) * 7, ("RU", "CN", "DE", "US"), ("Russia", "China", "Germany", "United States"),
        ("Russia", "China", "West"), ("university", "institute", "company"), ("physics", "earth"), OMEGA,
        ((2, 2005.0, None),), ("facility",),
    )  # fmt: skip


def table(**cells: float) -> np.ndarray:
    place = {"ru": RU, "cn": CN, "de": DE, "us": US}
    out = np.zeros((4, 4))
    for cell, value in cells.items():
        a, b = cell.split("_")
        out[place[a], place[b]] = value
    return out


def snapshot(time: float = 2011.0) -> Snapshot:
    first, second = [0, 0, 2, 3, 4], [2, 4, 5, 5, 5]
    whole = [[a, b, a, f, 0, k, m] for k, (a, b, f, m) in enumerate(zip(first, second, [0, 1, 0, 0, 1], [-1, -1, 0, -1, 3], strict=True))]  # fmt: skip
    numbers = [[0.5, 2010.5], [1.0, 2000.0], [0.5, 2007.0], [0.5, 2010.0], [0.5, 2005.0]]
    capability = np.zeros(7)
    capability[0] = math.log(4.0)
    return Snapshot(time, np.array(whole), np.array(numbers), capability)


def record(replicate: int = 0, snapshots: tuple[Snapshot, ...] | None = None) -> ReplicateRecord:
    ties = table(ru_cn=1, ru_de=1, cn_us=2, de_us=1)
    return ReplicateRecord(
        replicate=replicate, ends=np.array([2011.0]), lengths=np.ones(1), initiated=table()[None], ended=table()[None],
        led=table(ru_cn=3, cn_ru=1, ru_de=2, de_ru=4, cn_us=6, us_cn=2, de_us=1, us_de=1)[None],
        ties=(ties + ties.T)[None], strength=(ties + ties.T)[None], pace=np.zeros((1, 4)), degree=np.zeros(1),
        spell_whole=np.array([[1, 3, 1, 0, 0, -1, 0], [1, 4, 1, 0, 0, -1, 0], [0, 5, 0, 0, 0, -1, 0]]),
        spell_times=np.array([[2003.0, 2005.0, 0.5], [2002.0, 2006.0, 0.5], [1995.0, 2008.0, 0.5]]),
        snapshots=[snapshot()] if snapshots is None else list(snapshots),
    )  # fmt: skip
