"""Quantities of claims, computed by hand from tiny frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from experiments.claims import packaged_claims
from experiments.claims.estimates import UntoldError, jackknifed
from experiments.claims.observing import seen
from experiments.claims.quantities import (
    begun_against,
    begun_later,
    compensation_against,
    compensation_since,
    growth,
    lead_over_others,
    leader_share,
    listed_deepened,
    listed_share_change,
    lost_in_fields,
    shortfall,
    widening,
)  # fmt: skip
from experiments.comparing.statistics import mean_interval
from model.scenario import Scenario, load_scenario
from model.tables import read_tables

BY_NAME = {claim.name: claim for claim in packaged_claims().claims}
DAYS = (date(2019, 1, 1), date(2024, 1, 1))


@dataclass
class Run:
    """Frames that were written by hand."""

    scenario: Scenario
    series: pd.DataFrame
    spells: pd.DataFrame
    snapshots: pd.DataFrame


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    found = load_scenario("hindcast", ["world.institutions=120", "run.replicates=2"])
    return found.model_copy(update={"record": found.record.model_copy(update={"snapshots": DAYS})})


def series(*rows: tuple[str, str, int, tuple[float, ...]]) -> pd.DataFrame:
    """(indicator, pair, year, value of each replicate) as the tidy frame."""
    return pd.DataFrame(
        [
            {"indicator": name, "pair": pair, "date": pd.Timestamp(year, 12, 31), "replicate": k, "value": value}
            for name, pair, year, values in rows
            for k, value in enumerate(values)
        ]
    )


def ties(*rows: tuple[int, str, str, str, str, str, float]) -> pd.DataFrame:
    """(replicate, day before, a, country of a, b, country of b and field, since) as a frame of networks."""
    columns = ["replicate", "date", "a", "country_a", "b", "country_b", "since"]
    frame = pd.DataFrame(rows, columns=columns).astype({"country_b": "str"})
    frame["date"] = pd.to_datetime(frame["date"])
    return frame.assign(field=frame["country_b"].str.slice(3), country_b=frame["country_b"].str.slice(0, 2))


def ended(*rows: tuple[int, str, str, float, float]) -> pd.DataFrame:
    """(replicate, country_a, country_b, start, end)."""
    return pd.DataFrame(rows, columns=["replicate", "country_a", "country_b", "start", "end"])


def run_of(scenario: Scenario, counts: pd.DataFrame, networks: pd.DataFrame | None = None) -> Run:
    return Run(scenario, counts, ended(), ties() if networks is None else networks)


def test_leaders_are_counted_not_averaged(scenario: Scenario) -> None:
    """CN leads 10 of 100 with DE and 30 of 60 with FR: 40 of 160; then 20 of 100 and 60 of 100: 80 of 200."""
    run = run_of(
        scenario,
        series(
            ("output.works", "CN-DE", 2010, (100.0, 100.0)), ("leaders.share", "CN>DE", 2010, (0.1, 0.2)),
            ("output.works", "CN-FR", 2010, (60.0, 100.0)), ("leaders.share", "CN>FR", 2010, (0.5, 0.6)),
        ),
    )  # fmt: skip
    assert leader_share(run, country="CN", others=["DE", "FR"], year=2010).value == pytest.approx(120 / 360)


def test_a_year_without_joint_works_leads_nothing(scenario: Scenario) -> None:
    """One replicate has no works with DE, so that its share there is not defined."""
    run = run_of(
        scenario,
        series(
            ("output.works", "CN-DE", 2010, (0.0, 50.0)), ("leaders.share", "CN>DE", 2010, (np.nan, 0.2)),
            ("output.works", "CN-FR", 2010, (50.0, 50.0)), ("leaders.share", "CN>FR", 2010, (0.4, 0.4)),
        ),
    )  # fmt: skip
    assert leader_share(run, country="CN", others=["DE", "FR"], year=2010).value == pytest.approx(50 / 150)


def test_growth_is_the_ratio_of_means_with_fiellers_interval(scenario: Scenario) -> None:
    run = run_of(
        scenario, series(("output.volume", "CN-RU", 2021, (100.0, 100.0)), ("output.volume", "CN-RU", 2023, (110.0, 130.0)))
    )  # fmt: skip
    found = growth(run, pairs=["CN-RU"], years=(2021, 2023))
    exact = mean_interval(np.array([1.1, 1.3]))  # the denominator does not vary, so the ratio is a mean
    assert (found.value, found.low, found.high) == pytest.approx((exact.value, exact.low, exact.high))


def test_shortfall_and_its_widening(scenario: Scenario) -> None:
    """2015: 95 of 100; 2018: 160 of 200: 5 % and 20 %, 15 points wider."""
    run, base = (
        run_of(scenario, series(*(("output.volume", "DE-RU", y, (v, v)) for y, v in of)))
        for of in (((2015, 95.0), (2018, 160.0)), ((2015, 100.0), (2018, 200.0)))
    )
    low, high = (
        shortfall(run, base, pairs=["DE-RU"], year=2018).low,
        shortfall(run, base, pairs=["DE-RU"], year=2018).high,
    )
    assert (low, high) == pytest.approx((0.2, 0.2))
    assert widening(run, base, pairs=["DE-RU"], years=(2015, 2018)).value == pytest.approx(0.15)


def test_an_uncertain_shortfall_has_its_ends_in_order(scenario: Scenario) -> None:
    run, base = (run_of(scenario, series(("output.volume", "DE-RU", 2018, v))) for v in ((80.0, 81.0), (100.0, 100.0)))
    found = shortfall(run, base, pairs=["DE-RU"], year=2018)
    assert found.low is not None and found.high is not None
    assert found.low < 0.195 < found.high and found.value == pytest.approx(0.195)


def test_runs_of_different_numbers_of_replicates_are_not_paired(scenario: Scenario) -> None:
    run, base = (run_of(scenario, series(("output.volume", "DE-RU", 2018, v))) for v in ((80.0, 81.0), (100.0,)))
    with pytest.raises(UntoldError, match="different numbers of replicates"):
        shortfall(run, base, pairs=["DE-RU"], year=2018)


def test_first_partner_is_told_against_the_largest_other_one(scenario: Scenario) -> None:
    mixes = {"CN": (0.30, 0.34), "US": (0.20, 0.28), "DE": (0.25, 0.19)}  # means .32, .24, .22
    codes = [c for c in read_tables(None).countries if c != "RU"]
    run = run_of(scenario, series(*(("output.mix", f"RU>{c}", 2023, mixes.get(c, (0.01, 0.01))) for c in codes)))
    assert lead_over_others(run, country="RU", partner="CN", year=2023).value == pytest.approx(0.08)


def test_compensation_is_gain_for_each_loss(scenario: Scenario) -> None:
    """The US lost 40 and 41, China gained 4 and 4.1: 0.1 without any spread."""
    run = run_of(
        scenario,
        series(
            ("output.volume", "RU-US", 2021, (100.0, 100.0)), ("output.volume", "RU-US", 2023, (60.0, 59.0)),
            ("output.volume", "CN-RU", 2021, (10.0, 10.0)), ("output.volume", "CN-RU", 2023, (14.0, 14.1)),
            ("partnerships.count", "RU-US", 2023, (60.0, 60.0)), ("partnerships.count", "CN-RU", 2023, (10.0, 10.0)),
        ),
    )  # fmt: skip
    found = compensation_since(run, lost=["RU-US"], gained=["CN-RU"], years=(2021, 2023))
    assert (found.value, found.error) == (pytest.approx(0.1), pytest.approx(0.0, abs=1e-9))
    base = run_of(
        scenario,
        series(
            ("partnerships.count", "RU-US", 2023, (100.0, 101.0)),
            ("partnerships.count", "CN-RU", 2023, (12.0, 12.05)),
        ),
    )
    against = compensation_against(run, base, lost=["RU-US"], gained=["CN-RU"], year=2023)
    assert against.value == pytest.approx(-0.05)  # 2 and 2.05 fewer while 40 and 41 were lost
    with pytest.raises(UntoldError, match="nothing was clearly lost"):
        compensation_since(run, lost=["CN-RU"], gained=["RU-US"], years=(2021, 2023))


def test_fields_lose_apart(scenario: Scenario) -> None:
    """Physics: 1 of 4 left, the rest: 3 of 4: 50 points more."""
    day = "2023-12-31"

    def world(physics: int, medicine: int) -> pd.DataFrame:
        fields = ["physics"] * physics + ["medicine"] * medicine
        rows = [
            (k, day, f"r{n}", "RU", f"u{n}", f"US:{field}", 2000.0) for k in (0, 1) for n, field in enumerate(fields)
        ]
        return ties(*rows, (0, day, "c", "CN", "u", "US:physics", 2000.0))  # of no interest

    counts = series(("output.volume", "CN-RU", 2023, (1.0, 1.0)))
    run, base = run_of(scenario, counts, world(1, 3)), run_of(scenario, counts, world(4, 4))
    sides = {"countries": ["RU"], "others": ["US"], "date": DAYS[1]}
    assert lost_in_fields(run, base, fields=["physics"], **sides).value == pytest.approx(0.5)
    assert lost_in_fields(run, base, dependent=0.9, **sides).value == pytest.approx(0.5)  # physics alone reaches 0.9
    with pytest.raises(UntoldError, match="no field alchemy"):
        lost_in_fields(run, base, fields=["alchemy"], **sides)


def test_what_began_is_counted_once_ended_or_not(scenario: Scenario) -> None:
    """In the window: one that lives and one that ended; not the one before, the one of others, the one that ended later."""
    day = "2023-12-31"
    living = ties(
        *((k, day, "r", "RU", "c", "CN:physics", 2022.3) for k in (0, 1)), (0, day, "r", "RU", "c", "CN:physics", 2022.1),
        (0, day, "r", "RU", "u", "US:physics", 2022.3),
    )  # fmt: skip
    spells = ended((0, "CN", "RU", 2022.25, 2023.0), (1, "RU", "CN", 2022.25, 2024.5), (1, "US", "RU", 2022.25, 2023.0))
    counts = series(("output.volume", "CN-RU", 2023, (1.0, 1.0)))
    window = (date(2022, 4, 1), date(2022, 7, 1))
    run = Run(scenario, counts, spells, living)
    base = Run(scenario, counts, spells.iloc[:0], living)
    assert begun_against(run, base, pair=("CN", "RU"), window=window).value == pytest.approx(3 / 2)
    twice = Run(scenario, counts, spells, pd.concat([living, living.assign(since=2023.1)], ignore_index=True))
    later = (date(2023, 1, 1), date(2023, 7, 1))
    found = begun_later(twice, pair=("CN", "RU"), window=window, later=later)
    assert found.value == pytest.approx(0.5)  # 2 and 1 in a quarter, then 2 and 1 in two


def test_listed_institutions_are_those_of_the_table_that_the_world_names(scenario: Scenario) -> None:
    """Beihang is listed, Peking is not: 1 of 2, then 3 of 4 of the partnerships; one listed institution deepened."""
    before, after = "2018-12-31", "2023-12-31"
    rows = []
    for k in (0, 1):
        rows += [
            (k, before, "r", "RU", name, "CN:physics", 2000.0) for name in ("Beihang University", "Peking University")
        ]
        rows += [(k, after, "r", "RU", "Peking University", "CN:physics", 2000.0)]
        rows += [(k, after, f"r{n}", "RU", "Beihang University", "CN:physics", 2000.0) for n in range(3)]
    big = scenario.model_copy(update={"world": scenario.world.model_copy(update={"institutions": 600})})
    run = run_of(big, series(("output.volume", "CN-RU", 2023, (1.0, 1.0))), ties(*rows))
    asked = {"country": "CN", "other": "RU", "kind": "university", "dates": DAYS}
    assert listed_share_change(run, **asked).value == pytest.approx(0.25)
    listed = {row["institution"] for row in read_tables(None).listings if row["country"] == "CN"}
    universities = {row["name"] for row in read_tables(None).institutions if row["kind"] == "university"}
    assert listed_deepened(run, **asked).value == pytest.approx(1 / len(listed & universities))


def test_the_jackknife_of_a_mean_is_its_t_interval() -> None:
    values = np.array([[1.0], [2.0], [4.0], [9.0]])
    found, exact = jackknifed(lambda mean: 3.0 * mean[0], values), mean_interval(3.0 * values[:, 0])
    assert (found.value, found.low, found.high) == pytest.approx((exact.value, exact.low, exact.high))
    with pytest.raises(UntoldError):
        jackknifed(lambda mean: mean[0] / 0.0, values)
    assert jackknifed(lambda mean: mean[0], values[:1]).low is None


def test_the_packaged_counts_are_read_as_they_stand() -> None:
    rows = {
        (row["country_a"], row["country_b"], row["year"]): row["works"]
        for row in read_tables(None).copublications
        if row["vintage"] == "openalex-2024-08"
    }
    value = seen(BY_NAME["china-flat"], read_tables(None))
    assert value == pytest.approx(rows["CN", "RU", 2023] / rows["CN", "RU", 2021])
    assert seen(BY_NAME["west-ties-fall"], read_tables(None)) is None  # partnerships were not observed
    assert seen(BY_NAME["lead-us-2010"], read_tables(None)) is None
