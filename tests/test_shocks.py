"""Shocks: numbers by hand on tiny frames, what counts as lifting, figures from tiny results, the commands."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.comparing.statistics import mean_interval, ratio_interval
from experiments.results import damage
from experiments.shocks import Lifting, find_lifting, shocks_of, write_shocks
from experiments.shocks.drawing import draw_shocks
from experiments.shocks.hysteresis import measured, most_missing
from experiments.shocks.levels import dependencies, sortings
from experiments.shocks.substitution import observed_fall, replaced
from model.scenario import Scenario, load_scenario
from model.scenario.reach import substance
from model.tables import observed_by_bloc, read_tables

TABLES = read_tables(None)
YEARS = np.arange(2011.0, 2019.0)
LIFTED = Lifting("back", "never", date(2014, 1, 1), ("Russia-West",), ("ban",), (), (), ())
# at 2011 to 2018; the measure is lifted at the start of 2014
BASE = np.array([[100.0] * 8, [200.0] * 8])
HIT = np.array([[100, 60, 40, 40, 60, 70, 80, 80], [200, 100, 100, 100, 100, 150, 190, 200]], float)


# --- lifting ------------------------------------------------------------------------------------------------------


def test_detente_lifts_what_never_restricted_never_had_and_nothing_else_differs() -> None:
    never, detente = load_scenario("never-restricted"), load_scenario("detente")
    found = find_lifting(never, detente, TABLES)
    assert isinstance(found, Lifting) and found.day == date(2026, 1, 1) and len(found.measures) == 18
    assert found.beside == () and "Russia-West" in found.pairs
    kept = set(detente.measures) - set(found.measures)
    assert all(never.measures[name] == detente.measures[name] for name in kept)
    assert all(substance(never.measures[n], "enabled", "end") == substance(detente.measures[n], "enabled", "end")
               for n in found.measures)  # fmt: skip
    assert (never.time, never.inputs, never.world) == (detente.time, detente.inputs, detente.world)


def test_what_else_differs_is_told() -> None:
    found = find_lifting(load_scenario("no-2022", ["time.end=2036-01-01"]), load_scenario("detente"), TABLES)
    assert isinstance(found, Lifting)
    assert {"sectoral-2014", "entity-list-russia-2020"} <= set(found.only_in_base)
    assert {"security-2022", "security-law-2025"} <= set(found.goes_on)
    assert "chinese-pause-2022" in found.ended_before and "sectoral-2014" not in found.measures


def test_a_measure_that_ends_among_many_that_go_on_is_no_lifting() -> None:
    """The hindcast's Chinese pause ended in the run, its other restrictions go on."""
    hindcast, without = load_scenario("hindcast"), load_scenario("no-2022")
    told = find_lifting(without, hindcast, TABLES)
    assert isinstance(told, str) and "for no pair of blocs more than go on" in told
    assert find_lifting(hindcast, without, TABLES) == "no-2022 has no restriction that hindcast never had"
    outlook = load_scenario("outlook", ["measures.chinese-pause-2022.enabled=false"])
    never = load_scenario("never-restricted")
    told = find_lifting(never, outlook, TABLES)
    assert told == "outlook lifts none of the 18 restrictions that never-restricted never had"


# --- hysteresis ---------------------------------------------------------------------------------------------------


def test_gaps_of_the_mean_path_by_hand() -> None:
    """Means 150, 80, 70, 70, 80, 110, 135, 140 of 150: at 2014 80 / 150 are missing, after a year 70, after three 15."""
    found = measured(LIFTED, "Russia-West", "partnerships.count", YEARS, HIT, BASE)
    assert found.at_lifting.value == pytest.approx(80 / 150)
    assert {years: gap.value for years, gap in found.gaps.items()} == pytest.approx({1: 70 / 150, 3: 15 / 150})
    assert found.recovery_months.value == pytest.approx(36.0)  # 135 of 150 at 2017
    assert found.half_life.value == pytest.approx(2.0)  # 110 of 150 at 2016
    assert found.watched == 4.0
    exact = ratio_interval((BASE - HIT)[:, 4], BASE[:, 4])
    assert exact is None and found.gaps[1].low is None  # two replicates: the base is not clear of zero


def test_without_noise_the_intervals_are_the_values() -> None:
    """Three replicates of 100, 200 and 300, each with the same ratio 1, .6, .4, .4, .6, .8, .95, 1."""
    ratio, size = np.array([1.0, 0.6, 0.4, 0.4, 0.6, 0.8, 0.95, 1.0]), np.array([[100.0], [110.0], [120.0]])
    found = measured(LIFTED, "Russia-West", "output.volume", YEARS, ratio * size, np.ones(8) * size)
    assert (found.gaps[1].low, found.gaps[1].value, found.gaps[1].high) == pytest.approx((0.4, 0.4, 0.4))
    months = 12 * (2 + 0.1 / 0.15)  # from 0.8 at 2016 to 0.95 at 2017
    for time, value in ((found.recovery_months, months), (found.half_life, 1.5)):
        assert (time.low, time.value, time.high) == pytest.approx((value, value, value))


def test_noise_makes_the_interval_of_a_time_hold_its_value() -> None:
    noise = np.random.default_rng(1).normal(0.0, 3.0, (40, 8))
    ratio = np.array([1.0, 0.6, 0.4, 0.4, 0.6, 0.8, 0.95, 1.0])
    found = measured(LIFTED, "Russia-West", "partnerships.count", YEARS, 100.0 * ratio + noise, np.full((40, 8), 100.0))
    for time in (found.recovery_months, found.half_life):
        assert time.low is not None and time.high is not None and time.low < time.value < time.high
    assert found.gaps[3].low is not None and found.gaps[3].low < found.gaps[3].value < (found.gaps[3].high or 0.0)


def test_what_does_not_come_back_within_the_run_is_infinite_and_what_never_left_undefined() -> None:
    size = np.array([[100.0], [110.0], [120.0]])
    stuck = measured(LIFTED, "A-B", "partnerships.count", YEARS, np.full((1, 8), 0.5) * size, np.ones(8) * size)
    assert math.isinf(stuck.recovery_months.value) and math.isinf(stuck.half_life.value)
    alike = measured(LIFTED, "A-B", "partnerships.count", YEARS, np.ones(8) * size, np.ones(8) * size)
    assert math.isnan(alike.recovery_months.value) and math.isnan(alike.half_life.value)
    assert most_missing([alike]) is None and most_missing([stuck]) == "A-B"


# --- substitution -------------------------------------------------------------------------------------------------


def test_ratios_by_hand() -> None:
    """Losses 60, 100, 80 of 100, 200, 160 each; gains 6, 10, 8 on 60, 100, 80: kappa 0.1, sigma ln 1.1 over ln of falls."""
    lost = (np.array([100.0, 200.0, 160.0]), np.array([40.0, 100.0, 80.0]))
    gained = (np.array([60.0, 100.0, 80.0]), np.array([66.0, 110.0, 88.0]))
    row = replaced(("hit", "base, 2024", "hit"), "partnerships.count", "R-W", "R-C", lost, gained)
    assert row.compensation is not None and row.elasticity is not None and row.reason is None
    assert row.compensation.value == pytest.approx(0.1)
    assert row.elasticity.value == pytest.approx(3 * math.log(1.1) / (math.log(2.5) + 2 * math.log(2.0)))
    again = replaced(("base", "hit, 2024", "base"), "partnerships.count", "R-W", "R-C", lost[::-1], gained[::-1])
    assert again.compensation is not None and again.elasticity is not None
    assert again.compensation.value == pytest.approx(0.1)  # whichever comes first
    assert again.elasticity.value == pytest.approx(row.elasticity.value)
    assert (row.change_lost.value, row.change_gained.value) == pytest.approx((-80.0, 8.0))


def test_no_ratio_without_a_loss_that_is_clear_of_zero() -> None:
    same = np.array([10.0, 12.0, 11.0])
    wavering = (same, same + np.array([1.0, -1.0, 0.5]))
    row = replaced(("a", "b, 2024", "a"), "partnerships.count", "R-W", "R-C", wavering, (same, same + 1.0))
    assert row.compensation is None and row.elasticity is None and "R-W is not clear of zero" in str(row.reason)
    one = np.array([10.0])
    assert "one replicate" in str(replaced(("a", "b, 2024", "a"), "x", "R-W", "R-C", (one, one - 1), (one, one)).reason)
    none = replaced(("a", "b, 2024", "a"), "x", "R-W", "R-C", (same, same - 5.0), (same - 10.0, same))
    assert none.compensation is not None and none.elasticity is None and "logs are undefined" in str(none.reason)


def test_the_observed_fall_is_the_largest_of_the_tables() -> None:
    found = observed_fall(TABLES, "Russia-West", "Russia-China")
    assert found is not None
    works = observed_by_bloc(TABLES)
    fell = [
        works["Russia-West"][year + 2] - works["Russia-West"][year] for year in works.index if year + 2 in works.index
    ]
    assert found.lost_works[1] - found.lost_works[0] == np.nanmin(fell) < 0.0
    assert found.years == (2021, 2023)
    change = [works[pair][2023] - works[pair][2021] for pair in ("Russia-China", "Russia-West")]
    assert found.compensation == pytest.approx(change[0] / -change[1]) and abs(found.compensation) < 0.01
    assert abs(found.elasticity) < 0.01  # published: flat in absolute number (EVIDENCE 2022-23)
    assert observed_fall(TABLES, "China-West", "Russia-China") is None
    assert observed_fall(TABLES, "Russia-Mars", "Russia-China") is None


# --- levels, from tiny frames -------------------------------------------------------------------------------------

SERIES = {"partnerships.count": "partnerships", "output.volume": "works a year"}


def run_of(scenario: Scenario, west: float, china: float = 1.0, sorted_by: float = 0.0, replicates: int = 4) -> Any:
    """A run by hand, years 2012 to 2035: Russia-West times ``west`` in 2022-2025, then back by a tenth a year."""
    rows, networks = [], []
    for k in range(replicates):
        for year in range(2012, 2036):
            factor = 1.0 if year < 2022 else min(1.0, west + 0.1 * max(0, year - 2025))
            size = 100.0 + 3.0 * k
            values = {"Russia-West": size * factor, "Russia-China": 0.3 * size * (china if year > 2021 else 1.0),
                      "Russia-Other": 5.0, "China-West": 500.0}  # fmt: skip
            day = pd.Timestamp(year, 12, 31)
            rows += [(k, day, pair, name, v, unit) for pair, v in values.items() for name, unit in SERIES.items()]
            need = 0.1 + 0.01 * k + (0.2 if year > 2021 and west < 1.0 else 0.0)
            for name in ("dependency.partnerships", "dependency.output"):
                networks += [
                    (k, day, "Russia>China", name, need, "share"),
                    (k, day, "China>Russia", name, -need, "share"),
                ]
            if year in (2021, 2030):
                excess = sorted_by * (year == 2030) + 0.001 * k
                sort = {"sorting.share": 0.2 + excess, "sorting.expected": 0.2, "sorting.excess": excess}
                networks += [(k, day, "Russia>China", name, v, "share") for name, v in sort.items()]
    columns = ["replicate", "date", "pair", "indicator", "value", "unit"]
    frames = [pd.DataFrame(part, columns=columns).assign(scenario=scenario.name) for part in (rows, networks)]
    return SimpleNamespace(scenario=scenario, series=frames[0], indicators=frames[1])


@pytest.fixture(scope="module")
def runs() -> list[Any]:
    """What never was, its lifting, and the same with sorting."""
    small = ["time.show_from=2012-01-01"]
    return [
        run_of(load_scenario("never-restricted", small), 1.0),
        run_of(load_scenario("detente", small), 0.4, china=1.02),
        run_of(load_scenario("secondary-sanctions", small), 0.4, sorted_by=0.05),
    ]


def test_levels_by_hand(runs: list[Any]) -> None:
    held = {(s.scenario, s.day.year): s for s in sortings(runs)}
    assert held["secondary-sanctions", 2030].excess.value == pytest.approx(0.05 + 0.0015)
    assert held["secondary-sanctions", 2030].share.value == pytest.approx(0.2515)
    against = held["secondary-sanctions", 2030].against_base
    assert (
        against is not None and against.value == pytest.approx(0.05) and against.error == pytest.approx(0.0, abs=1e-12)
    )
    assert held["never-restricted", 2030].against_base is None
    level = {(d.scenario, d.period, d.indicator): d.level for d in dependencies(runs)}
    assert level["detente", "2024-2025", "dependency.output"].value == pytest.approx(0.3 + 0.015)
    expected = mean_interval(np.array([0.1, 0.11, 0.12, 0.13]))
    assert level["never-restricted", "2030-2034", "dependency.partnerships"].low == pytest.approx(expected.low)


def test_all_of_it_together_and_as_json(runs: list[Any], tmp_path: Path) -> None:
    found = shocks_of(runs)
    (shown,) = found.shown_hysteresis
    assert [(h.pair, h.quantity) for h in shown] == [
        ("Russia-West", "partnerships.count"), ("Russia-West", "output.volume"),
    ]  # fmt: skip
    assert shown[0].gaps[1].value == pytest.approx(0.5) and shown[0].gaps[3].value == pytest.approx(0.3)
    assert shown[0].recovery_months.value == pytest.approx(60.0)  # 90 % at the end of 2030
    kappa = {row.scenario: row for row in found.shown_substitution if row.quantity == "partnerships.count"}
    # means of 2030-2034: Russia-West 0.1 less in 2030 only, Russia-China 0.02 of 0.3 more
    assert kappa["detente"].compensation is not None
    assert kappa["detente"].compensation.value == pytest.approx(0.006 / (0.1 / 5))
    content = json.loads(write_shocks(tmp_path, found).read_text())
    assert [g["years"] for g in content["hysteresis"][0]["gaps"]] == [1, 3, 5, 10]
    assert content["hysteresis"][0]["day"] == "2026-01-01" and len(content["hysteresis"][0]["measures"]) == 18
    assert content["observed"][0]["compensation"] == pytest.approx(found.observed[0].compensation)
    assert {"hysteresis", "substitution", "observed", "sorting", "dependency"} <= set(content)
    headings, rows = found.table()
    text = "\n".join(" ".join(row) for row in rows)
    assert all(len(row) == len(headings) for row in rows)
    for words in ("Hysteresis: Russia-West, missing partnerships", "1 year after 50.0 %", "90 % back 60 months",
                  "Substitution: Russia-China for Russia-West, joint works", "observed, 2021 and 2023",
                  "more than expected +5.", "Dependency: Russia on China less reverse"):  # fmt: skip
        assert words in text
    assert any("detente lifts 18 restrictions on 2026-01-01" in line for line in found.lines())
    assert sum(line.startswith("Observed, joint works of 2021 and 2023") for line in found.lines()) == 1


def test_the_base_of_hysteresis_need_not_be_the_first_run(runs: list[Any]) -> None:
    outlook = run_of(load_scenario("outlook", ["time.show_from=2012-01-01"]), 0.4)
    found = shocks_of([outlook, *runs])
    assert {(h.lifting.scenario, h.lifting.baseline) for h in found.hysteresis} == {("detente", "never-restricted")}


def test_without_lifting_it_says_so(runs: list[Any]) -> None:
    found = shocks_of([runs[0], runs[2]])
    assert not found.hysteresis and found.shown_hysteresis == ()
    assert any(line.startswith("Hysteresis is left out: secondary-sanctions lifts ") for line in found.lines())
    alone = shocks_of(runs[:1])
    assert not alone.substitution and not alone.lines() and alone.sorting and alone.dependency


def test_one_replicate_and_no_snapshots_are_no_error(tmp_path: Path) -> None:
    small = ["time.show_from=2012-01-01"]
    pair = [run_of(load_scenario(n, small), w, replicates=1) for n, w in (("never-restricted", 1.0), ("detente", 0.4))]
    for run in pair:
        run.indicators = run.indicators.iloc[:0]
    found = shocks_of(pair)
    assert "misses nothing that is clear of zero" in found.lines()[0] and not found.sorting and not found.dependency
    json.loads(write_shocks(tmp_path, found).read_text())
    assert {path.stem for path in draw_shocks(tmp_path, pair, found)} == {"substitution"}


# --- figures ------------------------------------------------------------------------------------------------------


def test_figures_show_the_numbers(runs: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.text import Text

    from experiments.figures import dependency, hysteresis, sorting, substitution

    drawn: dict[str, Any] = {}
    for module in (dependency, hysteresis, sorting, substitution):
        monkeypatch.setattr(module, "save", lambda figure, folder, name: drawn.setdefault(name, figure) and [])
    draw_shocks(tmp_path, runs, shocks_of(runs))
    words = {name: [t.get_text() for t in figure.findobj(Text) if t.get_text()] for name, figure in drawn.items()}
    assert set(words) == {"hysteresis", "substitution", "sorting", "dependency"}
    assert {"lifted\n2026-01-01", "data end", "60 %", "50 %", "30 %", "10 %"} <= set(words["hysteresis"])
    assert any("90 % back after 60 months" in text for text in words["hysteresis"])
    assert "observed, 2021 to 2023" in words["substitution"] and "\u22129,750" in words["substitution"]
    assert "Russia–China partnerships that\nlisted institutions of China hold" in words["sorting"]
    assert "Russia needs China more" in words["dependency"]
    shares = [line.get_ydata() for line in drawn["sorting"].axes[0].get_lines() if line.get_linestyle() == "-"]
    assert any(np.allclose(share, [0.2015, 0.2515]) for share in shares)


def test_figures_are_written_and_the_same_each_time(runs: list[Any], tmp_path: Path) -> None:
    found = shocks_of(runs)
    first = [path.read_bytes() for path in draw_shocks(tmp_path / "a", runs, found)]
    again = [path.read_bytes() for path in draw_shocks(tmp_path / "b", runs, found)]
    assert len(first) == 8 and first == again


# --- commands -----------------------------------------------------------------------------------------------------

SMALL = [
    "--set", "world.institutions=60", "--set", "time.start=2012-01-01", "--set", "time.show_from=2019-01-01",
    "--set", "record.snapshots=[2022-01-01,2030-01-01]", "--replicates", "6", "--seed", "4", "--jobs", "1", "--quiet",
]  # fmt: skip


@pytest.mark.long
def test_compare_prints_and_keeps_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["compare", "no-2022", "detente", *SMALL, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Hysteresis: Russia-West, missing partnerships" in said and "half-life" in said
    assert "Note: the gap holds as well" in said and "Substitution" in said
    assert damage(out) == []
    assert {"hysteresis", "substitution", "dependency"} <= {path.stem for path in (out / "figures").glob("*.png")}
    content = json.loads((out / "shocks.json").read_text())
    west = [h for h in content["hysteresis"] if h["pair"] == "Russia-West"]
    assert {h["quantity"] for h in west} == {"partnerships.count", "output.volume"}
    # Which pairs are told of hangs on luck in so small a world; what was observed is kept of all.
    assert {o["years"][1] for o in content["observed"] if o["lost"] == "Russia-West"} == {2023}
    assert all(h["at_lifting"]["low"] < h["at_lifting"]["value"] < h["at_lifting"]["high"] for h in west)


@pytest.mark.long
def test_run_and_plot_have_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["run", "hindcast", *SMALL, "--set", "record.snapshots=[2022-01-01]", "--out", str(out)]) == 0
    assert "Dependency: Russia on China less reverse, partnerships" in capsys.readouterr().out
    assert json.loads((out / "shocks.json").read_text())["hysteresis"] == []
    path = out / "figures/dependency.png"
    before = path.read_bytes()
    path.unlink()
    assert main(["plot", str(out)]) == 0 and path.read_bytes() == before
    assert damage(out) == []
