"""How the cost of an opportunity of the hindcast grows with the world, and how far it is from what memory allows."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from model.dynamics import draws, fast, plain
from model.dynamics.compiling import kernel
from model.dynamics.network import partner, slot_with
from model.dynamics.state import NOW

from .measuring import Row, processor_time, row
from .phases import TimedModel, process_cost, timed_model, without_measures

START, BURN_IN = 2000, 40
"""First year, with an empty network, and quarters before anything is measured."""
SIZES = (1_000, 10_000, 100_000)


def opportunity_growth(
    sizes: tuple[int, ...] = SIZES, burn_in: int = BURN_IN, repeats: int = 5, opportunities: int = 60_000
) -> list[Row]:
    """Cost of an opportunity in worlds of growing size at equal degrees, in turns, after a burn-in.

    Each repeat takes as many quarters as hold ``opportunities`` (at least one), so that small worlds are timed over
    as many as large ones.
    """
    quarters = {n: max(1, opportunities // (3 * n)) for n in sizes}
    models = {
        n: timed_model(without_measures(n, START, -(-(burn_in + repeats * quarters[n]) // 4) + 1), burn_in)
        for n in sizes
    }
    costs: dict[int, list[float]] = {n: [] for n in sizes}
    degrees = {n: float(model.state.degree.mean()) for n, model in models.items()}
    for _ in range(repeats):
        for n, model in models.items():
            costs[n].append(process_cost(model, quarters[n]))
    rows = [row(f"hindcast_opportunity_us_{n}", costs[n], "us", against=f"mean degree {degrees[n]:.1f}") for n in sizes]
    ratio = [b / a for a, b in zip(costs[sizes[0]], costs[sizes[-1]], strict=True)]
    against = f"{sizes[-1]:,} institutions over {sizes[0]:,}"
    return [*rows, row("opportunity_growth", ratio, "ratio", against=against, aim="<= 3")]


class Work(NamedTuple):
    """What an opportunity does on average, as a count of draws and of institutions that are looked at."""

    draws: float
    strangers: float
    partners: float


def work_of(model: TimedModel, actors: np.ndarray) -> Work:
    """Expected draws and looks of an opportunity, over some actors, from masses and plain weights.

    With T the bound of all weights and W their sum an actor makes T/W attempts on average, of which a share of the
    masses falls on strangers and on partners. An event takes one draw, an attempt one, a look at a stranger another.
    """
    world, setting, regime, state = model.world.arrays, model.setting, model.forces.regime, model.state
    n, now = len(state.degree), float(state.clock[NOW])
    meet, weights = np.empty(n), np.empty(n)
    counts = []
    for i in actors:
        mass = np.array(fast.masses(world, setting, state, model.bounds, i))
        plain.choice_weights(world, setting, regime, state, i, now, meet, weights)
        total = weights.sum()
        strangers, partners = mass[fast.SEARCH :].sum() / total, mass[fast.ENDING] / total
        counts.append((1.0 + (1.0 + mass.sum()) / total + strangers, strangers, partners))
    return Work(*np.mean(counts, axis=0))


@kernel
def _read_institution(world, state, j):  # type: ignore[no-untyped-def]
    """What a value needs of one institution: its fields, size, capability, capacity and partners."""
    total = state.log_size[j] + state.capability[j] + state.capacity[j] + world.country[j] + state.degree[j]
    total += world.kind[j] + world.bloc[j] + float(world.facilities[j])
    for f in range(world.direction.shape[1]):
        total += world.direction[j, f] + world.profile[j, f]
    for p in range(state.degree[j]):
        total += partner(state, j, p)
    return total


@kernel
def draw_and_read(world, state, bounds, key, times, drawn, strangers, partners):  # type: ignore[no-untyped-def]
    """Only what memory and generator cost: draws, random institutions, random partnerships; nothing is computed.

    ``drawn``, ``strangers`` and ``partners`` are means; each opportunity takes the whole part or one more.
    """
    n, total = len(state.degree), 0.0
    for number in range(times):
        u, v = draws.uniforms(key, draws.EVENT, 0, 7, number)
        i = min(int(u * n), n - 1)
        state.opportunities[i] += 1
        total += _read_institution(world, state, i)
        for place in range(state.former.shape[1]):
            total += state.former_since[i, place] if state.former[i, place] >= 0 else 0.0
        for index in range(1, int(drawn + v)):
            x, y = draws.uniforms(key, draws.CHOICE, i, number, index)
            total += x + y
        for index in range(int(strangers + v)):
            x, y = draws.uniforms(key, draws.CANDIDATE, i, number, index)
            k = min(int(x * n), n - 1)
            j = bounds.alias_other[k] if y >= bounds.alias_share[k] else k
            total += _read_institution(world, state, bounds.members[j])
        for p in range(min(int(partners + v), state.degree[i])):
            j, slot = partner(state, i, p), slot_with(state, i, p)
            total += state.term[slot] + state.strength[slot] + state.since[slot] + state.field[slot]
            total += _read_institution(world, state, j)
    return total


def memory_limit(
    institutions: int = 100_000, burn_in: int = BURN_IN, repeats: int = 5, quarters: int = 1, actors: int = 100
) -> list[Row]:
    """The kernel in a large world against a compiled loop with as many draws and reads of the same arrays, in turns."""
    model = timed_model(without_measures(institutions, START, -(-(burn_in + repeats * quarters) // 4) + 1), burn_in)
    work = work_of(model, np.random.default_rng(1).choice(institutions, min(actors, institutions), replace=False))
    times = 3 * institutions * quarters
    # a look at a stranger draws in the loop over strangers, so it is not drawn again among the other draws
    others = work.draws - work.strangers
    loop = partial(
        draw_and_read, model.world.arrays, model.state, model.bounds, model.key, times, others, work.strangers,
        work.partners,
    )  # fmt: skip
    counted = model.state.opportunities.copy()
    loop()
    ratios, limits = [], []
    for _ in range(repeats):
        begin = processor_time()
        loop()
        limits.append((processor_time() - begin) / times * 1e6)
        model.state.opportunities[:] = counted
        ratios.append(process_cost(model, quarters) / limits[-1])
        counted = model.state.opportunities.copy()
    against = f"{work.draws:.1f} draws, {work.strangers:.1f} strangers, {work.partners:.2f} partners an opportunity"
    return [
        row("memory_limit_ratio", ratios, "ratio", against=against, aim="<= 5"),
        row("memory_limit_us", limits, "us", against="draws and reads alone"),
    ]
