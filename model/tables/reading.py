"""Reads the tables of a world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ..errors import InputError, nearest_name
from . import rows

PACKAGED = Path(__file__).parents[1] / "data"
KINDS = ("university", "institute", "company")
ANY_FOREIGN = "ANY_FOREIGN"

# Registered kinds (ROR) and what they count as. Others (healthcare, nonprofit, archive) are left out: few publish on
# their own, and hospitals stand under their universities (assumed).
REGISTERED = {"Education": "university", "Facility": "institute", "Government": "institute"}
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


@dataclass(frozen=True)
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
            known = [self.registered(code) for code in self.counts]
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

    @cached_property
    def copublications(self) -> tuple[dict[str, Any], ...]:
        """Rows country_a, country_b, year, works, vintage; read when first asked for."""
        path = self.folder / "copublications.csv"
        columns = {
            "country_a": rows.text,
            "country_b": rows.text,
            "year": rows.year,
            "works": rows.count,
            "vintage": rows.text,
        }
        read = rows.read_csv(path, columns, key=("country_a", "country_b", "year", "vintage"))
        for row in read:
            for column in ("country_a", "country_b"):
                if row[column] not in self.countries and row[column] != ANY_FOREIGN:
                    raise InputError(
                        f"there is no country {row[column]!r}", where=f"{path}: {column}",
                        nearest=nearest_name(row[column], self.countries), allowed="a code of countries.toml",
                    )  # fmt: skip
        return tuple(read)


def read_tables(folder: str | Path | None = None) -> Tables:
    """Read and check the tables of a folder; none means the packaged ones. Raises `InputError`."""
    if folder is None:
        return _read(PACKAGED)
    path = Path(folder)
    if not path.is_dir():
        raise InputError(
            "there is no such folder",
            where=str(path),
            allowed="a folder with countries.toml, copublications.csv, national_inputs.csv",
        )
    return _read(path)


@lru_cache(maxsize=8)
def _read(folder: Path) -> Tables:
    def optional(name: str) -> Path:
        return folder / name if (folder / name).exists() else PACKAGED / name

    countries = rows.read_toml_table(folder / "countries.toml", "countries")
    for code, row in countries.items():
        rows.checked(row, {"name": str, "bloc": str}, f"{folder / 'countries.toml'}: countries.{code}")
    codes = tuple(countries)
    fields = {}
    for name, row in rows.read_toml_table(optional("fields.toml"), "fields").items():
        keys: dict[str, type | tuple[type, ...]] = {
            "title": str,
            **dict.fromkeys(("facility_dependence", "dual_use", "help_need", "world_share"), (float, int)),
        }
        rows.checked(row, keys, f"fields.toml: fields.{name}")
        fields[name] = FieldRow(**{key: row[key] for key in keys})
    facilities = rows.read_toml_table(optional("facilities.toml"), "facilities")
    for name, row in facilities.items():
        rows.checked(
            row,
            {"title": str, "field": str, "members": list, "share": (float, int)},
            f"facilities.toml: facilities.{name}",
        )
    return Tables(
        folder=folder,
        countries=codes,
        country_names=tuple(row["name"] for row in countries.values()),
        country_blocs=tuple(row["bloc"] for row in countries.values()),
        blocs=tuple(dict.fromkeys(row["bloc"] for row in countries.values())),
        fields=fields,
        kinds=KINDS,
        national=_national(folder / "national_inputs.csv", codes),
        institutions=_institutions(
            optional("institutions.csv"), codes, own=folder != PACKAGED and (folder / "institutions.csv").exists()
        ),
        counts=_counts(optional("institution_counts.csv")),
        listings=_listings(optional("listings.csv"), codes),
        artefacts=_artefacts(optional("artefacts.csv")),
        facilities={name: row for name, row in facilities.items() if row["field"] in fields},
    )


def _national(path: Path, codes: tuple[str, ...]) -> dict[tuple[str, str], dict[int, float]]:
    columns = {"country": rows.text, "indicator": rows.text, "year": rows.year, "value": rows.number}
    out: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows.read_csv(path, columns, key=("country", "indicator", "year")):
        if row["country"] not in codes:
            raise InputError(
                f"there is no country {row['country']!r}",
                where=f"{path}: country",
                nearest=nearest_name(row["country"], codes),
                allowed="a code of countries.toml",
            )
        if row["value"] < 0:
            raise InputError(
                f"{row['value']} is negative",
                where=f"{path}: {row['country']} {row['indicator']} {row['year']}",
                allowed="a number of at least 0",
            )
        out.setdefault((row["country"], row["indicator"]), {})[row["year"]] = row["value"]
    for code in codes:
        if not any(value > 0 for value in out.get((code, "publications"), {}).values()):
            raise InputError(
                f"has no publications of {code}",
                where=str(path),
                allowed="indicator publications for every country, at least one year",
            )
    return out


def _institutions(path: Path, codes: tuple[str, ...], own: bool) -> tuple[dict[str, Any], ...]:
    read = rows.read_csv(path, {"country": rows.text, "name": rows.text, "kind": rows.text}, key=("country", "name"))
    for row in read:
        if row["kind"] not in KINDS:
            raise InputError(
                f"there is no kind {row['kind']!r}",
                where=f"{path}: {row['name']}",
                nearest=nearest_name(row["kind"], KINDS),
                allowed=", ".join(KINDS),
            )
        if own and row["country"] not in codes:
            raise InputError(
                f"there is no country {row['country']!r}",
                where=f"{path}: {row['name']}",
                nearest=nearest_name(row["country"], codes),
            )
    return tuple(row for row in read if row["country"] in codes)


def _counts(path: Path) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for row in rows.read_csv(
        path, {"country": rows.text, "kind": rows.text, "organizations": rows.count}, key=("country", "kind")
    ):
        out.setdefault(row["country"], {})[row["kind"]] = row["organizations"]
    return out


def _listings(path: Path, codes: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    columns = {
        "country": rows.text,
        "institution": rows.text,
        "list": rows.text,
        "from": rows.optional_day,
        "until": rows.optional_day,
    }
    read = rows.read_csv(path, columns, key=("institution", "list"))
    for row in read:
        if not isinstance(row["from"], date):
            raise InputError(
                f"{row['institution']} has no date", where=f"{path}: from", allowed="a date such as 2022-08-02"
            )
    return tuple(row for row in read if row["country"] in codes)


def _artefacts(path: Path) -> tuple[dict[str, Any], ...]:
    columns = {"country_a": rows.text, "country_b": rows.text, "year": rows.year, "vintage": rows.text}
    return tuple(rows.read_csv(path, columns, key=("country_a", "country_b", "year", "vintage")))
