"""Claims: the table, quantities by hand from tiny frames, verdicts, and the command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from experiments.claims import judge, packaged_claims, read_claims, scenarios_of
from experiments.claims.definition import KINDS, ClaimTable
from experiments.claims.judging import FAIL, OPEN, PASS, UNTESTED, verdict_of
from experiments.claims.wording import agreeing, lines, table
from experiments.cli import main
from experiments.comparing.statistics import Interval
from experiments.results import damage
from model.errors import InputError
from model.scenario import Scenario, load_scenario
from model.tables import read_tables

BY_NAME = {claim.name: claim for claim in packaged_claims().claims}
DAYS = (date(2019, 1, 1), date(2024, 1, 1))

# --- the table -----------------------------------------------------------------------------------------------------


def test_every_claim_has_a_source_a_kind_and_what_is_compared_or_why_nothing_is() -> None:
    for claim in BY_NAME.values():
        assert claim.source and claim.published and claim.because and claim.kind in KINDS, claim.name
        assert bool(claim.quantity) != bool(claim.untestable), claim.name
        if claim.quantity:
            assert claim.worlds and (claim.low is not None or claim.high is not None), claim.name


def test_leaders_are_those_of_the_table_of_published_shares() -> None:
    rows = {(row["country"], row["others"], row["year"]): row for row in read_tables(None).leader_shares}
    for name in ("lead-us-2010", "lead-us-2023", "lead-gb-2023", "lead-eu-2023"):
        claim = BY_NAME[name]
        of = claim.arguments
        row = rows[of["country"], " ".join(of["others"]), of["year"]]
        low, high = (0.0 if claim.low is None else claim.low), (1.0 if claim.high is None else claim.high)
        assert low <= row["low"] and row["high"] <= high
        assert (low + high) / 2 == pytest.approx((row["low"] + row["high"]) / 2)


def test_two_shares_of_one_pair_are_a_calibration_and_the_others_tests() -> None:
    """The intercept is fitted to one, the measure of 2016 to the other; none is left over for a test."""
    kinds = {name: BY_NAME[name].kind for name in ("lead-us-2010", "lead-us-2023", "lead-gb-2023", "lead-eu-2023")}
    assert list(kinds.values()) == ["calibration", "calibration", "test", "test"]
    assert load_scenario("hindcast").measures["strategy-outline-2016"].status == "calibrated"


def test_the_worlds_differ_in_what_they_say_and_have_one_luck() -> None:
    worlds = scenarios_of(packaged_claims(), ["run.replicates=3"])
    assert list(worlds) == ["hindcast", "no-2022", "no-2014"]
    assert {(s.run.seed, s.run.replicates) for s in worlds.values()} == {(1, 3)}
    with_, without = (worlds[name].measures["sectoral-2014"].enabled for name in ("hindcast", "no-2014"))
    assert with_ and not without and worlds["no-2014"].record.snapshots == ()
    assert worlds["hindcast"].record.snapshots == DAYS


GOOD = """
[worlds.hindcast]
scenario = "hindcast"
[claims.a]
about = "A"
title = "T"
kind = "test"
because = "B"
published = "P"
source = "S"
low = 0.1
quantity = "growth"
of = { pairs = ["CN-RU"], years = [2021, 2023] }
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "test"', 'kind = "tset"', "did you mean 'test'"),
        ('source = "S"', "", "source is missing"),
        ('quantity = "growth"', 'quantity = "grwoth"', "did you mean 'growth'"),
        ("pairs =", "pair =", "did you mean 'pairs'"),
        ("low = 0.1", "", "one of them"),
        ("low = 0.1", "low = 0.1\nhigh = 0.0", "low not above high"),
        ("low = 0.1", 'low = 0.1\nuntestable = "no"', "either quantity or untestable"),
        ("low = 0.1", 'low = 0.1\nworld = "hindcasts"', "did you mean 'hindcast'"),
        ("[claims.a]", "[claim.a]", "there is no table"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_claims(path).claims[0].low == 0.1
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_claims(path)
    assert says in str(caught.value) and "claims.toml" in str(caught.value)


# --- verdicts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "low", "high", "verdict"),
    [
        ((0.2, 0.3), 0.1, 0.4, PASS),
        ((0.05, 0.3), 0.1, 0.4, OPEN),
        ((0.5, 0.6), 0.1, 0.4, FAIL),
        ((0.0, 0.05), 0.1, 0.4, FAIL),
        ((0.0, 0.0), 0.0, None, FAIL),  # a gap that does not move does not widen
        ((0.01, 0.2), 0.0, None, PASS),
        ((-0.01, 0.2), 0.0, None, OPEN),
        ((1.0, 1.1), None, 1.0, FAIL),
        ((0.8, 0.9), None, 1.0, PASS),
        ((1.0, 1.0), 1.0, 1.0, PASS),
        ((None, None), 0.1, 0.4, OPEN),
    ],
)
def test_a_verdict_is_about_the_whole_interval(
    ends: tuple[float | None, float | None], low: float | None, high: float | None, verdict: str
) -> None:
    assert verdict_of(Interval(0.2, *ends, None, 2), low, high) == verdict


@dataclass
class Run:
    """Frames that were written by hand."""

    scenario: Scenario
    series: pd.DataFrame
    spells: pd.DataFrame
    snapshots: pd.DataFrame


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("hindcast", ["world.institutions=120", "run.replicates=2"])


def run_of(scenario: Scenario, **volume: tuple[tuple[int, tuple[float, float]], ...]) -> Run:
    """A run that has nothing but joint works, of CN_RU and so on, by year and replicate."""
    rows = [
        {
            "indicator": "output.volume", "pair": pair.replace("_", "-"), "date": pd.Timestamp(year, 12, 31),
            "replicate": k, "value": value,
        }
        for pair, of in volume.items()
        for year, values in of
        for k, value in enumerate(values)
    ]  # fmt: skip
    return Run(scenario, pd.DataFrame(rows), pd.DataFrame(), pd.DataFrame())


def test_what_is_not_told_says_why_and_loses_no_other_row(scenario: Scenario) -> None:
    run = run_of(
        scenario.model_copy(update={"record": scenario.record.model_copy(update={"snapshots": ()})}),
        CN_RU=((2021, (1.0, 1.1)), (2023, (1.0, 1.1))),
    )
    names = ("china-flat", "sorting", "lead-us-2010", "loss-2018", "us-de-2022")
    found = judge(packaged_claims().only(names), {"hindcast": run})
    told = {row.claim.name: row for row in found.rows}
    assert told["china-flat"].verdict == PASS and told["china-flat"].seen == pytest.approx(1.0, abs=0.1)
    assert told["sorting"].reason == "hindcast kept no network of 2019-01-01"
    assert told["lead-us-2010"].reason == "hindcast has no output.works of CN-US"
    assert told["loss-2018"].reason == "there is no run of no-2014"
    assert {told[n].verdict for n in ("sorting", "lead-us-2010", "loss-2018", "us-de-2022")} == {UNTESTED}
    text = "\n".join(lines(found))
    assert all(told[n].claim.title in text for n in ("sorting", "us-de-2022")) and "which is larger" in text
    body = table(found)[1]
    assert len(body) == 2 and body[1][-1] == PASS and body[1][2].startswith("0.90 to 1.10 [1]")


def test_runs_of_other_luck_are_refused(scenario: Scenario) -> None:
    run = run_of(scenario, CN_RU=((2021, (1.0, 1.1)),))
    other = scenario.model_copy(update={"run": scenario.run.model_copy(update={"seed": 9}), "name": "no-2022"})
    with pytest.raises(InputError, match="has seed 9"):
        judge(ClaimTable({}, ()), {"hindcast": run, "no-2022": run_of(other, CN_RU=((2021, (1.0, 1.1)),))})


def test_bounds_are_written_in_the_unit_of_the_quantity() -> None:
    told = {
        name: agreeing(BY_NAME[name]) for name in ("lead-us-2010", "lead-gb-2023", "china-first-2023", "all-deepened")
    }
    assert list(told.values()) == ["28.0 to 32.0 %", "over 50.0 %", "over 0 pts", "100.0 %"]


# --- the command ---------------------------------------------------------------------------------------------------

SMALL = [
    "--set", "world.institutions=60", "--set", "time.start=2000-01-01", "--set", "time.show_from=2008-01-01",
    "--replicates", "2", "--jobs", "1", "--quiet",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("claims") / "claims"
    assert main(["claims", *SMALL, "--out", str(out)]) == 0
    return out


def test_the_command_leaves_a_whole_folder_with_every_claim(folder: Path) -> None:
    told = json.loads((folder / "claims.json").read_text(encoding="utf-8"))
    assert [row["claim"] for row in told["claims"]] == list(BY_NAME)
    assert [world["name"] for world in told["worlds"]] == ["hindcast", "no-2022", "no-2014"]
    for row in told["claims"]:
        assert (row["model"] is None) == (row["verdict"] == UNTESTED) == bool(row["reason"]), row["claim"]
    assert damage(folder) == [] and (folder / "figures" / "claims.png").is_file()


def test_finished_runs_give_the_same_rows(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--from", str(folder), "--json", "--quiet", "--out", str(tmp_path / "again")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["claims"] == json.loads((folder / "claims.json").read_text(encoding="utf-8"))["claims"]
    only = ["claims", "--from", str(folder / "hindcast"), "--only", "lead-us-2010,loss-2018", "--no-figures"]
    assert main([*only, "--json", "--quiet", "--out", str(tmp_path / "one")]) == 0
    rows = json.loads(capsys.readouterr().out)["claims"]
    assert [row["reason"] for row in rows][1] == "there is no run of no-2014"


def test_the_text_names_sources_and_says_what_intervals_are(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--from", str(folder), "--no-figures", "--quiet", "--out", str(folder.parent / "text")]) == 0
    out = capsys.readouterr().out
    assert (
        "[1] Wu, Esposito and Evans" in out and "Cannot be tested:" in out and "the luck of one calibrated model" in out
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "lead-us-2011"], "did you mean 'lead-us-2010'"),
        (["--from", "FOLDER", "--replicates", "3"], "nothing is run with --from"),
        (["--from", "nowhere"], "is no folder"),
        (["--from", "FOLDER/no-2022", "--from", "FOLDER"], "is a second run of no-2022"),
        (["--from", "FOLDER/no-2022", "--only", "lead-us-2010"], "holds runs of no-2022 only"),
    ],
)
def test_what_does_not_go_together_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    words = [word.replace("FOLDER", str(folder)) for word in arguments]
    assert main(["claims", *words, "--out", str(tmp_path / "out")]) == 2
    assert says in json.loads(capsys.readouterr().err.splitlines()[-1])["message"]
    assert not (tmp_path / "out").exists()
