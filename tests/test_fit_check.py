"""`comity fit-check`: ties in and out, networks that fit and that do not, broken files, what is left in the folder."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.cli import main
from experiments.goodness_of_fit import read_ties
from experiments.goodness_of_fit.simulating import institutions_for
from experiments.goodness_of_fit.ties import quarter_start
from experiments.results import damage, read_manifest
from model.errors import InputError
from model.scenario import load_scenario
from model.tables import PACKAGED
from model.world import build_world

SMALL = (
    "world.institutions=80", "time.start=2008-01-01", "time.show_from=2012-01-01", "record.snapshots=[2016-01-01,2019-01-01]",
)  # fmt: skip
WORDS = [word for setting in SMALL for word in ("--set", setting)]
NETWORK = ("degrees", "distances", "triads", "clustering", "waves")


def fit(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The checks of a command by name, and all that it says under ``all``."""
    command = ["fit-check", *words, "--replicates", "30", "--seed", "5", "--jobs", "1", "--quiet", "--json"]
    capsys.readouterr()
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    return {"all": told} | {of["name"]: of for of in told["checks"]}


@pytest.fixture(scope="module")
def ties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ties of a replicate with other luck."""
    folder = tmp_path_factory.mktemp("ties")
    run = ["run", "hindcast", *WORDS, "--set", "run.ensemble=false", "--replicates", "1", "--seed", "78", "--jobs", "1",
           "--no-figures", "--quiet"]  # fmt: skip
    assert main([*run, "--out", str(folder / "run")]) == 0
    assert main(["export", str(folder / "run"), "--format", "ties", "--out", str(folder / "out")]) == 0
    return folder / "out" / "ties.csv"


# --- the command -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result without ties."""
    out = tmp_path_factory.mktemp("alone") / "fit"
    command = ["fit-check", *WORDS, "--replicates", "20", "--seed", "5", "--jobs", "1", "--quiet", "--out", str(out)]
    assert main(command) == 0
    return out


def test_a_result_is_whole_and_holds_every_value(alone: Path) -> None:
    assert damage(alone) == []
    assert read_manifest(alone)["kind"] == "fit check"
    told = json.loads((alone / "fit.json").read_text(encoding="utf-8"))
    with (alone / "simulated.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20 * sum(len(of["components"]) for of in told["checks"])
    for of in told["checks"]:
        assert {path.suffix for path in (alone / "figures").glob(f"fit-{of['name']}.*")} == {".png", ".svg"}
        for part in of["components"]:
            values = [
                float(r["value"])
                for r in rows
                if (r["check"], r["component"]) == (of["name"], part["name"])
                if r["value"]
            ]
            assert part["mean"] == pytest.approx(np.mean(values))


def test_without_ties_networks_cannot_be_tested_and_the_command_says_why(alone: Path) -> None:
    told = {of["name"]: of for of in json.loads((alone / "fit.json").read_text(encoding="utf-8"))["checks"]}
    for name in ("degree", *NETWORK):
        assert (told[name]["kind"], told[name]["p"]) == ("not testable", None)
        assert "--ties" in told[name]["remark"]
    assert {name for name, of in told.items() if of["kind"] == "input"} == {"gini-RU", "terms", "renewals"}
    assert {name for name, of in told.items() if of["kind"] == "test"} == {"sizes-RU", "kinds-RU"}
    medians = {part["name"]: part for part in told["terms"]["components"]}
    assert medians["median"]["observed"] == 37.0
    assert medians["median"]["mean"] == pytest.approx(37.0, rel=0.03)


def test_figures_of_years_that_are_not_run_are_not_tested(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = fit(capsys, *WORDS, "--set", "time.end=2016-01-01", "--set", "record.snapshots=[]", "--no-figures",
                "--out", str(tmp_path / "fit"))  # fmt: skip
    for name in ("terms", "renewals"):
        assert found[name]["kind"] == "not testable"
        assert "needs a run from 2014 to the end of 2020" in found[name]["remark"]
    assert found["gini-RU"]["p"] is not None


def test_the_table_says_of_every_check_what_kind_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["fit-check", *WORDS, "--replicates", "20", "--seed", "5", "--jobs", "1", "--no-figures", "--quiet"]
    assert main([*words, "--out", str(tmp_path / "fit")]) == 0
    text = capsys.readouterr().out
    assert "…" not in text
    assert "Not testable, no figures of institutions: bring them with --ties: Partners; Degree distribution" in text
    assert "joint over the components, and at least 0.048" in text


# --- ties ------------------------------------------------------------------------------------------------------


def test_ties_of_the_same_model_come_back_and_fit(
    ties: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = fit(capsys, *WORDS, "--ties", str(ties), "--no-figures", "--out", str(tmp_path / "fit"))
    assert {found[name]["kind"] for name in NETWORK} == {"test"}
    assert found["degree"]["kind"] == "input"
    assert min(found[name]["p"] for name in ("degree", *NETWORK)) > 1 / 31  # inside the replicates in every statistic
    assert found["all"]["institutions"] == build_world(load_scenario("hindcast", SMALL)).n
    assert read_manifest(tmp_path / "fit")["ties"]["file"] == "ties.csv"


def test_a_random_network_of_as_many_ties_is_refused(
    ties: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Every tie between two institutions of two countries as likely: degrees too alike, too little closure."""
    with ties.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    country = {row["a"]: row["country_a"] for row in rows} | {row["b"]: row["country_b"] for row in rows if row["b"]}
    pairs = [(a, b) for a in country for b in country if a < b and country[a] != country[b]]
    luck, path = np.random.default_rng(3), tmp_path / "random.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["date", "a", "country_a", "b", "country_b"])
        out.writerows([day, a, country[a], "", ""] for day in ("2015-12-31", "2018-12-31") for a in country)
        for day in ("2015-12-31", "2018-12-31"):
            count = sum(row["date"] == day and row["b"] != "" for row in rows)
            chosen = luck.choice(len(pairs), count, replace=False)
            out.writerows([day, a, country[a], b, country[b]] for a, b in (pairs[k] for k in chosen))
    found = fit(capsys, *WORDS, "--ties", str(path), "--no-figures", "--out", str(tmp_path / "fit"))
    assert found["degree"]["verdict"] == "fits"
    refused = {name for name in NETWORK if found[name]["verdict"] == "refused"}
    assert refused >= {"degrees", "triads", "clustering", "waves"}  # in so dense a world any distances are much alike


def test_the_world_gets_as_many_institutions_as_the_file(ties: Path) -> None:
    """Ties of 80 institutions of all countries ask for 80; of two countries alone for the world around them."""
    scenario = load_scenario("hindcast", [*SMALL, "world.institutions=600"])
    world = build_world(scenario)
    read = read_ties(ties, world.countries, scenario)
    assert read.isolates
    assert institutions_for(scenario, read) == read.institutions
    few = ties.with_name("two.csv")
    few.write_text("\n".join([HEAD, *GOOD]) + "\n", encoding="utf-8")
    part = read_ties(few, world.countries, scenario)
    real = dict(zip(world.countries, world.arrays.institutions_of, strict=True))
    share = (real["RU"] + real["CN"]) / sum(real.values())
    assert institutions_for(scenario, part) == pytest.approx(part.institutions / share, abs=1)


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2013-12-31", "2014-01-01"), ("2014-01-20", "2014-01-01"), ("2014-02-20", "2014-04-01"),
        ("2014-12-01", "2015-01-01"), ("2014-09-30", "2014-10-01"),
    ],
)  # fmt: skip
def test_a_wave_is_held_against_the_nearest_quarter(day: str, at: str) -> None:
    assert quarter_start(date.fromisoformat(day)) == date.fromisoformat(at)


HEAD = "date,a,country_a,b,country_b"
GOOD = [f"2015-12-31,R{k},RU,C{k},CN" for k in range(6)]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "has no column 'date'"),
        ([HEAD], "has no rows"),
        (["date;a;country_a;b;country_b", *GOOD], 'cells are separated by ";"'),
        (["date,a,country_a,b,countryb", *GOOD], "has no column 'country_b', but 'countryb'"),
        ([HEAD, *GOOD, "31.12.2015,R1,RU,C2,CN"], "line 8, column date: \"31.12.2015\" is no date"),
        ([HEAD, *GOOD, ",R1,RU,C2,CN"], "column date: is empty"),
        ([HEAD, *GOOD, "2015-12-31,,RU,C2,CN"], "column a: is empty"),
        ([HEAD, *GOOD, "2015-12-31,R1,RU,X,XX"], "there is no country \"XX\""),
        ([HEAD, *GOOD, "2015-12-31,R1,RU,C2,"], "country_b is empty"),
        ([HEAD, *GOOD, "2015-12-31,R1,RU,,CN"], "b is empty"),
        ([HEAD, *GOOD, "2015-12-31,R1,CN,R2,RU"], '"R1" is of RU and of CN'),
        ([HEAD, *GOOD, "2015-12-31,R1,RU,R1,RU"], "ties an institution to itself"),
        ([HEAD, *GOOD, "2015-12-31,C1,CN,R1,RU"], "stands there twice"),
        ([HEAD, *GOOD[:4]], "has 8 institutions"),
        ([HEAD, *GOOD, "2016-12-31,R1,RU,R2,RU"], "has no tie between two countries on 2016-12-31"),
        ([HEAD, *GOOD, "2035-12-31,R1,RU,C2,CN"], "2035-12-31 is not within the run of hindcast"),
        ([HEAD, *GOOD, "2016-01-10,R1,RU,C2,CN"], "2015-12-31 and 2016-01-10 are of one quarter"),
        ([HEAD, *GOOD, "2015-12-31,R1,RU,C2,CN,more"], "has more cells than the header"),
    ],
)  # fmt: skip
def test_broken_files_of_ties_are_refused_in_words(lines: list[str], said: str, tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    scenario = load_scenario("hindcast", SMALL)
    with pytest.raises(InputError) as error:
        read_ties(path, build_world(scenario).countries, scenario)
    assert said in str(error.value)
    assert str(path) in str(error.value)


def test_domestic_ties_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("\n".join([HEAD, *GOOD, "2015-12-31,R1,RU,R2,RU"]) + "\n", encoding="utf-8")
    scenario = load_scenario("hindcast", SMALL)
    read = read_ties(path, build_world(scenario).countries, scenario)
    assert (len(read.waves[0].first), read.domestic, read.isolates) == (6, 1, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--ties", "nowhere.csv"], "there is no such table"),
        (["--replicates", "5"], "20"),
        (["hindcats"], "hindcast"),
    ],
)
def test_the_command_refuses_bad_input_and_writes_nothing(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["fit-check", *words, "--out", str(tmp_path / "fit")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "fit").exists()


@pytest.mark.statistical
def test_networks_of_the_model_have_uniform_p(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Replicates of another seed, each taken as observed against those of the first: no statistic is refused too often."""
    from experiments.goodness_of_fit import monte_carlo_test, plan_of, simulated, watched
    from experiments.runner import resolved

    found = {}
    for seed in (1, 2):
        scenario = resolved(load_scenario("hindcast", [*SMALL, "run.replicates=60", f"run.seed={seed}"]))
        plan = plan_of(scenario, build_world(scenario), None)
        found[seed] = simulated(watched(scenario, plan, None, False), plan, 1, None)
    for name in (*NETWORK, "degree", "terms", "renewals"):
        first, second = (np.array([run[name] for run in found[seed]]) for seed in (1, 2))
        p = np.array([monte_carlo_test(one, first).p for one in second])
        # against one set of replicates the p are dependent; their mean still has the sd of a uniform mean, or little more
        assert abs(p.mean() - 0.5) < 5.0 * np.sqrt(1.0 / 12.0 / len(p) + 1.0 / 12.0 / len(first)), name
        assert (p < 0.05).mean() < 0.2, name


def test_a_world_of_other_countries_says_what_it_has_no_figures_of(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, codes = tmp_path / "own", ("DE", "FR", "IN")
    folder.mkdir()
    with (PACKAGED / "national_inputs.csv").open(encoding="utf-8") as file:
        head, *rows = file.read().splitlines()
    (folder / "national_inputs.csv").write_text(
        "\n".join([head, *(row for row in rows if row.split(",")[0] in codes)]) + "\n", encoding="utf-8"
    )
    countries = "\n".join(f'{code} = {{ name = "{code}", bloc = "{code}" }}' for code in codes)
    (folder / "countries.toml").write_text(f"[countries]\n{countries}\n", encoding="utf-8")
    scenario = tmp_path / "own.toml"
    scenario.write_text(f'version = 1\n[world]\ninstitutions = 60\ndata = "{folder}"\n', encoding="utf-8")
    found = fit(capsys, str(scenario), *WORDS[2:], "--no-figures", "--out", str(tmp_path / "fit"))
    assert (found["sizes"]["kind"], found["sizes"]["p"]) == ("not testable", None)
    assert found["renewals"]["kind"] == "not testable"
    assert found["terms"]["kind"] == "input"
