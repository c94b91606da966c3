"""The table of claims: what was published, what agrees with it, and what in a run stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from model.errors import InputError, as_written, nearest_name
from model.toml import read_toml

from .quantities import QUANTITIES, parameters_of

TABLE = Path(__file__).with_name("claims.toml")

KINDS = {
    "test": "nothing in the packaged model was set to meet the figure",
    "calibration": "a value was set so that the model meets it, or the size of a measure was taken from it",
    "assumption": "it follows from a measure whose size or date was put in for it and that nobody has measured",
}
"""Kind of a claim -> what it means."""
HINDCAST = "hindcast"
"""The world that a claim is about unless it says otherwise."""

_TEXTS = ("about", "title", "kind", "because", "published", "source")
_OPTIONAL = ("bounds", "low", "high", "quantity", "of", "world", "untestable")


@dataclass(frozen=True)
class WorldOfClaims:
    """A scenario that claims are held against."""

    name: str
    scenario: str
    title: str  # empty: the scenario's own
    changes: Mapping[str, Any]  # dotted path -> value
    snapshots: tuple[date, ...]


@dataclass(frozen=True)
class Claim:
    """A published figure and what is to be held against it; ``low`` and ``high`` bound what agrees with it."""

    name: str
    about: str
    title: str
    kind: str  # of KINDS
    because: str  # why it is of this kind
    published: str
    source: str
    low: float | None
    high: float | None
    bounds: str  # where the bounds come from
    quantity: str  # of QUANTITIES; empty where the model cannot say anything
    arguments: Mapping[str, Any]
    world: str
    untestable: str  # why not; empty where it can be tested

    @property
    def unit(self) -> str:
        """Unit of the model's figure."""
        return QUANTITIES[self.quantity].unit if self.quantity else ""

    @property
    def worlds(self) -> tuple[str, ...]:
        """Worlds that its quantity needs."""
        if not self.quantity:
            return ()
        base = self.arguments.get("base")
        return (self.world,) if base is None else (self.world, base)


@dataclass(frozen=True)
class ClaimTable:
    """Worlds and claims, in the order of the file."""

    worlds: Mapping[str, WorldOfClaims]
    claims: tuple[Claim, ...]

    def needed(self) -> tuple[WorldOfClaims, ...]:
        """The worlds that any claim needs, in the order of the file."""
        named = {name for claim in self.claims for name in claim.worlds}
        return tuple(world for name, world in self.worlds.items() if name in named)

    def only(self, names: tuple[str, ...]) -> ClaimTable:
        """The same with these claims alone; all where none is named. Raises `InputError` for an unknown one."""
        known = {claim.name for claim in self.claims}
        for name in names:
            if name not in known:
                raise InputError(
                    f"there is no claim {as_written(name)}", where="--only", nearest=nearest_name(name, known),
                    allowed=", ".join(claim.name for claim in self.claims),
                )  # fmt: skip
        return ClaimTable(self.worlds, tuple(c for c in self.claims if c.name in names)) if names else self


@lru_cache
def packaged_claims() -> ClaimTable:
    """The packaged table."""
    return read_claims(TABLE)


def read_claims(path: Path) -> ClaimTable:
    """Read and check a table of claims. Raises `InputError`, with file and key."""
    content = read_toml(path)
    for key in content:
        if key not in ("worlds", "claims"):
            raise InputError(f"there is no table {as_written(key)}", where=str(path), allowed="worlds, claims")
    worlds = {name: _world(name, row, f"{path}: worlds.{name}") for name, row in content.get("worlds", {}).items()}
    rows = content.get("claims", {})
    return ClaimTable(worlds, tuple(_claim(name, row, worlds, f"{path}: claims.{name}") for name, row in rows.items()))


def _world(name: str, row: Mapping[str, Any], where: str) -> WorldOfClaims:
    _check_keys(row, ("scenario",), ("title", "changes", "snapshots"), where)
    return WorldOfClaims(
        name, row["scenario"], row.get("title", ""), row.get("changes", {}), tuple(row.get("snapshots", ()))
    )


def _claim(name: str, row: Mapping[str, Any], worlds: Mapping[str, object], where: str) -> Claim:
    _check_keys(row, _TEXTS, _OPTIONAL, where)
    if row["kind"] not in KINDS:
        raise InputError(
            f"there is no kind {as_written(row['kind'])}", where=f"{where}.kind",
            nearest=nearest_name(str(row["kind"]), KINDS), allowed=", ".join(KINDS),
        )  # fmt: skip
    if ("untestable" in row) == ("quantity" in row):
        raise InputError("has both or neither", where=where, allowed="either quantity or untestable")
    claim = Claim(
        name=name, **{key: row[key] for key in _TEXTS}, low=row.get("low"), high=row.get("high"), bounds=row.get("bounds", ""),
        quantity=row.get("quantity", ""), arguments=row.get("of", {}), world=row.get("world", HINDCAST),
        untestable=row.get("untestable", ""),
    )  # fmt: skip
    if claim.quantity:
        _check_quantity(claim, worlds, where)
    return claim


def _check_quantity(claim: Claim, worlds: Mapping[str, object], where: str) -> None:
    if claim.quantity not in QUANTITIES:
        raise InputError(
            f"there is no quantity {as_written(claim.quantity)}", where=f"{where}.quantity",
            nearest=nearest_name(claim.quantity, QUANTITIES), allowed=", ".join(QUANTITIES),
        )  # fmt: skip
    required, optional = parameters_of(claim.quantity)
    _check_keys(claim.arguments, required, optional, f"{where}.of")
    for world in claim.worlds:
        if world not in worlds:
            raise InputError(
                f"there is no world {as_written(world)}", where=where, nearest=nearest_name(world, worlds),
                allowed=", ".join(worlds),
            )  # fmt: skip
    ends = [end for end in (claim.low, claim.high) if end is not None]
    if not ends or ends != sorted(ends):
        raise InputError(
            f"low {claim.low} and high {claim.high}", where=where, allowed="one of them, or low not above high"
        )


def _check_keys(row: Mapping[str, Any], required: tuple[str, ...], optional: tuple[str, ...], where: str) -> None:
    known = (*required, *optional)
    for key in row:
        if key not in known:
            raise InputError(
                f"there is no key {as_written(key)}", where=where, nearest=nearest_name(key, known),
                allowed=", ".join(known),
            )  # fmt: skip
    for key in required:
        if key not in row:
            raise InputError(f"{key} is missing", where=where, allowed=", ".join(required))
