"""Reads the tables of a world."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import InputError, as_written, nearest_name
from . import rows

FOLDER = "a folder with countries.toml and national_inputs.csv; copublications.csv and others if there are any"
"""What a user's own tables are."""
PACKAGED = Path(__file__).parents[1] / "data"
INDICATORS = (
    "publications", "publications_domestic", "publications_international", "researchers_fte", "rd_percent_gdp",
    "gerd_constant2017_ppp_bn", "gerd_current_ppp_bn", "population",
)  # fmt: skip
"""National inputs; publications must be there, spending and researchers move capability, the rest is for reading."""
CODE, BLOC = re.compile(r"[A-Za-z0-9]{1,10}"), re.compile(r"[^\W_][^->\n]{0,49}")
KINDS = ("university", "institute", "company")
ANY_FOREIGN = "ANY_FOREIGN"

# Registered kinds (ROR) and what they count as. Others (healthcare, nonprofit, archive) are left out: few publish on
# their own, and hospitals stand under their universities (assumed).
REGISTERED = {"Education": "university", "Facility": "institute", "Government": "institute"}
REGISTERED_KINDS = (*REGISTERED, "Company", "Healthcare", "Nonprofit", "Archive", "Other", "ALL")
COMPANY_SHARE = 112 / 1818
"""Companies among publishing institutions, measured for Russia (institution_distributions.csv); assumed elsewhere."""
MEASURED_RUSSIAN = 1818.0
"""Publishing Russian institutions, 2021 (institution_distributions.csv)."""
REGISTERED_RUSSIAN = 815 + 795 + 60
"""Registered Russian universities, facilities and government bodies (institution_counts.csv)."""


@dataclass(frozen=True)
class FieldRow:
    """A research field; all in [0, 1]."""

    title: str
    facility_dependence: float
    dual_use: float
    help_need: float
    world_share: float


@dataclass(frozen=True, eq=False)
class Tables:
    """Checked tables of one folder; optional ones fall back to the packaged folder or to assumptions, as said."""

    folder: Path
    countries: tuple[str, ...]  # codes, in the order of the file
    country_names: tuple[str, ...]
    country_blocs: tuple[str, ...]  # bloc of each country
    blocs: tuple[str, ...]  # in order of first appearance
    fields: dict[str, FieldRow]
    kinds: tuple[str, ...]
    national: dict[tuple[str, str], dict[int, float]]  # (country, indicator) -> year -> value
    institutions: tuple[dict[str, Any], ...]  # country, name, kind, in the order of the file
    counts: dict[str, dict[str, float]]  # country -> registered kind -> organisations
    listings: tuple[dict[str, Any], ...]
    facilities: dict[str, dict[str, Any]]
    copublications: tuple[dict[str, Any], ...]  # country_a, country_b, year, works, vintage; none without the file
    leader_shares: tuple[dict[str, Any], ...]  # country, others, year, low, high: published shares of leaders
    artefacts: tuple[dict[str, Any], ...]  # country_a, country_b, year, vintage: values that count as missing

    @property
    def institution_names(self) -> tuple[str, ...]:
        """Names that a scope may use."""
        return tuple(row["name"] for row in self.institutions)

    def publishing_institutions(self, country: str) -> float:
        """M_c: publishing institutions of a country.

        Russia's are measured, 1,818; elsewhere the registered universities, facilities and government bodies times the
        Russian ratio of publishing to registered ones (assumed). A country without counts gets the mean of the others.
        """
        if country == "RU":
            return MEASURED_RUSSIAN
        registered = self.registered(country)
        if registered == 0.0:
            known = [number for number in map(self.registered, self.counts) if number > 0.0]
            registered = sum(known) / len(known)
        return registered * MEASURED_RUSSIAN / REGISTERED_RUSSIAN

    def registered(self, country: str) -> float:
        """Registered universities, facilities and government bodies; 0 where there are no counts."""
        return sum(number for kind, number in self.counts.get(country, {}).items() if kind in REGISTERED)

    def university_share(self, country: str) -> float:
        """Universities among a country's universities and institutes; that of Russia where there are no counts."""
        counts = self.counts.get(country) or {"Education": 815, "Facility": 795, "Government": 60}
        universities = counts.get("Education", 0.0)
        return universities / max(1.0, sum(counts.get(kind, 0.0) for kind in REGISTERED))


def read_tables(folder: str | Path | None = None) -> Tables:
    """Read and check the tables of a folder; none means the packaged ones. Raises `InputError`."""
    if folder is None:
        return _read(PACKAGED)
    path = Path(folder)
    if not path.is_dir():
        raise InputError("there is no such folder", where=str(path), allowed=FOLDER)
    path = path.resolve()
    return _read(path, _stamp(path))


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, times and sizes of the files of a folder: tables that have changed are read again."""
    files = [(path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file()]
    return tuple((name, found.st_mtime_ns, found.st_size) for name, found in files)


@lru_cache(maxsize=8)
def _read(folder: Path, stamp: tuple[tuple[str, int, int], ...] = ()) -> Tables:
    def optional(name: str) -> Path:
        return folder / name if (folder / name).exists() else PACKAGED / name

    def own(name: str) -> bool:
        """Names in the packaged tables that this world does not have are left out; in a user's own they are wrong."""
        return folder == PACKAGED or (folder / name).exists()

    countries = _countries(folder / "countries.toml")
    codes = tuple(countries)
    fields = _fields(optional("fields.toml"))
    institutions = _institutions(optional("institutions.csv"), codes, own("institutions.csv"))
    return Tables(
        folder=folder,
        countries=codes,
        country_names=tuple(row["name"] for row in countries.values()),
        country_blocs=tuple(row["bloc"] for row in countries.values()),
        blocs=tuple(dict.fromkeys(row["bloc"] for row in countries.values())),
        fields=fields,
        kinds=KINDS,
        national=_national(folder / "national_inputs.csv", codes),
        institutions=institutions,
        counts=_counts(optional("institution_counts.csv")),
        listings=_listings(optional("listings.csv"), codes, institutions, own("listings.csv")),
        leader_shares=_leader_shares(optional("leader_shares.csv"), codes),
        copublications=_copublications(folder / "copublications.csv", codes),
        artefacts=_artefacts(optional("artefacts.csv")),
        facilities=_facilities(optional("facilities.toml"), codes, fields, own("facilities.toml")),
    )


def _countries(path: Path) -> dict[str, dict[str, Any]]:
    read = rows.read_toml_table(path, "countries")
    for code, row in read.items():
        where = f"{path}: countries.{code}"
        rows.checked(row, {"name": str, "bloc": str}, where)
        for what, name, allowed in (
            ("code", code, "letters and digits"),
            ("bloc", row["bloc"], "a name without - and >, which join names of pairs"),
        ):
            good = CODE.fullmatch(name) if what == "code" else BLOC.fullmatch(name)
            if not good or name == ANY_FOREIGN:
                raise InputError(f"{as_written(name)} is no {what}", where=where, allowed=allowed)
    if len(read) < 2:
        raise InputError("has one country", where=str(path), allowed="two or more: partnerships are international")
    return read


def _fields(path: Path) -> dict[str, FieldRow]:
    out = {}
    for name, row in rows.read_toml_table(path, "fields").items():
        where = f"{path}: fields.{name}"
        numbers = ("facility_dependence", "dual_use", "help_need", "world_share")
        rows.checked(row, {"title": str, **dict.fromkeys(numbers, float)}, where)
        for key in numbers:
            rows.within(row, key, 0, 1, where)
        out[name] = FieldRow(**{key: row[key] for key in ("title", *numbers)})
    if not sum(field.world_share for field in out.values()) > 0:
        raise InputError("every world_share is 0", where=str(path), allowed="shares of the world's works")
    return out


def _facilities(
    path: Path, codes: tuple[str, ...], fields: Mapping[str, FieldRow], own: bool
) -> dict[str, dict[str, Any]]:
    out = {}
    for name, row in rows.read_toml_table(path, "facilities").items():
        where = f"{path}: facilities.{name}"
        rows.checked(row, {"title": str, "field": str, "members": list, "share": float}, where)
        rows.within(row, "share", 0, 1, where)
        if own and row["field"] not in fields:
            raise _unknown("field", row["field"], fields, f"{where}.field")
        for code in row["members"]:
            if own and code not in codes:
                raise _unknown("country", code, codes, f"{where}.members")
        if row["field"] in fields:
            out[name] = row
    return out


def _unknown(what: str, name: object, names: Iterable[str], where: str) -> InputError:
    names = list(names)
    near = nearest_name(str(name), names)
    return InputError(f"there is no {what} {as_written(name)}", where=where, nearest=near, allowed=", ".join(names))


def _national(path: Path, codes: tuple[str, ...]) -> dict[tuple[str, str], dict[int, float]]:
    columns = {"country": rows.text, "indicator": rows.text, "year": rows.year, "value": rows.count}
    out: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows.read_csv(path, columns, key=("country", "indicator", "year")):
        if row["country"] not in codes:
            raise _unknown("country", row["country"], codes, f"{path}: country")
        if row["indicator"] not in INDICATORS:
            raise _unknown("indicator", row["indicator"], INDICATORS, f"{path}: indicator")
        out.setdefault((row["country"], row["indicator"]), {})[row["year"]] = row["value"]
    for code in codes:
        if not any(value > 0 for value in out.get((code, "publications"), {}).values()):
            raise InputError(
                f"has no publications of {code}",
                where=str(path),
                allowed="indicator publications for every country, at least one year",
            )
    return out


def _copublications(path: Path, codes: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    if not path.exists():
        return ()
    columns = {
        "country_a": rows.text,
        "country_b": rows.text,
        "year": rows.year,
        "works": rows.count,
        "vintage": rows.text,
    }
    seen = set()
    read = rows.read_csv(path, columns)
    for row in read:
        for column in ("country_a", "country_b"):
            if row[column] not in codes and (column == "country_a" or row[column] != ANY_FOREIGN):
                raise _unknown("country", row[column], codes, f"{path}: {column}")
        pair = tuple(sorted((row["country_a"], row["country_b"])))
        entry = (*pair, row["year"], row["vintage"])
        where = f"{path}: {', '.join(map(str, entry))}"
        if pair[0] == pair[1]:
            raise InputError("pairs a country with itself", where=where, allowed=f"two countries, or {ANY_FOREIGN}")
        if entry in seen:
            raise InputError("stands there twice", where=where, allowed="one row for each pair, year and vintage")
        seen.add(entry)
    return tuple(read)


def _institutions(path: Path, codes: tuple[str, ...], own: bool) -> tuple[dict[str, Any], ...]:
    # scopes and listings name institutions, so that a name stands for one
    read = rows.read_csv(path, {"country": rows.text, "name": rows.text, "kind": rows.text}, key=("name",))
    for row in read:
        if row["kind"] not in KINDS:
            raise _unknown("kind", row["kind"], KINDS, f"{path}: {row['name']}")
        if own and row["country"] not in codes:
            raise _unknown("country", row["country"], codes, f"{path}: {row['name']}")
    return tuple(row for row in read if row["country"] in codes)


def _counts(path: Path) -> dict[str, dict[str, float]]:
    columns = {"country": rows.text, "kind": rows.text, "organizations": rows.count}
    out: dict[str, dict[str, float]] = {}
    for row in rows.read_csv(path, columns, key=("country", "kind")):
        if row["kind"] not in REGISTERED_KINDS:
            raise _unknown("kind", row["kind"], REGISTERED_KINDS, f"{path}: {row['country']}")
        out.setdefault(row["country"], {})[row["kind"]] = row["organizations"]
    if not any(counts.get(kind, 0.0) > 0.0 for counts in out.values() for kind in REGISTERED):
        raise InputError("counts no institutions", where=str(path), allowed=f"rows of kind {', '.join(REGISTERED)}")
    return out


def _listings(
    path: Path, codes: tuple[str, ...], institutions: tuple[dict[str, Any], ...], own: bool
) -> tuple[dict[str, Any], ...]:
    columns = {
        "country": rows.text,
        "institution": rows.text,
        "list": rows.text,
        "from": rows.optional_day,
        "until": rows.optional_day,
    }
    names = {row["name"] for row in institutions}
    read = rows.read_csv(path, columns, key=("institution", "list", "from"))
    for row in read:
        where = f"{path}: {row['institution']}"
        if own and row["institution"] not in names:
            near = nearest_name(row["institution"], names)
            raise InputError(
                f"there is no institution {as_written(row['institution'])}", where=str(path), nearest=near,
                allowed="a name in institutions.csv",
            )  # fmt: skip
        if row["from"] is None:
            raise InputError("has no date in column from", where=where, allowed="a date such as 2022-08-02")
        if row["until"] is not None and row["until"] <= row["from"]:
            raise InputError(
                f"until {row['until']} does not come after from {row['from']}", where=where, allowed="a later date"
            )
    return tuple(row for row in read if row["country"] in codes)


def _leader_shares(path: Path, codes: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    columns = {"country": rows.text, "others": rows.text, "year": rows.year, "low": rows.count, "high": rows.count}
    read = rows.read_csv(path, columns, key=("country", "others", "year"))
    return tuple(row for row in read if row["country"] in codes and set(row["others"].split()) <= set(codes))


def _artefacts(path: Path) -> tuple[dict[str, Any], ...]:
    columns = {"country_a": rows.text, "country_b": rows.text, "year": rows.year, "vintage": rows.text}
    return tuple(rows.read_csv(path, columns, key=("country_a", "country_b", "year", "vintage")))
