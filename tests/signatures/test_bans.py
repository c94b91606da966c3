"""Signatures of the presets that end or bar partnerships: bans, moratoria, lists, exclusions, threats against third parties."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from rates import BEGIN, begun, consent, either, growth, hazard, in_fields, ratio
from trials import Runs, Trial, listed, of_bloc, tell_apart

from model.dynamics.state import TERMINATED

WEST, CHINA = "West", "China"


def living(frame: pd.DataFrame, time: float) -> pd.DataFrame:
    """Partnerships that live at a time."""
    return frame[(frame["start"] <= time) & (frame["end"] > time)]


def pays_to_the_end_and_begins_nothing(none: Runs, x: Runs) -> bool:
    """Running partnerships live on as before; of new ones nine in ten institutions begin personal ones only, and few."""
    before, after = none.between(WEST, CHINA), x.between(WEST, CHINA)
    outlived = ratio(lambda f: len(living(f[f["start"] < BEGIN], BEGIN + 4)) / len(living(f, BEGIN)), before, after)
    fresh, plenty = begun(after), begun(before)
    west = of_bloc(WEST)
    official = fresh[~fresh["personal"]]
    breakers = np.where(west[official["initiator"]], official["initiator"], official["other"])
    active = np.where(west[plenty["initiator"]], plenty["initiator"], plenty["other"])
    following = 1.0 - len(set(zip(official["replicate"], breakers, strict=True))) / len(
        set(zip(plenty["replicate"], active, strict=True))
    )
    leaked = growth(plenty[plenty["personal"]], fresh[fresh["personal"]])
    ended = (after["reason"] == TERMINATED).sum()
    return outlived > 0.85 and ended == 0 and following > 0.8 and fresh["personal"].mean() > 0.75 and 0.3 < leaked < 1.0


def cools_the_official_channel(none: Runs, x: Runs) -> bool:
    """Consent is rarer and official partnerships end sooner; personal ones do not."""
    before, after = none.between(WEST, CHINA), x.between(WEST, CHINA)
    official, personal = (
        ratio(hazard, before[before["personal"] == p], after[after["personal"] == p]) for p in (False, True)
    )
    agreed = ratio(consent, none.proposals(WEST, CHINA), x.proposals(WEST, CHINA))
    return agreed < 0.8 and official > 1.2 and abs(personal - 1.0) < 0.2


def bars_the_listed(none: Runs, x: Runs) -> bool:
    """After the wind-down nobody is left with the listed; others lose no more than caution spreads."""
    shown = [of.between(WEST, CHINA) for of in (none, x)]
    barred = listed() & of_bloc(CHINA)
    with_listed, free = zip(*((f[either(f, barred)], f[~either(f, barred)]) for f in shown), strict=True)
    left = sum(len(living(with_listed[1], t)) for t in np.arange(BEGIN + 0.25, BEGIN + 8, 0.25))
    caution = 1.0 - growth(living(free[0], BEGIN + 0.25), living(free[1], BEGIN + 0.25))
    before_end = len(living(with_listed[1], BEGIN + 0.05)) / len(living(with_listed[0], BEGIN + 0.05))
    return left == 0 and before_end > 0.9 and abs(caution) < 0.06


def empties_one_field(none: Runs, x: Runs) -> bool:
    """No official partnership is left in the facility's field, some go on as personal ones; other fields go on."""
    at_once, later = ([living(of.between(WEST, CHINA), BEGIN + t) for of in (none, x)] for t in (0.05, 1.0))
    inside, after = ([f[in_fields(f, "physics")] for f in shown] for shown in (at_once, later))
    official, personal = (growth(*(f[f["personal"] == p] for f in inside)) for p in (False, True))
    stays_out = growth(*(f[~f["personal"]] for f in after))
    elsewhere = growth(*(f[~in_fields(f, "physics")] for f in later))
    return official == stays_out == 0.0 and personal > 1.1 and abs(elsewhere - 1.0) < 0.15


def by_lists(of: Runs, *, threatened: bool, avoided: bool) -> pd.DataFrame:
    """Partnerships of Western with Chinese institutions, those unlisted (threatened) and these listed (avoided), or not."""
    frame, on_list, west = of.between(WEST, CHINA), listed(), of_bloc(WEST)
    initiates = west[frame["initiator"]]
    mine = np.where(initiates, frame["initiator"], frame["other"])
    theirs = np.where(initiates, frame["other"], frame["initiator"])
    return frame[(on_list[mine] != threatened) & (on_list[theirs] == avoided)]


def sorts_the_exposed_from_the_listed(none: Runs, x: Runs) -> bool:
    """Unlisted institutions turn from listed ones and leave them; listed ones do not, and nobody turns from the unlisted."""
    hit, unconcerned, spared, free = (
        growth(*(begun(by_lists(of, threatened=threatened, avoided=avoided)) for of in (none, x)))
        for threatened, avoided in ((True, True), (True, False), (False, True), (False, False))
    )
    left = ratio(hazard, *(by_lists(of, threatened=True, avoided=True) for of in (none, x)))
    return hit < 0.5 and left > 1.4 and min(unconcerned, spared, free) > 0.8


SIGNATURES: dict[str, tuple[Trial, Callable[[Runs, Runs], bool]]] = {
    "funding-ban": (Trial("funding-ban"), pays_to_the_end_and_begins_nothing),
    "academy-moratorium": (Trial("academy-moratorium"), cools_the_official_channel),
    "listing": (Trial("listing", counted="living"), bars_the_listed),
    "facility-exclusion": (Trial("facility-exclusion", counted="living"), empties_one_field),
    # the high end of the range: the small world would not show less
    "secondary-sanctions": (
        Trial("secondary-sanctions", changes={"effects": {"secondary": 1.0}}),
        sorts_the_exposed_from_the_listed,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_preset_is_no_plain_malus(name: str) -> None:
    tell_apart(*SIGNATURES[name])


FACILITY = {
    "preset": "large-facility", "start": date(1998, 1, 1), "lag_years": 0.0, "from": {"blocs": [WEST], "largest_share": 0.3},
    "to": {"blocs": [CHINA], "largest_share": 0.3},
}  # fmt: skip


def empties_one_facility(none: Runs, x: Runs) -> bool:
    """Partnerships that came from the facility end or go on as personal ones; others of its field go on, and begin."""
    shown = [living(of.between(WEST, CHINA), BEGIN + 0.05) for of in (none, x)]
    # partners of before the facility stay in the field that they have
    users = [f[(f["instrument"] == "facility") & in_fields(f, "physics")] for f in shown]
    official, personal = (growth(users[0], users[1][users[1]["personal"] == p]) for p in (False, True))
    of_field = [f[in_fields(f, "physics") & (f["instrument"] == "")] for f in shown]
    fresh = [begun(f[in_fields(f, "physics")]) for f in (none.between(WEST, CHINA), x.between(WEST, CHINA))]
    return official == 0.0 and 0.05 < personal < 0.4 and abs(growth(*of_field) - 1.0) < 0.1 and growth(*fresh) > 0.9


def test_an_exclusion_from_one_facility_leaves_the_rest_of_its_field() -> None:
    exclusion = Trial(
        "facility-exclusion", changes={"instruments": ["facility"]}, counted="living", beside={"facility": FACILITY}
    )
    tell_apart(exclusion, empties_one_facility)


def test_the_threat_is_as_large_as_the_exposure() -> None:
    """Whoever has few partners of the threatening bloc has little to lose."""
    hit = []
    for bloc in ("West", "Other"):
        trial = Trial("secondary-sanctions", changes={"effects": {"secondary": 1.0}, "exposed_to": bloc})
        hit.append(
            growth(*(begun(by_lists(of, threatened=True, avoided=True)) for of in (trial.none, trial.with_preset)))
        )
    assert hit[0] < 0.5 and hit[1] < 1.0
    # who has few partners there loses by far less than half of what the others do
    assert 1.0 - hit[0] > 2.5 * (1.0 - hit[1])
