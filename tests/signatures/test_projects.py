"""Signatures of the presets that pay for projects or plan them: joint calls, the joint fund, central coordination."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from rates import BEGIN, growth, in_fields, of_kinds
from trials import NAME, Runs, Trial, of_bloc, tell_apart, world

from model.dynamics.programmes import PLANNED_PROPOSALS

WEST, CHINA = "West", "China"
PRIORITY = ("physics", "engineering", "computing")
OPENED, YEARS = BEGIN + 1, 7
"""When the measures of this family begin to act, after their lag, and for how many years."""


def places(of: Runs, name: str) -> np.ndarray:
    """What the state has counted of the measure, by replicate: `entered`, `projects` or `placed`."""
    return np.array([getattr(m.state, name)[m.forces.instruments.index(NAME)] for m in of.models])


def awards(of: Runs) -> pd.DataFrame:
    """New partnerships among the projects, at the end of the quarter of their call."""
    return of.projects[of.projects["start"] == of.projects["time"] - 0.25]


def pays_whole_projects(of: Runs, budget: float, cost: float, term: float) -> bool:
    """Projects are begun at calls for their exact term, and never cost more than was paid in, nor much less."""
    projects, entered, seen = places(of, "projects"), places(of, "entered"), awards(of)
    paid_in = np.allclose(entered, budget * YEARS / world().omega)
    at_calls = bool(np.isin(seen["start"], OPENED + np.arange(YEARS)).all())
    exact = bool((seen["term"] == seen["start"] + term).all())
    within = bool((projects * cost <= entered).all()) and projects.sum() * cost > 0.5 * entered.sum()
    return len(seen) > 0 and paid_in and at_calls and exact and within


def formed_after_refusal(of: Runs, refused: pd.DataFrame, years: float = 2.0) -> float:
    """Share of refused pairs, strangers at the end of the quarter of their call, that become partners within years."""
    pairs = of.partnerships.assign(
        low=np.minimum(of.partnerships["initiator"], of.partnerships["other"]),
        high=np.maximum(of.partnerships["initiator"], of.partnerships["other"]),
    )[["replicate", "low", "high", "start", "end"]]
    both = refused.merge(pairs, on=["replicate", "low", "high"], how="left")
    already = both[(both["start"] <= both["time"]) & (both["end"] > both["time"])]
    both = both[~both["number"].isin(already["number"])]
    came = both[(both["start"] > both["time"]) & (both["start"] <= both["time"] + years)]
    return came["number"].nunique() / both["number"].nunique()


def turns_two_keys(none: Runs, x: Runs) -> bool:
    """Whole projects; the refused find each other later more often than the same pairs do without the call."""
    trial = SIGNATURES["joint-call"][0].changes
    budget = trial["projects"]["budget"] * trial["strength"]
    if not places(x, "projects").any() or not pays_whole_projects(x, budget, 1.05, 3.0):
        return False
    seen = x.recalled[x.recalled["time"] % 1.0 == 0.25]  # calls are of the first quarters
    low, high = np.minimum(seen["institution"], seen["other"]), np.maximum(seen["institution"], seen["other"])
    refused = seen.assign(low=low, high=high).drop_duplicates(["replicate", "low", "high"])
    refused = refused.assign(number=np.arange(len(refused)))
    found, as_ever = (formed_after_refusal(of, refused) for of in (x, none))
    losers = len(refused) / places(x, "projects").sum()
    return losers > 2.0 and found > 1.3 * as_ever


def is_large_and_mostly_unspent(none: Runs, x: Runs) -> bool:
    """Few projects, each of a company, for four years; they cost a sixth of what was announced."""
    announced = SIGNATURES["joint-fund"][0].changes["projects"]["budget"]
    if not places(x, "projects").any() or not pays_whole_projects(x, 0.15 * announced, 14.4, 4.0):
        return False
    spent = places(x, "projects").mean() * 14.4 / (announced * YEARS / world().omega)
    company, mixed = of_kinds("company"), of_kinds("company", "institute")
    seen = awards(x)
    a, b = seen["first"].to_numpy(int), seen["second"].to_numpy(int)
    west = of_bloc(WEST)
    sides = np.where(west[a], company[a] & mixed[b], company[b] & mixed[a])
    return 0.07 < spent <= 0.15 and bool(sides.all())


def places_its_planned_share(none: Runs, x: Runs) -> bool:
    """As many projects as the plan says, all in priority fields, and as much less search of `from`, towards anyone."""
    china = of_bloc(CHINA)
    own = x.partnerships[x.partnerships["instrument"] == NAME]
    share = 0.6  # three times the preset
    planned = 12.0 * share * PLANNED_PROPOSALS * YEARS * china.sum()
    placed = places(x, "projects").mean() / planned
    focus = len(own) > 0 and bool(in_fields(own, *PRIORITY).all() and china[own["initiator"]].all())
    searches = []
    for of in (none, x):
        made = of.decisions[of.decisions["proposed"] & (of.decisions["time"] >= OPENED)]
        searches.append(made[china[made["institution"]]])
    searched = growth(*searches)
    return 0.7 < placed <= 1.05 and focus and searched < 0.7


SIGNATURES: dict[str, tuple[Trial, Callable[[Runs, Runs], bool]]] = {
    # the high end of the range, three times: what reaches a world in which one institution stands for 174
    "joint-call": (Trial("joint-call", changes={"projects": {"budget": 420.0}, "strength": 3.0}), turns_two_keys),
    # 1740 times the budget: as if each institution stood for one, and ten times as much as that
    "joint-fund": (Trial("joint-fund", changes={"projects": {"budget": 120.0 * 1740}}), is_large_and_mostly_unspent),
    "central-coordination": (
        Trial("central-coordination", CHINA, WEST, changes={"strength": 3.0}),
        places_its_planned_share,
    ),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_preset_is_no_plain_bonus(name: str) -> None:
    tell_apart(*SIGNATURES[name])
