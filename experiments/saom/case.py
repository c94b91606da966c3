"""Reads a case: a folder with case.toml, actors, a start network and, where one is used, a dyadic covariate."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from model.errors import InputError, nearest_name
from model.parameters import Frozen, Number
from model.tables import rows

LARGEST_CASE = 100_000
"""Actors; a dyadic covariate of more would not fit into memory."""


class CaseEffects(Frozen):
    """Parameters of the five effects; those that are absent are 0."""

    density: Number = Field(0.0, ge=-50, le=50)
    transitive_triads: Number = Field(0.0, ge=-50, le=50)
    same_bloc: Number = Field(0.0, ge=-50, le=50)
    dyadic_covariate: Number = Field(0.0, ge=-50, le=50)
    degree_plus: Number = Field(0.0, ge=-50, le=50)


class CaseFiles(Frozen):
    """File names, beside case.toml."""

    actors: str = "actors.csv"
    start: str = "start.csv"
    dyadic_covariate: str | None = None


class CaseSettings(Frozen):
    """What case.toml says."""

    process: Literal["forcing", "initiative-with-confirmation"]
    rate: Number = Field(ge=0, le=1e6, description="expected opportunities of an actor in the period")
    offset: Number = Field(0.0, ge=-100, le=100)
    period: Number = Field(1.0, gt=0, description="length of the period; the rate is per period")
    effects: CaseEffects = Field(default_factory=CaseEffects)
    files: CaseFiles = Field(default_factory=CaseFiles)


@dataclass(frozen=True)
class Case:
    """A case, checked; N actors, E ties at the start."""

    settings: CaseSettings
    bloc: np.ndarray  # int64[N], from 0, in the order of first appearance
    start: np.ndarray  # int64[E, 2], from 0, first < second
    covariate: np.ndarray | None  # float64[N, N]

    @property
    def n(self) -> int:
        """Number of actors."""
        return len(self.bloc)


def read_case(folder: Path) -> Case:
    """Read and check a case. Raises `InputError` for anything unknown, unreadable or inconsistent."""
    from model.scenario.loading import read_toml

    if not folder.is_dir():
        raise InputError("is no folder", where=str(folder), allowed="a folder with case.toml")
    path = folder / "case.toml"
    settings = _settings(read_toml(path), path)
    bloc, places = _actors(folder / settings.files.actors)
    start = _start(folder / settings.files.start, places)
    covariate = None
    if settings.files.dyadic_covariate is not None:
        covariate = _matrix(folder / settings.files.dyadic_covariate, len(bloc))
    elif settings.effects.dyadic_covariate != 0.0:
        raise InputError(
            "the effect dyadic_covariate has no file", where=f"{path}: files.dyadic_covariate", allowed="a file name"
        )
    return Case(settings, bloc, start, covariate)


def _settings(content: dict[str, Any], path: Path) -> CaseSettings:
    try:
        return CaseSettings.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    at = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        tables: dict[str, type[Frozen]] = {"effects": CaseEffects, "files": CaseFiles}
        owner = tables[str(fault["loc"][0])] if len(fault["loc"]) > 1 else CaseSettings
        names = list(owner.model_fields)
        key = str(fault["loc"][-1])
        raise InputError(
            f"there is no key {key!r}",
            where=f"{path}: {at}",
            nearest=nearest_name(key, names),
            allowed=", ".join(names),
        )
    if fault["type"] == "missing":
        raise InputError("is missing", where=f"{path}: {at}")
    written = fault["input"]
    if fault["type"] == "literal_error":
        choices = ("forcing", "initiative-with-confirmation")
        raise InputError(
            f"{written!r} is not possible",
            where=f"{path}: {at}",
            nearest=nearest_name(str(written), choices),
            allowed=", ".join(choices),
        )
    raise InputError(f"{written!r}: {fault['msg'].removeprefix('Value error, ')}", where=f"{path}: {at}")


def _actors(path: Path) -> tuple[np.ndarray, dict[str, int]]:
    """Blocs as numbers, and id -> place."""
    read = rows.read_csv(path, {"id": rows.text, "bloc": rows.text}, key=("id",))
    if not 2 <= len(read) <= LARGEST_CASE:
        raise InputError(f"has {len(read)} actors", where=str(path), allowed=f"2 to {LARGEST_CASE}")
    blocs = {name: place for place, name in enumerate(dict.fromkeys(row["bloc"] for row in read))}
    return np.array([blocs[row["bloc"]] for row in read]), {row["id"]: place for place, row in enumerate(read)}


def _start(path: Path, places: dict[str, int]) -> np.ndarray:
    ties: set[tuple[int, int]] = set()
    for row in rows.read_csv(path, {"i": rows.text, "j": rows.text}):
        pair = []
        for column in ("i", "j"):
            if row[column] not in places:
                raise InputError(
                    f"there is no actor {row[column]!r}", where=f"{path}: {column}", allowed="an id of actors"
                )
            pair.append(places[row[column]])
        i, j = min(pair), max(pair)
        if i == j:
            raise InputError(f"actor {row['i']} has a tie to itself", where=str(path), allowed="ties of two actors")
        if (i, j) in ties:
            raise InputError(
                f"the tie {row['i']}-{row['j']} stands there twice", where=str(path), allowed="each tie once"
            )
        ties.add((i, j))
    return np.array(sorted(ties), np.int64).reshape(-1, 2)


def _matrix(path: Path, n: int) -> np.ndarray:
    """A symmetric matrix without a header; its diagonal plays no part."""
    matrix = np.zeros((n, n))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file) if line]
    except FileNotFoundError:
        raise InputError("there is no such file", where=str(path)) from None
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from None
    if len(lines) != n or any(len(line) != n for line in lines):
        widths = sorted({len(line) for line in lines})
        raise InputError(
            f"has {len(lines)} rows of {', '.join(map(str, widths))} values",
            where=str(path),
            allowed=f"{n} rows of {n}",
        )
    for place, line in enumerate(lines):
        try:
            matrix[place] = [float(value) for value in line]
        except ValueError as error:
            raise InputError(str(error), where=f"{path}: line {place + 1}", allowed="numbers, no header") from None
    np.fill_diagonal(matrix, 0.0)
    if not np.isfinite(matrix).all():
        raise InputError("has a value that is not finite", where=str(path), allowed="finite numbers")
    return matrix
