"""Secondary sanctions: rho by hand, the exposed are hit, and those that are listed themselves are spared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import log

import numpy as np
import pytest
from random_worlds import Case, idle_measures, random_case, ties
from small_models import BUSY, measure, model, scenario

from model.clock import year_of
from model.dynamics import network, regime
from model.dynamics.regime import marked
from model.dynamics.reliance import refresh_reliance
from model.dynamics.state import PERSONAL
from model.partnership_model import PartnershipModel

S2 = 0.6


def by_hand(s2: float = S2) -> Case:
    """Institutions 0 and 1 on the side `to`, 0 listed; 2, 3, 4 on `from`, 4 listed; bloc 1 is the issuer's.

    2 has four partners, three of them in bloc 1, so W = 4/6; 3 has none, so W = 1/2; 4 has one in bloc 1, so W = 2/3.
    """
    case = random_case(1, n=12, countries=2, density=0.0, former=0.0, domestic=True)
    case.world.bloc[:] = np.arange(12) >= 8
    for i, others in ((2, (5, 8, 9, 10)), (4, (11,))):
        for j in others:
            network.form(case.world, case.state, i, j, 10 * i + j, 0, 0, -1, -1.0, 0.5, 2010.0)
    row = np.arange(12)
    sanctions = idle_measures((row >= 2) & (row <= 4), row <= 1)._replace(
        secondary=np.array([s2]), exposed_to=np.array([1]), listed=(row == 0) | (row == 4)
    )
    refresh_reliance(case.world, case.state)
    return replace(case, regime=marked(sanctions))


def test_rho_by_hand() -> None:
    case = by_hand()
    assert case.state.reliance[:, 2] == pytest.approx([2 / 6, 4 / 6])
    expected = {(0, 2): S2 * 4 / 6, (0, 3): S2 / 2, (0, 4): 0.0, (1, 2): 0.0, (1, 3): 0.0, (1, 4): 0.0}
    for (i, j), rho in expected.items():
        for a, b in ((i, j), (j, i)):
            assert regime.threat(case.regime, case.state, 0, a, b) == pytest.approx(rho)
            arguments = (case.world, case.setting, case.regime, case.state, a, b)
            assert regime.proposal_factor(*arguments) == pytest.approx(1.0 - rho)
            assert regime.answer_effect(*arguments, 0) == pytest.approx((0.0, 1.0 - rho))
            assert regime.maintenance_effect(case.regime, case.state, a, b, 0) == pytest.approx(log(1.0 - rho))
    assert regime.untouched(case.regime, 0, 1) and regime.untouched(case.regime, 2, 3)


def test_rho_stays_below_one() -> None:
    case = by_hand(s2=3.0)
    assert regime.threat(case.regime, case.state, 0, 0, 2) == 0.99
    assert regime.threat(case.regime, case.state, 0, 0, 4) == 0.0


def test_official_sanctions_leave_personal_partnerships_and_fields_out_of_scope() -> None:
    case = by_hand()
    narrow = case.regime._replace(official=np.array([True]), fields=np.array([[1.0, 0.0, 1.0, 1.0]]))
    case.state.channel[0] = PERSONAL
    assert regime.maintenance_effect(narrow, case.state, 0, 2, 0) == 0.0
    case.state.channel[0], case.state.field[0] = 0, 1
    assert regime.maintenance_effect(narrow, case.state, 0, 2, 0) == 0.0
    assert regime.answer_effect(case.world, case.setting, narrow, case.state, 0, 2, 1) == (0.0, 1.0)
    case.state.field[0] = 0
    assert regime.maintenance_effect(narrow, case.state, 0, 2, 0) < 0.0


# --- in a run --------------------------------------------------------------------------------------------------------

DAY = date(2011, 2, 10)


def sanctioned(listed: tuple[str, ...], *, strength: float = 1.0, replicate: int = 0) -> PartnershipModel:
    """A run under strong secondary sanctions on China's ties with the West; half of ``listed`` countries is on lists."""
    threat = measure(DAY, "China", "West", effects={"secondary": 0.95}, exposed_to="West", strength=strength)
    run = model(scenario({"threat": threat}, parameters=BUSY, end=date(2013, 1, 1)), replicate=replicate)
    world = run.world
    spells = tuple(
        (int(i), 2010.0, None)
        for code in listed
        for i in np.flatnonzero(world.arrays.country == world.countries.index(code))[::2]
    )
    return PartnershipModel(run.configuration, world=replace(world, listed_spells=spells), replicate=replicate)


def count(run: PartnershipModel, chinese_listed: bool) -> int:
    """Living partnerships of listed American institutions with Chinese ones."""
    run.run_to_end()
    listed, names = run.forces.listed(year_of(DAY)), run.world.countries
    american, chinese = (run.world.arrays.country == names.index(code) for code in ("US", "CN"))
    return sum(
        bool((american[a] & listed[a] & chinese[b]) and listed[b] == chinese_listed)
        for i, j in ties(run.state)
        for a, b in ((i, j), (j, i))
    )


def test_exposed_partners_of_listed_institutions_leave_and_listed_ones_do_not() -> None:
    exposed, spared = np.zeros(2), np.zeros(2)
    for k in range(4):
        for place, strength in enumerate((0.0, 1.0)):
            run = sanctioned(("US", "CN"), strength=strength, replicate=k)
            exposed[place] += count(run, chinese_listed=False)
            spared[place] += count(run, chinese_listed=True)
    assert exposed[0] > 30 and spared[0] > 30
    assert exposed[1] < 0.7 * exposed[0]
    assert spared[1] > 0.85 * spared[0]


def test_without_lists_nothing_happens() -> None:
    with_it, without = (sanctioned((), strength=strength).run_to_end() for strength in (1.0, 0.0))
    assert set(ties(with_it.state)) == set(ties(without.state))


def test_exposure_is_looked_up_when_the_sanctions_begin_and_every_quarter() -> None:
    run = sanctioned(("US",))
    run.run_until(4.4)
    assert (run.state.reliance == 0.0).all()
    run.run_until((year_of(DAY) - run.start) * 4)
    first = run.state.reliance.copy()
    assert first.sum(axis=0) == pytest.approx((run.state.degree + 4.0) / (run.state.degree + 2.0))
    run.run_until(5)
    assert (run.state.reliance == first).all()
    run.run_for(1)
    assert (run.state.reliance != first).any()
