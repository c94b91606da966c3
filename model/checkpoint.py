"""Checkpoints: all replicates of a run at a date, in one file, from which the run or another scenario goes on.

A file is a line of text, a header and a payload. The line names the format, its version, and the sha256 of all that
follows; the header (one line of JSON) says what made the file and what it holds; the payload holds the arrays of the
replicates, as numpy's own files in a zip archive, without pickle. So no byte of a file can change unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .clock import year_of
from .errors import InputError, as_written
from .scenario.loading import scenario_from_text
from .sources import code_hash, data_checksums, program_version
from .world import build_inputs

if TYPE_CHECKING:
    from .scenario import Measure, Scenario

MAGIC, FORMAT = "comity-checkpoint", "1"
LONGEST_LINE = 200
"""Bytes of the first line, at most."""
OF_NO_EFFECT = {"title", "issuer", "group", "status", "range", "evidence", "source"}
"""Keys of a measure that say something about it and do nothing."""

Moment = dict[str, np.ndarray]
"""A replicate at a date: what `PartnershipModel.capture` gives."""


@dataclass(frozen=True)
class Checkpoint:
    """All replicates of a run at a date; what happens on that day is still to come."""

    scenario: Scenario
    """Resolved, with its seed and its number of replicates."""
    day: date
    moments: tuple[Moment, ...]
    """By number of the replicate."""


# --- files ----------------------------------------------------------------------------------------------------------


def refuse_existing(path: Path, force: bool = False) -> None:
    """Raise `InputError` if a checkpoint must not be written to a path."""
    if path.is_dir():
        raise InputError("is a folder", where=str(path), allowed="the name of a file")
    if path.exists() and not force:
        raise InputError("is there already", where=str(path), allowed="another --checkpoint, or --force to replace it")
    if not path.absolute().parent.is_dir():
        raise InputError("there is no such folder", where=str(path.parent), allowed="a folder to write to")


def save(path: Path, checkpoint: Checkpoint, force: bool = False) -> None:
    """Write a checkpoint, whole or not at all. Raises `InputError` if the file is there, unless ``force``."""
    refuse_existing(path, force)
    header = {
        **_program(checkpoint.scenario.world.data),
        "seed": checkpoint.scenario.run.seed,
        "replicates": len(checkpoint.moments),
        "date": checkpoint.day.isoformat(),
        "scenario": checkpoint.scenario.to_toml(),
    }
    body = json.dumps(header).encode() + b"\n" + _packed(checkpoint.moments)
    first = f"{MAGIC} {FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode()
    staged = path.with_name(f".incomplete-{path.name}-{secrets.token_hex(4)}")
    try:
        with staged.open("xb") as file:
            file.write(first + body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staged, path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(path)) from None
    finally:
        staged.unlink(missing_ok=True)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises `InputError` if it is none, is damaged, or was made by another program or from other tables."""
    where = str(path)
    try:
        if path.exists() and not path.is_file():
            raise InputError("is not a regular file", where=where, allowed="a checkpoint")
        content = path.read_bytes()
    except OSError as error:
        reason = (
            "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        )
        raise InputError(reason, where=where) from None
    first, newline, body = content.partition(b"\n")
    words = first[:LONGEST_LINE].decode("ascii", "replace").split(" ")
    if len(words) != 3 or words[0] != MAGIC or not newline:
        raise InputError(
            "is not a checkpoint", where=where, allowed="a file that `comity run --until --checkpoint` wrote"
        )
    if words[1] != FORMAT:
        raise InputError(
            f"has version {as_written(words[1])} of the format",
            where=where,
            allowed=f"version {FORMAT}, of this program",
        )
    if words[2] != hashlib.sha256(body).hexdigest():
        raise InputError("is damaged: its content does not fit its checksum", where=where, allowed="a whole file")
    head, _, payload = body.partition(b"\n")
    header = json.loads(head)
    scenario = scenario_from_text(header["scenario"], f"{where}: scenario")
    _refuse_another_program(header, _program(scenario.world.data), where)
    return Checkpoint(scenario, date.fromisoformat(header["date"]), _unpacked(payload, header["replicates"]))


def _program(data_folder: str) -> dict[str, Any]:
    """What has to be the same for a run to go on as if it had not stopped."""
    return {
        "program": program_version(),
        "numpy": np.__version__,
        "model_sha256": code_hash(),
        "data": data_checksums(data_folder),
    }


def _refuse_another_program(then: Mapping[str, Any], now: Mapping[str, Any], where: str) -> None:
    for key, of in (
        ("program", "version {} of Comity"),
        ("numpy", "numpy {}"),
        ("model_sha256", "a model with sha256 {}"),
    ):
        if then[key] != now[key]:
            raise InputError(
                f"was made by {of.format(then[key][:12])}", where=where, allowed=f"this is {of.format(now[key][:12])}"
            )
    for name in sorted(then["data"].keys() | now["data"].keys()):
        if then["data"].get(name) != now["data"].get(name):
            raise InputError(f"was made with another table {name}", where=where, allowed="the tables of now")


def _packed(moments: tuple[Moment, ...]) -> bytes:
    """The arrays of all replicates as bytes; the same arrays give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for k, moment in enumerate(moments):
            for name, array in moment.items():
                member = zipfile.ZipInfo(f"{k}/{name}.npy")
                member.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(member, "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, np.asarray(array), allow_pickle=False)
    return buffer.getvalue()


def _unpacked(payload: bytes, replicates: int) -> tuple[Moment, ...]:
    moments: tuple[Moment, ...] = tuple({} for _ in range(replicates))
    with zipfile.ZipFile(BytesIO(payload)) as archive:
        for member in archive.namelist():
            number, _, name = member.removesuffix(".npy").partition("/")
            with archive.open(member) as file:
                moments[int(number)][name] = np.lib.format.read_array(file, allow_pickle=False)
    return moments


# --- branches -------------------------------------------------------------------------------------------------------


def branch(checkpoint: Checkpoint, scenario: Scenario) -> Scenario:
    """A scenario that goes on from a checkpoint: with the seed and the replicates of the checkpoint.

    A whole run of it gives the same numbers. So it must agree with the checkpoint's scenario in all that has acted
    before the date; raises `InputError`, with the first difference, if it does not.
    """
    luck = {"seed": checkpoint.scenario.run.seed, "replicates": checkpoint.scenario.run.replicates}
    scenario = scenario.model_copy(update={"run": scenario.run.model_copy(update=luck)})
    if scenario.time.end <= checkpoint.day:
        raise InputError(
            f"{scenario.time.end} does not come after the checkpoint", where=f"{scenario.name}: time.end",
            allowed=f"a date after {checkpoint.day}",
        )  # fmt: skip
    then, now = acted(checkpoint.scenario, checkpoint.day), acted(scenario, checkpoint.day)
    _refuse_difference(then, now, checkpoint.day, scenario.name)
    taken, asked = (_snapshots(s, checkpoint.day) for s in (checkpoint.scenario, scenario))
    if not set(asked) <= set(taken):  # those that are not asked for are left out
        _refuse_difference({"record.snapshots": taken}, {"record.snapshots": asked}, checkpoint.day, scenario.name)
    if not _same_inputs(checkpoint.scenario, scenario, checkpoint.day):
        then, now = (dict(_flat(s.to_dict()["inputs"], "inputs")) for s in (checkpoint.scenario, scenario))
        _refuse_difference(then, now, checkpoint.day, scenario.name)
    return scenario


def acted(scenario: Scenario, day: date) -> dict[str, object]:
    """What has acted on a run before a date, by dotted path: what a branch must have in common with its checkpoint."""
    content = scenario.to_dict()
    of_time = {key: content["time"][key] for key in ("start", "show_from")}
    of_record = {"every": scenario.record.every, "decisions": scenario.record.decisions}
    of_run = {"engine": scenario.run.engine, "seed": scenario.run.seed}
    groups = {"time": of_time, "world": content["world"], "run": of_run, "record": of_record}
    groups["parameters"] = content["parameters"]
    found = {path: value for name, group in groups.items() for path, value in _flat(group, name)}
    begun = {name: measure for name, measure in scenario.measures.items() if _begins_before(measure, day)}
    for name, measure in begun.items():
        keys = measure.model_dump(by_alias=True)
        if measure.end is not None and year_of(measure.end) + measure.lag_years >= year_of(day):
            keys["end"] = None  # still to come
        kept = {key: value for key, value in keys.items() if key not in OF_NO_EFFECT}
        found |= _flat(kept, f"measures.{name}")
    return found | {"measures": tuple(begun)}  # their order too: factors are multiplied in it


def _snapshots(scenario: Scenario, day: date) -> tuple[date, ...]:
    """Dates up to a day at which the network is kept."""
    return tuple(sorted(s for s in scenario.record.snapshots if scenario.time.start < s <= day))


def _begins_before(measure: Measure, day: date) -> bool:
    return measure.enabled and measure.strength != 0.0 and year_of(measure.start) + measure.lag_years < year_of(day)


def _same_inputs(one: Scenario, other: Scenario, day: date) -> bool:
    """Whether national inputs are the same in all quarters that have begun before a date."""
    first, second = build_inputs(one), build_inputs(other)
    count = int(np.sum(first.times < year_of(day)))
    return all(
        np.array_equal(getattr(first, name)[:count], getattr(second, name)[:count])
        for name in ("times", "publications", "capability_level")
    )


def _refuse_difference(then: Mapping[str, object], now: Mapping[str, object], day: date, name: str) -> None:
    paths = [*then, *(path for path in now if path not in then)]
    for path in sorted(paths, key=lambda path: path == "measures"):  # their order comes last
        before, after = then.get(path), now.get(path)
        if before == after:
            continue
        texts = ["nothing" if value is None else as_written(value) for value in (before, after)]
        raise InputError(
            f"differs before {day}: {texts[0]} in the checkpoint, {texts[1]} in {name}", where=f"{name}: {path}",
            allowed="a scenario that differs only in what begins on the date of the checkpoint or later",
        )  # fmt: skip


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}.{key}")
        else:
            yield f"{prefix}.{key}", value
