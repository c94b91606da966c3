"""A total ban leaves nothing in scope (MODEL 10), whatever else is in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from trials import FIRST, HABIT, NAME, Trial, run, undisturbed

from model.clock import year_of
from model.scenario import preset_table

DAY = date(2004, 8, 11)
BAN = {
    "title": "total ban", "group": "restriction", "start": DAY, "mode": "terminate", "wind_down_days": 100,
    "compliance": 1.0, "leakage": 0.0, "channel": "all", "from": {"blocs": ["West"]}, "to": {"blocs": ["China"]},
}  # fmt: skip
OVER = year_of(DAY) + 100 / 365.25
MAKERS = [name for name, preset in preset_table().items() if preset.measure.projects is not None]
RICH = {"budget": 420.0, "share": 0.8}
"""Enough of either for many projects a year."""


def maker(name: str, start: date) -> dict[str, Any]:
    """A measure of a preset that makes partnerships between the West and China, and makes many."""
    made = preset_table()[name].measure.projects
    assert made is not None
    sides = {"from": {"largest_share": 1.0}, "to": {"largest_share": 1.0}}
    money = {key: value for key, value in RICH.items() if getattr(made, key) > 0.0}
    changes = {"lag_years": 0.0, "projects": money or {"density": 1.0}, **sides}
    if name == "joint-fund":
        changes["projects"] = {"budget": 200_000.0}
    return Trial(name, changes=changes).measure(start=start)


@pytest.mark.parametrize("name", MAKERS)
def test_a_total_ban_leaves_nothing_projects_included(name: str) -> None:
    """Projects that run when the ban comes end with it, and those of a programme that opens under it are none."""
    makers = {"before": maker(name, date(2003, 1, 1)), "under": maker(name, date(2005, 1, 1))}
    free, banned = run(makers, 2), run({**makers, NAME: BAN}, 2)
    inside = banned.between("West", "China")
    # there is something to end, and something to bar
    assert (inside[inside["start"] < year_of(DAY)]["instrument"] == "before").any()
    assert (free.between("West", "China")["instrument"] == "under").any()
    assert inside["end"].max() <= OVER + 1e-9 and inside["start"].max() <= year_of(DAY)
    # and nothing else is barred: partnerships of others go on, also with the two sides
    assert (banned.between("Russia", "West")["end"] == np.inf).any()


def test_a_total_ban_leaves_nothing_of_what_was_personal() -> None:
    banned = run({NAME: BAN}, 4)
    assert HABIT["start"] == FIRST and undisturbed(4).between("West", "China")["personal"].any()
    inside = banned.between("West", "China")
    assert inside["end"].max() <= OVER + 1e-9 and (inside["end"] > OVER - 0.01).any()
