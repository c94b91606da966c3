"""Tables of a window: what a forecast may see, in a folder of its own, so that nothing else can be seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from model.calibration import NAME as CALIBRATION
from model.tables import read_tables

from ..forecasts import DRIFT_YEARS, recent_slope

if TYPE_CHECKING:
    from model.tables import Tables

    from .windows import Window

GIVEN = (
    "publications",
    "researchers_fte",
    "gerd_constant2017_ppp_bn",
    "gerd_current_ppp_bn",
    "rd_percent_gdp",
    "population",
)
"""National inputs that a conditional forecast sees in its window; never publications_international or _domestic."""


@contextmanager
def withheld(tables: Tables, window: Window, *, conditional: bool) -> Iterator[Tables]:
    """Tables of which the window has been cut out: counts and published shares end with the fit.

    National inputs end with the fit as well, except, where ``conditional``, `GIVEN` of the window. What is missing until
    the last year to predict goes on with its own drift.
    """
    with TemporaryDirectory(prefix="comity-") as folder:
        path = Path(folder)
        for file in tables.folder.iterdir():
            if file.is_file() and file.name != CALIBRATION:
                shutil.copyfile(file, path / file.name)
        for name in ("copublications.csv", "leader_shares.csv"):
            if (path / name).exists():
                _until(path / name, window.fit[1])
        _write_inputs(tables.national, path / "national_inputs.csv", window, conditional)
        yield read_tables(path)


def _until(path: Path, year: int) -> None:
    frame = pd.read_csv(path, dtype={"country_a": str, "country_b": str, "country": str}, keep_default_na=False)
    frame[frame["year"].astype(int) <= year].to_csv(path, index=False)


def _write_inputs(
    national: Mapping[tuple[str, str], Mapping[int, float]], path: Path, window: Window, conditional: bool
) -> None:
    rows = []
    for (country, indicator), values in national.items():
        last = window.predict[1] if conditional and indicator in GIVEN else window.fit[1]
        known = {year: value for year, value in values.items() if year <= last}
        if indicator in GIVEN:
            known |= drifted(known, window.predict[1])
        rows += [(country, indicator, year, value) for year, value in sorted(known.items())]
    pd.DataFrame(rows, columns=["country", "indicator", "year", "value"]).to_csv(path, index=False)


def drifted(values: Mapping[int, float], until: int) -> dict[int, float]:
    """Values of the years after the last known one, by the slope that `drift10` takes of counts; none without data."""
    known = pd.Series({year: value for year, value in values.items() if value > 0.0}).sort_index()
    if known.empty or known.index[-1] >= until:
        return {}
    last, slope = int(known.index[-1]), recent_slope(np.log(known), DRIFT_YEARS)
    return {year: float(known.iloc[-1] * np.exp(slope * (year - last))) for year in range(last + 1, until + 1)}
