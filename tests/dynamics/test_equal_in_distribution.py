"""Two ways to simulate the same process agree in distribution: engines, and orders of the institutions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from random_worlds import OF_INSTITUTIONS, ties
from scipy import stats
from small_models import SANCTIONS, finished, model, scenario

from model.dynamics import network
from model.dynamics.state import PERSONAL, SPELLS
from model.partnership_model import PartnershipModel
from model.scenario import Scenario


def with_rows(of: Scenario, order: np.ndarray, **keywords: Any) -> PartnershipModel:
    """A model whose institutions stand in another order within their countries; the same institutions otherwise."""
    plain = model(of)
    arrays = plain.world.arrays
    moved = arrays._replace(**{name: getattr(arrays, name)[order] for name in OF_INSTITUTIONS})
    assert (moved.country == arrays.country).all()
    names = tuple(plain.world.names[k] for k in order)
    spells = tuple((int(np.flatnonzero(order == i)[0]), a, b) for i, a, b in plain.world.listed_spells)
    world = replace(plain.world, arrays=moved, names=names, listed_spells=spells)
    return PartnershipModel(of, world=world, **keywords)


def summary(run: PartnershipModel) -> list[float]:
    """What two ways to simulate the same process must agree on in distribution."""
    record, state = run.ledger.finish(0, run.state), run.state
    last = record.ties[-1]
    bloc = np.array([int(b) for b in run.world.arrays.country_bloc])
    west, china, russia = (bloc == run.world.blocs.index(name) for name in ("West", "China", "Russia"))
    degree = state.degree
    triangles = sum(network.shared_partners(state, i, j) for i, j in ties(state))
    personal = sum(state.channel[slot] == PERSONAL for slot in ties(state).values())
    started = run.world.arrays.country[state.initiator[list(ties(state).values())]]
    return [
        last.sum() / 2.0, last[west][:, china].sum(), last[west][:, russia].sum(), last[russia][:, china].sum(),
        float(record.strength[-1].sum()), float(degree.var()), float(degree.max()), float((degree == 0).sum()),
        float(triangles), float(state.counts[SPELLS]), record.led.sum(), record.led[:, china].sum(), float(personal),
        float(record.pace[:, 1].sum()), float(record.pace[:, 2].sum()), float(record.pace[:, 3].sum()),
        float((started == 1).sum()),
    ]  # fmt: skip


def assert_same_distribution(one: np.ndarray, two: np.ndarray) -> None:
    """Means within four standard errors, and a two-sample Kolmogorov-Smirnov test, for every column."""
    for a, b in zip(one.T, two.T, strict=True):
        error = np.sqrt((a.var() + b.var()) / len(a))
        assert abs(a.mean() - b.mean()) <= 4.0 * error
        assert stats.ks_2samp(a, b).pvalue > 1e-4
    assert (one.std(axis=0) > 0.0).sum() > 10


@pytest.mark.statistical
@pytest.mark.parametrize("measures", [{}, SANCTIONS], ids=["free", "sanctions"])
def test_fast_and_plain_engine_agree_in_distribution(measures: dict[str, dict[str, Any]]) -> None:
    samples = [
        # other replicates, so that the two samples are independent
        np.array([summary(finished(scenario(measures, engine=engine), replicate=first + k)) for k in range(400)])
        for engine, first in (("fast", 0), ("plain", 1000))
    ]
    assert_same_distribution(*samples)


@pytest.mark.statistical
def test_relabelling_within_countries_changes_nothing_in_distribution() -> None:
    of = scenario(SANCTIONS)
    country = model(of).world.arrays.country
    order = np.concatenate([np.flatnonzero(country == c)[::-1] for c in np.unique(country)])
    samples = [
        np.array([summary(finished(of, replicate=k)) for k in range(400)]),
        np.array([summary(with_rows(of, order, replicate=1000 + k).run_to_end()) for k in range(400)]),
    ]
    assert_same_distribution(*samples)
