"""Signatures of the presets that make contact harder: visas, fear, payments, secrecy, the loss of information and equipment."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from rates import BEGIN, begun, growth, hazard, in_fields, ratio
from trials import Runs, Trial, of_bloc, tell_apart

WEST, CHINA, RUSSIA, OTHER = "West", "China", "Russia", "Other"
APPLIED = ("engineering", "computing", "chemistry")
DUAL_USE = ("physics", *APPLIED)


def by_channel(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Official partnerships, and personal ones."""
    return frame[~frame["personal"]], frame[frame["personal"]]


def keeps_apart_and_loosens(none: Runs, x: Runs) -> bool:
    """Less is begun, and more is given up, of official and of personal partnerships alike."""
    before, after = none.between(WEST, CHINA), x.between(WEST, CHINA)
    lost = [ratio(hazard, a, b) for a, b in zip(by_channel(before), by_channel(after), strict=True)]
    return growth(begun(before), begun(after)) < 0.8 and min(lost) > 1.2


def frightens_more_after_a_year(none: Runs, x: Runs) -> bool:
    """Contacts are avoided and given up as without visas, but the fear grows over a year."""
    early, late = (BEGIN, BEGIN + 0.5), (BEGIN + 1, BEGIN + 8)
    before, after = none.between(WEST, CHINA), x.between(WEST, CHINA)
    met = [growth(begun(before, *s), begun(after, *s)) for s in (early, late)]
    return keeps_apart_and_loosens(none, x) and met[0] > met[1] + 0.1


def narrows_the_own_search(none: Runs, x: Runs) -> bool:
    """Those who are cut off propose less, to every bloc; others propose to them as before."""
    own = []
    others = 0.0
    cut_off = of_bloc(CHINA)
    for bloc in (WEST, OTHER, RUSSIA):
        before, after = none.proposals(CHINA, bloc), x.proposals(CHINA, bloc)
        by_own = [cut_off[frame["institution"]] for frame in (before, after)]
        own.append(growth(before[by_own[0]], after[by_own[1]]))
        others += growth(before[~by_own[0]], after[~by_own[1]]) / 3
    return max(own) < 0.85 and abs(others - 1.0) < 0.15


def starves_official_partnerships_in_applied_fields(none: Runs, x: Runs) -> bool:
    """Official partnerships in applied fields are given up sooner; neither personal ones nor those in other fields."""
    before, after = none.between(WEST, CHINA), x.between(WEST, CHINA)
    official, personal = zip(by_channel(before), by_channel(after), strict=True)
    inside = [frame[in_fields(frame, *APPLIED)] for frame in official]
    basic = [frame[~in_fields(frame, *APPLIED)] for frame in official]
    starved, spared, untouched = (ratio(hazard, *pair) for pair in (inside, basic, personal))
    return starved > 1.35 and abs(spared - 1.0) < 0.25 and abs(untouched - 1.0) < 0.2


def closes_dual_use_fields_to_everyone(none: Runs, x: Runs) -> bool:
    """The own side begins less with every bloc, in dual-use fields; in other fields nothing changes."""
    dual, open_ = [], []
    for bloc in (WEST, RUSSIA, OTHER):
        frames = [begun(runs.between(CHINA, bloc)) for runs in (none, x)]
        inside = [in_fields(frame, *DUAL_USE) for frame in frames]
        dual.append(growth(frames[0][inside[0]], frames[1][inside[1]]))
        open_.append(growth(frames[0][~inside[0]], frames[1][~inside[1]]))
    return max(dual) < 0.85 and open_[0] > 0.85


def wears_capability_down(none: Runs, x: Runs) -> bool:
    """Capability of the cut-off falls, over the two years in which stocks wear out, and stays low."""
    gap = x.capability - none.capability  # float64[R, years, n]
    behind = (gap[..., of_bloc(CHINA)].mean(axis=2) - gap[..., ~of_bloc(CHINA)].mean(axis=2)).mean(axis=0)
    year = int(BEGIN) - 1997
    return bool(
        abs(behind[year]) < 0.02
        and behind[year + 2] < -0.1
        and behind[-1] < -0.1
        and behind[year + 1] > behind[year + 2]
    )


STRONG = {"strength": 3.0}
"""Three times the preset: the small world would not show less."""
SIGNATURES: dict[str, tuple[Trial, Callable[[Runs, Runs], bool]]] = {
    "mobility-restriction": (Trial("mobility-restriction", changes=STRONG), keeps_apart_and_loosens),
    "investigations": (Trial("investigations", changes=STRONG), frightens_more_after_a_year),
    # the low end of the range, three times
    "information-access": (
        Trial("information-access", CHINA, "", changes={"effects": {"initiative": 0.8}, **STRONG}),
        narrows_the_own_search,
    ),
    "payments": (Trial("payments", changes=STRONG), starves_official_partnerships_in_applied_fields),
    # the low end of the range, three times
    "security-tightening": (
        Trial("security-tightening", CHINA, "", changes={"effects": {"meeting": 0.7}, **STRONG}),
        closes_dual_use_fields_to_everyone,
    ),
    "export-control": (Trial("export-control", changes=STRONG), wears_capability_down),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_preset_is_no_plain_malus(name: str) -> None:
    tell_apart(*SIGNATURES[name])
