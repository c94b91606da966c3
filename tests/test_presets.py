"""Presets: what the table says, how a scenario's measure is made from it, and measures that are tried without a file."""

from __future__ import annotations

import json
import math
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_broken_files import assert_good_message

from experiments.cli import main
from model.errors import InputError
from model.scenario import load_scenario, preset_table
from model.scenario.adding import parse_addition
from model.scenario.loading import scenario_from_text
from model.scenario.merging import value_at

INCENTIVES = (
    "intergovernmental-agreement", "commission", "joint-call", "joint-fund", "joint-centre", "joint-university",
    "university-association", "cross-years", "technopark", "large-facility", "talent-return", "mobility-grants",
    "central-coordination", "industrial-cooperation", "partner-club",
)  # fmt: skip
RESTRICTIONS = (
    "funding-ban", "academy-moratorium", "listing", "facility-exclusion", "export-control", "mobility-restriction",
    "information-access", "payments", "secondary-sanctions", "investigations", "security-tightening", "emigration",
    "agreement-lapse",
)  # fmt: skip
HEAD = "version = 1\n"
TRY = "academy-moratorium,start=2025-01-01,from=West,to=RU"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def only(text: str, name: str = "x") -> Any:
    """The measure of a file with one table."""
    Path("one.toml").write_text(HEAD + text, encoding="utf-8")
    return load_scenario("one.toml").measures[name]


# --- the table ---------------------------------------------------------------------------------------------------


def test_there_are_fifteen_incentives_and_thirteen_restrictions() -> None:
    groups = {name: preset.measure.group for name, preset in preset_table().items()}
    assert groups == dict.fromkeys(INCENTIVES, "incentive") | dict.fromkeys(RESTRICTIONS, "restriction")


@pytest.mark.parametrize("name", INCENTIVES + RESTRICTIONS)
def test_a_preset_says_all_that_is_asked_of_it(name: str) -> None:
    preset = preset_table()[name]
    measure = preset.measure
    assert preset.about and measure.title and measure.evidence and measure.source and preset.unit
    assert measure.range is not None
    low, high = measure.range
    assert low <= preset.default <= high and low < high
    # it does something, and only what a file may say
    assert measure.changes() and preset.main in preset.effects
    assert value_at(measure.model_dump(by_alias=True), preset.main) == preset.default


@pytest.mark.parametrize("name", INCENTIVES + RESTRICTIONS)
def test_the_example_of_a_preset_can_be_tried(name: str) -> None:
    preset = preset_table()[name]
    scenario = load_scenario("classroom", (), [f"{name},start=2020-01-01,{preset.example}"])
    assert scenario.name == f"classroom+{name}"
    made = scenario.measures[name]
    assert made.preset == name and made.start == date(2020, 1, 1)
    for path, value in preset.effects.items():
        if not path.startswith(("from.", "to.", "instruments")):
            held = value_at(made.model_dump(by_alias=True), path)
            assert (list(held) if isinstance(held, tuple) else held) == value, path


def test_presets_are_what_they_are() -> None:
    of = {name: preset.measure for name, preset in preset_table().items()}
    call, plan = of["joint-call"].projects, of["central-coordination"].projects
    assert call is not None and (call.keys, call.budget > 0, call.recall > 0) == (2, True, True)
    # two keys that decide apart pass as many as the call that was observed: 6 of 90
    assert call.pass_share**2 == pytest.approx(6 / 90, rel=0.03) and call.applications == pytest.approx(90 / 6)
    assert plan is not None and plan.share > 0 and plan.budget == 0
    university = of["joint-university"]
    assert university.lag_years == 4 and university.projects is not None and university.projects.shape == "hub"
    facility = of["large-facility"]
    assert facility.projects is not None and facility.projects.shape == "clique" and facility.projects.term_years >= 10
    assert len(facility.fields) == 1
    assert of["secondary-sanctions"].effects.secondary > 0 and of["secondary-sanctions"].exposed_to == "West"
    assert of["listing"].mode == "terminate" and of["listing"].to.institutions == "listed"
    assert of["listing"].wind_down_days == 30 and of["listing"].over_compliance > 0
    assert of["emigration"].effects.capability < 0 < of["talent-return"].effects.capability_level
    # the agreement's own effects, taken back
    agreement, lapse = of["intergovernmental-agreement"].effects, of["agreement-lapse"].effects
    assert agreement.acceptance * lapse.acceptance == 1.0
    assert agreement.meeting * lapse.meeting == 1.0
    assert math.isclose(of["industrial-cooperation"].effects.motives.complement, 1.0)


# --- in a file ---------------------------------------------------------------------------------------------------


def test_what_a_measure_says_goes_before_its_preset_key_by_key(here: Path) -> None:
    measure = only(
        '[measures.x]\npreset = "joint-call"\nstart = 2020-01-01\nfrom.countries = ["RU"]\nto.kinds = ["company"]\n'
        "projects.budget = 7.0\neffects.meeting = 1.1\n"
    )
    preset = preset_table()["joint-call"].measure
    assert measure.preset == "joint-call" and measure.title == preset.title and measure.group == "incentive"
    assert measure.from_.countries == ("RU",) and measure.from_.kinds == ("university", "institute")
    assert measure.to.kinds == ("company",) and measure.effects.meeting == 1.1
    assert measure.projects == preset.projects.model_copy(update={"budget": 7.0})
    assert (measure.range, measure.status, measure.source) == (preset.range, preset.status, preset.source)


@pytest.mark.parametrize(
    ("dates", "end"),
    [("start = 2020-02-29", date(2022, 2, 28)), ("start = 2020-03-31\nend = 2021-07-01", date(2021, 7, 1)),
     ("start = 2020-03-31\nlasts_years = 7", date(2027, 3, 31))],
)  # fmt: skip
def test_cross_years_end_by_themselves_unless_a_file_says_when(here: Path, dates: str, end: date) -> None:
    made = only(f'[measures.x]\npreset = "cross-years"\n{dates}\n')
    assert made.end == end
    assert scenario_from_text(load_scenario("one.toml").to_toml()).measures["x"] == made
    later = load_scenario("one.toml", ["measures.x.start=2021-05-01"]).measures["x"]
    assert later.end == (end if "end" in dates else date(later.start.year + later.lasts_years, 5, 1))


def test_a_measure_may_touch_its_own_partnerships_only(here: Path) -> None:
    assert only('[measures.x]\npreset = "joint-university"\nstart = 2020-01-01\n').instruments == ("x",)


def test_a_derived_file_may_change_the_preset_and_keeps_nothing_of_the_old_one(here: Path) -> None:
    (here / "base.toml").write_text(
        HEAD + '[measures.x]\npreset = "listing"\nstart = 2020-01-01\nfrom.blocs = ["West"]\n'
    )
    (here / "child.toml").write_text(HEAD + 'extends = "base.toml"\n[measures.x]\npreset = "payments"\n')
    made = load_scenario("child.toml").measures["x"]
    assert made.mode == "none" and made.to.institutions == "all" and made.effects.maintenance < 0
    assert made.from_.blocs == ("West",)
    by_setting = load_scenario("base.toml", ["measures.x.leakage=0.5", "measures.x.preset=payments"]).measures["x"]
    assert by_setting == made.model_copy(update={"leakage": 0.5})


def test_settings_go_before_presets_and_replace_tables(here: Path) -> None:
    scenario = load_scenario(
        "hindcast", ["measures.listings-2022.to={countries=['CN']}", "measures.joint-calls-2021.strength=0"]
    )
    assert scenario.measures["listings-2022"].to.institutions == "all"
    assert scenario.measures["joint-calls-2021"].strength == 0.0
    given_whole = load_scenario("hindcast", {"measures": {"m": {"preset": "joint-call", "start": date(2020, 1, 1)}}})
    assert given_whole.measures["m"].projects == preset_table()["joint-call"].measure.projects


def test_a_resolved_scenario_comes_back_from_its_text_with_presets_in_it(here: Path) -> None:
    scenario = load_scenario("hindcast", (), [TRY])
    (here / "again.toml").write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario("again.toml") == scenario == scenario_from_text(scenario.to_toml())


FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "unknown preset": (
        '[measures.x]\npreset = "join-call"\nstart = 2020-01-01\n',
        ("measures.x.preset", '"join-call"', "did you mean 'joint-call'", "comity measures"),
    ),
    "preset as number": ("[measures.x]\npreset = 3\nstart = 2020-01-01\n", ("measures.x", "3 is a number", "text")),
    "preset without a start": ('[measures.x]\npreset = "listing"\n', ("measures.x.start", "is missing")),
    "key of projects": (
        '[measures.x]\npreset = "joint-call"\nstart = 2020-01-01\nprojects = { budgt = 3 }\n',
        ("measures.x.projects.budgt", "did you mean 'budget'"),
    ),
    "key of motives": (
        '[measures.x]\npreset = "joint-call"\nstart = 2020-01-01\neffects.motives = { complment = 3 }\n',
        ("measures.x.effects.motives.complment", "did you mean 'complement'"),
    ),
    "exposure to nobody": (
        '[measures.x]\npreset = "secondary-sanctions"\nstart = 2020-01-01\nexposed_to = "Wset"\n',
        ("measures.x.exposed_to", '"Wset"', "did you mean 'West'"),
    ),
    "exposure that is missing": (
        '[measures.x]\npreset = "secondary-sanctions"\nstart = 2020-01-01\nexposed_to = ""\n',
        ("measures.x.exposed_to", "is missing", "bloc"),
    ),
    "instruments that are not there": (
        '[measures.x]\npreset = "payments"\nstart = 2020-01-01\ninstruments = ["cals"]\n'
        '[measures.calls]\npreset = "joint-call"\nstart = 2020-01-01\n',
        ("measures.x.instruments", '"cals"', "did you mean 'calls'"),
    ),
    "instruments that make nothing": (
        '[measures.x]\npreset = "payments"\nstart = 2020-01-01\ninstruments = ["x"]\n',
        ("measures.x.instruments", '"x" makes no partnerships'),
    ),
    "instruments where none are": (
        '[measures.x]\npreset = "payments"\nstart = 2020-01-01\ninstruments = ["y"]\n',
        ("measures.x.instruments", "no measure of the scenario makes partnerships"),
    ),
    "answer to nothing": (
        '[measures.x]\npreset = "payments"\nstart = 2020-01-01\nanswers = "bann"\n'
        '[measures.ban]\npreset = "funding-ban"\nstart = 2020-01-01\n',
        ("measures.x.answers", '"bann"', "did you mean 'ban'"),
    ),
    "answers in a ring": (
        '[measures.x]\npreset = "payments"\nstart = 2020-01-01\nanswers = "ban"\n'
        '[measures.ban]\npreset = "funding-ban"\nstart = 2020-01-01\nanswers = "x"\n',
        ("measures.x.answers", "answers itself: x -> ban -> x"),
    ),
    "answer to itself": (
        '[measures.x]\npreset = "payments"\nstart = 2020-01-01\nanswers = "x"\n',
        ("measures.x.answers", "answers itself: x -> x"),
    ),
    "years of no number": (
        '[measures.x]\npreset = "cross-years"\nstart = 2020-01-01\nlasts_years = 1.5\n',
        ("measures.x.lasts_years", "1.5 is not whole", "1 to 100"),
    ),
    "growth outside its range": (
        "[inputs.growth]\nRU = { publications = 0.1, range = [0.0, 0.05] }\n",
        ("inputs.growth.RU.range", "0.1"),
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_broken_file_is_explained(here: Path, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, said = FILES[case]
    (here / "broken.toml").write_text(HEAD + text, encoding="utf-8")
    assert main(["check", "broken.toml"]) == 2
    assert_good_message(capsys.readouterr().out.strip(), ("broken.toml", *said))


def test_a_world_without_the_names_of_a_preset_says_where_they_come_from(here: Path) -> None:
    (here / "data").mkdir()
    (here / "data/countries.toml").write_text(
        '[countries]\nRU = { name = "Russia", bloc = "East" }\nCN = { name = "China", bloc = "East" }\n'
    )
    (here / "data/national_inputs.csv").write_text(
        "country,indicator,year,value,vintage\nRU,publications,2000,10,x\nCN,publications,2000,10,x\n"
    )
    with pytest.raises(
        InputError, match=r'preset secondary-sanctions: measures\.secondary-sanctions\.exposed_to.*"West"'
    ):
        load_scenario(
            _written(here / "small.toml", HEAD + '[world]\ndata = "data"\n'), (),
            ["secondary-sanctions,start=2000-01-01,from=CN"],
        )  # fmt: skip


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# --- without a file ----------------------------------------------------------------------------------------------


def test_additions_name_blocs_countries_and_any_other_key() -> None:
    text = "joint-call,start=2025-01-01,from=RU+West,to=China,fields=physics+computing,projects.budget=3,title='a, b'"
    measure = load_scenario("hindcast", (), [text]).measures["joint-call"]
    assert (measure.from_.countries, measure.from_.blocs) == (("RU",), ("West",))
    assert measure.to.blocs == ("China",) and measure.to.kinds == ("university", "institute")
    assert measure.fields == ("physics", "computing") and measure.title == "a, b"
    assert measure.projects is not None and (measure.projects.budget, measure.projects.keys) == (3.0, 2)
    assert measure.start == date(2025, 1, 1)


def test_lists_and_tables_may_be_written_as_in_files() -> None:
    text = 'joint-call,start=2025-01-01,from={ blocs = ["Russia"] },to.countries=["CN","IN"],fields=["physics"]'
    measure = load_scenario("hindcast", (), [text]).measures["joint-call"]
    assert measure.from_.blocs == ("Russia",) and measure.to.countries == ("CN", "IN")
    listed = load_scenario("hindcast", (), ["payments,start=2025-01-01,to.institutions=listed"]).measures["payments"]
    assert listed.to.institutions == "listed"


def test_each_addition_has_a_name_of_its_own_and_settings_reach_it() -> None:
    again = TRY.replace("2025", "2026")
    scenario = load_scenario("no-2022", ["measures.academy-moratorium-2.strength=0.5"], [TRY, again])
    assert scenario.name == "no-2022+academy-moratorium+academy-moratorium-2"
    first, second = scenario.measures["academy-moratorium"], scenario.measures["academy-moratorium-2"]
    assert (first.strength, second.strength) == (1.0, 0.5) and second.start == date(2026, 1, 1)
    base = load_scenario("no-2022")
    assert {k: v for k, v in scenario.measures.items() if k in base.measures} == base.measures
    many = load_scenario("hindcast", (), [TRY] * 6)
    assert many.name == "hindcast+6 measures" and "academy-moratorium-6" in many.measures


ADDITIONS: dict[str, tuple[str, ...]] = {
    "": ("--add", "names no preset", "academy-moratorium,start=2025-01-01"),
    "start=2025-01-01": ("--add", "names no preset"),
    "academy-moratrium,start=2025-01-01": ("--add", "did you mean 'academy-moratorium'"),
    "academy-moratorium": ("--add measures.academy-moratorium.start", "is missing", "2022-02-24"),
    "academy-moratorium,start": ("--add academy-moratorium", '"start" is no setting'),
    "academy-moratorium,start=2025-01-01,from=Wst": ("--add academy-moratorium: from", "did you mean 'West'", "RU"),
    "academy-moratorium,start=2025-01-01,from=Germany": ("--add academy-moratorium: from", "did you mean 'DE'"),
    "academy-moratorium,start=2025-01-01,form=West": ("--add academy-moratorium", "did you mean 'from'"),
    "academy-moratorium,start=2025-01-01,meeting=0.7": ("--add academy-moratorium", "'effects.meeting'"),
    "academy-moratorium,start=2025-01-01,effects.meting=0.7": ("--add", "did you mean 'effects.meeting'"),
    "academy-moratorium,start=2025-01-01,effects.meeting=many": ("--add measures.academy-moratorium.effects.meeting", '"many" is text'),
    "academy-moratorium,start=2025-01-01,strength=5": ("--add measures.academy-moratorium.strength", "5 is too large"),
    "academy-moratorium,start=2025-01-01,start=2026-01-01": ("start stands there twice",),
    "academy-moratorium,start=2025-01-01,end=2024-01-01": ("--add measures.academy-moratorium.end", "after 2025-01-01"),
    "academy-moratorium,start=2025-13-01": ("--add measures.academy-moratorium.start", "not a date"),
    "joint-call,start=2025-01-01,fields=phyics": ("--add measures.joint-call.fields", "did you mean 'physics'"),
}  # fmt: skip


@pytest.mark.parametrize("text", ADDITIONS)
def test_a_broken_addition_is_explained(here: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "hindcast", "--add", text]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    (line,) = streams.err.splitlines()
    assert_good_message(json.loads(line)["message"], ADDITIONS[text])


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=40))
def test_any_text_is_an_addition_or_gets_an_error(text: str) -> None:
    for written in (text, f"joint-call,{text}"):
        try:
            parse_addition(written)
        except InputError:
            continue


@pytest.mark.parametrize("command", ["check", "show", "run", "sweep", "branch", "timeline"])
def test_commands_that_load_a_scenario_take_additions(command: str) -> None:
    import inspect

    from experiments.cli.app import COMMANDS

    assert "add" in inspect.signature(COMMANDS[command]).parameters


def test_one_scenario_is_compared_with_itself_and_what_is_added(here: Path) -> None:
    from experiments.cli.comparing import paired

    (base, changed), _ = paired(["classroom"], ["run.seed=4"], [TRY])
    assert (base.name, changed.name) == ("classroom", "classroom+academy-moratorium")
    assert base.run == changed.run and set(changed.measures) - set(base.measures) == {"academy-moratorium"}
    both, _ = paired(["classroom", "hindcast"], ["run.seed=4"], [TRY])
    assert all("academy-moratorium" in scenario.measures for scenario in both)
    with pytest.raises(InputError, match="one scenario cannot be compared"):
        paired(["classroom"], [])


def test_a_sweep_takes_additions(here: Path) -> None:
    from experiments.sweeping import load_sweep

    sweep = load_sweep("class-grid", additions=[TRY])
    assert "academy-moratorium" in sweep.base.measures
    assert all("academy-moratorium" in sweep.scenario(k).measures for k in range(len(sweep.points)))


# --- listed and shown --------------------------------------------------------------------------------------------


def test_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measures", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in entries] == [*INCENTIVES, *RESTRICTIONS]
    for entry in entries:
        assert {"name", "group", "effects", "unit", "default", "range", "status", "source"} <= set(entry)
        assert entry["range"][0] <= entry["default"] <= entry["range"][1]
    assert main(["measures"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in (*INCENTIVES, *RESTRICTIONS))


@pytest.mark.parametrize("name", INCENTIVES + RESTRICTIONS)
def test_what_is_shown_of_a_preset_is_a_piece_of_a_file(
    here: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measures", "show", name]) == 0
    text = capsys.readouterr().out
    (here / "made.toml").write_text(HEAD + text, encoding="utf-8")
    made = load_scenario("made.toml")
    example = f"{name},start=2026-01-01,{preset_table()[name].example}"
    Path("plain.toml").write_text(HEAD)
    assert made.measures == load_scenario("plain.toml", (), [example]).measures
    assert "Evidence: " in text and "Main effect: " in text
    assert all(len(line) <= 120 or "--add" in line or "://" in line for line in text.splitlines())
    assert tomllib.loads(text)["measures"][name]["preset"] == name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["joint-call"], ("measures", "did you mean 'show joint-call'")),
        (["show"], ("measures", "show and names of presets")),
        (["show", "joint-cal"], ("measures show", "did you mean 'joint-call'")),
        (["shw", "joint-call"], ("measures", "show and names of presets")),
    ],
)
def test_a_preset_that_is_not_there_is_explained(
    words: list[str], said: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measures", *words]) == 2
    assert_good_message(json.loads(capsys.readouterr().err)["message"], said)
