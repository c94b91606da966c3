"""From a name or a path to a sweep that can run: the file, its base scenario, every level and outcome checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w
from pydantic import ValidationError

from model.errors import LONGEST, InputError, as_written, nearest_name
from model.scenario.files import find_scenario, packaged_folder, read_toml
from model.scenario.loading import ScenarioFiles, parse_override, read_scenario_files
from model.scenario.merging import value_at

from .assumed import with_assumed_range
from .checking import OWN, SOURCE, check_paths, check_points, check_steps, refuse_own
from .design import Points
from .faults import fault, moved, outcome_key
from .outcomes import check_names, snapshots_for
from .schema import Factor, Outcome, SweepFile

if TYPE_CHECKING:
    from model.scenario import Scenario

FOLDER = "experiments"
"""Subfolder of the folders of scenarios that sweep files are in."""
BASE = "scenario.resolved.toml"
"""The base scenario in the folder of a result."""
RESOLVED = "sweep.resolved.toml"
"""The file of a sweep in the folder of its results."""
ENSEMBLE = "run.ensemble"
"""Setting that a sweep turns off: its design is about the packaged values, or about those that its factors give."""


@dataclass(frozen=True)
class Sweep:
    """A sweep whose parts have been checked."""

    file: SweepFile  # ranges that are "assumed" filled in
    name: str
    base: Scenario  # with the settings, replicates and seed of the sweep
    points: Points
    source: ScenarioFiles
    """What the scenarios of design points are made from."""
    changes: Mapping[str, object]
    """Dotted path -> value of what the sweep changes everywhere, its replicates and seed too."""

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors."""
        return self.file.factors

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes."""
        return self.file.outcomes

    @property
    def runs(self) -> int:
        """Runs of the whole sweep: replicates of all points."""
        return len(self.points) * self.replicates

    def scenario(self, point: int) -> Scenario:
        """The scenario of a design point. Raises `InputError` where the values of a point cannot go together."""
        return scenario_of(self.source, {**self.changes, **self.points.settings(point)}, self.outcomes)

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
        return replace(self, base=base, changes={**self.changes, "run.seed": base.run.seed})

    def to_dict(self) -> dict[str, Any]:
        """The sweep as TOML types, resolved: settings are in the base scenario, `BASE` beside the file."""
        content = self.file.model_dump(mode="python", exclude_none=True, exclude_defaults=True)
        content |= {"name": self.name, "scenario": BASE, "replicates": self.replicates}
        content.pop("settings", None)
        if self.base.run.ensemble:  # off unless the sweep itself says otherwise, whatever its scenario says
            content["settings"] = {"run": {"ensemble": True}}
        if self.seed is not None:
            content["seed"] = self.seed
        return {key: _listed(content[key]) for key in SweepFile.model_fields if key in content}

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
        try:
            if Path(name).exists():
                return Path(name)
        except OSError:  # too long for a name
            pass
        raise InputError("there is no such file", where=name[:LONGEST], nearest=nearest_name(Path(name).stem, known))
    if name not in known:
        raise InputError(
            f"there is no sweep {as_written(name)}",
            nearest=nearest_name(name, known),
            allowed=f"a file, or one of {', '.join(known)}",
        )
    return known[name]


def load_sweep(
    name: str | Path,
    settings: Sequence[str] = (),
    replicates: int | None = None,
    seed: int | None = None,
    additions: Sequence[str] = (),
) -> Sweep:
    """Load a sweep by name or path and check its factors, their values and every outcome against its scenario.

    ``settings``: further changes of the base scenario as texts "path=value"; ``replicates`` and ``seed`` replace the
    file's; ``additions``: measures that are added to it, as texts "preset,key=value,...". Raises `InputError`, which names the file and the key.
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
    read_scenario_files(base_file).scenario()  # what is wrong with it by itself is not the sweep's fault
    source = read_scenario_files(base_file, additions)
    load = source.scenario
    load()
    changes = dict(_flat(file.settings))
    _check_settings(load, changes, path)
    changes = {ENSEMBLE: False} | changes  # a member's parameters would lie over those of the factors
    for text in settings:
        key, value = parse_override(text)
        refuse_own(key, "--set")
        changes[key] = value
    for setting, chosen in zip(OWN, (seed, replicates), strict=True):
        own = chosen if chosen is not None else getattr(file, setting.removeprefix("run."))
        if own is not None:
            changes[setting] = own
    try:
        base = load(changes)
    except InputError as error:  # the file's own settings were good
        raise moved(error, _option(error.where)) from None
    for place, outcome in enumerate(file.outcomes):
        check_names(outcome, base, partial(outcome_key, file, str(path), place))

    def load_with(own: Mapping[str, object]) -> Scenario:
        return load({**changes, **own})

    check_steps(file, str(path))
    for factor in file.factors:
        check_paths(factor, factor.discrete[0] if factor.discrete else 0.0, load_with, str(path))
    factors = [with_assumed_range(f, base, f"{path}: factors.{f.name}.range") for f in file.factors]
    file = file.model_copy(update={"factors": tuple(factors)})
    points = Points(file.factors, file.design, tuple(_value_in(base, factor) for factor in factors))
    check_points(file, points, load_with, str(path))
    return Sweep(file, file.name or path.stem, base, points, source, changes)


def scenario_of(source: ScenarioFiles, settings: Mapping[str, object], outcomes: Sequence[Outcome]) -> Scenario:
    """The scenario of some settings, with the networks kept that the outcomes need, and no others. Raises `InputError`."""
    scenario = source.scenario(settings)
    record = scenario.record.model_copy(update={"snapshots": snapshots_for(outcomes, scenario)})
    return scenario.model_copy(update={"record": record})


def _value_in(base: Scenario, factor: Factor) -> object:
    """The value that the settings of a factor have in a scenario; None where they differ or have none."""
    content = base.model_dump(by_alias=True)
    values = [value_at(content, path) for path in factor.settings]
    first = values[0]
    same = all(type(value) is type(first) and value == first for value in values)
    return first if same and isinstance(first, bool | int | float | str | date) else None


def _option(where: str) -> str:
    """The place of a setting that the command line gave, as it is written there."""
    setting = where.removeprefix(f"{SOURCE} ")
    return f"--{setting.removeprefix('run.')}" if setting in OWN else where.replace(SOURCE, "--set", 1)


def _check_settings(load: Callable[..., Scenario], changes: Mapping[str, object], path: Path) -> None:
    """The file's settings, together: one may need another."""
    for key in changes:
        refuse_own(key, f"{path}: settings.{key}")
    try:
        load(changes)
    except InputError as error:
        key = error.where.removeprefix(SOURCE).strip()
        if error.where.startswith(SOURCE):
            raise moved(error, f"{path}: settings.{key}".removesuffix(".")) from None
        raise moved(error, f"{path}: settings", f"{error.where}: ") from None


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
