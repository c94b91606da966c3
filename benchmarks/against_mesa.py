"""The hindcast against the same model as one would write it in Mesa (`mesa_model`)."""

from __future__ import annotations

import numpy as np

from model.clock import QUARTER
from model.dynamics.network import partner, slot_with
from model.partnership_model import PartnershipModel

from .measuring import Row, processor_time, row
from .mesa_model import MesaHindcast, Partnership
from .phases import process_cost, timed_model, without_measures


def mesa_copy(source: PartnershipModel, seed: int) -> MesaHindcast:
    """The Mesa model at the date, with the institutions, partnerships and memories of ``source``.

    Partnerships that have ended and have works to come are left out.
    """
    copy, state = MesaHindcast(source, seed), source.state
    copy.quarter = source._quarters
    copy.now = source.start + source._quarters * QUARTER
    copy.secular = float(source.setting.grid[0]) - copy.reference_year
    for row_, i in enumerate(copy.institutions):
        i.log_size, i.capability = float(state.log_size[row_]), float(state.capability[row_])
        i.capacity, i.own_drift = float(state.capacity[row_]), float(source._own_drift[row_])
        for place in map(int, np.flatnonzero(state.former[row_] >= 0)):
            other = copy.institutions[state.former[row_, place]]
            i.former[other] = (float(state.former_since[row_, place]), float(state.former_strength[row_, place]))
        for place in range(int(state.degree[row_])):
            slot, other = slot_with(state, row_, place), copy.institutions[partner(state, row_, place)]
            if state.initiator[slot] == row_:
                start, term = float(state.start[slot]), float(state.term[slot])
                strength, since = float(state.strength[slot]), float(state.since[slot])
                partnership = Partnership(i, other, start, term, strength, since)
                i.partners[other] = other.partners[i] = partnership
                copy.partnerships[partnership] = None
    return copy


def mesa_costs(source: PartnershipModel, opportunities: int, quarters: int, seed: int) -> tuple[float, float]:
    """Microseconds of an opportunity in the Mesa model: of the choice and what follows, and of whole steps."""
    mesa = mesa_copy(source, seed)
    actors = mesa.rng.integers(len(mesa.institutions), size=opportunities)
    begin = processor_time()
    for actor in actors:
        mesa.institutions[actor].act(mesa.now)
    acting = (processor_time() - begin) / opportunities * 1e6
    mesa = mesa_copy(source, seed)
    begin = processor_time()
    for _ in range(quarters):
        mesa.step()
    return acting, (processor_time() - begin) / mesa.opportunities * 1e6


def hindcast_vs_mesa(
    institutions: int = 100, burn_in: int = 40, repeats: int = 7, opportunities: int = 100, quarters: int = 16
) -> list[Row]:
    """Time of an opportunity in Mesa over that here: kernel against the agent's action, step against step.

    Both stand at the same state, first ``burn_in`` quarters after 2000. Nothing is extrapolated to other sizes: in each
    repeat Mesa does ``opportunities`` actions and one whole quarter, the fast engine ``quarters`` quarters, and both
    times are divided by the opportunities that were taken.
    """
    ratios: list[tuple[float, float, float, float]] = []
    years = -(-(burn_in + repeats * quarters) // 4) + 1
    model = timed_model(without_measures(institutions, 2000, years), burn_in)
    for repeat in range(repeats):
        acting, stepping = mesa_costs(model, opportunities, 1, repeat)
        before, spent = model.opportunities(), sum(model.spent.values())
        own = process_cost(model, quarters)
        step = (sum(model.spent.values()) - spent) / (model.opportunities() - before) * 1e6
        ratios.append((acting / own, stepping / step, acting, own))
    kernel, whole, mesa_us, own_us = zip(*ratios, strict=True)
    against = f"the same model in Mesa, {institutions} institutions, per opportunity"
    return [
        row("hindcast_vs_mesa_kernel", kernel, "times", against=against, aim=">= 300"),
        row("hindcast_vs_mesa_whole", whole, "times", against=against, aim=">= 100"),
        row("hindcast_mesa_us", mesa_us, "us", against="an opportunity in Mesa"),
        row("hindcast_kernel_us", own_us, "us", against="an opportunity in the fast engine, same state"),
    ]
