"""Small whole models for the laws of a run: 60 institutions, a few years, measures as a test needs them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from random_worlds import ties

from model.partnership_model import PartnershipModel
from model.scenario import Scenario
from model.world import World, build_world

START, SHOWN, END = date(2010, 1, 1), date(2011, 1, 1), date(2014, 1, 1)


def scenario(
    measures: dict[str, dict[str, Any]] | None = None, *, institutions: int = 60, engine: str = "fast",
    parameters: dict[str, dict[str, float]] | None = None, every: str = "year", **time: date,
) -> Scenario:  # fmt: skip
    """A scenario of a small world; ``time`` may set start, show_from and end."""
    return Scenario.model_validate(
        {
            "version": 1,
            "name": "small",
            "time": {"start": START, "show_from": SHOWN, "end": END, **time},
            "world": {"institutions": institutions},
            "run": {"seed": 5, "engine": engine},
            "record": {"every": every},
            "parameters": parameters or {},
            "measures": measures or {},
        }
    )


def measure(start: date, first: str = "West", second: str = "China", **changes: Any) -> dict[str, Any]:
    """A measure between two blocs, of full strength on every channel, that does nothing unless ``changes`` say so."""
    return {
        "title": "a measure", "group": "restriction", "start": start, "from": {"blocs": [first]},
        "to": {"blocs": [second]}, "channel": "all", **changes,
    }  # fmt: skip


SANCTIONS = {
    "cut": measure(date(2010, 8, 11), effects={"meeting": 0.4, "maintenance": -1.0}),
    "call": measure(date(2010, 5, 3), "Russia", "China", effects={"meeting": 3.0, "acceptance": 1.5}),
    "ban": measure(date(2011, 2, 10), "West", "Russia", mode="terminate", wind_down_days=80, leakage=0.3),
    "stop": measure(date(2011, 3, 1), "West", "China", mode="no_renewal", leakage=0.2, compliance=0.7),
}
"""A bit of everything: measures that thin, add, bar, end, and cut quarters."""

PROGRAMMES = {
    "calls": measure(date(2010, 4, 20), "Russia", "China",
                     projects={"budget": 900.0, "cost": 2.0, "pass_share": 0.6, "recall": 0.5, "term_years": 1.5}),
    "fund": measure(date(2010, 7, 1), "China", "West", ramp_years=1.0, end=date(2013, 6, 1), effects={"maintenance": 0.5},
                    projects={"budget": 9000.0, "executed": 0.5, "cost": 5.0, "keys": 1}, instruments=("fund", "centre")),
    "plan": measure(date(2011, 1, 1), "China", "Russia", strength=0.5,
                    projects={"share": 0.5, "keys": 0, "term_years": 2.0}, fields=("physics", "materials")),
    "centre": measure(date(2010, 5, 3), "West", "China", lag_years=0.5, compliance=0.5,
                      projects={"shape": "pairs", "density": 0.5, "term_years": 2.0}),
    "university": measure(date(2010, 10, 1), projects={"shape": "hub", "term_years": 4.0},
                          **{"from": {"countries": ["CN"], "largest_share": 0.1}, "to": {"countries": ["RU", "DE"]}}),
    "facility": measure(date(2010, 3, 3), "West", "Russia", projects={"shape": "clique", "density": 0.3},
                        fields=("physics",)),
}  # fmt: skip
"""Programmes of every kind: calls with two keys and one, money that ramps and ends, a plan, and each shape of founding."""

BUSY = {
    "formation": {"base": 0.5, "popularity": 0.2},
    "maintenance": {"base": 1.5},
    "contracts": {"median_months": 4.0},
    "output": {"rho0": 200.0},
}
"""Partnerships form and end often, so that little time and few institutions show much."""


@lru_cache(maxsize=16)
def _world(institutions: int, start: date) -> World:
    return build_world(scenario(institutions=institutions, start=start, show_from=start, end=date(2030, 1, 1)))


def model(of: Scenario, *, replicate: int = 0, **keywords: Any) -> PartnershipModel:
    """A model of a scenario of `scenario`, on a world that is built once."""
    return PartnershipModel(of, replicate=replicate, world=_world(of.world.institutions, of.time.start), **keywords)


def finished(of: Scenario, **keywords: Any) -> PartnershipModel:
    """A model that has run to its end."""
    return model(of, **keywords).run_to_end()


def in_scope(of: PartnershipModel, first: str = "West", second: str = "China") -> list[int]:
    """Slots of the living partnerships between two blocs."""
    bloc, names = of.world.arrays.bloc, of.world.blocs
    wanted = {names.index(first), names.index(second)}
    return [slot for (i, j), slot in ties(of.state).items() if {int(bloc[i]), int(bloc[j])} == wanted]


def all_starts(of: PartnershipModel, first: str = "West", second: str = "China") -> np.ndarray:
    """When partnerships between two blocs began, ended ones included, float64[k]."""
    bloc, names = of.world.arrays.bloc, of.world.blocs
    wanted = {names.index(first), names.index(second)}
    ended = of.state.spell_whole[: of.state.counts[2], :2]
    past = [set(map(int, bloc[pair])) == wanted for pair in ended]
    begun = of.state.spell_times[: of.state.counts[2], 0][np.array(past, np.bool_)]
    return np.concatenate([begun, of.state.start[in_scope(of, first, second)]])
