"""The frame of a run: the world, its ties by step, its series, and the measures with their dates.

Steps are quarters: step s is the end of the s-th quarter after `time.show_from`, step 0 that day itself.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli_w

from model.clock import QUARTERS_A_YEAR, year_of
from model.recording import INDICATORS, Ledger, ReplicateRecord, Snapshot, series_of
from model.recording.series import groupings
from model.recording.tables import last_day
from model.sources import program_version

from .frames import packed
from .running import base_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.partnership_model import PartnershipModel
    from model.scenario import Measure, Scenario
    from model.world import World

    from .messages import Question

ALIVE = 65_535
"""Last step of a partnership that lives at the end."""
NOT_ENDED = 255
"""Reason of the end of a partnership that lives at the end."""


def picture(model: PartnershipModel, question: Question) -> bytes:
    """The frame of a replicate that has run to its end."""
    scenario, world = model.configuration, model.world
    record = model.ledger.finish(model.replicate, model.state)
    lines, values = lines_of(model, record, question)
    header: dict[str, Any] = {
        "kind": "run",
        "scenario": question.scenario,
        "title": scenario.title,
        "question": scenario.question,
        "seed": question.seed,
        "replicate": model.replicate,
        "hash": scenario.content_hash(),
        "program": program_version(),
        "toml": short_toml(scenario, question),
        "command": command_line(question),
        "show_from": year_of(scenario.time.show_from),
        "end": year_of(scenario.time.end),
        "compare_years": scenario.compare_years,
        "omega": world.omega,
        "blocs": world.blocs,
        "countries": world.countries,
        "country_bloc": world.arrays.country_bloc.tolist(),
        "kinds": world.kinds,
        "fields": world.fields,
        "names": world.names,
        "listed": [[int(row), since, until] for row, since, until in world.listed_spells],
        "lines": [[indicator, pair, INDICATORS[indicator][0]] for indicator, pair in lines],
        "dates": [last_day(end).isoformat() for end in record.ends],
        "measures": [_told(name, measure) for name, measure in scenario.measures.items() if measure.enabled],
        "instruments": list(scenario.measures),
    }
    arrays: dict[str, np.ndarray] = {
        "bloc": world.arrays.bloc.astype(np.uint8),
        "country": world.arrays.country.astype(np.uint8),
        "kind": world.arrays.kind.astype(np.uint8),
        "real": np.array(world.real, np.uint8),
        "size": np.exp(model.state.log_size).astype(np.float32),
        "ends": record.ends,
        "series": values,
        **ties(model, record),
    }
    return packed(header, arrays)


def lines_of(
    model: PartnershipModel, record: ReplicateRecord, question: Question, only_asked: bool = False
) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Series of a replicate by (indicator, pair), float64[L, P]: all of blocs and of the world, and those asked for."""
    every = series_of(model.world, model.calibration, record)
    asked = [line for line in question.lines if line in every]
    lines = asked
    if not only_asked:
        blocs = _bloc_pairs(model.world)
        lines = [line for line in every if line[1] in blocs]
        lines += [line for line in asked if line not in set(lines)]
    periods = len(record.ends)
    values = np.array([every[line] for line in lines], np.float64).reshape(len(lines), periods)
    return lines, values


def _bloc_pairs(world: World) -> set[str]:
    names = groupings(world)[1]
    pairs = {pair for _, _, pair in names.pairs(inner=True)}
    directed = {f"{a}>{b}" for a in names.names for b in names.names if a != b}
    return pairs | directed | {"World"}


# --- ties ---------------------------------------------------------------------------------------------------------


def ties(model: PartnershipModel, record: ReplicateRecord) -> dict[str, np.ndarray]:
    """Partnerships that live at some step, T of them, in the order of their first step.

    ``tie_from`` and ``tie_to`` uint16[T]: a tie is in the network of step s where from <= s < to.
    """
    living = _living(model)
    whole = np.concatenate([record.spell_whole, living])
    times = np.concatenate([record.spell_times[:, :2], _living_times(model)])
    shown = year_of(model.configuration.time.show_from)
    # what happens at the first moment of a quarter is no part of the network that was counted the moment before
    first = np.maximum(np.floor((times[:, 0] - shown) * QUARTERS_A_YEAR) + 1, 0)
    last = np.minimum(np.floor((times[:, 1] - shown) * QUARTERS_A_YEAR) + 1, ALIVE)
    there = np.flatnonzero(first < last)
    there = there[np.argsort(first[there], kind="stable")]
    whole = whole[there]
    return {
        "tie_a": whole[:, 0].astype(np.uint16),
        "tie_b": whole[:, 1].astype(np.uint16),
        "tie_from": first[there].astype(np.uint16),
        "tie_to": last[there].astype(np.uint16),
        "tie_by": (whole[:, 2] == whole[:, 1]).astype(np.uint8),  # 1 where b has proposed
        "tie_field": whole[:, 3].astype(np.uint8),
        "tie_channel": whole[:, 4].astype(np.uint8),
        "tie_instrument": whole[:, 5].astype(np.int16),
        "tie_reason": whole[:, 6].astype(np.uint8),
    }


def _living(model: PartnershipModel) -> np.ndarray:
    """Rows of partnerships that live now, in the columns of spells, int64[E, 7]."""
    whole = _snapshot(model).whole
    reason = np.full(len(whole), NOT_ENDED)
    return np.column_stack([whole[:, :5], whole[:, 6], reason])


def _living_times(model: PartnershipModel) -> np.ndarray:
    start = _snapshot(model).numbers[:, 1]
    return np.column_stack([start, np.full(len(start), np.inf)])


def _snapshot(model: PartnershipModel) -> Snapshot:
    ledger = Ledger(len(model.world.countries), model.publishing.strength_years)
    ledger.snapshot(model.state)
    return ledger.snapshots[0]


# --- what the state is --------------------------------------------------------------------------------------------


def _told(name: str, measure: Measure) -> dict[str, Any]:
    end = year_of(measure.end) if measure.end is not None else None
    return {
        "name": name,
        "title": measure.title,
        "issuer": measure.issuer,
        "group": measure.group,
        "start": year_of(measure.start) + measure.lag_years,
        "end": None if end is None else end + measure.lag_years,
        "strength": measure.strength,
        "status": measure.status,
    }


def command_line(question: Question) -> str:
    """The command that makes the same replicate."""
    words = ["comity", "run", question.scenario, "--replicates", "1", "--seed", str(question.seed)]
    if base_of(question.scenario).run.ensemble:
        words += ["--set", "run.ensemble=false"]
    for path, value in question.settings:
        words += ["--set", f"{path}={_as_toml(value)}"]
    for text in question.additions:
        words += ["--add", text]
    return shlex.join(words)


def _as_toml(value: object) -> str:
    return tomli_w.dumps({"v": value}).partition("=")[2].strip()


def short_toml(scenario: Scenario, question: Question) -> str:
    """A scenario file that extends the one that is played by what differs; it loads to the same scenario."""
    changed = _difference(base_of(question.scenario).to_dict(), scenario.to_dict())
    text = {"version": scenario.version, "name": scenario.name, "extends": question.scenario, **changed}
    return tomli_w.dumps(_listed(text))


def _difference(base: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            inner = _difference(base[key], value)
            if inner:
                found[key] = inner
        elif key not in base or base[key] != value:
            found[key] = value
    return found


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(entry) for key, entry in value.items()}
    return [_listed(entry) for entry in value] if isinstance(value, (list, tuple)) else value


# --- other lucks --------------------------------------------------------------------------------------------------


def luck(model: PartnershipModel, question: Question) -> bytes:
    """The frame of one luck: only the series that were asked for."""
    record = model.ledger.finish(model.replicate, model.state)
    lines, values = lines_of(model, record, question, only_asked=True)
    return packed({"kind": "luck", "lines": lines}, {"ends": record.ends, "series": values})
