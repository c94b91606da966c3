"""From a name or a path to a sweep that can run: the file, its base scenario, every level and outcome checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w
from pydantic import ValidationError

from model.errors import InputError, as_written, nearest_name
from model.scenario.files import find_scenario, packaged_folder, read_toml
from model.scenario.loading import load_scenario, parse_override

from .faults import fault
from .outcomes import check_outcome
from .schema import Axis, Outcome, SweepFile

if TYPE_CHECKING:
    from model.scenario import Scenario

FOLDER = "experiments"
"""Subfolder of the folders of scenarios that sweep files are in."""
OWN = ("run.seed", "run.replicates")
"""Settings that the sweep itself decides: the luck is the same at all design points."""
UNKNOWN = ("there is no setting", "there is no measure")
"""How the messages of a wrong path begin; in others the value is wrong."""
BASE = "scenario.resolved.toml"
"""The base scenario in the folder of a result."""


@dataclass(frozen=True)
class Sweep:
    """A sweep whose parts have been checked."""

    file: SweepFile
    name: str
    base: Scenario  # with the settings, replicates and seed of the sweep
    base_file: Path
    settings: Mapping[str, object]  # all that the sweep changes in the file of the base

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes."""
        return self.file.axes

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes."""
        return self.file.outcomes

    @property
    def replicates(self) -> int:
        """Replicates of each design point."""
        return self.base.run.replicates

    @property
    def seed(self) -> int | None:
        """Seed of all design points; None until one is drawn."""
        return self.base.run.seed

    def seeded(self) -> Sweep:
        """The sweep with a seed, drawn if it has none."""
        if self.seed is not None:
            return self
        from ..runner import resolved

        base = resolved(self.base)
        return replace(self, base=base, settings={**self.settings, "run.seed": base.run.seed})

    def scenario_at(self, levels: Sequence[object]) -> Scenario:
        """The base scenario with one level of each axis. Raises `InputError` where they do not go together."""
        changes = dict(self.settings)
        for axis, level in zip(self.axes, levels, strict=True):
            changes |= dict.fromkeys(axis.paths, level)
        return load_scenario(self.base_file, changes)

    def to_dict(self) -> dict[str, Any]:
        """The sweep as TOML types, resolved: settings are in the base scenario, `BASE` beside the file."""
        content = self.file.model_dump(mode="python", exclude_none=True, exclude_defaults=True)
        content |= {"name": self.name, "scenario": BASE, "replicates": self.replicates}
        content.pop("settings", None)
        if self.seed is not None:
            content["seed"] = self.seed
        plain: dict[str, Any] = _listed(content)
        return plain

    def to_toml(self) -> str:
        """The resolved sweep as TOML; it loads back to an equal sweep beside its base scenario."""
        comment = f"# {self.file.question}\n\n" if self.file.question else ""
        return comment + tomli_w.dumps(self.to_dict())

    def content_hash(self) -> str:
        """sha256 of the resolved content, the base scenario's included."""
        content = {**self.to_dict(), "scenario": self.base.content_hash()}
        text = json.dumps(content, sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def packaged_sweeps() -> dict[str, Path]:
    """Name -> file of the packaged sweeps, by name."""
    return {path.stem: path for path in sorted((packaged_folder() / FOLDER).glob("*.toml"))}


def find_sweep(name: str) -> Path:
    """The file of a sweep: a path, or a name looked up in ./scenarios/experiments and among the packaged ones."""
    local = Path("scenarios") / FOLDER
    known = {**packaged_sweeps(), **{path.stem: path for path in sorted(local.glob("*.toml"))}}
    if name.endswith(".toml") or "/" in name or "\\" in name:
        if Path(name).exists():
            return Path(name)
        raise InputError("there is no such file", where=name, nearest=nearest_name(Path(name).stem, known))
    if name not in known:
        raise InputError(
            f"there is no sweep {as_written(name)}",
            nearest=nearest_name(name, known),
            allowed=f"a file, or one of {', '.join(known)}",
        )
    return known[name]


def load_sweep(
    name: str | Path, settings: Sequence[str] = (), replicates: int | None = None, seed: int | None = None
) -> Sweep:
    """Load a sweep by name or path and check every level of every axis and every outcome against its scenario.

    ``settings``: further changes of the base scenario as texts "path=value"; ``replicates`` and ``seed`` replace the
    file's. Raises `InputError`, which names the file and the key.
    """
    path = find_sweep(str(name))
    content = read_toml(path)
    if "version" not in content:
        raise InputError("has no version", where=f"{path}: version", allowed="version = 1")
    try:
        file = SweepFile.model_validate(content)
    except ValidationError as error:
        raise fault(error, content, str(path)) from None
    base_file = find_scenario(file.scenario, beside=path, where=f"{path}: scenario")
    changes: dict[str, object] = {}
    for key, value in _flat(file.settings):
        changes[key] = value
        with _blamed(f"{path}: settings.{key}"):
            _refuse_own(key)
            load_scenario(base_file, changes)
    for text in settings:
        key, value = parse_override(text)
        with _blamed("--set"):
            _refuse_own(key)
        changes[key] = value
    for setting, chosen in zip(OWN, (seed, replicates), strict=True):
        own = chosen if chosen is not None else getattr(file, setting.removeprefix("run."))
        if own is not None:
            changes[setting] = own
    sweep = Sweep(file, file.name or path.stem, load_scenario(base_file, changes), base_file, changes)
    for axis in file.axes:
        _check_axis(axis, sweep, path)
    for outcome in file.outcomes:
        check_outcome(outcome, sweep.base, f"{path}: outcomes.{outcome.label}")
    return sweep


def _check_axis(axis: Axis, sweep: Sweep, path: Path) -> None:
    """Try each path of an axis with each level, by itself."""
    for setting in axis.paths:
        with _blamed(f"{path}: axes.{axis.name}.paths"):
            _refuse_own(setting)
        for place, level in enumerate(axis.levels):
            try:
                load_scenario(sweep.base_file, {**sweep.settings, setting: level})
            except InputError as error:
                if error.message.startswith(UNKNOWN):
                    raise _moved(error, f"{path}: axes.{axis.name}.paths") from None
                where = f"{path}: axes.{axis.name}.levels, entry {place + 1}"
                raise _moved(error, where, f"{setting} cannot be {as_written(level)}: ") from None


class _blamed:  # noqa: N801 - used as a statement
    """A context that says of an `InputError` where the fault was written."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError):
            raise _moved(error, self.where) from None


def _moved(error: InputError, where: str, before: str = "") -> InputError:
    return InputError(f"{before}{error.message}", where=where, allowed=error.allowed, nearest=error.nearest)


def _refuse_own(path: str) -> None:
    if path in OWN:
        key = path.removeprefix("run.")
        raise InputError(f"{path!r} is not the scenario's to set in a sweep", allowed=f"{key} of the sweep, or --{key}")


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Dotted paths and values of nested tables."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _listed(value: Any) -> Any:
    """TOML has arrays, no tuples."""
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    return value
