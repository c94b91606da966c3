"""Channels: worlds and instruments as they should be, counts that agree with a run's own frames, the command."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.ranking import Counts, Horizon, Setting, assembled, instruments_of, run_world, settings_of
from experiments.ranking.effects import PRICED_IN, effect_of
from experiments.ranking.instruments import Instrument, Pair, read_pair
from experiments.ranking.ranking import BASE, DEFAULT, HIGH, LOW, Runs
from experiments.ranking.wording import table
from experiments.ranking.worlds import without
from experiments.results import damage
from experiments.runner import resolved
from model.errors import InputError
from model.evidence import conversion
from model.indicators.efficiency import SURVIVING_YEARS, surviving
from model.scenario import Measure, Scenario, load_scenario, preset_table
from model.simulation import simulate
from model.tables import read_tables
from model.world import build_world

SMALL = (
    "world.institutions=40", "time.start=2014-01-01", "time.show_from=2016-01-01", "run.replicates=3", "run.seed=4",
)  # fmt: skip
START = date(2018, 1, 1)
RU_CN = Pair(("RU", "CN"), (("RU",), ("CN",)))

# --- what is run -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> Scenario:
    return resolved(load_scenario("outlook", SMALL))


@pytest.fixture(scope="module")
def settings(small: Scenario) -> tuple[Setting, ...]:
    return settings_of(small, load_scenario("never-restricted", SMALL), START, 6, 3)


@pytest.fixture(scope="module")
def chosen(small: Scenario) -> tuple[Instrument, ...]:
    """Both a rich call and grants, so that a world of forty institutions feels them."""
    only = ("joint-call", "mobility-grants")
    found = instruments_of(build_world(small), read_tables(None), RU_CN, START, small.measures, only)
    call = found[0].measure
    assert call.projects is not None
    rich = call.model_copy(update={"projects": call.projects.model_copy(update={"budget": 4000.0, "executed": 0.5})})
    return Instrument(**{**vars(found[0]), "measure": rich, "low": None, "high": None}), found[1]


@pytest.fixture(scope="module")
def runs(settings: tuple[Setting, ...], chosen: tuple[Instrument, ...]) -> list[Runs]:
    return [run_world(s, chosen, RU_CN, Horizon(2018, 6, 3), ranges=True, jobs=1) for s in settings]


def test_counts_agree_with_the_frames_of_a_run(settings: tuple[Setting, ...], runs: list[Runs]) -> None:
    """Survival counted from spells alone is that of spells and the last network together."""
    scenario = settings[0].scenario
    record = scenario.record.model_copy(update={"snapshots": (scenario.time.end,)})
    done = simulate(scenario.model_copy(update={"record": record}))
    wanted = ["replicate", "country_a", "country_b", "start", "end"]
    living = done.snapshots.rename(columns={"since": "start"}).assign(end=np.inf)
    every = pd.concat([done.spells[wanted], living[wanted]])
    own = every[(every["country_a"] + every["country_b"]).isin(["RUCN", "CNRU"]) & (every["start"] >= 2018.0)]
    series = done.series[(done.series["pair"] == "CN-RU") & (done.series["date"].dt.year >= 2018)]
    base = runs[0][BASE]
    for k in range(3):
        part = own[own["replicate"] == k]
        before = part[part["start"] < 2021.0]
        count = surviving(before["start"].to_numpy(), before["end"].to_numpy(), 2024.0, 3.0)
        assert base.surviving[k].sum() == pytest.approx(count * done.world.omega)
        mine = series[series["replicate"] == k]
        for indicator, counted in (
            ("partnerships.count", base.living), ("partnerships.formed", base.formed), ("output.works", base.works),
        ):  # fmt: skip
            assert counted[k] == pytest.approx(mine[mine["indicator"] == indicator]["value"].to_numpy())


def test_what_was_awarded_was_executed_and_what_was_executed_was_announced(
    runs: list[Runs], chosen: tuple[Instrument, ...]
) -> None:
    """Announced: 4,000 million a year, after a year's lag, for five of six years."""
    effect = effect_of(runs[0]["joint-call", DEFAULT], runs[0][BASE], chosen[0].measure)
    assert effect.announced is not None
    assert effect.announced.sum(axis=1) == pytest.approx(5 * 4000.0)
    assert effect.entered == pytest.approx(effect.announced / 2)
    assert (effect.awarded.cumsum(axis=1) <= effect.entered.cumsum(axis=1) + 1e-9).all() and effect.awarded.any()
    assert not effect_of(runs[0]["mobility-grants", DEFAULT], runs[0][BASE], chosen[1].measure).budgeted


def test_a_measure_of_no_strength_brings_nothing_to_the_bit(
    settings: tuple[Setting, ...], chosen: tuple[Instrument, ...]
) -> None:
    nothing = [Instrument(**{**vars(i), "measure": i.measure.model_copy(update={"strength": 0.0})}) for i in chosen]
    found = run_world(settings[1], nothing, RU_CN, Horizon(2018, 6, 3), jobs=1)
    for instrument in nothing:
        for name, part, base in zip(Counts._fields, found[instrument.preset, DEFAULT], found[BASE], strict=True):
            assert np.array_equal(part, base), name


def test_an_end_of_the_range_that_is_the_default_is_not_run_again(runs: list[Runs]) -> None:
    assert ("mobility-grants", HIGH) in runs[0] and ("mobility-grants", LOW) not in runs[0]


# --- worlds --------------------------------------------------------------------------------------------------------


def test_the_world_without_has_the_other_measures_and_is_the_same_otherwise(small: Scenario) -> None:
    with_, less = settings_of(small, load_scenario("never-restricted", SMALL), START, 6, 3)
    assert (with_.scenario.time.end, less.scenario.time.end) == (date(2024, 1, 1), date(2024, 1, 1))
    assert "academies-2022" in less.differs and "china-initiative" not in less.differs
    assert not less.scenario.measures["academies-2022"].enabled
    assert less.scenario.model_copy(update={"measures": {}}) == with_.scenario.model_copy(update={"measures": {}})
    assert list(less.scenario.measures) == list(with_.scenario.measures)


def test_what_the_world_without_does_not_know_is_off_if_it_restricts(small: Scenario) -> None:
    own = dict(small.measures)
    own["ban"] = own["academies-2022"].model_copy(update={"title": "Ban"})
    own["bridge"] = own["cross-years-2020"].model_copy(update={"title": "Bridge"})
    found = without(small.model_copy(update={"measures": own}), load_scenario("never-restricted", SMALL)).measures
    assert not found["ban"].enabled and found["bridge"].enabled


@pytest.mark.parametrize(
    ("start", "years", "said"),
    [
        (date(2018, 4, 1), 6, "no first of January"),
        (date(2014, 1, 1), 6, "before outlook is shown"),
        (date(2018, 1, 1), 3, "4 to 50"),
        (date(2018, 1, 1), 51, "4 to 50"),
    ],
)
def test_worlds_that_cannot_be_watched_are_refused(small: Scenario, start: date, years: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        settings_of(small, None, start, years, 3)


def test_a_world_without_that_is_the_same_is_refused(small: Scenario) -> None:
    with pytest.raises(InputError, match="same measures"):
        settings_of(small, small, START, 6, 3)


# --- instruments ---------------------------------------------------------------------------------------------------


def pointed(pair: str, *only: str, institutions: int = 120) -> dict[str, Measure]:
    tables = read_tables(None)
    world = build_world(load_scenario("outlook", [f"world.institutions={institutions}"]))
    return {i.preset: i.measure for i in instruments_of(world, tables, read_pair(pair, tables), START, (), only)}


def test_all_incentives_are_pointed_at_the_pair_the_way_round_that_they_work() -> None:
    found = pointed("RU,CN")
    assert list(found) == [n for n, p in preset_table().items() if p.measure.group == "incentive"] and len(found) == 15
    sides = {name: (m.from_.countries, m.to.countries) for name, m in found.items() if name != "joint-university"}
    turned = {"partner-club", "central-coordination"}
    assert {name for name, of in sides.items() if of == (("CN",), ("RU",))} == turned
    assert all(of == (("RU",), ("CN",)) for name, of in sides.items() if name not in turned)
    assert pointed("CN,RU") == found, "the order of the pair says nothing"
    assert found["joint-university"].from_.institutions == ("Lomonosov Moscow State University",)
    assert found["cross-years"].end == date(2020, 1, 1), "two years of events"
    assert found["joint-call"].from_.kinds == ("university", "institute")


def test_another_pair_has_its_own_largest_universities_and_direction() -> None:
    found = pointed("Russia,IN", "joint-university", "talent-return", "partner-club")
    world = build_world(load_scenario("outlook", ["world.institutions=120"]))
    (name,) = found["joint-university"].to.institutions
    row, india = world.rows[name], world.countries.index("IN")
    own = [
        k
        for k in range(world.n)
        if world.arrays.country[k] == india and world.kinds[world.arrays.kind[k]] == "university"
    ]
    assert row in own and world.arrays.size_weight[row] == max(world.arrays.size_weight[own])
    assert found["talent-return"].from_.blocs == ("Russia",) and found["talent-return"].to.countries == ("IN",)
    back = pointed("Russia,West", "talent-return")["talent-return"]
    assert (back.from_.blocs, back.to.blocs) == (("West",), ("Russia",)), "from where they come from"


@pytest.mark.parametrize(
    ("pair", "said"),
    [("RU", "no pair"), ("RU,Chin", "did you mean"), ("RU,Russia", "overlap"), ("RU,CN,US", "no pair")],
)
def test_pairs_that_are_none_are_explained(pair: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_pair(pair, read_tables(None))


@pytest.mark.parametrize(("name", "said"), [("joint-cal", "'joint-call'"), ("listing", "is a restriction")])
def test_presets_that_cannot_be_ranked_are_explained(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        pointed("RU,CN", name)


def test_a_name_that_is_taken_is_not_overwritten() -> None:
    world = build_world(load_scenario("outlook", SMALL))
    (found,) = instruments_of(world, read_tables(None), RU_CN, START, {"joint-call"}, ["joint-call"])
    assert found.name == "joint-call-2"


def test_money_of_presets_is_what_was_published_in_its_currency() -> None:
    """1,000 million USD of 2019 in eight years, 15 million a project; 4 to 7 million RUB of 2023 a year on both sides."""
    budgeted = {n for n, p in preset_table().items() if p.measure.projects and p.measure.projects.cost is not None}
    assert budgeted == set(PRICED_IN)
    fund, call = (preset_table()[name].measure.projects for name in ("joint-fund", "joint-call"))
    dollar, rouble = (conversion(*PRICED_IN[name]).factor for name in ("joint-fund", "joint-call"))
    assert fund is not None and (fund.budget, fund.cost) == pytest.approx((1000 / 8 * dollar, 15 * dollar), rel=0.01)
    assert call is not None and call.cost is not None and 4 * 3 * 2 * rouble < call.cost < 7 * 3 * 2 * rouble


def test_both_ends_of_a_range_are_told(
    settings: tuple[Setting, ...], chosen: tuple[Instrument, ...], runs: list[Runs]
) -> None:
    found = assembled(settings, chosen, RU_CN, Horizon(2018, 6, 3), runs, 443.5)
    (grants,) = found.of("with", False)
    assert grants.low is not None and grants.high is not None
    assert (grants.low.setting, grants.high.setting) == (1.3, 2.1)
    assert grants.low.outcome == grants.surviving, "the low end is the default"
    expected = (runs[0]["mobility-grants", HIGH].surviving - runs[0][BASE].surviving).mean()
    assert grants.high.outcome is not None and grants.high.outcome.value == pytest.approx(expected)
    assert table(found, False)[0][-1].startswith("over the range")
    json.dumps(found.to_dict(), allow_nan=False)


def test_an_instrument_about_what_the_world_lacks_is_refused(
    settings: tuple[Setting, ...], chosen: tuple[Instrument, ...]
) -> None:
    elsewhere = chosen[1].measure.model_copy(update={"fields": ("alchemy",)})
    with pytest.raises(InputError, match=r"mobility-grants\.fields: there is no field"):
        run_world(settings[0], [Instrument(**{**vars(chosen[1]), "measure": elsewhere})], RU_CN, Horizon(2018, 6, 3))


# --- the command ---------------------------------------------------------------------------------------------------


def test_the_command_at_classroom_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "channels", "--scenario", "classroom", "--only", "joint-call,mobility-grants", "--replicates", "3", "--years", "6",
        "--jobs", "1", "--quiet", "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [(c["world"], c["instrument"]) for c in said["channels"]] == [
        ("with", "joint-call"), ("with", "mobility-grants"), ("without", "joint-call"), ("without", "mobility-grants"),
    ]  # fmt: skip
    assert (said["pair"], said["start"], said["years"], said["runs"]) == ("RU-CN", 2026, 6, 18)
    assert said["survive"] == SURVIVING_YEARS, "what counts as surviving everywhere"
    written = json.loads((tmp_path / "out/channels.json").read_text())
    assert written == {key: said[key] for key in written}
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["kind"] == "ranking" and set(manifest["instruments"]) == {"joint-call", "mobility-grants"}
    assert damage(tmp_path / "out") == [] and (tmp_path / "out/figures/channels.png").is_file()
    assert load_scenario(tmp_path / "out/without.resolved.toml").time.end == date(2032, 1, 1)
    assert main([*words, "--force", "--no-figures", "--without", "none"]) == 0
    text = capsys.readouterr().out
    assert "Without a budget" in text and "mobility-grants *" in text and "assumed, not measured" in text
    assert "without sanctions" not in text


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--start", "soon"), "no date"),
        (("--only", "joint-cal"), "joint-call"),
        (("--between", "RU"), "no pair"),
        (("--years", "2"), "4 to 50"),
        (("--without", "nothing"), "no scenario"),
    ],
)
def test_wrong_words_are_explained(option: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", "--scenario", "classroom", *option]) == 2
    assert said in capsys.readouterr().err
