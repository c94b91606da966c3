"""Signatures of the presets that bring people together: agreements, commissions, clubs, years of events, parks, visas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from rates import BEGIN, begun, both, consent, growth, hazard, in_fields, of_kinds, ratio
from trials import FIRST, START, Runs, Trial, run, tell_apart, top

WEST, CHINA = "West", "China"


def eases_consent_more_than_search(none: Runs, x: Runs) -> bool:
    """The chance that a proposal is accepted grows by more than the number of proposals."""
    before, after = none.proposals(WEST, CHINA), x.proposals(WEST, CHINA)
    agreed, sought = ratio(consent, before, after), growth(before, after)
    return agreed > 1.15 and agreed > sought + 0.05


def is_of_the_invited_only(none: Runs, x: Runs) -> bool:
    """Only pairs of which both are among the largest fifth of their countries begin more."""
    invited = top(0.2)
    before, after = begun(none.between(WEST, CHINA)), begun(x.between(WEST, CHINA))
    inside = growth(before[both(before, invited)], after[both(after, invited)])
    outside = growth(before[~both(before, invited)], after[~both(after, invited)])
    return inside > 1.4 and abs(outside - 1.0) < 0.15


def members() -> np.ndarray:
    """The larger half of the universities of each country, bool[n]."""
    return top(0.5, of_kinds("university"))


def closes_the_club(none: Runs, x: Runs) -> bool:
    """Members become partners of each other, the more the longer it exists; not of others, and no others do."""
    before, after = none.between(WEST, CHINA), x.between(WEST, CHINA)
    clubs = [
        (begun(frame, since), both(begun(frame, since), members()))
        for frame in (before, after)
        for since in (BEGIN, BEGIN + 4)
    ]
    (early, a), (late, b), (early_x, c), (late_x, d) = clubs
    inside, later = growth(early[a], early_x[c]), growth(late[b], late_x[d])
    outside = growth(early[~a], early_x[~c])
    return min(inside, later) > 1.3 and later > inside - 0.1 and abs(outside - 1.0) < 0.15


def comes_and_goes(none: Runs, x: Runs) -> bool:
    """More begins in the two years, and as little as ever from then on."""
    before, after = none.between(WEST, CHINA), x.between(WEST, CHINA)
    during = growth(begun(before, BEGIN, BEGIN + 2), begun(after, BEGIN, BEGIN + 2))
    afterwards = growth(begun(before, BEGIN + 2), begun(after, BEGIN + 2))
    return during > 1.3 and afterwards - 1.0 < 0.25 * (during - 1.0)


def joins_neighbours_in_applied_fields(none: Runs, x: Runs) -> bool:
    """Companies and institutes find each other, in applied fields; neither universities nor other fields do."""
    tenants = of_kinds("company", "institute")
    before, after = begun(none.between(WEST, CHINA)), begun(x.between(WEST, CHINA))
    applied = [in_fields(frame, "engineering", "computing", "chemistry") for frame in (before, after)]
    local = [both(frame, tenants) for frame in (before, after)]
    inside = growth(before[applied[0] & local[0]], after[applied[1] & local[1]])
    others = growth(before[~local[0]], after[~local[1]])
    basic = growth(before[~applied[0]], after[~applied[1]])
    return inside > 1.4 and abs(others - 1.0) < 0.15 and basic < 1.15


def brings_together_and_holds(none: Runs, x: Runs) -> bool:
    """More is begun, and less is given up, of official and of personal partnerships alike."""
    before, after = none.between(WEST, CHINA), x.between(WEST, CHINA)
    kept = [ratio(hazard, before[before["personal"] == p], after[after["personal"] == p]) for p in (False, True)]
    return growth(begun(before), begun(after)) > 1.2 and max(kept) < 0.8


AGREEMENT = {"preset": "intergovernmental-agreement", "start": FIRST, **Trial("").sides}


def takes_back_an_agreement(none: Runs, x: Runs) -> bool:
    """The same partnerships and decisions, to the bit, as if the agreement beside it had ended."""
    ended = run({"agreement": {**AGREEMENT, "end": START}}, 2, "plain")
    return x.partnerships.equals(ended.partnerships) and x.decisions.equals(ended.decisions)


STRONG = {"strength": 3.0}
"""Three times the preset: the small world would not show less."""
SIGNATURES: dict[str, tuple[Trial, Callable[[Runs, Runs], bool]]] = {
    "intergovernmental-agreement": (Trial("intergovernmental-agreement", changes=STRONG), eases_consent_more_than_search),
    "commission": (Trial("commission", changes=STRONG), is_of_the_invited_only),
    # a tenth of the universities would be a single one in most of these countries
    "university-association": (
        Trial("university-association", changes={"from": {"largest_share": 0.5}, "to": {"largest_share": 0.5}, "strength": 2.0}),
        closes_the_club,
    ),
    "cross-years": (Trial("cross-years", changes=STRONG), comes_and_goes),
    # as above: all tenants, not the largest fifth
    "technopark": (
        Trial("technopark", changes={"from": {"largest_share": 1.0}, "to": {"largest_share": 1.0}, **STRONG}),
        joins_neighbours_in_applied_fields,
    ),
    "mobility-grants": (Trial("mobility-grants", changes=STRONG), brings_together_and_holds),
    # the plain engine weighs every candidate alike; the fast one spends other draws where measures are bounded otherwise
    "agreement-lapse": (
        Trial("agreement-lapse", beside={"agreement": AGREEMENT}, replicates=2, engine="plain"),
        takes_back_an_agreement,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_preset_is_no_plain_bonus(name: str) -> None:
    tell_apart(*SIGNATURES[name])
