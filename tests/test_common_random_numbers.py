"""Replicate k of two scenarios shares its luck (MODEL 3): a moderate measure is seen in far fewer replicates."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from model.scenario import load_scenario
from model.scenario.measure import Effects, Measure, Side
from model.simulation import simulate

START = date(2010, 1, 1)
REPLICATES = 40


def partnerships(strength: float) -> pd.DataFrame:
    """Russia-West partnerships by quarter and replicate, where both meet less from 2010 on."""
    scenario = load_scenario(
        "hindcast",
        {"run.replicates": REPLICATES, "run.seed": 5, "time.show_from": date(2004, 1, 1),
         "time.end": date(2013, 1, 1), "record.every": "quarter", "record.snapshots": []},
    )  # fmt: skip
    moderate = Measure(
        title="Fewer meetings", group="restriction", start=START, strength=strength, channel="all",
        from_=Side(blocs=("West",)), to=Side(blocs=("Russia",)), effects=Effects(meeting=0.85),
    )  # fmt: skip
    series = simulate(scenario.model_copy(update={"measures": {**scenario.measures, "moderate": moderate}})).series
    chosen = series[(series["indicator"] == "partnerships.count") & (series["pair"] == "Russia-West")]
    return chosen.pivot(index="date", columns="replicate", values="value")


@pytest.mark.statistical
def test_pairing_divides_the_variance_by_ten_in_the_first_year_and_by_four_in_the_third() -> None:
    base, changed = partnerships(0.0), partnerships(1.0)
    difference = changed - base
    before = difference.index < pd.Timestamp(START)
    assert before.sum() == 24 and (difference[before] == 0.0).all(axis=None)
    # measured: 64 at the end of the first year, 6.1 at the end of the third
    gain = (base.var(axis=1) + changed.var(axis=1)) / difference.var(axis=1)
    assert gain[pd.Timestamp(2010, 12, 31)] >= 10.0
    assert gain[pd.Timestamp(2012, 12, 31)] >= 4.0
    effect = difference.mean(axis=1) / base.mean(axis=1)
    assert -0.12 < effect[pd.Timestamp(2012, 12, 31)] < -0.03  # moderate, and there
