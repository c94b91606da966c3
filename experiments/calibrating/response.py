"""How counts answer, year by year, to a lasting change of the rate at which institutions meet (MODEL 4).

uv run python -m experiments.calibrating.response

measures the packaged curve, `model/data/stock_response.csv`: elasticities of partnerships and of joint works to meeting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from model.scenario import Scenario

START = 2010
YEARS = 12
FACTOR = 0.85
"""Factor of meeting that the elasticities are taken at; that of the trial that MODEL 4 reports."""
BETWEEN = ("West", "Russia")
REPLICATES = 200


def arms(institutions: int, replicates: int) -> list[Scenario]:
    """The hindcast of its inputs without any measure, and with meeting of the two blocs multiplied from START on."""
    from model.scenario import load_scenario
    from model.scenario.measure import Effects, Measure, Side

    base = load_scenario(
        "hindcast",
        {"world.institutions": institutions, "run.replicates": replicates, "run.seed": 1, "record.snapshots": [],
         "run.ensemble": False, "time.show_from": date(START - 2, 1, 1), "time.end": date(START + YEARS, 1, 1)},
    )  # fmt: skip
    moderate = Measure(
        title="Fewer meetings", group="context", start=date(START, 1, 1), channel="all",
        from_=Side(blocs=BETWEEN[:1]), to=Side(blocs=BETWEEN[1:]), effects=Effects(meeting=FACTOR),
    )  # fmt: skip
    free = base.model_copy(update={"name": "free", "measures": {}})
    return [free, free.model_copy(update={"name": "moderate", "measures": {"moderate": moderate}})]


def elasticities(free: pd.DataFrame, moderate: pd.DataFrame) -> pd.DataFrame:
    """Years since the change, and the elasticities of counts to meeting then: years, partnerships, works.

    The series are those of two runs with common luck. Partnerships are those at the end of the year, works those of it.
    """
    import numpy as np
    import pandas as pd

    pair = "-".join(reversed(BETWEEN))
    columns = {}
    for name, indicator in (("partnerships", "partnerships.count"), ("works", "output.works")):
        means = []
        for series in (free, moderate):
            chosen = series[(series["indicator"] == indicator) & (series["pair"] == pair)]
            means.append(chosen.groupby(chosen["date"].dt.year)["value"].mean())
        columns[name] = np.log(means[1] / means[0]) / np.log(FACTOR)
    frame = pd.DataFrame(columns).loc[START:]
    return frame.rename_axis("years").rename(index=lambda year: year - START + 1).reset_index()


def measured(institutions: int = 600, replicates: int = REPLICATES, jobs: int | None = None) -> pd.DataFrame:
    """Run both arms and take their elasticities."""
    from ..runner import run_scenarios

    runs = dict(run_scenarios(arms(institutions, replicates), jobs=jobs))
    return elasticities(runs[0].series, runs[1].series)


def main(_: Sequence[str] = ()) -> None:
    """Measure the packaged curve and write it."""
    from pathlib import Path

    import model

    frame = measured().round({"partnerships": 3, "works": 3})
    path = Path(model.__file__).parent / "data" / "stock_response.csv"
    path.write_text(frame.to_csv(index=False), encoding="utf-8")
    print(frame.to_string(index=False))


if __name__ == "__main__":
    main()
