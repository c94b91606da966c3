"""Observed joint works as tables of years by pairs: one vintage of one database, its artefacts missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import InputError, as_written, nearest_name
from .reading import ANY_FOREIGN, Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

VINTAGE = "openalex-2024-08"
"""The vintage that counts as truth where it is there: annual, all pairs, read on 2024-08-27."""


def reference_vintage(tables: Tables) -> str | None:
    """`VINTAGE` where the tables have it, else the vintage with the most rows; None without any row."""
    rows: dict[str, int] = {}
    for row in tables.copublications:
        rows[row["vintage"]] = rows.get(row["vintage"], 0) + 1
    if not rows or VINTAGE in rows:
        return VINTAGE if rows else None
    return max(sorted(rows), key=rows.__getitem__)


def _known(tables: Tables, vintage: str | None) -> str | None:
    """The vintage asked for, or the reference one. Raises `InputError` for one that the tables do not have."""
    known = sorted({row["vintage"] for row in tables.copublications})
    if vintage is not None and vintage not in known:
        raise InputError(
            f"there is no vintage {as_written(vintage)}", where=str(tables.folder / "copublications.csv"),
            nearest=nearest_name(vintage, known), allowed=", ".join(known) or "none: there are no counts",
        )  # fmt: skip
    return vintage or reference_vintage(tables)


def observed(tables: Tables, vintage: str | None = None) -> pd.DataFrame:
    """Joint works by year and country pair ("CN-RU", alphabetical), float64; missing where there is no row.

    ``vintage`` defaults to the reference one; an unknown one raises `InputError`. Values of `artefacts.csv` are
    missing. Whole counting: a work of k countries stands under k (k - 1) / 2 pairs.
    """
    vintage = _known(tables, vintage)
    rows = [row for row in tables.copublications if row["vintage"] == vintage and row["country_b"] != ANY_FOREIGN]
    frame = pd.DataFrame(
        {
            "pair": ["-".join(sorted((row["country_a"], row["country_b"]))) for row in rows],
            "year": [row["year"] for row in rows],
            "works": [row["works"] for row in rows],
        }
    )
    table = frame.pivot(index="year", columns="pair", values="works").astype(float).sort_index()
    for artefact in tables.artefacts:
        pair = "-".join(sorted((artefact["country_a"], artefact["country_b"])))
        if artefact["vintage"] == vintage and pair in table and artefact["year"] in table.index:
            table.loc[artefact["year"], pair] = np.nan
    return table


def any_foreign(tables: Tables, vintage: str | None = None) -> pd.DataFrame:
    """Works with any foreign author by year and country, float64; empty where the vintage has none."""
    vintage = _known(tables, vintage)
    rows = [row for row in tables.copublications if row["vintage"] == vintage and row["country_b"] == ANY_FOREIGN]
    frame = pd.DataFrame(
        {
            "country": [row["country_a"] for row in rows],
            "year": [row["year"] for row in rows],
            "works": [row["works"] for row in rows],
        }
    )
    return frame.pivot(index="year", columns="country", values="works").astype(float).sort_index()


def bloc_pair(tables: Tables, pair: str) -> str:
    """Name of the bloc pair that a country pair belongs to, as series name it: blocs in the order of the tables."""
    bloc = dict(zip(tables.countries, tables.country_blocs, strict=True))
    place = {name: number for number, name in enumerate(tables.blocs)}
    return "-".join(sorted((bloc[code] for code in pair.split("-")), key=place.__getitem__))


def observed_by_bloc(tables: Tables, vintage: str | None = None) -> pd.DataFrame:
    """Joint works by year and bloc pair, and "all"; a year in which one of the country pairs is missing is missing."""
    counts = observed(tables, vintage)
    sums: dict[str, pd.Series[float]] = {}
    for name, pairs in _pairs_by_bloc(tables, list(counts.columns)).items():
        sums[name] = counts[pairs].sum(axis=1, skipna=False)
    return pd.DataFrame({**sums, "all": counts.sum(axis=1, skipna=False)}, index=counts.index)


def _pairs_by_bloc(tables: Tables, pairs: Sequence[str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for pair in pairs:
        grouped.setdefault(bloc_pair(tables, pair), []).append(pair)
    return grouped
