"""The outcome whose change is attributed: "INDICATOR:PAIR:PERIOD", and its value in a replicate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.errors import InputError, as_written

from ..sweeping.outcomes import check_names, check_years, snapshots_for
from ..sweeping.schema import Outcome

if TYPE_CHECKING:
    from model.recording import ReplicateRecord
    from model.scenario import Scenario
    from model.world import World

FORM = "INDICATOR:PAIR:PERIOD, such as output.volume:Russia-China:2022-2023"


def read_outcome(text: str, scenario: Scenario) -> Outcome:
    """The outcome that a text names. Raises `InputError` unless a run of the scenario gives it."""
    indicator, colon, rest = text.partition(":")
    pair, other, period = rest.rpartition(":")
    first, dash, last = period.partition("-")
    if not colon or not other or not first.isdigit() or not (last.isdigit() if dash else True):
        raise InputError(f"{as_written(text)} is no outcome", where="--outcome", allowed=FORM)
    years = (int(first), int(last or first))
    if years[0] > years[1]:
        raise InputError(f"{as_written(period)} is reversed", where="--outcome", allowed=FORM)
    outcome = Outcome(indicator=indicator, pair=pair, years=years)
    check_names(outcome, scenario, lambda key: f"--outcome: {key}")
    check_years(outcome, scenario, lambda key: f"--outcome: {key}")
    return outcome


def keeping_networks(scenario: Scenario, outcome: Outcome) -> Scenario:
    """The scenario with the networks kept that the outcome needs, and no others."""
    record = scenario.record.model_copy(update={"snapshots": snapshots_for([outcome], scenario), "decisions": False})
    return scenario.model_copy(update={"record": record})


def value_of(outcome: Outcome, scenario: Scenario, world: World, record: ReplicateRecord) -> float:
    """The mean of the indicator of the pair over the years, in one replicate; NaN where it is undefined."""
    from model.calibration import calibration_file, read_calibration
    from model.indicators import OF_NETWORKS, indicators_frame
    from model.recording import series_frame

    if outcome.indicator in OF_NETWORKS:
        frame = indicators_frame(scenario.name, world, [record])
    else:
        calibration = read_calibration(calibration_file(scenario.world.data))
        frame = series_frame(scenario.name, world, calibration, [record])
    own = frame[((frame["indicator"] == outcome.indicator) & (frame["pair"] == outcome.pair)).to_numpy()]
    values = own["value"].to_numpy(float)[own["date"].dt.year.between(*outcome.years).to_numpy()]
    return float(values.mean()) if len(values) else float("nan")
