"""Why an institution took or refused, kept or ended a partnership: the terms of its value, from the model's twin.

The terms of a decision are those of the morning of its day: the state that the run stands at when that day begins. What
else happened on the same day before it is not in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

from model.clock import date_of, year_of
from model.dynamics import regime as regimes
from model.dynamics.state import LOGGED, NOW, PROPOSED, SPELLS
from model.dynamics.terms import ANSWER, MAINTENANCE, PROPOSAL
from model.errors import InputError
from model.recording.tables import ACTIONS, CHANNELS, REASONS

from .frames import packed

if TYPE_CHECKING:
    from model.dynamics.twin import Twin
    from model.partnership_model import PartnershipModel
    from model.scenario import Scenario

    from .messages import Question
    from .running import Runs

MOST_DECISIONS = 6
MOST_PARTNERS = 40
MOST_ENDS = 6


@dataclass(frozen=True)
class Decision:
    """A proposal or an end in which an institution had a part."""

    actor: int
    other: int
    action: int
    accepted: bool
    time: float


def explained(runs: Runs, scenario: Scenario, question: Question) -> bytes:
    """The frame of an institution at a time. Raises `InputError` for one that is not in the world."""
    world, row = runs.worlds.of(scenario), question.institution
    if row >= world.n:
        raise InputError(
            f"there is no institution {row}", where="institution", allowed=f"a whole number below {world.n}"
        )
    logged = scenario.model_copy(update={"record": scenario.record.model_copy(update={"decisions": True})})
    shown, end = year_of(scenario.time.show_from), year_of(scenario.time.end)
    time = end if question.until is None else min(max(question.until, shown), end)
    changed = measures_of(question)

    def stand(time: float) -> PartnershipModel:
        until = None if time >= end else date_of(time)
        return runs.replicate(logged, question.replicate, until, changed)

    model = stand(time)
    decisions = _decisions(model, row)
    header = {
        "kind": "explain",
        "institution": _who(model, row),
        "time": float(model.state.clock[NOW]),
        "partners": _partners(model, row),
        "ends": _ends(model, row),
        "decisions": [_why(decision, row, stand) for decision in decisions],
    }
    return packed(header, {})


def measures_of(question: Question) -> set[str]:
    """Measures that a question changes."""
    return {path.split(".")[1] for path, _ in question.settings if path.startswith("measures.") and "." in path}


def _who(model: PartnershipModel, row: int) -> dict[str, Any]:
    agent, twin = model.institution(row), model.twin()
    return {
        "row": row,
        "name": agent.name,
        "real": agent.real,
        "country": agent.country,
        "bloc": agent.bloc,
        "kind": agent.kind,
        "size": exp(agent.log_size),
        "capability": agent.capability,
        "degree": agent.degree,
        "began": sum(int(model.state.initiator[twin.slot(row, other)]) == row for other in twin.partners(row)),
        "capacity": float(model.state.capacity[row]),
    }


def _partners(model: PartnershipModel, row: int) -> list[dict[str, Any]]:
    """Its partners, the longest first: whether it began, how strong the tie is, and what keeps it."""
    twin, state, now = model.twin(), model.state, float(model.state.clock[NOW])
    found: list[dict[str, Any]] = []
    for other in twin.partners(row):
        slot = twin.slot(row, other)
        measures = -float(regimes.maintenance_effect(twin.regime, state, row, other, slot))
        found.append(
            {
                "row": other,
                "began": int(state.initiator[slot]) == row,
                "since": float(state.start[slot]),
                "strength": twin.strength(slot, now),
                "field": int(state.field[slot]),
                "channel": CHANNELS[int(state.channel[slot])],
                "instrument": int(state.instrument[slot]),
                "bound_until": float(state.term[slot]) if state.term[slot] > now else None,
                "terms": twin.contributions(MAINTENANCE, row, other, now),
                "measures": -measures,
            }
        )
    return sorted(found, key=lambda partner: partner["since"])[:MOST_PARTNERS]


def _ends(model: PartnershipModel, row: int) -> list[dict[str, Any]]:
    """Its last partnerships that a contract or a measure has ended, the latest first."""
    count = int(model.state.counts[SPELLS])
    whole, times = model.state.spell_whole[:count], model.state.spell_times[:count]
    of_row = np.flatnonzero(((whole[:, 0] == row) | (whole[:, 1] == row)) & (whole[:, 6] > 0))[::-1][:MOST_ENDS]
    return [
        {
            "row": int(whole[k, 1] if whole[k, 0] == row else whole[k, 0]),
            "reason": REASONS[int(whole[k, 6])],
            "start": float(times[k, 0]),
            "time": float(times[k, 1]),
        }
        for k in of_row
    ]


def _decisions(model: PartnershipModel, row: int) -> list[Decision]:
    """The last decisions that concern an institution, in time."""
    count = int(model.state.counts[LOGGED])
    whole, times = model.state.log_whole[:count], model.state.log_times[:count]
    chosen = np.flatnonzero((whole[:, 0] == row) | (whole[:, 1] == row))[-MOST_DECISIONS:]
    return [
        Decision(int(whole[k, 0]), int(whole[k, 1]), int(whole[k, 2]), bool(whole[k, 3]), float(times[k]))
        for k in chosen
    ]


def _why(decision: Decision, row: int, stand: Callable[[float], PartnershipModel]) -> dict[str, Any]:
    """A decision with the terms of the value that it was taken by."""
    model = stand(decision.time)
    twin, i, j = model.twin(), decision.actor, decision.other
    told: dict[str, Any] = {
        "time": decision.time,
        "by": i,
        "other": j,
        "action": ACTIONS[decision.action],
        "accepted": decision.accepted,
    }
    now = float(model.state.clock[NOW])
    if decision.action == PROPOSED and i == row:
        measures = float(regimes.proposal_factor(twin.world, twin.setting, twin.regime, twin.state, i, j))
        return told | {
            "value": "proposal",
            "terms": twin.contributions(PROPOSAL, i, j, now),
            "measures": _log(measures),
        }
    if decision.action == PROPOSED:
        field = _common_field(twin, i, j)
        added, factor = regimes.answer_effect(twin.world, twin.setting, twin.regime, twin.state, i, j, field)
        terms = twin.contributions(ANSWER, j, i, now) | {"offset": float(twin.setting.offset)}
        chance = twin.accept(j, i, field, now)
        return told | {
            "value": "answer",
            "terms": terms,
            "measures": float(added) + _log(float(factor)),
            "chance": chance,
        }
    if twin.slot(i, j) < 0:  # it began on the same day
        return told | {"value": "maintenance", "terms": {}, "measures": 0.0}
    measures = float(regimes.maintenance_effect(twin.regime, twin.state, i, j, twin.slot(i, j)))
    return told | {"value": "maintenance", "terms": twin.contributions(MAINTENANCE, i, j, now), "measures": measures}


def _log(factor: float) -> float:
    """The logarithm of a factor; a bar has no room for minus infinity."""
    return float(np.log(max(factor, 1e-4)))


def _common_field(twin: Twin, i: int, j: int) -> int:
    """The field that both work in most: the likeliest one of a proposal."""
    return int(np.argmax(twin.world.profile[i] * twin.world.profile[j]))
