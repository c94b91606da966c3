"""The evidence tables: complete, with their sources, and what the presets and the packaged scenarios make of them."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest

from model.errors import InputError
from model.evidence import (
    conversion,
    conversions,
    findings_of,
    mechanisms,
    network_figures,
    programme_figures,
    sanctions,
    timeline,
)
from model.scenario import load_scenario, packaged_scenarios, preset_table
from model.tables import read_tables

QUESTIONS = (
    "hindcast", "no-2022", "full-decoupling", "secondary-sanctions", "detente", "mega-fund", "central-coordination",
    "china-leader", "talent-emigration", "facility-substitution", "us-china-only", "listed-only", "security-tightening",
)  # fmt: skip
AHEAD = set(QUESTIONS) - {"hindcast", "no-2022", "us-china-only", "listed-only"}
DATED = {
    "cern-end-2024", "nica-2024", "pandemic", "xfel-exclusion-2022", "xfel-2009", "commission-1997", "entity-list-russia-2020",
    "chinese-pause-2022", "wolf-2011", "technical-universities-2011", "visas-china-2020", "secondary-2022", "security-2022",
    "joint-university-2013", "talent-thousand-2008", "horizon-china-2024", "strategy-double-first-class-2015",
}  # fmt: skip
"""Measures whose day is not that of a row, but lies within what the rows say of it (a month, a year, an effect after it)."""


# --- the timeline ------------------------------------------------------------------------------------------------


def test_every_dated_event_is_a_measure_of_the_hindcast_or_says_why_not() -> None:
    measures = load_scenario("hindcast").measures
    assert len(timeline()) >= 95
    for event in timeline():
        assert event.source and (event.measures or event.note), event.event
        assert set(event.measures) <= set(measures), event.event
    assert {name for event in timeline() for name in event.measures} == set(measures)


def test_measures_have_the_dates_of_the_events_that_they_stand_for() -> None:
    measures = load_scenario("hindcast").measures
    for name, measure in measures.items():
        dates = [event.date for event in timeline() if name in event.measures]
        days = {measure.start.isoformat(), *([measure.end.isoformat()] if measure.end else [])}
        years = {int(year) for text in dates for year in re.findall(r"(?:19|20)\d\d", text)}
        assert measure.start.year in years, (name, dates)
        exact = {text for text in dates if re.fullmatch(r"\d{4}-\d\d-\d\d", text)}
        if exact and name not in DATED:
            assert exact & days, (name, dates)


def test_what_was_in_force_before_the_data_does_nothing_by_itself() -> None:
    scenario = load_scenario("hindcast")
    for name, measure in scenario.measures.items():
        if measure.start < scenario.time.show_from:
            assert not measure.enabled and "calibrated affinity" in measure.evidence, name


def test_strategy_periods_of_china_can_be_switched_off_together() -> None:
    measures = load_scenario("hindcast").measures
    strategies = {name: m for name, m in measures.items() if name.startswith("strategy-")}
    assert len(strategies) >= 3
    for name, m in measures.items():
        motives = m.effects.motives != type(m.effects.motives)()
        assert (name in strategies) == (
            motives or (m.issuer == "CN" and m.preset == "" and m.effects.initiative != 1)
        ), name
    by_start = sorted(strategies.values(), key=lambda m: m.start)
    assert by_start[0].effects.motives.capability_gap > 0 and by_start[0].effects.leadership == 0
    assert by_start[-1].effects.leadership > 0 and by_start[-1].effects.initiative > 1
    assert any(m.effects.motives.complement > 0 for m in by_start[1:-1])


def test_listed_institutions_are_there_and_dated() -> None:
    tables = read_tables()
    assert {row["institution"] for row in tables.listings} <= set(tables.institution_names)
    assert len({row["institution"] for row in tables.listings if row["country"] == "CN"}) >= 12


# --- what presets stand for --------------------------------------------------------------------------------------


def test_every_row_about_mechanisms_and_sanctions_is_a_preset_or_says_why_not() -> None:
    assert (len(mechanisms()), len(sanctions())) == (18, 27)
    for row in (*mechanisms(), *sanctions()):
        assert row.preset in preset_table() or (row.preset == "" and row.note), row.what
    group = {name: preset.measure.group for name, preset in preset_table().items()}
    assert {group[row.preset] for row in mechanisms() if row.preset} == {"incentive"}
    assert {group[row.preset] for row in sanctions() if row.preset} == {"restriction"}
    assert {row.preset for row in (*mechanisms(), *sanctions())} - {""} == set(preset_table())


@pytest.mark.parametrize("name", preset_table())
def test_a_preset_names_the_rows_that_it_stands_for(name: str) -> None:
    rows = findings_of(name)
    assert rows and all(row.source and row.url and row.confidence for row in rows)


# --- money -------------------------------------------------------------------------------------------------------


def test_money_is_converted_with_a_source() -> None:
    for row in conversions().values():
        assert row.low <= row.factor <= row.high and row.source and row.status in ("measured", "assumed")
        assert (row.low < row.high) == (row.status == "assumed")
    assert conversion("USD", 2017).factor == 1.0
    assert conversion("ECU", 1996) == conversion("EUR", 1996)
    # prices rise: a dollar of an earlier year was worth more
    factors = [conversion("USD", year).factor for year in range(1993, 2025)]
    assert all(np.diff(factors) < 0)


def test_unknown_money_is_explained() -> None:
    with pytest.raises(InputError, match=r"no currency 'RUR'.*\n.*did you mean 'RUB'"):
        conversion("RUR", 2000)
    with pytest.raises(InputError, match=r"does not know RUB of 1960\n  allowed: 1995 to 2025"):
        conversion("RUB", 1960)


def figure(mechanism: str, metric: str, when: str = "") -> str:
    found = [
        row["value"] for row in programme_figures()
        if row["mechanism"] == mechanism and metric in row["metric"] and when in row["date_or_year"]
    ]  # fmt: skip
    assert found, (mechanism, metric)
    return str(found[-1])


def test_budgets_of_programmes_are_their_figures_in_2017_dollars() -> None:
    measures = load_scenario("hindcast").measures

    def money(name: str) -> tuple[float, float]:
        projects = measures[name].projects
        assert projects is not None and projects.cost is not None
        return projects.budget, projects.cost

    # RSF and NSFC: cumulative projects of 2021-2025; three years of the middle of 4 to 7 million RUB on each of two sides
    rubles = conversion("RUB", 2022).factor
    budget, cost = money("joint-calls-2021")
    assert cost == pytest.approx(2 * 3 * 5.0 * rubles, rel=0.1)
    assert budget == pytest.approx(
        float(figure("RSF-NSFC joint calls", "funded since 2021", "2025")) / 5 * cost, rel=0.02
    )
    # the fund: a billion dollars for eight years
    dollars = conversion("USD", 2019).factor
    budget, cost = money("technology-fund-2019")
    assert budget == pytest.approx(1000 / 8 * dollars, rel=0.01) and cost == pytest.approx(15 * dollars, rel=0.01)
    # INTAS and ISTC: ECU
    ecu = conversion("ECU", 1996).factor
    budget, cost = money("intas-1993")
    assert budget == pytest.approx(60 / 3 * ecu, rel=0.02) and cost == pytest.approx(60 / 1200 * ecu, rel=0.02)
    approved, value, _ = (float(part.split()[0].rstrip("m")) for part in figure("ISTC", "approved").split("/"))
    budget, cost = money("istc-1994")
    assert cost == pytest.approx(value / approved * ecu, rel=0.03)
    assert budget == pytest.approx(value / (date(1998, 8, 1) - date(1994, 3, 1)).days * 365.25 * ecu, rel=0.03)


# --- the questions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_packaged_scenario_opens_with_what_to_look_at_and_what_to_expect(name: str) -> None:
    text = packaged_scenarios()[name].read_text(encoding="utf-8")
    opening = text.split("\nversion")[0]
    scenario = load_scenario(name)
    first = opening.splitlines()[0].removeprefix("# ")
    assert scenario.question == first and first.endswith("?")
    assert "Look at" in opening or "look at" in opening
    assert "Expect" in opening


@pytest.mark.parametrize("name", sorted(AHEAD))
def test_scenarios_that_look_ahead_run_to_2035_on_the_one_table_of_growth(name: str) -> None:
    scenario, outlook = load_scenario(name), load_scenario("outlook")
    assert scenario.time.end == date(2036, 1, 1)
    # the same as the hindcast's: beside it, a scenario differs by its measures only
    assert scenario.inputs == load_scenario("hindcast").inputs
    assert set(scenario.inputs.growth) == set(read_tables().countries)
    own = set(scenario.measures) - set(outlook.measures)
    changed = {k for k in outlook.measures if scenario.measures[k] != outlook.measures[k]}
    assert own | changed


def test_the_table_of_growth_says_range_and_source_and_follows_its_rule() -> None:
    national = read_tables().national
    for code, growth in load_scenario("hindcast").inputs.growth.items():
        assert growth.range is not None and growth.source.startswith("assumed")
        if code == "RU":
            continue
        values = national[code, "publications"]
        decade = np.log(values[2022] / values[2012]) / 10
        assert growth.publications == pytest.approx(decade / 2, abs=6e-4)
        assert growth.range == pytest.approx((0.0, decade), abs=6e-4)


def test_no_2022_removes_what_followed_from_the_invasion_and_nothing_else() -> None:
    base, without = load_scenario("hindcast").measures, load_scenario("no-2022").measures
    removed = {name for name in base if base[name].enabled and not without[name].enabled}
    assert all(base[name].start >= date(2022, 2, 24) and base[name].group == "restriction" for name in removed)
    kept = {
        name for name in base if base[name].group == "restriction" and base[name].start >= date(2022, 2, 24)
    } - removed
    assert kept == {"chip-controls-2022", "agreement-short-2023", "agreement-lapse-2024", "agreement-narrowed-2024", "horizon-china-2024"}  # fmt: skip


def test_detente_lifts_every_western_restriction_on_russia() -> None:
    measures = load_scenario("detente").measures
    left = {
        name for name, m in measures.items()
        if m.group == "restriction" and m.enabled and (m.end is None or m.end > date(2026, 1, 1))
        and ("RU" in m.to.countries or "Russia" in m.to.blocs)
    }  # fmt: skip
    assert left == set()


def test_figures_of_networks_are_shares_with_their_sources() -> None:
    figures = network_figures()
    assert set(figures) == {"renewed EU-RU", "renewed EU-CN", "strong ties among partners", "works with strong ties"}
    for name, figure in figures.items():
        assert figure.source and figure.context and figure.confidence, name
        assert 0.0 < figure.value < 1.0 and figure.unit == "share", name
        assert figure.relation in ("about", "at least"), name
    assert figures["renewed EU-CN"].value < load_scenario("hindcast").parameters.contracts.renewed
    assert load_scenario("hindcast").parameters.contracts.renewed < figures["renewed EU-RU"].value
