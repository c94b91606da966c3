"""Signatures of the presets by which one side seeks, starts and leads: industrial cooperation, a partner's club."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from rates import begun, in_fields, of_kinds
from trials import Runs, Trial, of_bloc, tell_apart, world

from model.dynamics.terms import complement

WEST, CHINA = "West", "China"
APPLIED = ("engineering", "computing", "chemistry")


def complements(frame: pd.DataFrame) -> float:
    """Mean knowledge that Chinese institutions seek at home in vain and find in their Western partners."""
    chinese = of_bloc(CHINA)[frame["initiator"]]
    seekers = np.where(chinese, frame["initiator"], frame["other"])
    sought = np.where(chinese, frame["other"], frame["initiator"])
    arrays = world().arrays
    return float(np.mean([complement(arrays, i, j) for i, j in zip(seekers, sought, strict=True)]))


def seeks_what_is_missing_at_home(none: Runs, x: Runs) -> bool:
    """Companies in applied fields turn to partners who know what they lack; universities and other fields do not."""
    company = of_kinds("company") & of_bloc(CHINA)
    shifts = []
    for chosen in (True, False):
        means = []
        for of in (none, x):
            frame = begun(of.between(CHINA, WEST))
            mine = company[frame["initiator"]] | company[frame["other"]]
            means.append(complements(frame[(mine & in_fields(frame, *APPLIED)) if chosen else ~mine]))
        shifts.append(means[1] - means[0])
    return shifts[0] > 0.03 and abs(shifts[1]) < 0.01


def starts_and_leads(none: Runs, x: Runs) -> bool:
    """The initiator of the club starts more of the partnerships, and leads more of the joint works."""
    shares = []
    china, west = (
        np.array([b == world().blocs.index(name) for b in world().arrays.country_bloc]) for name in (CHINA, WEST)
    )
    for of in (none, x):
        started = of_bloc(CHINA)[begun(of.between(CHINA, WEST))["initiator"]].mean()
        led = of.led[:, 9:].sum(axis=(0, 1))  # from 2005 on: works appear after a lag of one to two years
        leads, follows = led[np.ix_(china, west)].sum(), led[np.ix_(west, china)].sum()
        shares.append((started, leads / (leads + follows)))
    (started, led), (started_x, led_x) = shares
    return started_x > started + 0.03 and led_x > led + 0.015


SIGNATURES: dict[str, tuple[Trial, Callable[[Runs, Runs], bool]]] = {
    # the high end of the range, three times: companies are a third of the institutions, applied fields a part of theirs
    "industrial-cooperation": (
        Trial(
            "industrial-cooperation",
            CHINA,
            WEST,
            changes={"strength": 3.0, "effects": {"motives": {"complement": 3.0}}},
        ),
        seeks_what_is_missing_at_home,
    ),
    # three times the preset: the small world would not show less
    "partner-club": (Trial("partner-club", CHINA, WEST, changes={"strength": 3.0}), starts_and_leads),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_preset_is_no_plain_bonus(name: str) -> None:
    tell_apart(*SIGNATURES[name])
