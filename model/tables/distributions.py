"""Published distributions of institutions and contracts: works per institution, durations of projects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import rows
from .reading import PACKAGED

FILE = "institution_distributions.csv"
SIZES, DURATIONS = "works per institution: ", "duration "
"""Beginnings of the names of metrics."""


@dataclass(frozen=True)
class Distribution:
    """What is published of one group: numbers by metric, such as median or p90, and the year or years they are of."""

    country: str  # code of a country, or the name of a region
    group: str
    years: str
    values: Mapping[str, float]


def distributions(beginning: str, folder: str = "") -> list[Distribution]:
    """The published distributions of sizes (`SIZES`) or durations (`DURATIONS`), in the order of the file.

    ``folder`` with the user's own tables is read if it has the file, else the packaged one. Raises `InputError`.
    """
    own = Path(folder) / FILE if folder else PACKAGED / FILE
    path = own if own.exists() else PACKAGED / FILE
    columns = {"country": rows.text, "group": rows.text, "metric": rows.text, "year": rows.text, "value": rows.number}
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in rows.read_csv(path, columns, key=("country", "group", "metric", "year")):
        if row["metric"].startswith(beginning):
            group = found.setdefault((row["country"], row["group"], row["year"]), {})
            group[row["metric"].removeprefix(beginning)] = row["value"]
    return [Distribution(country, group, years, values) for (country, group, years), values in found.items()]
