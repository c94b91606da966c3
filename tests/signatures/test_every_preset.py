"""Every preset has a signature, and at strength zero does nothing at all."""

from __future__ import annotations

import numpy as np
import pytest
import test_bans
import test_contacts
import test_foundings
import test_frictions
import test_projects
import test_strategies
from trials import NAME, Trial, run, undisturbed

from model.dynamics.state import State
from model.scenario import preset_table

FAMILIES = (test_contacts, test_projects, test_foundings, test_strategies, test_frictions, test_bans)


def test_every_preset_has_a_signature() -> None:
    named = [name for family in FAMILIES for name in family.SIGNATURES]
    assert sorted(named) == sorted(preset_table())
    assert all(trial.preset == name for family in FAMILIES for name, (trial, _) in family.SIGNATURES.items())


@pytest.mark.parametrize("name", preset_table())
def test_a_preset_at_strength_zero_changes_no_bit(name: str) -> None:
    idle, free = run({NAME: Trial(name).measure(strength=0.0)}, 2), undisturbed(2)
    assert idle.partnerships.equals(free.partnerships) and idle.decisions.equals(free.decisions)
    assert (idle.capability == free.capability).all() and (idle.led == free.led).all()
    for a, b in zip(idle.models, free.models, strict=True):
        for of, x, y in zip(State._fields, a.state, b.state, strict=True):
            if of in ("entered", "projects", "placed"):  # a measure that does nothing has a place too
                assert not x.any() and not y.any()
            else:
                assert np.array_equal(x, y), of
