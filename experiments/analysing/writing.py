"""Puts an analysis into a folder: one JSON file with all of it, and a CSV file for each of its tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..results.frames import write_csv
from .tables import tables, to_dict

if TYPE_CHECKING:
    from .analysis import Analysis

ANALYSIS = "analysis.json"


def write_analysis(folder: Path, analysis: Analysis) -> None:
    """Write analysis.json and NAME.csv for each table that has rows."""
    import pandas as pd

    text = json.dumps(to_dict(analysis), indent=1, ensure_ascii=False)
    (folder / ANALYSIS).write_text(text + "\n", encoding="utf-8")
    for name, rows in tables(analysis).items():
        write_csv(pd.DataFrame(rows), folder / f"{name}.csv")
