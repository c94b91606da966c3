"""Signatures of the presets that found partnerships: centres, universities, facilities, returnees and emigrants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from rates import BEGIN, in_fields, of_kinds
from trials import NAME, Runs, Trial, of_bloc, tell_apart, top, world

WEST, CHINA = "West", "China"
ACADEMIC = ("university", "institute")
FOUNDER = "Tsinghua University"


def founded(of: Runs) -> pd.DataFrame:
    """Partnerships that came from the measure."""
    return of.partnerships[of.partnerships["instrument"] == NAME]


def first_terms(of: Runs) -> np.ndarray:
    """Ends of the contract terms of its partnerships, as first seen."""
    return of.projects[of.projects["time"] == of.projects["time"].min()]["term"].to_numpy(float)


def same_until(none: Runs, x: Runs, time: float) -> bool:
    """Whether nothing differs before a time, to the bit."""
    decided = [of.decisions[of.decisions["time"] < time].reset_index(drop=True) for of in (none, x)]
    years = int(time) - 1996
    return decided[0].equals(decided[1]) and bool(
        (none.capability[:, : years - 1] == x.capability[:, : years - 1]).all()
    )


def founds_pairs_that_hold(none: Runs, x: Runs) -> bool:
    """Every founder gets one partner and a term of five years, and most are still there two years after it."""
    own = founded(x)
    if own.empty or not same_until(none, x, BEGIN + 1):
        return False
    new = own[own["start"] == BEGIN + 1]
    founders = top(0.3, of_kinds(*ACADEMIC)) & of_bloc(CHINA)
    each = new.groupby(["replicate", "initiator"]).size()
    alike = none.between(WEST, CHINA)
    alike = alike[(alike["start"] > BEGIN + 0.5) & (alike["start"] < BEGIN + 1.5) & ~alike["personal"]]
    held, as_ever = (float((f["end"] == np.inf).mean()) for f in (own, alike))
    in_term = own["end"].min() >= BEGIN + 6
    exact = bool((first_terms(x) == BEGIN + 6).all())
    return founders[new["initiator"]].all() and each.max() == 1 and exact and in_term and held > as_ever + 0.15


def builds_and_then_is_a_hub(none: Runs, x: Runs) -> bool:
    """Nothing at all while it is built; then its founder works with every member of the other side, for ten years."""
    opened = BEGIN + 4
    if not same_until(none, x, opened) or founded(x).empty:
        return False
    row = world().rows[FOUNDER]
    own = founded(x)
    hub = ((own["initiator"] == row) | (own["other"] == row)).all()
    possible = (top(0.3) & of_bloc(WEST)).sum() * len(x.models)
    return hub and len(own[own["end"] == np.inf]) == possible and bool((first_terms(x) == opened + 10).all())


def is_a_clique_in_its_field(none: Runs, x: Runs) -> bool:
    """After its lag half of all pairs of members are bound, within a bloc as across, in its field, for fifteen years."""
    opened = BEGIN + 4
    members = top(0.3, of_kinds(*ACADEMIC)) & (of_bloc(WEST) | of_bloc(CHINA))
    country = world().arrays.country[members]
    pairs = np.triu(country[:, None] != country[None, :]).sum() * len(x.models)
    densities, terms = [], first_terms(x)
    for of in (none, x):
        inside = of.partnerships[members[of.partnerships["initiator"]] & members[of.partnerships["other"]]]
        inside = inside[(inside["end"] == np.inf) & in_fields(inside, "physics")]
        densities.append(len(inside) / pairs)
    new = founded(x)[founded(x)["start"] == opened]
    only = bool(in_fields(new, "physics").all())
    long = len(terms) > 0 and bool((terms == opened + 15).all())
    return same_until(none, x, opened) and densities[0] < 0.1 and densities[1] > 0.3 and only and long


def ahead(none: Runs, x: Runs, chosen: np.ndarray) -> np.ndarray:
    """How much more capable the chosen have become, against everyone else, at the ends of years, float64[years]."""
    gap = (x.capability - none.capability).mean(axis=0)
    return gap[:, chosen].mean(axis=1) - gap[:, ~chosen].mean(axis=1)


def leads(of: Runs, first: str, second: str) -> float:
    """Share of the joint works of two blocs from 2007 on that the first one leads."""
    blocs = world().arrays.country_bloc
    one, two = (np.flatnonzero(blocs == world().blocs.index(name)) for name in (first, second))
    led = of.led[:, 11:].sum(axis=(0, 1))
    own, other = led[np.ix_(one, two)].sum(), led[np.ix_(two, one)].sum()
    return float(own / (own + other))


def raises_home_and_brings_hosts(none: Runs, x: Runs) -> bool:
    """Home institutions are more capable at once and for good, work with hosts from the start, and lead more."""
    home, hosts = top(0.3, of_kinds(*ACADEMIC)) & of_bloc(CHINA), of_bloc(WEST)
    level = ahead(none, x, home)[int(BEGIN) - 1996 :]
    seeds = founded(x)
    seeded = len(seeds) > 0 and bool(
        (hosts[seeds["initiator"]] & home[seeds["other"]])[seeds["start"] == BEGIN + 1].all()
    )
    more = leads(x, CHINA, WEST) - leads(none, CHINA, WEST)
    return seeded and level[1:].min() > 0.2 and more > 0.02


def drains_year_by_year(none: Runs, x: Runs) -> bool:
    """Capability at home falls a little every year, and links with the hosts arise at the start."""
    home, hosts = of_bloc(CHINA), of_bloc(WEST)
    level = ahead(none, x, home)[int(BEGIN) - 1997 :]
    seeds = founded(x)
    seeded = len(seeds) > 0 and bool((hosts[seeds["initiator"]] & home[seeds["other"]])[seeds["start"] == BEGIN].all())
    return seeded and bool((np.diff(level) < -0.005).all()) and -0.1 < level[1] < -0.03 and level[-1] < -0.2


LARGE = {"largest_share": 0.3}
"""In the small world a tenth would be a single institution of a country."""
SIGNATURES: dict[str, tuple[Trial, Callable[[Runs, Runs], bool]]] = {
    # every founder gets a partner, not one in ten
    "joint-centre": (
        Trial("joint-centre", CHINA, WEST, changes={"from": LARGE, "to": LARGE, "projects": {"density": 1.0}}),
        founds_pairs_that_hold,
    ),
    "joint-university": (
        Trial("joint-university", CHINA, WEST, changes={"from": {"institutions": [FOUNDER]}, "to": LARGE}),
        builds_and_then_is_a_hub,
    ),
    "large-facility": (Trial("large-facility", CHINA, WEST, changes={"from": LARGE, "to": LARGE}), is_a_clique_in_its_field),
    # three times the preset
    "talent-return": (Trial("talent-return", changes={"to": LARGE, "strength": 3.0}), raises_home_and_brings_hosts),
    # the far end of the range, three times
    "emigration": (
        Trial("emigration", changes={"effects": {"capability": -0.02}, "strength": 3.0}), drains_year_by_year,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_preset_is_no_plain_bonus(name: str) -> None:
    tell_apart(*SIGNATURES[name])
